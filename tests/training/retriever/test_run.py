"""Fine-tunings of the tiny embedder from files to finished folders, and what every option changes."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from transformers import TrainerCallback

from components.errors import ConfigurationError, InputError, QuaereError
from components.models.encoder import ModelOptions, text_encoder
from pipelines.service import QAService
from pipelines.settings import Settings
from training.card import read_run
from training.option_files import options_from
from training.retriever import run as running
from training.retriever.options import RetrieverOptions
from training.retriever.run import fine_tune
from training.run_folder import Finished

WORDS = ["faust", "goethe", "paris", "france", "capital", "reset", "pump", "code"]


def lines(path: Path, count: int = 24, start: int = 0, **more: Any) -> Path:
    """Questions that share a number and a word with their passage."""
    rows = [
        {
            "question": f"where is {WORDS[number % 8]} {number * 7}",
            "passage": f"{number * 7} {WORDS[number % 8]} is in the {WORDS[(number + 3) % 8]}.",
            "answers": [WORDS[(number + 3) % 8]],
        }
        | more
        for number in range(start, start + count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "data": lines(tmp_path / "train.jsonl"),
        "development": lines(tmp_path / "development.jsonl", start=100, count=12),
        "general": lines(tmp_path / "general.jsonl", start=200, count=12),
    }


def options(models: dict[str, Path], files: dict[str, Path], **more: Any) -> RetrieverOptions:
    given: dict[str, Any] = {
        "model": str(models["embedder"]),
        "data": [files["data"]],
        "out": files["data"].parent / "out",
        "batch_size": 8,
        "max_steps": 3,
        "evaluate_every": 50,
        "learning_rate": 1e-2,
        "warmup": 0.0,
        "report_to": [],
    }
    return options_from(RetrieverOptions, None, **(given | more))


def run(given: RetrieverOptions) -> Finished:
    return fine_tune(given, Console(quiet=True))


def weights(folder: Path) -> dict[str, Any]:
    return dict(load_file(folder / "model.safetensors"))


def distance(one: Path, other: Path) -> float:
    """The largest difference of any weight.

    Keys' biases move no attention: their gradients are noise, which Adam makes as large as any other.
    """
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    return max(float(np.abs(first[name] - second[name]).max()) for name in first if "key.bias" not in name)


def test_a_trained_folder_is_used_at_once(tiny_models: dict[str, Path], files: dict[str, Path], tmp_path: Path) -> None:
    found = run(options(tiny_models, files, sources=["Questions of our own, CC0"]))
    assert distance(found.folder, tiny_models["embedder"]) > 1e-3
    assert "- Questions of our own, CC0" in (found.folder / "README.md").read_text()
    trained = SentenceTransformer(str(found.folder), device="cpu")
    assert trained.prompts == {"query": "what is ", "document": ""}
    vectors = text_encoder(str(found.folder), ModelOptions(precision="fp32")).encode_questions(["paris"])
    assert np.allclose(vectors, trained.encode(["what is paris"]), atol=1e-4)
    (tmp_path / "paris.txt").write_text("Paris is the capital of France.")
    settings = Settings.load(
        {
            "data": tmp_path / "index",
            "models.embedder": str(found.folder),
            "models.ranker": str(tiny_models["joint"]),
            "models.reader": str(tiny_models["joint"]),
            "models.precision": "fp32",
            "index.passage_tokens": 40,
            "index.overlap_tokens": 0,
        }
    )
    with QAService(settings) as service:
        assert service.index([str(tmp_path / "paris.txt")]).passages == 1
        assert service.ask("capital of france", threshold=0.0).passages[0].source.endswith("paris.txt")


@pytest.mark.slow
def test_training_finds_more_and_keeps_the_best_checkpoint(
    tiny_models: dict[str, Path], files: dict[str, Path]
) -> None:
    files["development"] = lines(files["data"].parent / "same.jsonl", count=24)
    files["data"] = lines(files["data"].parent / "more.jsonl", count=96, start=24)
    given = options(tiny_models, files, development=[files["development"]], max_steps=24, evaluate_every=6)
    found = run(given)
    assert found.after["development"]["ndcg@10"] > found.before["development"]["ndcg@10"]
    stored = read_run(found.folder)
    assert stored is not None
    measured = [value for _, value in stored["curves"]["eval_ndcg@10"]]
    assert len(measured) == 4
    assert found.after["development"]["ndcg@10"] == pytest.approx(max(measured), abs=1e-6)
    assert stored["before"] == found.before
    assert set(stored["provenance"]["data"]) == {"more.jsonl", "same.jsonl"}
    assert (found.folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not given.out.with_name("out.training").exists()


class _Killed(Exception):
    pass


class _Killer(TrainerCallback):  # type: ignore[misc]
    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == 5:
            raise _Killed


@pytest.mark.slow
def test_a_killed_run_goes_on_and_gives_the_same(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    chosen = {"max_steps": 8, "evaluate_every": 2, "development": [files["development"]]}
    whole = run(options(tiny_models, files, **chosen, out=files["data"].parent / "whole"))
    given = options(tiny_models, files, **chosen)
    build = running.build_trainer

    def killed(*args: Any) -> Any:
        trainer = build(*args)
        trainer.add_callback(_Killer())
        return trainer

    running.build_trainer = killed
    try:
        with pytest.raises(_Killed):
            run(given)
    finally:
        running.build_trainer = build
    work = given.out.with_name("out.training")
    assert (work / "checkpoint-4").is_dir()
    with pytest.raises(ConfigurationError, match="other options"):
        run(given.model_copy(update={"learning_rate": 1e-3}))
    assert distance(run(given).folder, whole.folder) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        {"learning_rate": 1e-3},
        {"seed": 1},
        {"batch_size": 6},
        {"accumulation": 2},
        {"schedule": "cosine"},
        {"schedule": "constant"},
        {"warmup": 0.5},
        {"weight_decay": 0.5},
        {"clip": 1e-3},
        {"optimizer": "adafactor"},
        {"precision": "bf16"},
        {"negatives": 0},
        {"negatives": 2},
        {"scale": 5.0},
        {"matryoshka": [8, 16]},
        {"teacher": "joint"},
        {"max_steps": 2},
    ],
    ids=lambda more: "-".join(f"{name}={value}" for name, value in more.items()),
)
def test_an_option_changes_what_is_learned(
    more: dict[str, Any], tiny_models: dict[str, Path], files: dict[str, Path], plain: Path
) -> None:
    if "teacher" in more:
        more = {"teacher": str(tiny_models["joint"])}
    assert distance(run(options(tiny_models, files, **more)).folder, plain) > 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"mini_batch": 3}, {"gradient_checkpointing": True}], ids=str)
def test_what_saves_memory_learns_the_same(
    more: dict[str, Any], files: dict[str, Path], undropped: dict[str, Path]
) -> None:
    one = run(options(undropped, files, **more)).folder
    other = run(options(undropped, files, out=files["data"].parent / "other")).folder
    assert distance(one, other) < 1e-4 < distance(one, undropped["embedder"])


@pytest.fixture(scope="module")
def plain(tiny_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with nothing but the defaults of these tests."""
    return run(options(tiny_models, {"data": lines(tmp_path_factory.mktemp("plain") / "train.jsonl")})).folder


