"""Loading in a process of its own: the same results, and files that loop, crash, fill the memory or print."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.converters import processes
from components.converters.formats import SUFFIXES, load
from components.converters.limits import Limits
from components.converters.received import extracted_from
from components.converters.sandbox import load_in_sandbox
from components.errors import InputError, LoadingError

ROOT = Path(__file__).parents[3]
MIB = 1 << 20

HOSTILE = """
import ctypes, os, stat, sys, time
from pathlib import Path
from components.errors import LoadingError
from components.converters.formats import Extracted, load

def eat(path, max_bytes, **others):
    kept = []
    while True:
        kept.append(bytearray(10_000_000))

def loop(path, max_bytes, **others):
    while True:
        pass

def sleep(path, max_bytes, **others):
    path.with_name(f"pid-{os.getpid()}").touch()
    time.sleep(600)

def leave(path, max_bytes, **others):
    os._exit(7)

def leave_as_if_done(path, max_bytes, **others):
    os._exit(0)

def crash(path, max_bytes, **others):
    ctypes.string_at(0)

def fork(path, max_bytes, **others):
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)

def fail(path, max_bytes, **others):
    raise RuntimeError("unforeseen")

def refuse(path, max_bytes, **others):
    raise LoadingError(path, "is no file for " + str(max_bytes) + " bytes, é")

def lack(path, max_bytes, **others):
    import no_such_parser

def shout(path, max_bytes, **others):
    print("{}", flush=True)
    print("{}", file=sys.stderr, flush=True)
    os.write(1, b"{" * 1_000_000)
    os.write(2, b"{" * 1_000_000)
    return load(path, max_bytes=max_bytes, **others)

def write(path, max_bytes, **others):
    with open(path.with_name("written"), "wb") as file:
        file.write(b"x")

def look(path, max_bytes, **others):
    heavy = sorted({"haystack", "numpy", "torch", "docx", "lxml"} & set(sys.modules))
    seen = {"environment": sorted(os.environ), "heavy": heavy, "encoding": sys.stdout.encoding}
    return Extracted(str(seen), load(path).blocks[:1], None, {}, "text")

class Wild:
    def __init__(self, **fields):
        self.fields = fields
    def to_parts(self):
        made = {"text": "abc", "blocks": [{"start": 0, "end": 3, "kind": "text"}], "title": None, "meta": {},
                "format": "text", "has_boxes": False, "pages": None, **self.fields}
        for name in ("text", "blocks", "boxes"):
            if name in made:
                yield {name: made.pop(name)}
        yield made

def lie_about_text(path, max_bytes, **others):
    return Wild(text=5)

def lie_about_place(path, max_bytes, **others):
    return Wild(blocks=[{"start": 0, "end": 99, "kind": "text"}])

def lie_about_order(path, max_bytes, **others):
    return Wild(blocks=[{"start": 1, "end": 2, "kind": "text"}, {"start": 0, "end": 1, "kind": "text"}])

def lie_about_fields(path, max_bytes, **others):
    return Wild(blocks=[{"start": 0, "end": 3, "kind": "text", "extra": 1}])

def lie_about_boxes(path, max_bytes, **others):
    return Wild(boxes="?", has_boxes=True)

def swell(path, max_bytes, **others):
    return Wild(text="x" * 300_000_000)

def poison(path, max_bytes, **others):
    import components.converters.formats
    components.converters.formats._MODULES.clear()
    components.converters.formats.load = None
    raise LoadingError(path, "has taken over its process")

def kill_stem(path, max_bytes, **others):
    os.kill(os.getppid(), 9)
    raise LoadingError(path, "has killed what it came from")

def flood(path, max_bytes, **others):
    pipe = [number for number in range(3, 20) if is_pipe(number)][-1]
    while True:
        os.write(pipe, b" " * 1_000_000)

def is_pipe(number):
    try:
        mode = os.fstat(number).st_mode
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    except OSError:
        return False
"""


@pytest.fixture(params=["forked", "started"], autouse=True)
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to come by a process, each from a fresh start."""
    if request.param == "forked" and not processes.CAN_FORK:
        pytest.skip("this system cannot fork")
    processes.end_idle()
    monkeypatch.setattr(processes, "CAN_FORK", request.param == "forked")


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file, with the module ``hostile`` in reach."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "hostile.py").write_text(HOSTILE, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    path = tmp_path / "note.txt"
    path.write_text("A text.", "utf-8")
    return path


def reason(path: Path, function: str, *, seconds: float = 60.0, memory_bytes: int = 1 << 30) -> str:
    with pytest.raises(LoadingError) as caught:
        load_in_sandbox(path, seconds=seconds, memory_bytes=memory_bytes, loader=f"hostile:{function}")
    assert caught.value.path == path
    return caught.value.reason


