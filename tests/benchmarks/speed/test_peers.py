"""Whole comparisons on tiny models; every system in a process of its own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.speed.growth import GrowthPlan, run_growth
from benchmarks.speed.peers import run_peers
from benchmarks.speed.plan import PeersPlan
from benchmarks.speed.systems import chosen_systems
from benchmarks.speed.tables import error_lines, growth_view, peers_view
from components.errors import InputError
from pipelines.settings import Settings


@pytest.fixture
def plan(questions_file: Path, others_file: Path, tiny_settings: Settings, tmp_path: Path) -> PeersPlan:
    return PeersPlan(
        questions_file,
        (others_file,),
        chosen_systems(["bm25s"]),
        tiny_settings,
        tmp_path / "work",
        count=1,
        clients=(1, 2),
        index_rounds=2,
    )


def shown(view: Any) -> str:
    console = Console(width=200, record=True, markup=False)
    with console.capture() as held:
        console.print(view)
    return held.get()


def test_one_system_alone_is_measured_and_the_tables_say_what_they_miss(plan: PeersPlan, tmp_path: Path) -> None:
    told: list[str] = []
    report = run_peers(plan, tmp_path / "out.json", lambda step, done, total: told.append(step))
    assert report == json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert report["corpus"] == {"passages": 5, "own": 3, "paragraphs": 3}
    index, asking = report["index"]["bm25s"], report["asking"]["bm25s"]
    assert len(index["seconds"]["rounds"]) == 2
    assert index["passages"] == 5
    assert index["bytes"] > 100
    assert asking["recall"]["retrieved"]["30"] == 100.0
    assert asking["exact_match"] is None
    assert list(report["load"]) == ["1", "2"]
    assert report["load"]["2"]["bm25s"]["times_stock"] is None
    assert report["tables"] == {"same_work": None, "same_quality": None}
    text = shown(peers_view(report))
    assert "bm25s" in text
    assert report["distances"] == {}
    assert "not measured" in text
    assert told[0] == "splitting"
    assert "asking with 2 clients" in told
    assert list(error_lines(report)) == []


class Stopped(Exception):
    """Raised in the middle of a run."""


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_behind_the_last_finished_part(plan: PeersPlan, tmp_path: Path) -> None:
    file = tmp_path / "out.json"

    def stop_at(wanted: str) -> Any:
        def tell(step: str, done: int, total: int) -> None:
            if step == wanted:
                raise Stopped

        return tell

    with pytest.raises(Stopped):
        run_peers(plan, file, stop_at("asking with 2 clients"))
    before = json.loads(file.read_text("utf-8"))
    assert before["finished"] is False
    told: list[str] = []
    report = run_peers(plan, file, lambda step, done, total: told.append(step))
    assert "asking with 2 clients" in told
    assert not {"measuring the machine", "asking one by one"} & set(told)
    assert not [step for step in told if step.startswith("indexing")]
    for part in ("roofline", "index", "asking"):
        assert report[part] == before[part]
    assert list(report["load"]) == ["1", "2"] and report["finished"]


@pytest.mark.slow
def test_both_tables_with_all_systems(plan: PeersPlan, tmp_path: Path) -> None:
    report = run_peers(replace(plan, systems=chosen_systems(None)), tmp_path / "out.json")
    assert list(report["asking"]) == [system.name for system in chosen_systems(None)]
    work = report["tables"]["same_work"]
    assert work["system"] == "quaere-same-work"
    rows = {row["name"]: row for row in work["rows"]}
    assert {"seconds_to_index", "milliseconds_reader", "questions_per_second_2", "memory_asking", "f1"} <= set(rows)
    assert rows["milliseconds_total"]["ratio"] == pytest.approx(
        rows["milliseconds_total"]["stock"] / rows["milliseconds_total"]["quaere"]
    )
    # The same weights on the same passages find the same.
    for k in ("1", "5", "10", "30"):
        assert rows[f"recall_at_{k}"]["stock"] == rows[f"recall_at_{k}"]["quaere"]
    assert report["index"]["quaere-20"] == report["index"]["quaere-default"]
    assert "seconds to index" in shown(peers_view(report))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 2}, "3 questions with an answer; 2 for each of 2 .* are 4; ask at most 1"),
        ({"count": 0}, "needs a question"),
        ({"clients": (2, 4)}, "clients that begin with 1"),
        ({"clients": (1, 4, 4)}, "1, 4, 4 do not rise"),
        ({"systems": ()}, "a system"),
    ],
)
def test_a_plan_that_cannot_be_carried_out(plan: PeersPlan, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_peers(replace(plan, **change))
    assert not plan.folder.exists()


@pytest.fixture
def growing(plan: PeersPlan, tmp_path: Path) -> GrowthPlan:
    return GrowthPlan(
        plan.questions,
        plan.others,
        chosen_systems(["quaere-default"]),
        plan.settings,
        tmp_path / "growing",
        tmp_path / "vectors",
        sizes=(4, 12),
        count=2,
    )


@pytest.mark.slow
def test_growth_has_quality_while_all_passages_are_real(growing: GrowthPlan, tmp_path: Path) -> None:
    both = replace(growing, systems=chosen_systems(["quaere-default", "stock"]))
    report = run_growth(both, tmp_path / "out.json")
    assert report == json.loads((tmp_path / "out.json").read_text("utf-8"))
    order = [(row["system"], row["passages"], row["real"]) for row in report["sizes"]]
    assert order == [("stock", 4, 4), ("quaere-default", 4, 4), ("quaere-default", 12, 5), ("stock", 12, 5)]
    for row in report["sizes"]:
        assert (row["quality"] is None) == (row["passages"] == 12)
        assert {"retriever", "total"} <= set(row["milliseconds"])
        assert row["memory"] > 50 * 2**20
        assert row["bytes"] > 1000
    assert report["sizes"][0]["quality"]["recall"]["retrieved"]["30"] == 100.0
    assert report["indexing"]["passages"] > 0
    text = shown(growth_view(report))
    assert "quaere index" in text
    told: list[str] = []
    cut = {name: value for name, value in report.items() if name != "indexing"} | {"finished": False, "complete": []}
    cut["sizes"] = cut["sizes"][:3]
    (tmp_path / "out.json").write_text(json.dumps(cut), "utf-8")
    again = run_growth(both, tmp_path / "out.json", lambda step, done, total: told.append(step))
    assert again["sizes"][:3] == report["sizes"][:3] and len(again["sizes"]) == 4
    assert [step for step in told if " passages: " in step] == ["12 passages: stock"]
    # The vectors stay; those of five passages serve the next run.
    assert [path.suffix for path in sorted(both.vectors.iterdir())] == [".json", ".npy"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (2,)}, "size 2 is less than the 3 passages"),
        ({"sizes": (9, 4)}, "9, 4 do not rise"),
        ({"sizes": ()}, "needs a size"),
        ({"systems": chosen_systems(["bm25s"])}, "search by vectors"),
    ],
)
def test_sizes_that_cannot_be_measured(growing: GrowthPlan, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_growth(replace(growing, **change))
