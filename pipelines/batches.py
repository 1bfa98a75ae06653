"""Texts -> batches of about as many passages as the embedder likes, in order.

Many small texts share a batch and a large one is cut between blocks, so that neither the number of calls nor
the memory grows with the documents. Pure; knows no pipeline.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from haystack import Document

from components.loading.extracted import Block

BATCH_PASSAGES = 96
"""Passages of small texts that are embedded and committed together."""

PART_PASSAGES = 512
"""Passages above which one text is cut: 6 MB of vectors. Rare, since no passage spans two parts."""

_PASSAGE_CHARACTERS = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sized(Generic[T]):
    """Something with the number of passages that it is expected to give."""

    item: T
    passages: float


def estimate(blocks: Sequence[Block]) -> float:
    """About how many passages these blocks give."""
    return sum(map(_estimate, blocks))


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
    """The document with its blocks dealt out to as many copies as its size asks for, in order."""
    blocks: Sequence[Block] = document.meta["blocks"]
    part: list[Block] = []
    passages = 0.0
    for block in blocks:
        # A heading stays with what it heads.
        if passages >= PART_PASSAGES and part[-1].kind != "heading":
            yield _with_blocks(document, part)
            part, passages = [], 0.0
        part.append(block)
        passages += _estimate(block)
    yield _with_blocks(document, part)


def _estimate(block: Block) -> float:
    share = (block.end - block.start) / _PASSAGE_CHARACTERS
    return max(1.0, share) if block.kind == "faq" or block.row is not None else share


def _with_blocks(document: Document, blocks: list[Block]) -> Document:
    return replace(document, meta=document.meta | {"blocks": blocks})
