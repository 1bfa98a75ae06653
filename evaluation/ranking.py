"""Ranks of the right paragraph in each search alone and fused, for many questions at once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from haystack import Document, Pipeline

from components.embedding import TextEmbedder
from components.lexical import LexicalTextEmbedder
from components.retrieval import HybridRetriever
from evaluation.data.squad import LabelledQuestion
from evaluation.gold import GoldPlaces
from evaluation.metrics.hit_rate import rank_of_first

Stage = TypeVar("Stage")

LIMIT = 30
"""Passages looked at in each ranking."""


def retrieval_ranks(
    pipeline: Pipeline,
    questions: Sequence[LabelledQuestion],
    gold: GoldPlaces,
    *,
    languages: Sequence[str],
    on_question: Callable[[], None] = lambda: None,
) -> dict[str, list[int | None]]:
    """1-based ranks among the first :data:`LIMIT` by ``dense``, ``lexical`` and ``fused``, None where not among them.

    Args:
        pipeline: the asking pipeline of an open service; its own components are used, without ranker and reader.
        questions: in any order; the ranks come in the same.
        gold: where the right paragraphs stand.
        languages: of the index.
        on_question: called after each question.
    """
    embedder, lexical = stage_of(pipeline, TextEmbedder), stage_of(pipeline, LexicalTextEmbedder)
    retriever = stage_of(pipeline, HybridRetriever)
    embedder.warm_up()
    ranks: dict[str, list[int | None]] = {"dense": [], "lexical": [], "fused": []}
    for question in questions:
        vector = embedder.run(question.text)["embedding"]
        sparse = lexical.run(question.text, list(languages))["sparse_embedding"]
        found = retriever.document_store.search(vector, sparse, limit=LIMIT)
        fused = retriever.run(vector, sparse, top_k=LIMIT)["documents"]
        for name, documents in (("dense", found.dense), ("lexical", found.lexical), ("fused", fused)):
            ranks[name].append(document_rank(documents, question.paragraph, gold))
        on_question()
    return ranks


def document_rank(documents: Sequence[Document], paragraph: int, gold: GoldPlaces) -> int | None:
    """1-based rank of the first slice of the paragraph, None where there is none."""
    places = [(each.meta["source"], each.meta["start"], each.meta["end"]) for each in documents]
    return rank_of_first([gold.holds(paragraph, *place) for place in places])


def stage_of(pipeline: Pipeline, kind: type[Stage]) -> Stage:
    """The pipeline's component of this class, whatever it is called there."""
    return next(each for _, each in pipeline.walk() if isinstance(each, kind))
