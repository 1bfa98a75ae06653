"""Compressed input within limits: what would unpack to more than allowed is refused before it fills memory."""

import io
import zipfile
import zlib
from pathlib import Path

from components.errors import LoadingError

_MAX_ENTRIES = 20_000


def gunzip(data: bytes, path: Path, max_bytes: int) -> bytes:
    """Unpack a gzip file of one or more members; stops at ``max_bytes``."""
    unpacked = bytearray()
    rest = data
    while rest:
        member = zlib.decompressobj(wbits=31)
        try:
            unpacked += member.decompress(rest, max_bytes + 1 - len(unpacked))
        except zlib.error as error:
            raise LoadingError(path, f"is not a valid gzip file ({error})") from error
        if len(unpacked) > max_bytes:
            raise LoadingError(path, f"unpacks to more than the limit of {max_bytes:,} bytes")
        if not member.eof:
            raise LoadingError(path, "is a truncated gzip file; copy it again")
        rest = member.unused_data.lstrip(b"\0")
    return bytes(unpacked)


def check_zip(data: bytes, path: Path, max_bytes: int) -> None:
    """Refuse a zip file that is damaged or unpacks to more than ``max_bytes``.

    The sizes in its directory can be trusted: the reader stops at them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise LoadingError(path, "is truncated or damaged; copy or save it again") from error
    size = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_ENTRIES:
        raise LoadingError(path, f"holds {len(entries):,} parts, over the limit of {_MAX_ENTRIES:,}")
    if size > max_bytes:
        raise LoadingError(path, f"unpacks to {size:,} bytes, over the limit of {max_bytes:,}")
