"""What a run learns from and what it is measured on."""

from pathlib import Path

from tests.training.pairs.test_run import squad
from training.data.example import Example
from training.pairs.data import NEGATIVES, read_pair_data, to_measure
from training.pairs.options import PairOptions, load_options


def options(tmp_path: Path, **more: object) -> PairOptions:
    files = [squad(tmp_path / "one.json", 6), squad(tmp_path / "two.json", 5)]
    return load_options(None, **({"kind": "joint", "data": files, "out": tmp_path / "out"} | more))


def example(number: int, origin: str = "a/one.json", title: str = "") -> Example:
    return Example(str(number), f"question {number}", f"passage {number}", title, ((8, 9),), origin=origin)


def test_measured_examples_are_ranked_among_passages_without_their_answer() -> None:
    examples = [example(number, title="x" if number < 4 else "y") for number in range(30)]
    for each in to_measure(examples, 10, seed=1):
        assert len(each.negatives) == NEGATIVES == len(set(each.negatives))
        assert each.passage not in each.negatives
        assert not any(each.answers[0] in negative for negative in each.negatives)
        if each.title == "x":
            assert sum(f"passage {number}" in each.negatives for number in range(4)) >= 2


def test_what_is_measured_is_not_learned(tmp_path: Path) -> None:
    given = options(tmp_path)
    copied = given.model_copy(update={"development": (squad(tmp_path / "dev.json", 6),)})
    assert len(read_pair_data(given).training) == 6  # the second file repeats the first one's questions
    dropped = [
        line
        for line in read_pair_data(
            copied.model_copy(update={"data": (given.data[1],), "development": (squad(tmp_path / "part.json", 3),)})
        ).report
        if "the evaluation data hold" in line
    ]
    assert dropped
