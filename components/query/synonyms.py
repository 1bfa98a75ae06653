"""Words that mean the same: a ``synonyms.toml`` and a question in, the words to search for as well out.

::

    [[group]]
    words = ["VPN", "virtual private network"]    # each stands for all others

    [acronyms]
    RMA = "return merchandise authorization"      # both ways; upper case is matched as such ("IT" is not "it")

Knows nothing of how the words are searched.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import ConfigurationError
from components.languages.scripts import is_unspaced

_GAP = re.compile(r"[\s-]+")
_FORM = 'words = ["VPN", "virtual private network"]'


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What each known word brings along, in the order of the file."""

    entries: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = ()

    def additions(self, text: str) -> list[str]:
        """The words that belong to those of the text and do not stand in it, in the order of the text."""
        found = sorted(
            (start, number)
            for number, (pattern, _) in enumerate(self.entries)
            if (start := _position(pattern, text)) is not None
        )
        new: dict[str, None] = {}
        for _, number in found:
            for words in self.entries[number][1]:
                if _position(_pattern(words, exact=False), text) is None:
                    new[words] = None
        return list(new)


def with_additions(text: str, additions: Sequence[str]) -> str:
    """The text, and behind it in brackets the words that it stands for."""
    return f"{text} ({', '.join(dict.fromkeys(additions))})" if additions else text


def load_synonyms(path: Path | str) -> Synonyms:
    """Read a ``synonyms.toml``.

    Raises:
        ConfigurationError: the file is missing or not as described above; the message names the key.
    """
    file = Path(path)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The synonyms file {file} cannot be read ({error.strerror}); correct the setting or the file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The synonyms file {file} is not TOML in UTF-8: {error}.") from error
    unknown = sorted(data.keys() - {"group", "acronyms"})
    if unknown:
        raise ConfigurationError(f"{file}: unknown key {unknown[0]!r}; there are [[group]] and [acronyms].")
    return Synonyms((*_groups(data.get("group", []), file), *_acronyms(data.get("acronyms", {}), file)))


def _groups(groups: Any, file: Path) -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    if not isinstance(groups, list):
        raise ConfigurationError(f"{file}: key 'group' must be written as [[group]], with {_FORM} below.")
    for number, group in enumerate(groups, start=1):
        words = group.get("words") if isinstance(group, dict) and group.keys() == {"words"} else None
        if not isinstance(words, list) or len(words) < 2 or not all(_is_words(item) for item in words):
            raise ConfigurationError(
                f"{file}: group {number} must have two words or more, as {_FORM}; it is {group!r}."
            )
        for word in words:
            yield _pattern(word, exact=False), tuple(_normal(other) for other in words if other != word)


def _acronyms(acronyms: Any, file: Path) -> Iterator[tuple[re.Pattern[str], tuple[str, ...]]]:
    if not isinstance(acronyms, dict):
        raise ConfigurationError(f"{file}: key 'acronyms' must be a table, as [acronyms] with RMA = \"...\" below.")
    for short, long in acronyms.items():
        if not _is_words(long) or not short.strip():
            raise ConfigurationError(f"{file}: acronym {short!r} must have its words in quotes; it has {long!r}.")
        yield _pattern(short, exact=short.isupper()), (_normal(long),)
        yield _pattern(long, exact=False), (_normal(short),)


def _is_words(item: Any) -> bool:
    return isinstance(item, str) and bool(item.strip())


def _normal(words: str) -> str:
    return " ".join(unicodedata.normalize("NFC", words).split())


def _pattern(words: str, *, exact: bool) -> re.Pattern[str]:
    """Matches the words however they are spaced or hyphenated."""
    parts = [re.escape(part) for part in _GAP.split(_normal(words)) if part]
    joined = r"[\s-]+".join(parts) if parts else re.escape(_normal(words))
    return re.compile(joined, 0 if exact else re.IGNORECASE)


def _position(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the pattern stands as whole words."""
    for found in pattern.finditer(text):
        if _is_edge(text, found.start()) and _is_edge(text, found.end()):
            return found.start()
    return None


def _is_edge(text: str, at: int) -> bool:
    """Whether no word goes on here; signs of unspaced scripts are words of their own."""
    if at in (0, len(text)):
        return True
    return not all(_is_word_sign(sign) and not is_unspaced(sign) for sign in text[at - 1 : at + 1])


def _is_word_sign(sign: str) -> bool:
    return sign == "_" or sign.isalnum() or bool(unicodedata.combining(sign))
