"""How well each source was read, and which files were not.

Nothing is read for it: at tens of thousands of sources that would take minutes, in which nobody could ask. Sources
without a row are looked at by the first `quaere sources check`, or when they are indexed again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MANIFEST = sa.table("manifest", sa.column("key"), sa.column("value", sa.JSON()))


def upgrade() -> None:
    """Make the tables."""
    # Written with the row of the source, in the same transaction, and deleted with it.
    op.create_table(
        "quality",
        sa.Column("source_id", sa.String(), primary_key=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
    )
    # Few sources have findings; a list of these must not walk over all the others.
    op.create_index("ix_quality_found", "quality", ["found", "source_id"])
    # A path can be longer than what an index of PostgreSQL takes, so that its id is the key.
    op.create_table(
        "unread",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("path", _NAME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_note", sa.Boolean(), nullable=False),
        sa.Column("noticed_at", sa.String(), nullable=False),
    )
    # Versions that did not count steps look at this number.
    op.execute(sa.update(_MANIFEST).where(_MANIFEST.c.key == "schema").values(value=4))
