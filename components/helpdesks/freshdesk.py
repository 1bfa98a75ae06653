"""Freshdesk: tickets (account export, or the API's with conversations) and solution articles in their folders."""

from collections.abc import Iterator
from typing import Any

from components.helpdesks.conversations import DeskArticle, DeskConversation, DeskMessage, DeskRecord
from components.helpdesks.records import Record, is_true, moment_of, needed, number_of, objects, tags_of, text_of

_PUBLISHED = ("2", "published")
_FOR_ALL = ("", "1", "all", "none")
"""Values of a folder's visibility that let everybody in; "none" where an export says nothing."""

_NOTE = ("2", "note")
_WRAPPERS = ("helpdesk_ticket", "ticket", "solution_article", "article")


def parse(record: Record) -> DeskRecord | None:
    """A record of an export; None for what is neither a ticket nor an article.

    Raises:
        MissingFields: a ticket or an article lacks what is needed.
    """
    found = next((record[name] for name in _WRAPPERS if isinstance(record.get(name), dict)), record)
    if "title" in found and ("description" in found or "desc_un_html" in found):
        return _article(found, found.get("visibility"))
    if "subject" in found or "conversations" in found or "helpdesk_notes" in found:
        return _ticket(found)
    return None


def parts(record: Record) -> Iterator[Record]:
    """The articles of a category or folder with what its folder says of them; any other record as it is."""
    category = record.get("solution_category", record.get("category", record))
    folders = objects(category.get("folders", category.get("solution_folders"))) if isinstance(category, dict) else ()
    if isinstance(category, dict) and not folders and "articles" in category:
        folders = [category]
    if not folders:
        yield record
    for folder in folders:
        articles = objects(folder.get("articles", folder.get("published_articles", folder.get("solution_articles"))))
        yield from ({**article, "visibility": folder.get("visibility")} for article in articles)


def _article(record: Record, visibility: Any) -> DeskArticle:
    needed(record, "id", "title", "description|desc_un_html")
    is_draft = str(record.get("status", "2")).lower() not in _PUBLISHED
    restricted = str(visibility if visibility is not None else "").lower() not in _FOR_ALL
    html = text_of(record, "description")
    return DeskArticle(
        number_of(record, "id"),
        text_of(record, "title"),
        html or text_of(record, "desc_un_html", "description_text"),
        "html" if html else "markdown",
        text_of(record, "url", "public_url"),
        text_of(record, "language"),
        moment_of(record, "modified_at", "updated_at"),
        tuple(tags_of(record, "tags")),
        "is a draft" if is_draft else "is for a part of the readers only" if restricted else "",
    )


def _ticket(record: Record) -> DeskConversation:
    needed(record, "id|display_id|ticket_id", "subject", "description|description_text|description_html")
    needed(record, "conversations|helpdesk_notes|notes")
    notes = record.get("conversations", record.get("helpdesk_notes", record.get("notes")))
    html = text_of(record, "description_html", "description" if "description_text" in record else "")
    asked = DeskMessage(html or text_of(record, "description_text", "description"), bool(html), from_agent=False)
    ordered = sorted(objects(notes), key=lambda each: str(each.get("created_at") or ""))
    removed = next((name for name in ("spam", "deleted") if is_true(record.get(name))), "")
    return DeskConversation(
        number_of(record, "display_id", "id", "ticket_id"),
        text_of(record, "subject"),
        (asked, *map(_message, ordered)),
        text_of(record, "url"),
        moment_of(record, "updated_at"),
        tuple(tags_of(record, "tags")),
        f"is marked as {removed}" if removed else "",
    )


def _message(note: Record) -> DeskMessage:
    html = text_of(note, "body_html", "body" if "body_text" in note else "")
    is_note = str(note.get("source", "")).lower() in _NOTE
    return DeskMessage(
        html or text_of(note, "body_text", "body"),
        bool(html),
        from_agent=not is_true(note.get("incoming")),
        # What does not say that it is public may be a note.
        is_public="private" in note and not is_true(note["private"]) and not is_note,
        is_automatic=is_true(note.get("automation_id")) or str(note.get("source", "")) in ("4", "9"),
    )
