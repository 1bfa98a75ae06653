"""Generated and hand-made calls of all that a service offers: none may be answered with a fault of the program.

Every route of the API's description and of the page is called with right and hostile values, methods, bodies, headers
and keys of all roles. A reply of 500 and more (but 503, which says why) is a fault, and so is a dead or stuck service.
"""

import itertools
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.material import DOCUMENT, QUESTION, answers, indexed
from benchmarks.abuse.schemas import HOSTILE_TEXTS, Schemas
from benchmarks.abuse.served import QUICK, Service, bearer, make_keys, serving, wait_for_job

CALLS = 10_000
AT_ONCE = 4

_SECONDS = 10.0
"""After these, nobody reads on."""

_BATCH = 200
"""Calls between two looks whether the service lives."""

_BROKEN = ("ReadError", "WriteError", "CloseError")
_REFUSED = 100_000
"""Bytes of a body on which a server may hang up."""

_ENDLESS = ("/gradio_api/heartbeat", "/gradio_api/queue/data")
"""Where the page listens for as long as it is open."""

_ODD_HEADERS = 0.25
"""Share of the calls with a header that may have them refused before anything else is seen of them."""

_WILD = (0.0, 0.0, 0.05, 0.2, 0.5)
_ASKING = ("/api/v1/ask", "/api/v1/search", "/api/v1/similar")
_OFTEN = 4
"""Times as often as others are those called that take a question and filters."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY", "get", "A" * 50)
_PAGES = (
    "/", "/zh", "/zh/", "/documents", "/zh/documents", "/login", "/logout", "/stop", "/config", "/zh/config",
    "/theme.css", "/favicon.ico", "/robots.txt",
    "/static/x", "/assets/..%2f..%2fetc/passwd", "/svelte/x", "/pwa_icon", "/pwa_icon/1e9", "/manifest.json",
    "/monitoring", "/monitoring/x",
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/queue/status", "/gradio_api/heartbeat/x",
    "/gradio_api/reset", "/gradio_api/cancel",
    "/gradio_api/upload", "/gradio_api/upload_progress", "/gradio_api/file=/etc/passwd",
    "/gradio_api/proxy=http://127.0.0.1", "/gradio_api/info",
    "/gradio_api/component_server", "/gradio_api/process_recording", "/gradio_api/deep_link", "/gradio_api/app_id",
    "/gradio_api/dev/reload",
    "/gradio_api/call/0", "/gradio_api/run/0", "/gradio_api/api/0", "/gradio_api/stream/a/b/c",
    "/api/v1/own/ask_batch", "/api/v1/own/x", "/api/v1",
    "/api/v1/openapi.json", "/docs", "/metrics/", "/health/", "//", "/%00", "/%ff%fe", "/..;/", "/" + "a" * 5000,
    "/%2e%2e/%2e%2e/etc/passwd",
)  # fmt: skip
_HEADERS: tuple[dict[str, str], ...] = (
    {"Content-Type": "text/plain"}, {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary="}, {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Encoding": "gzip"},
    {"Accept": "text/event-stream"}, {"Accept": "\x01"}, {"Accept-Language": "zz-ZZ;q=9," * 200},
    {"Origin": "https://evil.example"}, {"Origin": "null"},
    {"Origin": "http://[::1"}, {"Host": "evil.example"}, {"Host": "[::1"}, {"Quaere-Groups": "%ff"},
    {"Quaere-Groups": "," * 3000}, {"Quaere-Groups": "staff,%00"},
    {"Quaere-Groups": "public"}, {"X-Request-ID": "\t" * 50}, {"X-Forwarded-For": "1.1.1.1, ::"},
    {"Range": "bytes=9-1,-"}, {"If-None-Match": "*"},
    {"Cookie": "quaere_session=x"}, {"Cookie": "=;=;" * 500}, {"Expect": "100-continue"},
    {"Authorization": "Basic Og=="}, {"Authorization": "Bearer \xe9"},
    {"Authorization": "Bearer " + "k" * 6000}, {"Transfer-Encoding": "chunked"}, {"Upgrade": "websocket",
    "Connection": "Upgrade"},
)  # fmt: skip
_BODIES: tuple[bytes, ...] = (
    b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"{" * 20_000, b"[" * 100_000, b'{"a":' * 5000,
    b'{"question": "\\ud800"}', b'{"question": 1e999}', b'{"question": NaN}', b'{"question": "x", "question": "y"}',
    b"1" * 20_000, '{"question": "é"}'.encode("utf-16"), b"\x00" * 1000, b"a=1&b=2", b" " * 1_100_000,
    b"--x\r\nContent-Disposition: form-data; name=files; filename=a.md\r\n\r\nx", b"\x1f\x8b\x08\x00",
    b'{"data": [], "fn_index": -1, "session_hash": "x"}',
    b'{"data": null, "fn_index": 1e9, "session_hash": null, "event_id": {}}',
    b'{"fn_index": "0", "session_hash": ["x"], "trigger_id": 99999999999999999999999}',
    b'{"event_id": "x", "session_hash": "x", "fn_index": 0}',
)  # fmt: skip
_POST = b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_RAW: tuple[bytes, ...] = (
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    b"GET http://evil/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    _POST + b"Content-Length: -1\r\n\r\n",
    _POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    _POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
    b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\nkey=",
)
ROLES: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "reader": (["read"], []),
    "writer": (["read", "write"], ["staff"]),
    "admin": (["admin"], []),
    "bot": (["read", "impersonate"], []),
    "all": (["read", "write", "admin", "impersonate"], ["staff", "Büro"]),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def words(self) -> str:
        """What is needed to send it again."""
        shown = {name: value for name, value in self.headers.items() if name != "Authorization"}
        return f"{self.method} {self.path[:200]} {shown} {self.body[:300]!r}"


def hand_made(secret: str) -> list[Call]:
    """Calls that have broken the program before; they are sent at every scale."""
    dates = ("20240131", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")
    filters = [
        {"field": field, "operator": operator, "value": value}
        for field in ("meta.updated_at", "meta.year")
        for operator in ("==", ">", "<=")
        for value in dates
    ]
    asked = {"question": QUESTION}
    sent = {"name": "a.md", "text": "Words."}
    bodies: list[tuple[str, Any]] = [
        *(("/api/v1/ask", asked | {"filters": each}) for each in filters),
        *(("/api/v1/search", asked | {"filters": each}) for each in filters),
        ("/api/v1/ask", asked | {"id": "\ud800"}),
        ("/api/v1/ask", asked | {"id": 10**400}),
        ("/api/v1/ask/batch", {"questions": [asked | {"id": "x\udc80"}]}),
        *(("/api/v1/sources/documents", {"documents": [sent | {"meta": {name: "\ud800"}}]}) for name in ("title", "x")),
        ("/api/v1/sources/documents", {"documents": [sent | {"meta": {"\ud800": "x"}}]}),
        ("/gradio_api/queue/join", {"data": [], "fn_index": 10**9, "session_hash": "x"}),
        ("/gradio_api/queue/join", {"data": [], "fn_index": -1, "session_hash": ["x"], "trigger_id": 10**30}),
        ("/gradio_api/cancel", {"event_id": "x", "session_hash": "x", "fn_index": 0}),
    ]
    head = {"Content-Type": "application/json"} | bearer(secret)
    foreign = [
        Call("POST", path, head | {"Origin": "http://[::1"}, b"{}") for path in ("/api/v1/ask", "/login", "/stop")
    ]
    return [*(Call("POST", path, head, as_json(body)) for path, body in bodies), *foreign]


class Calls:
    """Draws calls.

    Args:
        description: of the API.
        secrets: of the keys.
        ids: of sources that are there.
        draw: the same numbers give the same calls.
    """

    def __init__(
        self, description: dict[str, Any], secrets: dict[str, str], ids: Sequence[str], draw: random.Random
    ) -> None:
        self.draw = draw
        self.schemas = Schemas(description, draw)
        # Half of the calls may do all: what is refused for its role shows nothing of what lies behind.
        self.secrets = [*secrets.values(), *list(secrets.values())[-1:] * len(secrets)]
        self.ids = [*ids, "x", "00000000-0000-0000-0000-000000000000", *HOSTILE_TEXTS[:24]]
        self.operations = [
            (path, method.upper(), operation)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
            for _ in range(_OFTEN if path in _ASKING else 1)
        ]

    def next(self) -> Call:
        """One more."""
        kind = self.draw.random()
        call = self._of_the_api() if kind < 0.75 else self._of_the_page() if kind < 0.95 else self._hand_made()
        odd = self.draw.choice(_HEADERS) if self.draw.random() < _ODD_HEADERS else {}
        headers = {**call.headers, **odd}
        if "Authorization" not in headers and self.draw.random() < 0.93:
            headers |= bearer(self.draw.choice(self.secrets))
        method = self.draw.choice(_METHODS) if self.draw.random() < 0.05 else call.method
        return Call(method, call.path, headers, call.body)

    def _of_the_api(self) -> Call:
        path, method, operation = self.draw.choice(self.operations)
        wild = self.draw.choice(_WILD)
        query = []
        for parameter in operation.get("parameters", ()):
            value = self.schemas.value(parameter["schema"], wild)
            if parameter["in"] == "path":
                chosen = self.draw.choice(self.ids) if parameter["name"].endswith("_id") else value
                path = path.replace(f"{{{parameter['name']}}}", escaped(chosen) or "x")
            elif self.draw.random() < 0.6:
                query += [
                    f"{parameter['name']}={escaped(each)}" for each in (value if isinstance(value, list) else [value])
                ]
        headers, body = self._body(operation, wild)
        return Call(method, path + ("?" + "&".join(query) if query else ""), headers, body)

    def _body(self, operation: dict[str, Any], wild: float) -> tuple[dict[str, str], bytes]:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return {}, b""
        kind, described = next(iter(content.items()))
        if self.draw.random() < wild / 4:
            return {"Content-Type": kind}, self.draw.choice(_BODIES)
        value = self.schemas.value(described["schema"], wild)
        if not kind.startswith("multipart"):
            return {"Content-Type": kind}, as_json(value)
        name = escaped(self.draw.choice(("a.md", "b.csv", "c.pdf", "d.json", *HOSTILE_TEXTS)))[:300]
        meta = as_json(self.schemas.hostile() if self.draw.random() < wild else {"tags": ["x"]})
        text = b"The warranty of this is 3 months."
        return multipart([("files", name, text), ("meta", None, meta)])

    def _of_the_page(self) -> Call:
        headers = {"Content-Type": "application/json"} if self.draw.random() < 0.6 else {}
        path = self.draw.choice(_PAGES)
        if self.draw.random() < 0.3:
            session, wanted = (escaped(self.draw.choice(HOSTILE_TEXTS))[:1500] for _ in range(2))
            path += f"?session_hash={session}&next={wanted}"
        return Call(self.draw.choice(("GET", "POST")), path, headers, self.draw.choice(_BODIES))

    def _hand_made(self) -> Call:
        path, method, _ = self.draw.choice(self.operations)
        filled = path.replace("{page}", "1").replace("{", "").replace("}", "")
        return Call(method, filled, {"Content-Type": "application/json"}, self.draw.choice(_BODIES))


def calls(run: Run) -> Outcome:
    """As many calls as the scale says, by several clients at once."""
    data = indexed(run, 12)
    secrets = make_keys(data, ROLES)
    count = run.count(CALLS, 60)
    with serving(run, data, settings={**QUICK, "service.question_seconds": "20"}) as service:
        with service.client(secrets["all"]) as client:
            description = client.get("/api/v1/openapi.json").json()
            ids = [each["source_id"] for each in client.get("/api/v1/sources").json()["sources"]]
        drawn = Calls(description, secrets, ids, run.draw())
        first = hand_made(secrets["all"])
        waiting = itertools.chain(first, (drawn.next() for _ in range(count - len(first))))
        statuses, faults = _all_sent(run, service, waiting, count)
        for raw in _RAW:
            _send_raw(service, raw)
        answered = _answers(service, secrets["all"])
        logged = service.failures()
    wrong = sum(each for said, each in statuses.items() if is_fault(said))
    return Outcome(
        [
            Check("calls sent", sum(statuses.values()), count, at_least=True),
            Check("calls answered with 500, or not at all", wrong, 0),
            Check("faults of the program in its log", len(logged), 0),
            Check("right answers afterwards", answered, 1, at_least=True),
        ],
        [*faults, *(f"logged: {line}" for line in logged)],
        {"statuses": dict(sorted(statuses.items()))},
    )


def _all_sent(run: Run, service: Service, waiting: Iterator[Call], count: int) -> tuple[Counter[str], list[str]]:
    """What was said to how many calls, and those that were answered with a fault."""
    statuses: Counter[str] = Counter()
    faults: list[str] = []
    with (
        ThreadPoolExecutor(AT_ONCE) as pool,
        httpx.Client(base_url=service.url, timeout=40, trust_env=False) as client,
    ):
        while service.lives and (batch := list(itertools.islice(waiting, _BATCH))):
            for call, said in zip(batch, pool.map(lambda call: send(client, call), batch), strict=True):
                statuses[said] += 1
                if is_fault(said):
                    faults.append(f"{said}: {call.words()}")
            run.tell(sum(statuses.values()), count)
    return statuses, faults if service.lives else [*faults, "the service died"]


def is_fault(said: str) -> bool:
    """Whether a reply is none that a client may get."""
    return not said.isdecimal() or (int(said) >= 500 and said != "503")


def send(client: httpx.Client, call: Call) -> str:
    """The status of the reply, or what came instead of it.

    A server may hang up on a body that it does not want, and the connection is then of no use to the next call either,
    so that a call whose connection breaks is sent again on one of its own.
    """
    said = _sent(client, call)
    if said not in _BROKEN:
        return said
    with httpx.Client(base_url=client.base_url, timeout=client.timeout, trust_env=False) as fresh:
        again = _sent(fresh, call)
    return "413" if again in _BROKEN and len(call.body) > _REFUSED else again


def _sent(client: httpx.Client, call: Call) -> str:
    names = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in call.headers.items()]
    began = time.monotonic()
    try:
        with client.stream(call.method, call.path, headers=names, content=call.body) as response:
            for _ in response.iter_raw():
                if time.monotonic() - began > _SECONDS or any(part in call.path for part in _ENDLESS):
                    break
            return str(response.status_code)
    except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol):
        return "400"  # the client itself refuses to send it
    except httpx.RemoteProtocolError:
        return "400"  # the server hung up on what is no HTTP, as it may
    except httpx.HTTPError as error:
        return type(error).__name__


def _send_raw(service: Service, raw: bytes) -> None:
    parts = urlsplit(service.url)
    assert parts.hostname is not None and parts.port is not None
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as connection:
            connection.sendall(raw)
            connection.settimeout(0.5)
            connection.recv(1000)
    except OSError:
        pass  # what is no HTTP may be dropped; whether the service lives is seen afterwards


def _answers(service: Service, secret: str) -> int:
    """1 where the service still takes a document and answers from it; calls have deleted what was there."""
    document = {"name": "aria-again.md", "text": DOCUMENT}
    try:
        with service.client(secret) as client:
            sent = client.post("/api/v1/sources/documents", json={"documents": [document]})
            wait_for_job(client, str(sent.json()["job_id"]))
        return answers(service, secret)
    except (httpx.HTTPError, ValueError, KeyError):
        return 0


def escaped(value: Any) -> str:
    """As a part of a path or a query; half characters go as the bytes that a careless client makes of them."""
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def as_json(value: Any) -> bytes:
    """JSON in ASCII, in which half characters are escapes."""
    return json.dumps(value).encode("ascii")


def multipart(parts: Sequence[tuple[str, str | None, bytes]]) -> tuple[dict[str, str], bytes]:
    """A form: names, file names and contents."""
    body = b""
    for name, file, content in parts:
        named = "" if file is None else f'; filename="{file}"'
        body += f'--limit\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"
    return {"Content-Type": "multipart/form-data; boundary=limit"}, body + b"--limit--\r\n"
