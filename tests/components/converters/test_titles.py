"""Which titles stand for a document, and which a program made up."""

from pathlib import Path

import pytest

from components.converters.titles import looks_like_machine, title_or_name

MACHINES = [
    "Microsoft Word - letter_final.doc", "Microsoft PowerPoint - Präsentation1", "untitled", "Untitled Document 3",
    "Unbenannt 1", "Sin título", "Document1", "Dokument2", "PowerPoint Presentation", "PowerPoint-Präsentation",
    "Présentation PowerPoint", "Book1", "Slide 1", "Folie 1", "report_v2.indd", "C:\\Users\\ada\\plan", "file:///tmp/a",
    "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "3f2504e04f8911d39a0c0305e82c3301", "20240117", "—", "", "a\ufffdb c",
    "Title", "无标题", "(anonymous)", "none", "scan0001", ".pdf",
]  # fmt: skip
WRITTEN = [
    "Guide to the X200", "Documentation", "Document retention policy", "Microsoft and the web", "Slides for beginners",
    "Untitled: a life", "Node.js", "How to open a .pdf file", "How we print to .pdf",
    "Decade", "Facade", "保修", "Book of rules", "FAQ", "US",
    "Version 2.0", "Section 8 housing", "Page, Larry",
]  # fmt: skip


@pytest.mark.parametrize("title", MACHINES)
def test_what_a_program_fills_in_is_no_title(title: str) -> None:
    assert looks_like_machine(title)
    assert title_or_name(Path("folder/price-list.tar.pdf"), title, None) == "price-list.tar"
    assert title_or_name(Path("a.pdf"), title, "Prices") == "Prices"


@pytest.mark.parametrize("title", WRITTEN)
def test_what_people_write_is_kept(title: str) -> None:
    assert title_or_name(Path("a.pdf"), title, "Prices") == title


def test_a_name_loses_its_ending_alone() -> None:
    assert title_or_name(Path("prices.csv.gz")) == "prices"
    assert title_or_name(Path("README")) == "README"
