"""Sets the newsletter of the sample knowledge base, ``newsletter.pdf``: ``python -m benchmarks.sample_newsletter``.

Two pages of two columns with a running title and page numbers. Articles go on over the end of a column and of a page.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from PIL import ImageFont

from benchmarks.recognition import SAMPLES, broken_lines

_TITLE = "Fenlark Letter"
_ISSUE = "Autumn 2026"
_PAGE = (595.0, 842.0)  # points, A4
_LEFT, _WIDTH, _GUTTER = 62.0, 222.0, 27.0
_TOP, _BOTTOM = 748.0, 78.0
_BANNER = 80.0  # above both columns of the first page
_LAST_BOTTOM = 545.0  # of the second page, so that its columns are about as long as each other
_TEXT, _PITCH, _HEAD, _HEAD_PITCH = 10.0, 14.2, 13.0, 16.0
_SET = datetime(2026, 10, 5, 9, tzinfo=UTC)
_ARTICLES = (
    (
        "A school kept warm by three units",
        "Tarn Bridge Primary School is the first school with a cascade of three outdoor units. Since August, "
        "three H16 have heated its 14 classrooms, the hall and the kitchen. They took the place of an oil boiler "
        "from 1989.",
        "“The boiler room was the loudest place in the building,” says the caretaker, Owen Pritchard. “Now we "
        "keep the costumes of the drama club there.” The council expects to save 42 tonnes of carbon dioxide a "
        "year. The work was done within the six weeks of the summer holidays by Kestrel Heating, a Fenlark "
        "partner since 2021.",
        "Pupils of the fourth class look after the energy report. They compare the weeks and hang the result up "
        "beside the entrance. On 21 November parents can see the plant between 10:00 and 15:00.",
    ),
    (
        "New training centre in Harwick",
        "On 14 September we opened our second training centre, at 8 Weir Lane in Harwick. It has two halls with "
        "running systems: one with an H5 and an H8, the other with an H16 and all sizes of the Cask tank. Faults "
        "can be switched in, so that participants find them as they would in a cellar.",
        "Up to 24 installers can take part in a course. The centre offers the partner course every second week "
        "and the refresher on Fridays. Courses in Oxenbridge go on as before. Those who come from afar can sleep "
        "in the guest house next door; a room costs £62 with breakfast, and the partner office books it for you.",
        "The heat that the trainers use for their exercises is not lost. It warms the public swimming pool across"
        " the street, which stays open two weeks longer this year.",
    ),
    (
        "Photo competition: my heat pump and I",
        "Show us where your heat pump lives: among roses, in the snow or beside the henhouse. Send one picture to"
        " letter@fenlark.example, with your name and the place where it was taken. The competition closes on 30 "
        "November 2026. Employees of Fenlark cannot take part.",
        "A jury of three readers chooses the winners in December. The first prize is a weekend for two at Lake "
        "Ellan. The second to fifth prizes are annual services free of charge. All five pictures will be printed "
        "in the spring letter.",
    ),
    (
        "Parts now travel in cardboard",
        "Since May our spare parts have been packed without plastic. Boxes are padded with shredded cardboard "
        "from our own halls, and the tape is made of paper. In the first four months this saved 3.8 tonnes of "
        "film and foam.",
        "Please keep the box of a main board until you have checked the part. The grey bag inside protects it "
        "from static electricity and is the one piece of plastic that we could not replace so far.",
    ),
    (
        "Before the frost",
        "A quarter of an hour in October saves trouble in January. Clear the leaves from the grille, check the "
        "water pressure and clean the magnetic filter if you have not done so since spring. Look whether the "
        "drain below the outdoor unit is free, and cut back hedges that have grown into the protected zone during"
        " the summer.",
        "If you plan to be away in winter, leave the power on. Away mode keeps the house safe from frost and "
        "needs little electricity.",
    ),
    (
        "From our readers",
        "Mrs Adeyemi from Port Callan writes that her cat waits on the outdoor unit for the first defrost of the "
        "day. We asked our engineers: the cover of the fan carries a cat, but please no flower pots.",
        "Mr Lund from Selby Moor has kept a diary of his H8 since 2023. In three winters it never stopped. His "
        "page about the coldest night, with −17 °C, can be read on our website.",
        "Do you have a story, too? The spring letter is set in February. We print two letters in each issue and "
        "thank their writers with a Fenlark blanket.",
    ),
)


def font_of(bold: bool, points: float) -> ImageFont.FreeTypeFont:
    """The letters that lines are measured with, ten times as large."""
    name = "DejaVuSerif-Bold.ttf" if bold else "DejaVuSerif.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), round(10 * points))


def lines() -> Iterator[tuple[str, bool, float]]:
    """All lines of the columns: words, whether they are a headline, and the space above them."""
    for headline, *paragraphs in _ARTICLES:
        for number, line in enumerate(broken_lines(headline, font_of(True, _HEAD), 10 * _WIDTH)):
            yield line, True, 0.0 if number else 0.9 * _PITCH
        for paragraph in paragraphs:
            for number, line in enumerate(broken_lines(paragraph, font_of(False, _TEXT), 10 * _WIDTH)):
                yield line, False, 0.0 if number else 0.4 * _PITCH


def columns() -> Iterator[list[tuple[str, bool, float]]]:
    """The lines of each column, with their heights; no headline is the last line of one."""
    column: list[tuple[str, bool, float]] = []
    done, high, bottom = 0, _TOP - _BANNER, _BOTTOM
    for line, is_headline, above in lines():
        if high - above < bottom + (3 * _PITCH if is_headline else 0):
            yield column
            done += 1
            column, high, above = [], _TOP - (_BANNER if done < 2 else 0), 0.0
            bottom = _BOTTOM if done < 2 else _LAST_BOTTOM
        high -= above if column else 0.0
        column.append((line, is_headline, high))
        high -= _HEAD_PITCH if is_headline else _PITCH
    yield column


def sheets() -> Iterator[Figure]:
    """The pages."""
    waiting = list(columns())
    for number in range(0, len(waiting), 2):
        sheet = Figure(figsize=(_PAGE[0] / 72, _PAGE[1] / 72))
        put(sheet, _LEFT, 790, f"{_TITLE} · {_ISSUE}", 8)
        put(sheet, _LEFT, 44, f"Page {number // 2 + 1}", 8)
        if not number:
            put(sheet, _LEFT, 720, _TITLE, 26, bold=True)
            put(sheet, _LEFT, 697, f"News for owners and partners, {_ISSUE}", 11)
        for place, column in enumerate(waiting[number : number + 2]):
            for line, is_headline, high in column:
                left = _LEFT + place * (_WIDTH + _GUTTER)
                put(sheet, left, high, line, _HEAD if is_headline else _TEXT, bold=is_headline)
        yield sheet


def put(sheet: Figure, left: float, high: float, line: str, points: float, *, bold: bool = False) -> None:
    """Write one line on a page, at a place in points from its lower left corner."""
    weight = "bold" if bold else "normal"
    sheet.text(left / _PAGE[0], high / _PAGE[1], line, size=points, weight=weight, family="DejaVu Serif")


if __name__ == "__main__":
    about = {"Title": f"{_TITLE}, {_ISSUE}", "Author": "Fenlark Customer Support", "CreationDate": _SET}
    with (
        matplotlib.rc_context({"pdf.fonttype": 42}),
        PdfPages(SAMPLES / "newsletter.pdf", metadata=about) as written,
    ):
        for page in sheets():
            written.savefig(page)
