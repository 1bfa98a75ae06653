import json

import pytest

from components.errors import ConfigurationError
from evaluation.rows import RowFile


def test_rows_outlive_a_kill_and_the_torn_line_goes(tmp_path):
    path = tmp_path / "deep" / "rows.jsonl"
    with RowFile(path, {"seed": 0}) as rows:
        rows.add([{"id": "a", "f1": 0.5}, {"id": "b", "f1": 1.0}])
    with path.open("a") as file:
        file.write('{"id": "c", "f1"')
    with RowFile(path, {"seed": 0}) as rows:
        assert list(rows.rows) == ["a", "b"]
        rows.add([{"id": "c", "f1": 0.0}])
    assert [json.loads(line).get("id") for line in path.read_text().splitlines()] == [None, "a", "b", "c"]


def test_rows_of_other_settings_are_refused_with_both(tmp_path):
    path = tmp_path / "rows.jsonl"
    with RowFile(path, {"seed": 0}) as rows:
        rows.add([{"id": "a"}])
    with pytest.raises(ConfigurationError, match=r"'seed': 0.*'seed': 1"), RowFile(path, {"seed": 1}):
        pass
