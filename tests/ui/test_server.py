"""The page and the API on one port: who gets which request, and what stands before both."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pipelines.service import QAService
from pipelines.settings import Settings
from tests.ui.serving import serving


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
    response = client.post("/api/v1/ask", json={"question": "How long is the warranty?"})
    assert response.status_code == 422
    assert "quaere index" in response.json()["detail"]
