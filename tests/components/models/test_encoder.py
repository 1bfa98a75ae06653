"""The encoders: order, batching, windows, memory, and agreement with PyTorch."""

from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from components.models.conversion import convert
from components.models.encoder import (
    ModelOptions,
    PairEncoder,
    TextEncoder,
    batches_by_length,
    pair_encoder,
    text_encoder,
)
from components.models.inference import load_runtime
from components.passages import Pair
from components.readers.spans import best_spans

FP32 = ModelOptions(precision="fp32")
TEXTS = ["who wrote faust?", "goethe", "paris is the capital of france.", "", "code e-1047 reset the pump " * 5]
PAIRS = [Pair("who wrote faust?", text) for text in TEXTS if text] + [
    Pair("where is paris?", "in france", context="capital")
]


def build(role: str, folder: Path, backend: str = "openvino") -> TextEncoder | PairEncoder:
    model = convert(str(folder), role, "fp32")
    runtime = load_runtime(model, backend)
    return TextEncoder(model, runtime) if role == "embedder" else PairEncoder(model, runtime)


def test_vectors_have_unit_length_and_keep_the_callers_order(tiny_models: dict[str, Path]) -> None:
    encoder = build("embedder", tiny_models["embedder"])
    together = encoder.encode_documents(TEXTS)
    assert together.shape == (len(TEXTS), 32)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(encoder.encode_documents([text])[0], vector, atol=1e-4)


def test_no_texts_give_no_vectors(tiny_models: dict[str, Path]) -> None:
    assert build("embedder", tiny_models["embedder"]).encode_documents([]).shape == (0, 32)


def test_questions_get_the_models_prompt(tiny_models: dict[str, Path]) -> None:
    encoder = build("embedder", tiny_models["embedder"])
    np.testing.assert_allclose(
        encoder.encode_questions(["faust"]), encoder.encode_documents(["what is faust"]), atol=1e-5
    )


def test_embedder_agrees_with_sentence_transformers(tiny_models: dict[str, Path]) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(tiny_models["embedder"]), device="cpu")
    ours = build("embedder", tiny_models["embedder"]).encode_documents(TEXTS)
    np.testing.assert_allclose(ours, reference.encode(TEXTS, normalize_embeddings=True), atol=1e-4)


@pytest.mark.parametrize("kind", ["ranker", "reader", "joint"])
def test_a_pair_alone_equals_the_pair_in_a_batch(kind: str, tiny_models: dict[str, Path]) -> None:
    role = "reader" if kind == "joint" else kind
    together = build(role, tiny_models[kind]).encode(PAIRS)
    alone = build(role, tiny_models[kind])
    for pair, logits in zip(PAIRS, together, strict=True):
        single = alone.encode([pair])[0]
        assert single.relevance == pytest.approx(logits.relevance, abs=1e-3)
        assert len(single.windows) == len(logits.windows)
        for one, other in zip(single.windows, logits.windows, strict=True):
            np.testing.assert_allclose(one.start, other.start, atol=1e-3)
            np.testing.assert_array_equal(one.offsets, other.offsets)


@pytest.mark.parametrize("kind", ["ranker", "reader", "joint"])
def test_openvino_agrees_with_pytorch(kind: str, tiny_models: dict[str, Path]) -> None:
    role = "reader" if kind == "joint" else kind
    ours = build(role, tiny_models[kind]).encode(PAIRS)
    reference = build(role, tiny_models[kind], "torch").encode(PAIRS)
    for one, other in zip(ours, reference, strict=True):
        assert one.relevance == pytest.approx(other.relevance, abs=1e-3)
        for window, expected in zip(one.windows, other.windows, strict=True):
            np.testing.assert_allclose(window.end, expected.end, atol=1e-3)
            assert window.null == pytest.approx(expected.null, abs=1e-3)


