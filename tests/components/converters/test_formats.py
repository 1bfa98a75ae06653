"""What each format's text, blocks and metadata look like."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from components.converters.assembly import TextBuilder
from components.converters.formats import Block, Extracted, load
from components.errors import LoadingError

Save = Callable[[str, str | bytes], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def shown(extracted: Extracted) -> list[tuple[str, str]]:
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]


def test_text_keeps_its_characters_and_parts_at_blank_lines(save: Save) -> None:
    extracted = load(save("a.txt", "\n One line\r\ngoes on.\r\n \r\n- a\n- b\n\fNext page\0\n"))
    assert extracted.text == "\n One line\ngoes on.\n \n- a\n- b\n\fNext page\n"
    assert shown(extracted) == [("text", "One line\ngoes on."), ("list", "- a\n- b"), ("text", "Next page")]


def test_markdown_blocks_are_the_rendered_words_below_their_headings(save: Save) -> None:
    source = """---
title: The X200
date: 2025-03-01
tags: [pump, care]
groups: staff, hr
kind: post
lang: en-GB
---
# Care
The **X200** needs
[two litres](http://x.test) of `oil`.<br>Daily.

## Steps
1. Switch *off*
   - gently
2. Open

| Model | Price |
|---|---|
| X200 | 49 EUR |

```
E-1047
```
<script>hidden()</script>
<div>shown</div>
"""
    extracted = load(save("a.md", source))
    assert shown(extracted) == [
        ("heading", "Care"),
        ("text", "The X200 needs two litres of oil.\nDaily."),
        ("heading", "Steps"),
        ("list", "1. Switch off\n  - gently\n2. Open"),
        ("table", "Model: X200; Price: 49 EUR"),
        ("text", "E-1047"),
        ("text", "shown"),
    ]
    assert [block.heading for block in extracted.blocks][:4] == [(), ("Care",), ("Care",), ("Care", "Steps")]
    assert extracted.title == "The X200"
    assert extracted.meta == {
        "created_at": "2025-03-01T00:00:00+00:00",
        "tags": ["pump", "care"],
        "groups": ["staff", "hr"],
        "own_kind": "post",
        "language": "en",
    }


@pytest.mark.parametrize("fields", ["groups: [1, 2]", "groups: {a: b", "valid_until: soon"])
def test_front_matter_that_may_decide_on_readers_is_never_ignored(save: Save, fields: str) -> None:
    with pytest.raises(LoadingError, match="front matter"):
        load(save("a.md", f"---\n{fields}\n---\nSecret.\n"))


def test_markdown_without_front_matter_takes_its_first_heading_as_title(save: Save) -> None:
    assert load(save("a.md", "---\n\nText\n\n## Sub\n\n# Main\n")).title == "Main"
    assert load(save("b.md", "---\n---\nText\n")).text == "Text"
    assert load(save("c.md", '+++\ntitle = "T"\n+++\nText\n')).title == "T"


def test_soft_line_breaks_join_without_a_space_in_chinese(save: Save) -> None:
    assert load(save("a.md", "保修期为\n两年。\nTwo\nyears.")).text == "保修期为两年。 Two years."


def test_html_shows_what_a_browser_shows(save: Save) -> None:
    page = """<!DOCTYPE html><html lang="de-AT"><head><title> Die &amp; Pumpe </title><meta name="author" content="Ada">
    <meta name="keywords" content="a, b"><meta property="article:modified_time" content="2025-02-01T10:00:00+02:00">
    <link rel="canonical" href="https://x.test/p"><style>p{}</style><script>var leak=1</script></head><body>
    <nav><a>Menu</a></nav><h1>Pflege</h1><p>Alle <b>drei</b> Monate<br>reinigen.</p><p hidden>leak</p>
    <div style="display: none">leak</div><!-- leak --><template>leak</template>
    <h2>Liste</h2><ul><li>eins<ol><li>innen</li></ol></li><li>zwei</li></ul>
    <table><caption>Preise</caption><tr><th>Modell</th><th>Preis</th></tr><tr><td>X200</td><td>49<script>leak</script></td></tr>
    </table><table><tr><th>Gewicht</th><td>2 kg</td></tr></table><dl><dt>UL</dt><dd>Liter</dd></dl>
    <pre>a\n  b</pre><script>leak</script>Ende</body></html>"""
    extracted = load(save("a.html", page))
    assert shown(extracted) == [
        ("heading", "Pflege"),
        ("text", "Alle drei Monate\nreinigen."),
        ("heading", "Liste"),
        ("list", "- eins\n  1. innen\n- zwei"),
        ("table", "Preise\nModell: X200; Preis: 49"),
        ("table", "Gewicht: 2 kg"),
        ("list", "UL: Liter"),
        ("text", "a\n  b"),
        ("text", "Ende"),
    ]
    assert extracted.blocks[3].heading == ("Pflege", "Liste")
    assert extracted.title == "Die & Pumpe"
    assert extracted.meta == {
        "language": "de",
        "author": "Ada",
        "tags": ["a", "b"],
        "updated_at": "2025-02-01T08:00:00+00:00",
        "url": "https://x.test/p",
    }


def test_html_obeys_its_declared_encoding_and_layout_tables_are_not_facts(save: Save) -> None:
    page = '<meta charset="cp1251"><table><tr><td><h2>Раздел</h2>Да</td></tr></table>'
    assert shown(load(save("a.htm", page.encode("cp1251")))) == [("heading", "Раздел"), ("text", "Да")]


def test_docx_headings_lists_tables_and_properties(handbook: Path) -> None:
    extracted = load(handbook)
    assert shown(extracted) == [
        ("heading", "Care"),
        ("text", "Clean the filter every month."),
        ("heading", "Steps"),
        ("list", "1. Switch off.\n2. Open the lid.\n- Gloves"),
        ("heading", "Prices"),
        ("table", "Model: X200; Price: 49 EUR\nModel: X300; Price: 79 EUR"),
    ]
    assert extracted.blocks[3].heading == ("Care", "Steps")
    assert (extracted.title, extracted.meta["author"]) == ("Handbook", "Ada Byron")
    assert extracted.meta["tags"] == ["pumps", "valves"]


def save_docx(document: Any, folder: Path) -> Extracted:
    document.save(folder / "a.docx")
    return load(folder / "a.docx")


def with_xml(paragraph: Any, markup: str) -> None:
    """Append elements of Word's own to a paragraph."""
    spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for element in parse_xml(f"<w:x {spaces}>{markup}</w:x>"):
        paragraph._p.append(element)


def test_docx_text_boxes_follow_their_paragraph_and_hidden_words_are_left_out(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Before")
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    with_xml(paragraph, f"{box}<w:r><w:rPr><w:vanish/></w:rPr><w:t>leak</w:t></w:r>")
    document.add_paragraph("After")
    assert shown(save_docx(document, tmp_path)) == [("text", "Before"), ("text", "In a box"), ("text", "After")]


def test_docx_notes_follow_their_paragraph(tmp_path: Path) -> None:
    document = docx.Document()
    with_xml(document.add_paragraph("Clean it"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    document.add_paragraph("Then wait.")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    notes = f'<w:footnotes xmlns:w="{space}"><w:footnote w:id="2"><w:p><w:r><w:t>With water.</w:t></w:r></w:p>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(
        PackURI("/word/footnotes.xml"), kind, f"{notes}</w:footnote></w:footnotes>".encode(), document.part.package
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert [text for _, text in shown(save_docx(document, tmp_path))] == ["Clean it", "With water.", "Then wait."]


def test_docx_items_have_the_numbers_that_the_document_shows(tmp_path: Path) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = [("0", "upperRoman", "%1."), ("1", "lowerLetter", "%1.%2)")]
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    inner = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, form, text in levels
    )
    numbering.append(parse_xml(f'<w:abstractNum {space} w:abstractNumId="77">{inner}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {space} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text, depth in (("One", 0), ("Deep", 1), ("Deeper", 1), ("Two", 0)):
        mark = f'<w:pPr {space}><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr></w:pPr>'
        document.add_paragraph(text)._p.insert(0, parse_xml(mark))
    assert shown(save_docx(document, tmp_path)) == [("list", "I. One\n  I.a) Deep\n  I.b) Deeper\nII. Two")]


def table_of(document: Any, *rows: tuple[str, ...]) -> Any:
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def test_docx_tables_know_their_headers_forms_and_inner_tables(tmp_path: Path) -> None:
    document = docx.Document()
    form = table_of(document, ("Name:", "Ada"), ("Unit:", "Pumps"))
    inner = form.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "a", "b"
    document.add_paragraph("Between")
    wide = table_of(document, ("Model", "Price", "Price"), ("Model", "net", "gross"), ("X200", "40", "49"))
    for row in wide.rows[:2]:
        row._tr.get_or_add_trPr().append(parse_xml(
            '<w:tblHeader xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
        ))  # fmt: skip
    assert shown(save_docx(document, tmp_path)) == [
        ("table", "Name: Ada\nUnit: Pumps a; b"),
        ("text", "Between"),
        ("table", "Model: X200; Price, net: 40; Price, gross: 49"),
    ]


def test_docx_short_lines_in_bold_are_headings_where_there_are_no_others(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Leave").bold = True
    document.add_paragraph("You have 30 days.")
    extracted = save_docx(document, tmp_path)
    assert shown(extracted) == [("heading", "Leave"), ("text", "You have 30 days.")]
    assert (extracted.title, extracted.blocks[1].heading) == ("Leave", ("Leave",))


def test_docx_shows_links_and_insertions_but_not_deletions(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Two ")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for tag, word, leaf in (("ins", "years", "t"), ("del", "months", "delText")):
        change = paragraph._p.makeelement(f"{{{space}}}{tag}", {})
        run = change.makeelement(f"{{{space}}}r", {})
        text = run.makeelement(f"{{{space}}}{leaf}", {})
        text.text = word
        run.append(text)
        change.append(run)
        paragraph._p.append(change)
    document.save(str(tmp_path / "a.docx"))
    assert load(tmp_path / "a.docx").text == "Two years"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_rows_name_their_columns(save: Save, delimiter: str) -> None:
    rows = [["Model", "Price, net", "Note"], ["X200", "49 EUR", ""], ["X300", "79 EUR", "a\nb"], ["", "", ""]]
    source = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    extracted = load(save("a.csv", source))
    assert shown(extracted) == [
        ("table", "Model: X200; Price, net: 49 EUR"),
        ("table", "Model: X300; Price, net: 79 EUR; Note: a b"),
    ]
    assert [block.row for block in extracted.blocks] == [1, 2]


def test_csv_with_ragged_rows_keeps_every_cell(save: Save) -> None:
    extracted = load(save("a.csv", "Model,Price\nX200\nX300,79,extra,more\n\nX400,99\n"))
    assert [text for _, text in shown(extracted)] == [
        "Model: X200",
        "Model: X300; Price: 79; extra; more",
        "Model: X400; Price: 99",
    ]
    assert [block.row for block in extracted.blocks] == [1, 2, 3]


def test_csv_without_header_has_bare_cells(save: Save) -> None:
    assert load(save("a.csv", "sep=;\nX200;49\nX300;79\n")).text == "X200; 49\n\nX300; 79"


def test_tsv_takes_quotes_that_enclose_nothing_as_characters(save: Save) -> None:
    extracted = load(save("a.tsv", 'Size\tPart\n5" pipe\t"A\n3"\tB\n'))
    assert [text for _, text in shown(extracted)] == ['Size: 5" pipe; Part: "A', 'Size: 3"; Part: B']


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Question", "ANSWER"), ("Frage", "Antwort"), ("问题", "答案"), ("Pregunta", "Respuesta")],
)
def test_rows_of_question_and_answer_are_faq_entries(save: Save, question: str, answer: str) -> None:
    extracted = load(save("faq.csv", f"{question},{answer},url\nHow  long?,Two years.,https://x.test\n"))
    (block,) = extracted.blocks
    assert (block.kind, block.row, block.meta) == ("faq", 1, {"url": "https://x.test"})
    assert extracted.text == "How long?\nTwo years."
    assert extracted.text[block.start : block.question_end] == "How long?"


def test_csv_row_with_groups_keeps_them_and_a_text_column_beside_a_code_is_one_fact(save: Save) -> None:
    extracted = load(save("a.csv", "Code,Text,groups\nE-1047,Pump blocked,staff\n"))
    assert shown(extracted) == [("table", "Code: E-1047; Text: Pump blocked; groups: staff")]
    assert extracted.blocks[0].meta == {"groups": ["staff"]}


def test_json_records(save: Save) -> None:
    records = [
        {"question": "Why?", "answer": "Because.\n\nReally.", "tags": ["a"], "id": 7, "source": "web"},
        {"title": "T", "body": "A text.", "url": "https://example.org/u", "valid_until": "2026-12-31"},
        {"model": "X", "size": {"w": 1, "h": None}, "on": True, "colours": ["red", "blue"]},
        "bare",
        {"note": None},
    ]
    extracted = load(save("a.json", json.dumps({"name": "n", "records": records[:3]})))
    assert shown(extracted) == [
        ("faq", "Why?\nBecause.\n\nReally."),
        ("text", "A text."),
        ("table", "model: X; size: w: 1; on: true; colours: red, blue"),
    ]
    assert [block.row for block in extracted.blocks] == [1, 2, 3]
    assert extracted.blocks[0].meta == {"tags": ["a"], "own_id": 7, "own_source": "web"}
    until = "2026-12-31T23:59:59+00:00"
    assert extracted.blocks[1].meta == {"title": "T", "url": "https://example.org/u", "valid_until": until}
    assert extracted.meta == {"name": "n"}
    assert [block.row for block in load(save("b.json", json.dumps(records))).blocks] == [1, 2, 3, 4]


def test_squad_like_files_are_documents(save: Save) -> None:
    articles = [
        {"title": "Oil_crisis", "paragraphs": [{"context": "It began.", "qas": [{"question": "When?"}]}]},
        {"title": "Steam", "paragraphs": [{"context": "It is hot.\nVery."}]},
    ]
    source = gzip.compress(json.dumps({"version": "x", "data": articles}).encode())
    extracted = load(save("squad.json.gz", source))
    assert shown(extracted) == [
        ("heading", "Oil crisis"),
        ("text", "It began."),
        ("heading", "Steam"),
        ("text", "It is hot.\nVery."),
    ]
    assert [block.heading for block in extracted.blocks] == [(), ("Oil crisis",), (), ("Steam",)]


def test_json_lines_one_object_a_line(save: Save) -> None:
    lines = '{"text": "a\u2028b"}\n\n{"question": "q", "answer": "\\ud800"}\r\n'
    extracted = load(save("a.jsonl.gz", gzip.compress(lines.encode())))
    assert shown(extracted) == [("text", "a\u2028b"), ("faq", "q\n\ufffd")]
    assert [block.row for block in extracted.blocks] == [1, 2]


def test_json_lines_names_the_bad_line(save: Save) -> None:
    with pytest.raises(LoadingError, match="line 3, column 10"):
        load(save("a.jsonl", '{"text": "a"}\n\n{"text": oops}\n{"text": "b"}\n'))
    with pytest.raises(LoadingError, match="line 2 but int"):
        load(save("b.jsonl", '{"text": "a"}\n5\n'))
    with pytest.raises(LoadingError, match="line 1: groups"):
        load(save("c.jsonl", '{"text": "a", "groups": 5}\n'))


def test_blocks_survive_json(save: Save) -> None:
    extracted = load(save("a.jsonl", '{"question": "q", "answer": "a", "url": "https://example.org/u"}\n{"x": 1}'))
    for block in extracted.blocks:
        assert Block.from_dict(json.loads(json.dumps(block.to_dict()))) == block
    assert extracted.blocks[1].to_dict() == {"start": 5, "end": 9, "kind": "table", "row": 2}


@pytest.mark.parametrize(("question", "answer"), [("\0", "Yes."), ("Yes.", " \0")])
def test_a_faq_row_with_a_blank_half_is_text(question: str, answer: str) -> None:
    builder = TextBuilder()
    block = builder.add_faq(question, answer, row=1)
    assert block is not None
    assert (block.kind, block.row) == ("text", 1)
    assert builder.build("jsonl", None, {}).text == "Yes."
