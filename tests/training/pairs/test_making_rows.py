"""How examples become rows: other wordings, passages that do not answer, windows, and the labels of tokens."""

import random
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from training.data.example import Example
from training.pairs.back_translation import back_translations
from training.pairs.collate import PairCollator
from training.pairs.network import load_pair_model, run_by_length, run_pairs
from training.pairs.options import Kind, PairOptions, load_options
from training.pairs.rows import RandomWindow, Row
from training.pairs.sampling import PairSampler

PASSAGE = "Goethe wrote Faust in Weimar. The pump has code e-1047. Paris is the capital of France."


def row(question: str = "What is the code of the pump?", answer: str = "e-1047") -> Row:
    start = PASSAGE.index(answer)
    return Row(question, PASSAGE, "Notes", ((start, start + len(answer)),), relevant=True)


@pytest.fixture(scope="module")
def tokenizer(tiny_models: dict[str, Path]) -> Tokenizer:
    return load_pair_model("joint", str(tiny_models["joint"])).tokenizer()


@given(seed=st.integers(0, 10_000), size=st.integers(4, 40))
def test_a_window_holds_the_answer(seed: int, size: int, tokenizer: Tokenizer) -> None:
    window = RandomWindow(tokenizer, size, size)
    found = window(row(), random.Random(seed))
    assert found.passage in PASSAGE
    ((start, end),) = found.spans
    assert found.passage[start:end] == "e-1047"
    pieces = len(tokenizer.encode(found.passage, add_special_tokens=False).ids)
    answer = len(tokenizer.encode("e-1047", add_special_tokens=False).ids)
    assert pieces <= max(size, answer)


def test_windows_begin_anywhere(tokenizer: Tokenizer) -> None:
    window = RandomWindow(tokenizer, 12, 12)
    places = {PASSAGE.index(window(row(), random.Random(seed)).passage) for seed in range(60)}
    assert len(places) > 4
    empty = Row("Q", PASSAGE)
    assert len({window(empty, random.Random(seed)).passage for seed in range(60)}) > 10


def test_tokens_of_the_answer_are_the_targets(tokenizer: Tokenizer) -> None:
    collate = PairCollator(tokenizer, ("input_ids", "attention_mask", "token_type_ids"), 64)
    other = Row("who", "paris is the capital")
    batch = collate([[row("the pump", "Weimar"), other]])
    assert batch["relevant"].tolist() == [1, 0] and batch["group"].tolist() == [0, 0]
    encoding = tokenizer.encode("the pump", f"Notes\n{PASSAGE}")
    (first,), (last,) = (torch.nonzero(batch[name][0]).flatten().tolist() for name in ("starts", "ends"))
    text = f"Notes\n{PASSAGE}"
    assert text[encoding.offsets[first][0] : encoding.offsets[last][1]] == "Weimar"
    assert batch["starts"][1].argmax() == 0 and batch["ends"][1].argmax() == 0
    assert batch["readable"].tolist() == [1, 1]


def test_several_right_places_share_the_target(tokenizer: Tokenizer) -> None:
    both = Row("who", "paris or paris", spans=((0, 5), (9, 14)), relevant=True)
    batch = PairCollator(tokenizer, ("input_ids", "attention_mask"), 64)([[both]])
    assert sorted(batch["starts"][0].tolist())[-2:] == [0.5, 0.5]


def test_an_answer_that_was_truncated_away_teaches_no_reader(tokenizer: Tokenizer) -> None:
    batch = PairCollator(tokenizer, ("input_ids", "attention_mask"), 16)([[row()]])
    assert batch["readable"].tolist() == [0] and batch["relevant"].tolist() == [1]


