"""What of a passage is searched, what is embedded, and what is read together with a question. Pure."""

from typing import NamedTuple

from haystack import Document


class Pair(NamedTuple):
    """A question and a passage; ``context`` (title, heading) is read before the passage but gives no spans."""

    question: str
    passage: str
    context: str = ""


def heading_context(document: Document) -> str:
    """Title and heading of a passage in one line, without what is said twice; "" where there is neither."""
    parts = [document.meta.get("title"), document.meta.get("heading")]
    named = [str(part) for part in parts if part]
    if len(named) == 2 and named[1].startswith(named[0]):
        del named[0]
    return " > ".join(named)


def opening_heading(document: Document) -> str:
    """The heading that the passage itself begins with; "" where it begins with none."""
    last = heading_context(document).rpartition(" > ")[2]
    return last if last and (document.content or "").startswith(f"{last}\n") else ""


def context_before(document: Document) -> str:
    """What is put before a passage: :func:`heading_context` without :func:`opening_heading`."""
    opening = opening_heading(document)
    context = heading_context(document)
    return context.removesuffix(opening).removesuffix(" > ") if opening else context


def indexed_text(document: Document) -> str:
    """What is searched of a passage: title, heading and content."""
    context = context_before(document)
    content = document.content or ""
    return f"{context}\n{content}" if context else content


def embedded_text(document: Document) -> str:
    """What is embedded of a passage: the question of a FAQ below its headings, else title, heading and content."""
    question = document.meta.get("question")
    if document.meta.get("kind") == "faq" and question:
        # Below headings, "How does it work?" says of what; a row stands for itself.
        return f"{context_before(document)}\n{question}" if document.meta.get("heading") else str(question)
    return indexed_text(document)


def pair_of(query: str, document: Document, with_context: bool) -> Pair:
    """The pair that ranker and reader share; the same words on both sides, so that one pass serves both."""
    return Pair(query, document.content or "", context_before(document) if with_context else "")
