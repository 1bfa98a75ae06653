"""Runs commands with the tiny models, in a folder of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ui.cli.program import app

Run = Callable[..., Result]


def runner(folder: Path, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch, columns: int, *more: str) -> Run:
    """Runs ``quaere`` with arguments, those of the models, and ``more``; its output is so many columns wide."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.chdir(folder)
    settings = {
        "models.embedder": models["embedder"],
        "models.ranker": models["joint"],
        "models.reader": models["joint"],
        "models.precision": "fp32",
        "index.passage_tokens": 40,
        "index.overlap_tokens": 0,
    }
    given = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    return lambda *args: CliRunner().invoke(app, [*args, *given, *more], prog_name="quaere")
