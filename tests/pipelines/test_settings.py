"""Settings: who wins, where a value came from, and errors that name the place."""

from pathlib import Path

import pytest

from components.errors import ConfigurationError
from pipelines.settings import Settings


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "quaere.toml"
    file.write_text("top = 7\ncandidates = 20\npassage_tokens = 100\n")
    monkeypatch.setenv("QUAERE_CANDIDATES", "40")
    monkeypatch.setenv("QUAERE_TOP", "5")
    settings = Settings.load(file, top=1, threshold=None)
    assert (settings.top, settings.candidates, settings.passage_tokens, settings.threshold) == (1, 40, 100, None)
    origins = settings.origins()
    assert origins["top"] == "flag"
    assert origins["candidates"] == "environment"
    assert origins["passage_tokens"] == "quaere.toml"
    assert origins["threshold"] == origins["reader"] == "default"


def test_a_threshold_of_zero_is_a_value(tmp_path: Path) -> None:
    assert Settings.load(threshold=0.0).threshold == 0.0


def test_the_file_of_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load().top == 3
    (tmp_path / "quaere.toml").write_text("top = 4\n")
    assert Settings.load().top == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("topp = 3", "'topp' is not a setting; did you mean 'top'"),
        ("top = 0", r"top = 0 \(quaere.toml\)"),
        ("top = ", "cannot be read"),
        ("passage_tokens = 40\noverlap_tokens = 40", r"\(40\) must be smaller than passage_tokens \(40\)"),
        ("engine = 'server'", "needs qdrant_url"),
    ],
)
def test_mistakes_in_the_file_are_named(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "quaere.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        Settings.load(file)


def test_a_misspelt_variable_is_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUAERE_TRESHOLD", "0.2")
    with pytest.raises(ConfigurationError, match=r"QUAERE_TRESHOLD is not a setting; did you mean 'threshold'"):
        Settings.load()


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        Settings.load(tmp_path / "other.toml")


def test_the_key_does_not_show() -> None:
    assert "secret-key" not in repr(Settings.load(qdrant_api_key="secret-key"))
