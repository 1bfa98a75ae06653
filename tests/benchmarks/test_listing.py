"""The benchmark of lists runs on a few sources, and its figures are those of whole answers."""

import json
from pathlib import Path

from benchmarks.listing import main, operations


def test_it_fills_times_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    main(["--sources", "50", "--repeats", "2", "--data", str(tmp_path / "data"), "--json", str(file)])
    report = json.loads(file.read_text("utf-8"))
    assert (report["sources"], report["repeats"]) == (50, 2)
    figures = {each["name"]: each for each in report["figures"]}
    assert list(figures) == [each.name for each in operations(50)]
    assert all(0 < each["median_ms"] <= each["slowest_ms"] for each in figures.values())
    assert figures["first page of the list"]["bytes"] > 50 * 200
    assert figures["feedback export"]["bytes"] > 50 * 100
