import pytest

from components.errors import InputError
from evaluation.data.beir import read_beir_dataset
from tests.evaluation.data.writing import write

HEADER = "query-id\tcorpus-id\tscore\n"
CORPUS = [{"_id": "d1", "title": "A", "text": "One."}, {"_id": "d2", "title": "", "text": "Two."}]
QUERIES = [{"_id": "q1", "text": "one?"}, {"_id": "q2", "text": "two?"}, {"_id": "unjudged", "text": "three?"}]


def beir(folder, corpus=CORPUS, queries=QUERIES, qrels=HEADER + "q1\td1\t2\nq1\td2\t0\nq2\td2\t1\n", split="test"):
    write(folder / "corpus.jsonl.gz", corpus)
    write(folder / "queries.jsonl", queries)
    write(folder / "qrels" / f"{split}.tsv", qrels)
    return folder


def test_judged_questions_of_the_test_split(tmp_path):
    folder = beir(tmp_path / "set")
    beir(folder, qrels=HEADER + "q2\td1\t1\n", split="train")
    found = read_beir_dataset(folder)
    assert [(each.id, each.text, dict(each.relevant)) for each in found.questions] == [
        ("q1", "one?", {"d1": 2}),
        ("q2", "two?", {"d2": 1}),
    ]
    assert found.documents == {"d1": "A\nOne.", "d2": "Two."}
    assert [path.name for path in found.files] == ["corpus.jsonl.gz", "queries.jsonl", "test.tsv"]


def test_judgements_without_a_header_and_of_another_split(tmp_path):
    found = read_beir_dataset(beir(tmp_path / "set", qrels="q1\td1\t1\n", split="validation"))
    assert [each.id for each in found.questions] == ["q1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"qrels": HEADER + "q1\td1\t1\nq9\td1\t1\n"}, r"test\.tsv: line 3: .*no question 'q9'"),
        ({"qrels": HEADER + "q1\td9\t1\n"}, r"line 2: .*no document 'd9'"),
        ({"qrels": HEADER + "q1\td1\t1\nq1\td1\t0\n"}, "line 3: document 'd1' is judged for question 'q1' already in"),
        ({"qrels": HEADER + "q1\td1\thigh\n"}, "line 2: the grade 'high'"),
        ({"qrels": HEADER + "q1 d1 1\n"}, "line 2 has 1 columns"),
        ({"qrels": HEADER + "q1\td1\t0\n"}, "line 2: no document answers question 'q1'"),
        ({"qrels": HEADER}, "holds no judgements"),
        (
            {"corpus": [*CORPUS, CORPUS[0]]},
            r"corpus\.jsonl\.gz: line 3: the document id 'd1' stands already in .*line 1",
        ),
        ({"corpus": [{"_id": "d1", "title": " "}]}, "line 1: document 'd1' has neither"),
        ({"queries": [*QUERIES, QUERIES[0]]}, "line 4: the question id 'q1' stands already"),
        ({"queries": [{"_id": "q1"}]}, "line 1: 'text'"),
    ],
)
def test_bad_rows_are_named(tmp_path, changes, words):
    with pytest.raises(InputError, match=words):
        read_beir_dataset(beir(tmp_path / "set", **changes))


def test_a_missing_part_is_named(tmp_path):
    folder = beir(tmp_path / "set")
    (folder / "corpus.jsonl.gz").unlink()
    with pytest.raises(InputError, match=r"no corpus\.jsonl"):
        read_beir_dataset(folder)
    beir(folder)
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(InputError, match=r"no \*\.tsv"):
        read_beir_dataset(folder)
