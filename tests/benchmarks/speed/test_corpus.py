from pathlib import Path

import pytest

from benchmarks.speed.corpus import BATCH, SYNTHETIC, Corpus, Spot, make_corpus, parents, read_passages, synthetic
from components.errors import LoadingError
from components.retrievers.duplicates import near_duplicates
from evaluation.data.squad import read_questions
from pipelines.settings import Settings
from tests.benchmarks.speed.conftest import OTHERS, TEXTS


def test_the_questions_own_passages_come_first_and_are_found_by_place(corpus: Corpus, questions_file: Path) -> None:
    (batch,) = read_passages(corpus.passages)
    assert (len(batch), corpus.count, corpus.own) == (5, 5, 3)
    assert [passage.meta["source"] for passage in batch[:3]] == [str(questions_file)] * 3
    spots = [Spot.of(passage) for passage in batch]
    for question in read_questions(questions_file).questions:
        assert corpus.rank(question, spots) == question.paragraph + 1
        assert corpus.rank(question, spots[3:]) is None


def test_what_is_there_already_is_left_out(questions_file: Path, tiny_settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tsv"
    copy.write_text(f"title\ttext\nAll\t{TEXTS[1]}\nAll\t{OTHERS[0]}\n", "utf-8")
    made = make_corpus(read_questions(questions_file), [copy, copy], tiny_settings, tmp_path)
    assert made.count == 4


def test_a_file_that_cannot_be_read_is_named(questions_file: Path, tiny_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_text("no PDF", "utf-8")
    with pytest.raises(LoadingError, match=r"bad\.pdf"):
        make_corpus(read_questions(questions_file), [tmp_path / "bad.pdf"], tiny_settings, tmp_path)


def test_an_index_can_be_cut_short_or_filled_up_with_marked_passages(corpus: Corpus) -> None:
    count = BATCH + 7
    batches = list(read_passages(corpus.passages, count))
    assert [len(batch) for batch in batches] == [BATCH, 7]
    passages = [passage for batch in batches for passage in batch]
    assert [bool(passage.meta.get(SYNTHETIC)) for passage in passages] == [False] * 5 + [True] * (count - 5)
    assert len({passage.id for passage in passages}) == count
    assert sum(len(batch) for batch in read_passages(corpus.passages, 2)) == 2


def test_a_synthetic_passage_is_half_of_two_and_twin_of_none(corpus: Corpus) -> None:
    (real,) = read_passages(corpus.passages)
    assert parents(5, 5 + 4) == (4, 0)
    assert parents(5, 10 + 4) == (4, 1)
    made = synthetic(real, 5)
    # The first passage opens with its article's title.
    assert made.content == (
        "Synthetic passage 5: All Goethe wrote Faust in France, where the is in Paris is in the capital of France."
    )
    assert made.meta["source"] == SYNTHETIC
    texts = [str(passage.content) for passage in (*real, *(synthetic(real, row) for row in range(5, 15)))]
    assert len(near_duplicates(texts)) == len(texts)
