"""Whole experiments with the tiny models: what is shared is done once, and changes nothing."""

import functools
import time
from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from components.errors import ConfigurationError, InputError, ModelError
from components.models.encoder import PairEncoder
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from components.retrievers.hybrid import HybridRetriever
from evaluation.evaluate import evaluate
from evaluation.experiments.definition import experiment_from
from evaluation.experiments.export import FIGURES, PAGE, ROWS, TEXT, write_results
from evaluation.experiments.running import run_experiment
from evaluation.experiments.system_service import synonyms_of
from tests.evaluation.experiments.parts import loader, small_experiment

SYSTEMS = {
    "plain": {},
    "rrf": {"search.fusion": "rrf"},
    "top": {"answers.top": 1},
    "short answers": {"answers.max_answer_tokens": 3},
    "two passes": {"stages.passes": 2},
    "dense": {"stages.search": "dense", "stages.rerank": False, "stages.read": False},
    "unranked": {"stages.rerank": False},
}


def without_seconds(evaluation):
    return [replace(each, seconds={}) for each in evaluation.outcomes]


@pytest.fixture
def calls(monkeypatch):
    """How often each stage's own work is done."""
    counts = Counter()
    for kind in (HybridRetriever, CrossEncoderRanker, ExtractiveReader):
        # Its sockets hang on the method.
        @functools.wraps(kind.run)
        def counted(self, *given, _name=kind.__name__, _run=kind.run, **named):
            counts[_name] += 1
            return _run(self, *given, **named)

        monkeypatch.setattr(kind, "run", counted)
    return counts


def test_shared_beginnings_are_run_once_and_indexes_made_once(tiny_models, tmp_path, calls):
    experiment = small_experiment(tiny_models, tmp_path, SYSTEMS)
    results = run_experiment(experiment, tmp_path / "out")
    assert [each.system for each in results.evaluations] == list(SYSTEMS)
    # For each of three questions and the one that warms up: candidates of "both" by two fusions, and of "dense".
    assert calls["HybridRetriever"] <= 3 * (3 + 1)
    assert calls["CrossEncoderRanker"] == 2 * 3 + 2
    # "plain" and "top" share one reading.
    assert calls["ExtractiveReader"] == 5 * 3 + 5
    assert len(list((tmp_path / "out" / "work").glob("small-*"))) == 1


def test_a_system_has_the_outcomes_that_it_has_alone(tiny_models, tmp_path):
    experiment = small_experiment(tiny_models, tmp_path, SYSTEMS, impossible=["where is the pump"])
    found = {each.system: each for each in run_experiment(experiment, tmp_path / "out").evaluations}
    for name in ("plain", "rrf", "short answers"):
        system = next(each for each in experiment.systems if each.name == name)
        alone = evaluate(experiment.plans[0], system.settings, tmp_path / "alone")
        assert without_seconds(found[name]) == without_seconds(alone)
        assert {"exact_match", "f1", "ndcg@10", "index_passages", "seconds_total_p50"} <= found[name].figures.keys()
    assert without_seconds(found["two passes"]) == without_seconds(found["plain"])
    assert without_seconds(found["short answers"]) != without_seconds(found["plain"])


def test_stages_that_are_off_do_nothing(tiny_models, tmp_path):
    experiment = small_experiment(tiny_models, tmp_path, SYSTEMS)
    found = {each.system: each for each in run_experiment(experiment, tmp_path / "out").evaluations}
    for outcome in found["dense"].outcomes:
        assert outcome.ranks["reranked"] == outcome.ranks["fused"] == outcome.ranks["dense"]
        # Nothing was read: the answer is a whole passage.
        assert outcome.prediction == outcome.passage
    assert all(each.ranks["reranked"] == each.ranks["fused"] for each in found["unranked"].outcomes)
    assert found["dense"].settings["stages.rerank"] is False


def test_synonyms_are_searched_unless_a_system_does_not_expand(tiny_models, tmp_path, calls):
    synonyms = tmp_path / "synonyms.toml"
    synonyms.write_text('[[group]]\nwords = ["code", "goethe wrote faust"]\n', "utf-8")
    wide = {"search.synonyms": str(synonyms)}
    systems = {"plain": {}, "wide": wide, "off": wide | {"stages.expand": False}}
    experiment = small_experiment(tiny_models, tmp_path, systems)
    files = [synonyms_of(system, system.settings) for system in experiment.systems]
    assert files == [None, str(synonyms), None]
    found = {each.system: each for each in run_experiment(experiment, tmp_path / "out").evaluations}
    assert without_seconds(found["off"]) == without_seconds(found["plain"])
    # What is the same is done once, though the settings differ: three questions and one that warms up, twice.
    assert 4 < calls["HybridRetriever"] <= 2 * (3 + 1)


