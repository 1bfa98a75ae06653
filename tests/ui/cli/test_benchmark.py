"""``quaere benchmark`` as a user types it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from typer.testing import CliRunner, Result

from components.errors import ConfigurationError
from pipelines.service import QAService
from pipelines.settings import Settings
from tests.ui.serving import served, serving
from ui.cli.program import app


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "q.txt"
    file.write_text("Who wrote Faust?\nWhere is Paris?\n", "utf-8")
    return file


def quaere(*args: object) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, ["benchmark", *map(str, args)])


def test_a_running_service_is_put_under_load(tmp_path: Path, questions: Path, tiny_models: dict[str, Path]) -> None:
    (tmp_path / "a.md").write_text("Goethe wrote Faust in France.\n", "utf-8")
    models = {f"models.{role}": str(tiny_models["joint"]) for role in ("ranker", "reader")}
    settings = Settings.load(
        {
            "data": tmp_path / "data",
            "models.embedder": str(tiny_models["embedder"]),
            "models.precision": "fp32",
            "index.passage_tokens": 40,
            "index.overlap_tokens": 0,
            **models,
        }
    )
    out = tmp_path / "out.json"
    with QAService(settings) as service:
        service.index([str(tmp_path / "a.md")])
        with serving(service) as url:
            result = quaere("--url", url, questions, "--questions", 3, "--most-clients", 1, "--json", out)
    assert result.exit_code == 0, result.output
    assert "answers/s" in result.stdout
    assert "clients: 1" in result.stderr
    assert json.loads(out.read_text("utf-8"))["levels"][0]["answers"] == 3


def test_help_comes_without_what_measuring_needs() -> None:
    heavy = "{'haystack', 'httpx', 'numpy', 'torch'}"
    code = f"import benchmarks.command, ui.cli.commands.benchmark, sys; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
    result = quaere("--help")
    assert result.exit_code == 0
    assert "--most-clients" in result.stdout


def test_without_the_folder_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    from ui.cli.commands.benchmark import benchmark_command

    program = typer.Typer()
    program.command()(benchmark_command(tmp_path))
    result = CliRunner().invoke(program, ["peers", "file.json"])
    assert isinstance(result.exception, ConfigurationError)
    assert "clone the repository" in str(result.exception)


def test_a_package_of_the_same_name_is_no_hindrance(tmp_path: Path) -> None:
    foreign = tmp_path / "benchmarks" / "__init__.py"
    foreign.parent.mkdir()
    foreign.write_text("raise SystemExit('was imported')\n")
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from ui.cli.main import main; main()", "benchmark", "--help"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)])},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "--most-clients" in done.stdout


def test_the_folder_runs_as_a_module_too() -> None:
    run = [sys.executable, "-m", "benchmarks"]
    shown = {"": "--most-clients", "listing": "--sources", "cold_start": "--runs"}
    for name, text in shown.items():
        done = subprocess.run(
            [*run, *name.split(), "--help"],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert text in done.stdout


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ((), 2, "Missing argument"),
        (("growth",), 2, "one file of questions is needed, not 0"),
        (("a.json", "b.json"), 2, "not 2; others go with --passages"),
        (("{}", "--key-file", "k"), 2, "--key-file is for --url"),
        (("{}", "--clients", "1,x"), 2, "--clients 1,x: give whole numbers above 0"),
        (("growth", "{}", "--sizes", "0"), 2, "--sizes 0: give whole numbers above 0"),
        (("size", "{}"), 2, "not 2"),
        (("{}", "--systems", "lucene"), 1, "no system 'lucene'"),
        (("{}",), 1, "is not valid JSON"),
        (("no/such/file.json",), 1, "no/such/file.json cannot be read"),
        (("growth", "{}", "--url", "http://127.0.0.1:9"), 2, "--url measures a service"),
        (("{}", "--url", "here"), 1, "'here' is not the address of a service"),
        (("{}", "--url", "http://127.0.0.1:9"), 1, "cannot be reached"),
        (("{}", "--url", "http://127.0.0.1:9", "--key-file", "no/key"), 1, "no/key, which holds the key"),
        (("{}", "--url", "http://127.0.0.1:9", "--key-file", "{}"), 1, "holds no key"),
    ],
)
def test_bad_input_is_named(questions: Path, args: tuple[str, ...], code: int, message: str) -> None:
    result = quaere(*(arg.format(questions) for arg in args))
    assert result.exit_code == code
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_an_interruption_says_what_is_kept(questions: Path, tmp_path: Path) -> None:
    async def answer(request: Request) -> JSONResponse:
        return JSONResponse({"answers": []})

    app_of_nothing = Starlette(routes=[Route("/api/v1/ask", answer, methods=["POST"]), Route("/health/ready", answer)])
    out = tmp_path / "out.json"
    with served(app_of_nothing) as url:
        arguments = [questions, "--url", url, "--json", out, "--seconds", 0.5, "--questions", 10**9]
        command = [sys.executable, "-m", "ui.cli.main", "benchmark", *map(str, arguments)]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, encoding="utf-8", cwd=Path(__file__).parents[3]
        ) as process:
            assert process.stderr is not None
            # The first number of clients is done when the second is begun.
            while "clients: 2" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
    assert process.returncode == 130
    assert f"what was finished is in {out}" in said
    assert "Traceback" not in said
    report = json.loads(out.read_text("utf-8"))
    assert report["finished"] is False
    assert report["levels"][0]["answers"] > 0
