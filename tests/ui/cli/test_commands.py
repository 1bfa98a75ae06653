"""The commands over a small real index with the bundled models."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from ui.cli.program import app

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs" / "reply.schema.json").read_text("utf-8"))
QUESTION = "How many days do I have to return a kettle?"
UNANSWERABLE = "Who won the chess championship in 1972?"

DOCUMENTS = {
    "returns.md": "# Returns\n\nYou may return a kettle within 14 days of delivery. Send it back in its box.\n",
    "care.txt": "Descale the kettle once a month. Error code E-1047 means that the lid is open.\n",
    "prices.csv": "part,price\nlid,12 euros\nbase,30 euros\n",
    "staff.md": "# Staff\n\nThe storeroom's door code is 4711.\n",
    "evil.md": "# Evil\n\nThe [bold red]warranty[/] lasts \x1b[31mthree years\x1b[0m for kettles.\n",
    "broken.pdf": "%PDF-1.7 and nothing more",
    "picture.xyz": "no document",
}


def invoke(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=stdin, prog_name="quaere")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "quaere.meta.toml").write_text('["staff.md"]\ngroups = ["staff"]\n["care.txt"]\ntags = ["kitchen"]\n')
    return folder


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, documents: Path) -> tuple[str, Result]:
    """A data folder, and what the first run said."""
    data = str(tmp_path_factory.mktemp("cli") / "data")
    return data, invoke("index", str(documents), "--data", data, "--json", "--meta", "rating=5")


@pytest.fixture
def data(indexed: tuple[str, Result]) -> str:
    return indexed[0]


def ask(data: str, *args: str) -> Any:
    result = invoke("ask", *args, "--json", "--data", data)
    assert result.exit_code in (0, 3), result.output
    reply = json.loads(result.stdout)
    assert list(Draft202012Validator(SCHEMA).iter_errors(reply)) == []
    assert result.exit_code == (0 if reply["answers"] else 3)
    return reply


def test_the_first_run_reports_what_it_did_and_what_failed(indexed: tuple[str, Result]) -> None:
    result = indexed[1]
    assert result.exit_code == 4, result.output
    report = json.loads(result.stdout)
    assert report["indexed"] == 5
    reasons = {Path(failure["path"]).name: failure for failure in report["failures"]}
    assert reasons["broken.pdf"]["skipped"] is False
    assert reasons["picture.xyz"]["skipped"] is True


def test_a_file_without_text_is_no_failure_and_odd_names_are_shown(tmp_path: Path) -> None:
    docs, data = tmp_path / "docs", str(tmp_path / "data")
    docs.mkdir()
    (docs / "care.txt").write_text(DOCUMENTS["care.txt"], "utf-8")
    (docs / "blank.md").write_text(" \n")
    (docs / "out.txt").symlink_to(_written(tmp_path / "outside.txt"))
    with suppress(OSError):  # of a file system that takes only names in UTF-8
        _written(Path(os.fsdecode(os.fsencode(docs) + b"/caf\xe9.txt")))
    odd = len(list(docs.glob("caf*")))
    result = invoke("index", str(docs), "--data", data)
    assert result.exit_code == 0, result.output
    assert f"{1 + odd} of {2 + odd} files indexed" in result.stdout and "2 skipped:" in result.stdout
    assert f"{docs}/blank.md: holds no text" in result.stdout.replace("\n", "")
    followed = invoke("index", str(docs), "--data", data, "--follow-links", "--json")
    assert followed.exit_code == 0 and json.loads(followed.stdout)["indexed"] == 1
    listed = json.loads(invoke("sources", "list", "--data", data, "--json").stdout)
    assert odd == 0 or f"{docs}/caf\\xe9.txt" in {each["source"] for each in listed["sources"]}
    asked = ask(data, "What does error code E-1047 mean?")
    assert Path(asked["answers"][0]["source"]).name == "care.txt"
    assert odd == 0 or invoke("sources", "delete", f"{docs}/caf\\xe9.txt", "--data", data).exit_code == 0


def _written(path: Path) -> Path:
    path.write_text("The tower is 300 metres high.", "utf-8")
    return path


def test_a_second_run_finds_everything_unchanged(data: str, documents: Path) -> None:
    result = invoke("index", str(documents), "--data", data, "--meta", "rating=5")
    assert "0 of 6 files indexed, 5 unchanged, 0 removed" in result.stdout
    assert "1 failed:" in result.stdout
    assert "broken.pdf" in result.stdout
    assert "Skipped, since the format is not supported: 1 .xyz" in result.stdout
    assert result.exit_code == 4


def test_an_answer_in_json_follows_the_schema(data: str) -> None:
    reply = ask(data, QUESTION)
    assert reply["answers"][0]["text"].startswith("14")
    assert Path(reply["answers"][0]["source"]).name == "returns.md"


def test_an_answer_on_the_screen(data: str) -> None:
    result = invoke("ask", QUESTION, "--data", data)
    assert result.exit_code == 0
    assert ">>14" in result.stdout
    assert "returns.md" in result.stdout
    assert "confidence" in result.stdout


def test_no_answer_is_exit_code_3(data: str) -> None:
    assert ask(data, UNANSWERABLE)["answers"] == []
    result = invoke("ask", UNANSWERABLE, "--data", data)
    assert result.exit_code == 3
    assert "The documents do not answer this" in result.stdout


def test_a_threshold_of_0_gives_the_best_answer_however_unsure(data: str) -> None:
    assert ask(data, UNANSWERABLE, "--threshold", "0")["answers"]


def test_top_limits_the_answers(data: str) -> None:
    assert len(ask(data, QUESTION, "--threshold", "0", "--top", "1")["answers"]) == 1


def test_the_question_may_come_from_stdin(data: str) -> None:
    result = invoke("ask", "-", "--data", data, "--json", stdin=QUESTION + "\n")
    assert json.loads(result.stdout)["answers"][0]["text"].startswith("14")


def test_filters_and_typed_metadata(data: str) -> None:
    assert ask(data, QUESTION, "--filter", "rating >= 5")["answers"]
    assert ask(data, QUESTION, "--filter", "rating < 5")["passages"] == []


def test_an_unknown_field_of_a_filter_is_named(data: str) -> None:
    result = invoke("ask", QUESTION, "--filter", "ratign = 5", "--data", data)
    assert result.exit_code == 1
    assert "ratign" in result.stderr


def test_groups_open_what_is_closed_to_others(data: str) -> None:
    question = "What is the door code of the storeroom?"
    closed = ask(data, question, "--threshold", "0")
    assert not [each for each in closed["passages"] if each["source"].endswith("staff.md")]
    assert ask(data, question, "--groups", "staff")["answers"][0]["text"] == "4711"


def test_explain_shows_every_candidate_with_the_score_of_each_stage(data: str) -> None:
    result = invoke("ask", QUESTION, "--explain", "--data", data)
    for name in ("Candidates", "dense", "lexical", "fused", "relevance", "Evidence"):
        assert name in result.stdout


def test_what_documents_say_cannot_steer_the_terminal(data: str) -> None:
    result = invoke(
        "ask", "How long does the warranty of kettles last?", "--threshold", "0", "--data", data, "--explain"
    )
    assert "[bold red]" in result.stdout
    assert "\x1b" not in result.output


def batch_file(folder: Path, *rows: Any) -> str:
    file = folder / "questions.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return str(file)


def test_a_batch_gives_one_reply_a_line_under_its_id(data: str, tmp_path: Path) -> None:
    file = batch_file(tmp_path, {"id": "a", "question": QUESTION}, "", {"id": "b", "question": UNANSWERABLE})
    result = invoke("ask", "--batch", file, "--data", data)
    assert result.exit_code == 0, result.output
    replies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [reply["id"] for reply in replies] == ["a", "b"]
    assert replies[0]["answers"][0]["text"].startswith("14")
    for reply in replies:
        assert list(Draft202012Validator(SCHEMA).iter_errors(reply)) == []


def test_a_bad_line_of_a_batch_is_an_error_line_and_exit_code_4(data: str, tmp_path: Path) -> None:
    file = batch_file(tmp_path, {"id": 1, "question": QUESTION}, "{", {"id": 3, "question": ""})
    result = invoke("ask", "--batch", file, "--data", data)
    assert result.exit_code == 4
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == [1, None, 3]
    assert "not JSON" in rows[1]["error"]
    assert set(rows[2]) == {"id", "error"}


def test_an_empty_batch(data: str, tmp_path: Path) -> None:
    result = invoke("ask", "--batch", batch_file(tmp_path), "--data", data)
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_prompt_goes_on_after_an_error_and_ends_at_quit(data: str) -> None:
    result = invoke("ask", "--data", data, stdin=f"\n{'x' * 100_000}\n{QUESTION}\n/quit\nWho?\n")
    assert result.exit_code == 0
    assert result.stderr.count("Error:") == 1
    assert result.stdout.count("1. ") == 1
    assert ">>14" in result.stdout


@pytest.mark.parametrize("question", ["", "   ", "\x00\x07", "x" * 100_000])
def test_a_question_that_cannot_be_asked(data: str, question: str) -> None:
    result = invoke("ask", "-", "--data", data, stdin=question)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error:")
    assert len(result.stderr) < 1000
    assert "unexpected" not in result.stderr


def test_status_counts_and_names_models_and_settings(data: str) -> None:
    found = json.loads(invoke("status", "--json", "--data", data).stdout)
    assert found["sources"] == 5
    assert found["passages"] >= 5
    text = invoke("status", "--data", data).stdout
    for words in ("passages", "Models", "reader", "Settings in force", "flag", "default"):
        assert words in text


def test_sources_are_listed_shown_and_deleted(data: str, documents: Path) -> None:
    listed = json.loads(invoke("sources", "list", "--json", "--data", data).stdout)["sources"]
    care = next(each for each in listed if each["source"].endswith("care.txt"))
    assert (care["tags"], care["url"], care["uploaded_at"], care["pages"]) == (["kitchen"], None, None, None)
    name = care["source"]
    assert "care.txt" in invoke("sources", "list", "--data", data).stdout
    assert "kitchen" in invoke("sources", "show", name, "--data", data).stdout
    assert "E-1047" in invoke("sources", "show", name, "--data", data).stdout
    detail = json.loads(invoke("sources", "show", name, "--json", "--data", data).stdout)
    for passage in detail["passages"]:
        assert detail["text"][passage["start"] : passage["end"]] == passage["text"]
    assert DOCUMENTS["care.txt"].strip() in invoke("sources", "show", name, "--text", "--data", data).stdout
    deleted = invoke("sources", "delete", name, "--json", "--data", data)
    assert json.loads(deleted.stdout) == {"deleted": 1}
    assert invoke("sources", "show", name, "--data", data).exit_code == 1
    again = invoke("index", str(documents), "--data", data, "--json", "--meta", "rating=5")
    assert json.loads(again.stdout)["indexed"] == 1


def test_a_pipeline_as_yaml_and_as_mermaid_text(data: str, tmp_path: Path) -> None:
    import yaml

    assert "components" in yaml.safe_load(invoke("pipeline", "--data", data).stdout)
    for name in ("asking", "reading", "indexing"):
        file = tmp_path / f"{name}.mmd"
        assert invoke("pipeline", name, "--mermaid", "--output", str(file), "--data", data).exit_code == 0
        assert file.read_text("utf-8").startswith("flowchart TD\n")


def test_backup_and_restore(data: str, tmp_path: Path) -> None:
    archive, copy = str(tmp_path / "copy.tar.gz"), str(tmp_path / "restored")
    assert invoke("backup", archive, "--data", data).exit_code == 0
    assert invoke("backup", archive, "--data", data).exit_code == 1
    restored = invoke("restore", archive, "--data", copy)
    assert restored.exit_code == 0, restored.output
    assert ask(copy, QUESTION)["answers"][0]["text"].startswith("14")


def test_rebuild_keeps_the_answers(data: str) -> None:
    result = invoke("rebuild", "--json", "--data", data)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["passages"] >= 5
    assert ask(data, QUESTION)["answers"][0]["text"].startswith("14")


# The program as a process of its own

PROGRAM = [sys.executable, "-c", "from ui.cli.main import main; main()"]


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


def test_asking_imports_little(data: str) -> None:
    code = f"""
