"""Regular expressions: compiled at their first use, since all of them would slow down every start of a process.

Most are asked of what strangers write, so that each must be linear: a test runs all of the product on hostile texts.
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class LazyPattern:
    """A regular expression, or several of which one is to be found; the case of letters does not matter.

    Args:
        parts: the expressions.
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, *parts: str) -> "LazyPattern":
        """Of one expression or more."""
        return cls(parts)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Ready for use."""
        return re.compile("|".join(self.parts), re.IGNORECASE)

    def found_in(self, text: str) -> bool:
        """Whether it stands anywhere in a text."""
        return self.compiled.search(text) is not None


def followed(first: str, *later: str) -> str:
    """An expression for two others, with anything between them: one pass, since the first counts where it is first."""
    return rf"\A(?>(?s:.*?)(?:{first}))(?s:.*)(?:{'|'.join(later)})"
