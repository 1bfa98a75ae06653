"""One file -> its text with provenance; one module per format, imported when a file of it is met.

``load`` reads and dispatches, ``expand`` finds files. Every failure of one file is a ``LoadingError`` that
says what is wrong with it. Knows no passage and no index.
"""

import importlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from components.converters.archives import gunzip
from components.converters.discovery import Discovery, discover
from components.converters.encoding import UndecodableError
from components.converters.extracted import Block, Extracted
from components.converters.limits import MAX_BYTES, MAX_CHARACTERS, MAX_PASSAGES, OCR_SECONDS, Limits
from components.converters.questions import with_entries
from components.converters.sniffing import is_encrypted_office, is_pdf, looks_like_html, seems_to_be
from components.errors import InputError, LoadingError, NoTextError

__all__ = ["MAX_BYTES", "SUFFIXES", "Block", "Discovery", "Extracted", "expand", "load", "suffix_of"]

_MODULES = {
    ".txt": "text", ".text": "text", ".log": "text",
    ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".mdown": "markdown", ".mkd": "markdown",
    ".qmd": "markdown", ".rmd": "markdown",
    ".rst": "rst", ".rest": "rst",
    ".adoc": "asciidoc", ".asciidoc": "asciidoc",
    ".ipynb": "notebook",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".pdf": "pdf.reader",
    ".docx": "office.docx", ".pptx": "office.pptx", ".xlsx": "office.xlsx",
    ".odt": "office.odf_text", ".ods": "office.odf_sheet", ".odp": "office.odf_slides",
    ".rtf": "rtf", ".epub": "epub",
    ".eml": "mail.message", ".mbox": "mail.mbox", ".msg": "mail.outlook",
    ".csv": "csv_file", ".tsv": "csv_file",
    ".json": "json_file", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".png": "picture", ".jpg": "picture", ".jpeg": "picture", ".tif": "picture", ".tiff": "picture",
    ".bmp": "picture", ".webp": "picture",
}  # fmt: skip
_CONTENTS = {
    ".pdf": "a PDF",
    ".docx": "a DOCX document",
    ".pptx": "a PowerPoint presentation",
    ".xlsx": "an Excel workbook",
    **dict.fromkeys((".odt", ".ods", ".odp"), "an OpenDocument file"),
    ".rtf": "an RTF document",
    ".epub": "an EPUB book",
    ".msg": "an old or encrypted Office file",
    ".png": "a PNG picture",
    ".jpg": "a JPEG picture",
    ".jpeg": "a JPEG picture",
    ".tif": "a TIFF picture",
    ".tiff": "a TIFF picture",
    ".bmp": "a BMP picture",
    ".webp": "a WebP picture",
}
_WITH_PICTURES = ("pdf.reader", "picture")
"""Modules that may need text recognition."""
_ZIPPABLE = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")
_GROWTH = 1 << 20
"""Bytes that a file may grow by while it is read; what grows by more changes, and is read again."""

SUFFIXES: tuple[str, ...] = (*_MODULES, *(f"{suffix}.gz" for suffix in _ZIPPABLE))
"""Endings that are supported, in lower case."""


class _Format(Protocol):
    def extract(self, data: bytes, path: Path, limits: Limits) -> Extracted:
        """The text of a file's bytes, within limits."""


def suffix_of(path: Path | str) -> str | None:
    """The supported ending of a file's name, or None."""
    name = Path(path).name.lower()
    endings = [suffix for suffix in SUFFIXES if name.endswith(suffix) and name != suffix]
    return max(endings, key=len, default=None)


def _required_suffix(path: Path) -> str:
    suffix = suffix_of(path)
    if suffix is None:
        raise LoadingError(path, f'has the ending "{path.suffix}"; supported are {", ".join(SUFFIXES)}')
    return suffix


def module_of(path: Path | str) -> str:
    """The module that reads files of this ending."""
    suffix = suffix_of(path)
    return f"components.converters.{_MODULES[suffix.removesuffix('.gz')]}" if suffix is not None else __name__


def is_picture(path: Path | str) -> bool:
    """Whether files of this ending are pictures."""
    return module_of(path).endswith("picture")


def may_be_pictures(path: Path | str) -> bool:
    """Whether a file of this ending may hold pictures of pages, which take longer to read."""
    return module_of(path).endswith(_WITH_PICTURES)


