"""Who may do what: a list of things that nobody may, each tried on a service as users run it."""

import json
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.material import QUESTION, indexed, write_documents
from benchmarks.abuse.served import Service, command, delete_key, make_keys, serving, wait_for_job
from components.errors import QuaereError

Complaints = list[str]

KEYS = {
    "reader": (["read"], []),
    "a": (["read", "write"], ["a"]),
    "b": (["read", "write"], ["b"]),
    "admin": (["read", "write", "admin"], []),
}
_EVIL = "https://evil.example"


@dataclass(frozen=True, slots=True)
class Place:
    """A service and the secrets of its keys."""

    service: Service
    secrets: dict[str, str]

    @contextmanager
    def client(self, name: str | None) -> Iterator[httpx.Client]:
        """As the holder of this key."""
        with self.service.client(None if name is None else self.secrets[name], seconds=30) as client:
            yield client


def access(run: Run) -> Outcome:
    """Every attempt; one that succeeds, or that cannot be made, is a fault."""
    faults: list[str] = []
    tried = 0
    data = indexed(run, 6)
    secrets = make_keys(data, KEYS)
    with serving(run, data) as service:
        place = Place(service, secrets)
        for attempt in _ON_ONE_SERVICE:
            faults += _complaints(attempt, place)
            tried += 1
            run.tell(tried, len(_ON_ONE_SERVICE) + len(_ALONE))
    for alone in _ALONE:
        folder = run.folder / alone.__name__
        folder.mkdir()
        faults += _complaints(alone, Run(folder, run.scale, run.seed, run.settings))
        tried += 1
        run.tell(tried, len(_ON_ONE_SERVICE) + len(_ALONE))
    return Outcome(
        [Check("attempts", tried, 16, at_least=True), Check("attempts that succeeded", len(faults), 0)], faults
    )


def _complaints(attempt: Callable[[Any], Complaints], given: Any) -> Complaints:
    name = attempt.__name__.removeprefix("_").replace("_", " ")
    try:
        return [f"{name}: {complaint}" for complaint in attempt(given)]
    except (QuaereError, httpx.HTTPError, OSError, KeyError, ValueError) as error:
        return [f"{name}: could not be tried: {type(error).__name__}: {error}"]


# On one service with keys


def _without_a_key(place: Place) -> Complaints:
    found = []
    with place.client(None) as client:
        for path in (
            "/api/v1/sources",
            "/api/v1/openapi.json",
            "/metrics",
            "/v1/models",
            "/config",
            "/documents",
            "/zh/config",
        ):
            response = client.get(path)
            if response.status_code not in (303, 307, 401):
                found.append(f"{path} answers {response.status_code}")
    return found


def _what_a_role_lacks(place: Place) -> Complaints:
    tries = [
        ("reader", "POST", "/api/v1/sources/documents", {"documents": [{"name": "x.md", "text": "x"}]}),
        ("reader", "GET", "/api/v1/jobs", None),
        ("reader", "GET", "/metrics", None),
        ("a", "GET", "/api/v1/feedback/export", None),
        ("a", "GET", "/metrics", None),
        ("admin", "POST", "/api/v1/own/status", {}),
        ("admin", "POST", "/api/v1/own/index", {"paths": ["/etc"], "identities": {}}),
    ]
    found = []
    for name, method, path, body in tries:
        with place.client(name) as client:
            status = client.request(method, path, json=body).status_code
        if status not in (403, 404):
            found.append(f"{method} {path} answers {name} with {status}")
    return found


def _groups_of_others(place: Place) -> Complaints:
    found = []
    with place.client("a") as client:
        if client.get("/api/v1/sources", headers={"Quaere-Groups": "b"}).status_code != 403:
            found.append("a key without the role impersonate names groups")
        sent = {"documents": [{"name": "x.md", "text": "x", "meta": {"groups": ["b"]}}]}
        if client.post("/api/v1/sources/documents", json=sent).status_code != 422:
            found.append("a document is sent to a group of others")
    return found


