import json
from pathlib import Path

import numpy as np

from benchmarks.speed.corpus import Corpus, read_passages
from benchmarks.speed.vectors import make_vectors, numbered, with_vectors
from pipelines.settings import Settings


def test_vectors_are_computed_once_and_gone_on_with(corpus: Corpus, tiny_settings: Settings, tmp_path: Path) -> None:
    told: list[int] = []
    made = make_vectors(corpus.passages, 5, tiny_settings, tmp_path / "vectors", told.append)
    vectors = np.load(made)
    assert vectors.shape == (5, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert told == [5, 5]
    marked = np.load(made, mmap_mode="r+")
    marked[:] = 7.0
    marked.flush()
    assert make_vectors(corpus.passages, 5, tiny_settings, tmp_path / "vectors") == made
    assert (np.load(made) == 7.0).all()
    # As after an interruption behind the second passage.
    made.with_suffix(".json").write_text(json.dumps({"done": 2}), "utf-8")
    make_vectors(corpus.passages, 5, tiny_settings, tmp_path / "vectors")
    assert (np.load(made)[:2] == 7.0).all()
    assert np.allclose(np.load(made)[2:], vectors[2:])


def test_other_passages_have_another_file(corpus: Corpus, tiny_settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    assert make_vectors(corpus.passages, 3, tiny_settings, folder) != make_vectors(
        corpus.passages, 4, tiny_settings, folder
    )


def test_a_synthetic_passage_points_between_its_parents(corpus: Corpus) -> None:
    vectors = np.eye(5, dtype=np.float32)
    found = [
        passage
        for first, batch in numbered(read_passages(corpus.passages, 7))
        for passage in with_vectors(batch, vectors, first)
    ]
    assert found[1].embedding == [0, 1, 0, 0, 0]
    # Row 5 is made of passages 0 and 1.
    assert np.allclose(found[5].embedding or [], [2**-0.5, 2**-0.5, 0, 0, 0])
