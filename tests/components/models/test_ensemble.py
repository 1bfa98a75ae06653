"""Several models as one reader or ranker."""

from pathlib import Path

import numpy as np
import pytest
from haystack import Document

from components.errors import ConfigurationError, ModelError
from components.models.encoder import ModelOptions, pair_encoder, text_encoder
from components.models.ensemble import member_names, pair_scorer, text_vectors
from components.passages import Pair
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from pipelines.service import QAService
from pipelines.settings import Settings
from tests.tiny_models import build_tiny_models

FP32 = ModelOptions(precision="fp32")
PAIRS = [Pair("who wrote faust", "goethe wrote faust"), Pair("what is paris", "paris is the capital of france " * 6)]


def test_logits_are_the_means(tiny_models: dict[str, Path]) -> None:
    names = [str(tiny_models["joint"]), str(tiny_models["reader"])]
    found = pair_scorer(" + ".join(names), "reader", FP32).encode(PAIRS)
    one, other = (pair_encoder(name, "reader", FP32).encode(PAIRS) for name in names)
    for mean, first, second in zip(found, one, other, strict=True):
        assert len(mean.windows) == len(first.windows)
        for window, left, right in zip(mean.windows, first.windows, second.windows, strict=True):
            assert np.allclose(window.start, (left.start + right.start) / 2)
            assert np.allclose(window.end, (left.end + right.end) / 2)
            assert window.null == pytest.approx((left.null + right.null) / 2)


def test_rankers_rank_by_their_mean(tiny_models: dict[str, Path]) -> None:
    names = [str(tiny_models["joint"]), str(tiny_models["ranker"])]
    ranker = CrossEncoderRanker(" + ".join(names), precision="fp32")
    documents = [Document(content=text) for text in ("goethe wrote faust", "paris", "the pump code")]
    found = ranker.run("who wrote faust", documents)["documents"]
    encoders = [pair_encoder(name, "ranker", FP32) for name in names]
    for document in found:
        logits = [each.encode([Pair("who wrote faust", document.content or "")])[0].relevance for each in encoders]
        assert document.meta["scores"]["relevance"] == pytest.approx(np.mean(logits), abs=1e-4)


def test_an_ensemble_of_one_is_that_model(tiny_models: dict[str, Path]) -> None:
    name = str(tiny_models["joint"])
    assert pair_scorer(name, "reader", FP32) is pair_encoder(name, "reader", FP32)


def test_a_reader_of_two_equals_the_reader_of_one_where_both_are_the_same(tiny_models: dict[str, Path]) -> None:
    name = str(tiny_models["reader"])
    documents = [Document(content="goethe wrote faust in paris")]
    one, two = (ExtractiveReader(each, precision="fp32") for each in (name, f"{name} + {name}"))
    answers, others = (each.run("who wrote faust", documents)["answers"] for each in (one, two))
    assert [each.data for each in answers] == [each.data for each in others]


def test_other_tokens_are_refused(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    other = build_tiny_models(tmp_path)["reader"]
    vocabulary = other / "tokenizer.json"
    vocabulary.write_text(vocabulary.read_text("utf-8").replace('"faust"', '"fxust"'), "utf-8")
    both = pair_scorer(f"{tiny_models['reader']} + {other}", "reader", FP32)
    with pytest.raises(ConfigurationError, match="cut texts into other tokens"):
        both.encode(PAIRS)


@pytest.mark.parametrize("name", ["one + ", " + ", "one +  + other"])
def test_a_name_is_missing(name: str) -> None:
    with pytest.raises(ConfigurationError, match="a name is missing"):
        member_names(name)


def test_every_member_has_to_fill_the_role(tiny_models: dict[str, Path]) -> None:
    with pytest.raises((ModelError, ConfigurationError)):
        pair_scorer(f"quaere-joint + {tiny_models['embedder']}", "reader", FP32)


def test_vectors_are_the_unit_means(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    names = [str(tiny_models["embedder"]), str(build_tiny_models(tmp_path, seed=1)["embedder"])]
    texts = ["goethe wrote faust", "paris"]
    both = text_vectors(" + ".join(names), FP32)
    for kind in ("encode_documents", "encode_questions"):
        one, other = (getattr(text_encoder(name, FP32), kind)(texts) for name in names)
        assert not np.allclose(one, other, atol=0.05)
        found, sums = getattr(both, kind)(texts), one + other
        assert np.allclose(found, sums / np.linalg.norm(sums, axis=1, keepdims=True), atol=1e-5)
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_vectors_of_other_lengths_are_refused(tiny_models: dict[str, Path]) -> None:
    with pytest.raises(ConfigurationError, match=r"all-MiniLM-L6-v2 384, .* 32"):
        text_vectors(f"all-MiniLM-L6-v2 + {tiny_models['embedder']}", FP32)


def test_an_index_by_two_embedders(tiny_models: dict[str, Path], tmp_path: Path) -> None:
    names = [str(tiny_models["embedder"]), str(build_tiny_models(tmp_path, seed=1)["embedder"])]
    (tmp_path / "faust.txt").write_text("Goethe wrote faust. The pump has code e 1047.", "utf-8")
    models = {f"models.{role}": str(tiny_models["joint"]) for role in ("ranker", "reader")}
    sizes = {"index.passage_tokens": 20, "index.overlap_tokens": 0}
    common = {"data": tmp_path / "data", "models.precision": "fp32", **sizes, **models}
    with QAService(Settings.load({"models.embedder": " + ".join(names), **common})) as service:
        assert service.index([str(tmp_path / "faust.txt")]).passages > 0
        assert service.ask("who wrote faust", threshold=0.0).answers
    with (
        pytest.raises(ConfigurationError, match="embedder"),
        QAService(Settings.load({"models.embedder": names[0], **common})) as other,
    ):
        other.ask("who wrote faust")