def sampler(tmp_path: Path, translated: dict[str, str] | None = None, **more: object) -> PairSampler:
    file = tmp_path / "x.json"
    given: dict[str, object] = {"kind": "joint", "data": [file], "out": tmp_path / "out", "title_share": 0.0}
    options: PairOptions = load_options(None, **(given | more))
    start = PASSAGE.index("Weimar")
    examples = [
        Example("1", "Where was Faust written?", PASSAGE, "Notes", ((start, start + 6),), ("Hard one.",), str(file)),
        Example("2", "What does a pump cost?", "Pumps are sold in Paris.", "Notes", (), (), str(file)),
        Example("3", "How do I reset it?", "Press the button.", "FAQ", ((0, 17),), (), str(file), whole=True),
    ]
    return PairSampler(examples, options, lambda each, _: each, translated)


def test_a_question_gives_its_passage_and_a_hard_negative(tmp_path: Path) -> None:
    right, wrong = sampler(tmp_path)[0]
    assert right.relevant and right.passage == PASSAGE and right.spans
    assert not wrong.relevant and wrong.passage == "Hard one." and not wrong.spans
    (alone,) = sampler(tmp_path)[1]
    assert not alone.relevant and alone.readable
    faq, other = sampler(tmp_path)[2]
    assert faq.relevant and not faq.readable and not faq.spans
    assert not other.relevant and other.passage != faq.passage


def test_rows_depend_on_seed_epoch_and_place_alone(tmp_path: Path) -> None:
    one, other = sampler(tmp_path, title_share=0.5), sampler(tmp_path, title_share=0.5)
    assert [one[2], one[0]] == [other[2], other[0]]
    titles = set()
    for epoch in range(20):
        other.epoch = epoch
        titles.add(other[0][0].context)
    assert titles == {"", "Notes"}


def test_translations_are_used_half_of_the_time(tmp_path: Path) -> None:
    given = sampler(tmp_path, {"Where was Faust written?": "Faust was written where?"})
    texts = []
    for epoch in range(40):
        given.epoch = epoch
        texts.append(given[0][0].question)
    assert set(texts) == {"Where was Faust written?", "Faust was written where?"}


def test_questions_are_translated_there_and_back(tmp_path: Path, tiny_models: dict[str, Path]) -> None:
    from transformers import AutoTokenizer, BartConfig, BartForConditionalGeneration

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(tiny_models["reader"])
    size = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2}
    tokens = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3, "decoder_start_token_id": 2}
    config = BartConfig(vocab_size=len(tokenizer), decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16,
        max_position_embeddings=128, forced_eos_token_id=None, **size, **tokens)  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(tmp_path / "model")
    tokenizer.save_pretrained(tmp_path / "model")
    names, told = [str(tmp_path / "model")] * 2, []
    found = back_translations(["the capital", "the pump"], names, tmp_path / "rows.jsonl", told.append)
    assert told == [2] and set(found) <= {"the capital", "the pump"} and all(found.values())
    assert back_translations(["the capital"], names, tmp_path / "rows.jsonl", told.append).items() <= found.items()
    assert told == [2]  # nothing was translated twice


@pytest.mark.parametrize("kind", ["joint", "reader", "ranker"])
def test_rows_by_length_give_the_same_as_all_at_once(kind: Kind, tiny_models: dict[str, Path]) -> None:
    model = load_pair_model(kind, str(tiny_models["joint"]))
    model.network.eval()
    collate = PairCollator(model.tokenizer(), model.inputs, model.max_tokens, model.pad_id)
    passages = (PASSAGE, "Short.", "It is of middle length, and not more.", PASSAGE * 2, "One more.")
    batch = collate([[Row("What is it?", passage) for passage in passages]])
    with torch.inference_mode():
        whole = run_pairs(kind, model.network, batch)
        parts = run_by_length(kind, model.network, batch, 2)
    assert (parts.relevance is None, parts.spans is None) == (whole.relevance is None, whole.spans is None)
    if whole.relevance is not None and parts.relevance is not None:
        assert torch.allclose(parts.relevance, whole.relevance, atol=1e-5)
    if whole.spans is not None and parts.spans is not None:
        mask = batch["attention_mask"].bool()
        assert parts.spans.shape == whole.spans.shape
        assert torch.allclose(parts.spans[mask], whole.spans[mask], atol=1e-5)