@pytest.fixture
def undropped(tiny_models: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The embedder without dropout, so that two ways of computing the same can be compared."""
    folder = Path(shutil.copytree(tiny_models["embedder"], tmp_path / "undropped"))
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return tiny_models | {"embedder": folder}


@pytest.mark.slow
def test_titles_stand_before_passages(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    files["data"] = lines(files["data"].parent / "titled.jsonl", title="the code of france")
    without = run(options(tiny_models, files, titles=False, out=files["data"].parent / "without"))
    assert distance(run(options(tiny_models, files)).folder, without.folder) > 1e-6


@pytest.mark.slow
def test_matryoshka_is_measured_by_its_dimensions(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    found = run(options(tiny_models, files, development=[files["development"]], matryoshka=[8]))
    assert set(found.after) == {"development", "development, 8 dimensions"}
    with pytest.raises(ConfigurationError, match=r"64 dimensions, but .* has 32"):
        run(options(tiny_models, files, matryoshka=[64], out=files["data"].parent / "wide"))


def test_a_time_limit_stops(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    found = run(options(tiny_models, files, minutes=1e-6, max_steps=50, development=[files["development"]]))
    stored = read_run(found.folder)
    assert stored is not None
    assert [step for step, _ in stored["curves"]["eval_ndcg@10"]] == [1]


def test_patience_stops(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    chosen = {"development": [files["development"]], "evaluate_every": 1, "max_steps": 30, "learning_rate": 1e-9}
    stored = read_run(run(options(tiny_models, files, patience=2, **chosen)).folder)
    assert stored is not None
    assert len(stored["curves"]["eval_ndcg@10"]) == 3


def test_what_was_forgotten_is_told_and_refused(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    # Learning that what belongs together does not, which is bound to lose what the general data ask for.
    rows = [json.loads(line) for line in files["data"].read_text().splitlines()]
    for row, other in zip(rows, [*rows[5:], *rows[:5]], strict=True):
        row["passage"], row["answers"] = other["passage"], other["answers"]
    files["data"].write_text("".join(json.dumps(row) + "\n" for row in rows))
    chosen = {"general": [files["general"]], "max_steps": 16, "learning_rate": 5e-2}
    with pytest.raises(QuaereError, match=r"not better: .*on general data fell from") as caught:
        run(options(tiny_models, files, **chosen, tolerance=0.0))
    out = files["data"].parent / "out"
    assert str(out.with_name("out.refused")) in str(caught.value)
    assert not out.exists()
    refused = read_run(out.with_name("out.refused"))
    assert refused is not None
    assert refused["before"]["general"]["ndcg@10"] > refused["after"]["general"]["ndcg@10"]
    assert any("Forgotten" in remark for remark in refused["remarks"])


@pytest.mark.slow
def test_what_may_be_forgotten_is_not_refused(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    chosen = {"general": [files["general"]], "max_steps": 16, "learning_rate": 5e-2, "tolerance": 1.0}
    assert run(options(tiny_models, files, **chosen)).folder == files["data"].parent / "out"


@pytest.mark.slow
def test_a_worse_model_does_not_take_the_place_of_a_better_one(
    tiny_models: dict[str, Path], files: dict[str, Path]
) -> None:
    good = run(options(tiny_models, files, development=[files["development"]]))
    stored = json.loads((good.folder / "run.json").read_text())
    stored["after"]["development"] = dict.fromkeys(stored["after"]["development"], 1.0)
    (good.folder / "run.json").write_text(json.dumps(stored))
    before = weights(good.folder)
    with pytest.raises(QuaereError, match="on development data fell"):
        run(options(tiny_models, files, development=[files["development"]], max_steps=1))
    assert all(np.array_equal(before[name], array) for name, array in weights(good.folder).items())


def test_what_is_kept_to_measure_with_is_not_learned_from(tiny_models: dict[str, Path], files: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"no question with a passage .* the evaluation data hold the passage"):
        run(options(tiny_models, files, development=[files["data"]]))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"batch_size": 1}, "batch_size"),
        ({"bathc_size": 8}, "'bathc_size' is no option; known: seed, epochs"),
        ({"patience": 2}, "development"),
        ({"teacher": "quaere-joint", "negatives": 0}, "negatives"),
        ({"teacher": "quaere-joint", "mini_batch": 4}, "teacher"),
        ({"mini_batch": 4, "gradient_checkpointing": True}, "gradient_checkpointing"),
        ({"metric": "f1"}, "recall@10"),
    ],
)
def test_bad_options_are_named(
    more: dict[str, Any], expected: str, tiny_models: dict[str, Path], files: dict[str, Path]
) -> None:
    with pytest.raises(ConfigurationError, match=expected):
        options(tiny_models, files, **more)


def test_what_is_not_installed_is_named_before_any_work(
    tiny_models: dict[str, Path], files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="report_to names tensorboard, which is not installed"):
        run(options(tiny_models, files, report_to=["tensorboard"]))
    assert not files["data"].with_name("out.training").exists()


def test_options_from_a_file_are_beaten_by_flags(files: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "retriever.toml"
    file.write_text(f'data = ["{files["data"]}"]\nout = "out"\nbatch_size = 4\nseed = 3\n')
    made = options_from(RetrieverOptions, file, batch_size=16, seed=None)
    assert (made.batch_size, made.seed, made.data) == (16, 3, (files["data"],))
    file.write_text("batch_size = ")
    with pytest.raises(ConfigurationError, match=r"retriever\.toml"):
        options_from(RetrieverOptions, file)
