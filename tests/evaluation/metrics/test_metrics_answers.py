import pytest

from evaluation.metrics.answers import exact_match, f1, normalised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Denver Broncos!", "denver broncos"),
        ("US$3 per barrel", "us3 per barrel"),
        ("an apple a day", "apple day"),
        ("theatre", "theatre"),
        ("308分。", "308 分"),
        ("「卡万·肖特」", "卡 万 肖 特"),
        ("the", ""),
    ],
)
def test_normalisation_by_the_published_rules(text, expected):
    assert normalised(text) == expected


@pytest.mark.parametrize(
    ("prediction", "references", "expected"),
    [
        ("The Broncos", ["broncos"], 1.0),
        ("Broncos", ["Denver Broncos", "the Broncos."], 1.0),
        ("Denver", ["Denver Broncos"], 0.0),
        ("", [], 1.0),
        ("Denver", [], 0.0),
        ("", ["Denver"], 0.0),
        ("the", ["a"], 1.0),
    ],
)
def test_exact_match(prediction, references, expected):
    assert exact_match(prediction, references) == expected


@pytest.mark.parametrize(
    ("prediction", "references", "expected"),
    [
        ("Denver", ["Denver Broncos"], 2 / 3),  # p 1, r 1/2
        ("the Denver Broncos team", ["Denver Broncos"], 4 / 5),  # p 2/3, r 1
        ("red red", ["red blue"], 1 / 2),  # one of the two counts
        ("Denver", ["Boston", "Denver"], 1.0),
        ("三十分钟", ["三十分"], 6 / 7),
        ("Boston", ["Denver"], 0.0),
        ("", [], 1.0),
        ("x", [], 0.0),
        ("", ["x"], 0.0),
        ("the", ["a"], 1.0),
        ("the", ["x"], 0.0),
    ],
)
def test_f1(prediction, references, expected):
    assert f1(prediction, references) == pytest.approx(expected)
