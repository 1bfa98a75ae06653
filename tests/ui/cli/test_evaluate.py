"""``quaere evaluate`` over small data with the tiny models."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation.data.writing import write
from tests.evaluation.small import QUESTIONS, TEXTS, squad
from tests.ui.cli.running import Run, runner


@pytest.fixture
def run(tmp_path: Path, tiny_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(tmp_path, tiny_models, monkeypatch, 160)


def test_tables_advice_and_a_file_of_figures(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "q.json", squad(["where is goethe"]))
    result = run(
        "evaluate",
        "q.json",
        "--task",
        "answering",
        "--task",
        "reading",
        "--data",
        "work",
        "--json",
        "out.json",
        "--rows",
        "rows.jsonl",
    )
    assert result.exit_code == 0, result.output
    for words in ("q.json: answering, 4 questions", "q.json: reading, 4 questions", "exact_match", "reranked"):
        assert words in result.stdout
    assert "right if mended, at most" in result.stdout
    assert result.stdout.count("Work on ") + result.stdout.count("Nothing went wrong") == 2
    answering, reading = json.loads((tmp_path / "out.json").read_text("utf-8"))["evaluations"]
    assert (answering["task"], reading["task"]) == ("answering", "reading")
    assert {"exact_match", "ndcg@10", "index_bytes", "peak_memory_bytes", "failure_misread"} <= answering[
        "figures"
    ].keys()
    assert {"date", "commit", "machine", "versions", "data"} <= answering["provenance"].keys()
    assert len(answering["provenance"]["data"]["q.json"]) == 64
    assert answering["settings"]["index.passage_tokens"] == "40"
    assert str(tmp_path) not in json.dumps(answering["provenance"])
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text("utf-8").splitlines()]
    assert [row["task"] for row in rows] == ["answering"] * 4 + ["reading"] * 4
    assert {"question", "prediction", "failure", "values"} <= rows[0].keys()
    # The corpus stays for the next time, the rows do not.
    (corpus,) = (tmp_path / "work").iterdir()
    assert corpus.name.startswith("q-")


def test_own_questions_about_an_index(run: Run, tmp_path: Path) -> None:
    for number, text in enumerate(TEXTS):
        write(tmp_path / "docs" / f"{number}.txt", text)
    assert run("index", "docs", "--data", "mine").exit_code == 0
    lines = "".join(f"{asked},{words},{number}.txt\n" for number, (asked, words) in enumerate(QUESTIONS))
    write(tmp_path / "own.csv", "question,answer,source\n" + lines)
    before = sorted(path.name for path in (tmp_path / "mine").iterdir())
    result = run("evaluate", "own.csv", "--data", "mine", "--sample", "2", "--quiet")
    assert result.exit_code == 0, result.output
    assert "own.csv: answering, 2 questions" in result.stdout
    assert result.stderr == ""
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == before
    write(tmp_path / "own.csv", "question,answer,source\nwho wrote faust,Schiller,0.txt\n")
    result = run("evaluate", "own.csv", "--data", "mine", "--json", "out.json")
    assert result.exit_code == 0, result.output
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["evaluations"]
    assert found["figures"]["failure_not_extracted"] == 1


def test_a_run_made_elsewhere(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.run", "1 Q0 x 1 3 me\n1 Q0 a 2 2 me\n")
    write(tmp_path / "a.qrels", "1 0 a 1\n")
    result = run("evaluate", "a.run", "--qrels", "a.qrels", "--data", "work", "--json", "out.json")
    assert result.exit_code == 0, result.output
    (found,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["evaluations"]
    assert found["figures"]["mrr@10"] == 0.5
    assert "Nothing went wrong." in result.stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["missing.json"], 1, "missing.json does not exist"),
        (["q.json", "--task", "faq"], 1, "cannot measure faq"),
        (["q.json", "--task", "guessing"], 2, "answering, reading, retrieval, faq"),
        (["q.json", "--sample", "0"], 2, "--sample"),
        (["q.json", "--passages", "missing.tsv"], 1, "missing.tsv"),
        (["q.json", "--paraphrases", "pairs.jsonl"], 1, "is no FAQ"),
        (["faq.jsonl"], 1, "--paraphrases"),
        (["own.csv"], 1, "holds no documents"),
        (["half.csv"], 1, "half.csv: line 3: 'b' has no answer"),
        (["q.json", "broken.json"], 1, "broken.json: article 1 (All), paragraph 1, question q0"),
        (["empty.run", "--qrels", "a.qrels"], 1, "empty.run is an empty run"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_done(
    run: Run, tmp_path: Path, args: list[str], code: int, words: str
) -> None:
    broken = squad()
    broken["data"][0]["paragraphs"][0]["qas"][0]["answers"] = []
    write(tmp_path / "q.json", squad())
    write(tmp_path / "broken.json", broken)
    write(tmp_path / "faq.jsonl", [{"question": "a?", "answer": "b"}])
    write(tmp_path / "own.csv", "question,answer\na,b\n")
    write(tmp_path / "half.csv", "question,answer\na,b\nb,\n")
    write(tmp_path / "empty.run", "")
    write(tmp_path / "a.qrels", "1 0 a 1\n")
    result = run("evaluate", *args, "--data", "work")
    assert result.exit_code == code
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "work" / "index").exists()


def test_help_imports_neither_haystack_nor_numpy() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom ui.cli.program import app\n"
        "assert CliRunner().invoke(app, ['evaluate', '--help']).exit_code == 0\n"
        "sys.exit(', '.join({'haystack', 'numpy', 'torch', 'evaluation'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_reports_to_look_at(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "q.json", squad(["where is goethe"]))
    result = run("evaluate", "q.json", "--task", "reading", "--report", "out.html", "--report", "out.md")
    assert result.exit_code == 0, result.output
    page, text = ((tmp_path / name).read_text("utf-8") for name in ("out.html", "out.md"))
    assert page.startswith("<!doctype html>") and "<svg" in page and "where is goethe" in page
    assert text.startswith("# ") and "f1" in text
    wrong = run("evaluate", "q.json", "--report", "out.pdf")
    assert wrong.exit_code == 1 and "out.pdf: a report ends in" in wrong.output
