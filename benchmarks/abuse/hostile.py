"""A hundred hostile files, made by code: bombs, deep nesting, huge rows, lies about the format, endless structures."""

import gzip
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FILES = 100

Make = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file; its content is made when it is wanted, as all together would fill the memory.

    Args:
        name: as it is sent.
        make: gives its bytes.
    """

    name: str
    make: Make


def hostile_files() -> list[Hostile]:
    """All of them."""
    found = [
        *_texts(), *_markdown(), *_html(), *_json(), *_tables(), *_office(), *_pdfs(), *_wrong_endings(), *_odd_names()
    ]  # fmt: skip
    assert len(found) == FILES, len(found)
    assert len({each.name for each in found}) == FILES
    return found


def _of(suffix: str, makes: dict[str, Make]) -> Iterator[Hostile]:
    return (Hostile(f"{name}{suffix}", make) for name, make in makes.items())


def _noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def _texts() -> Iterator[Hostile]:
    return _of(
        ".txt",
        {
            "backticks": lambda: b"`" * 125_000,
            "chinese without a break": lambda: "中文字符".encode() * 40_000,
            "one word": lambda: b"a" * 1_100_000,
            "millions of sentences": lambda: b"A. " * 5_000_000,
            "one long line": lambda: b"word " * 1_000_000,
            "empty lines": lambda: b"\n" * 5_000_000,
            "zeros": lambda: b"\x00" * 2_000_000,
            "noise": lambda: _noise(3_000_000),
            "half a utf-16": lambda: b"\xff\xfe" + "words ".encode("utf-16-le") * 1000 + b"\xd8",
            "bytes of surrogates": lambda: b"\xed\xa0\x80\xed\xb0\x80" * 5000,
            "marks on marks": lambda: ("a" + "\u0301" * 2000).encode() * 200,
            "right to left": lambda: "\u202e\u2066\u200f".encode() * 50_000,
            "digits": lambda: b"1234567890" * 20_000,
            "digits with points": lambda: b"1.2.3.4.5,6-7/8 " * 20_000,
            "openings": lambda: b"([{<" * 60_000,
            "quotes": lambda: b"\"'" * 100_000,
            "points": lambda: b"." * 400_000,
            "abbreviations": lambda: b"e.g. i.e. Dr. No. " * 40_000,
        },
    )


def _markdown() -> Iterator[Hostile]:
    table = "|".join(["a"] * 8000)
    aliases = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    return _of(
        ".md",
        {
            "quotes in quotes": lambda: b">" * 60_000 + b" x",
            "lists in lists": lambda: "".join("  " * n + "- x\n" for n in range(1200)).encode(),
            "fences": lambda: b"```\n" * 60_000,
            "brackets": lambda: b"[" * 60_000 + b"](x)" * 30_000,
            "stars": lambda: b"*_" * 60_000 + b"a" + b"_*" * 60_000,
            "wide table": lambda: f"|{table}|\n|{'|'.join(['-'] * 8000)}|\n|{table}|\n".encode(),
            "headings": lambda: b"# a\n" * 200_000,
            "laughing front matter": lambda: f"---\n{aliases}---\nx\n".encode(),
            "deep front matter": lambda: f"---\na: {'[' * 5000}{']' * 5000}\n---\nx\n".encode(),
            "much front matter": lambda: (
                "---\n" + "".join(f"f{n}: {n}\n" for n in range(50_000)) + "---\nx\n"
            ).encode(),
            "open link": lambda: b"![a](" * 50_000,
        },
    )


def _html() -> Iterator[Hostile]:
    return _of(
        ".html",
        {
            "divs in divs": lambda: b"<div>" * 100_000 + b"x",
            "tables in tables": lambda: b"<table><tr><td>" * 3000 + b"x",
            "wide span": lambda: b"<table><tr><td colspan=999999999 rowspan=999999999>x</table>",
            "many cells": lambda: b"<table><tr>" + b"<td>x" * 400_000 + b"</table>",
            "long attribute": lambda: b'<p title="' + b"a" * 3_000_000 + b'">x</p>',
            "open comment": lambda: b"<!--" * 100_000,
            "entities": lambda: b"&amp;lt;&#x41;&#99999999;" * 50_000,
            "lists": lambda: b"<ul><li>" * 20_000 + b"x",
            "false charset": lambda: b'<meta charset="utf-7"><p>+ADw-x+AD4- \xff\xfe words' * 100,
        },
    )


def _json() -> Iterator[Hostile]:
    yield from _of(
        ".json",
        {
            "arrays in arrays": lambda: b"[" * 500_000 + b"]" * 500_000,
            "objects in objects": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            "long number": lambda: b"[" + b"9" * 500_000 + b"]",
            "many values": lambda: b"[" + b'{"a":1},' * 600_000 + b"{}]",
            "cut": lambda: b'[{"text": "words that en',
            "no numbers": lambda: b'[{"text": "x", "a": NaN, "b": -Infinity, "c": 1e999}]',
        },
    )
    yield from _of(
        ".jsonl",
        {
            "many rows": lambda: b'{"text":"a row"}\n' * 600_000,
            "long cell": lambda: b'{"text":"' + b"word " * 2_000_000 + b'"}\n',
            "broken rows": lambda: b'{"text":"x"}\n\xff\xfe\n{"text":\nnull\n[]\n' * 1000,
            "rows with many fields": lambda: (
                ("{" + ",".join(f'"f{n}":{n}' for n in range(20_000)) + "}\n").encode() * 10
            ),
        },
    )
    yield from _of(
        ".jsonl.gz",
        {
            "bomb": lambda: _zeros_gz(400_000_000),
            "rows bomb": lambda: gzip.compress(b'{"text":"a row"}\n' * 4_000_000, 1),
            "cut gz": lambda: gzip.compress(_noise(100_000))[:5000],
            "no gz": lambda: _noise(5000),
        },
    )


def _zeros_gz(size: int) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(size // 1_000_000):
            file.write(bytes(1_000_000))
    return packed.getvalue()


def _tables() -> Iterator[Hostile]:
    return _of(
        ".csv",
        {
            "many cells": lambda: b"a," * 1_000_000 + b"\n" + b"b," * 1_000_000,
            "open quote": lambda: b'a,b\n1,"' + b"x\n" * 500_000,
            "many rows": lambda: b"a,b\n" + b"1,2\n" * 600_000,
            "long cell": lambda: b"a,b\n1," + b"word " * 2_000_000,
            "zeros": lambda: b"a,b\n\x00,\x00\n" * 10_000,
            "cells of quotes": lambda: b"a,b\n" + b'"""""""",' * 200_000,
            "ragged": lambda: b"".join(b"x," * (n % 500) + b"\n" for n in range(5000)),
        },
    )


def _zip(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


_LAUGHS = b'<!DOCTYPE l [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
) + b"]>"  # fmt: skip
_OUTSIDE = b'<!DOCTYPE l [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'
_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
_RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
)
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHEET = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _package(kind: bytes, main: str, content: bytes, more: dict[str, bytes] | None = None) -> bytes:
    """An office file with one part."""
    types = (
        _TYPES + b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    types += b'<Default Extension="xml" ContentType="application/xml"/>'
    types += b'<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.%s+xml"/>' % (
        main.encode(), kind,
    )  # fmt: skip
    relations = _RELATIONS + b'<Relationship Id="r1" Type="%s/officeDocument" Target="%s"/></Relationships>' % (
        _OFFICE, main.encode(),
    )  # fmt: skip
    return _zip({"[Content_Types].xml": types + b"</Types>", "_rels/.rels": relations, main: content} | (more or {}))


def _docx(body: bytes, head: bytes = b"") -> bytes:
    content = b'<?xml version="1.0"?>' + head + b"<w:document %s><w:body>%s</w:body></w:document>" % (_WORD, body)
    return _package(b"wordprocessingml.document.main", "word/document.xml", content)


def _xlsx(rows: bytes, head: bytes = b"", more: dict[str, bytes] | None = None) -> bytes:
    sheet = b'<?xml version="1.0"?>' + head + b"<worksheet %s>%s</worksheet>" % (_SHEET, rows)
    book = b'<workbook %s xmlns:r="%s"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>' % (
        _SHEET, _OFFICE,
    )  # fmt: skip
    relations = _RELATIONS + b'<Relationship Id="r1" Type="%s/worksheet" Target="s.xml"/></Relationships>' % _OFFICE
    parts = {"xl/s.xml": sheet, "xl/_rels/workbook.xml.rels": relations} | (more or {})
    return _package(b"spreadsheetml.sheet.main", "xl/workbook.xml", book, parts)


def _office() -> Iterator[Hostile]:
    paragraph = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>"
    yield from _of(
        ".docx",
        {
            "bomb": lambda: _docx(b" " * 300_000_000),
            "paragraphs": lambda: _docx(paragraph * 600_000),
            "tables in tables": lambda: _docx(
                b"<w:tbl><w:tr><w:tc>" * 900 + paragraph + b"</w:tc></w:tr></w:tbl>" * 900
            ),
            "laughing": lambda: _docx(b"<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", _LAUGHS),
            "outside entity": lambda: _docx(b"<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", _OUTSIDE),
            "cut": lambda: _docx(paragraph * 100)[:500],
            "many parts": lambda: _zip({f"word/{n}.xml": b"x" for n in range(40_000)}),
            "one long word": lambda: _docx(b"<w:p><w:r><w:t>" + b"a" * 5_000_000 + b"</w:t></w:r></w:p>"),
        },
    )
    row = b"<row>" + b'<c t="inlineStr"><is><t>x</t></is></c>' * 3 + b"</row>"
    yield from _of(
        ".xlsx",
        {
            "many rows": lambda: _xlsx(b"<sheetData>" + row * 300_000 + b"</sheetData>"),
            "wide row": lambda: _xlsx(b"<sheetData><row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row></sheetData>"),
            "last cell": lambda: _xlsx(b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
            "false size": lambda: _xlsx(
                b'<dimension ref="A1:XFD1048576"/><sheetData><row><c><v>1</v></c></row></sheetData>'
            ),
            "merged": lambda: _xlsx(b'<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
            "laughing": lambda: _xlsx(
                b'<sheetData><row><c t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData>', _LAUGHS
            ),
            "no such string": lambda: _xlsx(b'<sheetData><row><c t="s"><v>99999999</v></c></row></sheetData>'),
            "strings bomb": lambda: _xlsx(b"<sheetData/>", more={"xl/sharedStrings.xml": b" " * 200_000_000}),
        },
    )
    yield from _of(
        ".pptx",
        {
            "bomb": lambda: _package(b"presentationml.presentation.main", "ppt/presentation.xml", b" " * 200_000_000),
            "no slides": lambda: _package(b"presentationml.presentation.main", "ppt/presentation.xml", b"<p/>"),
            "cut": lambda: _package(b"presentationml.presentation.main", "ppt/presentation.xml", b"<p/>")[:300],
        },
    )


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, of which the first is the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer\n<</Root 1 0 R/Size %d%s>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, trailer, len(body),
    )  # fmt: skip


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), extra, packed)


def _page(content: bytes, box: bytes = b"0 0 600 800", resources: bytes = b"") -> bytes:
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>>>"
            % (box, resources),
            _stream(content),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            _stream(b"/X Do " * 50, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"),
        ]
    )


def _ruled(rows: int, columns: int) -> bytes:
    """A table with lines around its cells; the first row is one cell."""
    lines = b"".join(b"50 %d m 550 %d l S " % (750 - 15 * n, 750 - 15 * n) for n in range(rows + 1))
    lines += b"".join(
        b"%d %d m %d 750 l S " % (50 + n * 500 // columns, 750 - 15 * rows, 50 + n * 500 // columns)
        for n in range(columns + 1)
    )
    words = b"".join(b"BT /F 9 Tf 55 %d Td (row %d of one cell) Tj ET " % (738 - 15 * n, n) for n in range(rows))
    return _page(lines + words)


def _pdfs() -> Iterator[Hostile]:
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * 50_000
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(len(pages)))
    return _of(
        ".pdf",
        {
            "pages that hold themselves": lambda: pdf(
                [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9999999>>"]
            ),
            "many pages": lambda: pdf(
                [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)), *pages]
            ),
            "content bomb": lambda: _page(b"BT /F 9 Tf 9 9 Td (x) Tj ET " * 8_000_000),
            "huge page": lambda: _page(b"BT /F 9 Tf 9 9 Td (words) Tj ET", b"0 0 99999999 99999999"),
            "forms in forms": lambda: _page(b"/X Do", resources=b"/XObject<</X 6 0 R>>"),
            "rows of one cell": lambda: _ruled(40, 1),
            "ruled table": lambda: _ruled(45, 60),
            "lines": lambda: _page(b"".join(b"%d 0 m %d 800 l S " % (n % 600, n % 599) for n in range(200_000))),
            "arrays in arrays": lambda: pdf([b"[" * 200_000 + b"]" * 200_000]),
            "table that points to itself": lambda: (
                b"%PDF-1.7\nxref\n0 0\ntrailer<</Prev 9/Root 1 0 R>>\nstartxref\n9\n%%EOF"
            ),
            "noise": lambda: b"%PDF-1.7\n" + _noise(500_000),
            "cut": lambda: _ruled(20, 3)[:700],
        },
    )


def _wrong_endings() -> Iterator[Hostile]:
    yield Hostile("a pdf.docx", lambda: _ruled(3, 3))
    yield Hostile("a zip.pdf", lambda: _zip({"a": b"b"}))
    yield Hostile("a program.md", lambda: b"\x7fELF" + _noise(50_000))
    yield Hostile("a sheet.csv", lambda: _xlsx(b"<sheetData/>"))
    yield Hostile("a picture.html", lambda: b"\x89PNG\r\n\x1a\n" + _noise(50_000))
    yield Hostile("nothing.pdf", lambda: b"")


def _odd_names() -> Iterator[Hostile]:
    for name in ("-rf --data.md", "\u202egnp.md", "🙂" * 30 + ".md"):
        yield Hostile(name, lambda: b"# Words\n\nThe warranty of this is 5 months.\n")
    yield Hostile("%2e%2e%2f.txt", lambda: b"The warranty of this is 6 months.\n")
