"""The words of one line or paragraph of AsciiDoc, without its marks. Pure; each mark is looked for up to a limit."""

import re
from collections.abc import Mapping

_INLINE = re.compile(
    r"(?P<code>`\+[^`\n]{1,500}\+`|``[^\n]{1,500}?``|(?<![\w`])`(?! )[^`]{1,500}`(?!\w))"
    r"|(?P<quote>\"`|`\"|'`|`')"
    r"|(?P<hidden>\(\(\([^()\n]{1,300}\)\)\)|\[\[[^\[\]\n]{1,200}\]\]|anchor:[^\s\[]{1,100}\[[^\]\n]{0,200}\]"
    r"|(?:indexterm|icon):[^\s\[]{0,100}\[[^\]\n]{0,300}\])"
    r"|(?P<term>\(\((?P<termed>[^()\n]{1,300})\)\))"
    r"|(?P<cross><<[^<>,\n]{1,300}(?:,(?P<crossed>[^<>]{1,300}))?>>)"
    r"|(?P<menu>menu:(?P<first>[^\[\]\n]{1,100})\[(?P<rest>[^\]\n]{0,300})\])"
    r"|(?P<note>footnote(?:ref)?:[\w-]{0,60}\[(?P<noted>[^\]]{0,1000})\])"
    r"|(?P<macro>\b(?:xref|link|mailto|image|kbd|btn|pass|stem|latexmath|asciimath|https?|ftp|irc):"
    r"(?P<target>[^\s\[\]]{0,1000})\[(?P<words>[^\]]{0,1000})\])"
    r"|(?P<role>\[[.#%\w-][^\[\]\n]{0,200}\](?=[#*_`]))"
    r"|(?P<name>\{(?P<named>[\w-]{1,80})\})"
)
_SPAN = re.compile(r"\*\*([^*\n]{1,1000})\*\*|__([^_\n]{1,1000})__|##([^#\n]{1,1000})##")
_WORD = re.compile(
    r"(?<![\w*\\])\*(?=\S)([^*\n]{1,1000})(?<=\S)\*(?![\w*])"
    r"|(?<![\w_\\])_(?=\S)([^_\n]{1,1000})(?<=\S)_(?![\w_])"
    r"|(?<![\w#\\])#(?=\S)([^#\n]{1,1000})(?<=\S)#(?![\w#])"
    r"|(?<![\w+\\])\+(?=\S)([^+\n]{1,1000})(?<=\S)\+(?![\w+])"
)
_OWN = {
    "nbsp": " ", "empty": "", "blank": "", "sp": " ", "plus": "+", "zwsp": "", "lt": "<", "gt": ">", "amp": "&",
    "startsb": "[", "endsb": "]", "vbar": "|", "caret": "^", "asterisk": "*", "tilde": "~", "backtick": "`",
    "two-colons": "::", "apos": "'", "quot": '"', "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”",
}  # fmt: skip
_KEPT = "\0"
"""Stands for a piece of code while marks are taken out around it: no text holds it."""


def words(source: str, names: Mapping[str, str]) -> str:
    """What a reader sees of a text.

    Args:
        source: a paragraph, an item or a cell.
        names: values of the document's attributes.
    """
    code: list[str] = []

    def said(found: re.Match[str]) -> str:
        if found["code"] is not None:
            code.append(_inner(found["code"]))
            return _KEPT
        return _said(found, names)

    text = _SPAN.sub(_group, _INLINE.sub(said, source.replace(_KEPT, "")))
    text = _WORD.sub(_group, text)
    parts = text.split(_KEPT)
    return "".join(part + (code[number] if number < len(code) else "") for number, part in enumerate(parts))


def _said(found: re.Match[str], names: Mapping[str, str]) -> str:
    if found["name"] is not None:
        name = found["named"].lower()
        return names.get(name, _OWN.get(name, found[0]))
    if found["quote"] is not None:
        return found[0].replace("`", "")
    if found["term"] is not None:
        return found["termed"]
    if found["cross"] is not None:
        return found["crossed"].strip() if found["crossed"] is not None else found[0].strip("<>")
    if found["menu"] is not None:
        return " > ".join(part.strip() for part in (found["first"], *found["rest"].split(">")) if part.strip())
    if found["note"] is not None:
        return f" ({found['noted']})" if found["noted"].strip() else ""
    if found["macro"] is not None:
        return _macro(found)
    return ""


def _macro(found: re.Match[str]) -> str:
    said = found["words"].strip().removesuffix("^")
    first = said.partition(",")[0] if not said.startswith('"') else said[1:].partition('"')[0]
    if found[0].startswith(("http", "ftp", "irc")):
        return first or found[0].partition("[")[0]
    if found[0].startswith("image"):
        return first
    if found[0].startswith(("kbd", "btn", "pass", "stem", "latexmath", "asciimath")):
        return said
    return first or found["target"]


def _inner(code: str) -> str:
    for mark in ("`+", "``", "`"):
        if code.startswith(mark):
            return code[len(mark) : -len(mark)]
    return code


def _group(found: re.Match[str]) -> str:
    return next(part for part in found.groups() if part is not None)