def _rows_with_groups_of_others(place: Place) -> Complaints:
    files = {
        "rows.csv": "question,answer,groups\nWhat is the zqgift code?,It is zqpoison.,b\n",
        "rows.jsonl": '{"question": "What is the zqgift code?", "answer": "It is zqpoison.", "groups": ["b"]}\n',
        "rows.json": '[{"question": "What is the zqgift code?", "answer": "zqpoison.", "groups": ["b", "public"]}]',
    }
    found = []
    for name, text in files.items():
        with place.client("a") as client:
            response = client.post("/api/v1/sources/files", files=[("files", (name, text.encode()))])
            if response.status_code == 202:
                wait_for_job(client, response.json()["job_id"], 30)
        for other in ("b", "reader"):
            with place.client(other) as client:
                told = client.post("/api/v1/search", json={"question": "What is the zqgift code?"}).text
            if "zqpoison" in told:
                found.append(f"{name} of the group a is found by {other}")
    return found


def _source_under_the_id_of_another(place: Place) -> Complaints:
    with place.client("admin") as client:
        target = client.get("/api/v1/sources").json()["sources"][0]["source_id"]
    with place.client("a") as client:
        sent = {"documents": [{"name": target, "text": "A text under a forged name."}]}
        response = client.post("/api/v1/sources/documents", json=sent)
        if response.status_code == 202:
            wait_for_job(client, response.json()["job_id"], 30)
        shown = client.get(f"/api/v1/sources/{target}")
    if shown.status_code != 200 or shown.json()["source_id"] != target:
        return [f"a source that is there answers {shown.status_code} since another is called by its id"]
    return []


def _foreign_addresses(place: Place) -> Complaints:
    found = []
    with place.client("a") as client:
        for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " javascript:alert(1)"):
            for body in (
                {"name": "x.md", "text": "x", "url": url},
                {"name": "x.md", "text": "x", "meta": {"url": url}},
            ):
                if client.post("/api/v1/sources/documents", json={"documents": [body]}).status_code == 202:
                    found.append(f"the address {url!r} is taken")
    return found


def _pages_of_other_sites(place: Place) -> Complaints:
    found = []
    with place.client("admin") as client:
        for origin in (_EVIL, "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1", "http://[::1", "\xff"):
            headers = [(b"origin", origin.encode("latin-1"))]
            status = client.post("/api/v1/ask", json={"question": QUESTION}, headers=headers).status_code
            if status != 403:
                found.append(f"a page of {origin!r} sends a question: {status}")
    return found


def _answers_to_pages_of_other_sites(place: Place) -> Complaints:
    found = []
    with place.client("admin") as client:
        for path in (
            "/",
            "/config",
            "/zh/config",
            "/api/v1/sources",
            "/health/live",
            "/documents",
            "/login",
            "/theme.css",
        ):
            for method in ("GET", "OPTIONS"):
                asked = {"Origin": _EVIL, "Access-Control-Request-Method": "POST"}
                headers = client.request(method, path, headers=asked).headers
                found += [f"{method} {path} answers {name}" for name in headers if name.startswith("access-control-")]
    return found


def _other_host_names(place: Place) -> Complaints:
    found = []
    with place.client("admin") as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1].evil.example", "localhost.evil.example:7860"):
            for path in ("/", "/api/v1/sources", "/health/live"):
                status = client.get(path, headers={"Host": host}).status_code
                if status not in (400, 421):
                    found.append(f"{path} answers under the host name {host!r}: {status}")
    return found


def _logins_that_lead_elsewhere(place: Place) -> Complaints:
    found = []
    with place.client(None) as client:
        for wanted in (
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\t//evil.example",
            "/%0d%0aX: y\r\nY: z",
        ):
            response = client.post("/login", data={"key": place.secrets["reader"], "next": wanted})
            target = response.headers.get("location", "/")
            if not target.startswith("/") or target.startswith(("//", "/\\")):
                found.append(f"a login leads to {target!r}")
            if "x-content-type-options" not in response.headers:
                found.append("the login has no protecting headers")
    return found


def _session_of_another_key(place: Place) -> Complaints:
    """Whoever has another's page session must not be told what was asked in it, nor ask as that other."""
    found = []
    with place.client("a") as first, place.client("reader") as second:
        session = "abuse1session"
        joined = {"data": [QUESTION], "fn_index": 0, "session_hash": session, "trigger_id": None, "event_data": None}
        first.post("/gradio_api/queue/join", json=joined)
        try:
            with second.stream("GET", f"/gradio_api/queue/data?session_hash={session}", timeout=5) as told:
                text = "".join(chunk for _, chunk in zip(range(5), told.iter_text(), strict=False))
                if told.status_code == 200 and ("process_" in text or "estimation" in text):
                    found.append(f"another key reads the page session of a key: {text[:100]!r}")
        except httpx.TimeoutException:
            pass  # it is told nothing
    return found


