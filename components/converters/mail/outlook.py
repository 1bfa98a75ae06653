"""MSG, a mail that Outlook saved -> a mail with its attachments."""

from email.utils import format_datetime
from pathlib import Path
from typing import Any

import oxmsg

from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.mail.letter import Attachment, Body, Letter
from components.converters.mail.message import built
from components.errors import LoadingError

_LONGEST_SHOWN = 500


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a mail."""
    try:
        message = oxmsg.Message.load(data)
        letter = _letter(message)
    except (OSError, KeyError, IndexError, ValueError) as error:
        raise LoadingError(path, f"cannot be read as a mail of Outlook ({error}); save it as .eml") from error
    return built(letter, path, limits, "msg")


def _letter(message: Any) -> Letter:
    sent = message.sent_date
    people = "; ".join(_person(each) for each in message.recipients)[:_LONGEST_SHOWN]
    sender = message.sender or ""
    fields = [("From", sender), ("To", people), ("Date", format_datetime(sent) if sent is not None else "")]
    attachments = [Attachment(each.file_name or "", each.file_bytes) for each in message.attachments]
    return Letter(message.subject or "", fields, sender.split(" <")[0], sent, _bodies(message), attachments)


def _person(recipient: Any) -> str:
    name, address = recipient.name or "", recipient.email_address or ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def _bodies(message: Any) -> list[Body]:
    markup = message.html_body
    if isinstance(markup, bytes):
        markup = decode(markup)
    if markup and markup.strip():
        return [Body(markup, is_html=True)]
    return [Body(message.body)] if message.body else []
