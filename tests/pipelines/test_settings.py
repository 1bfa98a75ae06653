"""Settings: who wins, where a value came from, and errors that name the place."""

from pathlib import Path

import pytest

from components.errors import ConfigurationError
from pipelines.settings import Settings


def test_a_flag_beats_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "quaere.toml"
    file.write_text("answers.top = 7\n[search]\ncandidates = 20\nfusion = 'rrf'\n[index]\npassage_tokens = 100\n")
    monkeypatch.setenv("QUAERE_SEARCH__CANDIDATES", "40")
    monkeypatch.setenv("QUAERE_ANSWERS__TOP", "5")
    settings = Settings.load({"answers.top": 1, "answers.threshold": None}, file=file)
    assert (settings.answers.top, settings.answers.threshold) == (1, None)
    assert (settings.search.candidates, settings.search.fusion, settings.index.passage_tokens) == (40, "rrf", 100)
    origins = settings.origins()
    assert origins["answers.top"] == "flag"
    assert origins["search.candidates"] == "environment"
    assert origins["search.fusion"] == origins["index.passage_tokens"] == "quaere.toml"
    assert origins["answers.threshold"] == origins["models.reader"] == "default"


def test_a_threshold_of_zero_is_a_value() -> None:
    assert Settings.load({"answers.threshold": 0.0}).answers.threshold == 0.0


def test_groups_may_be_given_as_tables() -> None:
    given = {"search": {"candidates": 5}, "answers.top": 2}
    assert Settings.load(given).values() == Settings.load({"search.candidates": 5, "answers.top": 2}).values()


def test_a_copy_has_other_values_and_the_same_origins() -> None:
    settings = Settings.load({"search.candidates": 5})
    copy = settings.with_values({"search.fusion": "rrf", "data": Path("other")})
    assert (copy.data, copy.search.candidates, copy.search.fusion) == (Path("other"), 5, "rrf")
    assert copy.origins() == settings.origins()
    assert settings.search.fusion == "convex"
    with pytest.raises(ConfigurationError, match=r"did you mean 'search\.fusion'"):
        settings.with_values({"search.fussion": "rrf"})


def test_the_file_of_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load().answers.top == 3
    (tmp_path / "quaere.toml").write_text("[answers]\ntop = 4\n")
    assert Settings.load().answers.top == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("answers.topp = 3", r"'answers\.topp' is not a setting; did you mean 'answers\.top'"),
        ("topp = 3", r"'topp' is not a setting; did you mean 'answers\.top'"),
        ("[serach]\ncandidates = 3", r"'serach\.candidates' is not a setting; did you mean 'search\.candidates'"),
        ("[xyzzy]", "'xyzzy' is not a setting; there are: 'data', 'cache', 'models.embedder'"),
        ("search = 3", r"'search' is not a setting; it is a group: 'search\.candidates', 'search\.fusion'"),
        ("candidates = 3", r"quaere\.toml: 'candidates' is not a setting; it is now 'search\.candidates'"),
        ("top = 3\ncandidates = 3", r"it is now 'answers\.top'\. 'candidates' .* it is now 'search\.candidates'"),
        ("qdrant_url = 'x'", r"quaere\.toml: 'qdrant_url' is not a setting; it is now 'qdrant\.url'"),
        ("[answers]\ntop = 0", r"answers\.top = 0 \(quaere\.toml\)"),
        ("answers.top = ", "cannot be read"),
        (
            "[index]\npassage_tokens = 40\noverlap_tokens = 40",
            r"index\.overlap_tokens \(40\) must be smaller than index\.passage_tokens \(40\)",
        ),
        ("qdrant.engine = 'server'", r"needs qdrant\.url"),
    ],
)
def test_mistakes_in_the_file_are_named(content: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "quaere.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        Settings.load(file=file)


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("QUAERE_TRESHOLD", "did you mean QUAERE_ANSWERS__THRESHOLD"),
        ("QUAERE_SEARCH__CANDIDATS", "did you mean QUAERE_SEARCH__CANDIDATES"),
        ("QUAERE_CANDIDATES", "it is now QUAERE_SEARCH__CANDIDATES"),
        ("QUAERE_QDRANT_API_KEY", "it is now QUAERE_QDRANT__API_KEY"),
        ("QUAERE_DATABASE_URL_FILE", "it is now QUAERE_DATABASE__URL_FILE"),
        ("QUAERE_SEARCH", "it is a group: QUAERE_SEARCH__CANDIDATES"),
    ],
)
def test_a_variable_that_is_no_setting_is_not_ignored(
    variable: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(ConfigurationError, match=f"environment: {variable} is not a setting; {message}"):
        Settings.load()


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        Settings.load(file=tmp_path / "other.toml")


def test_a_secret_shows_neither_in_settings_nor_in_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.load({"qdrant.api_key": "secret-key"})
    assert "secret-key" not in f"{settings!r} {settings.values()}"
    with pytest.raises(ConfigurationError, match=r"qdrant\.api_key = \*\*\* \(flag\)"):
        Settings.load({"qdrant.api_key": 7})
    (tmp_path / "key").write_text("secret-key\n")
    monkeypatch.setenv("QUAERE_QDRANT__API_KEY_FILE", str(tmp_path / "key"))
    read = Settings.load()
    assert read.qdrant.api_key is not None and read.qdrant.api_key.get_secret_value() == "secret-key"
    assert read.origins()["qdrant.api_key"] == "environment"
