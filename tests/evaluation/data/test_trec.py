import pytest

from components.errors import InputError
from evaluation.data.trec import read_trec_dataset
from tests.evaluation.data.writing import write

QRELS = "q1 0 d1 1\nq1 0 d2 0\nq2 0 d3 2\n"
RUN = "q1 Q0 d2 1 0.5 mine\nq1 Q0 d1 2 0.9 mine\nq2 Q0 d3 1 1 mine\nq2 Q0 d4 2 1 mine\nother Q0 d1 1 1 mine\n"


def read(tmp_path, run=RUN, qrels=QRELS):
    return read_trec_dataset(write(tmp_path / "a.run", run), write(tmp_path / "a.qrels", qrels))


def test_scores_order_a_run_and_equal_ones_go_from_z_to_a(tmp_path):
    found = read(tmp_path)
    assert found.rankings == {"q1": ("d1", "d2"), "q2": ("d4", "d3")}
    assert [dict(each.relevant) for each in found.questions] == [{"d1": 1}, {"d3": 2}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"run": ""}, r"a\.run is an empty run"),
        ({"run": "q1 Q0 d1 1 0.5 mine\n"}, "no row for question 'q2'"),
        ({"run": RUN + "q1 Q0 d1 3 0.1 mine\n"}, "line 6: document 'd1' is ranked twice"),
        ({"run": "q1 Q0 d1 1 high mine\n"}, "line 1: the score 'high'"),
        ({"run": "q1 Q0 d1 1 nan mine\n"}, "line 1: the score 'nan'"),
        ({"run": "q1 d1 1\n"}, "line 1 has 3 columns"),
        ({"qrels": ""}, r"a\.qrels holds no judgements"),
        ({"qrels": QRELS + "q1 0 d1 1\n"}, "line 4: document 'd1' is judged"),
        ({"qrels": "q1 0 d1\n"}, "line 1 has 3 columns"),
        ({"qrels": "q1 0 d1 x\n"}, "line 1: the grade 'x'"),
        ({"qrels": "q1 0 d1 0\n"}, "line 1: no document answers question 'q1'"),
    ],
)
def test_bad_rows_are_named(tmp_path, changes, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, **changes)
