"""Trainings in several processes, as accelerate starts them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.training.pairs import test_run as pairs
from tests.training.retriever import test_run as retriever
from training.card import read_run
from training.launch import run_file
from training.pairs.search import write_options

ROOT = Path(__file__).resolve().parents[2]


def launched(module: str, given: BaseModel, folder: Path) -> str:
    """What two processes print that run a training by its options."""
    file = folder / "run.toml"
    write_options(given, {}, file)
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu"]
    command += ["--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    command += ["-m", module, str(file)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=250)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


@pytest.mark.slow
def test_two_processes_train_one_reader(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    given = pairs.options(tiny_models, pairs.squad(tmp_path / "train.json"), batch_size=2)
    told = launched("training.pairs.run", given, tmp_path)
    assert pairs.changed(tiny_models, given.out)
    assert told.count("parameters on 24 examples") == 1


@pytest.mark.slow
def test_two_processes_train_one_embedder(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    files = {"data": retriever.lines(tmp_path / "train.jsonl")}
    development = retriever.lines(tmp_path / "development.jsonl", start=100, count=12)
    more: dict[str, Any] = {"development": [development], "max_steps": 4, "evaluate_every": 2, "batch_size": 4}
    given = retriever.options(tiny_models, files, teacher=str(tiny_models["joint"]), **more)
    told = launched("training.retriever.run", given, tmp_path)
    assert retriever.distance(given.out, tiny_models["embedder"]) > 1e-3
    assert told.count("24 questions with a passage to learn from") == 1
    stored = read_run(given.out)
    assert stored is not None
    assert [step for step, _ in stored["curves"]["eval_ndcg@10"]] == [2, 4]


def test_a_launch_without_its_file_is_told_so() -> None:
    with pytest.raises(SystemExit, match="give one TOML file"):
        run_file(lambda file: file, lambda options, console: None, [])  # type: ignore[arg-type, return-value]
