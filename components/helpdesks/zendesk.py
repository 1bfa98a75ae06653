"""Zendesk: tickets with their comments (full JSON export, or the API's answers joined) and articles of Guide."""

from typing import Any

from components.helpdesks.conversations import DeskArticle, DeskConversation, DeskMessage, DeskRecord
from components.helpdesks.records import (
    MissingFields,
    Record,
    is_true,
    moment_of,
    needed,
    number_of,
    objects,
    tags_of,
    text_of,
)

_LEFT_OUT = ("deleted", "spam", "suspended")


def parse(record: Record) -> DeskRecord | None:
    """A record of an export; None for what is neither a ticket nor an article.

    Raises:
        MissingFields: a ticket or an article lacks what is needed.
    """
    wrapped = record.get("ticket", record.get("article"))
    found = wrapped if isinstance(wrapped, dict) else record
    if "body" in found and ("title" in found or "html_url" in found):
        return _article(found)
    if "comments" in found or "subject" in found or "requester_id" in found:
        return _ticket(found)
    return None


def _article(record: Record) -> DeskArticle:
    needed(record, "id", "title|name", "body")
    restricted = record.get("user_segment_id") not in (None, "") or bool(record.get("user_segment_ids"))
    obstacle = "is a draft" if is_true(record.get("draft")) else ""
    return DeskArticle(
        number_of(record, "id"),
        text_of(record, "title", "name"),
        text_of(record, "body"),
        "html",
        text_of(record, "html_url"),
        text_of(record, "locale"),
        moment_of(record, "edited_at", "updated_at"),
        tuple(tags_of(record, "label_names", "content_tag_names")),
        obstacle or ("is for a part of the readers only" if restricted else ""),
    )


def _ticket(record: Record) -> DeskConversation:
    needed(record, "id|ticket_id", "subject|raw_subject", "comments", "requester_id|requester")
    requester = record.get("requester")
    asker = record.get("requester_id") or (requester.get("id") if isinstance(requester, dict) else None)
    if asker is None:
        raise MissingFields("does not say who asked (requester_id)")
    comments = sorted(objects(record["comments"]), key=lambda each: str(each.get("created_at") or ""))
    status = text_of(record, "status").lower()
    number = number_of(record, "id", "ticket_id")
    return DeskConversation(
        number,
        text_of(record, "subject", "raw_subject"),
        tuple(_message(each, asker) for each in comments),
        _agents_page(text_of(record, "url"), number),
        moment_of(record, "updated_at"),
        tuple(tags_of(record, "tags")),
        f"is marked as {status}" if status in _LEFT_OUT else "",
    )


def _message(comment: Record, asker: Any) -> DeskMessage:
    via = comment.get("via")
    channel = via.get("channel") if isinstance(via, dict) else via
    html = text_of(comment, "html_body")
    return DeskMessage(
        html or text_of(comment, "plain_body", "body"),
        bool(html),
        from_agent=str(comment.get("author_id")) != str(asker),
        # What does not say that it is public may be a note.
        is_public=is_true(comment.get("public")),
        is_automatic=channel in ("rule", "system") or comment.get("author_id") == -1,
    )


def _agents_page(url: str, number: str) -> str:
    """Where people see the ticket; exports name the place for programs."""
    host, found, _ = url.partition("/api/v2/")
    return f"{host}/agent/tickets/{number}" if found else url
