import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from components.errors import ConfigurationError, InputError
from evaluation.data.reading import read_dataset
from evaluation.evaluate import ROWS, EvaluationPlan, as_json, evaluate, forget_rows, rows_path
from evaluation.failures import STAGES
from pipelines.service import QAService
from tests.evaluation.data.test_beir import beir
from tests.evaluation.data.writing import write
from tests.evaluation.small import QUESTIONS, TEXTS, small_settings, write_squad


@pytest.fixture
def settings(tmp_path, tiny_models):
    return small_settings(tiny_models, tmp_path / "own")


def measure(dataset, task, settings, tmp_path, **options):
    told = []
    found = evaluate(EvaluationPlan(dataset, task, **options), settings, tmp_path / "work", on_question=told.append)
    return found, told


def documented_figures():
    """The names that docs/evaluation.md explains and that are no patterns."""
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    table = text.partition("## Figures")[2].partition("\n\nThe files in")[0]
    first = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|"))
    return {name for name in re.findall(r"`([a-z0-9_@]+)`", first) if not name.startswith("_") and "@k" not in name}


def test_answering_from_a_corpus(tmp_path, settings):
    more = write(tmp_path / "more.tsv", "pid\ttitle\ttext\n0\tMore\tA pump is in the capital.\n")
    dataset = read_dataset(write_squad(tmp_path / "q.json", ["where is goethe"]), passages=more)
    found, told = measure(dataset, "answering", settings, tmp_path)
    assert told == [0, 1, 2, 3, 4]
    assert {outcome.id for outcome in found.outcomes} == {"q0", "q1", "q2", "none0"}
    figures = found.figures
    assert (figures["questions"], figures["answerable_questions"]) == (4, 3)
    # There are four paragraphs: nothing can be missing from the first five.
    for stage in ("dense_", "lexical_", "fused_", ""):
        assert f"{stage}ndcg@10" in figures
    assert figures["dense_recall@5"] == figures["recall@5"] == figures["fused_hit@30"] == 1.0
    assert figures["index_passages"] >= 2
    assert min(figures[name] for name in ("index_bytes", "peak_memory_bytes", "questions_per_second")) > 0
    assert figures["seconds_total_p50"] <= figures["seconds_total_p99"]
    assert {"answerability_auroc", "f1_best", "withheld_of_unanswerable"} <= figures.keys()
    assert documented_figures() <= figures.keys()
    lost = sum(figures[f"failure_{stage}"] for stage in STAGES)
    assert lost == pytest.approx(1 - figures["right_at_threshold"])
    assert set(found.provenance["data"]) == {"q.json", "more.tsv"}
    for outcome in found.outcomes:
        assert outcome.prediction
        assert (outcome.failure is None) == (
            (outcome.right and outcome.given) if outcome.answerable else not outcome.given
        )
        if outcome.answerable:
            assert 0 <= outcome.values["exact_match"] <= outcome.values["f1"] <= 1
            assert TEXTS[int(outcome.id[1])] == outcome.expected_passage
            assert None not in (outcome.ranks["fused"], outcome.ranks["reranked"])
    again, told = measure(dataset, "answering", settings, tmp_path)
    assert told == [4]
    assert again.outcomes == found.outcomes
    assert again.figures["index_seconds"] == figures["index_seconds"]
    json.dumps(as_json(found))
    assert {"data", "cache"}.isdisjoint(found.settings)


def test_a_threshold_decides_what_is_given(tmp_path, tiny_models):
    dataset = read_dataset(write_squad(tmp_path / "q.json"))
    settings = small_settings(tiny_models, tmp_path / "own", {"answers.threshold": 0.0})
    found, _ = measure(dataset, "answering", settings, tmp_path)
    assert all(outcome.given for outcome in found.outcomes)
    assert found.figures["failure_wrongly_withheld"] == 0.0
    settings = small_settings(tiny_models, tmp_path / "own", {"answers.threshold": 1.0})
    found, _ = measure(dataset, "answering", settings, tmp_path)
    assert not any(outcome.given for outcome in found.outcomes)
    assert found.figures["right_at_threshold"] == found.figures["f1_at_threshold"] == 0.0
    assert all(outcome.prediction for outcome in found.outcomes)


def test_an_interrupted_run_goes_on_and_a_finished_one_starts_anew(tmp_path, settings):
    dataset = read_dataset(write_squad(tmp_path / "q.json"))
    plan = EvaluationPlan(dataset, "reading")

    def interrupt(done):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(plan, settings, tmp_path / "work", on_question=interrupt)
    rows = rows_path(plan, settings, tmp_path / "work")
    kept = rows.read_text("utf-8")
    rows.write_text(kept + '{"id": "half', "utf-8")
    whole, told = measure(dataset, "reading", settings, tmp_path)
    assert told == [2, 3]
    assert rows.read_text("utf-8").startswith(kept)
    smaller, told = measure(dataset, "reading", settings, tmp_path, sample=2)
    assert (told, smaller.outcomes) == ([2], whole.outcomes[:2])
    forget_rows(plan, settings, tmp_path / "work")
    assert measure(dataset, "reading", settings, tmp_path)[1] == [0, 1, 2, 3]


