"""``quaere train reader|ranker|joint|search|average|bundle`` as a user types them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.training.pairs.test_run import squad
from training.option_files import require
from ui.cli.program import app


def quaere(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [str(word) for word in words])


@pytest.fixture
def common(tiny_models: dict[str, Path], tmp_path: Path) -> list[object]:
    data = squad(tmp_path / "train.json")
    few = ["--option", "max_steps=2", "--option", "batch_size=4", "--option", "report_to=[]"]
    return [data, "--model", tiny_models["joint"], "--out", tmp_path / "out", *few]


def test_a_training_from_flags(common: list[object], tmp_path: Path) -> None:
    development = squad(tmp_path / "dev.json", 8)
    found = quaere("train", "joint", *common, "--development", development, "--epochs", 1)
    assert found.exit_code == 0, found.output
    assert "development" in found.stdout and "first" in found.stdout
    assert f"written to {tmp_path / 'out'}" in found.stdout
    assert (tmp_path / "out" / "model.safetensors").is_file()


def test_flags_beat_the_file(common: list[object], tmp_path: Path) -> None:
    file = tmp_path / "options.toml"
    file.write_text('seed = 7\nout = "elsewhere"\n', "utf-8")
    found = quaere("train", "reader", *common, "--options", file)
    assert found.exit_code == 0, found.output
    assert '"seed": 7' in (tmp_path / "out" / "run.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--option", "epochs=0"], "epochs: Input should be greater than 0"),
        (["--epochs", "0"], "epochs: Input should be greater than 0"),
        (["--option", "speed=1"], "'speed' is no option; known: "),
        (["--option", "nonsense"], "not of the form name=value"),
        (["--model", "no/such"], "model 'no/such'"),
        (["--options", "missing.toml"], "missing.toml cannot be read"),
    ],
)
def test_wrong_options_are_named(words: list[str], told: str, common: list[object]) -> None:
    found = quaere("train", "joint", *common, *words)
    assert found.exit_code in (1, 2)
    assert told in " ".join(found.output.split())


def test_data_that_is_missing_is_asked_for(tmp_path: Path) -> None:
    found = quaere("train", "reader", "--out", tmp_path / "out")
    assert found.exit_code == 1 and "data: Field required" in found.output
    found = quaere("train", "reader", tmp_path / "no.json", "--out", tmp_path / "out")
    assert found.exit_code == 1 and "no.json" in found.output


@pytest.mark.slow
def test_a_search_writes_options_for_a_training(
    common: list[object], tiny_models: dict[str, Path], tmp_path: Path
) -> None:
    development = squad(tmp_path / "dev.json", 8)
    file, best = tmp_path / "search.toml", tmp_path / "best.toml"
    text = f'kind = "reader"\nmodel = "{tiny_models["reader"]}"\ndata = ["{common[0]}"]\nreport_to = []\n'
    text += f'development = ["{development}"]\nout = "{tmp_path / "found"}"\nmax_steps = 2\nbatch_size = 4\n'
    file.write_text(text + "[search]\nlearning_rate = {low = 1e-3, high = 1e-2, log = true}\n", "utf-8")
    found = quaere("train", "search", file, "--trials", 2, "--best", best)
    assert found.exit_code == 0, found.output
    assert "learning_rate = 0.00" in found.stdout
    trained = quaere("train", "reader", "--options", best, "--out", tmp_path / "second")
    assert trained.exit_code == 0, trained.output


def test_trainings_are_averaged(common: list[object], tiny_models: dict[str, Path], tmp_path: Path) -> None:
    found = quaere("train", "average", tiny_models["joint"], tiny_models["joint"], "--out", tmp_path / "mean")
    assert found.exit_code == 0, found.output
    assert (tmp_path / "mean" / "model.safetensors").is_file()


def test_only_the_bundled_model_is_bundled(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    found = quaere("train", "bundle", tiny_models["joint"], "--out", tmp_path / "bundle")
    assert found.exit_code == 1 and "holds other tensors" in " ".join(found.output.split())


def test_what_is_not_installed_is_named() -> None:
    require("accelerate")
    with pytest.raises(Exception, match=r"training needs no_such_package, which is not installed.*\[train\]"):
        require("accelerate", "no_such_package")