import sys
from ui.cli.main import main
sys.argv = ["quaere", "ask", {QUESTION!r}, "--json"]
try:
    main()
except SystemExit as end:
    code = end.code
unwanted = {{"transformers", "torch", "sentence_transformers", "nncf", "gradio", "qdrant_client", "pypdfium2", "docx"}}
sys.exit(f"imported {{unwanted & set(sys.modules)}}" if unwanted & set(sys.modules) else code)
"""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(QUAERE_DATA=data),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["answers"][0]["text"].startswith("14")


def test_a_terminal_without_the_letters_is_no_error(data: str) -> None:
    result = subprocess.run(
        [*PROGRAM, "sources", "list"],
        env=environment(QUAERE_DATA=data, PYTHONIOENCODING="ascii"),
        capture_output=True,
        timeout=120,
    )
    assert result.returncode == 0
    assert result.stderr == b""


@contextmanager
def holding(data: str) -> Iterator["subprocess.Popen[str]"]:
    """A prompt that has the data folder open."""
    process = subprocess.Popen(
        [*PROGRAM, "ask"],
        env=environment(QUAERE_DATA=data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(QUESTION + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_second_process_is_told_which_one_holds_the_folder(data: str) -> None:
    with holding(data) as process:
        result = invoke("index", str(ROOT / "LICENSE"), "--data", data)
        assert result.exit_code == 1
        assert str(process.pid) in result.stderr
        assert "quaere ask" in result.stderr


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_with_130_and_leaves_the_folder_free(data: str, sign: signal.Signals) -> None:
    with holding(data) as process:
        # Let it reach the next prompt: the reply is written before the line is read.
        time.sleep(0.5)
        process.send_signal(sign)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in errors
    assert invoke("status", "--data", data).exit_code == 0


@pytest.mark.slow
def test_the_demo_runs_from_any_folder(tmp_path: Path) -> None:
    result = subprocess.run(
        [*PROGRAM, "demo", "--data", str(tmp_path / "data")],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=280,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("confidence") >= 3
    assert result.stdout.count("The documents do not answer this") == 1
    assert "page" in result.stdout
    assert "retriever" in result.stdout
    assert "Try next" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]
