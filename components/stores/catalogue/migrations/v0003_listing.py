"""Who may see which source and which fields, to be looked up; the index, when it is opened next, tells it of each."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MANIFEST = sa.table("manifest", sa.column("key"), sa.column("value", sa.JSON()))


def upgrade() -> None:
    """Make the tables, and keep out versions that would not fill them."""
    op.create_table(
        "listing",
        sa.Column("source_id", sa.String(), primary_key=True),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("last_part", _NAME, nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("folded_title", sa.Text(), nullable=False),
    )
    op.create_index("ix_listing_name", "listing", ["name", "source_id", "set_id", "mixed"])
    op.create_index("ix_listing_last_part", "listing", ["last_part", "source_id", "set_id", "mixed"])
    op.create_index("ix_listing_set_id", "listing", ["set_id", "mixed", "language", "passages", "source_id"])
    op.create_table(
        "source_groups",
        sa.Column("source_id", sa.String(), primary_key=True),
        sa.Column("set_id", sa.String(), primary_key=True),
        sa.Column("fields_id", sa.String(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
    )
    op.create_index("ix_source_groups_fields_id", "source_groups", ["fields_id", "set_id"])
    op.create_index("ix_source_groups_set_id", "source_groups", ["set_id"])
    op.create_table(
        "access_groups",
        sa.Column("group_key", _NAME, primary_key=True),
        sa.Column("set_id", sa.String(), primary_key=True),
    )
    op.create_index("ix_access_groups_set_id", "access_groups", ["set_id"])
    op.create_table(
        "fields",
        sa.Column("fields_id", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_table(
        "source_tags",
        sa.Column("tag_key", _NAME, primary_key=True),
        sa.Column("source_id", sa.String(), primary_key=True),
    )
    op.create_index("ix_source_tags_source_id", "source_tags", ["source_id"])
    # Versions that did not count steps look at this number.
    op.execute(sa.delete(_MANIFEST).where(_MANIFEST.c.key == "schema"))
    op.execute(sa.insert(_MANIFEST).values(key="schema", value=3))
