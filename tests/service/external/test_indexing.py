"""Pages of a site in a real index: what a crawl brings, changes and takes away."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.site import Answer, Site, links, page, serving_site
from ui.cli.program import app


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_site() as found:
        yield found


def crawl(site: Site, data: Path, *options: str, code: int = 0) -> dict[str, object]:
    command = ["crawl", site.url(), "--data", str(data), "--rate", "50", "--json", *options]
    result = CliRunner().invoke(app, command, prog_name="quaere")
    assert result.exit_code == code, result.output
    return dict(json.loads(result.stdout))


def sources(data: Path) -> dict[str, dict[str, object]]:
    result = CliRunner().invoke(app, ["sources", "list", "--json", "--data", str(data)], prog_name="quaere")
    return {each["source"]: each for each in json.loads(result.stdout)["sources"]}


def test_pages_come_into_the_index_change_there_and_leave_it(site: Site, tmp_path: Path) -> None:
    data = tmp_path / "data"
    paths = [f"/{number}" for number in range(13)]
    site.answers = {path: page(f"<h1>Part {path}</h1><p>Part {path} lasts {path[1:]} years.</p>") for path in paths}
    site.answers["/"] = page(links(*paths) + "<p>All parts of the pump.</p>", head="<title>Parts</title>")
    planned = crawl(site, data, "--dry-run")
    assert planned["counts"] == {"new": 1, "queued": 13} and not data.exists()

    first = crawl(site, data, "--groups", "staff")
    assert first["counts"] == {"new": 14} and first["indexed"]["indexed"] == 14  # type: ignore[index]
    found = sources(data)
    assert found.keys() == {site.url(path) for path in ["/", *paths]}
    home = found[site.url()]
    assert (home["title"], home["url"], home["groups"]) == ("Parts", site.url(), ["staff"])

    site.answers["/1"] = page("<p>Part 1 lasts eleven years.</p>")
    second = crawl(site, data)
    assert second["indexed"]["indexed"] == 1 and second["indexed"]["unchanged"] == 13  # type: ignore[index]
    assert sources(data)[site.url("/1")]["groups"] == ["staff"]

    site.answers |= {path: Answer(status=404) for path in paths[:11]}
    held = crawl(site, data, code=4)
    assert (held["deleted"], held["held_back"], len(sources(data))) == (0, 11, 14)
    gone = crawl(site, data, "--force")
    assert (gone["deleted"], gone["held_back"], len(sources(data))) == (11, 0, 3)
    assert len(list(data.glob("external/*/documents/*"))) == 3


def test_a_page_that_cannot_be_read_is_named_by_its_address(site: Site, tmp_path: Path) -> None:
    site.answers["/"] = Answer(b"%PDF-1.7 and nothing more", headers={"Content-Type": "application/pdf"})
    report = crawl(site, tmp_path / "data", code=4)
    assert [each["path"] for each in report["indexed"]["failures"]] == [site.url()]  # type: ignore[index]
