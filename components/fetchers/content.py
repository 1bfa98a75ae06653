"""What came from the web -> a file that the converters can read: its ending, and its words in UTF-8. Pure."""

import codecs
import mimetypes
from collections.abc import Mapping
from pathlib import PurePosixPath

import httpx

from components.converters.formats import SUFFIXES, suffix_of

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_UNSURE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/x-download"})
"""Types that servers send where they do not know better; the ending in the address says more."""

_NO_TEXTS = ("image/", "audio/", "video/", "font/")
_OWN_TYPES = {"text/markdown": ".md", "text/x-markdown": ".md", "application/x-ndjson": ".jsonl", "text/plain": ".txt"}
_UNREADABLE = frozenset({
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".bmp", ".css", ".woff", ".woff2", ".ttf", ".mp3", ".m4a",
    ".wav", ".mp4", ".webm", ".avi", ".mov", ".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".exe",
    ".dmg", ".iso", ".msi", ".deb", ".rpm", ".jar", ".whl", ".apk",
})  # fmt: skip
_ENCODINGS = ("cp", "iso8859", "koi8", "gb", "big5", "shift_jis", "euc", "utf-16", "mac", "tis")
"""How the names of encodings begin that pages are written in; others are no encodings of a text, or slow."""


def content_type(headers: Mapping[str, str]) -> str:
    """The type of an answer, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def is_page(headers: Mapping[str, str]) -> bool:
    """Whether an answer is a web page, which may hold links."""
    return content_type(headers) in _PAGES


def ending_of(headers: Mapping[str, str], url: str) -> str | None:
    """The ending under which an answer is kept; None for a type that no converter reads."""
    kind = content_type(headers)
    if kind in _PAGES:
        return ".html"
    if kind.startswith(_NO_TEXTS):  # a site's pictures are logos and photos, and text recognition takes long
        return None
    named = suffix_of(_file_name(url))
    if kind in _UNSURE and named is not None:
        return named
    guessed = _OWN_TYPES.get(kind) or mimetypes.guess_extension(kind)
    if guessed in SUFFIXES:
        return guessed
    return named


def is_text(headers: Mapping[str, str]) -> bool:
    """Whether an answer is a text, whose encoding the headers may name."""
    return is_page(headers) or content_type(headers).startswith("text/")


def seems_unreadable(url: str) -> bool:
    """Whether the address alone says that no converter reads it: a picture, a film, an archive, a program."""
    path = PurePosixPath(httpx.URL(url).path)
    ending = path.suffix.lower()
    return ending in _UNREADABLE and not (ending == ".gz" and suffix_of(path.name) is not None)


def readable(content: bytes, headers: Mapping[str, str]) -> bytes:
    """A text in UTF-8 with its mark where only the headers name its encoding, which the file would not."""
    _, _, given = headers.get("content-type", "").partition("charset=")
    try:
        name = codecs.lookup(given.split(";")[0].strip(" \t\"'")).name if given else "utf-8"
        if not name.startswith(_ENCODINGS):
            return content
        return codecs.BOM_UTF8 + content.decode(name).encode("utf-8", "replace")
    except (LookupError, UnicodeError, ValueError):
        return content


def _file_name(url: str) -> str:
    return PurePosixPath(httpx.URL(url).path).name
