"""Random documents, groups and callers over every endpoint that shows anything: nothing of others, no number either."""

import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from components.stores.catalogue.records import SourceInfo
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.jobs import ENDED
from tests.ui.api.test_access import bearer
from ui.api.app import build_api
from ui.api.middleware.access import GROUPS_HEADER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

SEARCHES = 10_000
GROUPS = ("staff", "board", "sales", "légal", "public-relations")
MARK = re.compile(r"zq[a-z]{10}zq")
"""Every document holds a mark of its own, in its text, name, title, tags and a field's name."""


@dataclass
class Hidden:
    """A document, and who may know of it at the moment."""

    mark: str
    groups: frozenset[str]


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    settings = Settings.load({"data": tmp_path_factory.mktemp("leaks") / "data", "service.requests_per_minute": 10**9})
    with QAService(settings) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture(scope="module")
def hidden(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> list[Hidden]:
    draw, folder = random.Random(1), tmp_path_factory.mktemp("documents")
    documents, sent = [], []
    for number in range(60):
        groups = frozenset(draw.sample(GROUPS, draw.randint(0, 3)))
        mark = "zq" + "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=10)) + "zq"
        documents.append(Hidden(mark, groups))
        front = {"title": f"Title {mark}", "tags": [mark], f"field_{mark}": mark}
        front |= {"groups": sorted(groups)} if groups else {}
        if number % 4 == 0:
            row = {"question": f"What is the code of the {mark} pump?", "answer": f"It is {mark} {number}."} | front
            (folder / f"{mark}.jsonl").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
        else:
            lines = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in front.items())
            text = f"---\n{lines}\n---\nThe warranty of the {mark} pump is {number} months. The code of it is {mark}.\n"
            if number % 4 == 1:
                sent.append((f"{mark}.md", text.partition("---\n")[2].partition("---\n")[2], front))
            else:
                (folder / f"{mark}.md").write_text(text, "utf-8")
    report = backend.service.index([str(folder)])
    assert (report.indexed, report.failures) == (45, ())
    send(backend, sent)
    assert len(backend.service.sources()) == 60
    return documents


def send(backend: Backend, files: list[tuple[str, str, dict[str, Any]]]) -> None:
    """Upload documents, as somebody does who is in all groups."""
    client = TestClient(build_api(backend))
    key, secret = backend.keys.make("sender", ["read", "write"], GROUPS)
    for name, text, fields in files:
        meta = json.dumps({"groups": ["public"]} | fields)
        sent = client.post(
            "/api/v1/sources/files", files=[("files", (name, text))], data={"meta": meta}, headers=bearer(secret)
        )
        wait(backend, sent.json()["job_id"], key.key_id)


def wait(backend: Backend, job_id: str, key_id: str | None) -> None:
    until = time.monotonic() + 60
    while (job := backend.jobs.job(job_id, key_id)) is not None and job.state not in ENDED:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert job is not None and job.state == "done", job


def seen(text: str) -> set[str]:
    return set(MARK.findall(text))


def test_nobody_learns_of_what_is_not_theirs(backend: Backend, hidden: list[Hidden]) -> None:
    draw = random.Random(2)
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    bot_key, bot = backend.keys.make("bot", ["read", "write", "admin", "impersonate"])
    callers = [
        (bearer(bot, **{GROUPS_HEADER: ",".join(quoted(chosen))}), frozenset(chosen), bot_key.key_id)
        for chosen in choices(draw)
    ]
    for number, group in enumerate(GROUPS):
        key, secret = backend.keys.make(f"key {number}", ["read", "write", "admin"], [group])
        callers.append((bearer(secret), frozenset({group}), key.key_id))
    found: set[str] = set()
    changes = 0
    for number in range(SEARCHES):
        headers, groups, key_id = draw.choice(callers)
        allowed = {each.mark for each in hidden if not each.groups or each.groups & groups}
        asked = draw.choice(hidden)
        ids = {info.source_id: info for info in backend.service.sources()}
        source_id = draw.choice(sorted(ids))
        if draw.randrange(15) == 0:
            target = next(each for each in hidden if each.mark in ids[source_id].source)
            meta = new_fields(draw, ids[source_id], groups)
            response = client.patch(f"/api/v1/sources/{source_id}", json={"meta": meta}, headers=headers)
            numbers = None
            assert response.status_code in ((202, 422) if target.mark in allowed else (404,)), response.text
            if response.status_code == 202:
                changes += 1
                wait(backend, response.json()["job_id"], key_id)
                chosen = frozenset(meta.get("groups", target.groups))
                target.groups = frozenset() if "public" in chosen else chosen
        else:
            response, numbers = ask_somehow(client, headers, draw, asked, source_id)
        leaked = (
            seen(response.text)
            - allowed
            - seen(response.request.content.decode("utf-8"))
            - seen(str(response.request.url))
        )
        assert leaked == set(), (number, response.request.url, response.request.content, groups)
        assert numbers is None or numbers <= len(allowed)
        found |= seen(response.text) & allowed
    # A test in which nothing is ever found proves nothing.
    assert found == {each.mark for each in hidden}
    assert changes > SEARCHES // 200


