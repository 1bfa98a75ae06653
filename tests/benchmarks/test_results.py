import json
from pathlib import Path

import pytest

from benchmarks.results import Results
from components.errors import InputError


def test_every_part_is_on_disk_at_once_and_says_whether_it_is_all(tmp_path: Path) -> None:
    data, file = tmp_path / "data.txt", tmp_path / "new" / "out.json"
    data.write_text("x", "utf-8")
    results = Results("peers", {"count": 3}, [data], file)
    begun = json.loads(file.read_text("utf-8"))
    assert (begun["benchmark"], begun["finished"], begun["settings"]) == ("peers", False, {"count": 3})
    assert list(begun["provenance"]["data"]) == ["data.txt"]
    assert "qdrant-client" in begun["provenance"]["peers"]
    results.put("index", {"stock": 1})
    assert json.loads(file.read_text("utf-8"))["index"] == {"stock": 1}
    assert results.finish() == json.loads(file.read_text("utf-8"))
    assert json.loads(file.read_text("utf-8"))["finished"] is True
    assert [path.name for path in file.parent.iterdir()] == ["out.json"]


def test_a_figure_that_is_no_number_is_an_error_and_leaves_the_file(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    results = Results("peers", {}, [], file)
    before = file.read_text("utf-8")
    with pytest.raises(ValueError, match="not JSON compliant"):
        results.put("index", float("nan"))
    assert file.read_text("utf-8") == before


def test_a_place_that_cannot_be_written_is_known_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        Results("peers", {}, [], tmp_path / "file" / "out.json")


def test_a_report_that_was_not_finished_goes_on(tmp_path: Path) -> None:
    data, file = tmp_path / "data.txt", tmp_path / "out.json"
    data.write_text("x", "utf-8")
    begun = Results("peers", {"clients": (1, 4)}, [data], file, go_on=True)
    begun.put("index", {"stock": 1})
    begun.complete("index")
    begun.put("asking", {"stock": 2})
    again = Results("peers", {"clients": (1, 4)}, [data], file, go_on=True)
    assert again.report["index"] == {"stock": 1}
    assert again.is_complete("index") and not again.is_complete("asking")
    assert "complete" not in again.finish()
    anew = Results("peers", {"clients": (1, 4)}, [data], file, go_on=True)
    assert not anew.is_complete("index") and "index" not in anew.report


@pytest.mark.parametrize("change", ["settings", "benchmark", "data", "told to", "damaged"])
def test_a_report_of_something_else_is_replaced(change: str, tmp_path: Path) -> None:
    data, file = tmp_path / "data.txt", tmp_path / "out.json"
    data.write_text("x", "utf-8")
    Results("peers", {"count": 1}, [data], file, go_on=True).complete("index")
    if change == "data":
        data.write_text("y", "utf-8")
    if change == "damaged":
        file.write_text(file.read_text("utf-8")[:-20], "utf-8")
    found = Results(
        "growth" if change == "benchmark" else "peers",
        {"count": 2 if change == "settings" else 1},
        [data],
        file,
        go_on=change != "told to",
    )
    assert not found.is_complete("index")
