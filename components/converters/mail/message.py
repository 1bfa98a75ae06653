"""EML -> a mail with its attachments, parsed by the standard library within limits."""

import base64
import binascii
import email
from collections.abc import Iterator
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import Any

from components.converters.assembly import TextBuilder
from components.converters.encoding import UndecodableError, decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.mail.letter import Attachment, Body, Letter, LetterReader
from components.converters.titles import title_or_name
from components.errors import LoadingError

_LONGEST_HEADER = 4_000
"""Characters; the parser's time grows with their square."""

_SHOWN = ("From", "To", "Cc", "Date")
_LONGEST_SHOWN = 500
_SHIFTED = ("iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz-gb-2312", "utf-7")
"""Encodings whose bytes are valid UTF-8 that says something else."""

_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENDINGS = {"text/plain": ".txt", "text/html": ".html", "application/pdf": ".pdf", "text/csv": ".csv"}


class _BoundedPolicy(Compat32):
    """Headers are cut as they are read, before anything looks into them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


_POLICY = _BoundedPolicy()


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a mail that was saved as a file."""
    letter = letter_from(data)
    if letter is None:
        raise LoadingError(path, "holds no mail but something else: it has neither sender, subject nor date")
    return built(letter, path, limits, "eml")


def built(letter: Letter, path: Path, limits: Limits, format_name: str) -> Extracted:
    """The text of one mail."""
    builder = TextBuilder(limits)
    reader = LetterReader(builder, limits)
    reader.add(letter, 1)
    fields = letter.properties() | ({"not_read": reader.notes} if reader.notes else {})
    return builder.build(format_name, title_or_name(path, letter.subject), fields)


def letter_from(data: bytes) -> Letter | None:
    """Parse a mail; None where nothing shows that it is one."""
    message = email.message_from_bytes(data, policy=_POLICY)
    known = any(message.get(name) is not None for name in ("From", "Subject", "Date", "Received", "To"))
    return _letter(message) if known else None


def _letter(message: Message) -> Letter:
    bodies, attachments = [], []
    for part in _parts(message):
        if isinstance(part, Body):
            bodies.append(part)
        else:
            attachments.append(part)
    name, address = parseaddr(_header(message, "From"))
    return Letter(
        _header(message, "Subject"),
        [(field, _header(message, field)[:_LONGEST_SHOWN]) for field in _SHOWN],
        name or address,
        _moment(_header(message, "Date")),
        bodies,
        attachments,
        "is encrypted" if message.get_content_type() in _ENCRYPTED else None,
    )


def _parts(part: Message) -> Iterator[Body | Attachment]:
    """The words and the files of a mail in their order."""
    kind, name = part.get_content_type(), _file_name(part)
    if kind == "message/rfc822":
        inside = _inner(part)
        yield Attachment(name or (inside.subject if inside is not None else ""), inside)
    elif part.is_multipart():
        parts = [list(_parts(child)) for child in _children(part)]
        yield from _shown_one(parts) if kind == "multipart/alternative" else chain.from_iterable(parts)
    elif kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
        text = _text(part)
        if text.strip():
            is_flowed = str(part.get_param("format", "")).lower() == "flowed"
            yield Body(text, kind == "text/html", is_flowed)
    elif kind not in _ENCRYPTED and not _is_drawn(part):
        yield Attachment(name or f"{kind.replace('/', '.')}{_ENDINGS.get(kind, '')}", _bytes(part))


def _shown_one(alternatives: list[list[Body | Attachment]]) -> Iterator[Body | Attachment]:
    """Of several forms of the same words the one that a mail program shows: the last HTML, else the last of all."""
    worded = [parts for parts in alternatives if any(isinstance(part, Body) for part in parts)]
    html = [parts for parts in worded if any(isinstance(part, Body) and part.is_html for part in parts)]
    shown = next(iter((html or worded)[-1:]), [])
    for parts in alternatives:
        yield from (part for part in parts if parts is shown or isinstance(part, Attachment))


def _children(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _inner(part: Message) -> Letter | None:
    """A mail inside a mail; some programs write it in base64, which the parser leaves as it is."""
    found = next(iter(_children(part)), None)
    if found is None:
        return None
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            return letter_from(base64.b64decode(str(found.get_payload())))
        except (binascii.Error, ValueError):
            return None
    return _letter(found)


def _is_drawn(part: Message) -> bool:
    """Whether a picture stands inside the words, such as a logo."""
    is_picture = part.get_content_maintype() == "image"
    return is_picture and part.get_content_disposition() != "attachment"


def _bytes(part: Message) -> bytes | None:
    payload: Any = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else None


def _text(part: Message) -> str:
    data = _bytes(part) or b""
    charset = part.get_content_charset()
    try:
        return data.decode(charset) if charset in _SHIFTED else decode(data, charset)
    except (UndecodableError, UnicodeError, LookupError):
        return ""


def _file_name(part: Message) -> str:
    name = _decoded(part.get_filename() or "")
    return " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())[:200]


def _header(message: Message, name: str) -> str:
    return " ".join(_decoded(message.get(name, "")).split())


def _decoded(value: Any) -> str:
    """A header's words; a broken one as it stands."""
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, MessageError, UnicodeError, LookupError, ValueError):
        return str(value)


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