def test_every_format_gives_what_load_gives(
    tmp_path: Path, handbook: Path, slides: Path, workbook: Path, pdf: Callable[..., bytes]
) -> None:
    row = {
        "question": "Why?",
        "answer": "Because. é 中 👩‍👩‍👧",
        "url": "u",
        "valid_until": "2026-12-31",
        "n": 1.5,
        "b": False,
    }
    table = b"question,answer,url,groups\nWhy?,So.,u,hr\n"
    records = json.dumps([row, {"text": "t", "title": "T"}], ensure_ascii=False).encode()
    lines = (json.dumps(row) + "\n").encode()
    contents = {
        ".txt": "Straße\n\n- a\n- b\n".encode("cp1252"),
        ".md": b"---\ndate: 2025-03-01\ntags: [a, b]\nreviewed: 2025-01-02\n---\n# Care\nText\n\n## Sub\nMore",
        ".html": b"<html lang=de><title>T</title><h1>H</h1><p>a<table><tr><th>x</th></tr><tr><td>1</td></tr></table>",
        ".pdf": pdf([[(72, 700, 20, "Care"), (72, 670, 12, "Some words")], [(72, 700, 12, "More")]], "/Author (Ada)"),
        ".docx": handbook.read_bytes(),
        ".pptx": slides.read_bytes(),
        ".xlsx": workbook.read_bytes(),
        ".csv": table,
        ".tsv": table.replace(b",", b"\t"),
        ".json": records,
        ".jsonl": lines,
        ".rst": b"Care\n====\n\nText of :ref:`a`.\n\n- a\n- b\n",
        ".adoc": b"= Care\n\nText.\n\n* a\n* b\n\n== Why?\n\nSo.\n",
        ".ipynb": b'{"cells": [{"cell_type": "markdown", "source": ["# Care"]}]}',
    }
    twins = {".text": ".txt", ".markdown": ".md", ".htm": ".html", ".xhtml": ".html", ".ndjson": ".jsonl"}
    twins |= dict.fromkeys((".mdx", ".mdown", ".mkd", ".qmd", ".rmd"), ".md") | {".rest": ".rst", ".asciidoc": ".adoc"}
    for suffix in SUFFIXES:
        plain = suffix.removesuffix(".gz")
        data = contents[twins.get(plain, plain)]
        path = tmp_path / os.fsdecode(f"é ü{suffix}".encode())  # whatever the locale
        path.write_bytes(gzip.compress(data) if suffix.endswith(".gz") else data)
        expected = load(path)
        found = load_in_sandbox(path)
        assert found == expected
        assert [type(block.meta) for block in found.blocks] == [type(block.meta) for block in expected.blocks]
        assert extracted_from(json.loads(json.dumps(list(expected.to_parts()))), Limits()) == expected
        assert (found.boxes is not None) == (suffix == ".pdf")


