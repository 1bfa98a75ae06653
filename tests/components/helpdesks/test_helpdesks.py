"""Records of the four help desks, in the fields that their exports have."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from components.helpdesks import chatwoot, freshdesk, intercom, zendesk
from components.helpdesks.conversations import DeskArticle, DeskConversation, QuestionAndReply, question_and_reply
from components.helpdesks.records import MissingFields

ASKED = "Our Aria pump shows E-1047 since this morning."
NOTE = "The customer is rude; the code of the vault is 4711."
REPLY = "Please open the valve for ten seconds and start the pump again."

ZENDESK: dict[str, Any] = {
    "id": 35436,
    "url": "https://acme.zendesk.com/api/v2/tickets/35436.json",
    "subject": "Re: Pump does not start",
    "status": "solved",
    "requester_id": 20978,
    "tags": ["pump", "error"],
    "created_at": "2026-03-01T08:00:00Z",
    "updated_at": "2026-03-02T08:00:00Z",
    "comments": [
        {"id": 3, "author_id": 7, "public": True, "html_body": f"<p>Hi Ann,</p><p>{REPLY}</p>",
         "created_at": "2026-03-01T10"},
        {"id": 2, "author_id": 7, "public": False, "plain_body": NOTE, "created_at": "2026-03-01T09"},
        {"id": 1, "author_id": 20978, "public": True, "body": ASKED, "created_at": "2026-03-01T08"},
        {"id": 0, "author_id": -1, "public": True, "body": "We have received your request and will reply soon.",
         "via": {"channel": "rule"}, "created_at": "2026-03-01T08:01"},
    ],
}  # fmt: skip
FRESHDESK: dict[str, Any] = {
    "id": 12,
    "subject": "Pump does not start",
    "description": f"<div>{ASKED}</div>",
    "description_text": ASKED,
    "spam": False,
    "status": 4,
    "updated_at": "2026-03-02T08:00:00Z",
    "conversations": [
        {"body": f"<p>{NOTE}</p>", "body_text": NOTE, "incoming": False, "private": True, "source": 2},
        {"body": f"<p>{REPLY}</p>", "body_text": REPLY, "incoming": False, "private": False, "source": 0},
    ],
}
FRESHDESK_EXPORT: dict[str, Any] = {
    "helpdesk_ticket": {
        "display_id": 12,
        "subject": "Pump does not start",
        "description": ASKED,
        "description_html": f"<div>{ASKED}</div>",
        "helpdesk_notes": [
            {"body": NOTE, "body_html": f"<p>{NOTE}</p>", "incoming": False, "private": True},
            {"body": REPLY, "body_html": f"<p>{REPLY}</p>", "incoming": False, "private": False},
        ],
    }
}
INTERCOM: dict[str, Any] = {
    "type": "conversation",
    "id": "42",
    "title": "",
    "updated_at": 1_772_400_000,
    "source": {"subject": "<p>Pump does not start</p>", "body": f"<p>{ASKED}</p>", "author": {"type": "user"}},
    "tags": {"type": "tag.list", "tags": [{"name": "pump"}]},
    "conversation_parts": {
        "type": "conversation_part.list",
        "conversation_parts": [
            {"part_type": "comment", "body": "<p>I am a bot, and here are some articles.</p>", "created_at": 1,
             "author": {"type": "bot"}},
            {"part_type": "note", "body": f"<p>{NOTE}</p>", "author": {"type": "admin"}, "created_at": 2},
            {"part_type": "assignment", "body": None, "author": {"type": "admin"}, "created_at": 3},
            {"part_type": "comment", "body": f"<p>{REPLY}</p>", "author": {"type": "admin"}, "created_at": 4},
        ],
    },
}  # fmt: skip
CHATWOOT: dict[str, Any] = {
    "id": 5,
    "labels": ["pump"],
    "additional_attributes": {"mail_subject": "Pump does not start"},
    "messages": [
        {"content": ASKED, "message_type": 0, "private": False, "created_at": 1, "sender": {"type": "contact"}},
        {"content": "Conversation was assigned to Bob", "message_type": 2, "private": False, "created_at": 2},
        {"content": NOTE, "message_type": 1, "private": True, "created_at": 3, "sender": {"type": "user"}},
        {"content": "I am a robot who will be with you soon.", "message_type": 1, "private": False, "created_at": 4,
         "sender": {"type": "agent_bot"}},
        {"content": REPLY, "message_type": "outgoing", "private": False, "created_at": 5, "sender": {"type": "user"}},
    ],
}  # fmt: skip
TICKETS = [
    (zendesk, ZENDESK),
    (freshdesk, FRESHDESK),
    (freshdesk, FRESHDESK_EXPORT),
    (intercom, INTERCOM),
    (chatwoot, CHATWOOT),
]


@pytest.mark.parametrize(("desk", "record"), TICKETS)
def test_a_ticket_is_its_question_and_the_first_good_public_reply(desk: ModuleType, record: dict[str, Any]) -> None:
    found = desk.parse(record)
    assert isinstance(found, DeskConversation) and found.number
    assert question_and_reply(found) == QuestionAndReply(f"Pump does not start: {ASKED}", REPLY)


@pytest.mark.parametrize(("desk", "record"), TICKETS)
def test_a_private_note_is_never_a_reply(desk: ModuleType, record: dict[str, Any]) -> None:
    def without_replies(value: Any) -> Any:
        if isinstance(value, list):
            return [without_replies(each) for each in value if REPLY not in str(each)]
        return {name: without_replies(each) for name, each in value.items()} if isinstance(value, dict) else value

    assert question_and_reply(desk.parse(without_replies(record))) == "has no public reply"


def test_what_does_not_say_that_it_is_public_is_private() -> None:
    unsaid = [{name: value for name, value in each.items() if name != "public"} for each in ZENDESK["comments"]]
    assert question_and_reply(zendesk.parse(ZENDESK | {"comments": unsaid})) == "has no public reply"


def test_facts_of_a_ticket_are_kept() -> None:
    found = zendesk.parse(ZENDESK)
    assert (found.url, found.updated_at, found.tags) == (
        "https://acme.zendesk.com/agent/tickets/35436",
        "2026-03-02T08:00:00+00:00",
        ("pump", "error"),
    )
    assert intercom.parse(INTERCOM).tags == ("pump",)


ARTICLES: list[tuple[ModuleType, dict[str, Any], str]] = [
    (zendesk, {"id": 1, "title": "Returns", "body": "<p>14 days</p>", "draft": False, "user_segment_id": None}, ""),
    (zendesk, {"id": 1, "title": "Returns", "body": "<p>14 days</p>", "draft": True}, "is a draft"),
    (zendesk, {"id": 1, "title": "Returns", "body": "x", "user_segment_id": 9}, "is for a part of the readers only"),
    (freshdesk, {"id": 1, "title": "Returns", "description": "<p>14 days</p>", "status": 2}, ""),
    (freshdesk, {"id": 1, "title": "Returns", "description": "<p>14 days</p>", "status": 1}, "is a draft"),
    (intercom, {"type": "article", "id": "1", "title": "Returns", "body": "<p>14 days</p>", "state": "published"}, ""),
    (intercom, {"type": "article", "id": "1", "title": "Returns", "body": "x", "state": "draft"}, "is a draft"),
    (chatwoot, {"id": 1, "title": "Returns", "content": "14 *days*", "status": "published"}, ""),
    (chatwoot, {"id": 1, "title": "Returns", "content": "14 *days*", "status": 0}, "is a draft or archived"),
]


@pytest.mark.parametrize(("desk", "record", "obstacle"), ARTICLES)
def test_articles_are_read_where_they_are_published_for_all(
    desk: ModuleType, record: Mapping[str, Any], obstacle: str
) -> None:
    found = desk.parse(record)
    assert isinstance(found, DeskArticle)
    assert (found.title, found.obstacle) == ("Returns", obstacle)
    assert found.markup == ("markdown" if desk is chatwoot else "html")


def test_articles_of_freshdesk_stand_in_folders_that_say_who_may_read_them() -> None:
    article = {"id": 1, "title": "Returns", "description": "x", "status": 2}
    folders = [{"visibility": 1, "articles": [article]}, {"visibility": 3, "articles": [article | {"id": 2}]}]
    found = [freshdesk.parse(each) for each in freshdesk.parts({"solution_category": {"folders": folders}})]
    assert [each.obstacle for each in found] == ["", "is for a part of the readers only"]


@pytest.mark.parametrize(
    ("desk", "record", "missing"),
    [
        (zendesk, {"id": 1, "subject": "x", "requester_id": 3}, "comments"),
        (zendesk, {"id": 1, "subject": "x", "comments": []}, "requester_id or requester"),
        (zendesk, {"title": "x", "body": "y"}, "id"),
        (freshdesk, {"ticket_id": "1", "subject": "x"}, "description or description_text"),
        (intercom, {"type": "conversation", "id": 1}, "source or conversation_message, conversation_parts"),
        (chatwoot, {"title": "x", "content": "y", "id": 1}, "status"),
    ],
)
def test_missing_fields_are_named(desk: ModuleType, record: dict[str, Any], missing: str) -> None:
    with pytest.raises(MissingFields, match=f"has no field {missing}"):
        desk.parse(record)


@pytest.mark.parametrize("desk", [zendesk, freshdesk, intercom, chatwoot])
def test_records_of_another_kind_are_none(desk: ModuleType) -> None:
    assert desk.parse({"id": 1, "name": "Ann", "email": "ann@example.org"}) is None
