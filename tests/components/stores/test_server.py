"""The server engine against a server that refuses, is slow, overloaded, gone, or no Qdrant at all."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from haystack.utils import Secret

from components.errors import ConfigurationError, StoreError
from components.stores.documents import QuaereDocumentStore

pytestmark = pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection")

EXISTS = (200, {"result": {"exists": True}, "status": "ok", "time": 0})


class Stub:
    """Answers requests with what a test scripted, the last answer again and again, and keeps the requests."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, object]] = []
        self.pause = 0.0
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    def answer(self) -> tuple[int, object]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(stub: Stub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            stub.requests.append((self.command, self.path, dict(self.headers)))
            time.sleep(stub.pause)
            status, content = stub.answer()
            body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has given up waiting

        do_GET = do_POST = do_PUT = do_DELETE = respond

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def url(stub) -> Iterator[str]:
    with serving(stub) as address:
        yield address


def connect(url: str, **settings) -> QuaereDocumentStore:
    settings = {"retries": 1, "timeout": 5, "dimension": 2, **settings}
    return QuaereDocumentStore(engine="server", url=url, **settings)


def failure(store: QuaereDocumentStore) -> str:
    with pytest.raises(StoreError) as failed:
        store.count_documents()
    return str(failed.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_not_tried_again_and_never_shown(stub, url, status):
    stub.answers = [(status, "Must provide an API key or an Authorization bearer token")]
    message = failure(connect(url, api_key=Secret.from_token("wrong secret")))
    assert url in message and "QUAERE_QDRANT__API_KEY" in message and str(status) in message
    assert "wrong secret" not in message
    assert len(stub.requests) == 1
    assert stub.requests[0][2]["api-key"] == "wrong secret"


def test_a_time_out(stub, url):
    stub.answers, stub.pause = [EXISTS], 1.3
    message = failure(connect(url, timeout=1, retries=0))
    assert url in message and "QUAERE_QDRANT__TIMEOUT" in message and "1 seconds" in message


def test_an_overloaded_server_is_tried_again_and_then_reported(stub, url):
    stub.answers = [(503, {"status": {"error": "overloaded"}})]
    message = failure(connect(url, retries=2))
    assert url in message and "503" in message and "3 attempts" in message and "QUAERE_QDRANT__RETRIES" in message
    assert len(stub.requests) == 3


def test_a_server_that_recovers_is_used(stub, url):
    def answer(result):
        return 200, {"result": result, "status": "ok", "time": 0}

    missing = answer({"exists": False})
    stub.answers = [(503, {}), missing, answer(True), (502, {}), answer({"operation_id": 1, "status": "completed"})]
    store = connect(url)
    store.open()
    assert store.manifest["dimension"] == "2"
    paths = [(method, path.split("?")[0]) for method, path, _ in stub.requests]
    assert paths[:3] == [
        ("GET", "/collections/quaere/exists"),
        ("GET", "/collections/quaere/exists"),
        ("PUT", "/collections/quaere"),
    ]
    assert ("PUT", "/collections/quaere/index") in paths
    store.close()


def test_a_server_that_is_gone():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    message = failure(connect(url))
    assert url in message and "QUAERE_QDRANT__URL" in message and "2 attempts" in message


@pytest.mark.parametrize("answer", [(404, "not here"), (200, "<html>"), (200, {"unexpected": True})])
def test_something_that_is_no_qdrant(stub, url, answer):
    stub.answers = [answer]
    message = failure(connect(url, retries=3))
    assert url in message and "QUAERE_QDRANT__URL" in message
    assert len(stub.requests) == 1


def test_the_address_is_needed():
    with pytest.raises(ConfigurationError, match="QUAERE_QDRANT__URL"):
        QuaereDocumentStore(engine="server").open()
    with pytest.raises(ConfigurationError, match="folder"):
        QuaereDocumentStore().open()
    with pytest.raises(ConfigurationError, match="'disk'"):
        QuaereDocumentStore(engine="disk").open()


def collection(metadata: dict[str, str] | None) -> tuple[int, object]:
    config = {
        "params": {},
        "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
        "optimizer_config": {
            "deleted_threshold": 0.2,
            "vacuum_min_vector_number": 1000,
            "default_segment_number": 0,
            "flush_interval_sec": 5,
        },
        "metadata": metadata,
    }
    info = {"status": "green", "optimizer_status": "ok", "segments_count": 1, "payload_schema": {}, "config": config}
    return 200, {"result": info, "status": "ok", "time": 0}


def test_a_collection_made_with_other_settings_is_refused_with_both_values(stub, url):
    stub.answers = [EXISTS, collection({"format": "1", "dimension": "2", "embedder": "one"})]
    with pytest.raises(ConfigurationError, match=r"embedder.*'one'.*'two'.*quaere rebuild"):
        connect(url, fingerprint={"embedder": "two"}).open()


def test_a_collection_of_another_program_is_refused(stub, url):
    stub.answers = [EXISTS, collection(None)]
    assert "QUAERE_QDRANT__COLLECTION" in failure(connect(url))
