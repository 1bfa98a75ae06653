"""Fine-tuned folders as the small files that are bundled, and means of several."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from components.errors import ConfigurationError, QuaereError
from components.models.checkpoints import bundled, file_sha256, resolve
from components.models.encoder import ModelOptions, text_encoder
from training.bundling import average, bundle
from training.card import RunCard, write_card

TRUNK = "bert.embeddings.word_embeddings.weight"


@pytest.fixture
def tuned(tmp_path: Path) -> Path:
    """The bundled model with one tensor moved, as a training would leave it."""
    folder = tmp_path / "tuned"
    folder.mkdir()
    source = resolve("quaere-joint").folder
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    move(folder, "qa_outputs.bias", 0.5)
    return folder


def move(folder: Path, name: str, by: float) -> None:
    tensors: dict[str, Any] = load_file(folder / "model.safetensors")
    tensors[name] = tensors[name] + np.float32(by)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def card(folder: Path, before: float, after: float) -> None:
    figures: Any = ({"general": {"f1": before}}, {"general": {"f1": after}})
    write_card(folder, RunCard("x", "quaere-joint", {}, {}, 1.0, before=figures[0], after=figures[1]))


def test_a_bundled_delta_gives_the_tuned_model_again(tuned: Path, tmp_path: Path) -> None:
    described = bundle(tuned, "quaere-joint", tmp_path / "bundle")
    file = tmp_path / "bundle" / "delta.safetensors"
    assert described["delta"]["sha256"] == file_sha256(file) != bundled()["quaere-joint"]["delta"]["sha256"]
    delta, whole = load_file(file), load_file(tuned / "model.safetensors")
    assert set(whole) - set(delta) == {TRUNK}
    assert all(np.allclose(array, whole[name], atol=2e-3) for name, array in delta.items())
    assert file.stat().st_size < 23_000_000


def test_a_worse_model_is_not_bundled(tuned: Path, tmp_path: Path) -> None:
    card(tuned, 0.8, 0.7)
    with pytest.raises(QuaereError, match=r"f1 on general data fell from 0\.800 to 0\.700"):
        bundle(tuned, "quaere-joint", tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    bundle(tuned, "quaere-joint", tmp_path / "bundle", tolerance=0.2)


def test_trained_word_embeddings_cannot_be_bundled(tuned: Path, tmp_path: Path) -> None:
    move(tuned, TRUNK, 0.1)
    with pytest.raises(ConfigurationError, match="taken from the trunk; freeze it"):
        bundle(tuned, "quaere-joint", tmp_path / "bundle")


def test_other_models_cannot_be_bundled(tiny_models: dict[str, Path], tuned: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds other tensors"):
        bundle(tiny_models["joint"], "quaere-joint", tmp_path / "bundle")
    with pytest.raises(ConfigurationError, match="known: quaere-joint"):
        bundle(tuned, "all-MiniLM-L6-v2", tmp_path / "bundle")


def test_the_mean_of_two_trainings(tuned: Path, tmp_path: Path) -> None:
    source = resolve("quaere-joint").folder
    average(["quaere-joint", str(tuned)], tmp_path / "mean")
    bias = load_file(tmp_path / "mean" / "model.safetensors")["qa_outputs.bias"]
    assert np.allclose(bias, load_file(source / "model.safetensors")["qa_outputs.bias"] + 0.25)
    assert (tmp_path / "mean" / "tokenizer.json").is_file()


def test_the_mean_leaves_what_is_the_same_in_all_as_it_is(tuned: Path, tmp_path: Path) -> None:
    average(["quaere-joint", str(tuned), str(tuned)], tmp_path / "mean")
    before, after = (load_file(folder / "model.safetensors") for folder in (tuned, tmp_path / "mean"))
    assert np.array_equal(before[TRUNK], after[TRUNK])


def test_the_mean_of_embedders_embeds(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    source = tiny_models["embedder"]
    tuned = Path(shutil.copytree(source, tmp_path / "tuned"))
    tensors = load_file(tuned / "model.safetensors")
    # As older versions of BERT save it.
    tensors["embeddings.position_ids"] = np.arange(8)[None]
    save_file(tensors, tuned / "model.safetensors", metadata={"format": "pt"})
    move(tuned, "embeddings.LayerNorm.bias", 0.5)
    average([str(source), str(tuned)], tmp_path / "mean")
    vectors = [
        text_encoder(str(folder), ModelOptions(precision="fp32")).encode_questions(["faust"])[0]
        for folder in (source, tmp_path / "mean", tuned)
    ]
    assert all(np.isclose(np.linalg.norm(each), 1.0) for each in vectors)
    to_source, to_tuned = (float(vectors[1] @ vectors[place]) for place in (0, 2))
    assert float(vectors[0] @ vectors[2]) < min(to_source, to_tuned) < 1.0


def test_the_mean_of_different_models(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="different tensors"):
        average([str(tiny_models["reader"]), str(tiny_models["ranker"])], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
    with pytest.raises(ConfigurationError, match="exists; name another"):
        average([str(tiny_models["reader"])], tiny_models["reader"])
