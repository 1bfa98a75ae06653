"""The page and the API on one port: who gets which request, and what stands before both."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from components.errors import ConfigurationError
from components.stores.folder_lock import HOLDER_FILE
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from service.database.tables import KeyRow
from tests.ui.serving import serving, serving_backend
from ui.server import launch, listen


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data: Path = tmp_path_factory.mktemp("server") / "none"
    with (
        QAService(Settings(data=data)) as service,
        serving(service) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as opened,
    ):
        yield opened


def test_the_page_and_the_api_answer_side_by_side(client: httpx.Client) -> None:
    assert "text/html" in client.get("/").headers["content-type"]
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Quaere"


@pytest.mark.parametrize("path", ["/", "/api/v1/openapi.json", "/health/live"])
def test_both_are_protected(client: httpx.Client, path: str) -> None:
    assert "default-src 'self'" in client.get(path).headers["content-security-policy"]
    assert client.get(path, headers={"host": "evil.example"}).status_code == 421


def test_unknown_paths_of_the_api_are_not_the_pages(client: httpx.Client) -> None:
    response = client.get("/api/v2/ask")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_a_question_to_an_empty_folder_says_what_to_do(client: httpx.Client) -> None:
    reply = client.post("/api/v1/ask", json={"question": "How long is the warranty?"}).json()
    assert reply["answers"] == []
    assert "quaere index" in reply["warnings"][0]


def test_chats_and_measurements_are_of_the_api(client: httpx.Client) -> None:
    assert client.get("/v1/models").json()["data"][0]["id"] == "quaere"
    assert "quaere_requests_total" in client.get("/metrics").text
    assert client.get("/v1/nothing").json()["error"]["type"] == "invalid_request_error"


def test_every_response_has_the_id_of_its_request(client: httpx.Client) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": "a-1"}).headers["x-request-id"] == "a-1"
    assert len(client.get("/").headers["x-request-id"]) == 32


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[httpx.Client, str]]:
    """A server with a key, and its secret."""
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        _, secret = backend.keys.make("desk", ["read"])
        with serving_backend(backend) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as opened:
            yield opened, secret


def test_a_browser_logs_in_with_a_key_and_out_again(locked: tuple[httpx.Client, str]) -> None:
    client, secret = locked
    browser = {"Accept": "text/html"}
    sent = client.get("/?q=why", headers=browser)
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2F%3Fq%3Dwhy")
    login = client.get(sent.headers["location"])
    assert 'value="/?q=why"' in login.text
    assert client.post("/login", data={"key": "quaere_x_y", "next": "/"}).status_code == 401
    entered = client.post("/login", data={"key": f" {secret} ", "next": "/?q=why"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/?q=why")
    cookie = entered.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/"))
    assert secret not in entered.headers["set-cookie"]
    assert client.get("/api/v1/sources").status_code == 200
    assert client.get("/", headers=browser).status_code in (200, 307)
    left = client.post("/logout")
    assert left.headers["location"] == "/login"
    assert client.get("/api/v1/sources").status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/config", "/gradio_api/queue/join", "/stop", "/api/v1/sources", "/v1/models", "/metrics"]
)
def test_nothing_is_open_without_the_key(locked: tuple[httpx.Client, str], path: str) -> None:
    assert locked[0].get(path).status_code == 401
    assert locked[0].post(path, json={}).status_code == 401


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_a_login_leads_to_no_other_site(locked: tuple[httpx.Client, str], wanted: str) -> None:
    client, secret = locked
    assert "evil" not in client.get("/login", params={"next": wanted}).text
    assert client.post("/login", data={"key": secret, "next": wanted}).headers["location"] == "/"


def test_a_form_of_another_site_neither_logs_in_nor_out(locked: tuple[httpx.Client, str]) -> None:
    client, secret = locked
    foreign = {"Origin": "https://evil.example"}
    assert client.post("/login", data={"key": secret}, headers=foreign).status_code == 403
    client.post("/login", data={"key": secret})
    assert client.post("/logout", headers=foreign).status_code == 403
    assert client.get("/api/v1/sources").status_code == 200


def test_what_others_can_reach_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"quaere keys make"):
        launch(Settings(data=tmp_path / "data"), "0.0.0.0", 0)


async def test_small_responses_wait_for_no_acknowledgement() -> None:
    def option(protocol: asyncio.Protocol, transport: asyncio.BaseTransport) -> None:
        accepted = transport.get_extra_info("socket")
        found.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    loop = asyncio.get_running_loop()
    found = loop.create_future()
    protocol = type("Protocol", (asyncio.Protocol,), {"connection_made": option})
    with listen("127.0.0.1", 0) as listening:
        server = await loop.create_server(protocol, sock=listening)
        with socket.create_connection(listening.getsockname()):
            assert await found != 0
        server.close()


@pytest.mark.parametrize("keys_needed", [True, False])
def test_keys_that_vanish_let_nobody_in(tmp_path: Path, keys_needed: bool) -> None:
    with (
        QAService(Settings(data=tmp_path / "data")) as service,
        open_backend(service) as backend,
        serving_backend(backend, keys_needed=keys_needed) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        paths = ("api/v1/sources", "metrics", "gradio_api/queue/data?session_hash=x", "documents")
        strangers = [client.get(path).status_code for path in paths]
        assert strangers[:2] == ([401, 401] if keys_needed else [200, 200])
        # The first key holds at once, whichever of both applications sees it first.
        _, secret = backend.keys.make("only", ["read"])
        assert client.get("documents").status_code == 401
        assert client.get("api/v1/sources", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        with backend.keys.database.writing() as session:
            session.execute(delete(KeyRow))
        assert not backend.keys.exist()
        assert [client.get(path).status_code for path in paths] == [401] * 4
        assert client.get("health/live").status_code == 200


def test_a_supervisor_ends_the_server_as_orderly_as_ctrl_c(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ui.cli.main", "--data", str(tmp_path / "data"), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        assert "Open http" in process.stdout.readline()
        assert (tmp_path / "data" / HOLDER_FILE).is_file()
        process.send_signal(signal.SIGTERM)
        _, problems = process.communicate(timeout=60)
    assert process.returncode == 0, problems
    assert "Traceback" not in problems
    assert not (tmp_path / "data" / HOLDER_FILE).exists()
