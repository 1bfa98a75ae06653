"""How well and how fast a folder of PDFs is read: ``python -m benchmarks reading FOLDER``.

Prints for each file its pages, tables, headings and paragraphs of eight words and more, which share of these lacks the
end of a sentence, which share goes on in the next one, and seconds of the processor a page.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.memory import memory_of_this_process
from components.converters.extracted import Extracted
from components.converters.formats import load
from components.errors import QuaereError
from evaluation.provenance import provenance

_WORDS = 8  # a paragraph of fewer may be a label, a line of an address, or a caption
_ENDS = tuple(".!?:;…。！？：；")
_CLOSERS = "\"'”’»)]」』）0123456789 "  # a note's number may stand behind a sentence


@dataclass(frozen=True, slots=True)
class FileReading:
    """What was read of one file."""

    name: str
    pages: int
    tables: int
    headings: int
    paragraphs: int
    """Of eight words and more."""
    unended: int
    """Of these: without the end of a sentence."""
    torn: int
    """Of these: the next one begins with a small letter, so that a sentence was parted."""
    seconds: float


def read_folder(folder: Path) -> Iterator[FileReading | str]:
    """Read every PDF below a folder; a file that cannot be read gives the reason."""
    for path in sorted(folder.rglob("*.pdf")):
        began = time.process_time()
        try:
            extracted = load(path)
        except QuaereError as error:
            yield str(error)
            continue
        yield reading_of(path.name, extracted, time.process_time() - began)


def reading_of(name: str, extracted: Extracted, seconds: float) -> FileReading:
    """Count what was read."""
    blocks = [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]
    texts = [text for kind, text in blocks if kind == "text"]
    long = [text for text in texts if len(text.split()) >= _WORDS]
    following = {id(above): below for above, below in pairwise(texts)}
    unended = [text for text in long if not _has_ended(text)]
    torn = [text for text in unended if following.get(id(text), "")[:1].islower()]
    kinds = [kind for kind, _ in blocks]
    return FileReading(
        name,
        extracted.pages or 0,
        kinds.count("table"),
        kinds.count("heading"),
        len(long),
        len(unended),
        len(torn),
        round(seconds, 3),
    )


def _has_ended(text: str) -> bool:
    return text.endswith(_ENDS) or text.rstrip(_CLOSERS).endswith(_ENDS)


def _lines(found: Sequence[FileReading]) -> Iterable[str]:
    yield f"{'file':<48} pages tables heads  paras unended torn  s/page\n"
    for each in [*found, _total(found)]:
        yield (
            f"{each.name[:47]:<48} {each.pages:5} {each.tables:6} {each.headings:5} {each.paragraphs:6} "
            f"{_share(each.unended, each.paragraphs):6.0f}% {_share(each.torn, each.paragraphs):3.0f}% "
            f"{each.seconds / max(1, each.pages):7.3f}\n"
        )


def _share(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def _total(found: Sequence[FileReading]) -> FileReading:
    return FileReading(
        f"all {len(found)}",
        sum(each.pages for each in found),
        sum(each.tables for each in found),
        sum(each.headings for each in found),
        sum(each.paragraphs for each in found),
        sum(each.unended for each in found),
        sum(each.torn for each in found),
        sum(each.seconds for each in found),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write a file of figures where one is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks reading", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="with PDFs, at any depth")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args(arguments)
    read = list(read_folder(given.folder))
    found = [each for each in read if isinstance(each, FileReading)]
    sys.stdout.writelines(_lines(found))
    sys.stdout.writelines(f"not read: {each}\n" for each in read if isinstance(each, str))
    sys.stdout.write(f"peak memory: {memory_of_this_process()['peak'] / 2**20:,.0f} MB\n")
    if given.json is not None:
        report = {"benchmark": "reading", "provenance": provenance([]), "figures": [asdict(each) for each in found]}
        given.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
