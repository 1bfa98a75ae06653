"""That HTML stands in templates alone, and that whatever a template shows is escaped."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from components.converters.office.legacy import _PROFILE as LIBREOFFICE_PROFILE
from ui.web.templates import templates_in
from ui.wording import ENGLISH

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ("components", "pipelines", "service", "evaluation", "training", "ui")
TAG = re.compile(r"(?<!\(\?P)</?[a-z][a-z0-9-]*(?=[\s/>])")
"""The beginning of one; not the name of a group in a regular expression."""
EXCEPTIONS = {"ui/cli/views/diagram.py": ("<br/>",), "components/converters/office/legacy.py": (LIBREOFFICE_PROFILE,)}
"""By module, what looks like HTML and is none: the line break of a Mermaid diagram, the settings of LibreOffice."""


def strings(path: Path) -> Iterator[str]:
    """All strings of a module but its docstrings; of an f-string, the parts between its values."""
    tree = ast.parse(path.read_bytes())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("package", PRODUCT)
def test_no_html_stands_in_python(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        found = {text for text in strings(path) if TAG.search(text)}
        assert found == set(EXCEPTIONS.get(name, ())), name


def test_what_a_template_shows_is_escaped_and_writable() -> None:
    shown = templates_in(ENGLISH).from_string('<p title="{{ text }}">{{ text }}</p>').render(text="\"'<&\x00\ud800")
    assert (
        shown
        == '<p title="&#34;&#39;&lt;&amp;␀\N{REPLACEMENT CHARACTER}">&#34;&#39;&lt;&amp;␀\N{REPLACEMENT CHARACTER}</p>'
    )


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="nothing_of_this_name"):
        templates_in(ENGLISH).from_string("{{ nothing_of_this_name }}").render()


def test_the_lines_of_a_template_are_joined_and_still_counted() -> None:
    template = templates_in(ENGLISH).from_string(
        "<ul>\n  {% for n in (1, 2) %}\n    <li>{{ n }} of\n 2</li>\n  {% endfor %}\n</ul>"
    )
    assert template.render() == "<ul><li>1 of\n 2</li><li>2 of\n 2</li></ul>"
    with pytest.raises(ZeroDivisionError) as caught:
        templates_in(ENGLISH).from_string("<p>\n  <b>\n    {{ 1 // 0 }}\n  </b>\n</p>").render()
    assert caught.traceback[-1].lineno == 2
