"""Names of models: bundled, folders, a hub that is not there; and assembled weights that can be trusted."""

import time
from pathlib import Path

import pytest

from components.errors import ConfigurationError, ModelError
from components.models.checkpoints import bundled, fingerprint, is_joint, resolve, tensor_names, tokenizer_file
from components.models.conversion import convert, effective_precision, kind_for


def test_the_bundled_joint_model_is_an_ordinary_folder(tmp_path: Path) -> None:
    checkpoint = resolve("quaere-joint", tmp_path)
    assert is_joint(checkpoint.folder)
    assert tensor_names(checkpoint.folder)["bert.embeddings.word_embeddings.weight"] == [30522, 384]
    assert checkpoint.fingerprint == fingerprint("quaere-joint")
    assert kind_for("quaere-joint", "ranker") == kind_for("quaere-joint", "reader") == "joint"


def test_damaged_assembled_weights_are_made_again(tmp_path: Path) -> None:
    weights = resolve("quaere-joint", tmp_path).folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1000] + bytes(1000))
    assert (resolve("quaere-joint", tmp_path).folder / "model.safetensors").read_bytes() == whole


def test_every_bundled_model_has_a_tokenizer() -> None:
    for name in bundled():
        assert tokenizer_file(name).is_file()


def test_a_folder_is_known_by_its_content(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    before = resolve(str(tiny_models["ranker"])).fingerprint
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tiny_models["ranker"].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert resolve(str(copy)).fingerprint == before
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    assert resolve(str(copy)).fingerprint != before


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "no such model!"])
def test_a_name_that_is_nothing_lists_what_can_be_set(name: str) -> None:
    with pytest.raises(ModelError, match=r"QUAERE_MODELS__EMBEDDER.*quaere-joint"):
        resolve(name)


def test_folders_that_hold_no_model_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        resolve(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="no weights"):
        resolve(str(tmp_path))


def test_a_hub_name_without_a_network_fails_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"hub did not give it.*QUAERE_MODELS__READER"):
        resolve("nobody/no-such-model")
    assert time.monotonic() - started < 15


def test_a_model_in_the_wrong_role_is_refused(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the embedder"):
        convert("quaere-joint", "embedder", "fp32", tmp_path)
    with pytest.raises(ModelError, match=r"as embedder|as reader"):
        convert(str(tiny_models["ranker"]), "reader", "fp32", tmp_path)


def test_conversion_happens_once_and_damage_is_repaired(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    told: list[str] = []
    name = str(tiny_models["ranker"])
    model = convert(name, "ranker", "fp32", tmp_path, told.append)
    assert model.kind == "ranker"
    assert model.inputs == ["input_ids", "attention_mask", "token_type_ids"]
    assert model.max_tokens == 64
    assert len(told) == 1
    convert(name, "ranker", "fp32", tmp_path, told.append)
    assert len(told) == 1
    weights = model.folder / "model.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    convert(name, "ranker", "fp32", tmp_path, told.append)
    assert len(told) == 2
    assert weights.read_bytes() == whole


def test_a_damaged_compiled_form_is_made_again(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    from components.models.encoder import PairEncoder
    from components.models.inference import load_runtime
    from components.passages import Pair

    model = convert(str(tiny_models["joint"]), "reader", "fp32", tmp_path)
    expected = PairEncoder(model, load_runtime(model)).encode([Pair("who?", "goethe")])[0].relevance
    for blob in (model.folder / "compiled").iterdir():
        blob.chmod(0o644)
        blob.write_bytes(b"\0" * 100)
    again = PairEncoder(model, load_runtime(model)).encode([Pair("who?", "goethe")])[0].relevance
    assert again == pytest.approx(expected)


def test_int8_is_chosen_by_the_processor_or_by_the_user() -> None:
    assert effective_precision("int8") == "int8"
    assert effective_precision("fp32") == "fp32"
    assert effective_precision("auto") in {"int8", "fp32"}