def new_fields(draw: random.Random, info: SourceInfo, groups: frozenset[str]) -> dict[str, Any]:
    """Other tags, or other readers; rows keep readers of their own, so that those of their file say less."""
    if info.format == "jsonl" or draw.random() < 0.5:
        return {"tags": [f"changed {draw.randrange(100)}"]}
    return {"groups": draw.sample(sorted(groups), draw.randint(1, len(groups))) if groups else ["public"]}


def choices(draw: random.Random) -> list[list[str]]:
    return [[], *([group] for group in GROUPS), *(draw.sample(GROUPS, draw.randint(2, 4)) for _ in range(6))]


def quoted(groups: list[str]) -> list[str]:
    return [group.replace("é", "%C3%A9") for group in groups]


def ask_somehow(
    client: TestClient, headers: dict[str, str], draw: random.Random, asked: Hidden, source_id: str
) -> tuple[Any, int | None]:
    """One request, and how many sources it counts where it does."""
    question = draw.choice(
        (
            f"How long is the warranty of the {asked.mark} pump?",
            f"What is the code of the {asked.mark} pump?",
            "How long is the warranty of the pump?",
            asked.mark,
        )
    )
    filters = draw.choice(
        (
            None,
            None,
            {"field": "meta.tags", "operator": "in", "value": [asked.mark]},
            {"field": f"meta.field_{asked.mark}", "operator": "!=", "value": "x"},
            {"operator": "NOT", "conditions": [{"field": "meta.title", "operator": "==", "value": "x"}]},
        )
    )
    body = {"question": question, "filters": filters}
    mark = {"source_id": source_id, "start": 0, "end": 5}
    kind = draw.randrange(14)
    if kind == 0:
        return client.post("/api/v1/ask", json=body | {"threshold": 0, "explain": True}, headers=headers), None
    if kind == 1:
        return client.post("/api/v1/ask", json=body | {"threshold": 0, "stream": True}, headers=headers), None
    if kind == 2:
        questions = {"questions": [body, {"question": "What is the code?"}], "threshold": 0}
        return client.post("/api/v1/ask/batch", json=questions, headers=headers), None
    if kind in (3, 4):
        return client.post("/api/v1/search", json=body | {"top": 30}, headers=headers), None
    if kind == 5:
        similar = {"text": question, "top": 30, "kind": draw.choice(("passages", "questions")), "filters": filters}
        return client.post("/api/v1/similar", json=similar, headers=headers), None
    if kind == 6:
        return client.post("/api/v1/similar", json={"source_id": source_id, "start": 0}, headers=headers), None
    if kind == 7:
        contains = draw.choice(("", asked.mark, "title"))
        response = client.get("/api/v1/sources", params={"contains": contains}, headers=headers)
        return response, response.json()["total"]
    if kind == 8:
        return client.get(f"/api/v1/sources/{source_id}", headers=headers), None
    if kind == 9:
        return client.get(f"/api/v1/sources/{source_id}/text", params={"around": 5000}, headers=headers), None
    if kind == 10:
        said = {"question": "What is it?", "verdict": "right", "answer": mark}
        return client.post("/api/v1/feedback", json=said, headers=headers), None
    if kind == 11:
        return client.get("/api/v1/feedback/export", headers=headers), None
    if kind == 12:
        return client.get(f"/api/v1/sources/{source_id}/meta", headers=headers), None
    chat = {"model": "quaere", "messages": [{"role": "user", "content": question}], "stream": draw.random() < 0.5}
    return client.post("/v1/chat/completions", json=chat, headers=headers), None
