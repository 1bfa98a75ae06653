"""Searches by callers of different groups: nothing of another group stands in any byte of a response.

Every document and every row holds a mark of its own in its text, name, title, tags and the name of a field. What comes
back may hold the marks that the caller may know, and those that the caller sent.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import httpx

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.served import bearer, command, make_keys, must, serving, wait_for_job

SEARCHES = 10_000
AT_ONCE = 3
GROUPS = ("staff", "board", "sales", "légal", "public-relations")

_MARK = re.compile(r"zq[a-z]{10}zq")
_DOCUMENTS = 60


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document or a row, and who may know of it; without groups, everyone."""

    mark: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and as whom."""

    headers: dict[str, str]
    groups: frozenset[str]


def leaks(run: Run) -> Outcome:
    """As many searches as the scale says."""
    draw, count = run.draw(), run.count(SEARCHES, 60)
    data = run.folder / "data"
    hidden = _indexed(run, draw)
    secrets = make_keys(data, _keys())
    faults: list[str] = []
    found: set[str] = set()
    with serving(run, data) as service:
        hidden += _uploaded(service.client, secrets, draw)
        askers = _askers(secrets, draw)
        with service.client(secrets["everything"]) as all_seeing:
            ids = [each["source_id"] for each in all_seeing.get("/api/v1/sources?limit=1000").json()["sources"]]
        with ThreadPoolExecutor(AT_ONCE) as pool, service.client() as client:
            for begin in range(0, count, 200):
                drawn = [_request(draw, hidden, ids, askers) for _ in range(min(200, count - begin))]
                for (asker, sent), text in zip(drawn, pool.map(lambda each: _reply(client, *each), drawn), strict=True):
                    allowed = {each.mark for each in hidden if not each.groups or each.groups & asker.groups}
                    seen = set(_MARK.findall(text))
                    found |= seen & allowed
                    if seen - allowed - set(_MARK.findall(unquote(json.dumps(sent)))):
                        faults.append(f"{sorted(asker.groups)} are told of others by {sent}: {text[:200]}")
                run.tell(min(count, begin + 200), count)
        logged = service.failures()
    faults += [f"logged: {line}" for line in logged]
    return Outcome(
        [
            Check("searches", count, count, at_least=True),
            Check("responses with something of another group, and faults", len(faults), 0),
            # Where nothing is ever found, nothing is proved.
            Check("documents found by those who may", len(found), len(hidden) // 2, at_least=True),
        ],
        faults,
        {"documents": len(hidden), "callers": len(askers)},
    )


def _keys() -> dict[str, tuple[Sequence[str], Sequence[str]]]:
    roles = ["read", "write", "admin"]
    own: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        f"key {number}": (roles, [group]) for number, group in enumerate(GROUPS)
    }
    everything = {"bot": ([*roles, "impersonate"], ()), "everything": (roles, GROUPS), "nobody": (roles, ())}
    return own | everything


def _askers(secrets: dict[str, str], draw: random.Random) -> list[Asker]:
    chosen: list[list[str]] = [
        [],
        *([each] for each in GROUPS),
        *(draw.sample(GROUPS, draw.randint(2, 4)) for _ in range(6)),
    ]
    as_bot = [
        Asker(bearer(secrets["bot"]) | {"Quaere-Groups": ",".join(map(quote, groups))}, frozenset(groups))
        for groups in chosen
    ]
    own = [Asker(bearer(secrets[f"key {number}"]), frozenset({group})) for number, group in enumerate(GROUPS)]
    return [*as_bot, *own, Asker(bearer(secrets["nobody"]), frozenset())]


def _new(draw: random.Random) -> Hidden:
    mark = "zq" + "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=10)) + "zq"
    return Hidden(mark, frozenset(draw.sample(GROUPS, draw.randint(0, 3))))


def _fields(each: Hidden) -> dict[str, Any]:
    return {"title": f"Title {each.mark}", "tags": [each.mark], f"field_{each.mark}": each.mark}


def _indexed(run: Run, draw: random.Random) -> list[Hidden]:
    """Files of all kinds of groups, of which a third hold rows for different groups."""
    docs, hidden = run.folder / "docs", []
    docs.mkdir()
    for number in range(_DOCUMENTS):
        if number % 3 == 0:
            rows = [_new(draw) for _ in range(3)]
            lines = [json.dumps(_row(each), ensure_ascii=False) for each in rows]
            # The file's own name is known to whoever sees one of its rows.
            (docs / f"rows{number}.jsonl").write_text("\n".join(lines), "utf-8")
            hidden += rows
        else:
            each = _new(draw)
            front = _fields(each) | ({"groups": sorted(each.groups)} if each.groups else {})
            lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in front.items()]
            (docs / f"{each.mark}.md").write_text("---\n" + "\n".join(lines) + f"\n---\n{_text(each)}", "utf-8")
            hidden.append(each)
    must(command(run, run.folder / "data", "index", str(docs)))
    return hidden


def _row(each: Hidden) -> dict[str, Any]:
    row: dict[str, Any] = {"question": f"What is the code of the {each.mark} pump?", "answer": f"It is {each.mark}."}
    # Title and tags of rows are the file's in some formats, so that these rows have none.
    return row | {f"field_{each.mark}": each.mark} | ({"groups": sorted(each.groups)} if each.groups else {})


def _text(each: Hidden) -> str:
    return f"The warranty of the {each.mark} pump is 7 months. The code of it is {each.mark}.\n"


def _uploaded(client_of: Callable[[str], httpx.Client], secrets: dict[str, str], draw: random.Random) -> list[Hidden]:
    hidden = [_new(draw) for _ in range(12)]
    with client_of(secrets["everything"]) as client:
        documents = [
            {
                "name": f"{each.mark}.md",
                "text": _text(each),
                "meta": _fields(each) | {"groups": sorted(each.groups) or ["public"]},
            }
            for each in hidden
        ]
        job = client.post("/api/v1/sources/documents", json={"documents": documents}).json()
        wait_for_job(client, job["job_id"])
    return hidden


_Sent = tuple[str, str, Any]


def _request(
    draw: random.Random, hidden: Sequence[Hidden], ids: Sequence[str], askers: Sequence[Asker]
) -> tuple[Asker, _Sent]:
    mark, source = draw.choice(hidden).mark, draw.choice(ids)
    question = draw.choice(
        (
            f"How long is the warranty of the {mark} pump?",
            f"What is the code of the {mark} pump?",
            "How long is the warranty of the pump?",
            f"tag:{mark} warranty",
            f"source:{mark} code",
            mark,
            mark[:9],
        )
    )
    body = {"question": question, "filters": _filter(draw, mark)}
    return draw.choice(askers), draw.choice(_KINDS)(draw, body, mark, source)


def _filter(draw: random.Random, mark: str) -> Any:
    return draw.choice(
        (
            None,
            None,
            {"field": "meta.tags", "operator": "in", "value": [mark]},
            {"field": f"meta.field_{mark}", "operator": "!=", "value": "x"},
            {"field": "meta.field_zq", "operator": "==", "value": "x"},
            {"field": "meta.groups", "operator": "in", "value": list(GROUPS)},
            {"operator": "NOT", "conditions": [{"field": "meta.title", "operator": "==", "value": "x"}]},
            {"operator": "OR", "conditions": [{"field": "meta.groups", "operator": "!=", "value": "public"}]},
        )
    )


_KINDS: tuple[Callable[[random.Random, dict[str, Any], str, str], _Sent], ...] = (
    lambda draw, body, mark, source: ("POST", "/api/v1/ask", body | {"threshold": 0, "explain": True}),
    lambda draw, body, mark, source: ("POST", "/api/v1/ask", body | {"threshold": 0, "stream": True}),
    lambda draw, body, mark, source: ("POST", "/api/v1/ask/batch", {"questions": [body], "threshold": 0}),
    lambda draw, body, mark, source: ("POST", "/api/v1/search", body | {"top": 30}),
    lambda draw, body, mark, source: (
        "POST",
        "/api/v1/similar",
        {
            "text": body["question"],
            "top": 30,
            "kind": draw.choice(("passages", "questions")),
            "filters": body["filters"],
        },
    ),
    lambda draw, body, mark, source: ("POST", "/api/v1/similar", {"source_id": source, "start": draw.choice((0, 40))}),
    lambda draw, body, mark, source: (
        "GET",
        f"/api/v1/sources?contains={draw.choice(('', mark, mark[:6], 'title'))}",
        None,
    ),
    lambda draw, body, mark, source: ("GET", f"/api/v1/sources?tag={mark}", None),
    lambda draw, body, mark, source: (
        "GET",
        f"/api/v1/sources/{draw.choice((source, mark[:8], f'{mark}.md', 'zq'))}",
        None,
    ),
    lambda draw, body, mark, source: (
        "GET",
        f"/api/v1/sources/{source}/text?start={draw.randrange(200)}&around=5000",
        None,
    ),
    lambda draw, body, mark, source: ("GET", f"/api/v1/sources/{source}/meta", None),
    lambda draw, body, mark, source: ("GET", f"/api/v1/sources/{source}/pages/1", None),
    lambda draw, body, mark, source: ("DELETE", f"/api/v1/sources/{mark[:8]}", None),
    lambda draw, body, mark, source: (
        "POST",
        "/api/v1/feedback",
        {"question": "What is it?", "verdict": "right", "answer": {"source_id": source, "start": 0, "end": 5}},
    ),
    lambda draw, body, mark, source: ("GET", "/api/v1/feedback/export", None),
    lambda draw, body, mark, source: ("GET", "/api/v1/jobs", None),
    lambda draw, body, mark, source: ("GET", draw.choice(("/config", "/zh/config", "/documents", "/metrics")), None),
    lambda draw, body, mark, source: (
        "POST",
        "/v1/chat/completions",
        {"model": "quaere", "messages": [{"role": "user", "content": body["question"]}], "stream": draw.random() < 0.5},
    ),
)


def _reply(client: httpx.Client, asker: Asker, sent: _Sent) -> str:
    """All that comes back, headers included."""
    method, path, body = sent
    response = client.request(method, path, json=body, headers=asker.headers)
    return f"{dict(response.headers)} {unquote(response.text)}"