def test_rows_belong_to_data_task_and_settings(tmp_path, tiny_models, settings):
    dataset = read_dataset(write_squad(tmp_path / "q.json"))
    changed = small_settings(tiny_models, tmp_path / "own", {"search.candidates": 5})
    paths = {
        rows_path(EvaluationPlan(dataset, "answering", sample=1), settings, tmp_path),
        rows_path(EvaluationPlan(dataset, "retrieval"), settings, tmp_path),
        rows_path(EvaluationPlan(dataset, "answering"), changed, tmp_path),
    }
    assert len(paths) == 3
    other = read_dataset(write_squad(tmp_path / "q.json", ["more"]))
    assert rows_path(EvaluationPlan(other, "answering"), settings, tmp_path) not in paths


def test_reading_needs_no_index(tmp_path, settings):
    dataset = read_dataset(write_squad(tmp_path / "q.json", ["where is goethe", "what is the code of the pump"]))
    found, _ = measure(dataset, "reading", settings, tmp_path)
    assert [path.name for path in (tmp_path / "work").iterdir()] == [ROWS]
    assert {"index_bytes", "index_passages"}.isdisjoint(found.figures)
    for outcome in found.outcomes:
        assert outcome.prediction in outcome.passage
        assert outcome.given == (outcome.confidence >= 0.5)
        assert outcome.failure in (None, "misread", "wrong_boundary", "wrongly_withheld", "wrongly_given")
    withheld = [not outcome.given for outcome in found.outcomes if not outcome.answerable]
    assert found.figures["withheld_of_unanswerable"] == sum(withheld) / 2


def test_retrieval_asks_only_what_has_an_answer(tmp_path, settings):
    dataset = read_dataset(write_squad(tmp_path / "q.json", ["where is goethe"]))
    found, _ = measure(dataset, "retrieval", settings, tmp_path)
    assert len(found.outcomes) == 3
    assert "exact_match" not in found.figures
    assert "brier" not in found.figures
    # Four passages at most: what is right is among the first ten.
    assert found.figures["hit@10"] == 1.0
    assert all(outcome.right and outcome.failure is None for outcome in found.outcomes)
    assert next(iter(found.intervals)) == "ndcg@10"


def test_a_beir_folder_with_grades_and_a_document_of_several_passages(tmp_path, settings):
    long = " ".join(f"Reset the pump in the capital of France, code E {n}." for n in range(12))
    corpus = [
        {"_id": "a", "title": "Faust", "text": TEXTS[0]},
        {"_id": "b", "title": "Long", "text": long},
        {"_id": "c", "title": "", "text": TEXTS[1]},
    ]
    queries = [{"_id": "1", "text": "who wrote faust"}, {"_id": "2", "text": "reset the pump"}]
    folder = beir(tmp_path / "set", corpus, queries, "query-id\tcorpus-id\tscore\n1\ta\t2\n1\tc\t1\n2\tb\t1\n")
    dataset = read_dataset(folder)
    assert dataset.tasks == ("retrieval",)
    found, _ = measure(dataset, "retrieval", settings, tmp_path)
    # However many passages the long one has, there are three documents, all of them found.
    assert found.figures["index_passages"] > 3
    assert found.figures["fused_recall@5"] == found.figures["recall@5"] == 1.0
    assert 0 < found.figures["ndcg@10"] <= 1.0


def test_a_faq_is_matched_by_its_rows(tmp_path, settings):
    rows = [{"question": f"{asked}?", "answer": f"{words} is it."} for asked, words in QUESTIONS]
    faq = write(tmp_path / "faq.jsonl", rows)
    pairs = [{"question_1": f"{asked}?", "question_2": f"please {asked}", "similar": 1} for asked, _ in QUESTIONS]
    dataset = read_dataset(faq, paraphrases=write(tmp_path / "pairs.jsonl", pairs))
    found, _ = measure(dataset, "faq", settings, tmp_path)
    assert found.task == "faq"
    for outcome in found.outcomes:
        # Right is the answer of the row, whichever words of it are given.
        assert outcome.right == (outcome.prediction in outcome.references)
        assert outcome.failure not in ("not_indexed", "not_retrieved")


def test_a_finished_run_needs_no_models(tmp_path, settings):
    run = write(tmp_path / "a.run", "1 Q0 x 1 3 me\n1 Q0 a 2 2 me\n2 Q0 b 1 1 me\n")
    qrels = write(tmp_path / "a.qrels", "1 0 a 1\n1 0 c 1\n2 0 b 1\n")
    found, _ = measure(read_dataset(run, qrels=qrels), "retrieval", settings, tmp_path)
    assert found.figures["mrr@10"] == 0.75
    assert found.figures["recall@1"] == 0.5
    assert found.figures["recall@1"] < found.figures["hit@1"] + 0.1
    assert not settings.data.exists()


@pytest.fixture(scope="module")
def own_index(tmp_path_factory, tiny_models):
    folder = tmp_path_factory.mktemp("own")
    settings = small_settings(tiny_models, folder / "data")
    for number, text in enumerate(TEXTS):
        write(folder / "docs" / f"{number}.txt", text)
    with QAService(settings) as service:
        service.index([str(folder / "docs")])
    return settings


