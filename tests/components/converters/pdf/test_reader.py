"""PDF: paragraphs, pages, boxes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.converters.formats import load
from components.converters.limits import Limits
from components.converters.pdf.reader import decode_boxes
from components.converters.received import extracted_from
from components.errors import LoadingError

Build = Callable[..., bytes]


@pytest.fixture
def manual(tmp_path: Path, pdf: Build) -> Path:
    """Three pages with running lines, a wrapped paragraph, a list and a table."""
    pages = []
    for number in range(1, 4):
        pages.append([(72.0, 760.0, 10.0, "X200 Manual"), (280.0, 30.0, 10.0, f"Page {number}")])
    pages[0] += [
        (72, 700, 20, "Care"),
        (72, 670, 12, "The warranty of this machine covers all parts for inter-"),
        (72, 656, 12, "national use and lasts for two years from the day of its deliv-"),
        (72, 642, 12, "ery. Error E-"),
        (72, 628, 12, "1047 means a blocked pump."),
        (72, 600, 12, "A second paragraph follows."),
    ]
    pages[1] += [
        (72, 700, 12, "\u2022 first item that is long enough to be broken into two of the lines"),
        (84, 686, 12, "of this page"),
        (72, 672, 12, "\u2022 second item"),
    ]
    pages[2] += [
        (x, y, 12, text)
        for y, row in ((700, ("Model", "Price")), (680, ("X200", "49 EUR")), (660, ("X300", "79 EUR")))
        for x, text in zip((72, 250), row, strict=True)
    ]
    path = tmp_path / "manual.pdf"
    info = "/Title (X200) /Author (Ada) /ModDate (D:20250203040506+02'00')"
    path.write_bytes(pdf(pages, info))
    return path


def test_paragraphs_pages_and_properties(manual: Path) -> None:
    extracted = load(manual)
    found = [(block.page, block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]
    assert found == [
        (1, "heading", "Care"),
        (
            1,
            "text",
            "The warranty of this machine covers all parts for international use and lasts for two years from the day "
            "of its delivery. Error E-1047 means a blocked pump.",
        ),
        (1, "text", "A second paragraph follows."),
        (2, "list", "• first item that is long enough to be broken into two of the lines of this page\n• second item"),
        (3, "table", "Model: X200; Price: 49 EUR\nModel: X300; Price: 79 EUR"),
    ]
    assert extracted.blocks[4].heading == ("Care",)
    assert (extracted.title, extracted.format) == ("X200", "pdf")
    assert extracted.meta == {"author": "Ada", "updated_at": "2025-02-03T02:05:06+00:00"}


def test_boxes_stand_where_the_characters_stand(manual: Path) -> None:
    extracted = load(manual)
    assert extracted.boxes is not None
    pages = decode_boxes(extracted.boxes)
    assert [(page.page, page.width, page.height) for page in pages] == [(1, 612, 792), (2, 612, 792), (3, 612, 792)]
    for page in pages:
        assert {block.page for block in extracted.blocks if page.start <= block.start < page.end} == {page.page}
    at = extracted.text.index("X300")
    left, bottom, right, top = pages[2].box(at) or (0, 0, 0, 0)
    assert left == pytest.approx(72, abs=0.1)
    assert 655 < bottom < 662 < top < 675 and 78 < right < 82
    added = extracted.text.index("Model: X300")
    assert pages[2].box(added) is None and pages[0].box(at) is None
    hyphenated = extracted.text.index("delivery") + len("deliv")
    above, below = pages[0].box(hyphenated - 1), pages[0].box(hyphenated)
    assert above is not None and below is not None and above[1] > below[1]
    assert len(extracted.boxes) < 8 * len(extracted.text)


FULL = "The measurements of every heat pump are encrypted and stored on a server in the"
NEXT = "European Union for 13 months."


def pages_of(tmp_path: Path, pdf: Build, *pages: list[tuple[float, float, float, str]]) -> list[tuple[int | None, str]]:
    """Page and text of each block."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(pages))
    extracted = load(path)
    return [(block.page, extracted.text[block.start : block.end]) for block in extracted.blocks]


def test_a_paragraph_goes_on_over_the_end_of_a_page(tmp_path: Path, pdf: Build) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf(
            [
                [(72, 100, 12, "They are never sold."), (72, 72, 12, FULL)],
                [(72, 700, 12, "European Union for 13 months and then de-")],
                [(72, 700, 12, "leted. Nobody reads"), (72, 686, 12, "them."), (72, 650, 12, "The end.")],
            ]
        )
    )
    extracted = load(path)
    words = f"{FULL} European Union for 13 months and then deleted. Nobody reads them."
    assert [(block.page, extracted.text[block.start : block.end]) for block in extracted.blocks] == [
        (1, "They are never sold."),
        (1, words),
        (3, "The end."),
    ]
    assert extracted.boxes is not None
    boxes, block = decode_boxes(extracted.boxes), extracted.blocks[1]
    for word, page in (("server", 1), ("European", 2), ("then de", 2), ("leted", 3), ("them", 3)):
        at = extracted.text.index(word)
        assert block.page_at(at) == page
        # Each character stands on that page and no other.
        assert [each.page for each in boxes if each.box(at) is not None] == [page]
        assert [each.page for each in boxes if each.box(at + len(word) - 1) is not None] == [page]
    assert extracted_from(extracted.to_parts(), Limits()) == extracted


