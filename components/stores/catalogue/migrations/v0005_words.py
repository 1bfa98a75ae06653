"""The words and acronyms of the documents, to tell how a question's are spelt; filled when the index is opened next."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MANIFEST = sa.table("manifest", sa.column("key"), sa.column("value", sa.JSON()))


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source_words",
        sa.Column("source_id", sa.String(), primary_key=True),
        sa.Column("set_id", sa.String(), primary_key=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "words",
        sa.Column("word", _NAME, primary_key=True),
        sa.Column("set_id", sa.String(), primary_key=True),
        sa.Column("bucket", _NAME, nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
    )
    op.create_index("ix_words_bucket", "words", ["bucket", "set_id", "sources", "word"])
    op.create_table(
        "acronyms",
        sa.Column("short", _NAME, primary_key=True),
        sa.Column("long", _NAME, primary_key=True),
        sa.Column("set_id", sa.String(), primary_key=True),
        sa.Column("sources", sa.Integer(), nullable=False),
    )
    op.create_index("ix_acronyms_long", "acronyms", ["long", "set_id"])
    op.execute(sa.update(_MANIFEST).where(_MANIFEST.c.key == "schema").values(value=5))
