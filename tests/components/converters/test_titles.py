"""Titles that a program wrote give way to the name of the file."""

from pathlib import Path

import pytest

from components.converters.titles import chosen_title, is_machine_made


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - Holiday policy 2024.docx",
        "Holiday policy.xlsm",
        "untitled",
        "Untitled Document",
        "Dokument1",
        "Präsentation",
        "PowerPoint Presentation",
        "无标题",
        "tmp4711",
        "IMG_0001",
        "20240312",
        "{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
        "d41d8cd98f00b204e9800998ecf8427e",
        "C:\\Users\\ada\\x",
        "file:///tmp/x",
        "Neddy_Flyer",
        "",
    ],
)
def test_a_machine_made_it(title: str) -> None:
    assert is_machine_made(title)


@pytest.mark.parametrize(
    "title",
    ["Holiday policy 2024", "X200", "Decade", "Version 2.1", "Scan of the brain", "手册", "Überblick", "E-1047 Manual"],
)
def test_a_person_wrote_it(title: str) -> None:
    assert not is_machine_made(title)


def test_the_name_of_the_file_takes_its_place() -> None:
    path = Path("/docs/holiday-policy_2024.pdf")
    assert chosen_title("Microsoft Word - x.docx", "1. Scope", path) == "holiday policy 2024"
    assert chosen_title("Holidays", "1. Scope", path) == "Holidays"
    assert chosen_title(None, "1. Scope", path) == chosen_title(" ", "1. Scope", path) == "1. Scope"
    assert chosen_title("x.docx", "1. Scope", Path("scan0001.pdf")) == "1. Scope"
    assert chosen_title("x.docx", None, Path("scan0001.pdf")) is None
