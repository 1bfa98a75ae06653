"""Chatwoot: conversations with their messages, and articles of its help centre, which are written in Markdown."""

from typing import Any

from components.helpdesks.conversations import DeskArticle, DeskConversation, DeskMessage, DeskRecord
from components.helpdesks.records import Record, is_true, moment_of, needed, number_of, objects, tags_of, text_of

_INCOMING = (0, "0", "incoming")
_WORDS = (0, 1, "0", "1", "incoming", "outgoing")
"""Messages of people; others tell what was done, or are a form."""

_PUBLISHED = (1, "1", "published")


def parse(record: Record) -> DeskRecord | None:
    """A record of an export; None for what is neither a conversation nor an article.

    Raises:
        MissingFields: a conversation or an article lacks what is needed.
    """
    if "content" in record and "title" in record:
        return _article(record)
    if "messages" in record or "contact_last_seen_at" in record or "last_non_activity_message" in record:
        return _conversation(record)
    return None


def _article(record: Record) -> DeskArticle:
    needed(record, "id", "title", "content", "status")
    category = record.get("category")
    locale = text_of(category, "locale") if isinstance(category, dict) else ""
    return DeskArticle(
        number_of(record, "id"),
        text_of(record, "title"),
        text_of(record, "content"),
        "markdown",
        text_of(record, "url", "link"),
        text_of(record, "locale") or locale,
        moment_of(record, "updated_at"),
        tuple(tags_of(record, "tags")),
        "" if record["status"] in _PUBLISHED else "is a draft or archived",
    )


def _conversation(record: Record) -> DeskConversation:
    needed(record, "id|display_id", "messages")
    extra = record.get("additional_attributes")
    messages = sorted(objects(record["messages"]), key=lambda each: _order(each.get("created_at")))
    return DeskConversation(
        number_of(record, "display_id", "id"),
        text_of(extra, "mail_subject") if isinstance(extra, dict) else "",
        tuple(_message(each) for each in messages if each.get("message_type") in _WORDS),
        updated_at=moment_of(record, "updated_at", "last_activity_at"),
        tags=tuple(tags_of(record, "labels")),
    )


def _message(message: Record) -> DeskMessage:
    sender = message.get("sender")
    kind = text_of(sender, "type").lower() if isinstance(sender, dict) else text_of(message, "sender_type").lower()
    return DeskMessage(
        text_of(message, "content", "processed_message_content"),
        False,
        from_agent=message.get("message_type") not in _INCOMING,
        # What does not say that it is public may be a note.
        is_public="private" in message and not is_true(message["private"]),
        is_automatic=kind in ("agent_bot", "agentbot", "captain_assistant"),
    )


def _order(value: Any) -> tuple[float, str]:
    """Seconds since 1970, or a date that sorts as a text."""
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value or ""))
