"""Exports of help desks as documents: one state an item, only what has changed again, and in the index."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.external.documents import ExternalDocuments
from service.external.importing import DeskImport, HelpDesk
from service.external.indexing import ExternalReport, report_of
from ui.cli.program import app


def ticket(number: int, reply: str, **fields: Any) -> dict[str, Any]:
    comments = [
        {"author_id": 1, "public": True, "body": f"What is the code of door {number}?", "created_at": "1"},
        {"author_id": 2, "public": True, "body": reply, "created_at": "2"},
    ]
    return {"id": number, "subject": f"Door {number}", "requester_id": 1, "comments": comments} | fields


def article(number: int, body: str, **fields: Any) -> dict[str, Any]:
    url = f"https://help.example/articles/{number}"
    return {"id": number, "title": f"Article <{number}>", "body": body, "html_url": url, "locale": "en-us"} | fields


def imported(data: Path, desk: HelpDesk, *files: Path, keep_personal_data: bool = False) -> ExternalReport:
    documents = ExternalDocuments(data, desk)
    with documents.opened() as log:
        resumed = DeskImport(desk, documents, log, keep_personal_data=keep_personal_data).run(files)
        return report_of(documents, log, (), resumed=resumed)


def written(folder: Path, name: str, records: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(records), "utf-8")
    return path


def states(report: ExternalReport) -> dict[str, tuple[str, str]]:
    return {item.key: (item.state, item.reason) for item in report.items}


def test_each_record_has_a_state_with_its_reason(tmp_path: Path) -> None:
    good = written(tmp_path, "good.json", {"tickets": [
        ticket(1, "The code of this door is 4711."),
        ticket(2, "Done."),
        ticket(3, "The code of this door is 4712.", status="deleted"),
        {"id": 4, "subject": "No comments", "requester_id": 1},
        {"id": 5, "name": "Ann"},
        {**ticket(6, "x"), "id": None},
        {**ticket(7, "x"), "comments": [{"author_id": [], "public": True, "html_body": {"no": "text"}}]},
    ]})  # fmt: skip
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    report = imported(tmp_path / "data", "zendesk", broken, good)
    assert states(report) == {
        "file broken.json": ("failed", "is no valid JSON or CSV (parse error: premature EOF)"),
        "zendesk ticket 1": ("new", ""),
        "zendesk ticket 2": ("skipped", "has no public reply that says something"),
        "zendesk ticket 3": ("skipped", "is marked as deleted"),
        "good.json record 4": ("failed", "has no field comments"),
        "good.json record 5": ("skipped", "is neither a ticket nor an article"),
        "good.json record 6": ("failed", "has no number"),
        "zendesk ticket 7": ("skipped", "has no public reply"),
    }
    assert report.has_failures


def test_only_what_has_changed_is_written_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    records = [article(1, "<p>one</p>"), article(2, "<p>two</p>"), article(3, "<p>three</p>")]
    imported(data, "zendesk", written(tmp_path, "a.json", {"articles": records}))
    records[1]["body"], records[2]["html_url"] = "<p>deux</p>", "https://help.example/moved"
    report = imported(data, "zendesk", written(tmp_path, "a.json", {"articles": records}))
    assert [state for state, _ in states(report).values()] == ["unchanged", "new", "new"]
    draft = written(tmp_path, "b.json", {"articles": [article(1, "x", draft=True)]})
    assert states(imported(data, "zendesk", draft)) == {"zendesk article 1": ("skipped", "is a draft")}


def test_personal_data_are_masked_in_tickets_and_stay_in_articles(tmp_path: Path) -> None:
    data = tmp_path / "data"
    letter = "Write to desk@acme.example or call +49 30 1234567."
    file = written(tmp_path, "a.json", [ticket(1, letter), article(1, letter)])
    imported(data, "zendesk", file)
    texts = {path.suffix: path.read_text("utf-8") for path in data.glob("external/*/documents/*/document.*")}
    assert "Write to [e-mail address] or call [phone number]." in texts[".json"] and letter in texts[".html"]
    imported(data, "zendesk", file, keep_personal_data=True)
    assert all(letter in path.read_text("utf-8") for path in data.glob("external/*/documents/*/document.*"))


@pytest.mark.parametrize("line", ["not json", "[]"])
def test_what_was_read_before_the_damage_stays(tmp_path: Path, line: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f"{json.dumps(ticket(1, 'The code of this door is 4711.'))}\n{line}\n", "utf-8")
    report = imported(tmp_path / "data", "zendesk", file)
    assert report.counts == {"new": 1, "failed": 1}


def run(*args: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*args, "--json"], prog_name="quaere")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_tickets_and_articles_are_answered_from(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    records = [ticket(number, f"The code of this door is {4710 + number}.") for number in range(1, 5)]
    records.append(article(1, "<p>The warranty of the Aria pump lasts 24 months.</p><script>x</script>"))
    file = written(tmp_path, "export.json", records)
    first = run("import", "zendesk", str(file), "--data", data)
    assert (first["counts"], first["indexed"]["indexed"]) == ({"new": 5}, 5)
    found = {each["source"]: each for each in run("sources", "list", "--data", data)["sources"]}
    assert found["zendesk article 1"]["title"] == "Article <1>"
    assert found["zendesk article 1"]["url"] == "https://help.example/articles/1"
    shown = run("sources", "show", "zendesk ticket 2", "--data", data)
    assert [each["kind"] for each in shown["passages"]] == ["faq"]
    assert run("ask", "How long is the warranty of the Aria pump?", "--data", data)["answers"][0]["text"] == "24 months"

    records[1] = ticket(2, "Done.")
    second = run("import", "zendesk", str(written(tmp_path, "export.json", records)), "--data", data)
    assert (second["deleted"], second["indexed"]["unchanged"]) == (1, 4)
    run("import", "chatwoot", str(file), "--data", data, code=0)
