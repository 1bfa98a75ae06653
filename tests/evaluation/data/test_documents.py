import pytest

from components.errors import InputError
from evaluation.data.documents import is_documents
from evaluation.data.reading import read_dataset, read_datasets
from tests.evaluation.data.writing import write

LINE = {"id": "1", "corpus": "manual", "question": "Which code?", "answerable": True, "expected": ["E-1"]}


def folder_of(tmp_path, *lines, corpora=("manual",)):
    for name in corpora:
        write(tmp_path / "set" / "corpora" / name / "a.md", "The code is E-1.")
    write(tmp_path / "set" / "questions.jsonl", list(lines))
    return tmp_path / "set"


def test_a_data_set_for_each_corpus(tmp_path):
    more = {**LINE, "id": "2", "match": "all", "expected": ["a", "b"], "source": ["manual/a.md"], "kind": "list"}
    none = {**LINE, "id": "3", "corpus": "faq", "answerable": False, "match": "none", "expected": [], "language": "de"}
    folder = folder_of(tmp_path, LINE, more, none, corpora=["manual", "faq"])
    assert is_documents(folder)
    manual, faq = read_datasets(folder)
    assert (manual.name, faq.name) == ("manual", "faq")
    assert manual.corpus == (folder / "corpora" / "manual",)
    first, second = manual.questions
    assert (first.references, first.every, first.sources) == (("E-1",), False, ())
    assert (second.references, second.every, second.sources, second.kind) == (
        ("a", "b"), True, ("manual/a.md",), "list"
    )  # fmt: skip
    assert [(each.answerable, each.language, each.corpus) for each in faq.questions] == [(False, "de", "faq")]


def test_a_corpus_may_be_an_archive_or_lie_beside_the_questions(tmp_path):
    folder = folder_of(tmp_path, LINE, corpora=())
    write(folder / "corpora" / "manual.tar.gz", "")
    assert read_datasets(folder)[0].corpus == (folder / "corpora" / "manual.tar.gz",)
    write(folder / "manual" / "a.md", "Words.")
    assert read_datasets(folder)[0].corpus == (folder / "manual",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answerable": "no"}, "write true or false"),
        ({"match": "some"}, "'match' is 'some'; it is one of any, all, none"),
        ({"expected": []}, "'expected' names no words"),
        ({"expected": 3}, "'expected' is 3"),
        ({"question": " "}, "'question' is ' '"),
        ({"corpus": "other"}, "there is no corpus 'other'; put its files into"),
        ({"corpus": "../manual"}, "is no name of a folder"),
        ({"corpus": ".."}, "is no name of a folder"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, change, words):
    with pytest.raises(InputError, match=words):
        read_datasets(folder_of(tmp_path, {**LINE, **change}))


def test_repeated_ids_no_questions_and_options_that_do_not_fit(tmp_path):
    with pytest.raises(InputError, match="the id '1' stands already in"):
        read_datasets(folder_of(tmp_path, LINE, LINE))
    with pytest.raises(InputError, match="there is no question"):
        read_datasets(folder_of(tmp_path))
    folder = folder_of(tmp_path, LINE)
    with pytest.raises(InputError, match="--qrels says nothing about it"):
        read_datasets(folder, qrels=folder / "questions.jsonl")
    with pytest.raises(InputError, match="no labelled data of a known form"):
        read_dataset(folder)
    write(folder / "questions.jsonl", "[]\n")
    with pytest.raises(InputError, match="each line must be an object"):
        read_datasets(folder)