def own(tmp_path, text):
    return read_dataset(write(tmp_path / "own.csv", text))


def test_own_questions_are_asked_of_the_index_as_it_is(tmp_path, own_index):
    text = (
        "question,answer,source,answerable\nwho wrote faust,goethe,0.txt,\nwhat is the capital,PARIS,,\nwho is e,,,no\n"
    )
    found, _ = measure(own(tmp_path, text), "answering", own_index, tmp_path)
    assert [each for each in own_index.data.iterdir() if each.name == ROWS] == []
    first, second, third = sorted(found.outcomes, key=lambda outcome: outcome.id)
    assert first.ranks["fused"] is not None
    assert second.ranks["fused"] is not None
    assert third.ranks == {}
    assert found.figures["index_passages"] == 3
    assert found.figures["index_bytes"] > 0


def test_a_question_is_asked_as_a_member_of_its_groups(tmp_path, settings):
    secret = write(tmp_path / "staff.txt", "The code of the pump is 1047.")
    with QAService(settings) as service:
        service.index([str(secret)], meta={"groups": ["staff"]})
        service.index([str(write(tmp_path / "0.txt", TEXTS[0]))])
    text = "question,answer,groups,id\nwhat code,1047,staff,in\nwhat is the code,1047,,out\n"
    for task in ("answering", "retrieval"):
        found, _ = measure(own(tmp_path, text), task, settings, tmp_path)
        inside, outside = sorted(found.outcomes, key=lambda outcome: outcome.id)
        assert None not in inside.ranks.values()
        assert set(outside.ranks.values()) == {None}
        assert outside.failure == "not_retrieved"


def test_rows_of_an_index_that_has_changed_are_dropped(tmp_path, own_index):
    shutil.copytree(own_index.data, tmp_path / "copy")
    settings = own_index.with_values({"data": tmp_path / "copy"})
    dataset = own(tmp_path, "question,answer\nwho wrote faust,Goethe\n")
    assert measure(dataset, "retrieval", settings, tmp_path)[1] == [0, 1]
    with QAService(settings) as service:
        service.index([str(write(tmp_path / "3.txt", "More of the pump."))])
    assert measure(dataset, "retrieval", settings, tmp_path)[1] == [0, 1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("who wrote faust,Goethe,manual.pdf", r"line 2: the source 'manual\.pdf' is not indexed"),
        ("...,Goethe,0.txt", r"own\.csv: line 2: The question is empty"),
    ],
)
def test_a_row_that_cannot_be_asked_is_named(tmp_path, own_index, row, words):
    with pytest.raises(InputError, match=words):
        measure(own(tmp_path, f"question,answer,source\n{row}\n"), "answering", own_index, tmp_path)


@pytest.mark.parametrize("row", ["Schiller,0.txt", "Schiller,", "oeth,0.txt", "Goethe,1.txt"])
@pytest.mark.parametrize("task", ["answering", "retrieval"])
def test_an_answer_that_is_not_in_the_text_counts_as_not_extracted(tmp_path, own_index, row, task):
    text = f"question,answer,source\nwho wrote faust,{row}\nwhat is the capital,Paris,1.txt\n"
    found, _ = measure(own(tmp_path, text), task, own_index, tmp_path)
    lost, other = sorted(found.outcomes, key=lambda outcome: outcome.id)
    # An answer can be right by other words of its table than those of the document.
    assert lost.failure == "not_extracted" or lost.right
    assert other.failure != "not_extracted"
    if task == "answering":
        judged, _ = measure(own(tmp_path, text), task, own_index, tmp_path, judge="containment")
        assert judged.figures["failure_not_extracted"] in (0.0, 0.5)
        assert {"right_and_given", "passage_first"} <= judged.figures.keys()


def test_without_documents_there_is_nothing_to_measure(tmp_path, settings):
    with pytest.raises(InputError, match="holds no documents"):
        measure(own(tmp_path, "question,answer\nwho,me\n"), "answering", settings, tmp_path)


def test_plans_that_do_not_fit(tmp_path, tiny_models):
    dataset = read_dataset(write_squad(tmp_path / "q.json"))
    with pytest.raises(InputError, match=r"cannot measure faq.*answering, reading, retrieval"):
        EvaluationPlan(dataset, "faq")
    with pytest.raises(InputError, match="sample of 0"):
        EvaluationPlan(dataset, "answering", sample=0).questions()
    nothing = replace(dataset, questions=tuple(replace(each, answerable=False) for each in dataset.questions))
    with pytest.raises(InputError, match="no question to ask for retrieval"):
        EvaluationPlan(nothing, "retrieval").questions()
    server = small_settings(
        tiny_models, tmp_path / "own", {"qdrant.engine": "server", "qdrant.url": "http://127.0.0.1:9"}
    )
    with pytest.raises(ConfigurationError, match="never on a Qdrant server"):
        evaluate(EvaluationPlan(dataset, "answering"), server, tmp_path)
