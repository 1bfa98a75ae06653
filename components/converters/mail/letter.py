"""One mail, whatever format it came in -> its fields, its words and its attachments, within limits.

An attachment is read as a file of its name is, and stands below its name. Mails inside mails are read to a depth; what
cannot be read is named, and the rest goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Union

from components.converters.assembly import TextBuilder
from components.converters.formats import parse, suffix_of
from components.converters.limits import Limits
from components.converters.mail.bodies import add_html, add_plain
from components.converters.metadata import own_fields
from components.errors import LoadingError

MOST_ATTACHMENTS = 200
"""Of one file, those of mails inside it included."""

_DEEPEST = 3
"""Mails inside mails."""

_MOST_NOTES = 50


@dataclass(frozen=True, slots=True)
class Body:
    """Words of a mail, as the sender's program wrote them."""

    text: str
    is_html: bool = False
    is_flowed: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; ``content`` is None where it cannot be had."""

    name: str
    content: Union[bytes, "Letter", None]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail."""

    subject: str
    fields: Sequence[tuple[str, str]]
    """From, To, Cc and Date as the mail names them, in this order."""
    sender: str = ""
    sent: datetime | None = None
    bodies: Sequence[Body] = ()
    attachments: Sequence[Attachment] = ()
    problem: str | None = None
    """Why its words cannot be read."""

    def properties(self) -> dict[str, Any]:
        """What is known of it as a document."""
        others = {name.lower(): value for name, value in self.fields if name.lower() in ("to", "cc")}
        return own_fields({"author": self.sender, "created_at": self.sent} | others, "the mail")


@dataclass(slots=True)
class LetterReader:
    """Appends mails; the limits hold for all of them together.

    Args:
        builder: receives the blocks.
        limits: of the file.
    """

    builder: TextBuilder
    limits: Limits
    notes: list[str] = field(default_factory=list)
    """What could not be read, and why."""
    _count: int = 0
    _bytes: int = 0

    def add(self, letter: Letter, level: int, depth: int = 0) -> None:
        """Append one mail below its subject.

        Args:
            letter: the mail.
            level: of the heading that its subject is.
            depth: in how many other mails it stands.
        """
        self.builder.leave_headings(level)
        self.builder.add_heading(letter.subject, level)
        self.builder.add(
            "\n".join(f"{name}: {' '.join(value.split())}" for name, value in letter.fields if value.strip())
        )
        for body in letter.bodies:
            if body.is_html:
                add_html(self.builder, body.text, level + 1)
            else:
                add_plain(self.builder, body.text, level + 1, is_flowed=body.is_flowed)
        if letter.problem is not None:
            self._note(letter.subject or "the mail", letter.problem)
        for attachment in letter.attachments:
            self._attach(attachment, level + 1, depth + 1)

    def _attach(self, attachment: Attachment, level: int, depth: int) -> None:
        self.builder.leave_headings(level)
        if not isinstance(attachment.content, Letter) or attachment.name != attachment.content.subject:
            self.builder.add_heading(attachment.name, level)
            level += 1
        try:
            self._read(attachment, level, depth)
        except LoadingError as error:
            self._note(attachment.name, error.reason)

    def _read(self, attachment: Attachment, level: int, depth: int) -> None:
        name, content = Path(attachment.name), attachment.content
        self._count += 1
        if self._count > MOST_ATTACHMENTS:
            raise LoadingError(name, f"is not read: more than {MOST_ATTACHMENTS} files are attached")
        if content is None:
            raise LoadingError(name, "cannot be taken out of the mail")
        if isinstance(content, Letter):
            if depth > _DEEPEST:
                raise LoadingError(name, f"is a mail inside more than {_DEEPEST} others")
            self.add(content, level, depth)
            return
        if suffix_of(name) is None:
            raise LoadingError(name, "is of a kind that is not read")
        self._bytes += len(content)
        if self._bytes > self.limits.bytes:
            raise LoadingError(name, f"is not read: the attached files take over {self.limits.bytes:,} bytes")
        self.builder.add_extracted(parse(content, name, self.limits), level)

    def _note(self, name: str, reason: str) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(f"{name}: {reason}"[:200])
