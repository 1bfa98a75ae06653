"""Names of files that are no text: shown, kept, found again, and never confused."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import LoadingError
from components.names import on_disk, printable, shown

pytestmark = pytest.mark.skipif(os.sep != "/", reason="names are bytes where folders are parted by a slash")

RAW = st.binary(max_size=12) | st.sampled_from([b"caf\xe9.txt", rb"caf\xe9.txt", rb"\x5cxe9", b"\\\xe9", "né".encode()])


@given(RAW, RAW)
def test_names_are_shown_apart_and_found_again(one: bytes, other: bytes) -> None:
    names = [os.fsdecode(one), os.fsdecode(other)]
    printed = [printable(name) for name in names]
    for name, text in zip(names, printed, strict=True):
        text.encode("utf-8")
        assert on_disk(text) == name
    assert (printed[0] == printed[1]) == (one == other)


def test_ordinary_names_stay_as_they_are() -> None:
    for name in ("a/b.txt", "Straße 中.md", "a\\b", "\\x41", "ab\\xyz"):
        assert printable(name) == name == on_disk(name) == shown(name)


def test_an_error_can_be_printed() -> None:
    error = LoadingError(os.fsdecode(b"caf\xe9.txt"), "is empty")
    assert str(error) == "caf\\xe9.txt: is empty"
    assert shown(shown(str(error))) == str(error)
