"""``quaere train pretrain``, ``mine`` and ``retriever``, one after the other as a user would run them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ui.cli.program import app

WORDS = ["faust", "goethe", "paris", "france", "capital", "reset", "pump", "code"]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], prog_name="quaere")


@pytest.fixture(autouse=True)
def _tiny(tiny_models: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for role, name in {"embedder": "embedder", "ranker": "joint", "reader": "joint"}.items():
        monkeypatch.setenv(f"QUAERE_MODELS__{role.upper()}", str(tiny_models[name]))
    monkeypatch.setenv("QUAERE_MODELS__PRECISION", "fp32")


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    rows = [
        {"question": f"where is the {word}", "passage": f"The {word} is in the {other}.", "answers": [other]}
        for word, other in zip(WORDS, WORDS[3:] + WORDS[:3], strict=True)
    ]
    path = tmp_path / "examples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_mined_examples_train_a_pretrained_embedder(
    tmp_path: Path, examples: Path, tiny_models: dict[str, Path]
) -> None:
    (tmp_path / "manual.md").write_text("# The pump\n\nThe pump is in France. The code is to reset it.\n")
    pairs, pretrained = tmp_path / "pairs.jsonl", tmp_path / "pretrained"
    short = ("--option", "max_steps=2", "--option", "report_to=[]")
    result = invoke(
        *("train", "pretrain", tmp_path / "manual.md", "--out", pretrained, "--pairs", pairs),
        *("--model", tiny_models["embedder"], "--option", "passage_tokens=20", *short),
    )
    assert result.exit_code == 0, result.output
    assert "1 pairs of" in result.stdout
    assert json.loads(pairs.read_text())["question"] == "The pump"

    mined = tmp_path / "mined.jsonl"
    result = invoke("train", "mine", examples, "--out", mined, "--negatives", 2, "--no-rerank")
    assert result.exit_code == 0, result.output
    assert "16 negatives for 8 questions" in result.stdout
    assert not (tmp_path / "mined.jsonl.mining").exists()

    trained = tmp_path / "trained"
    result = invoke(
        *("train", "retriever", mined, pairs, "--out", trained, "--model", pretrained),
        *("--option", "negatives=2", "--option", "batch_size=4", *short),
    )
    assert result.exit_code == 0, result.output
    assert f"written to {trained}" in result.stdout
    assert "What was forgotten is not known" in result.stdout
    settings = json.loads((trained / "run.json").read_text())["settings"]
    assert (settings["negatives"], settings["max_steps"]) == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("retriever",), 1, "data"),
        (("retriever", "none.jsonl", "--out", "x"), 1, "none.jsonl"),
        (("retriever", "none.jsonl", "--out", "x", "--option", "speed=9"), 1, "'speed' is no option"),
        (("pretrain", "none"), 2, "--pairs"),
        (("mine", "none.jsonl"), 2, "--out"),
        (("mine", "none.jsonl", "--out", "x"), 1, "none.jsonl"),
    ],
)
def test_what_is_missing_is_said(
    arguments: tuple[str, ...], code: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke("train", *arguments)
    assert result.exit_code == code
    assert expected in result.output
    assert not list(tmp_path.glob("x*"))
