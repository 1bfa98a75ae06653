"""Texts -> batches of about as many passages as the embedder likes, in order.

Many small texts share a batch and a large one is cut between blocks, so that neither the number of calls nor
the memory grows with the documents. Pure; knows no pipeline.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from haystack import Document

from components.converters.extracted import Block
from components.preprocessors.dividing import PART_PASSAGES, PlannedPassage, block_groups

BATCH_PASSAGES = 96
"""Passages of small texts that are embedded and committed together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sized(Generic[T]):
    """Something with the number of passages that it is expected to give."""

    item: T
    passages: float


def batched(items: Iterable[Sized[T]]) -> Iterator[list[T]]:
    """Group neighbours; an item that fills a batch alone comes alone."""
    batch: list[T] = []
    passages = 0.0
    for each in items:
        if batch and passages + each.passages > BATCH_PASSAGES:
            yield batch
            batch, passages = [], 0.0
        batch.append(each.item)
        passages += each.passages
    if batch:
        yield batch


def parts(document: Document) -> Iterator[Document]:
    """The document with its passages, or its blocks, dealt out to as many copies as its size asks for, in order."""
    given: Sequence[Block | PlannedPassage] = document.meta["blocks"]
    if given and isinstance(given[0], PlannedPassage):
        groups: Iterable[Sequence[Block | PlannedPassage]] = (
            given[start : start + PART_PASSAGES] for start in range(0, len(given), PART_PASSAGES)
        )
    else:
        groups = block_groups(document.meta["blocks"])
    for group in groups:
        yield replace(document, meta=document.meta | {"blocks": group})