def test_reasons_come_through_unchanged(tmp_path: Path, note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("none.txt", "a.xyz", "empty.md", "bad.pdf", "table.csv")]
    paths[2].touch()
    paths[3].write_bytes(b"%PDF-1.4 nothing more")
    paths[4].write_text("groups,a\n5,é\n", "utf-8")
    for path in paths[:4]:
        with pytest.raises(LoadingError) as expected:
            load(path)
        with pytest.raises(LoadingError) as found:
            load_in_sandbox(path)
        assert (found.value.reason, found.value.path) == (expected.value.reason, path)
    with pytest.raises(LoadingError, match="over the limit of 3"):
        load_in_sandbox(note, max_bytes=3)
    assert reason(note, "refuse") == "is no file for 52428800 bytes, é"
    monkeypatch.chdir(tmp_path)
    assert load_in_sandbox("note.txt").text == "A text."


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        path.write_text("A text.", "utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    assert load_in_sandbox(path).text == "A text."


def test_a_loop_ends_at_its_time(note: Path) -> None:
    for function in ("loop", "sleep"):
        expected = "took longer than 1.5 seconds to read; split it into smaller files"
        assert reason(note, function, seconds=1.5) == expected


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system limits no memory")
def test_memory_is_limited(note: Path) -> None:
    words = "needs more than 300 MiB of memory to be read; split it into smaller files"
    assert reason(note, "eat", memory_bytes=300 * MIB) == words
    assert "8 MiB of memory" in reason(note, "refuse", memory_bytes=8 * MIB)
    assert "needs more than 250 MiB" in reason(note, "swell", memory_bytes=250 * MIB)
    # The parent takes no more than the process may have held.
    assert "ended the program" in reason(note, "flood", memory_bytes=160 * MIB)


def test_a_crash_is_an_error_of_the_file(note: Path) -> None:
    assert "exit status 7" in reason(note, "leave")
    assert "it may be damaged" in reason(note, "leave_as_if_done")
    assert "exit status 1" in reason(note, "fail")
    if sys.platform != "win32":
        assert "SIGSEGV" in reason(note, "crash")
        # What it leaves behind holds the pipe open, but not for longer than the time limit.
        assert "took longer" in reason(note, "fork", seconds=2)


def test_a_file_that_takes_its_process_over_changes_nothing_for_the_next(note: Path) -> None:
    assert "taken over" in reason(note, "poison")
    assert load_in_sandbox(note) == load(note)
    if processes.CAN_FORK:  # elsewhere it would be this process
        assert "killed what it came from" in reason(note, "kill_stem")
        assert load_in_sandbox(note) == load(note)


def test_what_parsers_print_goes_nowhere(note: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert load_in_sandbox(note, loader="hostile:shout") == load(note)
    assert capfd.readouterr() == ("", "")


def test_a_result_that_no_parser_gives_is_refused(note: Path) -> None:
    for function in ("text", "place", "order", "fields", "boxes"):
        assert "damaged result" in reason(note, f"lie_about_{function}")


def test_secrets_and_heavy_libraries_stay_outside(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAERE_API_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", str(note.parent))
    monkeypatch.setenv("LC_ALL", "C")
    seen = load_in_sandbox(note, loader="hostile:look").text
    assert "secret" not in seen and "QUAERE" not in seen and "PYTHONPATH" not in seen
    assert "'heavy': []" in seen and "'encoding': 'utf-8'" in seen


def test_rows_with_questions_need_no_heavy_library_either(note: Path) -> None:
    rows = note.with_name("rows.csv")
    rows.write_text("Frage,Antwort\nWie lange?,72 Stunden\n", "utf-8")
    assert "'heavy': []" in load_in_sandbox(rows, loader="hostile:look").text


@pytest.mark.skipif(sys.platform == "win32", reason="the system limits no files")
def test_nothing_is_written(note: Path) -> None:
    reason(note, "write")
    assert (note.parent / "written").stat().st_size == 0


def test_the_current_folder_is_no_place_to_import_from(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (note.parent / "json.py").write_text("raise SystemExit(3)", "utf-8")
    monkeypatch.chdir(note.parent)
    monkeypatch.syspath_prepend("")
    assert load_in_sandbox(note) == load(note)


def test_a_missing_parser_is_no_fault_of_the_file(note: Path) -> None:
    with pytest.raises(ImportError, match="no_such_parser"):
        load_in_sandbox(note, loader="hostile:lack")


def test_limits_must_be_above_zero(note: Path) -> None:
    with pytest.raises(InputError, match="above 0"):
        load_in_sandbox(note, seconds=0)
    with pytest.raises(InputError, match="above 0"):
        load_in_sandbox(note, memory_bytes=0)


def test_several_threads_at_once(note: Path) -> None:
    before = threading.active_count()

    def once(number: int) -> str:
        if number % 3 == 1:
            return reason(note, "leave")
        if number % 3 == 2:
            return reason(note, "loop", seconds=1)
        return load_in_sandbox(note).text

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(once, range(12)))
    assert all(text == "A text." for text in found[::3])
    assert all("exit status 7" in text for text in found[1::3])
    assert all("took longer than 1 seconds" in text for text in found[2::3])
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent by number")
def test_a_kill_leaves_no_process_behind(note: Path) -> None:
    code = (
        "import sys; from components.converters.sandbox import load_in_sandbox\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "load_in_sandbox(sys.argv[1], loader='hostile:sleep')\n"
    )
    arguments = [sys.executable, "-c", code, str(note), str(note.parent / "code")]
    deadline = time.monotonic() + 60
    with subprocess.Popen(arguments, cwd=ROOT) as caller:
        while not (marks := list(note.parent.glob("pid-*"))) and time.monotonic() < deadline:
            time.sleep(0.02)
        caller.kill()
    pid = int(marks[0].name.removeprefix("pid-"))
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent by number")
def test_an_interrupt_leaves_no_process_behind(note: Path) -> None:
    code = (
        "import sys; from components.converters.sandbox import load_in_sandbox\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "try:\n    load_in_sandbox(sys.argv[1], loader='hostile:sleep')\n"
        "except KeyboardInterrupt:\n    sys.exit(42)"
    )
    arguments = [sys.executable, "-c", code, str(note), str(note.parent / "code")]
    with subprocess.Popen(arguments, cwd=ROOT) as caller:
        deadline = time.monotonic() + 60
        while not (marks := list(note.parent.glob("pid-*"))) and time.monotonic() < deadline:
            time.sleep(0.02)
        caller.send_signal(signal.SIGINT)
        assert caller.wait(30) == 42
    with pytest.raises(ProcessLookupError):
        os.kill(int(marks[0].name.removeprefix("pid-")), 0)
