"""Sources, texts, journal and manifest; older versions made these tables without counting steps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLES = sa.MetaData()

sa.Table(
    "sources",
    _TABLES,
    sa.Column("source_id", sa.String(), primary_key=True),
    sa.Column("source", _NAME, nullable=False),
    sa.Column("path", _NAME, nullable=False),
    sa.Column("format", sa.String(), nullable=False),
    sa.Column("title", sa.Text(), nullable=True),
    sa.Column("language", sa.String(), nullable=False),
    sa.Column("languages", sa.JSON(), nullable=False),
    sa.Column("groups", sa.JSON(), nullable=False),
    sa.Column("passages", sa.Integer(), nullable=False),
    sa.Column("bytes", sa.BigInteger(), nullable=False),
    sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
    sa.Column("checked_ns", sa.BigInteger(), nullable=False),
    sa.Column("sha256", sa.String(), nullable=False),
    sa.Column("given", sa.String(), nullable=False),
    sa.Column("version", sa.String(), nullable=False),
    sa.Column("indexed_at", sa.String(), nullable=False),
    sa.Column("updated_at", sa.String(), nullable=True),
    sa.Index("ix_sources_source", "source", postgresql_using="hash"),
    sa.Index("ix_sources_path", "path", postgresql_using="hash"),
)
sa.Table(
    "overrides",
    _TABLES,
    sa.Column("source_id", sa.String(), primary_key=True),
    sa.Column("fields", sa.JSON(), nullable=False),
)
sa.Table(
    "texts",
    _TABLES,
    sa.Column("source_id", sa.String(), primary_key=True),
    sa.Column("version", sa.String(), primary_key=True),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("blocks", sa.JSON(), nullable=False),
    sa.Column("meta", sa.JSON(), nullable=False),
    sa.Column("boxes", sa.LargeBinary(), nullable=True),
)
sa.Table(
    "checksums",
    _TABLES,
    sa.Column("source_id", sa.String(), primary_key=True),
    sa.Column("version", sa.String(), primary_key=True),
    sa.Column("text", sa.String(), nullable=False),
    sa.Column("facts", sa.String(), nullable=False),
    sa.Column("passages", sa.String(), nullable=False),
)
sa.Table(
    "journal",
    _TABLES,
    sa.Column("source_id", sa.String(), primary_key=True),
    sa.Column("version", sa.String(), nullable=False),
    sa.Column("phase", sa.String(), nullable=False),
    sa.Column("row", sa.JSON(), nullable=True),
)
sa.Table(
    "manifest",
    _TABLES,
    sa.Column("key", sa.String(), primary_key=True),
    sa.Column("value", sa.JSON(), nullable=False),
)


def upgrade() -> None:
    """Make the tables that are not there yet."""
    _TABLES.create_all(op.get_bind())
