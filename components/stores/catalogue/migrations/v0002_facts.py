"""What is listed of a source beside its name: tags, address and other facts; nothing is indexed again for it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TOGETHER = 500
_JSON = sa.JSON(none_as_null=True)
_SOURCES = sa.table("sources", sa.column("source_id"), sa.column("version"), sa.column("tags", _JSON), sa.column("url"))
_TEXTS = sa.table("texts", sa.column("source_id"), sa.column("version"), sa.column("meta", sa.JSON()))
_MANIFEST = sa.table("manifest", sa.column("key"), sa.column("value", sa.JSON()))


def upgrade() -> None:
    """Add the columns that are not there yet, and take over from the texts what format 1 did not list."""
    connection = op.get_bind()
    present = {column["name"] for column in sa.inspect(connection).get_columns("sources")}
    for column in _columns():
        if column.name not in present:
            op.add_column("sources", column)
    # Format 2 of versions that did not count steps has all of it.
    if connection.scalar(sa.select(_MANIFEST.c.value).where(_MANIFEST.c.key == "schema")) == 1:
        _fill(connection)


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("tags", _JSON, nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("uploaded_at", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("caller_meta", _JSON, nullable=True),
    )


def _fill(connection: sa.Connection) -> None:
    ids = list(connection.scalars(sa.select(_SOURCES.c.source_id)))
    live = (_SOURCES.c.source_id == _TEXTS.c.source_id) & (_SOURCES.c.version == _TEXTS.c.version)
    texts = sa.select(_TEXTS.c.source_id, _TEXTS.c.meta).join(_SOURCES, live)
    for start in range(0, len(ids), _TOGETHER):
        chunk = ids[start : start + _TOGETHER]
        for source_id, meta in connection.execute(texts.where(_TEXTS.c.source_id.in_(chunk))).all():
            values = {"tags": meta.get("tags"), "url": meta.get("url")}
            connection.execute(sa.update(_SOURCES).where(_SOURCES.c.source_id == source_id).values(values))
