import pytest

from components.errors import InputError
from evaluation.data.reading import read_dataset
from tests.evaluation.data.test_beir import beir
from tests.evaluation.data.test_faq import FAQ, pair
from tests.evaluation.data.test_squad import squad
from tests.evaluation.data.test_trec import QRELS, RUN
from tests.evaluation.data.writing import write


def test_every_form_is_told_by_its_name(tmp_path):
    faq, pairs = write(tmp_path / "faq.jsonl", FAQ), write(tmp_path / "pairs.jsonl", [pair("Why?", "How come?")])
    run, qrels = write(tmp_path / "run.txt", RUN), write(tmp_path / "qrels.txt", QRELS)
    own = write(tmp_path / "own.csv", "question,answer\nWho?,me\n")
    assert read_dataset(write(tmp_path / "q.json.gz", squad())).form == "squad"
    assert read_dataset(beir(tmp_path / "set")).form == "beir"
    assert read_dataset(faq, paraphrases=pairs).form == "faq"
    assert read_dataset(run, qrels=qrels).form == "trec"
    assert read_dataset(own).form == "own"


def test_passages_join_the_corpus(tmp_path):
    path, more = write(tmp_path / "q.json", squad()), write(tmp_path / "more.tsv", "title\ttext\nA\tMore.\n")
    found = read_dataset(path, passages=more)
    assert found.corpus == found.files == (path, more)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("missing.json", {}, "does not exist"),
        ("own.txt", {}, "no labelled data of a known form"),
        ("faq.jsonl", {}, "--paraphrases"),
        ("own.csv", {"paraphrases": "faq.jsonl"}, "is no FAQ"),
        ("own.csv", {"passages": "faq.jsonl"}, "brings no corpus"),
        ("q.json", {"passages": "missing.tsv"}, "missing.tsv are no file"),
        (".", {}, "no labelled data"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, name, options, words):
    write(tmp_path / "faq.jsonl", FAQ)
    write(tmp_path / "own.csv", "question,answer\nWho?,me\n")
    write(tmp_path / "own.txt", "question,answer\n")
    write(tmp_path / "q.json", squad())
    with pytest.raises(InputError, match=words):
        read_dataset(tmp_path / name, **{option: tmp_path / value for option, value in options.items()})
