"""What mails say: fields, own words, quoted ones, signatures and attachments."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from types import SimpleNamespace

import pytest

from components.converters.assembly import TextBuilder
from components.converters.formats import load
from components.converters.mail.bodies import add_html, add_plain
from components.converters.mail.letter import Attachment, MailBody
from components.converters.mail.outlook import letter_of
from components.errors import LoadingError
from tests.components.converters.conftest import Save, blocks_of


def mail(subject: str = "Leave in May", text: str = "You have 30 days.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ada Müller <ada@x.test>"
    message["To"] = "Bob <bob@x.test>"
    message["Date"] = "Mon, 04 May 2026 10:00:00 +0200"
    message.set_content(text)
    return message


def plain(text: str, *, is_flowed: bool = False) -> list[tuple[str, str, tuple[str, ...]]]:
    builder = TextBuilder()
    builder.add_heading("S", 1)
    add_plain(builder, text, 2, is_flowed=is_flowed)
    extracted = builder.build("eml", None, {})
    return [(each.kind, extracted.text[each.start : each.end], each.heading[1:]) for each in extracted.blocks[1:]]


def test_subject_fields_words_and_attachments_of_a_mail(save: Save) -> None:
    message = mail()
    message.add_attachment(b"Model,Price\nX200,49 EUR\n", maintype="text", subtype="csv", filename="prices.csv")
    message.add_attachment(b"\0", maintype="application", subtype="x-thing", filename="../a/thing.bin")
    message.add_attachment(mail("Inner", "Deep words.\n"))
    extracted = load(save("a.eml", message.as_bytes()))
    assert blocks_of(extracted) == [
        ("heading", "Leave in May"),
        ("text", "From: Ada Müller <ada@x.test>\nTo: Bob <bob@x.test>\nDate: Mon, 04 May 2026 10:00:00 +0200"),
        ("text", "You have 30 days."),
        ("heading", "prices.csv"),
        ("table", "Model: X200; Price: 49 EUR"),
        ("heading", "thing.bin"),
        ("heading", "Inner"),
        ("text", "From: Ada Müller <ada@x.test>\nTo: Bob <bob@x.test>\nDate: Mon, 04 May 2026 10:00:00 +0200"),
        ("text", "Deep words."),
    ]
    assert extracted.blocks[4].heading == ("Leave in May", "prices.csv")
    assert extracted.blocks[-1].heading == ("Leave in May", "Inner")
    assert extracted.title == "Leave in May"
    assert extracted.meta == {
        "author": "Ada Müller",
        "created_at": "2026-05-04T08:00:00+00:00",
        "to": "Bob <bob@x.test>",
        "not_read": ["thing.bin: is of a kind that is not read"],
    }


def test_of_two_forms_the_html_is_read_and_logos_are_passed_over(save: Save) -> None:
    message = mail(text="Plain form.\n")
    message.add_alternative("<p>Rich form.</p><ul><li>a<li>b</ul>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", disposition="inline", filename="logo.png")
    extracted = load(save("a.eml", message.as_bytes()))
    assert blocks_of(extracted)[2:] == [("text", "Rich form."), ("list", "- a\n- b")]


def test_what_is_quoted_and_the_signature_stand_apart() -> None:
    assert plain("Yes.\n\nOn Mon, Ada <a@x.test>\nwrote:\n> May I?\n>\n>> Once\n\nThanks\n-- \nBob\nX200 Ltd") == [
        ("text", "Yes.", ()),
        ("heading", "On Mon, Ada <a@x.test> wrote:", ()),
        ("text", "May I?", ("On Mon, Ada <a@x.test> wrote:",)),
        ("text", "Once", ("On Mon, Ada <a@x.test> wrote:",)),
        ("text", "Thanks", ()),
        ("text", "Bob\nX200 Ltd", ()),
    ]
    assert plain("Ja.\n-----Ursprüngliche Nachricht-----\nVon: Ada\n\nDarf ich?") == [
        ("text", "Ja.", ()),
        ("heading", "Ursprüngliche Nachricht", ()),
        ("text", "Von: Ada", ("Ursprüngliche Nachricht",)),
        ("text", "Darf ich?", ("Ursprüngliche Nachricht",)),
    ]


def test_lines_that_a_program_cut_are_joined_and_lists_kept() -> None:
    long = "This line is as long as a program lets it be before it begins a new one"
    assert plain(f"{long}\nand ends here.\nShort\nlines stay.") == [
        ("text", f"{long} and ends here.\nShort\nlines stay.", ()),
    ]
    assert plain("Soft \nbreak.\nHard.", is_flowed=True) == [("text", "Soft break.\nHard.", ())]
    assert plain("- one\n- two") == [("list", "- one\n- two", ())]


def test_quotes_in_html_stand_below_who_wrote_them() -> None:
    builder = TextBuilder()
    quote = '<div class="gmail_quote">On Mon, Ada wrote:</div><blockquote type="cite"><p>May I?</p></blockquote>'
    add_html(builder, f"<p>Yes.</p>{quote}<p>Bob</p>", 2)
    extracted = builder.build("eml", None, {})
    assert blocks_of(extracted) == [
        ("text", "Yes."),
        ("text", "Bob"),
        ("heading", "On Mon, Ada wrote:"),
        ("text", "May I?"),
    ]
    assert extracted.blocks[-1].heading == ("On Mon, Ada wrote:",)


def test_a_mailbox_holds_each_mail_below_its_subject(save: Save) -> None:
    first = mail("First", "From the start.\n\n>From here too.\n").as_bytes()
    data = b"From a@x.test Mon May  4 10:00:00 2026\n" + first + b"\nFrom b@x.test Mon May  4 11:00:00 2026\n"
    extracted = load(save("a.mbox", data + mail("Second").as_bytes()))
    texts = [text for _, text in blocks_of(extracted)]
    assert [text for kind, text in blocks_of(extracted) if kind == "heading"] == ["First", "Second"]
    assert "From the start." in texts and "You have 30 days." in texts
    assert extracted.blocks[-1].heading == ("Second",)
    with pytest.raises(LoadingError, match="is no mailbox"):
        load(save("b.mbox", b"Dear all"))


def test_encoded_headers_old_encodings_and_broken_fields(save: Save) -> None:
    head = b"Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= x\nFrom: =?utf-8?q?Zo=C3=AB?= <z@x.test>\nDate: soon\n"
    body = b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + "日本語です。".encode("iso-2022-jp")
    extracted = load(save("a.eml", head + body))
    assert extracted.title == "日本 x"
    assert extracted.meta == {"author": "Zoë"}
    assert blocks_of(extracted)[-1] == ("text", "日本語です。")
    with pytest.raises(LoadingError, match="holds no mail"):
        load(save("b.eml", b"Only words.\n"))


def test_mails_in_mails_and_files_are_bounded(save: Save) -> None:
    message = mail("0")
    for number in range(1, 7):
        outer = mail(str(number))
        outer.add_attachment(message)
        message = outer
    extracted = load(save("deep.eml", message.as_bytes()))
    assert extracted.meta["not_read"] == ["2: is a mail inside more than 3 others"]
    many = mail()
    for number in range(250):
        many.add_attachment(b"x", maintype="text", subtype="x-log", filename=f"{number}.log")
    notes = load(save("many.eml", many.as_bytes())).meta["not_read"]
    assert len(notes) == 50 and "more than 200 files" in notes[0]


def test_a_bomb_or_a_broken_file_inside_a_mail_stops_nothing(save: Save) -> None:
    message = mail()
    message.add_attachment(b"PK\x03\x04broken", maintype="application", subtype="zip", filename="a.docx")
    message.add_attachment(b"Last words.", maintype="text", subtype="x-log", filename="b.txt")
    extracted = load(save("a.eml", message.as_bytes()))
    assert extracted.text.endswith("Last words.")
    assert "a.docx" in extracted.meta["not_read"][0]


def test_a_mail_of_outlook_becomes_a_letter() -> None:
    person = SimpleNamespace(name="Bob", email_address="bob@x.test")
    file = SimpleNamespace(file_name="a.txt", file_bytes=b"Words.")
    message = SimpleNamespace(
        subject="Leave", sender="Ada <ada@x.test>", sent_date=datetime(2026, 5, 4, 8, tzinfo=UTC), recipients=[person],
        html_body=None, body="You have 30 days.", attachments=[file],
    )  # fmt: skip
    letter = letter_of(message)
    assert (letter.subject, letter.sender, letter.bodies) == ("Leave", "Ada", [MailBody("You have 30 days.")])
    assert letter.fields == [
        ("From", "Ada <ada@x.test>"),
        ("To", "Bob <bob@x.test>"),
        ("Date", "Mon, 04 May 2026 08:00:00 +0000"),
    ]
    assert letter.attachments == [Attachment("a.txt", b"Words.")]


def test_a_damaged_mail_of_outlook_says_what_to_do(save: Save) -> None:
    with pytest.raises(LoadingError, match=r"cannot be read as a mail of Outlook.*save it as \.eml"):
        load(save("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000))


def test_an_encrypted_mail_says_so(save: Save) -> None:
    secret = base64.b64encode(b"\x30\x82").decode()
    head = "Subject: Plan\nFrom: a@x.test\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n"
    extracted = load(save("a.eml", f"{head}Content-Transfer-Encoding: base64\n\n{secret}\n".encode()))
    assert extracted.meta["not_read"] == ["Plan: is encrypted"]
