"""The notebook: its code compiles, and the commands that it shows exist with their options."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli.program import app

NOTEBOOK = json.loads((Path(__file__).parents[2] / "examples" / "fine-tuning.ipynb").read_text("utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
COMMANDS = [line[1:] for source in CODE for line in source.splitlines() if line.startswith("!quaere ")]


@pytest.mark.parametrize("source", CODE)
def test_its_code_compiles(source: str) -> None:
    compile("\n".join(line for line in source.splitlines() if not line.startswith("!")), "cell", "exec")


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_exist(line: str) -> None:
    words = shlex.split(line.replace("{", "").replace("}", ""))[1:]
    while words[0] == "--set":
        words = words[2:]
    command = words[: 2 if words[0] == "train" else 1]
    result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [*command, "--help"])
    assert result.exit_code == 0, result.output
    for option in [word for word in words if word.startswith("--")]:
        assert re.search(rf"{option}\b", result.stdout), f"{line}: no option {option}"


def test_it_trains_and_measures_before_and_after() -> None:
    kinds = [" ".join(shlex.split(line)[1:3]) for line in COMMANDS]
    assert "train joint" in kinds and sum("evaluate" in line for line in COMMANDS) == 2
