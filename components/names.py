r"""Names of files on disk <-> names that can be printed, stored and sent. Pure.

Where names are bytes, one may be no UTF-8. Each byte that is not is shown as ``\xE9`` would be in a program, in lower
case, so that the name stays what it is from run to run. No two names are shown alike: where a name holds such a mark
as plain letters, its backslash is shown as a mark of its own.
"""

import os
import re

_MARK = re.compile(r"\\x(?=[89a-f][0-9a-f]|5c)")
_BYTE = re.compile("[\udc80-\udcff]")
_SHOWN = re.compile(r"\\x([89a-f][0-9a-f]|5c)")
_OTHER = re.compile("[\ud800-\udfff]")


def printable(path: str | os.PathLike[str]) -> str:
    """The name as it is shown and kept."""
    name = os.fspath(path)
    if os.sep == "/":  # elsewhere a backslash parts folders, and names are no bytes
        name = _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", _MARK.sub(r"\\x5cx", name))
    return _OTHER.sub("\ufffd", name)


def shown(text: str) -> str:
    """A message that may hold names from the disk, as it can be printed; twice does no harm."""
    return _OTHER.sub("\ufffd", _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text))


def on_disk(name: str | os.PathLike[str]) -> str:
    """The name that :func:`printable` shows so; one that was never shown stays as it is."""
    path = os.fspath(name)
    return path if os.sep != "/" else _SHOWN.sub(lambda found: _sign(int(found[1], 16)), path)


def _sign(byte: int) -> str:
    return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
