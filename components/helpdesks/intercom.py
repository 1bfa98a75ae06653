"""Intercom: conversations with their parts, and articles."""

import re
from typing import Any

from components.helpdesks.conversations import DeskArticle, DeskConversation, DeskMessage, DeskRecord
from components.helpdesks.records import Record, moment_of, needed, number_of, objects, tags_of, text_of

_PUBLIC = ("comment", "open", "close", "assignment", "quick_reply")
"""Kinds of parts that the customer sees where they hold words; notes are others."""


_PARAGRAPH = re.compile(r"</?p>")


def parse(record: Record) -> DeskRecord | None:
    """A record of an export; None for what is neither a conversation nor an article.

    Raises:
        MissingFields: a conversation or an article lacks what is needed.
    """
    kind = record.get("type")
    if kind == "article" or (kind is None and "body" in record and "title" in record):
        return _article(record)
    if kind == "conversation" or "conversation_parts" in record:
        return _conversation(record)
    return None


def _article(record: Record) -> DeskArticle:
    needed(record, "id", "title", "body")
    state = text_of(record, "state").lower()
    return DeskArticle(
        number_of(record, "id"),
        text_of(record, "title"),
        text_of(record, "body"),
        "html",
        text_of(record, "url"),
        text_of(record, "default_locale"),
        moment_of(record, "updated_at"),
        tuple(_tags(record)),
        "is a draft" if state not in ("", "published") else "",
    )


def _conversation(record: Record) -> DeskConversation:
    needed(record, "id", "source|conversation_message", "conversation_parts")
    source = record.get("source", record.get("conversation_message"))
    opening: Record = source if isinstance(source, dict) else {}
    return DeskConversation(
        number_of(record, "id"),
        _plain_title(text_of(record, "title") or text_of(opening, "subject")),
        (_message(opening, is_public=True), *(_message(each, is_public=_is_public(each)) for each in _parts(record))),
        text_of(record, "url"),
        moment_of(record, "updated_at"),
        tuple(_tags(record)),
    )


def _plain_title(text: str) -> str:
    """A title without the tags that Intercom leaves in the subjects of mails."""
    return _PARAGRAPH.sub("", text).strip()


def _parts(record: Record) -> list[Record]:
    found = record["conversation_parts"]
    parts = objects(found.get("conversation_parts") if isinstance(found, dict) else found)
    return sorted(parts, key=lambda each: _seconds(each.get("created_at")))


def _message(part: Record, *, is_public: bool) -> DeskMessage:
    author = part.get("author")
    kind = text_of(author, "type").lower() if isinstance(author, dict) else ""
    # Who is not known to be a customer is taken for an agent only where the record says so.
    return DeskMessage(
        text_of(part, "body"),
        True,
        from_agent=kind in ("admin", "bot"),
        is_public=is_public,
        is_automatic=kind == "bot",
    )


def _is_public(part: Record) -> bool:
    return text_of(part, "part_type").lower() in _PUBLIC


def _tags(record: Record) -> list[str]:
    tags = record.get("tags")
    return tags_of(tags if isinstance(tags, dict) else record, "tags")


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
