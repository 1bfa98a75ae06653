"""What the attacks judge by: limits, verdicts, and what is drawn."""

import json
import random

import pytest

from benchmarks.abuse.access import _ALONE, _ON_ONE_SERVICE
from benchmarks.abuse.attack import Check, Outcome, Run, printable, spread
from benchmarks.abuse.calls import Calls, as_json, escaped, is_fault
from benchmarks.abuse.damage import KINDS, verdict_of
from benchmarks.abuse.hostile import FILES, hostile_files
from benchmarks.abuse.kills import difference
from benchmarks.abuse.schemas import Schemas
from benchmarks.abuse.served import Done


def test_a_check_holds_its_limit_from_the_side_that_was_promised():
    assert Check("seconds", 1.0, 1.0).passed
    assert not Check("seconds", 1.01, 1.0).passed
    assert Check("kills", 5, 5, at_least=True).passed
    assert not Check("kills", 4, 5, at_least=True).passed
    assert not Outcome([Check("a", 0, 0), Check("b", 1, 0)]).passed


def test_a_report_is_json_whatever_a_fault_holds():
    told = Outcome([Check("a", 1, 0)], ["\ud800 \x1b[31m" + "x" * 5000]).to_dict()
    line = json.dumps(told, allow_nan=False).encode("utf-8").decode("utf-8")
    assert "\x1b" not in line and len(line) < 1000
    assert printable("ü 中") == "ü 中"


def test_a_small_scale_takes_from_all_parts(tmp_path):
    run = Run(tmp_path, scale=0.01)
    assert (run.count(1000), run.count(10, 3), run.count(2, 3)) == (10, 3, 2)
    assert spread(range(100), 4) == [0, 25, 50, 75]
    assert run.draw().random() == Run(tmp_path).draw().random()


ANSWER = json.dumps({"answers": [{"text": "24 months"}], "passages": [{"text": "It is 24 months or 2 years."}]})


def looked(ask: str = ANSWER, status: int | None = 0, err: str = "", check: int = 0) -> dict[str, Done]:
    return {
        "ask": Done(status, ask, err),
        "list": Done(0, "{}", ""),
        "keys": Done(0, "", ""),
        "check": Done(check, "", "" if check == 0 else "Error: run `quaere rebuild`"),
    }


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (looked(), "harmless"),
        (looked(check=1), "told by check"),
        (looked("", 1, "Error: damaged; run `quaere rebuild`"), "told by ask"),
        (looked(json.dumps({"id": "0", "error": "damaged; run `quaere restore`"}), 4), "told by ask"),
        (looked("", 1, "Error: bad"), "ask does not say what to do"),
        (looked(json.dumps({"answers": []})), "silent"),
        (looked(ANSWER.replace('"24 months"', '"999 months"')), "wrong words"),
        (looked(ANSWER.replace('"24 months"', '"999 months"'), check=1), "wrong words"),
        (looked(ANSWER.replace('"24 months"', '"2 years"'), check=1), "told by check"),
        (looked("", 1, "Traceback (most recent call last):"), "ask ends with 1"),
        (looked("", -11), "ask ends with -11"),
        (looked("", None), "ask ends with None"),
    ],
)
def test_what_becomes_of_damage(found, verdict):
    assert verdict_of(looked(), found).startswith(verdict)


def test_there_are_as_many_files_kinds_and_attempts_as_is_said():
    files = hostile_files()
    assert len(files) == FILES
    assert KINDS == 71
    assert len(_ON_ONE_SERVICE) + len(_ALONE) >= 16
    assert sum(len(file.make()) for file in spread(files, 4)) > 0


def test_statuses_that_no_client_may_get():
    assert [said for said in ("200", "404", "422", "503", "500", "501", "ReadTimeout") if is_fault(said)] == [
        "500",
        "501",
        "ReadTimeout",
    ]


DESCRIPTION = {
    "paths": {
        "/a/{source_id}": {"get": {"parameters": [{"name": "source_id", "in": "path", "schema": {"type": "string"}}]}},
        "/b": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/parts/Body"}}}}}},
    },
    "parts": {"Body": {"type": "object", "required": ["top"], "properties": {"top": {"type": "integer"}}}},
}


def test_calls_are_drawn_from_the_description_and_the_same_again():
    def drawn() -> list:
        calls = Calls(DESCRIPTION, {"reader": "secret"}, ["id"], random.Random(3))
        return [calls.next() for _ in range(400)]

    calls = drawn()
    assert calls == drawn()
    paths = {call.path.split("?")[0] for call in calls}
    assert {"/a/id", "/b", "/"} <= paths
    bodies = [call.body for call in calls if call.path == "/b" and call.body.startswith(b'{"top"')]
    assert any(type(json.loads(body).get("top")) is int for body in bodies)


def test_hostile_values_can_all_be_sent():
    schemas = Schemas(DESCRIPTION, random.Random(1))
    for _ in range(500):
        value = schemas.hostile()
        assert as_json(value).isascii() and escaped(value).isascii()
        as_json(schemas.filters())


def test_two_snapshots_are_told_apart():
    assert "sources" in difference('{"sources": [1], "texts": []}', '{"sources": [2], "texts": []}')
    assert difference('{"sources": []}', "") == "no snapshot can be taken"
