"""Continued pre-training of the tiny models on real files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file

from components.errors import ConfigurationError, InputError, QuaereError
from components.models.encoder import ModelOptions, pair_encoder, text_encoder
from components.passages import Pair
from training.card import read_run
from training.option_files import options_from
from training.pretraining.denoising import damaged
from training.pretraining.options import PretrainOptions
from training.pretraining.run import pretrain
from training.pretraining.texts import pseudo_pairs, read_texts, write_pairs
from training.progress import TrainingProgress

WORDS = ["faust", "goethe", "paris", "france", "capital", "reset", "pump", "code"]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of texts, with headings, and of FAQ rows."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(12):
        word, other = WORDS[number % 8], WORDS[(number + 3) % 8]
        (folder / f"{number}.txt").write_text(f"The {word} is to reset the {other} {number}. Who wrote the {other}?")
    (folder / "manual.md").write_text(
        "# The pump\n\nThe pump is in France.\n\n## Reset of the code\n\nThe code is e 1047.\n\n"
        "## Paris\n\nIt is a capital.\n"
    )
    rows = [{"question": "what is the code", "answer": "The code is 1047."}]
    (folder / "faq.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def options(models: dict[str, Path], documents: Path, role: str = "embedder", **more: Any) -> PretrainOptions:
    given: dict[str, Any] = {
        "model": str(models[role]),
        "documents": [str(documents)],
        "out": documents.parent / "out",
        "batch_size": 4,
        "max_steps": 4,
        "evaluate_every": 50,
        "learning_rate": 1e-2,
        "warmup": 0.0,
        "passage_tokens": 20,
        "held_out": 0.0,
        "report_to": [],
    }
    return options_from(PretrainOptions, None, **(given | more))


def run(given: PretrainOptions) -> Path:
    return pretrain(given, Console(quiet=True)).folder


def changed(one: Path, other: Path) -> set[str]:
    first, second = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert first.keys() == second.keys()
    return {name for name in first if not np.array_equal(first[name], second[name])}


def test_headings_and_faq_rows_are_pairs(tiny_models: dict[str, Path], documents: Path, tmp_path: Path) -> None:
    texts = read_texts([str(documents)], str(tiny_models["embedder"]), 20)
    pairs = {(row["question"], row["passage"]) for row in pseudo_pairs(texts.passages)}
    assert ("what is the code", "The code is 1047.") in pairs
    assert ("The pump Reset of the code", "The code is e 1047.") in pairs
    # A file's name is no title of two words, and the text files have no heading.
    assert not any("1047" not in passage and "pump" not in question.lower() for question, passage in pairs)
    count = write_pairs(texts.passages, tmp_path / "pairs.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert len(lines) == count == len(pairs)


@pytest.mark.parametrize(
    "role",
    [
        "embedder",
        "joint",
        pytest.param("reader", marks=pytest.mark.slow),
        pytest.param("ranker", marks=pytest.mark.slow),
    ],
)
def test_masked_training_changes_the_trunk_and_leaves_the_heads(
    role: str, tiny_models: dict[str, Path], documents: Path
) -> None:
    folder = run(options(tiny_models, documents, role))
    names = changed(folder, tiny_models[role])
    assert any("attention" in name for name in names)
    assert any("word_embeddings" in name for name in names)
    assert not any(part in name for name in names for part in ("pooler", "classifier", "qa_outputs"))
    if role == "embedder":
        vectors = text_encoder(str(folder), ModelOptions(precision="fp32")).encode_questions(["paris"])
        assert np.linalg.norm(vectors) == pytest.approx(1.0, abs=1e-4)
    else:
        kind: Any = "ranker" if role == "ranker" else "reader"
        assert pair_encoder(str(folder), kind, ModelOptions(precision="fp32")).encode([Pair("what", "the pump")])


@pytest.mark.slow
def test_hidden_words_are_guessed_better_afterwards(tiny_models: dict[str, Path], documents: Path) -> None:
    found = pretrain(options(tiny_models, documents, held_out=0.2, max_steps=40), Console(quiet=True))
    assert found.after["held-out passages"]["recovered"] > found.before["held-out passages"]["recovered"]
    stored = read_run(found.folder)
    assert stored is not None
    assert any("fine-tune it before use" in remark for remark in stored["remarks"])
    assert "manual.md" in stored["provenance"]["data"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [{"whole_words": False}, {"masked": 0.5}, {"passage_tokens": 10}, {"held_out": 0.3}, {"seed": 1}],
    ids=str,
)
def test_an_option_of_masking_changes_what_is_learned(
    more: dict[str, Any], tiny_models: dict[str, Path], documents: Path
) -> None:
    plain = run(options(tiny_models, documents, out=documents.parent / "plain"))
    assert changed(run(options(tiny_models, documents, **more)), plain)


def test_frozen_embeddings_stay(tiny_models: dict[str, Path], documents: Path) -> None:
    names = changed(run(options(tiny_models, documents, freeze_embeddings=True)), tiny_models["embedder"])
    assert names
    assert not any("word_embeddings" in name for name in names)


def test_denoising_changes_the_embedder(tiny_models: dict[str, Path], documents: Path) -> None:
    folder = run(options(tiny_models, documents, method="tsdae"))
    assert any("attention" in name for name in changed(folder, tiny_models["embedder"]))
    vectors = text_encoder(str(folder), ModelOptions(precision="fp32")).encode_questions(["paris"])
    assert np.linalg.norm(vectors) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.slow
def test_the_share_deleted_changes_what_is_learned(tiny_models: dict[str, Path], documents: Path) -> None:
    one = run(options(tiny_models, documents, method="tsdae"))
    other = run(options(tiny_models, documents, method="tsdae", deleted=0.2, out=documents.parent / "other"))
    assert changed(one, other)


def test_damage(tiny_models: dict[str, Path], documents: Path) -> None:
    text = " ".join(WORDS * 100)
    given = options(tiny_models, documents, method="tsdae", deleted=0.6)
    kept = damaged(text, given, 0).split()
    assert len(kept) == pytest.approx(320, abs=60)
    assert damaged(text, given, 0).split() == kept != damaged(text, given, 1).split()
    assert damaged("alone", given, 5) == "alone"
    rest = iter(text.split())
    assert all(word in rest for word in kept)  # the order of the text


class _Killed(Exception):
    pass


@pytest.mark.parametrize("method", ["mlm", pytest.param("tsdae", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_killed_run_goes_on_and_gives_the_same(
    method: str, tiny_models: dict[str, Path], documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: dict[str, Any] = {"method": method, "max_steps": 8, "evaluate_every": 2}
    whole = run(options(tiny_models, documents, **chosen, out=documents.parent / "whole"))

    class Killer(TrainingProgress):
        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == 5:
                raise _Killed

    monkeypatch.setattr("training.progress.TrainingProgress", Killer)
    with pytest.raises(_Killed):
        run(options(tiny_models, documents, **chosen))
    monkeypatch.undo()
    assert (documents.parent / "out.training" / "checkpoint-4").is_dir()
    assert not changed(run(options(tiny_models, documents, **chosen)), whole)


@pytest.mark.slow
def test_what_the_general_data_lose_is_refused(tiny_models: dict[str, Path], documents: Path, tmp_path: Path) -> None:
    rows = [{"question": f"where is {word} {n}", "passage": f"{n} {word} is here."} for n, word in enumerate(WORDS * 3)]
    general = tmp_path / "general.jsonl"
    general.write_text("".join(json.dumps(row) + "\n" for row in rows))
    chosen: dict[str, Any] = {"general": [general], "max_steps": 25, "learning_rate": 5e-2, "tolerance": 0.0}
    with pytest.raises(QuaereError, match="on general data fell"):
        run(options(tiny_models, documents, **chosen))
    assert not (documents.parent / "out").exists()


def test_nothing_to_read_is_refused(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "empty.txt").write_text(" ")
    with pytest.raises(InputError, match="no text to learn from in 1 files"):
        run(options(tiny_models, tmp_path / "documents"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"method": "tsdae", "freeze_embeddings": True}, "freeze_embeddings"),
        ({"method": "tsdae", "model": "quaere-joint"}, "for embedders"),
        ({"masked": 1.0}, "masked"),
        ({"method": "gpt"}, "mlm"),
    ],
)
def test_bad_options_are_named(
    more: dict[str, Any], expected: str, tiny_models: dict[str, Path], documents: Path
) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        run(options(tiny_models, documents, **more))
    assert not (documents.parent / "out.training").exists()