def expand(paths: Sequence[str | Path], *, follow_links: bool = False, apart: Sequence[Path] = ()) -> Discovery:
    """Files, folders and globs -> the supported files among them, and those passed over with the reason.

    Args:
        paths: see :func:`components.converters.discovery.discover`, as of the others.
        follow_links: whether links that lead out of a given folder are followed.
        apart: folders that are never searched.
    """
    return discover(paths, lambda path: suffix_of(path) is not None, follow_links=follow_links, apart=apart)


def load(
    path: Path | str,
    *,
    max_bytes: int = MAX_BYTES,
    max_characters: int = MAX_CHARACTERS,
    max_rows: int = MAX_PASSAGES,
    ocr_seconds: float = OCR_SECONDS,
    threads: int | None = None,
    own_process: bool = False,
) -> Extracted:
    """Extract the text of one file.

    Args:
        path: a file with one of ``SUFFIXES``.
        max_bytes: limit of its size; a larger one is refused before it is read.
        max_characters: limit of its text.
        max_rows: limit of its rows and questions, each of which is a passage at least.
        ocr_seconds: limit of the time for text recognition, where pages are pictures; 0 for none.
        threads: of text recognition; without a value, all cores.
        own_process: whether this process reads nothing else, so that text recognition may raise its limits.

    Raises:
        LoadingError: whatever is wrong with the file.
    """
    file = Path(path)
    _required_suffix(file)
    limits = Limits(max_bytes, max_characters, max_rows, ocr_seconds, threads, own_process)
    return parse(_read(file, limits.bytes), file, limits)


def parse(data: bytes, file: Path, limits: Limits) -> Extracted:
    """Extract the text of a file's bytes, those of an attachment for example; its ending names the format.

    Raises:
        LoadingError: whatever is wrong with the file.
    """
    suffix = _required_suffix(file)
    try:
        if suffix.endswith(".gz"):
            data = gunzip(data, file, limits.unpacked)
        _check_content(data, file, suffix.removesuffix(".gz"))
        module = importlib.import_module(module_of(file))
        extracted = with_entries(cast(_Format, module).extract(data, file, limits), file)
        limits.check(extracted.text, extracted.blocks)
    except (LoadingError, ImportError):
        raise
    except (UndecodableError, InputError) as error:
        raise LoadingError(file, str(error)) from error
    except MemoryError as error:
        raise LoadingError(file, "needs more memory than there is; split it into smaller files") from error
    except RecursionError as error:
        raise LoadingError(file, "is nested too deeply to be read") from error
    except Exception as error:  # parsers raise what they like at damaged input; none of it may stop a run
        kind = type(error).__name__
        raise LoadingError(file, f"cannot be parsed ({kind}: {error}); it may be damaged") from error
    if not extracted.blocks:
        raise NoTextError(file, "holds no text")
    return extracted


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        _check_size(path, os.stat(path), max_bytes)
        # Not blocking, should the file have become a pipe since.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            _check_size(path, status, max_bytes)
            # No more than there is, and some: room for all that is allowed may be more than there is memory.
            data = file.read(min(status.st_size + _GROWTH, max_bytes + 1))
    except FileNotFoundError as error:
        if path.is_symlink():
            raise LoadingError(path, f"is a link to {os.readlink(path)}, which does not exist") from error
        raise LoadingError(path, "does not exist") from error
    except PermissionError as error:
        raise LoadingError(path, "may not be read by this user; change its permissions") from error
    except OSError as error:
        raise LoadingError(path, f"cannot be read ({error.strerror})") from error
    if len(data) > max_bytes:
        raise LoadingError(path, f"grew over the limit of {max_bytes:,} bytes while it was read")
    return data


def _check_size(path: Path, status: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise LoadingError(path, "is not a regular file but a folder, pipe, socket or device")
    if status.st_size == 0:
        raise NoTextError(path, "is empty")
    if status.st_size > max_bytes:
        limits = f"is {status.st_size:,} bytes, over the limit of {max_bytes:,}"
        raise LoadingError(path, f"{limits}; split it or raise the limit")


def _check_content(data: bytes, path: Path, suffix: str) -> None:
    """Refuse a file whose content is not what its ending says."""
    found = seems_to_be(data)
    if found == _CONTENTS.get(suffix) or (suffix == ".pdf" and is_pdf(data)):
        return
    if suffix in (".docx", ".pptx", ".xlsx") and is_encrypted_office(data):
        raise LoadingError(path, "is encrypted; remove the password and index it again")
    if found is None:
        found = "a web page" if looks_like_html(data) else "something else"
    raise LoadingError(path, f'ends in "{suffix}" but seems to be {found}; correct its name')
