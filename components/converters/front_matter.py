"""What stands above a Markdown or AsciiDoc text between marks: fields, and lists of words that the page shows.

YAML between ``---``, TOML between ``+++``. Where YAML cannot be read as a whole, each line is read by itself: people
write colons without quotes. What may decide who reads the document is never guessed.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from components.converters.metadata import GUARDED
from components.errors import LoadingError
from components.languages.packs import united

_FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(?:(.*?)\n)?(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"""["']?([\w][\w .-]{0,79})["']?[ \t]*:(?:[ \t]+(.*))?\Z""")
_GUARD = re.compile(rf"""[\s"'{{,\[-]*(?:{"|".join(GUARDED)})\b["']?\s*[:=]""", re.IGNORECASE)
_TITLES = (*united(lambda pack: pack.question_columns), "title", "heading", "header", "name", "label", "summary")
_WORDS = (*united(lambda pack: pack.answer_columns), "content", "text", "description", "body", "details", "value")
_NO_WORDS = frozenset({
    "tags", "keywords", "groups", "aliases", "authors", "author", "categories", "category", "redirect_from",
    "redirects", "images", "links", "related", "outputs", "head", "toc", "css", "scripts", "topics", "labels",
})  # fmt: skip
_MOST_SHOWN = 200_000
"""Characters of the lists of one file: an alias may name a long one again and again."""


class FrontMatter(NamedTuple):
    """The fields, what the page shows of them as Markdown by their names, and the text below."""

    fields: dict[Any, Any]
    shown: dict[str, str]
    body: str


def front_matter(text: str, path: Path) -> FrontMatter:
    """Take apart a text.

    Raises:
        LoadingError: the fields cannot be read, and may say who is to read the document.
    """
    found = _FRONT.match(text)
    if found is None:
        return FrontMatter({}, {}, text)
    source = found[2] if found[2] is not None else ""
    fields = _toml(source, path) if found[1] == "+++" else _yaml(source, path)
    if fields is None:
        return FrontMatter({}, {}, text)  # a rule above ordinary text
    shown = {name: words for name, value in fields.items() if (words := _shown(str(name), value))}
    return FrontMatter(
        {name: value for name, value in fields.items() if str(name) not in shown}, shown, text[found.end() :]
    )


def _toml(source: str, path: Path) -> dict[Any, Any]:
    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        if _is_guarded(source):
            raise _unreadable(path, error) from error
        return {}


def _yaml(source: str, path: Path) -> dict[Any, Any] | None:
    try:
        fields = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError) as error:
        return _line_by_line(source, path, error)
    if fields is None:
        return {}
    return fields if isinstance(fields, dict) else None


def _line_by_line(source: str, path: Path, error: Exception) -> dict[Any, Any]:
    """The fields that can be read of what is no YAML as a whole."""
    fields: dict[Any, Any] = {}
    for name, value, whole in _parts(source):
        try:
            fields |= yaml.safe_load(whole)
        except (yaml.YAMLError, ValueError, TypeError):
            if _is_guarded(whole):
                raise _unreadable(path, error) from error
            if name and (words := value.strip().strip("\"'")):
                fields[name] = words
    return fields


def _parts(source: str) -> Iterator[tuple[str, str, str]]:
    """Name, rest of the line, and all lines of each field: those that are indented belong to the one above."""
    name, value, lines = "", "", list[str]()
    for line in source.split("\n"):
        found = _FIELD.match(line)
        if found is not None:
            if lines:
                yield name, value, "\n".join(lines)
            name, value, lines = found[1], found[2] if found[2] is not None else "", [line]
        else:
            lines.append(line)
    yield name, value, "\n".join(lines)


def _is_guarded(source: str) -> bool:
    return any(_GUARD.match(line) is not None for line in source.split("\n"))


def _unreadable(path: Path, error: Exception) -> LoadingError:
    # Not taken for text: it may say who is to read the document.
    problem = " ".join(str(error).split())
    return LoadingError(path, f"has front matter that cannot be read ({problem})")


def _shown(name: str, value: Any) -> str:
    """A list of sentences, or of titles with texts, as the page shows it; "" for every other field."""
    if not isinstance(value, list) or name.lower() in _NO_WORDS:
        return ""
    parts, length = [], 0
    for item in value:
        part = _record(item) if isinstance(item, Mapping) else _item(item) if isinstance(item, str) else ""
        length += len(part)
        if length > _MOST_SHOWN:
            break
        parts.append(part)
    has_sentences = any(isinstance(item, Mapping) for item in value) or any(len(part.split()) > 3 for part in parts)
    return "\n".join(part for part in parts if part) if has_sentences else ""


def _record(item: Mapping[Any, Any]) -> str:
    title, words = _first(item, _TITLES), _first(item, _WORDS)
    if title and words:
        return f"\n###### {' '.join(title.split())}\n\n{words}\n"
    return _item(title or words)


def _first(item: Mapping[Any, Any], names: tuple[str, ...]) -> str:
    found = {str(name).lower(): value for name, value in item.items() if isinstance(value, str)}
    return next((found[name].strip() for name in names if found.get(name, "").strip()), "")


def _item(words: str) -> str:
    return "- " + words.strip().replace("\n", "\n  ") if words.strip() else ""
