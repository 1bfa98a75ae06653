"""A real service under load: this page's own server, keys and limits, over HTTP."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.speed.load import LoadPlan, doubled, is_saturated, level_figures, remark, run_load
from benchmarks.speed.questions import read_load_questions
from components.errors import InputError, QuaereError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from service.database.connection import DATABASE_FILE, ServiceDatabase
from service.keys import KeyRing
from tests.ui.serving import served, serving, serving_backend


@pytest.fixture(scope="module")
def service(tiny_models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("load")
    (root / "a.md").write_text("Goethe wrote Faust in France.\n", "utf-8")
    settings = Settings.load(
        {
            "data": root / "data",
            "models.embedder": str(tiny_models["embedder"]),
            "models.ranker": str(tiny_models["joint"]),
            "models.reader": str(tiny_models["joint"]),
            "models.precision": "fp32",
            "index.passage_tokens": 40,
            "index.overlap_tokens": 0,
            "service.requests_per_minute": 40,
        }
    )
    with QAService(settings) as opened:
        assert opened.index([str(root / "a.md")]).failures == ()
        yield opened


@pytest.fixture
def plan(tmp_path: Path) -> LoadPlan:
    data = tmp_path / "questions.txt"
    data.write_text("who wrote faust\nwhat is the code\n", "utf-8")
    return LoadPlan("http://127.0.0.1:9", read_load_questions(data), data, seconds=20.0, count=5, most_clients=2)


def test_a_running_service_is_measured_level_by_level(service: QAService, plan: LoadPlan, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with serving(service) as url:
        report = run_load(replace(plan, url=url), out)
    assert report == json.loads(out.read_text("utf-8"))
    assert [level["clients"] for level in report["levels"]] == [1, 2]
    for level in report["levels"]:
        assert (level["answers"], level["errors"]) == (5, {})
        assert level["answers_per_second"] == pytest.approx(5 / level["seconds"])
        percentiles = level["milliseconds"]
        assert 0 < percentiles["p50"] <= percentiles["p95"] <= percentiles["p99"]
    assert report["repeated"] is True
    assert "answers a second" in report["remark"]
    assert report["finished"] is True


def test_keys_are_shown_and_a_limit_is_counted_as_errors(service: QAService, plan: LoadPlan, tmp_path: Path) -> None:
    with ServiceDatabase(tmp_path / DATABASE_FILE) as database, open_backend(service) as backend:
        keys = KeyRing(database)
        _, secret = keys.make("load", ["read"])
        with serving_backend(replace(backend, keys=keys)) as url:
            with pytest.raises(InputError, match=r"key.*--key-file"):
                run_load(replace(plan, url=url))
            with pytest.raises(InputError, match="does not take the key"):
                run_load(replace(plan, url=url, key=f"{secret}x"))
            # One question to find out whether it answers; of 42 more, 39 are within the limit of this key.
            report = run_load(replace(plan, url=url, key=secret, count=42, seconds=50.0, most_clients=1))
    assert secret not in repr(replace(plan, key=secret))
    assert secret not in json.dumps(report)
    level = report["levels"][0]
    assert list(level["errors"]) == ["429"]
    assert level["answers"] + level["errors"]["429"] == 42
    assert level["answers"] >= 39
    assert "429" in report["remark"]


def test_a_service_that_is_away_or_empty_is_said(plan: LoadPlan, service: QAService, tmp_path: Path) -> None:
    with pytest.raises(QuaereError, match=r"127\.0\.0\.1:9.*cannot be reached"):
        run_load(plan)
    nothing = QAService(service.settings.with_values({"data": tmp_path / "empty"})).open(writable=True)
    with nothing, serving(nothing) as url, pytest.raises(QuaereError, match="not ready: Nothing is indexed"):
        run_load(replace(plan, url=url))


def test_what_is_no_reply_is_no_answer(plan: LoadPlan) -> None:
    """A server that answers only the first two, and then like a broken proxy."""
    asked: list[Any] = []

    async def ask(request: Request) -> Response:
        asked.append(await request.json())
        if len(asked) <= 2:
            return JSONResponse({"answers": []})
        return Response("<html>", 200) if len(asked) % 2 else Response("busy", 503, {"Retry-After": "0"})

    async def ready(request: Request) -> Response:
        return JSONResponse({"ready": True})

    app = Starlette(routes=[Route("/api/v1/ask", ask, methods=["POST"]), Route("/health/ready", ready)])
    with served(app) as url:
        report = run_load(replace(plan, url=url, count=7, most_clients=64))
    # One question was the check. More errors than answers: there is no second level.
    assert [(level["answers"], level["errors"]) for level in report["levels"]] == [(1, {"503": 3, "no reply": 3})]
    assert {each["question"] for each in asked} == set(plan.questions)


@pytest.mark.parametrize("url", ["127.0.0.1:7860", "ftp://127.0.0.1/", "http://", "no"])
def test_an_address_that_is_none(plan: LoadPlan, url: str) -> None:
    with pytest.raises(InputError, match="is not the address of a service"):
        run_load(replace(plan, url=url))


def level(rate: float, answers: int = 100, **errors: int) -> dict[str, Any]:
    return {"clients": 4, "answers_per_second": rate, "answers": answers, "errors": errors}


def test_saturated_is_what_grows_by_less_than_a_twentieth() -> None:
    assert not is_saturated([level(10)])
    assert not is_saturated([level(10), level(10.6)])
    assert is_saturated([level(10), level(10.4)])
    # The best so far counts, not the last.
    assert is_saturated([level(10), level(20), level(20.5)])
    assert is_saturated([level(10, answers=3, **{"503": 4})])
    assert "still growing" in remark([level(10), level(20)], 8)
    assert remark([level(10), level(10)], 8) == "At most 10.00 answers a second with 4 clients."


def test_percentiles_by_hand() -> None:
    found = level_figures(4, 2.0, [0.1, 0.2, 0.3, 0.4, 0.5], Counter({"503": 2, "429": 1}))
    assert found["answers_per_second"] == 2.5
    assert found["milliseconds"] == {"p50": pytest.approx(300), "p95": pytest.approx(480), "p99": pytest.approx(496)}
    assert list(found["errors"].items()) == [("429", 1), ("503", 2)]
    assert level_figures(1, 2.0, [], Counter())["milliseconds"] is None
    assert list(doubled(9)) == [1, 2, 4, 8]


def test_questions_come_from_lists_too(tmp_path: Path) -> None:
    lines, text = tmp_path / "q.jsonl", tmp_path / "q.txt"
    lines.write_text('{"question": "who?"}\n{"question": "what?", "id": 1}\n{"question": "who?"}\n', "utf-8")
    text.write_text("who?\n\n  what?  \n", "utf-8")
    assert sorted(read_load_questions(lines)) == sorted(read_load_questions(text)) == ["what?", "who?"]
    many = tmp_path / "many.txt"
    many.write_text("\n".join(map(str, range(50))), "utf-8")
    assert read_load_questions(many, 1) == read_load_questions(many, 1) != read_load_questions(many, 2)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.jsonl", '{"question": "who?"}\n{"q": "what?"}\n', "line 2.*'question' is None"),
        ("q.txt", "\n \n", "holds no question"),
        ("q.csv", "who?", r"from \.json \(SQuAD\), \.jsonl or \.txt files, not from \.csv"),
        ("q.json", "{}", "'data' is NoneType"),
    ],
)
def test_a_file_without_questions_is_named(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        read_load_questions(tmp_path / name)