def test_shared_seconds_are_counted_for_every_system(tiny_models, tmp_path, monkeypatch):
    @functools.wraps(CrossEncoderRanker.run)
    def slow(self, *given, _run=CrossEncoderRanker.run, **named):
        time.sleep(0.05)
        return _run(self, *given, **named)

    monkeypatch.setattr(CrossEncoderRanker, "run", slow)
    experiment = small_experiment(
        tiny_models, tmp_path, {"plain": {}, "top": {"answers.top": 1}, "more": {"answers.top": 2}}
    )
    for evaluation in run_experiment(experiment, tmp_path / "out").evaluations:
        for outcome in evaluation.outcomes:
            seconds = dict(outcome.seconds)
            assert seconds["ranker"] >= 0.05
            # Stages that do not wait for each other may run at once, so the total may be less than their sum.
            assert seconds.pop("total") >= max(seconds.values())


class Kill(Exception):
    pass


class KilledAfter:
    """Ends a run after so many answers."""

    def __init__(self, answers):
        self.answers = answers

    def indexing(self):
        return nullcontext()

    @contextmanager
    def asking(self, dataset, total):
        def tell(done):
            if done == self.answers:
                raise Kill

        yield tell


def test_a_run_that_was_stopped_goes_on_where_it_was(tiny_models, tmp_path, calls):
    systems = {"plain": {}, "rrf": {"search.fusion": "rrf"}}
    experiment = small_experiment(tiny_models, tmp_path, systems)
    whole = run_experiment(experiment, tmp_path / "whole")
    with pytest.raises(Kill):
        run_experiment(experiment, tmp_path / "out", KilledAfter(3))
    rows = sorted((tmp_path / "out" / "work").rglob("*.jsonl"))
    assert sum(len(path.read_text().splitlines()) - 1 for path in rows) == 3
    # A kill may come in the middle of a line.
    with rows[0].open("a") as file:
        file.write('{"id": "q')
    calls.clear()
    again = run_experiment(experiment, tmp_path / "out")
    for one, other in zip(whole.evaluations, again.evaluations, strict=True):
        assert without_seconds(one) == without_seconds(other)
    # Three of six are left, of two questions, and two systems warm up.
    assert calls["CrossEncoderRanker"] == 3 + 2
    calls.clear()
    finished = run_experiment(experiment, tmp_path / "out")
    assert [each.outcomes for each in finished.evaluations] == [each.outcomes for each in again.evaluations]
    assert not calls


def test_a_system_that_is_added_leaves_the_rows_of_the_others(tiny_models, tmp_path, calls):
    run_experiment(small_experiment(tiny_models, tmp_path, {"plain": {}}), tmp_path / "out")
    calls.clear()
    both = small_experiment(tiny_models, tmp_path, {"plain": {}, "unread": {"stages.read": False}})
    assert len(run_experiment(both, tmp_path / "out").evaluations) == 2
    assert calls["ExtractiveReader"] == 0


def test_systems_are_compared_with_the_baseline(tiny_models, tmp_path):
    experiment = small_experiment(tiny_models, tmp_path, SYSTEMS, baseline="rrf", metrics=["f1"])
    found = run_experiment(experiment, tmp_path / "out").comparisons
    assert {each.system for each in found} == set(SYSTEMS) - {"rrf"}
    assert {(each.baseline, each.metric, each.questions) for each in found} == {("rrf", "f1", 3)}
    assert all(each.p <= each.corrected <= 1 for each in found)


@pytest.mark.parametrize(
    ("task", "metrics"),
    [("answering", {"exact_match", "f1", "mrr@10"}), ("retrieval", {"ndcg@10", "recall@10", "mrr@10"})],
)
def test_the_usual_metrics_of_a_task_are_compared(tiny_models, tmp_path, task, metrics):
    experiment = small_experiment(tiny_models, tmp_path, {"plain": {}, "rrf": {"search.fusion": "rrf"}}, task=task)
    assert {each.metric for each in run_experiment(experiment, tmp_path / "out").comparisons} == metrics


def test_reading_is_done_once_for_systems_that_read_alike(tiny_models, tmp_path, calls):
    systems = {"plain": {}, "rrf": {"search.fusion": "rrf"}, "other": {"models.reader": str(tiny_models["reader"])}}
    experiment = small_experiment(tiny_models, tmp_path, systems, task="reading")
    plain, rrf, other = run_experiment(experiment, tmp_path / "out").evaluations
    assert plain.outcomes == rrf.outcomes
    assert without_seconds(other) != without_seconds(plain)
    assert not calls["HybridRetriever"]
    # Two ways of reading three questions; each of three systems warms up.
    assert calls["ExtractiveReader"] == 2 * 3 + 3


def test_no_system_is_faster_for_what_another_one_has_read(tiny_models, tmp_path, monkeypatch):
    """The encoder remembers pairs, so it has to forget them before any stage that a system would run anew."""
    forgotten = []
    forget = PairEncoder.forget
    monkeypatch.setattr(PairEncoder, "forget", lambda self: (forgotten.append(self), forget(self)))
    systems = {"plain": {}, "short": {"answers.max_answer_tokens": 2}}
    run_experiment(small_experiment(tiny_models, tmp_path, systems, task="reading"), tmp_path / "reading")
    assert len(forgotten) == 2 * 3
    forgotten.clear()
    systems = {
        "plain": {},
        "short": {"answers.max_answer_tokens": 2},
        "two passes": {"stages.passes": 2},
        "rrf": {"search.fusion": "rrf"},
    }
    run_experiment(small_experiment(tiny_models, tmp_path, systems), tmp_path / "answering")
    # Before each of two rankings, and before the second pass; for three questions and the one that warms up.
    assert len(forgotten) == 3 * (3 + 1)


