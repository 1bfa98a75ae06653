"""``quaere train calibrator``, from labelled files to a calibrator that answers."""

import json

import pytest
from typer.testing import CliRunner

from components.answers.calibration import Calibrator
from components.types import Evidence
from ui.cli.program import app


@pytest.fixture(autouse=True)
def _tiny(tiny_models, monkeypatch):
    for role, name in {"embedder": "embedder", "ranker": "joint", "reader": "joint"}.items():
        monkeypatch.setenv(f"QUAERE_MODELS__{role.upper()}", str(tiny_models[name]))
    for name, value in {
        "MODELS__PRECISION": "fp32",
        "INDEX__PASSAGE_TOKENS": "40",
        "INDEX__OVERLAP_TOKENS": "0",
    }.items():
        monkeypatch.setenv(f"QUAERE_{name}", value)


def invoke(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments], prog_name="quaere")


WORDS = ["faust", "goethe", "paris", "france", "capital", "code", "reset", "pump", "what", "when", "where", "who"]


def write_public(folder):
    """Articles whose questions repeat words of the text; every second question has no answer."""
    answerable, impossible = [], []
    for number, word in enumerate(WORDS):
        text = f"The {word} is in the capital of France. Goethe wrote the code {number}."
        answer = {"text": word, "answer_start": text.index(word)}
        for into, kind, answers in ((answerable, "a", [answer]), (impossible, "i", [])):
            qas = [
                {"id": f"{kind}{number}-{k}", "question": f"what {word} is in the capital", "answers": answers}
                | {"is_impossible": not answers}
                for k in range(3)
            ]
            into.append({"title": f"Article {number:02}", "paragraphs": [{"context": text, "qas": qas}]})
    for name, data in (("answerable", answerable), ("impossible", impossible)):
        (folder / f"{name}.json").write_text(json.dumps({"data": data}))
    faq = [{"question": f"what is {word} {n}", "answer": f"The {word} {n}"} for n, word in enumerate(WORDS)]
    pairs = [{"question_1": each["question"], "question_2": f"the {each['answer']}", "similar": 1} for each in faq]
    for name, records in (("faq", faq), ("pairs", pairs)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    names = {"--answerable": "answerable.json", "--impossible": "impossible.json"}
    names |= {"--faq": "faq.jsonl", "--faq-pairs": "pairs.jsonl"}
    return [part for option, name in names.items() for part in (option, folder / name)]


def test_as_the_bundled_one_is_made(tmp_path):
    out = tmp_path / "calibrator.json"
    arguments = ["--data", tmp_path / "data", *write_public(tmp_path), "--count", 20, "--out", out]
    result = invoke("train", "calibrator", *arguments)
    assert result.exit_code == 0, result.output
    made = Calibrator.load(out)
    assert 0 <= made.fitted_on["report"]["calibration_error"] <= 1
    assert made.fitted_on["report_faq"]["questions"] == 12
    assert set(made.fitted_on["data"]) == {"answerable.json", "impossible.json", "faq.jsonl", "pairs.jsonl"}
    assert made.fitted_on["shape"] in ("logistic", "isotonic")
    kept = (tmp_path / "calibrator.rows.jsonl").read_text()
    assert len(json.loads(kept.splitlines()[1])["places"][0][0]["evidence"]) == len(Evidence.names())
    for shown in ("ECE", "Brier", "risk-coverage area", "coverage at 95 % precision", "before", "isotonic"):
        assert shown in result.stdout
    report = tmp_path / "calibrator"
    assert "| ECE |" in (report / "report.md").read_text()
    assert json.loads((report / "figures.json").read_text())["figures"]["texts"]["before"]["questions"] == 20 + 10 + 9
    for picture in ("reliability.png", "risk-coverage.png"):
        assert (report / picture).read_bytes().startswith(b"\x89PNG")
    # The rows are kept: fitting again asks nothing again, and gives the same.
    assert invoke("train", "calibrator", *arguments).exit_code == 0
    assert (tmp_path / "calibrator.rows.jsonl").read_text() == kept
    assert Calibrator.load(out).kinds == made.kinds


@pytest.fixture
def own(tmp_path):
    """Indexed documents with labelled questions, some of which they do not answer."""
    documents, labelled = tmp_path / "documents", tmp_path / "questions.jsonl"
    documents.mkdir()
    lines = []
    for number, word in enumerate(WORDS):
        passage = f"The {word} is in the capital of France."
        (documents / f"{word}.txt").write_text(passage + f" Goethe wrote the code {number}.")
        row = {"question": f"what {word} is in the capital", "passage": passage, "title": word}
        lines += [row | {"answers": [word]}, row | {"question": f"who wrote {word} {number}", "answers": []}]
    labelled.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert invoke("--data", tmp_path / "data", "index", documents).exit_code == 0
    return labelled


def test_on_a_users_own_questions(tmp_path, own):
    out = tmp_path / "own.json"
    result = invoke("--data", tmp_path / "data", "train", "calibrator", own, "--out", out)
    assert result.exit_code == 0, result.output
    made = Calibrator.load(out)
    assert made.fitted_on["questions"] == 24
    assert made.fitted_on["shape"] in ("rescaled", "logistic", "isotonic")
    assert f'answers.calibrator = "{out}"' in result.stdout
    assert "24 questions" in result.stdout
    asked = invoke(
        "--data", tmp_path / "data", "--set", f"answers.calibrator={out}", "ask", "what faust is in the capital"
    )
    assert asked.exit_code in (0, 3), asked.output


def test_a_target_precision_sets_the_thresholds_or_says_that_none_does(tmp_path, own):
    # Untrained models are right by luck, if the search does not put another passage first.
    data, out = ("--data", tmp_path / "data", "--set", "search.search_weight=0"), tmp_path / "own.json"
    easy = invoke(*data, "train", "calibrator", own, "--out", out, "--target-precision", 0.02)
    assert easy.exit_code == 0, easy.output
    made = Calibrator.load(out)
    assert made.threshold("span") == made.threshold("faq") == made.fitted_on["least_confidence"]
    assert f"answers.threshold = {made.threshold('span'):.4f}" in easy.stdout
    hard = invoke(*data, "train", "calibrator", own, "--out", out, "--target-precision", 1)
    assert (hard.exit_code, "100%" in hard.output) in ((1, True), (0, False))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], "QUESTIONS"), (["q.jsonl", "--faq", "faq.jsonl"], "either"), (["--faq", "faq.jsonl"], "--impossible")],
)
def test_what_is_asked_has_to_be_said_in_one_way(arguments, expected):
    result = invoke("train", "calibrator", *arguments)
    assert result.exit_code == 2
    assert expected in result.output


def test_an_index_has_to_be_there(tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "what", "passage": "The pump.", "answers": ["pump"]}\n')
    result = invoke("--data", tmp_path / "none", "train", "calibrator", tmp_path / "q.jsonl")
    assert result.exit_code == 1
    assert "quaere index" in result.output
