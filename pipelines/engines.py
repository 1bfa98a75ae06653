"""Who reads, splits and embeds documents: this process, or workers beside it.

Engines only make; the index is written by one process, in the order of the files, whoever makes its passages.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from haystack import Document

from pipelines.indexing_pipeline import IndexingPipelines, ReadFile

EngineName = Literal["local", "ray"]

Item = TypeVar("Item")
Made = TypeVar("Made")


class IndexingEngine(Protocol):
    """Makes documents and passages; with several workers, calls come from several threads at once."""

    workers: int
    """How many it can make at a time."""

    def read(self, path: str, fields: Mapping[str, Any]) -> ReadFile:
        """See :meth:`pipelines.indexing_pipeline.IndexingPipelines.read`."""

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """See :meth:`pipelines.indexing_pipeline.IndexingPipelines.passages`."""


class LocalEngine:
    """This process, one after the other; the models themselves use all cores.

    Args:
        pipelines: whose stages do the work.
    """

    workers = 1

    def __init__(self, pipelines: IndexingPipelines) -> None:
        self.pipelines = pipelines

    def read(self, path: str, fields: Mapping[str, Any]) -> ReadFile:
        """Read and split one file."""
        return self.pipelines.read(path, fields)

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """Embed and analyse the passages of texts."""
        return self.pipelines.passages(documents)


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