def test_offsets_point_into_the_passage_and_not_into_the_context(tiny_models: dict[str, Path]) -> None:
    pair = Pair("who?", "goethe wrote faust", context="paris and france")
    window = build("reader", tiny_models["reader"]).encode([pair])[0].windows[0]
    words = {pair.passage[start:end] for start, end in window.offsets}
    assert words == {"goethe", "wrote", "faust"}


def test_a_long_passage_is_read_in_overlapping_windows_that_cover_it(tiny_models: dict[str, Path]) -> None:
    passage = " ".join(["goethe wrote faust in paris."] * 40)
    windows = build("reader", tiny_models["reader"]).encode([Pair("who wrote faust?", passage)])[0].windows
    assert len(windows) > 2
    covered = {int(start) for window in windows for start, _ in window.offsets}
    assert covered >= {place for place in range(len(passage)) if passage[place] == "g"}
    assert all(0 <= span.start < span.end <= len(passage) for span in best_spans(windows))


def test_an_endless_question_leaves_room_for_the_passage(tiny_models: dict[str, Path]) -> None:
    logits = build("reader", tiny_models["reader"]).encode([Pair("who wrote faust " * 500, "goethe")])[0]
    assert sum(len(window.start) for window in logits.windows) >= 1


def test_ranker_and_reader_of_a_joint_model_share_one_encoder(tiny_models: dict[str, Path]) -> None:
    name = str(tiny_models["joint"])
    assert pair_encoder(name, "ranker", FP32) is pair_encoder(name, "reader", FP32)
    assert pair_encoder(name, "reader", FP32).model.kind == "joint"


def test_a_pair_that_was_asked_before_is_not_computed_again(tiny_models: dict[str, Path]) -> None:
    encoder = build("reader", tiny_models["joint"])
    first = encoder.encode(PAIRS)
    assert all(one is other for one, other in zip(first, encoder.encode(PAIRS), strict=True))


def test_a_pair_that_was_forgotten_is_computed_again(tiny_models: dict[str, Path]) -> None:
    encoder = build("reader", tiny_models["joint"])
    first = encoder.encode(PAIRS)
    encoder.forget()
    for one, other in zip(first, encoder.encode(PAIRS), strict=True):
        assert one is not other
        assert one.relevance == other.relevance


def test_threads_get_their_own_results(tiny_models: dict[str, Path]) -> None:
    encoder = build("embedder", tiny_models["embedder"])
    texts = [f"code {number} of the pump" for number in range(40)]
    expected = encoder.encode_documents(texts)
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        found[number] = encoder.encode_documents([texts[number]])[0]

    threads = [Thread(target=work, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in found.items():
        np.testing.assert_allclose(vector, expected[number], atol=1e-4)
    assert len(found) == len(texts)


def test_batches_hold_every_row_once_and_pad_little() -> None:
    lengths = [5, 170, 33, 34, 16, 17, 512, 31, 1, 16] * 4
    batches = batches_by_length(lengths)
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    for rows in batches:
        widths = [lengths[row] for row in rows]
        assert max(widths) - min(widths) < 16
        assert len(rows) == 1 or len(rows) * max(widths) <= 1024 + 16


def test_bundled_models_give_the_recorded_values() -> None:
    """Recorded with PyTorch 2.13.0 in fp32 from the bundled weights."""
    vectors = text_encoder("all-MiniLM-L6-v2", FP32).encode_questions(["How do I reset the pump?"])
    passage = "Hold the power button for ten seconds to reset the pump."
    logits = pair_encoder("quaere-joint", "reader", FP32).encode([Pair("How long must I hold the button?", passage)])[0]
    span = best_spans(logits.windows)[0]
    assert passage[span.start : span.end] == "ten seconds"
    np.testing.assert_allclose(vectors[0, :4], [-0.01655, -0.0182, -0.03583, 0.01066], atol=1e-3)
    assert logits.relevance == pytest.approx(2.6339, abs=1e-3)
    assert span.score == pytest.approx(0.1599, abs=1e-3)