def test_a_list_item_goes_on_over_the_end_of_a_page(tmp_path: Path, pdf: Build) -> None:
    pages = ([(72, 86, 12, "- Open the lid."), (72, 72, 12, "- Clean it with")], [(72, 700, 12, "a dry cloth.")])
    assert pages_of(tmp_path, pdf, *pages) == [(1, "- Open the lid.\n- Clean it with a dry cloth.")]


@pytest.mark.parametrize(
    ("above", "size", "below"),
    [
        (FULL + ".", 12, NEXT),  # the sentence has ended
        (FULL.replace("in the", "(see there.)"), 12, NEXT),
        ("Measurements", 12, NEXT),  # the next word would have fitted
        (FULL, 10, "european Union for 13 months."),  # a footnote
        (FULL, 12, "- European Union"),  # a list
        ("17", 12, "european Union for 13 months."),  # the number of the page
    ],
)
def test_what_a_page_ends_with_is_not_always_a_part(
    tmp_path: Path, pdf: Build, above: str, size: float, below: str
) -> None:
    first = [(72.0, 160.0, 12.0, f"{FULL} European Union."), (72.0, 72.0, size, above)]
    found = pages_of(tmp_path, pdf, first, [(72.0, 700.0, 12.0, below)])
    assert found[1:] == [(1, above), (2, below)]


def test_cells_of_several_lines_stay_in_their_row_and_compounds_keep_their_hyphen(tmp_path: Path, pdf: Build) -> None:
    cells = [
        (72, 700, "Emitter"), (220, 700, "Recommended"), (220, 688, "curve"), (400, 700, "Supply"),
        (72, 660, "Large or low"), (72, 648, "radiators"), (220, 660, "0.8 to 1.0"), (400, 660, "three-"),
        (400, 648, "phase"),
        (72, 620, "Floor"), (220, 620, "0.4 to 0.6"), (400, 620, "mains"),
        (72, 580, "The curve tells how warm the water is. A three-phase supply is needed for"),
        (72, 566, "the largest model."),
    ]  # fmt: skip
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[(x, y, 10, text) for x, y, text in cells]]))
    extracted = load(path)
    assert [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks] == [
        (
            "table",
            "Emitter: Large or low radiators; Recommended curve: 0.8 to 1.0; Supply: three-phase\n"
            "Emitter: Floor; Recommended curve: 0.4 to 0.6; Supply: mains",
        ),
        ("text", "The curve tells how warm the water is. A three-phase supply is needed for the largest model."),
    ]


@pytest.mark.parametrize(("turn", "left", "bottom"), [(0, 72, 700), (90, 700, 612 - 72), (270, 792 - 700, 72)])
def test_boxes_follow_the_rotation_of_the_page(
    tmp_path: Path, pdf: Build, turn: int, left: float, bottom: float
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[(72, 700, 12, "Turned")]], rotate=turn))
    (page,) = decode_boxes(load(path).boxes or b"")
    assert (page.width, page.height) == ((612, 792) if turn == 0 else (792, 612))
    box = page.box(0)
    assert box is not None
    near = (box[0], box[1]) if turn == 0 else (box[0], box[3]) if turn == 90 else (box[2], box[1])
    assert near == pytest.approx((left, bottom), abs=4)


def test_boxes_of_another_format_are_refused() -> None:
    with pytest.raises(ValueError, match="QBX1"):
        decode_boxes(b"nonsense")


def test_many_threads_read_at_once(manual: Path) -> None:
    expected = load(manual)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(load, [manual] * 24))


def test_encrypted_truncated_and_textless(tmp_path: Path, pdf: Build) -> None:
    path = tmp_path / "a.pdf"
    identity = "<00112233445566778899aabbccddeeff>"
    keys = f"/O <{'ab' * 32}> /U <{'cd' * 32}>"
    key = f"/Encrypt << /Filter /Standard /V 1 /R 2 {keys} /P -4 >> /ID [{identity} {identity}]"
    path.write_bytes(pdf([[(72, 700, 12, "x")]], trailer=key))
    with pytest.raises(LoadingError, match="is encrypted"):
        load(path)
    path.write_bytes(pdf([[(72, 700, 12, "x")]])[:300])
    with pytest.raises(LoadingError, match="truncated or damaged"):
        load(path)
    path.write_bytes(pdf([[], []]))
    with pytest.raises(LoadingError, match="no text on its 2 pages"):
        load(path)
