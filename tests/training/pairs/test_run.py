"""Fine-tunings of the tiny models from files to finished folders, and what every option changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from safetensors.numpy import load_file

from components.errors import ConfigurationError, InputError, ModelError, QuaereError
from components.models.encoder import ModelOptions, pair_encoder
from components.passages import Pair
from training.card import read_run
from training.data.example import read_examples
from training.pairs.data import to_measure
from training.pairs.network import load_pair_model
from training.pairs.options import PairOptions, load_options
from training.pairs.quality import measure
from training.pairs.run import fine_tune
from training.pairs.search import read_space, search, write_options
from training.run_folder import Finished

WORDS = ["faust", "goethe", "paris", "france", "capital", "reset", "pump", "code"]


def squad(path: Path, count: int = 24, impossible: bool = False) -> Path:
    """Questions about passages that name a word; the question names its neighbour."""
    paragraphs = []
    for number in range(count):
        word, other = WORDS[number % len(WORDS)], WORDS[(number + 3) % len(WORDS)]
        context = f"{number} {word} is the {other} of {number * 7}."
        start = context.index(other, len(str(number)) + len(word))
        answers = [{"text": other, "answer_start": start}]
        qas = [{"id": f"{path.stem}{number}", "question": f"What is the {word} of {number * 7}?", "answers": answers}]
        if impossible and number % 2:
            qas[0] |= {"answers": [], "is_impossible": True, "question": f"Who is not {word} of {number * 7}?"}
        paragraphs.append({"context": context, "qas": qas})
    path.write_text(json.dumps({"data": [{"title": "capital", "paragraphs": paragraphs}]}), "utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return squad(tmp_path / "train.json")


def options(models: dict[str, Path], data: Path, **more: Any) -> PairOptions:
    kind = more.pop("kind", "joint")
    given: dict[str, Any] = {
        "kind": kind,
        "model": str(models[kind]),
        "data": [data],
        "out": data.parent / "out",
        "batch_size": 4,
        "max_steps": 4,
        "learning_rate": 1e-2,
        "report_to": [],
        "dropout": 0.0,
    }
    return load_options(None, **(given | more))


def run(given: PairOptions) -> Finished:
    return fine_tune(given, Console(quiet=True))


def weights(folder: Path) -> dict[str, Any]:
    return load_file(folder / "model.safetensors")


def changed(models: dict[str, Path], folder: Path, kind: str = "joint") -> set[str]:
    before, after = weights(models[kind]), weights(folder)
    assert before.keys() == after.keys()
    return {name for name in before if not np.array_equal(before[name], after[name])}


@pytest.mark.parametrize("kind", ["reader", "ranker", "joint"])
def test_a_trained_folder_is_used_at_once(kind: str, tiny_models: dict[str, Path], data: Path) -> None:
    found = run(options(tiny_models, data, kind=kind))
    role = "ranker" if kind == "ranker" else "reader"
    encoder = pair_encoder(str(found.folder), role, ModelOptions(precision="fp32"))
    logits = encoder.encode([Pair("what is paris", "paris is the capital of france")])[0]
    assert bool(logits.windows) == (kind != "ranker")
    assert (logits.relevance != 0) == (kind != "reader")
    assert changed(tiny_models, found.folder, kind)


def test_it_learns(tiny_models: dict[str, Path], data: Path) -> None:
    found = run(options(tiny_models, data, development=[squad(data.parent / "dev.json", 16)], max_steps=40))
    assert found.after["development"]["f1"] > found.before["development"]["f1"] + 0.2
    assert not (data.parent / "out.training").exists()


def test_the_card_says_what_was_done(tiny_models: dict[str, Path], data: Path) -> None:
    development = squad(data.parent / "dev.json", 8, impossible=True)
    found = run(options(tiny_models, data, development=[development], seed=5, report_to=["tensorboard"]))
    assert [path for path in (found.folder / "tensorboard").rglob("*") if path.name.startswith("events.out.tfevents")]
    stored = read_run(found.folder)
    assert stored is not None
    assert stored["settings"]["seed"] == 5
    assert set(stored["provenance"]["data"]) == {"train.json", "dev.json"}
    assert set(stored["after"]["development"]) == {"exact_match", "f1", "first", "answerability", "best_f1", "mean"}
    assert stored["curves"]["loss"]
    text = (found.folder / "README.md").read_text("utf-8")
    assert "| development | f1 |" in text and "train.json" in text
    assert (found.folder / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_word_embeddings_are_frozen_unless_asked_for(tiny_models: dict[str, Path], data: Path) -> None:
    embeddings = "bert.embeddings.word_embeddings.weight"
    assert embeddings not in changed(tiny_models, run(options(tiny_models, data)).folder)
    free = options(tiny_models, data, freeze_embeddings=False, out=data.parent / "free")
    assert embeddings in changed(tiny_models, run(free).folder)


def test_frozen_layers_stay(tiny_models: dict[str, Path], data: Path) -> None:
    found = changed(tiny_models, run(options(tiny_models, data, freeze_layers=1)).folder)
    assert found == {"qa_outputs.weight", "classifier.weight", "classifier.bias"} | {
        name for name in found if "pooler" in name or name == "qa_outputs.bias"
    }
    with pytest.raises(ConfigurationError, match="has 1 layers"):
        run(options(tiny_models, data, freeze_layers=2, out=data.parent / "two"))


@pytest.mark.parametrize("adapter", ["lora", "ia3"])
def test_adapters_are_merged_into_the_weights(adapter: str, tiny_models: dict[str, Path], data: Path) -> None:
    found = run(options(tiny_models, data, adapter=adapter))
    touched = changed(tiny_models, found.folder)
    assert any("attention" in name for name in touched)
    assert not any("LayerNorm" in name or "embeddings" in name for name in touched)


@pytest.mark.parametrize("kind", ["reader", "ranker", "joint"])
def test_a_prefix_stands_beside_the_weights(kind: str, tiny_models: dict[str, Path], data: Path) -> None:
    development = squad(data.parent / "dev.json", 8)
    more: dict[str, Any] = {"kind": kind, "adapter": "prefix", "prefix_tokens": 5, "development": [development]}
    found = run(options(tiny_models, data, max_steps=30, **more))
    assert not any("encoder" in name or "embeddings" in name for name in changed(tiny_models, found.folder, kind))
    # Loaded again and converted, it computes what it computed in training.
    examples = to_measure(read_examples([development]).examples, 400, 0)
    assert measure(load_pair_model(kind, str(found.folder)), examples) == found.after["development"]  # type: ignore[arg-type]
    role = "ranker" if kind == "ranker" else "reader"
    pairs = [Pair("What is the paris of 7?", "1 faust is the code of 7."), Pair("who", "paris " * 40)]
    torch_logits, converted = (
        pair_encoder(str(found.folder), role, ModelOptions(precision="fp32", backend=backend)).encode(pairs)
        for backend in ("torch", "openvino")
    )
    for one, other in zip(torch_logits, converted, strict=True):
        assert one.relevance == pytest.approx(other.relevance, abs=1e-3)
        for left, right in zip(one.windows, other.windows, strict=True):
            assert np.allclose(left.start, right.start, atol=1e-3)
    with pytest.raises(ConfigurationError, match="has a learned prefix"):
        run(options(tiny_models, data, **more | {"model": str(found.folder), "out": data.parent / "again"}))


@pytest.mark.parametrize(
    "more",
    [
        {"learning_rate": 3e-3},
        {"schedule": "cosine"},
        {"schedule": "constant"},
        {"warmup": 0.6},
        {"weight_decay": 0.5},
        {"clip": 1e-3},
        {"dropout": 0.5},
        {"optimizer": "adafactor"},
        {"precision": "bf16"},
        {"accumulation": 2},
        {"group_by_length": True},
        {"seed": 1},
        {"adversarial": 1.0},
        {"span_weight": 0.1},
        {"relevance_weight": 2.0},
        {"negatives": 2},
        {"shortest_window": 8, "longest_window": 8},
        {"title_share": 0.0},
    ],
)
@pytest.mark.slow
def test_every_option_changes_what_is_learned(
    more: dict[str, Any], plain: dict[str, Any], tiny_models: dict[str, Path], data: Path
) -> None:
    found = weights(run(options(tiny_models, data, **more)).folder)
    assert any(not np.allclose(found[name], plain[name], atol=1e-7) for name in plain)


@pytest.fixture(scope="module")
def plain(tiny_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    made = squad(tmp_path_factory.mktemp("plain") / "train.json")
    return weights(run(options(tiny_models, made)).folder)


@pytest.mark.parametrize("more", [{}, {"gradient_checkpointing": True}])
def test_the_same_options_give_the_same_weights(
    more: dict[str, Any], plain: dict[str, Any], tiny_models: dict[str, Path], data: Path
) -> None:
    found = weights(run(options(tiny_models, data, **more)).folder)
    assert all(np.allclose(found[name], plain[name], atol=1e-6) for name in plain)


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_weights(
    tiny_models: dict[str, Path], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = options(tiny_models, data, max_steps=10, evaluate_every=4, dropout=0.1)
    whole = weights(run(given.model_copy(update={"out": data.parent / "whole"})).folder)
    from training.pairs.trainer import PairTrainer

    steps = iter(range(100))
    original = PairTrainer.compute_loss

    def killed(self: PairTrainer, *arguments: Any, **others: Any) -> torch.Tensor:
        if next(steps) == 7:
            raise KeyboardInterrupt
        return original(self, *arguments, **others)

    with monkeypatch.context() as patch:
        patch.setattr(PairTrainer, "compute_loss", killed)
        with pytest.raises(KeyboardInterrupt):
            run(given)
    assert not given.out.exists()
    resumed = weights(run(given).folder)
    assert all(np.allclose(resumed[name], whole[name], atol=1e-6) for name in whole)


def test_a_run_with_other_options_does_not_go_on_in_its_place(tiny_models: dict[str, Path], data: Path) -> None:
    given = options(tiny_models, data)
    work = data.parent / "out.training"
    work.mkdir()
    (work / "options.json").write_text("{}", "utf-8")
    with pytest.raises(ConfigurationError, match="unfinished training with other options"):
        run(given)


def test_early_stopping_and_the_best_checkpoint(tiny_models: dict[str, Path], data: Path) -> None:
    development = squad(data.parent / "dev.json", 16)
    more: dict[str, Any] = {"development": [development], "evaluate_every": 1, "patience": 2, "learning_rate": 1e-9}
    found = run(options(tiny_models, data, max_steps=30, **more))
    stored = read_run(found.folder)
    assert stored is not None
    steps = [step for step, _ in stored["curves"]["eval_mean"]]
    assert max(steps) == 3  # the first, and two that were no better
    assert stored["after"]["development"]["mean"] == pytest.approx(max(v for _, v in stored["curves"]["eval_mean"]))


@pytest.mark.slow
def test_a_worse_model_does_not_take_the_place_of_a_better_one(tiny_models: dict[str, Path], data: Path) -> None:
    development = [squad(data.parent / "dev.json", 16)]
    good = run(options(tiny_models, data, development=development, max_steps=40))
    kept = weights(good.folder)
    with pytest.raises(QuaereError, match="the new model is not better"):
        run(options(tiny_models, data, development=development, max_steps=1, learning_rate=1e-9))
    assert all(np.array_equal(kept[name], array) for name, array in weights(good.folder).items())
    assert read_run(good.folder.with_name("out.refused")) is not None


@pytest.mark.slow
def test_a_model_that_forgot_is_refused(tmp_path: Path) -> None:
    # The bundled model: a tiny one knows too little to forget any of it on every kind of machine.
    general = squad(tmp_path / "general.json", 8)
    other = squad(tmp_path / "other.json", 32, impossible=True)
    more: dict[str, Any] = {"out": tmp_path / "second", "general": [general], "learning_rate": 0.05, "max_steps": 6}
    given = options({"joint": Path("quaere-joint")}, other, **more)
    with pytest.raises(QuaereError, match="on general data fell from"):
        run(given)
    assert not given.out.exists()
    assert "- Forgotten: " in (tmp_path / "second.refused" / "README.md").read_text("utf-8")
    kept = run(given.model_copy(update={"tolerance": 1.0, "out": tmp_path / "third"}))
    assert kept.remarks == ()


def test_differential_privacy_is_accounted_for(tiny_models: dict[str, Path], data: Path) -> None:
    more: dict[str, Any] = {"epsilon": 8.0, "delta": 1e-3, "epochs": 2, "max_steps": None}
    found = run(options(tiny_models, data, **more))
    remark, unknown = found.remarks
    assert "not known" in unknown
    spent = float(remark.split("epsilon ")[1].split(" ")[0])
    assert 4 < spent <= 8
    touched = changed(tiny_models, found.folder)
    assert touched <= {"qa_outputs.weight", "qa_outputs.bias", "classifier.weight", "classifier.bias"}
    lora = run(options(tiny_models, data, adapter="lora", out=data.parent / "lora", **more))
    assert any("attention" in name for name in changed(tiny_models, lora.folder))


def test_teachers_are_learned_from(tiny_models: dict[str, Path], data: Path, plain: dict[str, Any]) -> None:
    teacher = run(options(tiny_models, data, max_steps=30, out=data.parent / "teacher")).folder
    # They have to agree only on what is likely: logits of unlikely places may differ by any amount.
    more: dict[str, Any] = {"teachers": [str(teacher), str(teacher)], "teacher_weight": 1.0}
    found = run(options(tiny_models, data, max_steps=60, out=data.parent / "student", **more)).folder
    seen = [(each.question, each.passage) for each in read_examples([data]).examples]

    def chances(folder: Path) -> Any:
        model = load_pair_model("joint", str(folder))
        encodings = [model.tokenizer().encode(*pair) for pair in seen]
        batch = [
            torch.tensor([[getattr(each, name)] for name in ("ids", "attention_mask", "type_ids")])
            for each in encodings
        ]
        with torch.no_grad():
            return np.concatenate([model.network(*each)[1].softmax(1)[0].numpy() for each in batch])

    wanted = chances(teacher)
    assert np.abs(chances(found) - wanted).mean() < 0.6 * np.abs(chances(tiny_models["joint"]) - wanted).mean()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"learning_rat": 1}, "'learning_rat' is no option"),
        ({"epochs": 0}, "epochs: Input should be greater than 0, not 0"),
        ({"shortest_window": 200}, "shortest_window must not be above"),
        ({"typing_noise": 0.1}, "'typing_noise' is no option"),
        ({"patience": 2}, "patience needs development files"),
        ({"kind": "ranker", "negatives": 0}, "set negatives to 1 or more"),
        ({"back_translation": ["one"]}, "needs two models"),
        ({"epsilon": 1.0, "adversarial": 1.0}, "epsilon goes with"),
    ],
)
def test_options_that_make_no_sense(more: dict[str, Any], told: str, tiny_models: dict[str, Path], data: Path) -> None:
    with pytest.raises(ConfigurationError, match=told):
        options(tiny_models, data, **more)


def test_a_folder_that_no_training_wrote_is_left_alone(tiny_models: dict[str, Path], data: Path) -> None:
    (data.parent / "out").mkdir()
    with pytest.raises(ConfigurationError, match="was not written by a training"):
        run(options(tiny_models, data))


def test_development_data_that_lack_the_figure(tiny_models: dict[str, Path], data: Path) -> None:
    development = squad(data.parent / "dev.json", 8)
    with pytest.raises(ConfigurationError, match="give no figure 'answerability', only"):
        run(options(tiny_models, data, development=[development], metric="answerability"))


def test_nothing_left_to_learn_from(tiny_models: dict[str, Path], data: Path) -> None:
    with pytest.raises(InputError, match="no example is left to learn from"):
        run(options(tiny_models, data, development=[data]))


@pytest.mark.slow
def test_a_search_finds_the_better_settings(tiny_models: dict[str, Path], data: Path) -> None:
    development = squad(data.parent / "dev.json", 12)
    file = data.parent / "search.toml"
    text = f'kind = "joint"\nmodel = "{tiny_models["joint"]}"\ndata = ["{data}"]\ndevelopment = ["{development}"]\n'
    text += f'out = "{data.parent / "out"}"\nmax_steps = 12\nbatch_size = 4\nreport_to = []\n'
    file.write_text(
        text + "[search]\nlearning_rate = {choices = [1e-2, 1e-12]}\ndropout = {low = 0.0, high = 0.1}", "utf-8"
    )
    stored, space = read_space(file)
    given = load_options(None, **stored)
    best = search(given, space, 3, Console(quiet=True))
    assert best["learning_rate"] == 1e-2 and 0 <= best["dropout"] <= 0.1
    assert search(given, space, 3, Console(quiet=True)) == best  # nothing is trained again
    write_options(given, best, data.parent / "best.toml")
    assert load_options(data.parent / "best.toml").learning_rate == 1e-2


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", r"\[search\] is missing"),
        ("[search]\nmodel = {choices = ['a']}", "names model; it gives low and"),
        ("[search]\ndropout = {low = 0.1}", "give either low and high, or choices"),
    ],
)
def test_searches_that_make_no_sense(table: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "search.toml").write_text(table, "utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_space(tmp_path / "search.toml")


def test_translations_need_their_models(tiny_models: dict[str, Path], data: Path) -> None:
    with pytest.raises(ModelError, match="cannot translate"):
        run(options(tiny_models, data, back_translation=[str(tiny_models["reader"])] * 2))
