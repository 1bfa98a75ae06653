"""Ways in which disks, copies and people damage the files of a data folder, for the tests of ``quaere check``."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from components.stores.catalogue.sources import CATALOGUE_FILE

Damage = Callable[[Path], None]
"""Does something to one file."""

_PLACES = (0.0, 0.31, 0.5, 0.93)
"""Of a flipped bit, as a share of the bytes that are not zero."""


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def deleted(path: Path) -> None:
    path.unlink()


def halved(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def garbage(path: Path) -> None:
    size = min(path.stat().st_size, 4096)
    with path.open("r+b") as file:
        file.write(bytes((number * 37 + 11) % 256 for number in range(size)))


def flipped(share: float) -> Damage:
    """One bit of a byte that holds something; holes are passed over."""

    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        written = [place for place, byte in enumerate(content) if byte]
        place = written[min(len(written) - 1, int(share * len(written)))] if written else 0
        with path.open("r+b") as file:
            file.seek(place)
            file.write(bytes([content[place] ^ 4 if content else 4]))

    return flip


KINDS: dict[str, Damage] = {
    "emptied": emptied,
    "deleted": deleted,
    "halved": halved,
    "garbage": garbage,
    **{f"flipped at {share}": flipped(share) for share in _PLACES},
}
ROWS = (
    "DELETE FROM sources",
    "DELETE FROM sources WHERE rowid = (SELECT min(rowid) FROM sources)",
    "DELETE FROM texts",
    "DELETE FROM texts WHERE rowid = (SELECT max(rowid) FROM texts)",
    "DELETE FROM manifest",
    "DELETE FROM overrides",
    "DELETE FROM checksums",
    "DROP TABLE sources",
    "DROP TABLE texts",
    "DELETE FROM listing",
    "DELETE FROM source_groups",
    "DELETE FROM source_tags",
    "DELETE FROM access_groups WHERE rowid = (SELECT max(rowid) FROM access_groups)",
    "DELETE FROM fields WHERE rowid = (SELECT min(rowid) FROM fields)",
    "DROP TABLE listing",
    "UPDATE listing SET set_id = (SELECT max(set_id) FROM listing)",
    "UPDATE access_groups SET group_key = 'public'",
    "UPDATE texts SET text = replace(text, '24', '48')",
    "UPDATE texts SET blocks = '[]'",
    "UPDATE texts SET blocks = '{'",
    "UPDATE sources SET passages = passages + 1",
    "UPDATE sources SET groups = '[\"other\"]'",
    "UPDATE sources SET languages = '[]'",
    "UPDATE sources SET version = 'x'",
    "UPDATE sources SET passages = 'many'",
)
"""What happens to the rows of a catalogue."""


def of_files(data: Path) -> Iterator[tuple[str, Damage]]:
    """Every kind of damage of every file, with a name; each is done to a copy of the folder."""
    for path in sorted(each for each in data.rglob("*") if each.is_file()):
        name = path.relative_to(data).as_posix()
        for kind, damage in KINDS.items():
            yield f"{name} {kind}", lambda copy, name=name, damage=damage: damage(copy / name)


def of_rows() -> Iterator[tuple[str, Damage]]:
    """Every change of the catalogue's rows, with the statement as its name."""
    for statement in ROWS:

        def change(copy: Path, statement: str = statement) -> None:
            with closing(sqlite3.connect(copy / CATALOGUE_FILE)) as database, database:
                database.execute(statement)

        yield statement, change


def unseal(data: Path) -> None:
    """What a kill leaves: no seals."""
    for seal in [*data.glob("*.seal"), *data.glob("index/seal.json")]:
        seal.unlink()
