"""Blocks of files built from odd Unicode slice to their text, in order, without overlap."""

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pptx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.converters.formats import load
from components.errors import LoadingError

ODD = st.lists(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.text("ab c", max_size=9),
        st.sampled_from("\0\r\n\t\f \u2028\u0085\u00a0\u200b\ufeff\u0301\u202e|#-*`>\"',;:[]<&\x1c"),
        st.sampled_from(["é", "e\u0301", "👩‍👩‍👧", "中", "한", "א", "🇩🇪"]),
    ),
    max_size=20,
).map("".join)


NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no Office file can hold."""


def check(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        extracted = load(path)
    except LoadingError as error:
        assert "cannot be parsed" not in error.reason, error.reason
        return
    text, reached = extracted.text, 0
    assert "\r" not in text and "\0" not in text
    text.encode("utf-8")
    for block in extracted.blocks:
        part = text[block.start : block.end]
        assert reached <= block.start < block.end <= len(text)
        assert part == part.strip() != ""
        assert text[reached : block.start].strip() == ""
        if block.question_end is not None:
            assert block.start < block.question_end < block.end and text[block.question_end] == "\n"
        reached = block.end
    assert text[reached:].strip() == ""


quick = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(st.lists(ODD, max_size=8))
def test_text(tmp_path: Path, lines: list[str]) -> None:
    check(tmp_path / "a.txt", "\n".join(lines).encode())


@quick
@given(st.lists(st.tuples(st.sampled_from(["", "# ", "- ", "1. ", "> ", "    ", "|", "```", "<p>"]), ODD), max_size=8))
def test_markdown(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    check(tmp_path / "a.md", "\n".join(mark + line for mark, line in lines).encode())


@quick
@given(st.lists(st.lists(ODD, max_size=4), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_csv(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows([["question", "answer", "x"], *rows])
    check(tmp_path / "a.csv", target.getvalue().encode())


@quick
@given(
    st.lists(st.dictionaries(st.one_of(st.sampled_from(["question", "answer", "text", "title"]), ODD), ODD), max_size=6)
)
def test_json_lines(tmp_path: Path, records: list[dict[str, str]]) -> None:
    check(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)).encode())
    check(tmp_path / "a.json", json.dumps(records, ensure_ascii=False).encode())


@quick
@given(st.lists(st.tuples(st.sampled_from(["<p>", "<li>", "<h2>", "<td>", "<ul>", "<table>", "</table>", ""]), ODD)))
def test_html(tmp_path: Path, parts: list[tuple[str, str]]) -> None:
    check(tmp_path / "a.html", "".join(tag + text for tag, text in parts).encode())


@quick
@given(st.lists(st.lists(ODD, max_size=4), max_size=6), st.booleans())
def test_xlsx(tmp_path: Path, rows: list[list[str]], faq: bool) -> None:
    book = openpyxl.Workbook()
    for row in [["question", "answer", "x"] if faq else ["", "", "a"], *rows]:
        book.active.append([f"'{text}" if text.startswith("=") else text for text in map(no_control, row)])
    target = io.BytesIO()
    book.save(target)
    check(tmp_path / "a.xlsx", target.getvalue())


@quick
@given(ODD, st.lists(st.tuples(st.integers(0, 8), ODD), max_size=4), ODD)
def test_pptx(tmp_path: Path, title: str, items: list[tuple[int, str]], notes: str) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = no_control(title)
    for level, text in items:
        paragraph = slide.placeholders[1].text_frame.add_paragraph()
        paragraph.level, paragraph.text = level, no_control(text)
    slide.notes_slide.notes_text_frame.text = no_control(notes)
    target = io.BytesIO()
    deck.save(target)
    check(tmp_path / "a.pptx", target.getvalue())


def no_control(text: str) -> str:
    return NO_XML.sub("", text)


SHAPES = st.sampled_from([
    "# Why? {0}\n\n{1}", "Q: {0}?\nA: {1}", "{0}?\n\n{1}", "{0}\n====\n\n{1}", "== {0}?\n\n{1}", "{0}?:: {1}",
    ".. note:: {0}\n\n   {1}", "* {0}\n+\n{1}", "|===\n|{0}|{1}\n|===", "::: {0}\n{1}\n:::", "!!! note\n    {0}\n{1}",
    "<details><summary>{0}?</summary>\n\n{1}\n\n</details>", "{0}\n: {1}", "<A b={{\"{0}\"}}>{1}</A>",
])  # fmt: skip


@quick
@given(
    st.sampled_from([".txt", ".md", ".mdx", ".rst", ".adoc", ".html"]),
    st.lists(st.tuples(SHAPES, ODD, ODD), max_size=5),
)
def test_markup(tmp_path: Path, suffix: str, parts: list[tuple[str, str, str]]) -> None:
    text = "\n\n".join(shape.format(one, other) for shape, one, other in parts)
    check(tmp_path / f"a{suffix}", text.encode("utf-8", "replace"))
