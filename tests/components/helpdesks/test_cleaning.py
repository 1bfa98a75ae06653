"""What belongs to a letter goes, what may answer stays."""

import pytest

from components.helpdesks.cleaning import plain_text, reply_text, without_personal_data
from components.helpdesks.conversations import DeskConversation, DeskMessage, QuestionAndReply, question_and_reply


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hi Ann,\n\nPress reset.\n\nBest regards,\nBob\nAcme Support", "Press reset."),
        ("Hello Mr. O'Neil! Press reset.", "Press reset."),
        ("Thank you for contacting Acme Support. Press reset.", "Press reset."),
        ("Hi,\nThanks for reaching out!\nPress reset.\n-- \nBob", "Press reset."),
        ("Sehr geehrte Frau Meier,\n\nvielen Dank für Ihre Nachricht. Drücken Sie Reset.\n\nMit besten Grüßen\nBob",
         "Drücken Sie Reset."),
        ("您好，请按复位键。", "请按复位键。"),
        ("Press reset.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <a@b.org> wrote:\n> it does not start", "Press reset."),
        ("> it does not start\nPress reset.", "Press reset."),
        ("Dear customers pay the same.", "Dear customers pay the same."),
        ("Hey press the button", "Hey press the button"),
        ("Thanks for your patience while we looked. It is the fuse.", "It is the fuse."),
        ("Say thanks.\nThen press reset.", "Say thanks.\nThen press reset."),
        ("1. Stop\n2. Start\n\nCheers", "1. Stop\n2. Start"),
        ("Regards", "Regards"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_reply_is_what_answers(text: str, kept: str) -> None:
    assert reply_text(text) == kept


def test_html_becomes_paragraphs_and_lists() -> None:
    markup = (
        "<div>Do this:<ul><li>Stop</li><li>Start</li></ul><script>evil()</script><p style='display:none'>no</p></div>"
    )
    assert plain_text(markup) == "Do this:\n\n- Stop\n- Start"
    assert plain_text("") == plain_text("<!-- x -->") == ""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ann.b+c@mail.example.co.uk.", "Write to [e-mail address]."),
        ("Call +49 (0)30 1234567 or 0171-1234567.", "Call [phone number] or [phone number]."),
        ("Call (030) 123 45 67 or 555-123-4567 now", "Call [phone number] or [phone number] now"),
        ("Error 0x80070005, part 4711-12, 10.0.0.1, 2026-03-01, 1,000,000 and v1.2.3",
         "Error 0x80070005, part 4711-12, 10.0.0.1, 2026-03-01, 1,000,000 and v1.2.3"),
        ("Order 123456789012", "Order 123456789012"),
    ],
)  # fmt: skip
def test_addresses_and_phone_numbers_are_masked(text: str, masked: str) -> None:
    assert without_personal_data(text) == masked


def conversation(*replies: str, subject: str = "Pump", asked: str = "It stops.") -> DeskConversation:
    messages = (
        DeskMessage(asked, False, from_agent=False),
        *(DeskMessage(each, False, from_agent=True) for each in replies),
    )
    return DeskConversation("1", subject, messages)


def test_a_reply_that_only_asks_back_or_says_nothing_is_passed_over() -> None:
    found = question_and_reply(
        conversation("Could you send us the serial number?", "Done.", "The fuse is broken; replace it.")
    )
    assert found == QuestionAndReply("Pump: It stops.", "The fuse is broken; replace it.")
    assert question_and_reply(conversation("Done.")) == "has no public reply that says something"
    assert question_and_reply(conversation("Try the reset.", subject="", asked=" ")) == "has no question"


def test_a_question_is_no_longer_than_people_read() -> None:
    found = question_and_reply(conversation("The fuse is broken; replace it.", asked="very long " * 100))
    assert isinstance(found, QuestionAndReply) and len(found.question) <= 400
    same = question_and_reply(
        conversation("The fuse is broken; replace it.", subject="It stops", asked="It stops. Why?")
    )
    assert isinstance(same, QuestionAndReply) and same.question == "It stops. Why?"


def test_personal_data_stay_where_that_is_asked_for() -> None:
    written = conversation("Write to ann@example.org about the fuse.", asked="I am bob@example.org")
    masked, kept = question_and_reply(written), question_and_reply(written, keep_personal_data=True)
    assert isinstance(masked, QuestionAndReply) and "@" not in masked.question + masked.reply
    assert isinstance(kept, QuestionAndReply) and "bob@" in kept.question and "ann@" in kept.reply
