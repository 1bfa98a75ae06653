"""The passages' vectors, computed once, kept on disk, and shared by all systems and sizes.

They are single-precision ones, so that no system searches with what another one has rounded.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from haystack import Document

from benchmarks.speed.corpus import BATCH, parents, read_passages
from components.models.checkpoints import fingerprint
from components.models.encoder import ModelOptions, TextEncoder, text_encoder
from components.passages import embedded_text
from components.versions import digest
from pipelines.settings import Settings


def make_vectors(
    passages: Path, count: int, settings: Settings, folder: Path, on_progress: Callable[[int], None] = lambda _: None
) -> Path:
    """The file of the first passages' vectors, (count, dimension) float32; what an earlier run computed is kept.

    Args:
        passages: see :mod:`benchmarks.speed.corpus`.
        count: of passages; none of them synthetic.
        settings: name the embedder.
        folder: where the vectors are kept.
        on_progress: is told how many are there.
    """
    texts = [embedded_text(passage) for batch in read_passages(passages, count) for passage in batch]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"vectors-{digest([fingerprint(settings.models.embedder), texts])[:16]}.npy"
    done = _done(target)
    if done < count:
        options = ModelOptions(
            "fp32", settings.models.backend, settings.models.threads, settings.model_parameters()["cache"]
        )
        _compute(target, texts, text_encoder(settings.models.embedder, options), on_progress)
    on_progress(count)
    return target


def with_vectors(passages: Sequence[Document], vectors: npt.NDArray[np.float32], first: int) -> list[Document]:
    """The passages of the rows from ``first`` on, with their vectors; a synthetic one gets the mean of its parents'."""
    return [
        replace(passage, embedding=_vector(vectors, row).tolist()) for row, passage in enumerate(passages, start=first)
    ]


def numbered(batches: Iterator[list[Document]]) -> Iterator[tuple[int, list[Document]]]:
    """The batches, each with the row that it begins with."""
    row = 0
    for batch in batches:
        yield row, batch
        row += len(batch)


def _vector(vectors: npt.NDArray[np.float32], row: int) -> npt.NDArray[np.float32]:
    if row < len(vectors):
        return np.asarray(vectors[row])
    one, other = parents(len(vectors), row)
    joined = vectors[one] + vectors[other]
    return np.asarray(joined / max(float(np.linalg.norm(joined)), 1e-12))


def _compute(target: Path, texts: Sequence[str], encoder: TextEncoder, on_progress: Callable[[int], None]) -> None:
    done = _done(target)
    mode = "r+" if target.is_file() else "w+"
    shape = (len(texts), encoder.model.dimension)
    vectors = np.lib.format.open_memmap(target, mode, np.float32, None if mode == "r+" else shape)
    for first in range(done, len(texts), BATCH):
        batch = texts[first : first + BATCH]
        vectors[first : first + len(batch)] = encoder.encode_documents(batch)
        vectors.flush()
        _receipt(target).write_text(json.dumps({"done": first + len(batch)}), "utf-8")
        on_progress(first + len(batch))


def _done(target: Path) -> int:
    """How many vectors are computed: a file of zeros is made before the first."""
    receipt = _receipt(target)
    if not (target.is_file() and receipt.is_file()):
        return 0
    return int(json.loads(receipt.read_text("utf-8"))["done"])


def _receipt(target: Path) -> Path:
    return target.with_suffix(".json")
