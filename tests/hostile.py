"""Files that strangers may send, made by code: each asks for more time or memory than a file should, or is broken."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable

from components.converters.formats import SUFFIXES

MEGA = 1_000_000
_OFFICE = (".docx", ".pptx", ".xlsx")
_MAIN = {".docx": "word/document.xml", ".pptx": "ppt/presentation.xml", ".xlsx": "xl/workbook.xml"}


def packed(entries: dict[str, bytes]) -> bytes:
    """A zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


_CONTENT = b"http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = b"http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_DOCUMENT = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = {
    ".docx": b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    ".xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}


def _office(suffix: str, main: bytes, more: dict[str, bytes] | None = None) -> bytes:
    """The least that a reader takes for a document of this kind."""
    types = b'<Types xmlns="%s"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    types += b'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    types += b'<Override PartName="/%s" ContentType="%s"/></Types>'
    relations = (
        b'<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/officeDocument" Target="%s"/></Relationships>'
    )
    place = _MAIN[suffix].encode()
    return packed(
        {
            "[Content_Types].xml": types % (_CONTENT, place, _TYPES[suffix]),
            "_rels/.rels": relations % (_RELATIONS, _OFFICE_DOCUMENT, place),
            _MAIN[suffix]: main,
            **(more if more is not None else {}),
        }
    )


def _docx(body: bytes, head: bytes = b"") -> bytes:
    return _office(".docx", head + b'<w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (_WORD, body))


def _xlsx(rows: bytes) -> bytes:
    """A workbook of one sheet."""
    book = b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    links = b'<Relationships xmlns="%s"><Relationship Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>'
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
    return _office(
        ".xlsx",
        book % (_SHEETS, _OFFICE_DOCUMENT),
        {
            "xl/_rels/workbook.xml.rels": links % (_RELATIONS, _OFFICE_DOCUMENT) + b"</Relationships>",
            "xl/worksheets/sheet1.xml": sheet % (_SHEETS, rows),
        },
    )


_ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODF_SPACES = " ".join(
    f'xmlns:{prefix}="{_ODF}:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"), ("svg", "svg-compatible"), ("meta", "meta"),
    )
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
"""What an OpenDocument part declares."""


def odf(kind: str, body: str, styles: str = "", more: dict[str, bytes] | None = None, head: str = "") -> bytes:
    """An OpenDocument file: "text", "spreadsheet" or "presentation"."""
    content = f"""{head}<office:document-content {ODF_SPACES}>
<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"""
    entries = {"mimetype": b"application/vnd.oasis.opendocument." + kind.encode(), "content.xml": content.encode()}
    return packed(entries | (more if more is not None else {}))


def _mail(head: bytes, body: bytes = b"") -> bytes:
    return b"Subject: s\nFrom: a@x.test\n" + head + b"\n\n" + body


def _nested_mail(depth: int) -> bytes:
    """Parts inside parts."""
    heads = [b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(depth)]
    return _mail(heads[0].rstrip(b"\n").split(b"\n\n")[0], b"--b0\n" + b"".join(heads[1:]) + b"\nwords")


def _laughs(entity: bytes = b"lol") -> bytes:
    """Ten entities, each ten of the one before."""
    lines = [b'<!ENTITY e0 "%s">' % entity]
    lines += [b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, 11)]
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]>"


def _paragraph(words: bytes) -> bytes:
    return b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % words


def _nested_archives() -> bytes:
    inner = packed({"a.txt": bytes(10 * MEGA)})
    for _ in range(6):
        inner = packed({f"{number}.zip": inner for number in range(10)})
    return inner


