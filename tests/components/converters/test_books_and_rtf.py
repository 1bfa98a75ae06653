"""What RTF documents, OpenDocument files and EPUB books say, built from the least that makes them up."""

import pytest

from components.converters.formats import load
from components.converters.office.numbering import NumberedLevels, numeral
from components.errors import LoadingError
from tests.components.converters.conftest import Save, blocks_of
from tests.hostile import ODF_SPACES, odf, packed


def test_rtf_headings_lists_tables_notes_and_properties(save: Save) -> None:
    source = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}{\f1\fcharset204 Times;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}
{\info{\title Guide}{\author Ada}{\creatim\yr2025\mo3\dy1
\hr8\min5}}
{\header Running title}{\s1 Care\par}
\pard The pump{\footnote\pard Model X200.} needs {\v hidden }caf\'e9, {\f1 \'e4\'e0},
 \u8364?5 and \u-10179?\u-8576?.\par
{\listtext\pard 1.\tab}\pard\ilvl0 Switch off.\par{\listtext\'b7\tab}\ilvl1 Wait\par
\pard\trowd\trhdr\cellx1000\cellx2000\intbl Model\cell Price\cell\row
\trowd\cellx1000\cellx2000\intbl X200\cell 49\par EUR\cell\row\pard
{\*\unknown nothing}{\pict\bin4 }}}}}End.{\deleted gone}\par}"""
    extracted = load(save("a.rtf", source))
    assert blocks_of(extracted) == [
        ("heading", "Care"),
        ("text", "The pump needs café, да, €5 and 🚀."),
        ("text", "Model X200."),
        ("list", "1. Switch off.\n  - Wait"),
        ("table", "Model: X200; Price: 49 EUR"),
        ("text", "End."),
    ]
    assert extracted.title == "Guide"
    assert extracted.meta == {"author": "Ada", "created_at": "2025-03-01T08:05:00+00:00"}


def test_rtf_merged_cells_are_named_in_all_that_they_cover(save: Save) -> None:
    source = rb"""{\rtf1 \trowd\trhdr\cellx1000\cellx3000\intbl Model\cell Price\cell\row
\trowd\trhdr\clvmrg\cellx1000\cellx2000\cellx3000\intbl \cell net\cell gross\cell\row
\trowd\cellx1000\cellx2000\cellx3000\intbl X200\cell 40\cell 49\cell\row}"""
    assert blocks_of(load(save("a.rtf", source))) == [("table", "Model: X200; Price, net: 40; Price, gross: 49")]


def test_odt_headings_lists_tables_notes_and_properties(save: Save) -> None:
    body = """<text:p text:style-name="Title">The X200</text:p><text:h text:outline-level="1">Care</text:h>
<text:p>Clean<text:s text:c="2"/>it<text:note><text:note-citation>1</text:note-citation><text:note-body>
<text:p>With water.</text:p></text:note-body></text:note>.<draw:frame><draw:text-box><text:p>In a box.</text:p>
</draw:text-box></draw:frame></text:p><text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
<text:list text:style-name="L"><text:list-item><text:p>One</text:p><text:list><text:list-item>
<text:p>Deep</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>Two</text:p></text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell table:number-rows-spanned="2">
<text:p>Model</text:p></table:table-cell><table:table-cell table:number-columns-spanned="2">
<text:p>Price</text:p></table:table-cell>
<table:covered-table-cell/></table:table-row><table:table-row>
<table:covered-table-cell/><table:table-cell><text:p>net</text:p></table:table-cell><table:table-cell><text:p>gross</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell><text:p>X200</text:p></table:table-cell><table:table-cell><text:p>40</text:p>
</table:table-cell><table:table-cell><text:p>49</text:p></table:table-cell></table:table-row></table:table>"""
    styles = """<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"
style:num-suffix=")"/><text:list-level-style-number text:level="2" style:num-format="a" text:display-levels="2"
style:num-suffix="."/></text:list-style>"""
    meta = f"""<office:document-meta {ODF_SPACES}><office:meta><meta:initial-creator>Ada</meta:initial-creator>
<dc:title>Untitled 1</dc:title></office:meta></office:document-meta>"""
    extracted = load(save("a.odt", odf("text", body, styles, {"meta.xml": meta.encode()})))
    assert blocks_of(extracted) == [
        ("heading", "The X200"),
        ("heading", "Care"),
        ("text", "Clean  it."),
        ("text", "With water."),
        ("text", "In a box."),
        ("list", "1) One\n  1.a. Deep\n2) Two"),
        ("table", "Model: X200; Price, net: 40; Price, gross: 49"),
    ]
    assert extracted.title == "The X200"
    assert extracted.meta == {"author": "Ada"}


def test_odp_slides_are_pages_with_their_notes(save: Save) -> None:
    body = """<draw:page><draw:frame svg:y="5cm"><draw:text-box><text:p>Below</text:p></draw:text-box></draw:frame>
