import json

import pytest

from components.calibration import Calibrator
from components.types import Evidence
from training.calibration.calibrator import main
from training.calibration.evidence import is_right
from training.calibration.labelled import Asked

ASKED = Asked("q", "How long?", "fit", "answerable", ("three years",), "It lasts three years.")


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("three years", False, True),
        ("for three whole years", False, True),  # F1 of 2/3
        ("three apples and two pears", False, False),
        ("It lasts three years.", True, True),
        ("It lasts thirty-three yearsish.", True, False),
    ],
)
def test_what_counts_as_right(text, whole, expected):
    assert is_right(text, whole, ASKED) is expected


def test_an_unanswerable_question_has_no_right_answer():
    assert not is_right("", False, Asked("q", "How long?", "fit", "impossible"))


def write_data(folder):
    """Eight articles, whose questions repeat words of the text; every second question has no answer."""
    words = ["faust", "goethe", "paris", "france", "capital", "code", "reset", "pump"]
    answerable, impossible = [], []
    for number, word in enumerate(words):
        text = f"The {word} is in the capital of France. Goethe wrote the code {number}."
        answer = {"text": word, "answer_start": text.index(word)}
        for into, kind, answers in ((answerable, "a", [answer]), (impossible, "i", [])):
            qas = [
                {"id": f"{kind}{number}-{k}", "question": f"what {word} is in the capital", "answers": answers}
                | {"is_impossible": not answers}
                for k in range(3)
            ]
            into.append({"title": f"Article {number}", "paragraphs": [{"context": text, "qas": qas}]})
    for name, data in (("answerable", answerable), ("impossible", impossible)):
        (folder / f"{name}.json").write_text(json.dumps({"data": data}))
    faq = [{"question": f"what is {word} {n}", "answer": f"The {word} {n}"} for n, word in enumerate(words)]
    pairs = [{"question_1": each["question"], "question_2": f"the {each['answer']}", "similar": 1} for each in faq]
    for name, records in (("faq", faq), ("pairs", pairs)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))


def test_the_whole_way_from_labelled_files_to_a_calibrator(tmp_path, tiny_models, monkeypatch, capsys):
    for role, name in {"embedder": "embedder", "ranker": "joint", "reader": "joint"}.items():
        monkeypatch.setenv(f"QUAERE_{role.upper()}", str(tiny_models[name]))
    for name, value in {"PRECISION": "fp32", "PASSAGE_TOKENS": "40", "OVERLAP_TOKENS": "0"}.items():
        monkeypatch.setenv(f"QUAERE_{name}", value)
    write_data(tmp_path)
    arguments = [
        *("--answerable", str(tmp_path / "answerable.json"), "--impossible", str(tmp_path / "impossible.json")),
        *("--faq", str(tmp_path / "faq.jsonl"), "--faq-pairs", str(tmp_path / "pairs.jsonl")),
        *("--per-half", "6", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "calibrator.json")),
    ]
    main(arguments)
    made = Calibrator.load(tmp_path / "calibrator.json")
    assert 0 <= made.fitted_on["report"]["calibration_error"] <= 1
    assert made.fitted_on["report_faq"]["questions"] == 4
    assert set(made.fitted_on["data"]) == {"answerable.json", "impossible.json", "faq.jsonl", "pairs.jsonl"}
    rows = (tmp_path / "data" / "evidence.jsonl").read_text()
    first = json.loads(rows.splitlines()[1])
    assert len(first["answers"][0]["evidence"]) == len(Evidence.names())
    assert "calibration_error" in capsys.readouterr().out
    # The rows are kept: fitting again asks nothing again, and gives the same.
    main(arguments)
    assert (tmp_path / "data" / "evidence.jsonl").read_text() == rows
    assert Calibrator.load(tmp_path / "calibrator.json").kinds == made.kinds
