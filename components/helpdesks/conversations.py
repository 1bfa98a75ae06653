"""What a help desk's records are made into: a question with the first good public reply, or an article. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from components.helpdesks.cleaning import cleaned, plain_text, reply_text, without_personal_data

_LONGEST_QUESTION = 400
_LONGEST_SUBJECT = 200
_FEWEST_WORDS = 5
"""Of a reply that says something."""

_SUBJECT_MARKS = re.compile(r"\A(?:(?:re|fwd?|aw|wg)\s*+:\s*+|\[[^\]\n]{0,60}\]\s*+)++", re.IGNORECASE)

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s")


@dataclass(frozen=True, slots=True)
class DeskMessage:
    """One message of a conversation."""

    text: str
    is_html: bool
    from_agent: bool
    is_public: bool = True
    """False for a private note."""
    is_automatic: bool = False
    """Whether a rule or a bot wrote it."""


@dataclass(frozen=True, slots=True)
class DeskConversation:
    """A ticket or a chat, its messages in order."""

    number: str
    subject: str
    messages: tuple[DeskMessage, ...]
    url: str = ""
    updated_at: str | None = None
    tags: tuple[str, ...] = ()
    obstacle: str = ""
    """Why it is not to be read, such as spam; empty where it is."""


@dataclass(frozen=True, slots=True)
class DeskArticle:
    """An article of a help centre."""

    number: str
    title: str
    body: str
    markup: Literal["html", "markdown"]
    url: str = ""
    language: str = ""
    updated_at: str | None = None
    tags: tuple[str, ...] = ()
    obstacle: str = ""
    """Why it is not to be read, such as a draft; empty where it is."""


DeskRecord = DeskConversation | DeskArticle


@dataclass(frozen=True, slots=True)
class QuestionAndReply:
    """What of a conversation is worth finding again."""

    question: str
    reply: str


def question_and_reply(conversation: DeskConversation, *, keep_personal_data: bool = False) -> QuestionAndReply | str:
    """The question of a conversation with the first good public reply, or in plain words why there is none.

    Args:
        conversation: in the order in which it was written.
        keep_personal_data: whether e-mail addresses and phone numbers stay.
    """
    if conversation.obstacle:
        return conversation.obstacle
    public = [each for each in conversation.messages if each.is_public and each.text.strip()]
    asked = next((each for each in public if not each.from_agent), None)
    question = _question(conversation.subject, "" if asked is None else cleaned(_plain(asked)))
    if not question:
        return "has no question"
    begins = 0 if asked is None else public.index(asked)
    replies = [each for each in public[begins:] if each.from_agent and not each.is_automatic]
    if not replies:
        return "has no public reply"
    reply = next((text for each in replies if _is_good(text := reply_text(_plain(each)))), None)
    if reply is None:
        return "has no public reply that says something"
    if keep_personal_data:
        return QuestionAndReply(question, reply)
    return QuestionAndReply(without_personal_data(question), without_personal_data(reply))


def _plain(message: DeskMessage) -> str:
    return plain_text(message.text) if message.is_html else message.text


def _question(subject: str, message: str) -> str:
    """The subject, with the beginning of the message where that says more."""
    title = " ".join(_SUBJECT_MARKS.sub("", subject.strip()).split())[:_LONGEST_SUBJECT]
    words = " ".join(message.split())
    if not title or words.casefold().startswith(title.casefold().rstrip("?!. …")):
        return _shortened(words) or title
    return _shortened(f"{title}{'' if title[-1] in '?!.:' else ':'} {words}" if words else title)


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_QUESTION:
        return text
    cut = text[:_LONGEST_QUESTION]
    return cut[: cut.rfind(" ")] if " " in cut[_LONGEST_QUESTION // 2 :] else cut


def _is_good(reply: str) -> bool:
    """Whether a reply says something, rather than only ask back."""
    words = reply.split()
    spaced = len(words) >= _FEWEST_WORDS or (len(words) < 3 and len(reply) >= 3 * _FEWEST_WORDS)
    sentences = [part for part in _SENTENCE_END.split(reply) if part.strip()]
    return spaced and not all(sentence.rstrip().endswith(("?", "？")) for sentence in sentences)
