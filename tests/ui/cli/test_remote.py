"""Commands on a data folder that a service holds: they go through it, give the same, and nobody else can."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from components.stores.folder_lock import HOLDER_FILE
from tests.site import Answer, links, page, serving_site

Quaere = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("remote")
    (root / "docs").mkdir()
    (root / "docs" / "manual.md").write_text("The warranty of the Aria pump is 24 months.\n", "utf-8")
    (root / "docs" / "bad.pdf").write_text("no PDF", "utf-8")
    return root


@pytest.fixture(scope="module")
def serving(place: Path) -> Iterator[dict[str, str]]:
    """A service in a process of its own, started elsewhere; what its lock file says."""
    command = [sys.executable, "-m", "ui.cli.main", "--data", str(place / "data"), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert "Open http" in process.stdout.readline()
        try:
            yield json.loads((place / "data" / HOLDER_FILE).read_text("utf-8"))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="module")
def quaere(place: Path, serving: dict[str, str]) -> Quaere:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ui.cli.main", "--data", "data", *args]
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", timeout=120, cwd=place, env=environment
        )

    return run


def test_documents_are_indexed_under_the_names_given_and_failures_are_told(quaere: Quaere) -> None:
    first = quaere("index", "docs", "--json")
    report = json.loads(first.stdout)
    assert (first.returncode, report["indexed"]) == (4, 1), first.stderr
    assert [failure["path"] for failure in report["failures"]] == ["docs/bad.pdf"]
    listed = json.loads(quaere("sources", "list", "--json").stdout)["sources"]
    assert [each["source"] for each in listed] == ["docs/manual.md"]


def test_questions_sources_and_status_go_through_the_service(quaere: Quaere, place: Path) -> None:
    asked = quaere("ask", "How long is the warranty of the Aria pump?", "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["answers"][0]["text"] == "24 months"
    filtered = quaere("ask", "How long is it?", "--filter", "colour = red")
    assert filtered.returncode == 1
    assert "colour" in filtered.stderr
    assert json.loads(quaere("status", "--json").stdout)["passages"] == 1
    assert "24 months" in quaere("sources", "show", "docs/manual.md", "--text").stdout
    (place / "q.jsonl").write_text('{"id": 1, "question": "How long is the warranty?"}\n', "utf-8")
    assert json.loads(quaere("ask", "--batch", "q.jsonl").stdout)["id"] == 1


@pytest.mark.slow
def test_groups_given_on_the_command_line_hold(quaere: Quaere, place: Path) -> None:
    (place / "price.txt").write_text("The Aria pump costs 480 euros.", "utf-8")
    assert quaere("index", "price.txt", "--groups", "staff").returncode == 0
    question = ("ask", "What does the Aria pump cost?", "--json", "--threshold", "0")
    assert "480 euros" in quaere(*question, "--groups", "staff").stdout
    assert "480 euros" not in quaere(*question).stdout
    assert quaere("sources", "delete", "price.txt").returncode == 0
    assert quaere("sources", "delete", "price.txt").returncode == 1


def test_what_is_gone_is_pruned(quaere: Quaere, place: Path) -> None:
    extra = place / "docs" / "extra.md"
    extra.write_text("The Berta pump is red.", "utf-8")
    quaere("index", "docs")
    extra.unlink()
    assert json.loads(quaere("index", "docs", "--prune", "--json").stdout)["removed"] == 1
    nothing = quaere("index", "nothing-here")
    assert nothing.returncode == 1
    assert "nothing-here" in nothing.stderr


@pytest.mark.slow
def test_names_that_are_no_text_and_links_go_through_the_service_too(quaere: Quaere, place: Path) -> None:
    odd = place / "odd"
    odd.mkdir()
    (odd / "out.md").symlink_to(place / "docs" / "manual.md")
    name = "\\xe9.md" if sys.platform == "linux" else "e.md"
    (odd / (os.fsdecode(b"\xe9.md") if sys.platform == "linux" else name)).write_text(
        "The Carla pump is green.", "utf-8"
    )
    (odd / "blank.md").touch()
    first = quaere("index", "odd", "--json")
    report = json.loads(first.stdout)
    assert (first.returncode, report["indexed"]) == (0, 1), first.stderr
    assert {Path(failure["path"]).name for failure in report["failures"]} == {"blank.md", "out.md"}
    asked = json.loads(quaere("ask", "Which colour is the Carla pump?", "--json", "--threshold", "0").stdout)
    assert asked["answers"][0]["source"] == f"odd/{name}"
    assert json.loads(quaere("index", "odd", "--follow-links", "--json").stdout)["files"] == 3
    assert quaere("sources", "delete", f"odd/{name}", "odd/out.md").returncode == 0


def test_other_commands_say_who_holds_the_folder(quaere: Quaere) -> None:
    refused = quaere("rebuild")
    assert refused.returncode == 1
    assert "quaere serve" in refused.stderr


def test_the_token_is_readable_by_its_user_only_and_opens_nothing_to_others(
    place: Path, serving: dict[str, str]
) -> None:
    assert stat.S_IMODE((place / "data" / HOLDER_FILE).stat().st_mode) == 0o600
    with httpx.Client(base_url=serving["url"], trust_env=False) as client:
        for key in ("", "Bearer x", f"Bearer {serving['token']}x"):
            response = client.post("/api/v1/own/sources", json={}, headers={"Authorization": key} if key else {})
            assert response.status_code == 404
        mine = {"Authorization": f"Bearer {serving['token']}"}
        assert client.post("/api/v1/own/sources", json={}, headers=mine).status_code == 200
        assert client.post("/api/v1/own/close", json={}, headers=mine).status_code == 404
        assert "/own" not in client.get("/api/v1/openapi.json").text


@pytest.mark.slow
def test_an_interrupted_command_stops_its_run_and_leaves_whole_sources(quaere: Quaere, place: Path) -> None:
    many = place / "many"
    many.mkdir()
    for number in range(300):
        (many / f"{number}.md").write_text(f"Pump {number} weighs {number} kilograms. " * 40, "utf-8")
    command = [sys.executable, "-m", "ui.cli.main", "--data", str(place / "data"), "index", str(many)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        process.wait(60)
    settled = json.loads(quaere("status", "--json").stdout)["passages"]
    time.sleep(3)
    assert json.loads(quaere("status", "--json").stdout)["passages"] - settled < 200
    assert json.loads(quaere("index", str(many), "--json").stdout)["failures"] == []
    listed = json.loads(quaere("sources", "list", "--json").stdout)["sources"]
    assert sum(each["path"].startswith(str(many)) for each in listed) == 300


def test_a_site_is_crawled_while_the_service_holds_the_folder(quaere: Quaere) -> None:
    with serving_site() as site:
        site.answers = {f"/{number}": page(f"<p>Valve {number} opens at {number} bar.</p>") for number in range(4)}
        site.answers["/"] = page("<p>All valves.</p>" + links("/0", "/1", "/2", "/3"))
        command = ["crawl", site.url(), "--rate", "50", "--json"]
        first = quaere(*command)
        report = json.loads(first.stdout)
        assert (first.returncode, report["counts"], report["indexed"]["indexed"]) == (0, {"new": 5}, 5), first.stderr
        listed = {each["source"] for each in json.loads(quaere("sources", "list", "--json").stdout)["sources"]}
        assert {site.url(f"/{number}") for number in range(4)} < listed
        site.answers["/3"] = Answer(status=404)
        second = json.loads(quaere(*command).stdout)
        assert (second["deleted"], second["indexed"]["unchanged"]) == (1, 4)
