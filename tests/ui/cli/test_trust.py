"""What commands say of files that were skipped, not read, not read well or gone, and of what a run would do."""

import json
import shutil
from pathlib import Path

import pytest

from tests.evaluation.data.writing import write
from tests.ui.cli.running import Run, runner


@pytest.fixture
def run(tmp_path: Path, tiny_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(tmp_path, tiny_models, monkeypatch, 200, "--data", "data")


def test_a_run_is_planned_done_and_kept_from_deleting_all(run: Run, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    for name in ("a.md", "b.md", "drafts/c.md", "x.zip", "y.zip", "z.exe", "plain"):
        write(docs / name, "The pump is new.")
    write(docs / ".quaereignore", "drafts/\n")
    planned = run("index", "docs", "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert "Nothing was changed" in planned.stdout and "added: docs/a.md" in planned.stdout
    assert not (tmp_path / "data").exists()
    done = run("index", "docs")
    assert done.exit_code == 0, done.output
    skipped = "Skipped, since the format is not supported: 2 .zip, 1 without an ending, 1 .exe"
    assert skipped in done.stdout or skipped.replace("1 without an ending, 1 .exe", "1 .exe, 1 without an ending") in (
        done.stdout
    )
    assert "Left out by .quaereignore: 1" in done.stdout
    shutil.rmtree(docs)
    docs.mkdir()
    kept = run("index", "docs", "--prune")
    assert kept.exit_code == 4
    assert "Kept: docs: the files of all 2 sources are gone" in kept.stdout
    assert json.loads(run("index", "docs", "--prune", "--dry-run", "--json").stdout)["held_back"][0]["gone"] == 2
    forced = run("index", "docs", "--prune", "--force")
    assert forced.exit_code == 0 and "2 removed" in forced.stdout
    assert run("index", "docs", "--force").exit_code == 2


def test_what_did_not_read_well_is_told_with_what_to_do(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "docs" / "good.md", "# Pump\n\nThe pump is new.")
    assert run("index", "docs").exit_code == 0
    fine = run("sources", "check")
    assert fine.exit_code == 0, fine.output
    assert "0 of 1 sources did not read well" in fine.stdout
    write(tmp_path / "docs" / "bad.md", "# Pump\n\n" + "It is \ufffd\ue001. " * 60)
    write(tmp_path / "docs" / "broken.json", "{")
    assert run("index", "docs").exit_code == 4
    bad = run("sources", "check")
    assert bad.exit_code == 4
    for words in ("docs/bad.md: ", "of the text is garbage", "run text recognition", "Not in the index (1):"):
        assert words in bad.stdout
    plain = json.loads(run("sources", "check", "--json").stdout)
    assert (plain["checked"], plain["flawed"][0]["findings"][0]["kind"]) == (2, "garbled")
    assert plain["unread"][0]["path"].endswith("broken.json")


def test_a_folder_of_documents_is_evaluated_in_one_command(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "set" / "corpora" / "manual" / "a.md", "The code of the pump is E-1047.")
    write(tmp_path / "set" / "corpora" / "faq" / "b.md", "The capital of France is Paris.")
    rows = [
        {"id": "1", "corpus": "manual", "question": "what is the code", "expected": ["E-1047"], "kind": "number"},
        {"id": "2", "corpus": "faq", "question": "what is the capital", "expected": ["Paris"], "kind": "factoid"},
    ]
    write(tmp_path / "set" / "questions.jsonl", rows)
    result = run("evaluate", "set", "--json", "out.json", "--report", "out.md", "--report", "out.html")
    assert result.exit_code == 0, result.output
    assert "set: answering, 2 questions" in result.stdout and "right_and_given" in result.stdout
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["evaluations"]
    assert set(found["by_corpus"]) == {"manual", "faq"}
    assert found["settings"]["judge"] == "containment"
    assert "set, answering" in (tmp_path / "out.md").read_text("utf-8")
