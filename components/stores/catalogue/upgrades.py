"""Brings the tables of a catalogue that an older Quaere made to what they are now; nothing is indexed again for it."""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, select, update
from sqlalchemy.schema import CreateColumn

from components.stores.catalogue.tables import Source, Table, TextRow

_TOGETHER = 500


def upgrade(connection: Connection, found: int) -> None:
    """Take the steps from a format to the present one; a second call does nothing.

    Args:
        connection: in a transaction of its own.
        found: the catalogue's format.
    """
    if found < 2:
        _add_columns(connection)
        _fill(connection)


def _add_columns(connection: Connection) -> None:
    """Those of format 2: tags, address and other facts of a source that are listed with it."""
    name = Source.__tablename__
    present = {column["name"] for column in inspect(connection).get_columns(name)}
    for column in Table.metadata.tables[name].columns:
        if column.name not in present:
            definition = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {definition}")


def _fill(connection: Connection) -> None:
    """Take over tags and address from the metadata that stand with the texts."""
    for chunk in _chunks(list(connection.scalars(select(Source.source_id)))):
        texts = select(TextRow.source_id, TextRow.meta).join(
            Source, (Source.source_id == TextRow.source_id) & (Source.version == TextRow.version)
        )
        for source_id, meta in connection.execute(texts.where(TextRow.source_id.in_(chunk))).all():
            values = {"tags": meta.get("tags"), "url": meta.get("url")}
            connection.execute(update(Source).where(Source.source_id == source_id).values(values))


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _TOGETHER):
        yield ids[start : start + _TOGETHER]
