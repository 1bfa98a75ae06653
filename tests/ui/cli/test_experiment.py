"""``quaere experiment`` over small data with the tiny models."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from tests.evaluation.small import write_squad
from ui.cli.program import app

ROOT = Path(__file__).resolve().parents[3]
Run = Callable[..., Result]

EXPERIMENT = """
baseline = "plain"

[systems.plain]

[systems."no reranking"]
stages.rerank = false

[systems.rrf]
search.fusion = "rrf"

[data.small]
path = "squad.json"
"""


@pytest.fixture
def settings(tmp_path: Path, tiny_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quaere.toml").write_text(
        f'[models]\nembedder = "{tiny_models["embedder"]}"\nranker = "{tiny_models["joint"]}"\n'
        f'reader = "{tiny_models["joint"]}"\n'
        'precision = "fp32"\n[index]\npassage_tokens = 40\noverlap_tokens = 0\n'
    )
    write_squad(tmp_path / "squad.json", ["where is goethe"])
    (tmp_path / "my.toml").write_text(EXPERIMENT)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args), prog_name="quaere")


@pytest.mark.usefixtures("settings")
def test_one_table_and_four_files(tmp_path: Path) -> None:
    result = run("experiment", "my.toml", "--out", "out")
    assert result.exit_code == 0, result.output
    for words in ("small", "plain", "no reranking", "exact_match", "corrected by Holm over 6 comparisons"):
        assert words in " ".join(result.stdout.split())
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("work", "rows.parquet", "results.json", "report.html", "report.md")
    }
    assert pq.read_table(tmp_path / "out" / "rows.parquet").num_rows == 3 * 4
    found = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert [each["system"] for each in found["evaluations"]] == ["plain", "no reranking", "rrf"]
    assert {each["baseline"] for each in found["comparisons"]} == {"plain"}
    assert found["evaluations"][0]["provenance"]["data"].keys() == {"squad.json"}


@pytest.mark.usefixtures("settings")
def test_a_flag_holds_for_all_systems(tmp_path: Path) -> None:
    result = run("experiment", "my.toml", "--out", "out", "--set", "search.candidates=2")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert {each["settings"]["search.candidates"] for each in found["evaluations"]} == {"2"}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["none.toml"], 1, "none.toml cannot be read"),
        (["squad.json"], 2, "name one experiment as *.toml"),
        (["my.toml", "other.toml"], 2, "name one experiment as *.toml"),
        (["my.toml", "--preset", "ablation"], 2, "names its preset itself"),
        (["squad.json", "--preset", "all"], 1, "the preset 'all' is not known; presets are: ablation"),
        (["my.toml", "--sample", "3"], 2, "--sample and --seed go with --preset"),
    ],
)
def test_what_cannot_be_run_is_told_before_any_work(args: list[str], code: int, message: str, tmp_path: Path) -> None:
    result = run("experiment", *args, "--out", "out")
    assert result.exit_code == code
    # Usage errors stand in a frame that may break their lines.
    assert message in " ".join(result.output.replace("│", " ").split())
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("settings")
def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    paragraphs = json.loads((tmp_path / "squad.json").read_text("utf-8"))
    first = paragraphs["data"][0]["paragraphs"][0]["qas"][0]
    paragraphs["data"][0]["paragraphs"][0]["qas"] = [first | {"id": f"q{number}x"} for number in range(400)]
    (tmp_path / "squad.json").write_text(json.dumps(paragraphs), "utf-8")
    command = [sys.executable, "-c", "from ui.cli.main import main; main()", "experiment", "my.toml", "--out", "out"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def rows() -> set[str]:
        # The index beside the rows is written meanwhile: its files come and go, and a walk of all would miss them.
        files = (tmp_path / "out" / "work" / "evaluation-rows").glob("*.jsonl")
        return {line for path in files for line in path.read_text("utf-8").split("\n") if line.startswith('{"id"')}

    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            while len(rows()) < 50 and process.poll() is None:
                time.sleep(0.05)
        finally:
            process.kill()
    kept = rows()
    assert 50 <= len(kept) < 3 * 402
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    # The last line of each of three files may have been cut off.
    assert len(kept - rows()) <= 3
    assert pq.read_table(tmp_path / "out" / "rows.parquet").num_rows == 3 * 402
