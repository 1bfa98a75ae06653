"""The corpus of a documents data set: unpacked where it is an archive, and indexed as a user would index it.

Whatever cannot be read is left out, as in use; an answer that stands in it is found missing later. An index belongs to
one content, one way of indexing and one state of the code that reads and divides documents.
"""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import components
from components.errors import InputError
from components.writing import write_whole
from evaluation.data.documents import ARCHIVES
from evaluation.data.files import sha256
from pipelines.indexing import IndexProgress
from pipelines.service import QAService

UNPACKED = "unpacked"
"""Folder of the corpora that were unpacked, beside their indexes."""

DOCUMENT_FIGURES = "document-figures.json"
"""Kept in the data folder: what indexing has cost."""

_CODE = ("converters", "preprocessors", "languages", "embedders")
"""Packages that decide what an index holds."""


def content_facts(corpus: Path) -> list[str]:
    """What the index of a corpus depends on, beside the settings."""
    return [f"{corpus.resolve()} {_fingerprint(corpus)}", f"code {_code_fingerprint()}"]


def unpacked(corpus: Path, folder: Path) -> Path:
    """The folder of a corpus; an archive is unpacked below ``folder``, once.

    Raises:
        InputError: it cannot be unpacked, or a member leads out of it.
    """
    if corpus.is_dir():
        return corpus
    name = next(corpus.name.removesuffix(ending) for ending in ARCHIVES if corpus.name.endswith(ending))
    place = folder / UNPACKED / f"{name}-{sha256(corpus)[:8]}"
    if not place.is_dir():
        _unpack(corpus, place)
    inner = place / name
    return inner if inner.is_dir() else place


def _unpack(archive: Path, place: Path) -> None:
    """All or nothing: a run that is stopped leaves no half of it behind."""
    half = place.with_name(f"{place.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    try:
        with tarfile.open(archive) as packed:
            packed.extractall(half, filter="data")
        half.rename(place)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{archive} cannot be unpacked: {error}") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def index_documents(
    service: QAService, folder: Path, on_progress: Callable[[IndexProgress], None] | None = None
) -> dict[str, float]:
    """Index a folder, and tell what that cost and how many files were not read; of one indexed before, as it was then.

    Raises:
        InputError: the folder holds no file that can be read.
    """
    service.open(writable=True).prepare()
    report = service.index([str(folder)], prune=True, force=True, on_progress=on_progress)
    kept = service.settings.data / DOCUMENT_FIGURES
    if not report.indexed and not report.removed and kept.is_file():
        figures: dict[str, float] = json.loads(kept.read_text("utf-8"))
        return figures
    passages = service.status().passages
    if not passages:
        raise InputError(f"{folder}: none of its {report.files} files was indexed")
    figures = {
        "index_passages": passages,
        "index_seconds": report.seconds,
        "index_files": report.files,
        "index_not_read": sum(not failure.skipped for failure in report.failures),
    }
    write_whole(kept, json.dumps(figures))
    return figures


def _fingerprint(corpus: Path) -> str:
    """Of an archive's bytes, or of the names and bytes of all files of a folder."""
    if corpus.is_file():
        return sha256(corpus)
    return _digest(corpus, [corpus])


@cache
def _code_fingerprint() -> str:
    root = Path(components.__file__).parent
    return _digest(root, [root / package for package in _CODE], "*.py")


def _digest(root: Path, folders: Iterable[Path], pattern: str = "*") -> str:
    """Of the names below ``root`` and the bytes of all files in folders."""
    files = (path for folder in folders for path in folder.rglob(pattern) if path.is_file())
    hashed = hashlib.sha256()
    for path in sorted(files):
        hashed.update(f"{path.relative_to(root)}\0{sha256(path)}\0".encode("utf-8", "surrogateescape"))
    return hashed.hexdigest()