def _pdf(content: bytes, more: bytes = b"") -> bytes:
    """A PDF of one page, without a table of its objects."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj "
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj "
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj %s trailer<</Root 1 0 R>>\n%%%%EOF"
    ) % (len(content), content, more)


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _rows(count: int) -> bytes:
    return b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (number, number, number) for number in range(1, count)
    )


QUICK: dict[str, Callable[[], bytes]] = {
    "empty.txt": lambda: b"",
    "spaces.md": lambda: b" \n" * 100_000,
    "one-line.txt": lambda: b"word " * MEGA,
    "letters.txt": lambda: b"a" * (3 * MEGA),
    "sentences.txt": lambda: b"A. " * (5 * MEGA),
    "ticks.txt": lambda: b"`" * 125_000,
    "chinese.txt": lambda: "中文".encode() * 80_000,
    "page-ends.txt": lambda: b"\f" * MEGA,
    "columns.csv": lambda: b",".join(b"c%d" % number for number in range(100_000)) + b"\n" + b"1," * 100_000,
    "one-cell.csv": lambda: b'a,b\n"' + b"x" * (2 * MEGA) + b'",1\n',
    "open-quote.csv": lambda: b'a,b\n"' + b"x,y\n" * MEGA,
    "rows.csv": lambda: b"a,b\n" + b"1,2\n" * 600_000,
    "nested.json": lambda: b"[" * 100_000 + b"]" * 100_000,
    "nested-objects.json": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "digits.json": lambda: b"[" + b"1" * MEGA + b"]",
    "names.json": lambda: json.dumps([{f"n{number}": number for number in range(100_000)}]).encode(),
    "long-line.jsonl": lambda: json.dumps({"text": "x" * (10 * MEGA)}).encode(),
    "many-lines.jsonl": lambda: b'"a"\n' * MEGA,
    "gzip-bomb.json.gz": lambda: gzip.compress(bytes(300 * MEGA), 9),
    "gzip-of-gzip.csv.gz": lambda: gzip.compress(gzip.compress(b"a,b\n1,2\n")),
    "zip-bomb.docx": lambda: packed({"[Content_Types].xml": b"", "word/document.xml": bytes(300 * MEGA)}),
    "nested-zip.xlsx": _nested_archives,
    "many-entries.xlsx": lambda: packed({f"xl/{number}.xml": b"" for number in range(25_000)}),
    "laughs.docx": lambda: _docx(_paragraph(b"&e10;"), _laughs()),
    "laughs.xhtml": lambda: _laughs() + b"<html><p>&e10;</p></html>",
    "outside.docx": lambda: _docx(_paragraph(b"&x;"), b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "runs.docx": lambda: _docx(b"<w:p>" + b"<w:r><w:t>a</w:t></w:r>" * 200_000 + b"</w:p>"),
    "deep.docx": lambda: _docx(b"<w:tbl><w:tr><w:tc>" * 20_000),
    "sheet.xlsx": lambda: _xlsx(_rows(600_000)),
    "far-cell.xlsx": lambda: _xlsx(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "spans.html": lambda: b"<table>" + (b"<tr>" + b"<td colspan=9999>" + b"x" * 1000 + b"</td></tr>") * 5_000,
    "deep.html": lambda: b"<div>" * 100_000 + b"x",
    "deep-lists.html": lambda: b"<ul><li>x" * 20_000,
    "headings.html": lambda: b"".join(b"<h1>" + b"h" * 900 + b"</h1><p>x" for _ in range(20_000)),
    "tags.html": lambda: b"<" * MEGA,
    "quotes.md": lambda: b">" * 10_000 + b" x",
    "deep-lists.md": lambda: b"".join(b"  " * depth + b"- x\n" for depth in range(1_000)),
    "front.md": lambda: (
        b"---\n" + b"a: &a [1]\n" + b"".join(b"b%d: [%s]\n" % (n, b"*a," * 2000) for n in range(100)) + b"---\nx"
    ),
    "braces.md": lambda: b"{{" * 300_000,
    "admonitions.md": lambda: b"".join(b" " * (4 * depth) + b"!!! note\n" for depth in range(300)),
    "questions.txt": lambda: b"Q: a?\nA: b\n" * 25_000,
    "tags.mdx": lambda: b"<A x={{\n" * 50_000,
    "names.mdx": lambda: b"".join(b"<N%d " % number for number in range(20_000)),
    "panels.html": lambda: b"<button aria-controls=a>What?</button><div id=a hidden>x</div>" * 20_000,
    "stars.rst": lambda: b"*a " * 10_000,
    "long-paragraph.rst": lambda: b"a" * MEGA,
    "nested.rst": lambda: b"".join(b"   " * depth + b".. note::\n\n" for depth in range(200)),
    "outside.rst": lambda: b".. include:: /etc/passwd\n\n.. csv-table::\n   :file: /etc/passwd\n",
    "attributes.adoc": lambda: b":a: {a}{a}{a}\n" * 50_000,
    "brackets.adoc": lambda: b"xref:a[" * 100_000,
    "cells.adoc": lambda: b"|===\n" + b"|a|b\n" * 20_000,
    "ticks.adoc": lambda: b"`" * MEGA,
    "nested.ipynb": lambda: b'{"cells":[' * 100_000,
    "wide-table.md": lambda: b"|" + b"a|" * 20_000 + b"\n|" + b"-|" * 20_000 + b"\n" + b"|1|\n" * 1_000,
    "stream.pdf": lambda: _pdf(b"BT /F 12 Tf 72 700 Td " + b"(word) Tj " * 300_000 + b"ET"),
    "loop.pdf": lambda: _pdf(b"", b"6 0 obj<</Type/Pages/Kids[6 0 R]/Count 9>>endobj").replace(b"Kids[3", b"Kids[6"),
    "count.pdf": lambda: _pdf(b"x").replace(b"Count 1", b"Count 999999999"),
    "states.pdf": lambda: _pdf(b"q " * MEGA),
    "cut.pdf": lambda: _pdf(b"BT /F 12 Tf 72 700 Td (word) Tj ET")[:300],
    "no-objects.pdf": lambda: b"%PDF-1.7\n" + b"1 0 obj<<" * 100_000,
    "groups.rtf": lambda: b"{\\rtf1 " + b"{" * MEGA + b"x",
    "links.rtf": lambda: b"{\\rtf1 " + b"{\\field{\\*\\fldinst{HYPERLINK " * 50_000,
    "fonts.rtf": lambda: b"{\\rtf1{\\fonttbl" + b"{\\f1\\fcharset0 " * 100_000,
    "cells.rtf": lambda: b"{\\rtf1 \\trowd" + b"\\cellx1" * 100_000 + b"\\intbl x\\cell\\row" * 50_000,
    "rows.rtf": lambda: b"{\\rtf1 " + b"\\trowd\\cellx9\\intbl x\\cell\\row" * 100_000,
    "laughs.odt": lambda: odf("text", "<text:p>&e10;</text:p>", head=_laughs().decode()),
    "columns.odt": lambda: odf(
        "text",
        "<table:table><table:table-row>"
        + '<table:table-cell table:number-columns-spanned="9999999"/>' * 20_000
        + "</table:table-row></table:table>",
    ),
    "deep.odt": lambda: odf("text", "<text:section>" * 20_000 + "x" + "</text:section>" * 20_000),
    "deep-spans.odt": lambda: odf(
        "text", "<text:p>" + "<text:span>" * 5_000 + "x" + "</text:span>" * 5_000 + "</text:p>"
    ),
    "repeated.ods": lambda: odf(
        "spreadsheet",
        '<table:table table:name="S">' + '<table:table-row table:number-rows-repeated="9999999">'
        '<table:table-cell table:number-columns-repeated="9999999"><text:p>x</text:p></table:table-cell></table:table-row>'
        * 100
        + "</table:table>",
    ),
    "islands.xlsx": lambda: _xlsx(
        b"".join(
            b'<row r="%d">%s</row>'
            % (number, b"".join(b'<c r="%s%d"><v>1</v></c>' % (c, number) for c in (b"A", b"C", b"E", b"G")))
            for number in range(1, 60_000, 3)
        )
    ),
    "zip-bomb.odt": lambda: packed(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": bytes(300 * MEGA)}
    ),
    "zip-bomb.epub": lambda: packed({"META-INF/container.xml": b"<a/>", "a.xhtml": bytes(300 * MEGA)}),
    "header.eml": lambda: _mail(b"Content-Type: multipart/mixed" + b";a=b" * 250_000),
    "addresses.eml": lambda: _mail(b"To: " + b"(" * MEGA),
    "words.eml": lambda: _mail(b"Cc: " + b"=?utf-8?q?a?= " * 70_000),
    "parts.eml": lambda: _mail(b"Content-Type: multipart/mixed; boundary=b", b"--b\n\nx\n" * 100_000),
    "deep.eml": lambda: _nested_mail(2_000),
    "quotes.eml": lambda: _mail(b"", b">" * MEGA),
    "dashes.eml": lambda: _mail(b"", b"-" * MEGA + b"\n" + b"---a" * 100_000),
    "mails.mbox": lambda: b"From a 10:00\n\n" * 100_000,
    "utf-16.txt": lambda: b"\xff\xfe" + b"\x00\xd8" * 100_000,
    **{f"noise{suffix}": lambda: _noise(20_000) for suffix in SUFFIXES},
    **{
        f"noise-in-gzip{suffix}": lambda: gzip.compress(_noise(20_000)) for suffix in SUFFIXES if suffix.endswith(".gz")
    },
    **{f"cut{suffix}": lambda: packed({"[Content_Types].xml": b"x" * 5_000})[:60] for suffix in _OFFICE},
}
"""Name -> the bytes of a file that is told of, or read, within some seconds."""

LONG: dict[str, Callable[[], bytes]] = {
    "brackets.md": lambda: b"[" * MEGA,
    "ticks.md": lambda: b"".join(b"`" * (number % 300) + b"a" for number in range(7_000)),
    "stars.md": lambda: b"*a_ " * 250_000,
    "emphasis.md": lambda: b"*" * MEGA,
    "links.md": lambda: b"[a](" * 250_000,
    "long.txt": lambda: b"".join(b"A. " * 300_000 + b"\n\n" for _ in range(20)),
    "paragraphs.txt": lambda: b"A.\n\n" * (4 * MEGA),
    "chinese-lines.txt": lambda: ("中文" * 400_000 + "\n\n").encode() * 10,
    "digits.txt": lambda: b"1" * 900_000 + b"\n\n" + b"1.2" * 300_000,
    "items.txt": lambda: b"- a\n" * 240_000,
    "tables.html": lambda: b"<table><tr><td>" * 3_000,
    "strokes.pdf": lambda: _pdf(b"".join(b"%d %d m 600 700 l S " % (n % 600, n % 700) for n in range(400_000))),
}
"""The same of files that may take as long as the limit of the time allows."""
