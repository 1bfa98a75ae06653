import json

import pytest

from components.errors import InputError
from evaluation.reading import main, report_on, variant_of
from tests.evaluation.test_closed_corpus import write_questions


def test_variants_are_asked_the_same_questions_and_compared(tmp_path, tiny_models, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    questions, out = write_questions(tmp_path / "questions.json.gz"), tmp_path / "out.json"
    arguments = ["--questions", str(questions), "--model", str(tiny_models["joint"]), "--json", str(out)]
    main([*arguments, "--variants", "torch-fp32", "openvino-fp32", "--sample", "2"])
    report = json.loads(out.read_text())
    assert report["settings"]["questions"] == 2
    assert set(report["provenance"]["data"]) == {"questions.json.gz"}
    first, second = report["variants"].values()
    # The same weights read alike, whatever runs them.
    assert second["exact_match"] == first["exact_match"]
    assert second["f1_difference"] == {"mean": 0.0, "lower": 0.0, "upper": 0.0}
    assert second["milliseconds_per_question"] > 0
    assert "openvino-fp32" in capsys.readouterr().out


def test_differences_are_paired_and_in_percent():
    one = {"exact_match": [1.0, 0.0], "f1": [1.0, 0.5], "seconds": 1.0}
    other = {"exact_match": [0.0, 0.0], "f1": [0.5, 0.5], "seconds": 3.0}
    report = report_on({"one": one, "other": other})
    assert report["one"]["f1_difference"]["mean"] == 0.0
    assert report["other"]["exact_match_difference"]["mean"] == -50.0
    assert report["other"]["f1_difference"]["mean"] == -25.0
    assert report["other"]["milliseconds_per_question"] == 1500.0


@pytest.mark.parametrize("name", ["int8", "torch", "onnx-int8", "openvino-int4", ""])
def test_an_unknown_variant_is_named_with_what_is_allowed(name):
    with pytest.raises(InputError, match="openvino"):
        variant_of(name)


def test_no_question_with_an_answer(tmp_path, tiny_models):
    questions = write_questions(tmp_path / "questions.json.gz")
    arguments = ["--questions", str(questions), "--json", str(tmp_path / "out.json"), "--sample", "0"]
    with pytest.raises(InputError, match="no question with an answer"):
        main(arguments)