def _framework_paths(place: Place) -> Complaints:
    found = []
    with place.client("reader") as client:
        sent = client.post("/gradio_api/process_recording", files={"file": ("x.wav", b"RIFF" * 100)})
        if sent.status_code < 400:
            found.append(f"/gradio_api/process_recording takes files of a reader: {sent.status_code}")
        for path in (
            "/gradio_api/upload",
            "/gradio_api/file=/etc/passwd",
            "/gradio_api/info",
            "/monitoring",
            "/gradio_api/dev/reload",
        ):
            status = client.get(path, timeout=5).status_code
            if status < 400:
                found.append(f"{path} answers a reader: {status}")
    return found


# Each with a data folder of its own


def _last_key_deleted(run: Run) -> Complaints:
    """A server that listens to others must not open itself to strangers when its last key goes."""
    data = indexed(run, 2)
    make_keys(data, {"only": (["read", "write", "admin"], [])})
    with serving(run, data, host="0.0.0.0") as service, service.client() as stranger:
        with suppress(QuaereError):  # refused, as it may be
            delete_key(data, "only")
        time.sleep(0.2)
        status = stranger.get("/api/v1/sources").status_code
    return [f"a stranger lists the sources: {status}"] if status != 401 else []


def _listening_to_others_without_keys(run: Run) -> Complaints:
    data = indexed(run, 2)
    done = command(run, data, "serve", "--host", "0.0.0.0", "--port", "0", seconds=30)
    return [] if done.status == 1 and "keys" in done.err else [f"it serves: {done.status}, {done.err[-200:]}"]


def _links_out_of_the_folder(run: Run) -> Complaints:
    secret, docs, data = run.folder / "secret", run.folder / "docs", run.folder / "data"
    write_documents(secret, 1)
    docs.mkdir()
    (docs / "own.md").write_text("Nothing of note.\n", "utf-8")
    (docs / "folder").symlink_to(secret)
    (docs / "file.md").symlink_to(secret / "aria.md")
    command(run, data, "index", str(docs))
    listed = command(run, data, "sources", "list", "--json").out
    return [f"{name} is followed" for name in ("folder", "file.md") if f"/{name}" in listed]


def _data_folder_inside_the_folder(run: Run) -> Complaints:
    docs = run.folder / "docs"
    data = docs / "held.data"
    write_documents(docs, 2)
    command(run, data, "index", str(docs))
    with serving(run, data) as service, service.client() as client:
        sent = client.post("/api/v1/sources/documents", json={"documents": [{"name": "x.md", "text": "Some words."}]})
        wait_for_job(client, sent.json()["job_id"], 30)
    command(run, data, "index", str(docs))
    # By the name of the source: what was sent is kept in the data folder, and known by the name that it was sent with.
    listed = json.loads(command(run, data, "sources", "list", "--json").out)["sources"]
    return [f"{each['source']} is indexed" for each in listed if "held.data" in each["source"]]


def _files_that_others_can_read(run: Run) -> Complaints:
    data = indexed(run, 2)
    make_keys(data, {"reader": (["read"], [])})
    with serving(run, data) as service, service.client() as client:
        client.get("/health/ready")
        # Inside a folder that nobody else may enter, the modes of what lies deeper count less.
        modes = {path: _mode(path) for path in (data, *sorted(data.iterdir()))}
    return [f"{path.name} has the mode {mode:o}" for path, mode in modes.items() if mode & 0o077]


def _mode(path: Path) -> int:
    """Who may do what; 0 where the file has gone meanwhile."""
    try:
        return stat.S_IMODE(path.lstat().st_mode)
    except FileNotFoundError:
        return 0


_ON_ONE_SERVICE: tuple[Callable[[Place], Complaints], ...] = (
    _without_a_key,
    _what_a_role_lacks,
    _groups_of_others,
    _rows_with_groups_of_others,
    _foreign_addresses,
    _pages_of_other_sites,
    _answers_to_pages_of_other_sites,
    _other_host_names,
    _logins_that_lead_elsewhere,
    _session_of_another_key,
    _framework_paths,
    _source_under_the_id_of_another,
)
_ALONE: tuple[Callable[[Run], Complaints], ...] = (
    _last_key_deleted,
    _listening_to_others_without_keys,
    _links_out_of_the_folder,
    _data_folder_inside_the_folder,
    _files_that_others_can_read,
)
