import gzip
import json

import pytest

from components.errors import ConfigurationError, InputError
from evaluation.closed_corpus import main
from evaluation.data.squad import LabelledQuestion
from evaluation.sampling import sampled

TEXTS = ["Goethe wrote Faust in France.", "The capital of France is Paris.", "Reset the pump, code E-1047."]
QUESTIONS = [("who wrote faust", "Goethe"), ("what is the capital of france", "Paris"), ("what code", "E-1047")]


def write_questions(path):
    paragraphs = [
        {
            "context": text,
            "qas": [
                {"id": f"q{n}", "question": asked, "answers": [{"text": words, "answer_start": text.index(words)}]}
            ],
        }
        for n, (text, (asked, words)) in enumerate(zip(TEXTS, QUESTIONS, strict=True))
    ]
    path.write_bytes(gzip.compress(json.dumps({"data": [{"title": "All", "paragraphs": paragraphs}]}).encode()))
    return path


@pytest.fixture
def arguments(tmp_path, tiny_models, monkeypatch):
    for role in ("embedder", "ranker", "reader"):
        name = "joint" if role != "embedder" else role
        monkeypatch.setenv(f"QUAERE_{role.upper()}", str(tiny_models[name]))
    monkeypatch.setenv("QUAERE_PRECISION", "fp32")
    monkeypatch.setenv("QUAERE_PASSAGE_TOKENS", "40")
    monkeypatch.setenv("QUAERE_OVERLAP_TOKENS", "0")
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "more.tsv").write_text("pid\ttitle\ttext\n0\tMore\tA pump is in the capital.\n")
    return [
        *("--questions", str(write_questions(tmp_path / "questions.json.gz"))),
        *("--passages", str(tmp_path / "more.tsv")),
        *("--data", str(tmp_path / "data")),
        *("--json", str(tmp_path / "out.json")),
    ]


def test_a_run_reports_everything_and_goes_on_where_it_stopped(arguments, tmp_path, capsys):
    main([*arguments, "--sample", "2"])
    report = json.loads((tmp_path / "out.json").read_text())
    rows = (tmp_path / "out.rows.jsonl").read_text().splitlines()
    assert len(rows) == 1 + 2
    assert report["reading"]["questions"] == 2
    assert report["settings"]["retrieval_questions"] == 3
    assert report["index"]["passages"] >= 2
    assert set(report["recall"]) == {"dense", "lexical", "fused"}
    # There are four paragraphs: nothing can be missing from the first five.
    assert report["recall"]["dense"]["5"] == report["recall"]["fused"]["30"] == 100.0
    assert report["recall_sample"]["reranked"]["5"] == 100.0
    assert {"reader", "total"} <= set(report["milliseconds"])
    assert set(report["provenance"]["data"]) == {"questions.json.gz", "more.tsv"}
    for row in map(json.loads, rows[1:]):
        assert row["prediction"]
        assert 0 <= row["exact_match"] <= row["f1"] <= 1
    main(arguments)
    grown = (tmp_path / "out.rows.jsonl").read_text().splitlines()
    assert grown[:3] == rows
    assert len(grown) == 1 + 3
    again = json.loads((tmp_path / "out.json").read_text())
    assert again["index"] == report["index"]
    assert again["reading"]["questions"] == 3
    assert "right paragraph among" in capsys.readouterr().out


def test_rows_of_another_seed_are_not_mixed(arguments):
    main([*arguments, "--sample", "1"])
    with pytest.raises(ConfigurationError, match="seed"):
        main([*arguments, "--sample", "1", "--seed", "7"])


def test_a_sample_of_nothing_is_an_error(arguments):
    with pytest.raises(InputError, match="sample of 0"):
        main([*arguments, "--sample", "0"])


def test_a_larger_sample_begins_with_the_smaller():
    questions = [LabelledQuestion(str(n), "?", ("x",), 0) for n in range(50)]
    assert sampled(questions, 20, 3)[:5] == sampled(questions, 5, 3)
    assert sampled(questions, 5, 3) != sampled(questions, 5, 4)
    assert sampled(list(reversed(questions)), 5, 3) == sampled(questions, 5, 3)
    assert len(sampled(questions, None, 0)) == 50


def test_an_index_that_holds_anything_else_is_refused(arguments, tmp_path):
    main([*arguments, "--sample", "1"])
    (tmp_path / "copy").mkdir()
    copied = (tmp_path / "questions.json.gz").rename(tmp_path / "copy" / "questions.json.gz")
    with pytest.raises(InputError, match="1 sources that do not belong"):
        main(["--questions", str(copied), *arguments[2:-1], str(tmp_path / "other.json")])