def test_a_metric_that_does_not_fit_is_refused_at_the_first_question(tiny_models, tmp_path):
    experiment = small_experiment(tiny_models, tmp_path, {"plain": {}}, metrics=["ndcg@7"])
    with pytest.raises(InputError, match=r"small \(answering\) has no 'ndcg@7' to compare; there are: exact_match"):
        run_experiment(experiment, tmp_path / "out")


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"models.ranker": "./none"}, r"system 'other': model './none' is not a folder"),
        ({"models.embedder": "./none"}, r"system 'other': model './none' is not a folder"),
        ({"answers.calibrator": "none.json"}, r"system 'other': The calibrator none.json cannot be read"),
        ({"search.synonyms": "none.toml"}, r"system 'other': .*none.toml"),
    ],
)
def test_what_is_not_there_is_named_with_its_system_before_any_work(tiny_models, tmp_path, own, message):
    experiment = small_experiment(tiny_models, tmp_path, {"plain": {}, "other": own})
    with pytest.raises((ModelError, ConfigurationError), match=message):
        run_experiment(experiment, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_questions_about_the_users_own_documents_get_an_index_for_each_way_of_making_it(tiny_models, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("Goethe wrote Faust in France.\n")
    (tmp_path / "docs" / "picture.gif").write_bytes(b"no text")
    (tmp_path / "own.csv").write_text("question,answer,source\nwho wrote faust,Goethe,a.md\n")
    content = {
        "systems": {"plain": {}, "long": {"index.passage_tokens": 44}},
        "data": {"own": {"path": "own.csv", "corpus": ["docs"]}},
    }
    experiment = experiment_from(content, loader(tiny_models, tmp_path / "none"), "my.toml", tmp_path)
    results = run_experiment(experiment, tmp_path / "out")
    assert [each.outcomes[0].ranks["fused"] for each in results.evaluations] == [1, 1]
    assert len(list((tmp_path / "out" / "work").glob("own-*"))) == 2


def test_passages_that_the_search_likes_alike_are_not_sorted_by_the_ranker(tiny_models, tmp_path):
    (tmp_path / "docs").mkdir()
    texts = {"a.md": "faust goethe paris", "b.md": "faust reset pump", "c.md": "faust code capital"}
    for name, text in texts.items():
        (tmp_path / "docs" / name).write_text(text + "\n")
    rows = [f"faust {name[0]},{text.split()[1]},{name}\n" for name, text in texts.items()]
    (tmp_path / "own.csv").write_text("question,answer,source\n" + "".join(rows))
    systems = {name: {"models.ranker": str(tiny_models[name])} for name in ("joint", "ranker")}
    content = {
        "settings": {"search.search_weight": 0.0},
        "systems": {name: own | {"stages.search": "lexical", "stages.read": False} for name, own in systems.items()},
        "data": {"own": {"path": "own.csv", "corpus": ["docs"]}},
    }
    experiment = experiment_from(content, loader(tiny_models, tmp_path / "none"), "my.toml", tmp_path)
    one, other = run_experiment(experiment, tmp_path / "out").evaluations
    ranks = {
        stage: [[outcome.ranks[stage] for outcome in each.outcomes] for each in (one, other)]
        for stage in ("fused", "reranked")
    }
    assert ranks["reranked"][0] != ranks["reranked"][1]
    assert ranks["fused"][0] == ranks["fused"][1]


def test_results_are_written_with_a_row_for_every_system_and_question(tiny_models, tmp_path):
    systems = {"plain": {}, "dense": {"stages.search": "dense", "stages.rerank": False, "stages.read": False}}
    experiment = small_experiment(tiny_models, tmp_path, systems, impossible=["where is the pump"])
    results = run_experiment(experiment, tmp_path / "out")
    paths = write_results(results, tmp_path / "out")
    assert [path.name for path in paths] == [ROWS, FIGURES, PAGE, TEXT]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"work", *(path.name for path in paths)}
    rows = pq.read_table(tmp_path / "out" / ROWS).to_pylist()
    assert [(row["system"], row["id"]) for row in rows] == [
        (each.system, outcome.id) for each in results.evaluations for outcome in each.outcomes
    ]
    by_id = {(row["system"], row["id"]): row for row in rows}
    none, some = by_id["plain", "none0"], by_id["plain", "q1"]
    assert (none["references"], none["answerable"], none["values.exact_match"]) == ([], False, None)
    assert some["references"] == ["Paris"]
    assert some["ranks.fused"] >= 1
    assert some["seconds.total"] > 0
    assert 0 <= some["values.f1"] <= 1
