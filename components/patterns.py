"""Regular expressions: compiled at their first use, since all of them would slow down every start of a process.

Most are asked of what strangers write, so that each must be linear: a test runs all of the product on hostile texts.
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class LazyPattern:
    """A regular expression, or several of which one is to be found.

    Args:
        parts: the expressions.
        exact: whether the case of letters matters.
    """

    parts: tuple[str, ...]
    exact: bool = False

    @classmethod
    def of(cls, *parts: str) -> "LazyPattern":
        """Of one expression or more, in which the case of letters does not matter."""
        return cls(parts)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Ready for use."""
        return re.compile("|".join(self.parts), 0 if self.exact else re.IGNORECASE)

    def found_in(self, text: str) -> bool:
        """Whether it stands anywhere in a text."""
        return self.compiled.search(text) is not None


def followed(first: str, *later: str) -> str:
    """An expression for two others, with anything between them: one pass, since the first counts where it is first."""
    return rf"\A(?>(?s:.*?)(?:{first}))(?s:.*)(?:{'|'.join(later)})"


# Whoever asks chooses the words, so that no repetition may be shared out in more than one way: words are taken whole
# and none is given back ("++", "*+"), and what may stand anywhere before the rest of a rule counts where it is first.
_WORD = r"[\w-]++"


def up_to(words: int) -> str:
    """An expression for at most so many words to the end of a question."""
    return rf"{_WORD}(?: {_WORD}){{0,{words - 1}}}+ ?\?*+$"
