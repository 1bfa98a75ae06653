"""``quaere check`` and opening: every kind of damage of a data folder is told, or changes no answer."""

import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from components.errors import StoreError
from components.stores.catalogue.sources import CATALOGUE_FILE
from components.stores.engine.sparse_copy import copy_folder
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from service.checking import check_data
from service.uploads import sealed
from tests.ui.api.test_leaks import wait
from tests.ui.damage import KINDS, ROWS, Damage, of_files, of_rows, unseal
from ui.cli.program import app

DOCUMENTS = {
    "manual.md": "# H8\n\nThe warranty of the H8 is 24 months.\n\nThe H8 weighs 12 kilograms.\n",
    "reset.txt": "Hold the red button for ten seconds to reset the pump after error E-1047. " * 3,
    "staff.md": "---\ngroups: [staff]\nupdated_at: 2024-01-01\n---\nThe H8 costs 480 euros.\n",
}
QUESTIONS = (
    "How long is the warranty of the H8?",
    "How is E-1047 reset?",
    "When does the valve open?",
    "What costs 480?",
)
DECISIVE = (
    "catalogue",
    "manifest.json",
    "seal",
    "id_tracker",
    "service.sqlite",
    "uploads",
    "segment.json",
    "version",
)
"""Parts of names of files that are damaged in several ways; of the others, each in one way."""
OF_THE_ENGINE = ("id_tracker", "page_0", "chunk_0", "tracker.dat", "segment.json", "open-1", "config.json")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with files, an upload and the service's database."""
    root = tmp_path_factory.mktemp("sound")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    data = root / "data"
    with QAService(Settings(data=data)).open(writable=True) as service, open_backend(service) as backend:
        service.index([str(root / name) for name in DOCUMENTS])
        upload = backend.uploads.place("sent.md", [])
        received = backend.uploads.receive(io.BytesIO(b"# Valve\n\nThe valve opens at 3 bar.\n"), 1000)
        fields = {"groups": ["public"], "tags": ["valves"]}
        upload = sealed(upload, received, fields)
        job = backend.jobs.take([upload], None, lambda files: files.stage(received, upload, fields))
        wait(backend, job.job_id, None)
    return data


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    copy_folder(sound, tmp_path / "data")
    return tmp_path / "data"


def answers(data: Path) -> list[Any]:
    with QAService(Settings(data=data)) as service:
        replies = [
            reply for groups in ((), ("staff",)) for reply in service.ask_batch(QUESTIONS, threshold=0, groups=groups)
        ]
    return [[(each.text, round(each.confidence, 4), each.source) for each in reply.answers] for reply in replies]


def run(data: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["--data", str(data), *arguments])


def test_a_sound_folder_is_sound_and_stays_as_it_is(data: Path) -> None:
    before = sorted(path.relative_to(data) for path in data.rglob("*"))
    done = run(data, "check", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["sound"], found["findings"], found["notes"]) == (0, True, [], [])
    assert (found["sources"], found["passages"]) == (4, 4)
    assert sorted(path.relative_to(data) for path in data.rglob("*")) == before
    unseal(data)
    assert run(data, "check").exit_code == 0
    # What asks and closes in good order seals again.
    answers(data)
    assert (data / "index" / "seal.json").exists() and (data / f"{CATALOGUE_FILE}.seal").exists()


def test_damage_ends_with_exit_code_1_and_what_mends_it(data: Path) -> None:
    KINDS["flipped at 0.5"](next(data.glob("index/points/segments/*/vector_storage-dense/vectors/chunk_0.mmap")))
    done = run(data, "check")
    assert done.exit_code == 1
    assert "chunk_0.mmap is not what was written; run `quaere rebuild`" in " ".join(done.stdout.split())
    assert run(data, "rebuild").exit_code == 0
    assert run(data, "check").exit_code == 0


@pytest.mark.parametrize("statement", ["DELETE FROM sources", "DELETE FROM sources WHERE source LIKE '%manual%'"])
def test_a_catalogue_that_lost_rows_is_told_when_it_is_asked(data: Path, statement: str) -> None:
    unseal(data)
    with closing(sqlite3.connect(data / CATALOGUE_FILE)) as database, database:
        database.execute(statement)
    with QAService(Settings(data=data)) as service, pytest.raises(StoreError, match="quaere restore FILE"):
        service.ask(QUESTIONS[0])
    assert run(data, "ask", QUESTIONS[0]).exit_code == 1


def test_an_index_that_lost_passages_is_told_when_it_is_asked(data: Path) -> None:
    shutil.rmtree(data / "index")
    with QAService(Settings(data=data)) as service, pytest.raises(StoreError, match="quaere rebuild"):
        service.ask(QUESTIONS[0])
    assert run(data, "check").exit_code == 1
    assert run(data, "rebuild").exit_code == 0
    assert run(data, "check").exit_code == 0


@pytest.mark.parametrize("kind", ["emptied", "deleted", "halved"])
@pytest.mark.parametrize("name", ["mutable_id_tracker.versions", "mutable_id_tracker.mappings", "chunk_0.mmap"])
def test_files_of_another_size_are_told_when_it_is_asked(data: Path, name: str, kind: str) -> None:
    KINDS[kind](next(data.glob(f"index/points/segments/**/{name}")))
    done = run(data, "ask", QUESTIONS[0])
    assert done.exit_code == 1
    assert name in done.output and "quaere rebuild" in done.output


class Damaged:
    """Copies of a sound folder, one after another, each damaged in one way."""

    def __init__(self, sound: Path, place: Path) -> None:
        self.sound = sound
        self.place = place
        self.expected = answers(sound)

    def complaint(self, damage: Damage, *, sealed: bool) -> str:
        """What is wrong with how the damage is told; empty where it is told, or changes nothing."""
        shutil.rmtree(self.place, ignore_errors=True)
        copy_folder(self.sound, self.place)
        if not sealed:
            unseal(self.place)
        damage(self.place)
        report = check_data(Settings(data=self.place))
        if report.findings:
            unclear = [str(each) for each in report.findings if "`quaere re" not in str(each)]
            return f"says not what mends it: {unclear}" if unclear else ""
        return "" if answers(self.place) == self.expected else "another answer after a sound check"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_kind_of_damage_is_told_or_changes_nothing(sound: Path, tmp_path: Path) -> None:
    damaged = Damaged(sound, tmp_path / "damaged")
    cases = list(_chosen(sound)) + list(of_rows())
    assert len(cases) >= 71
    found = {name: damaged.complaint(damage, sealed=True) for name, damage in cases}
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_so_it_is_after_a_kill_without_seals(sound: Path, tmp_path: Path) -> None:
    damaged = Damaged(sound, tmp_path / "damaged")
    cases = [
        (name, damage)
        for number, (name, damage) in enumerate(of_files(sound))
        if number % 9 == 0 and "seal" not in name and any(part in name for part in (CATALOGUE_FILE, *OF_THE_ENGINE))
    ]
    found = {name: damaged.complaint(damage, sealed=False) for name, damage in [*cases, *of_rows()]}
    assert {name: said for name, said in found.items() if said} == {}
    assert len(found) >= len(ROWS) + 15


def _chosen(sound: Path) -> Iterator[tuple[str, Damage]]:
    """Every fifth kind, in turn, for the files that matter most, and for each other file one kind, in turn."""
    kinds = len(KINDS)
    for number, (name, damage) in enumerate(of_files(sound)):
        is_chosen = (
            number % 3 == 0 if any(part in name for part in DECISIVE) else number // kinds % kinds == number % kinds
        )
        if is_chosen:
            yield name, damage
