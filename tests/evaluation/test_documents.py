"""Real documents with questions, measured over small corpora with the tiny models."""

import io
import json
import tarfile

import pytest

from components.errors import InputError
from evaluation.data.reading import read_dataset, read_datasets
from evaluation.documents_corpus import content_facts, unpacked
from evaluation.evaluate import EvaluationPlan, as_json, combined, evaluate
from evaluation.failures import STAGES
from tests.evaluation.data.writing import write
from tests.evaluation.small import small_settings

CORPORA = {
    "manual": {
        "codes.md": "# Codes\n\nThe code of the pump is E-1047.\n\n- red\n- green\n",
        "places.md": "The capital of France is Paris.\n",
        "broken.json": "{",
    },
    "books": {"faust.md": "Goethe wrote Faust in Weimar.\n"},
}
QUESTIONS = [
    ("code", "manual", "what is the code of the pump", ["E-1047"], "any", ["manual/codes.md"], "number"),
    ("list", "manual", "which colours has the pump", ["red", "green"], "all", ["manual/codes.md"], "list"),
    ("lost", "manual", "what is in the table", ["forty-two"], "any", ["manual/broken.json"], "factoid"),
    ("none", "manual", "who is the king of the pump", [], "none", [], "factoid"),
    ("book", "books", "who wrote faust", ["Schiller", "goethe"], "any", ["books/faust.md"], "factoid"),
]


