"""MBOX -> all mails of a folder, each below its subject."""

import re
from collections.abc import Iterator
from pathlib import Path

from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.mail.letter import LetterReader
from components.converters.mail.message import letter_from
from components.converters.titles import title_or_name
from components.errors import LoadingError

_BORDER = re.compile(rb"^From [^\n]{1,300}\n", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>{0,20}From )", re.MULTILINE)


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a folder of mails."""
    if not data.startswith(b"From "):
        raise LoadingError(path, 'is no mailbox but something else: its first line does not begin with "From "')
    builder = TextBuilder(limits)
    reader = LetterReader(builder, limits)
    for mail in _mails(data):
        letter = letter_from(_ESCAPED.sub(rb"\1", mail))
        if letter is not None:
            reader.add(letter, 1)
    return builder.build("mbox", title_or_name(path), {"not_read": reader.notes} if reader.notes else {})


def _mails(data: bytes) -> Iterator[bytes]:
    """The mails; a line that begins like a border counts only with a time, and below a blank one."""
    borders = [
        found
        for found in _BORDER.finditer(data)
        if b":" in found[0]
        and (found.start() == 0 or data[max(0, found.start() - 4) : found.start()].endswith((b"\n\n", b"\r\n\r\n")))
    ]
    ends = [found.start() for found in borders[1:]] + [len(data)]
    for border, end in zip(borders, ends, strict=True):
        yield data[border.end() : end]
