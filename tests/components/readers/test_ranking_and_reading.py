"""Ranker, reader and embedders as Haystack components over the tiny models and the bundled one."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest
from haystack import Document

from components.embedders.dense import DocumentEmbedder, TextEmbedder
from components.logits import sigmoid
from components.passages import embedded_text, heading_context, indexed_text
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from components.types import Candidates, QueryKind

QUESTION = "How long is the warranty of the pump?"
PASSAGES = [
    "The pump is painted green.",
    "The warranty of the pump is 24 months from the day of delivery.",
    "Screens have a warranty of 12 months.",
]


@pytest.fixture
def documents() -> list[Document]:
    return [Document(content=text, meta={"scores": {"fused": 0.5}, "title": "Policy"}) for text in PASSAGES]


def test_the_bundled_model_ranks_and_reads_without_changing_its_inputs(documents: list[Document]) -> None:
    before = copy.deepcopy(documents)
    ranked = CrossEncoderRanker(precision="fp32").run(QUESTION, documents)["documents"]
    assert documents == before
    assert ranked[0].content == PASSAGES[1]
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert ranked[0].meta["scores"]["fused"] == 0.5
    assert ranked[0].score == pytest.approx(sigmoid(ranked[0].meta["scores"]["relevance"]))

    answers = ExtractiveReader(precision="fp32").run(QUESTION, ranked)["answers"]
    best = answers[0]
    assert best.data == "24 months"
    assert best.document.content[best.document_offset.start : best.document_offset.end] == best.data
    assert best.meta["span"] > 0 > answers[-1].meta["span"]
    assert {answer.meta["rank"] for answer in answers} == {0, 1, 2}


def test_the_search_has_its_say_by_its_weight(tiny_models: dict[str, Path], documents: list[Document]) -> None:
    model = str(tiny_models["ranker"])
    alone = CrossEncoderRanker(model, precision="fp32").run("who?", documents)["documents"]
    logits = {each.id: each.meta["scores"]["relevance"] for each in alone}
    last = alone[-1]
    fused = {each.id: float(each.id == last.id) for each in documents}
    found = [replace(each, meta=each.meta | {"scores": {"fused": fused[each.id]}}) for each in documents]
    apart = logits[alone[0].id] - logits[last.id]
    less, more = (
        CrossEncoderRanker(model, search_weight=apart * factor, precision="fp32").run("who?", found)["documents"]
        for factor in (0.9, 1.1)
    )
    assert less[0].id == alone[0].id and more[0].id == last.id
    # What the ranker itself says stays to be seen.
    assert more[0].meta["scores"]["relevance"] == pytest.approx(logits[last.id], abs=1e-5)
    assert more[0].score == pytest.approx(sigmoid(logits[last.id] + apart * 1.1), abs=1e-5)
    assert [each.score for each in more] == sorted((each.score for each in more), reverse=True)
    # A stock retriever gives no such score.
    plain = [replace(each, meta={"title": "Policy"}) for each in documents]
    kept = CrossEncoderRanker(model, search_weight=9.0, precision="fp32").run("who?", plain)["documents"]
    assert [each.content for each in kept] == [each.content for each in alone]


def test_top_k_limits_what_is_kept_and_read(tiny_models: dict[str, Path], documents: list[Document]) -> None:
    ranker = CrossEncoderRanker(str(tiny_models["ranker"]), top_k=2, precision="fp32")
    assert len(ranker.run("who?", documents)["documents"]) == 2
    assert len(ranker.run("who?", documents, top_k=1)["documents"]) == 1
    reader = ExtractiveReader(str(tiny_models["reader"]), answers_per_passage=1, precision="fp32")
    assert len(reader.run("who?", documents, top_k=2)["answers"]) == 2


def test_two_different_models_fill_the_two_roles(tiny_models: dict[str, Path], documents: list[Document]) -> None:
    ranked = CrossEncoderRanker(str(tiny_models["ranker"]), precision="fp32").run("who?", documents)["documents"]
    answers = ExtractiveReader(str(tiny_models["reader"]), precision="fp32").run("who?", ranked)["answers"]
    assert len(ranked) == 3
    assert answers
    assert all(answer.document.content[slice(*vars(answer.document_offset).values())] for answer in answers)


def test_a_passage_without_text_gives_no_spans(tiny_models: dict[str, Path]) -> None:
    reader = ExtractiveReader(str(tiny_models["reader"]), precision="fp32")
    assert reader.run("who?", [Document(content=""), Document(content=" \n ")])["answers"] == []


def test_no_answer_runs_from_a_heading_or_a_row_into_what_follows(tiny_models: dict[str, Path]) -> None:
    reader = ExtractiveReader(str(tiny_models["reader"]), answers_per_passage=20, precision="fp32")
    lines = ["4.4 Refunds", "The refund is made within 14 days", "of arrival.", "It goes to the account."]

    def crossing(joints: list[str], **meta: str) -> set[str]:
        """What of the joints an answer holds."""
        text = "".join(line + joint for line, joint in zip(lines, [*joints, ""], strict=True))
        found = [answer.data for answer in reader.run("who?", [Document(content=text, meta=meta)])["answers"]]
        assert found
        return {mark for mark in ("\n", "\n\n") for words in found if mark in words}

    assert crossing(["\n", "\n", "\n"]) == {"\n"}  # this model reads on where it may
    assert crossing(["\n\n", "\n\n", "\n\n"]) == set()
    assert crossing(["\n\n", "\n", "\n\n"]) == {"\n"}
    assert crossing(["\n", "\n", "\n"], kind="table") == set()


def test_where_no_span_holds_the_value_that_is_asked_for_one_that_does_is_proposed() -> None:
    reader = ExtractiveReader(answers_per_passage=1, precision="fp32")
    check = "Prüfen Sie den Reifendruck alle vier Wochen bei kalten Reifen."
    lamp = "Unter 2 bar leuchtet eine Lampe."

    def proposed(content: str, kind: QueryKind | None) -> list[str]:
        document = Document(content=content, meta={"language": "de"})
        return [
            each.data for each in reader.run("Wie hoch soll der Reifendruck sein?", [document], kind=kind)["answers"]
        ]

    text = f"{check} Er soll 2,5 bar betragen. {lamp}"
    (plain,) = proposed(text, None)
    assert plain in check  # the model has learned no German
    assert proposed(text, "factoid") == [plain]
    first, value = proposed(text, "number")
    assert first == plain
    # Within the value's own sentence, whatever the model likes in the others.
    assert "2,5 bar" in value and value in "Er soll 2,5 bar betragen."
    # The lamp's value is worse than no answer, and the rest is no pressure.
    assert proposed(f"{check} {lamp}", "number") == [plain]
    assert proposed(check, "number") == [plain]


def test_a_span_that_holds_the_value_makes_no_other_needed() -> None:
    reader = ExtractiveReader(precision="fp32")
    document = Document(content=PASSAGES[1], meta={"language": "en"})
    one, other = (reader.run(QUESTION, [document], kind=kind)["answers"] for kind in (None, "number"))
    assert [answer.data for answer in one] == [answer.data for answer in other]
    assert one[0].data == "24 months"


def test_nothing_in_nothing_out_and_no_model_is_loaded() -> None:
    missing = "/nowhere/at/all"
    assert CrossEncoderRanker(missing).run("who?", [])["documents"] == []
    assert ExtractiveReader(missing).run("who?", [])["answers"] == []
    assert DocumentEmbedder(missing).run([])["documents"] == []
    assert TextEmbedder(missing).run("  ")["embedding"] == []


def test_embedders_set_unit_vectors_on_copies(tiny_models: dict[str, Path], documents: list[Document]) -> None:
    model = str(tiny_models["embedder"])
    embedded = DocumentEmbedder(model, precision="fp32").run(documents)["documents"]
    assert all(one.embedding is None for one in documents)
    assert all(sum(value**2 for value in one.embedding) == pytest.approx(1.0, abs=1e-4) for one in embedded)
    assert len(TextEmbedder(model, precision="fp32").run("who wrote faust?")["embedding"]) == 32


def test_what_is_embedded_of_a_passage() -> None:
    plain = Document(content="Text.", meta={"title": "Manual", "heading": "Safety > Gas"})
    assert indexed_text(plain) == embedded_text(plain) == "Manual > Safety > Gas\nText."
    assert heading_context(Document(content="x", meta={"title": "A", "heading": "A > B"})) == "A > B"
    assert indexed_text(Document(content="Text.")) == "Text."
    opened = Document(content="Gas\n\nText.", meta={"title": "Manual", "heading": "Safety > Gas"})
    assert heading_context(opened) == "Manual > Safety > Gas"
    assert indexed_text(opened) == "Manual > Safety\nGas\n\nText."
    assert indexed_text(Document(content="Gas\nText.", meta={"heading": "Gas"})) == "Gas\nText."
    faq = Document(content="How?\nSo.", meta={"kind": "faq", "question": "How?", "title": "FAQ"})
    assert embedded_text(faq) == "How?"
    assert indexed_text(faq) == "FAQ\nHow?\nSo."
    below = Document(content="How?\nSo.", meta=faq.meta | {"heading": "Gas"})
    assert embedded_text(below) == "FAQ > Gas\nHow?"


def test_candidates_are_shared_instead_of_copied(tiny_models: dict[str, Path], documents: list[Document]) -> None:
    candidates = Candidates(documents)
    assert copy.deepcopy(candidates) is candidates
    assert isinstance(candidates, list)
    answers = ExtractiveReader(str(tiny_models["reader"]), precision="fp32").run("who?", documents)["answers"]
    assert answers and copy.deepcopy(answers) is answers
