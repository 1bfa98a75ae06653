"""Arguments, exit codes and streams, without an index."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ui.cli.commands.options import parse_pairs, split_groups, training_options, typed
from ui.cli.program import app, globals_first

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-c", "from ui.cli.main import main; main()"]
COMMANDS = ["index", "ask", "status", "rebuild", "backup", "restore", "demo", "pipeline", "serve", "sources"]


def invoke(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(args), input=stdin, prog_name="quaere")


def run(*args: str, cwd: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*PROGRAM, *args], input=stdin, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_help(command: str) -> None:
    result = invoke(command, "--help")
    assert result.exit_code == 0
    assert "Usage: quaere" in result.stdout


@pytest.mark.parametrize(
    "args",
    [
        ("ask", "x", "--top", "0"),
        ("ask", "x", "--threshold", "1.5"),
        ("ask", "x", "--threshold", "much"),
        ("ask", "x", "--groups", " , "),
        ("ask", "x", "--no-such-option"),
        ("ask", "x", "--batch", "file"),
        ("ask", "--batch", "no-such-file.jsonl"),
        ("index",),
        ("index", "x", "--meta", "no-equals-sign"),
        ("index", "x", "--meta", "=value"),
        ("index", "x", "--meta", "a=1", "--meta", "a=2"),
        ("index", "x", "--meta", "a=null"),
        ("index", "x", "--meta", 'a={"b": 1}'),
        ("index", "x", "--groups", "a", "--meta", "groups=b"),
        ("pipeline", "cooking"),
        ("serve", "--port", "70000"),
        ("no-such-command",),
        ("--set", "x", "status"),
        ("--data", "a", "--set", "data=b", "status"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_said_on_stderr(args: tuple[str, ...]) -> None:
    result = invoke(*args)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Error" in result.stderr


def test_help_and_wrong_usage_come_without_the_heavy_libraries(tmp_path: Path) -> None:
    code = """
import sys
from ui.cli.main import main
sys.argv = ["quaere", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
heavy = {"haystack", "torch", "openvino", "pipelines", "transformers", "gradio", "qdrant_edge"}
sys.exit(f"imported {heavy & set(sys.modules)}" if heavy & set(sys.modules) else 0)
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for args in (["--help"], ["ask", "--help"], ["ask", "--top", "none"], ["--version"]):
        result = subprocess.run(
            [sys.executable, "-c", code, *args], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8"
        )
        assert result.returncode == 0, result.stderr


def test_version() -> None:
    result = invoke("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("quaere ")


def test_global_options_may_follow_the_command() -> None:
    assert globals_first(["ask", "why", "--data", "d", "--quiet"]) == ["--data", "d", "--quiet", "ask", "why"]
    assert globals_first(["ask", "--data=d", "x"]) == ["--data=d", "ask", "x"]
    assert globals_first(["ask", "--", "--data"]) == ["ask", "--", "--data"]
    assert globals_first(["ask", "--data"]) == ["--data", "ask"]


def test_status_of_a_data_folder_that_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "nothing here"
    result = invoke("status", "--json", "--data", str(folder))
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["passages"], found["sources"]) == (0, 0)
    assert not folder.exists()
    assert "Nothing is indexed here yet" in invoke("status", "--data", str(folder)).stdout


def test_asking_an_index_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    result = invoke("ask", "why?", "--data", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error:")
    assert "quaere index" in result.stderr
    assert "Traceback" not in result.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    result = invoke("ask", "why?", "--debug", "--data", str(tmp_path / "none"))
    assert "Traceback" in result.stderr


def origins(result: Result) -> dict[str, tuple[str, str]]:
    return {row["name"]: (row["value"], row["origin"]) for row in json.loads(result.stdout)["settings"]}


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("quaere.toml").write_text('data = "from-file"\nanswers.top = 5\n[search]\ncandidates = 12\n', encoding="utf-8")
    monkeypatch.setenv("QUAERE_SEARCH__CANDIDATES", "13")
    monkeypatch.setenv("QUAERE_DATA", "from-environment")
    found = origins(invoke("status", "--json", "--set", "answers.top=6", "--data", "from-flag"))
    assert found["answers.top"] == ("6", "flag")
    assert found["search.candidates"] == ("13", "environment")
    assert found["data"] == ("from-flag", "flag")
    assert origins(invoke("status", "--json"))["answers.top"] == ("5", "quaere.toml")


def test_a_settings_file_of_another_name(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("answers.top = 9\n")
    assert origins(invoke("status", "--json", "--config", str(file)))["answers.top"][0] == "9"
    assert invoke("status", "--config", str(tmp_path / "none.toml")).exit_code == 1


def test_an_unknown_setting_is_an_error_that_names_it(tmp_path: Path) -> None:
    result = invoke("status", "--set", "tpo=6")
    assert result.exit_code == 1
    assert "tpo" in result.stderr


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAERE_QDRANT__API_KEY", "hunter2")
    shown = [invoke("status"), invoke("status", "--json")]
    assert [result.exit_code for result in shown] == [0, 0]
    assert not [result for result in shown if "hunter2" in result.output]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("true", True),
        ('"12"', "12"),
        ('["a", "b"]', ["a", "b"]),
        ("2025-01-31", "2025-01-31"),
        ("plain words", "plain words"),
        ("007", "007"),
        ("NaN", "NaN"),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_values_of_metadata_have_types(text: str, value: object) -> None:
    found = typed("field", text)
    assert found == value
    assert type(found) is type(value)


def test_options_of_a_training_may_be_tables() -> None:
    given = ['counts={"train.json": 200}', 'data=["a.json", "b.json"]', "seed=3", "model=./bot"]
    found = training_options(given, {})
    assert found == {"counts": {"train.json": 200}, "data": ["a.json", "b.json"], "seed": 3, "model": "./bot"}
    with pytest.raises(typer.BadParameter, match="--option dropout=null sets nothing"):
        training_options(["dropout=null"], {})


def test_an_option_of_a_training_is_given_one_way() -> None:
    flags = {"data": [], "out": "bot", "epochs": None}
    assert training_options(["epochs=2", 'data=["a.json"]'], flags) == {"out": "bot", "epochs": 2, "data": ["a.json"]}
    with pytest.raises(typer.BadParameter, match=r"epochs, out is given by a flag and by --option; use one of them"):
        training_options(["out=other", "epochs=2"], flags | {"epochs": 1.0})


@pytest.mark.parametrize("kind", ["reader", "ranker", "joint", "retriever", "pretrain"])
def test_each_training_refuses_an_option_that_is_given_twice(kind: str, tmp_path: Path) -> None:
    documents = [str(tmp_path)] if kind == "pretrain" else []
    result = invoke("train", kind, *documents, "--out", str(tmp_path / "a"), "--option", "out=b")
    assert result.exit_code == 2
    assert "out is given by a flag and by --option" in " ".join(result.output.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_groups_are_split_and_each_kept_once() -> None:
    assert split_groups(["a, b", "b,c,"]) == ["a", "b", "c"]
    assert split_groups(None) == []
    with pytest.raises(typer.BadParameter, match="names no group"):
        split_groups([""])


def test_the_value_of_a_pair_may_hold_an_equals_sign() -> None:
    assert parse_pairs(["url=http://a/?b=c"], "--meta") == {"url": "http://a/?b=c"}


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    status = f"{sys.executable} -c 'from ui.cli.main import main; main()' status"
    script = f"set -o pipefail; {status} | true; echo ${{PIPESTATUS[0]}}"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )
    assert result.stderr == ""
    assert result.stdout.strip() in {"0", "141"}
