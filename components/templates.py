"""Templates of HTML: every value is escaped, and a value that is missing is an error."""

import re
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

_SPACE = re.compile(r"(?<!\s)\s++")


class _Joined(Extension):
    """Joins the lines of a template, as comments, so that errors still name the right line."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _SPACE.sub(_commented, source.strip())


def _commented(space: re.Match[str]) -> str:
    """Line breaks and indentation beside a tag or an expression, which are for the readers of a template alone."""
    line = space[0].find("\n")
    beside = space.string[space.start() - 1] in ">}" if line == 0 else False
    if line >= 0 and (beside or space.string[space.end()] in "<{"):
        return f"{space[0][:line]}{{#{space[0][line:]}#}}"
    return space[0]


def html_environment(package: str, writable: Callable[[str], str]) -> Environment:
    """The templates in the folder ``templates`` of a package.

    Args:
        package: its full name.
        writable: makes of any text one that HTML can hold; escaping comes after.
    """

    def shown(value: Any) -> Any:
        return value if isinstance(value, Markup) else writable(str(value))

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[_Joined],
        finalize=shown,
    )