def archive(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as packed:
        for name, text in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("real") / "set"
    archive(made / "corpora" / "manual.tar.gz", {f"manual/{name}": text for name, text in CORPORA["manual"].items()})
    for name, text in CORPORA["books"].items():
        write(made / "corpora" / "books" / name, text)
    names = ("id", "corpus", "question", "expected", "match", "source", "kind")
    rows = [dict(zip(names, each, strict=True)) for each in QUESTIONS]
    write(made / "questions.jsonl", [{**row, "answerable": row["match"] != "none", "language": "en"} for row in rows])
    return made


@pytest.fixture(scope="module")
def measured(folder, tiny_models, tmp_path_factory):
    work = tmp_path_factory.mktemp("work")
    settings = small_settings(tiny_models, work / "unused", {"answers.threshold": 0.0})
    parts = [evaluate(EvaluationPlan(dataset, "answering"), settings, work) for dataset in read_datasets(folder)]
    return parts, work, settings


def test_each_corpus_is_asked_its_own_questions(measured):
    (manual, books), work, settings = measured
    assert not settings.data.exists()
    assert {outcome.corpus for outcome in manual.outcomes} == {"manual"}
    assert (manual.figures["index_files"], manual.figures["index_not_read"]) == (3, 1)
    assert books.figures["index_not_read"] == 0
    assert {path.name.partition("-")[0] for path in work.iterdir()} == {"books", "evaluation", "manual", "unpacked"}


def test_what_is_shown_is_judged_by_the_expected_words(measured):
    outcomes = {outcome.id: outcome for part in measured[0] for outcome in part.outcomes}
    for identifier in ("code", "book"):
        outcome = outcomes[identifier]
        words = outcome.prediction.lower()
        holds = any(each.lower() in words for each in outcome.references)
        assert outcome.right == holds == bool(outcome.values["right_and_given"])
        assert outcome.values["passage_among_5"] == 1.0
    # Both words stand in one passage of the index, so that no stage before the reader lost them.
    assert outcomes["list"].failure in (None, "misread", "wrong_boundary", "lost_by_reranker")
    assert outcomes["list"].ranks["fused"] is not None
    assert outcomes["lost"].failure == "not_extracted"
    assert outcomes["none"].failure == "wrongly_given"
    assert outcomes["none"].values == {"withheld_of_unanswerable": 0.0, "right_of_given": 0.0}
    assert {outcome.kind for outcome in outcomes.values()} == {"number", "list", "factoid"}


def test_the_corpora_together(measured):
    found = combined("set", measured[0])
    plain = as_json(found)
    assert (found.dataset, found.figures["questions"], found.figures["answerable_questions"]) == ("set", 5, 4)
    assert found.figures["index_files"] == 4
    assert plain["settings"]["judge"] == "containment"
    assert set(plain["by_corpus"]) == {"manual", "books"}
    assert plain["by_corpus"]["books"]["questions"] == 1
    assert set(plain["by_kind"]) == {"number", "list", "factoid"}
    assert "manual: manual.tar.gz" in plain["provenance"]["data"]
    assert found.figures["given"] == 1.0
    right = found.figures["right_and_given"] * 4
    assert found.figures["right_of_given"] == pytest.approx(right / 5)
    lost = sum(found.figures[f"failure_{stage}"] for stage in STAGES)
    assert lost == pytest.approx((5 - right) / 5)
    json.dumps(plain)


def test_a_second_run_indexes_nothing_again(measured, folder):
    parts, work, settings = measured
    told = []
    again = evaluate(
        EvaluationPlan(read_datasets(folder)[1], "answering"), settings, work, on_index=lambda each: told.append(each)
    )
    assert again.figures["index_seconds"] == parts[1].figures["index_seconds"]
    assert "embedding" not in {each.stage for each in told}


def test_a_threshold_withholds(folder, tiny_models, measured, tmp_path):
    settings = small_settings(tiny_models, tmp_path / "unused", {"answers.threshold": 1.0})
    found = evaluate(EvaluationPlan(read_datasets(folder)[1], "answering"), settings, measured[1])
    (outcome,) = found.outcomes
    if not outcome.given:
        assert outcome.values["right_and_given"] == 0.0
        assert outcome.failure == ("wrongly_withheld" if outcome.right else outcome.failure)
        assert outcome.prediction


def test_content_decides_about_an_index(folder, tmp_path):
    write(tmp_path / "a" / "one.md", "Words.")
    before = content_facts(tmp_path / "a")
    assert content_facts(tmp_path / "a") == before
    write(tmp_path / "a" / "one.md", "Other words.")
    assert content_facts(tmp_path / "a") != before
    packed = folder / "corpora" / "manual.tar.gz"
    place = unpacked(packed, tmp_path / "work")
    assert place.name == "manual"
    assert sorted(path.name for path in place.iterdir()) == sorted(CORPORA["manual"])
    assert unpacked(packed, tmp_path / "work") == place
    assert unpacked(tmp_path / "a", tmp_path / "work") == tmp_path / "a"


@pytest.mark.parametrize("name", ["../out.md", "/etc/out.md", "books/../../out.md"])
def test_an_archive_never_leads_out_of_its_folder(tmp_path, name):
    packed = archive(tmp_path / "set" / "bad.tar.gz", {"bad/good.md": "Words.", name: "Out."})
    try:
        place = unpacked(packed, tmp_path / "work")
    except InputError as error:
        assert "cannot be unpacked" in str(error)
    else:
        assert all(path.resolve().is_relative_to(place.resolve().parent) for path in place.parent.rglob("*"))
    assert not (tmp_path / "out.md").exists()
    assert not (tmp_path / "work" / "out.md").exists()
    assert not [path for path in (tmp_path / "work").rglob("*.half")]


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpacked(write(tmp_path / "bad.tar.gz", "words"), tmp_path / "work")
    cut = archive(tmp_path / "cut.tar.gz", {"a.md": "words" * 1000})
    cut.write_bytes(cut.read_bytes()[:60])
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpacked(cut, tmp_path / "work")
    assert not list((tmp_path / "work" / "unpacked").iterdir())


def test_a_corpus_without_anything_to_read_is_refused(tmp_path, tiny_models):
    write(tmp_path / "set" / "corpora" / "manual" / "a.bin", "Words.")
    row = {"id": "1", "corpus": "manual", "question": "who", "expected": ["x"]}
    write(tmp_path / "set" / "questions.jsonl", [row])
    settings = small_settings(tiny_models, tmp_path / "unused")
    (dataset,) = read_datasets(tmp_path / "set")
    with pytest.raises(InputError, match="none of its 0 files was indexed"):
        evaluate(EvaluationPlan(dataset, "answering"), settings, tmp_path / "work")


def test_a_judge_that_the_data_have_no_labels_for_is_refused(tmp_path, folder):
    with pytest.raises(InputError, match="cannot be judged by span; it can be judged by containment"):
        EvaluationPlan(read_datasets(folder)[0], "answering", judge="span")
    own = read_dataset(write(tmp_path / "own.csv", "question,answer\nwho,me\n"))
    assert EvaluationPlan(own, "answering").judged_by == "span"
    assert EvaluationPlan(own, "answering", judge="containment").judged_by == "containment"
    with pytest.raises(InputError, match="retrieval cannot be judged by containment"):
        EvaluationPlan(own, "retrieval", judge="containment")
