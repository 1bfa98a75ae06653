"""What is said of a source that did not read well, and what a reader can do about it, in every language. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.types import Finding, FindingKind
    from ui.wording import Words


def finding_texts(words: Words) -> dict[FindingKind, tuple[str, str]]:
    """By kind what is wrong, with ``{measure}`` where its figure goes, and what to do."""
    _ = words.gettext
    return {
        "garbled": (
            _("{measure} of the text is garbage"),
            _("Its fonts or encoding are broken. Save it anew from its program, or run text recognition over it."),
        ),
        "pages_without_text": (
            _("Pages without text: {measure}"),
            _("They may be scans or pictures. Run text recognition over them."),
        ),
        "little_text": (
            _("Characters of text in a large file: {measure}"),
            _("Its words may be in pictures or text boxes. Compare its text with the file; save it in another format."),
        ),
        "torn": (
            _("{measure} of the paragraphs end in the middle of a sentence"),
            _("Lines or columns were not joined well. If you have the document in another format, index that."),
        ),
        "leaders": (
            _("{measure} of the text is rows of dots or lines"),
            _("It is mostly a table of contents or a form. Leave it out if it answers nothing."),
        ),
        "huge_table": (
            _("Longest table, in characters: {measure}"),
            _("Save such a table as CSV or XLSX, so that each row is found on its own."),
        ),
        "language_unknown": (
            _("The language is unknown"),
            _("Name it in the document's metadata, for example language: en."),
        ),
        "no_headings": (
            _("Characters without any heading: {measure}"),
            _("Headings help to find the right part. Mark them as headings, or split the document."),
        ),
        "no_title": (
            _("No title"),
            _("Set a title in the document's properties or metadata; it is searched, and shown with answers."),
        ),
    }


def measure_text(words: Words, finding: Finding) -> str:
    """The figure behind a finding: a share in percent, or a number."""
    if finding.kind in ("garbled", "torn", "leaders"):
        return f"{words.number(100 * finding.measure)} %"
    return words.number(finding.measure)


def finding_text(words: Words, finding: Finding) -> str:
    """What is wrong, with its figure."""
    says, _ = finding_texts(words)[finding.kind]
    return says.format(measure=measure_text(words, finding))
