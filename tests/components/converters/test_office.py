"""Presentations and workbooks: text, headings, slides, rows, lists, tables, notes, metadata, and what is refused."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.util import Inches

from components.converters.formats import Block, Extracted, load
from components.converters.office.number_formats import shown
from components.errors import LoadingError
from tests.components.converters.conftest import blocks_of

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

SaveDeck = Callable[[Any], Extracted]


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The same zip file with other entries; None leaves one out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if (content := change(name, source.read(name))) is not None:
                made.writestr(name, content)
    return target.getvalue()


def reason(path: Path, data: bytes, **options: int) -> str:
    path.write_bytes(data)
    with pytest.raises(LoadingError) as caught:
        load(path, **options)
    return caught.value.reason


# Presentations


@pytest.fixture
def read_deck(tmp_path: Path) -> SaveDeck:
    def save(deck: Any) -> Extracted:
        deck.save(str(tmp_path / "a.pptx"))
        return load(tmp_path / "a.pptx")

    return save


def add_slide(deck: Any, layout: int, title: str | None = None) -> Any:
    """0: title and subtitle, 1: title and content, 5: title only, 6: blank."""
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    if title is not None:
        slide.shapes.title.text = title
    return slide


def add_text(shapes: Any, left: float, top: float, text: str, height: float = 0.5) -> Any:
    box = shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(height))
    box.text_frame.text = text
    return box


def set_items(frame: Any, items: Sequence[tuple[int, str]]) -> None:
    for number, (level, text) in enumerate(items):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.level, paragraph.text = level, text


def bullet(paragraph: Any, tag: str, **attributes: str) -> None:
    etree.SubElement(paragraph._p.get_or_add_pPr(), qn(tag), attributes)


def test_slides_are_pages_below_their_titles(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    first = add_slide(deck, 0, "The X200\nin use")
    first.placeholders[1].text = "Care and repair"
    second = add_slide(deck, 1, "Care")
    set_items(
        second.placeholders[1].text_frame, [(0, "Clean the filter"), (1, "every  month"), (0, " "), (0, "Dry it")]
    )
    second.notes_slide.notes_text_frame.text = "Use a soft cloth.\nNever use soap."
    third = add_slide(deck, 6)
    add_text(third.shapes, 1, 1, "Two lines\vof one paragraph")
    extracted = read_deck(deck)
    assert extracted.text == (
        "The X200 in use\n\nCare and repair\n\n"
        "Care\n\n- Clean the filter\n  - every month\n- Dry it\n\nUse a soft cloth.\n\nNever use soap.\n\n"
        "Two lines\nof one paragraph"
    )
    assert [(block.kind, block.page, block.heading) for block in extracted.blocks] == [
        ("heading", 1, ()),
        ("text", 1, ("The X200 in use",)),
        ("heading", 2, ()),
        ("list", 2, ("Care",)),
        ("text", 2, ("Care",)),
        ("text", 2, ("Care",)),
        ("text", 3, ()),  # a slide without a title does not stand below the one before
    ]
    assert (extracted.format, extracted.title, extracted.meta) == ("pptx", "The X200 in use", {})


def test_text_boxes_are_read_row_by_row_and_groups_as_a_whole(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 5, "Layout")
    add_text(slide.shapes, 1, 6, "last")
    add_text(slide.shapes, 5, 1.9, "right column", height=2)
    add_text(slide.shapes, 1, 2, "left column", height=2)
    group = slide.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    add_text(inner.shapes, 1, 5.2, "deep")
    add_text(group.shapes, 1, 4.5, "in the group")
    add_text(slide.shapes, 5, 4.4, "beside the group")
    extracted = read_deck(deck)
    assert [text for _, text in blocks_of(extracted)] == [
        "Layout",
        "left column",
        "right column",
        "in the group",
        "deep",
        "beside the group",
        "last",
    ]


def test_marks_of_lists_are_those_that_the_slide_shows(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 1, "Steps")
    body = slide.placeholders[1].text_frame
    set_items(body, [(0, "No item"), (0, "Open"), (1, "gently"), (0, "Close"), (0, "Bullet")])
    bullet(body.paragraphs[0], "a:buNone")
    for number in (1, 3):
        bullet(body.paragraphs[number], "a:buAutoNum", type="arabicPeriod", startAt="3")
    bullet(body.paragraphs[2], "a:buAutoNum", type="arabicPeriod")
    box = add_text(slide.shapes, 1, 6.5, "plain in a box")
    box.text_frame.add_paragraph().text = "item in a box"
    bullet(box.text_frame.paragraphs[1], "a:buChar", char="•")
    assert blocks_of(read_deck(deck)) == [
        ("heading", "Steps"),
        ("text", "No item"),
        ("list", "3. Open\n  1. gently\n4. Close\n- Bullet"),
        ("text", "plain in a box"),
        ("list", "- item in a box"),
    ]


def test_tables_name_their_columns_and_merged_cells(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 5, "Prices")

    def add_table(top: float, rows: list[list[str]]) -> Any:
        frame = slide.shapes.add_table(len(rows), len(rows[0]), Inches(1), Inches(top), Inches(6), Inches(1))
        for row, texts in zip(frame.table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        return frame.table

    table = add_table(
        2, [["Kind", "Model", "Price\nnet"], ["Pump", "X200", "49 EUR"], ["", "X300", ""], ["A", "B", "C"]]
    )
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 1).merge(table.cell(3, 2))
    facts = add_table(4, [["Weight", "2 kg"], ["", ""]])
    facts.first_row = False
    assert blocks_of(read_deck(deck)) == [
        ("heading", "Prices"),
        (
            "table",
            "Kind: Pump; Model: X200; Price net: 49 EUR\nKind: Pump; Model: X300\nKind: A; Model: B C; Price net: B C",
        ),
        ("table", "Weight: 2 kg"),
    ]


def test_footers_are_left_out_hidden_slides_and_new_forms_are_read(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 5, "Reserve")
    slide.element.set("show", "0")
    for number, kind in enumerate(("ftr", "sldNum", "dt"), start=20):
        footer = add_text(slide.shapes, 1, 7, "Confidential 3")
        footer.element.nvSpPr.nvPr.append(slide.element.makeelement(qn("p:ph"), {"type": kind, "idx": str(number)}))
    box = add_text(slide.shapes, 1, 3, "shown by the new program")
    old = add_text(slide.shapes, 1, 3, "shown by the old program")
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = etree.SubElement(slide.shapes._spTree, f"{{{space}}}AlternateContent")
    etree.SubElement(both, f"{{{space}}}Choice", {"Requires": "p"}).append(box.element)
    etree.SubElement(both, f"{{{space}}}Fallback").append(old.element)
    assert blocks_of(read_deck(deck)) == [("heading", "Reserve"), ("text", "shown by the new program")]


def test_diagrams_are_lists(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 5, "Cycle")
    texts = {"0": "", "1": "Second", "2": "First", "3": "Inner"}
    points = "".join(
        f'<dgm:pt modelId="{key}" type="{"node" if text else "doc"}">'
        f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for key, text in texts.items()
    )
    links = "".join(
        f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'
        for source, target, order in [("0", "1", 1), ("0", "2", 0), ("2", "3", 0), ("3", "2", 0)]
    )
    names = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    content = f"<dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst>"
    model = f"<dgm:dataModel {names} {drawing}>{content}</dgm:dataModel>"
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, slide.part.package, model.encode())
    relation = slide.part.relate_to(part, f"{RELATIONS}/diagramData")
    frame = slide.shapes.add_table(1, 1, Inches(1), Inches(2), Inches(3), Inches(1)).element
    data = frame.graphic.graphicData
    data.set("uri", "http://schemas.openxmlformats.org/drawingml/2006/diagram")
    data[:] = [etree.fromstring(f'<dgm:relIds {names} xmlns:r="{RELATIONS}" r:dm="{relation}"/>')]
    assert blocks_of(read_deck(deck)) == [("heading", "Cycle"), ("list", "- First\n  - Inner\n- Second")]


def test_charts_name_their_title_series_and_categories(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["2024", "2025"]
    data.add_series("Pumps", (3, 4.5))
    data.add_series("Valves", (None, 7))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 100, 100, data).chart
    chart.chart_title.text_frame.text = "Sold pieces"
    (block,) = read_deck(deck).blocks
    assert (block.kind, block.page) == ("table", 1)
    assert read_deck(deck).text == "Sold pieces\n2024; Pumps: 3\n2025; Pumps: 4.5; Valves: 7"


def test_properties_of_a_presentation(read_deck: SaveDeck) -> None:
    deck = pptx.Presentation()
    add_slide(deck, 5, "First")
    known = deck.core_properties
    known.title, known.author, known.keywords, known.language = "Handbook", "Ada Byron", "pumps; valves", "de-AT"
    known.modified = datetime(2025, 3, 1, 8, 0)
    extracted = read_deck(deck)
    assert extracted.title == "Handbook"
    assert extracted.meta == {
        "author": "Ada Byron",
        "updated_at": "2025-03-01T08:00:00+00:00",
        "language": "de",
        "tags": ["pumps", "valves"],
    }
    known.title = "PowerPoint-Präsentation"
    assert read_deck(deck).title == "First"


# Workbooks


def read_book(book: openpyxl.Workbook, folder: Path, **options: int) -> Extracted:
    book.save(folder / "a.xlsx")
    return load(folder / "a.xlsx", **options)


def make_book(*rows: Sequence[Any], name: str = "Prices") -> Any:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for row in rows:
        sheet.append(row)
    return book


def place(extracted: Extracted) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [(block.kind, block.row, block.heading) for block in extracted.blocks]


def test_rows_name_their_columns_below_the_name_of_their_sheet(tmp_path: Path) -> None:
    book = make_book(["Model", "Price, net"], ["X200", "49 EUR"], [], ["X300", "a\nb", "more"])
    second = book.create_sheet("Parts")
    second.append(["Part", "Count"])
    second.append(["Seal", 4])
    book.create_sheet("Empty")
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet.append(["leak", "leak"])
        sheet.sheet_state = state
    extracted = read_book(book, tmp_path)
    assert extracted.text == (
        "Prices\n\nModel: X200; Price, net: 49 EUR\n\nModel: X300; Price, net: a b; more\n\n"
        "Parts\n\nPart: Seal; Count: 4"
    )
    assert place(extracted) == [
        ("heading", None, ()),
        ("table", 2, ("Prices",)),
        ("table", 4, ("Prices",)),
        ("heading", None, ()),
        ("table", 2, ("Parts",)),
    ]
    assert (extracted.format, extracted.title, extracted.meta) == ("xlsx", "a", {})


def test_questions_with_answers_are_faq_entries(tmp_path: Path) -> None:
    book = make_book(
        ["Question", "Answer", "url", "valid_until"],
        ["How  long?", "Two years.\nFrom delivery.", "https://x.test", date(2026, 12, 31)],
        ["Where?", None, None, None],
    )
    extracted = read_book(book, tmp_path)
    faq, other = extracted.blocks[1:]
    assert extracted.text[faq.start : faq.end] == "How long?\nTwo years.\nFrom delivery."
    assert extracted.text[faq.start : faq.question_end] == "How long?"
    assert (faq.kind, faq.row) == ("faq", 2)
    assert faq.meta == {"url": "https://x.test", "valid_until": "2026-12-31T23:59:59+00:00"}
    assert (other.kind, extracted.text[other.start : other.end]) == ("table", "Question: Where?")
    book.active["D2"] = "soon"
    with pytest.raises(LoadingError, match='row 2 of sheet "Prices": valid_until'):
        read_book(book, tmp_path)


def test_values_are_shown_as_a_person_reads_them(tmp_path: Path) -> None:
    values: list[tuple[Any, str | None, str]] = [
        (1.0, None, "1"),
        (0.1 + 0.2, None, "0.3"),
        (0.125, "0.0%", "12.5%"),
        (49, '#,##0.00 "€"', "49.00 €"),
        (True, None, "true"),
        (date(2025, 3, 1), None, "2025-03-01"),
        (datetime(2025, 3, 1, 8, 30), None, "2025-03-01 08:30"),
        (time(8, 5), None, "08:05"),
        (timedelta(hours=26, minutes=3), "[h]:mm:ss", "26:03"),
        ("  a \r\n b_x000D_ ", None, "a b"),
        ("#N/A", None, ""),
        ("=1+1", None, ""),  # a formula that no program has computed
    ]
    book = make_book(["Name", "Value"])
    for number, (value, number_format, _) in enumerate(values, start=2):
        book.active.cell(number, 1, f"n{number}")
        cell = book.active.cell(number, 2, value)
        if number_format is not None:
            cell.number_format = number_format
    found = [text for kind, text in blocks_of(read_book(book, tmp_path)) if kind == "table"]
    expected = [(f"Name: n{number}", text) for number, (_, _, text) in enumerate(values, start=2)]
    assert found == [f"{name}; Value: {text}" if text else name for name, text in expected]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1234, "#,##0", "1234"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (2, "0%", "200%"),
        (7, "00000", "00007"),
        (0.5, "0%", "50%"),
        (0.5, "0.00 %", "50.00 %"),
        (-3.14159, "0.00", "-3.14"),
        (-0.001, "0.00", "0.00"),
        (2.5, "0.0##", "2.5"),
        (2.0, "#.##", "2"),
        (49, "[$€-407] #,##0.00;[Red]-[$€-407] #,##0.00", "€ 49.00"),
        (49.9, '_-* #,##0.00 "EUR"_-', "49.90 EUR"),
        (12, r'0\ "kg"', "12 kg"),
        (0.75, "# ?/?", "0.75"),
        (12345.678, "0.00E+00", "12345.678"),
        (5551234, "000-0000", "5551234"),
        (3, "General", "3"),
        (3, "@", "3"),
        (3, "", "3"),
        (3, "0." + "0" * 99, "3"),
        (1e300, "General", "1e+300"),
        (float("inf"), "0", "inf"),
        (1e300, "0", "1" + "0" * 300),
        (10**40 + 5, "0.0", str(10**40 + 5) + ".0"),
        (10**400, "General", str(10**400)),
    ],
)
def test_number_formats(value: float, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_titles_stand_above_the_header_and_inside_the_table(tmp_path: Path) -> None:
    book = make_book(
        ["Price list 2025"],
        ["Valid from", "2025-01-01"],
        ["Kind", "Model", "Price", "Mon", "Tue"],
        ["Pumps"],
        ["small", "X200", 49, "open", "closed"],
        [None, "X300", 79, "closed"],
        ["large", "X400", 99],
    )
    for area in ("A1:E1", "A4:E4", "A5:A6", "D6:E6"):
        book.active.merge_cells(area)
    extracted = read_book(book, tmp_path)
    assert blocks_of(extracted)[1:] == [
        ("heading", "Price list 2025"),
        ("table", "Valid from: 2025-01-01"),
        ("heading", "Pumps"),
        ("table", "Kind: small; Model: X200; Price: 49; Mon: open; Tue: closed"),
        ("table", "Kind: small; Model: X300; Price: 79; Mon: closed; Tue: closed"),
        ("table", "Kind: large; Model: X400; Price: 99"),
    ]
    assert [block.row for block in extracted.blocks] == [None, None, 2, None, 5, 6, 7]
    assert extracted.blocks[-1].heading == ("Prices", "Price list 2025", "Pumps")


def test_names_of_columns_may_stand_in_several_rows(tmp_path: Path) -> None:
    book = make_book(
        [None, "Women", None, "Men", None],
        ["Age", "2023", "2024", "2023", "2024"],
        ["15 - 24", 7000, 12000, 9000, 8000],
    )
    names = "Women, 2023: 7000; Women, 2024: 12000; Men, 2023: 9000; Men, 2024: 8000"
    assert blocks_of(read_book(book, tmp_path))[1:] == [("table", f"Age: 15 - 24; {names}")]
    for area in ("B1:C1", "D1:E1"):
        book.active.merge_cells(area)
    assert blocks_of(read_book(book, tmp_path))[1:] == [("table", f"Age: 15 - 24; {names}")]


def test_tables_beside_and_below_each_other_have_their_own_names(tmp_path: Path) -> None:
    book = make_book(
        ["Classics", None, None, "History", None],
        ["Name", "Score", None, "Name", "Mark"],
        ["Ada", 1, None, "Bob", 3],
        [],
        ["Contacts"],
        [],
        ["Who", "Room"],
        ["Eve", 12],
        [],
        ["Zoe", 14],
        ["See also the handbook"],
    )
    extracted = read_book(book, tmp_path)
    assert [(extracted.text[each.start : each.end], each.heading[1:]) for each in extracted.blocks[1:]] == [
        ("Classics", ()),
        ("Name: Ada; Score: 1", ("Classics",)),
        ("History", ()),
        ("Name: Bob; Mark: 3", ("History",)),
        ("Contacts", ()),
        ("Who: Eve; Room: 12", ("Contacts",)),
        ("Who: Zoe; Room: 14", ("Contacts",)),
        ("Who: See also the handbook", ("Contacts",)),
    ]


def test_labels_of_groups_hold_for_the_rows_below_them(tmp_path: Path) -> None:
    book = make_book(
        [None, None, "Ada", "Bob"],
        ["Arts", "Classics", 1, 3],
        [None, "History", 3, 5],
        ["Stage", "Music", 5, 9],
        [None, "Drama", 7, 8],
    )
    assert [text for _, text in blocks_of(read_book(book, tmp_path))[1:]] == [
        "Arts; Classics; Ada: 1; Bob: 3",
        "Arts; History; Ada: 3; Bob: 5",
        "Stage; Music; Ada: 5; Bob: 9",
        "Stage; Drama; Ada: 7; Bob: 8",
    ]


def test_tables_without_header_have_bare_cells(tmp_path: Path) -> None:
    assert read_book(make_book(["X200", 49], ["X300", 79]), tmp_path).text == "Prices\n\nX200: 49\n\nX300: 79"
    assert read_book(make_book(["Model", "Price"]), tmp_path).text == "Prices\n\nModel: Price"


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    book = make_book()
    book.active["C5"], book.active["E5"], book.active["C6"], book.active["E6"] = "Model", "Price", "X200", 49
    extracted = read_book(book, tmp_path)
    assert blocks_of(extracted)[1:] == [("table", "Model: X200; Price: 49")]
    assert extracted.blocks[1].row == 6


def test_properties_of_a_workbook(tmp_path: Path) -> None:
    book = make_book(["a", "b"], ["c", "d"])
    book.properties.creator, book.properties.title, book.properties.keywords = (
        "Ada Byron",
        "Price list",
        "pumps; valves",
    )
    book.properties.created = datetime(2025, 3, 1, 8, 0)
    extracted = read_book(book, tmp_path)
    assert extracted.title == "Price list"
    assert extracted.meta["author"] == "Ada Byron" and extracted.meta["tags"] == ["pumps", "valves"]
    assert extracted.meta["created_at"] == "2025-03-01T08:00:00+00:00"
    # Without dates of its own, a file has none; the time at which it is read is not one.
    whole = (tmp_path / "a.xlsx").read_bytes()
    dateless = re.compile(rb"<dcterms:(created|modified).*?</dcterms:\1>")
    (tmp_path / "b.xlsx").write_bytes(
        rewritten(whole, lambda name, content: dateless.sub(b"", content) if name == "docProps/core.xml" else content)
    )
    assert load(tmp_path / "b.xlsx").meta == {"author": "Ada Byron", "tags": ["pumps", "valves"]}
    (tmp_path / "c.xlsx").write_bytes(
        rewritten(whole, lambda name, content: None if name == "docProps/core.xml" else content)
    )
    assert load(tmp_path / "c.xlsx").meta == {}
    assert datetime.fromisoformat(extracted.meta["updated_at"]) <= datetime.now(UTC)


def with_sheet(book: Any, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return rewritten(
        target.getvalue(), lambda name, content: change(content) if name.startswith("xl/worksheets/") else content
    )


@pytest.mark.parametrize("claimed", ["A1:XFD1048576", "A1", "A1:B1", "Z9:ZZ99"])
def test_the_size_that_a_sheet_claims_is_not_trusted(tmp_path: Path, claimed: str) -> None:
    data = with_sheet(
        make_book(["Model", "Price"], ["X200", 49], ["X300", 79]),
        lambda sheet: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % claimed.encode(), sheet),
    )
    (tmp_path / "a.xlsx").write_bytes(data)
    assert load(tmp_path / "a.xlsx").text == "Prices\n\nModel: X200; Price: 49\n\nModel: X300; Price: 79"


def test_far_cells_rows_and_merged_areas_take_no_room(tmp_path: Path) -> None:
    def change(sheet: bytes) -> bytes:
        far = b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>far</t></is></c></row>'
        merged = b'<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
        return sheet.replace(b"</sheetData>", far + b"</sheetData>" + merged)

    book = make_book(["Model", "Price"], ["X200", 49])
    book.active["XFD3"] = "wide"
    (tmp_path / "a.xlsx").write_bytes(with_sheet(book, change))
    extracted = load(tmp_path / "a.xlsx")
    assert [block.row for block in extracted.blocks] == [None, 2, 3, 99999999999]
    assert len(extracted.text) < 1_000_000


def with_shared_texts(book: Any) -> bytes:
    """Every text written once, beside the sheets, as spreadsheet programs do; openpyxl writes it into each cell."""
    target = io.BytesIO()
    book.save(target)
    found: dict[bytes, int] = {}
    inline = re.compile(rb' t="inlineStr"><is><t>(.*?)</t></is>')
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    part = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % part

    def numbered(match: re.Match[bytes]) -> bytes:
        return b' t="s"><v>%d</v>' % found.setdefault(match[1], len(found))

    def change(name: str, content: bytes) -> bytes:
        if name.startswith("xl/worksheets/"):
            return inline.sub(numbered, content)
        return content.replace(b"</Types>", override) if name == "[Content_Types].xml" else content

    whole = io.BytesIO(rewritten(target.getvalue(), change))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_DEFLATED) as made:
        texts = b"".join(b"<si><t>%s</t></si>" % text for text in found)
        made.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (space, texts))
    return whole.getvalue()


def test_shared_texts_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(with_shared_texts(make_book(["Model", "Price"], ["X200", "49"], ["X200", "79"])))
    assert load(tmp_path / "a.xlsx").text == "Prices\n\nModel: X200; Price: 49\n\nModel: X200; Price: 79"


def test_one_long_text_in_many_cells_is_refused(tmp_path: Path) -> None:
    data = with_shared_texts(make_book(*([["x" * 30_000]] * 400)))
    assert len(data) < 100_000
    limit = "holds over 4,000,000 characters of text"
    assert limit in reason(tmp_path / "a.xlsx", data, max_bytes=1_000_000)
    # The name of a column is repeated in every row, which counts too.
    data = with_shared_texts(make_book(["n" * 300, "b"], *([[1, 2]] * 14_000)))
    assert limit in reason(tmp_path / "b.xlsx", data, max_bytes=1_000_000)
    (tmp_path / "c.csv").write_text("n" * 30_000 + ",b\n" + "1,2\n" * 400, "utf-8")
    assert limit in reason(tmp_path / "c.csv", (tmp_path / "c.csv").read_bytes(), max_bytes=1_000_000)


# Both


def deck_bytes() -> bytes:
    deck = pptx.Presentation()
    add_slide(deck, 5, "Care")
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def book_bytes() -> bytes:
    target = io.BytesIO()
    make_book(["a", "b"], ["c", "d"]).save(target)
    return target.getvalue()


def test_a_file_under_another_ending_is_named(tmp_path: Path, handbook: Path) -> None:
    document = handbook.read_bytes()
    program = b"MZ\x90\0\x03" + b"\0" * 600
    assert "seems to be a DOCX document" in reason(tmp_path / "a.xlsx", document)
    assert "seems to be a DOCX document" in reason(tmp_path / "a.pptx", document)
    assert "seems to be a PowerPoint presentation" in reason(tmp_path / "a.docx", deck_bytes())
    assert "seems to be an Excel workbook" in reason(tmp_path / "a.pptx", book_bytes())
    for suffix in ("pptx", "xlsx"):
        path = tmp_path / f"b.{suffix}"
        assert "seems to be an executable program" in reason(path, program)
        assert "seems to be something else" in reason(path, b"Model;Price\nX200;49\n")
        old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
        assert "an old or encrypted Office file" in reason(path, old)
        assert "is encrypted; remove the password" in reason(path, old + "EncryptedPackage".encode("utf-16-le"))


def test_a_presentation_that_holds_a_workbook_is_none(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = add_slide(deck, 5, "Care")
    slide.shapes.add_ole_object(io.BytesIO(book_bytes()), "Excel.Sheet.12", Inches(1), Inches(1))
    deck.save(str(tmp_path / "a.pptx"))
    stored = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "a.pptx") as source, zipfile.ZipFile(stored, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name))
    (tmp_path / "a.pptx").write_bytes(stored.getvalue())
    assert load(tmp_path / "a.pptx").text == "Care"


@pytest.mark.parametrize(("suffix", "make"), [("pptx", deck_bytes), ("xlsx", book_bytes)])
def test_damaged_files_say_so(tmp_path: Path, suffix: str, make: Callable[[], bytes]) -> None:
    path = tmp_path / f"a.{suffix}"
    whole = make()
    assert "truncated or damaged" in reason(path, whole[: len(whole) // 2])
    folder = "ppt/slides/" if suffix == "pptx" else "xl/worksheets/"
    cut = rewritten(whole, lambda name, content: content[:100] if name.startswith(folder) else content)
    assert "may be damaged" in reason(path, cut)
    bare = rewritten(whole, lambda name, content: None if name == "[Content_Types].xml" else content)
    assert "may be damaged" in reason(path, bare)
    bomb = rewritten(whole, lambda name, content: content + b" " * 5_000_000 if name.startswith(folder) else content)
    assert "over the limit of 4,000,000" in reason(path, bomb, max_bytes=1_000_000)


@pytest.mark.parametrize(("suffix", "make"), [("pptx", pptx.Presentation), ("xlsx", make_book)])
def test_files_without_text_say_so(tmp_path: Path, suffix: str, make: Callable[[], Any]) -> None:
    target = io.BytesIO()
    make().save(target)
    assert reason(tmp_path / f"a.{suffix}", target.getvalue()) == "holds no text"


def test_blocks_are_slices_of_the_text_and_survive_json(tmp_path: Path) -> None:
    for name, data in (("a.pptx", deck_bytes()), ("a.xlsx", book_bytes())):
        (tmp_path / name).write_bytes(data)
        extracted = load(tmp_path / name)
        reached = 0
        for block in extracted.blocks:
            assert extracted.text[reached : block.start] == ("\n\n" if reached else "")
            assert Block.from_dict(block.to_dict()) == block
            reached = block.end
        assert reached == len(extracted.text)
