"""Paragraphs, columns, headings, running lines, leaders and tables as a reader sees them."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from components.converters.extracted import Extracted
from components.converters.formats import load
from components.converters.pdf.glyphs import Glyph, Line, split_lines
from components.converters.pdf.grid import lines_with_tables
from components.converters.pdf.headings import is_heading
from components.converters.pdf.layout import Setting
from components.converters.pdf.order import in_reading_order
from components.converters.pdf.running import drop_running_lines
from components.converters.pdf.tables import pieces

Build = Callable[..., bytes]
Placed = tuple[float, float, float, str]

LOREM = "The quick brown fox jumps over the lazy dog and runs"


def read(tmp_path: Path, pdf: Build, *pages: list[Placed]) -> Extracted:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(pages))
    return load(path)


def blocks(extracted: Extracted) -> list[tuple[str, str]]:
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]


def line(text: str, left: float, bottom: float, size: float = 10, *, bold: bool = False) -> Line:
    made = Line.of(
        [
            Glyph(char, (left + at * size / 2, bottom, left + (at + 1) * size / 2, bottom + size), bold)
            for at, char in enumerate(text)
        ]
    )
    assert made is not None
    return made


def test_a_wide_line_above_is_not_the_edge_of_a_narrow_column(tmp_path: Path, pdf: Build) -> None:
    page = [
        (
            72.0,
            760.0,
            10.0,
            "A long line over the whole width of the page which reaches further than any other",
        ),
        (72.0, 700.0, 10.0, LOREM),
        (72.0, 688.0, 10.0, "Away into the dark forest where nobody is found, then"),
        (72.0, 676.0, 10.0, "Comes home."),
    ]
    assert blocks(read(tmp_path, pdf, page))[1:] == [
        ("text", f"{LOREM} Away into the dark forest where nobody is found, then Comes home.")
    ]


def test_columns_are_read_one_after_the_other_and_a_paragraph_goes_on_in_the_next(tmp_path: Path, pdf: Build) -> None:
    page = [
        (72.0, 700.0, 10.0, LOREM[:39]),
        (72.0, 688.0, 10.0, "through the woods until it meets"),
        (330.0, 700.0, 10.0, "the bear, who is its friend."),
        (330.0, 670.0, 10.0, "Another day begins here."),
    ]
    assert [text for _, text in blocks(read(tmp_path, pdf, page))] == [
        f"{LOREM[:39]} through the woods until it meets the bear, who is its friend.",
        "Another day begins here.",
    ]


def test_what_stands_above_is_read_first_wherever_the_file_writes_it(tmp_path: Path, pdf: Build) -> None:
    page = [(72.0, 600.0, 10.0, "The end of the story is here."), (72.0, 700.0, 20.0, "The title")]
    assert blocks(read(tmp_path, pdf, page)) == [("heading", "The title"), ("text", "The end of the story is here.")]


def test_lines_of_an_address_stay_lines_of_one_block(tmp_path: Path, pdf: Build) -> None:
    rows = ["Third Floor", "National Bureau of Pumps and of Valves", "Main Street 5"]
    page = [(72.0, 700.0 - 12 * at, 10.0, row) for at, row in enumerate(rows)]
    assert blocks(read(tmp_path, pdf, page)) == [("text", f"{rows[0]}\n{rows[1]} {rows[2]}")]


def test_titles_of_left_and_right_pages_and_numbers_go(tmp_path: Path, pdf: Build) -> None:
    pages = []
    for number in range(1, 9):
        running = (
            f"{number} ESig Guide November 2006" if number % 2 else f"Chapter {'ABCD'[number // 2 - 1]} ESig Guide"
        )
        pages.append([(72.0, 40.0, 10.0, running), (72.0, 600.0, 10.0, f"What page {number} says is this sentence.")])
    assert [text for _, text in blocks(read(tmp_path, pdf, *pages))] == [
        f"What page {number} says is this sentence." for number in range(1, 9)
    ]


def test_two_pages_share_their_title_and_a_sentence_at_the_edge_stays(tmp_path: Path, pdf: Build) -> None:
    pages = [
        [(72.0, 760.0, 10.0, "Safety Manual"), (72.0, 400.0, 10.0, f"Sentence {number} stands alone."), *low]
        for number, low in ((1, [(72.0, 60.0, 10.0, "Only the first page says so.")]), (2, []))
    ]
    assert [text for _, text in blocks(read(tmp_path, pdf, *pages))] == [
        "Sentence 1 stands alone.",
        "Only the first page says so.",
        "Sentence 2 stands alone.",
    ]


def test_a_number_in_a_row_at_the_edge_is_no_page_number() -> None:
    pages = [[line("Total", 72, 40), line("17", 300, 40)] for _ in range(2)]
    pages[1][0] = line("Others", 72, 40)
    assert drop_running_lines(pages, [792.0, 792.0]) == pages


def test_dots_that_lead_to_a_page_go(tmp_path: Path, pdf: Build) -> None:
    page = [
        (72.0, 700.0, 10.0, "1 Introduction ............................................ 1"),
        (72.0, 686.0, 10.0, "2 Care . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . . 12"),
    ]
    assert "..." not in read(tmp_path, pdf, page).text and ". ." not in read(tmp_path, pdf, page).text


def test_a_raised_sign_stands_where_it_is_raised() -> None:
    glyphs = [*line("In the 24 century BCE", 72, 700).glyphs, Glyph("\n", None), *line("th", 117, 705, 6).glyphs]
    assert [found.text for found in split_lines(glyphs)] == ["In the 24th century BCE"]


@pytest.mark.parametrize(
    ("text", "size", "bold", "expected"),
    [
        ("2.1 Scope", 10, False, True),
        ("Scope", 14, False, True),
        ("Scope of the work", 10, True, True),
        ("SAFETY AND CARE", 10, False, True),
        ("Duration: 15 Weeks", 10, True, False),
        ("$1,234.00", 14, False, False),
        ("1. Open the lid", 10, False, False),
        ("It ends like a sentence.", 10, True, False),
        ("2.1 million people came", 10, False, True),  # nobody knows
    ],
)
def test_headings(text: str, size: float, bold: bool, expected: bool) -> None:
    assert is_heading([line(text, 72, 700, size, bold=bold)], 10, bold_tells=True) is expected


def test_a_bold_label_beside_its_value_is_no_heading() -> None:
    apart = Line.of([*line("Duration", 72, 700, bold=True).glyphs, *line("Weeks", 200, 700, bold=True).glyphs])
    assert apart is not None and not is_heading([apart], 10, bold_tells=True)


def ruled(xs: list[float], ys: list[float]) -> list[tuple[float, float, float, float]]:
    level = [(xs[0], y, xs[-1], y + 0.5) for y in ys]
    return [*level, *((x, ys[-1], x + 0.5, ys[0]) for x in xs)]


def test_drawn_cells_over_several_rows_and_columns() -> None:
    rules = ruled([0, 100, 200, 300], [100, 80, 60, 40, 20])
    rules.remove((0, 40, 300, 40.5))  # the first cell covers the last two rows
    rules.append((100, 40, 300, 40.5))
    rules.remove((200, 20, 200.5, 100))  # "Price" covers two columns
    rules.append((200, 20, 200.5, 80))
    texts = [
        ("Model", 10, 85), ("Price", 110, 85), ("2004", 110, 65), ("2005", 210, 65),
        ("X200", 10, 45), ("49", 110, 45), ("59", 210, 45), ("79", 110, 25), ("89", 210, 25),
    ]  # fmt: skip
    glyphs: list[Glyph] = []
    for text, left, bottom in texts:
        glyphs += [*line(text, left, bottom, bold=bottom > 60).glyphs, Glyph("\n", None)]
    lines = lines_with_tables([*glyphs, *line("After it.", 10, 0).glyphs], rules)
    found = pieces(lines, Setting.of([lines]))
    assert [(piece.kind, "".join(glyph.char for glyph in piece.glyphs)) for piece in found] == [
        (
            "table",
            "Model: X200; Price 2004: 49; Price 2005: 59\nModel: X200; Price 2004: 79; Price 2005: 89",
        ),
        ("text", "After it."),
    ]


def test_a_frame_that_cuts_words_is_no_table() -> None:
    glyphs = [*line("A sentence over the whole width", 10, 85).glyphs, Glyph("\n", None)]
    glyphs += line("and another one below of it", 10, 65).glyphs
    lines = lines_with_tables(glyphs, ruled([0, 52, 97, 300], [100, 80, 60]))
    assert [found.table for found in lines] == [None, None]


def test_endless_rules_letters_and_pieces_take_no_endless_time() -> None:
    began = time.perf_counter()
    rules = [
        box for at in range(600) for box in ((0.0, at * 4, 2400.0, at * 4 + 1), (at * 4.0, 0.0, at * 4 + 1.0, 2400))
    ]
    glyphs = [Glyph("x", (at % 2400, at // 40, at % 2400 + 3, at // 40 + 3)) for at in range(0, 90_000, 3)]
    lines = lines_with_tables(glyphs, rules)
    in_reading_order(pieces(lines, Setting.of([lines])))
    lines = [line("x", at % 600, at) for at in range(20_000)]
    drop_running_lines([lines], [20_000.0])
    in_reading_order(pieces(lines, Setting.of([lines])))
    assert time.perf_counter() - began < 120