<draw:g><draw:frame svg:y="1cm"><draw:text-box><text:p>Above</text:p></draw:text-box></draw:frame></draw:g>
<draw:frame presentation:class="title" svg:y="9cm"><draw:text-box><text:p>Prices</text:p></draw:text-box></draw:frame>
<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>Say it.</text:p></draw:text-box>
</draw:frame></presentation:notes></draw:page><draw:page><draw:frame presentation:class="footer"><draw:text-box>
<text:p>ACME</text:p></draw:text-box></draw:frame><draw:custom-shape>
<text:p>Last</text:p></draw:custom-shape></draw:page>"""
    extracted = load(save("a.odp", odf("presentation", body)))
    texts = [(extracted.text[block.start : block.end], block.page, block.heading) for block in extracted.blocks]
    assert texts == [
        ("Prices", 1, ()),
        ("Above", 1, ("Prices",)),
        ("Below", 1, ("Prices",)),
        ("Say it.", 1, ("Prices",)),
        ("Last", 2, ()),
    ]


def test_ods_sheets_name_their_columns_and_repeat_no_empty_rows(save: Save) -> None:
    def row(*cells: str, more: str = "") -> str:
        return f"<table:table-row {more}>" + "".join(cells) + "</table:table-row>"

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    rows = [
        row(cell("Prices in EUR", 'table:number-columns-spanned="3"')),
        row(cell("Model"), cell("Price", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>"),
        row("<table:table-cell/>", cell("net"), cell("gross")),
        row(cell("X200"), cell("40"), cell("49")),
        row('<table:table-cell table:number-columns-repeated="16000"/>', more='table:number-rows-repeated="1000000"'),
        row(cell("End")),
    ]
    styles = '<style:style style:name="H"><style:table-properties table:display="false"/></style:style>'
    body = f"""<table:table table:name="Sheet">{"".join(rows)}</table:table>
<table:table table:name="Secret" table:style-name="H">{row(cell("leak"))}</table:table>"""
    extracted = load(save("a.ods", odf("spreadsheet", body, styles)))
    assert blocks_of(extracted) == [
        ("heading", "Sheet"),
        ("heading", "Prices in EUR"),
        ("table", "Model: X200; Price, net: 40; Price, gross: 49"),
        ("text", "End"),
    ]
    assert [block.row for block in extracted.blocks] == [None, None, 4, 1_000_005]


def test_an_encrypted_or_empty_open_document_says_so(save: Save) -> None:
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    with pytest.raises(LoadingError, match="is encrypted"):
        load(save("a.odt", odf("text", "", "", {"META-INF/manifest.xml": manifest})))
    with pytest.raises(LoadingError, match="holds no text"):
        load(save("b.odt", odf("text", "<text:p/>")))


def book(chapters: dict[str, str], more: dict[str, bytes] | None = None) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in reversed(chapters))
    package = f"""<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Care</dc:title><dc:creator>Ada</dc:creator><dc:language>en</dc:language></metadata><manifest>{items}
<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>
<spine>{spine}</spine></package>"""
    container = '<container><rootfiles><rootfile full-path="in/p.opf"/></rootfiles></container>'
    nav = '<html><nav><a href="a.xhtml#x">First <b>steps</b></a><a href="b.xhtml">Prices</a></nav></html>'
    entries = {"META-INF/container.xml": container, "in/p.opf": package, "in/nav.xhtml": nav}
    entries |= {f"in/{name}": f"<html><body>{words}</body></html>" for name, words in chapters.items()}
    found = {name: text.encode() for name, text in entries.items()}
    return packed({"mimetype": b"application/epub+zip", **found, **(more if more is not None else {})})


def test_epub_chapters_stand_in_the_order_of_reading_below_their_names(save: Save) -> None:
    extracted = load(
        save("a.epub", book({"b.xhtml": "<p>49 EUR</p>", "a.xhtml": "<h1>Own name</h1><p>Switch off.</p>"}))
    )
    assert blocks_of(extracted) == [
        ("heading", "Own name"),
        ("text", "Switch off."),
        ("heading", "Prices"),
        ("text", "49 EUR"),
    ]
    assert [block.heading for block in extracted.blocks] == [(), ("Own name",), (), ("Prices",)]
    assert (extracted.title, extracted.meta) == ("Care", {"author": "Ada", "language": "en"})


def test_a_protected_or_broken_book_says_so_and_fonts_do_not_count(save: Save) -> None:
    lock = '<encryption><EncryptionMethod Algorithm="%s"/></encryption>'
    fonts = {"META-INF/encryption.xml": (lock % "http://www.idpf.org/2008/embedding").encode()}
    assert load(save("a.epub", book({"a.xhtml": "<p>Free</p>"}, fonts))).text.endswith("Free")
    words = {"META-INF/encryption.xml": (lock % "http://www.w3.org/2001/04/xmlenc#aes128-cbc").encode()}
    with pytest.raises(LoadingError, match="DRM"):
        load(save("b.epub", book({"a.xhtml": "<p>Locked</p>"}, words)))
    with pytest.raises(LoadingError, match="list of chapters"):
        load(save("c.epub", packed({"META-INF/container.xml": b"<container/>"})))


def test_logs_are_plain_text(save: Save) -> None:
    assert load(save("a.log", b"10:00 start\n10:01 stop\n")).text == "10:00 start\n10:01 stop\n"


def test_numbers_of_items() -> None:
    assert [numeral(number, "a") for number in (1, 26, 27)] == ["a", "z", "aa"]
    assert (numeral(1994, "I"), numeral(4, "i"), numeral(0, "i"), numeral(5_000, "I")) == ("MCMXCIV", "iv", "0", "5000")
    levels = NumberedLevels()
    assert [levels.step(level, (3,)) for level in (0, 1, 1, 0, 1)] == [[3], [3, 1], [3, 2], [4], [4, 1]]
