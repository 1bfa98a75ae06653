"""How much of each file is learned from."""

from pathlib import Path
from typing import Any

import pytest

from components.errors import ConfigurationError
from training.data.drawing import DrawnOptions, drawn
from training.data.example import Example
from training.option_files import options_from


def options(**counts: int) -> DrawnOptions:
    given: dict[str, Any] = {"data": [Path("a/one.json"), Path("b/two.json")]}
    return options_from(DrawnOptions, None, **given, counts={f"{name}.json": count for name, count in counts.items()})


def example(number: int, origin: str) -> Example:
    return Example(str(number), f"question {number}", f"passage {number}", "", ((8, 9),), origin=origin)


@pytest.mark.parametrize(("count", "most", "kinds"), [(0, 0, 0), (4, 1, 4), (6, 1, 6), (15, 3, 6)])
def test_examples_are_drawn_by_file(count: int, most: int, kinds: int) -> None:
    examples = [example(number, "a/one.json") for number in range(6)] + [example(9, "b/two.json")]
    chosen = drawn(examples, options(one=count))
    of_one = [each.id for each in chosen if each.origin == "a/one.json"]
    assert len(of_one) == count and len(set(of_one)) == kinds
    assert max((of_one.count(each) for each in of_one), default=0) == most
    assert [each.id for each in chosen if each.origin != "a/one.json"] == ["9"]


def test_counts_of_files_that_are_not_there() -> None:
    with pytest.raises(ConfigurationError, match=r"counts has three.json; .* one.json, two.json"):
        options(three=5)
    with pytest.raises(ConfigurationError, match="counts has a number below 0"):
        options(one=-1)
