"""Who reads, splits and embeds documents: this process, or workers beside it.

Engines only make; the index is written by one process, in the order of the files, whoever makes its passages.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from haystack import Document, Pipeline

from pipelines.indexing_pipeline import Read, passages_of, read_file

EngineName = Literal["local", "ray"]

Item = TypeVar("Item")
Made = TypeVar("Made")


class Engine(Protocol):
    """Makes documents and passages; with several workers, calls come from several threads at once."""

    workers: int
    """How many it can make at a time."""

    def read(self, path: str, fields: Mapping[str, Any]) -> Read:
        """See :func:`pipelines.indexing_pipeline.read_file`."""

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """See :func:`pipelines.indexing_pipeline.passages_of`."""


class LocalEngine:
    """This process, one after the other; the models themselves use all cores.

    Args:
        pipeline: from :func:`pipelines.indexing_pipeline.build_indexing_pipeline`.
    """

    workers = 1

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline

    def read(self, path: str, fields: Mapping[str, Any]) -> Read:
        """Read and split one file."""
        return read_file(self.pipeline, path, fields)

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """Embed and analyse the passages of texts."""
        return passages_of(self.pipeline, documents)


def in_order(
    make: Callable[[Item], Made], items: Iterable[Item], workers: int
) -> Generator[tuple[Item, Callable[[], Made]]]:
    """Each item, in order, with a function that gives or raises what ``make`` does with it.

    With one worker nothing is made before it is asked for. With more, up to two items a worker are made ahead, in
    threads; whatever is not begun is dropped when the iterator is closed.
    """
    if workers == 1:
        for item in items:
            yield item, partial(make, item)
        return
    waiting: deque[tuple[Item, Future[Made]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(make, item)))
                if len(waiting) > 2 * workers:
                    first, future = waiting.popleft()
                    yield first, future.result
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result
        finally:
            for _, future in waiting:
                future.cancel()
