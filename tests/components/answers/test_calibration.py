import json
import math

import pytest

from components.answers.calibration import BUNDLED, KINDS, Calibrator, Logistic
from components.errors import ConfigurationError
from components.logits import logit, sigmoid
from components.types import Evidence

EVIDENCE = Evidence(
    relevance=2.0,
    span=1.0,
    dense=0.5,
    lexical=0.25,
    margin=1.0,
    support=1.0,
    faq=0.0,
    codes=1.0,
    near=0.5,
    coverage=0.5,
    behind=0.0,
    fits=1.0,
    mass=0.0,
    length=1.0,
    novel=1.0,
    statement=0.0,
    enumerates=0.0,
)


def evidence(**given):
    """Evidence with 0 for what is not given."""
    return Evidence(**(dict.fromkeys(Evidence.names(), 0) | given))


def logistic(**changes):
    values = {
        "mean": (1.0, *[0] * 16),
        "scale": (2.0, *[1] * 16),
        "coefficients": (2.0, 0.5, *[0] * 15),
        "intercept": -1.5,
        "threshold": 0.4,
    }
    return Logistic(**(values | changes))


def calibrator():
    kinds = dict.fromkeys(KINDS, logistic())
    return Calibrator(kinds | {"faq": logistic(intercept=0.0), "passage": logistic(threshold=0.7)})


def test_confidence_by_hand():
    # (2 - 1) / 2 * 2 + 1 * 0.5 - 1.5 = 0, so one half; without the intercept e^1.5 / (1 + e^1.5).
    assert calibrator().confidence(EVIDENCE, "span") == pytest.approx(0.5)
    assert calibrator().confidence(EVIDENCE, "faq") == pytest.approx(math.exp(1.5) / (1 + math.exp(1.5)))
    assert calibrator().threshold("passage") == 0.7


def test_an_odd_value_is_held_within_the_limit():
    wild = evidence(relevance=1e9)
    assert calibrator().confidence(wild, "span") == pytest.approx(float(sigmoid(4 * 2 - 1.5)))


def test_any_right_by_hand():
    assert calibrator().any_right([]) == 0.0
    assert calibrator().any_right([0.5, 0.5]) == pytest.approx(0.75)
    shifted = Calibrator(calibrator().kinds, any_intercept=0.0, any_slope=2.0)
    assert shifted.any_right([0.75]) == pytest.approx(0.9)  # odds of 3, squared
    assert calibrator().any_right([1.0, 0.0]) == pytest.approx(1.0)


def test_logit_inverts_sigmoid_and_is_finite_at_the_ends():
    assert float(sigmoid(logit(0.2))) == pytest.approx(0.2)
    assert math.isfinite(logit(0.0))
    assert math.isfinite(logit(1.0))


def test_a_saved_calibrator_loads_as_it_was(tmp_path):
    path = tmp_path / "calibrator.json"
    made = Calibrator(calibrator().kinds, 0.5, 1.5, {"data": "by hand"})
    made.save(path)
    assert Calibrator.load(path) == made


def test_the_bundled_calibrator_fits_this_version():
    bundled = Calibrator.load(BUNDLED)
    assert set(bundled.kinds) == set(KINDS)
    better = evidence(
        relevance=6, span=8, dense=0.8, lexical=1, margin=5, support=2, codes=1, near=1, coverage=1, fits=1
    )
    worse = evidence(relevance=-6, span=-8, dense=0.1, margin=-5, support=1)
    for kind in KINDS:
        assert bundled.confidence(better, kind) > 0.6 > 0.4 > bundled.confidence(worse, kind)


def test_a_curve_by_hand_and_kept_in_the_file(tmp_path):
    bent = Calibrator({kind: logistic(curve=((0.25, 0.0), (0.75, 0.6))) for kind in KINDS})
    # The regression says one half, which lies half way between the points; beyond them the curve is flat.
    assert bent.confidence(EVIDENCE, "span") == pytest.approx(0.3)
    assert bent.confidence(evidence(relevance=-1e9), "span") == 0.0
    assert bent.confidence(evidence(relevance=1e9), "span") == pytest.approx(0.6)
    bent.save(tmp_path / "calibrator.json")
    assert Calibrator.load(tmp_path / "calibrator.json") == bent
    assert [bent.to_dict()["format"], calibrator().to_dict()["format"]] == [2, 1]


@pytest.mark.parametrize("curve", [[[0.5, 0.5], [0.5, 0.6]], [[0.1, 0.5], [0.2, 0.4]], [[0.1, 1.5]], [[0.1]]])
def test_a_curve_that_is_none_is_refused(curve):
    data = calibrator().to_dict()
    data["kinds"]["faq"]["curve"] = curve
    with pytest.raises(ConfigurationError, match="quaere train calibrator"):
        Calibrator.from_dict(data)


def test_a_calibrator_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path):
    target = tmp_path / "calibrator.json"
    target.mkdir()
    with pytest.raises(OSError, match="calibrator"):
        calibrator().save(target)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"names": ["relevance", "shine"]}, ["'shine'", "'margin'"]),
        ({"evidence_version": 99}, ["99", str(Evidence.VERSION)]),
        ({"format": 0}, ["0", "1"]),
        ({"kinds": {}}, ["span", "faq", "passage"]),
        ({"any": {}}, ["intercept"]),
    ],
)
def test_another_calibrators_file_is_refused_with_both_values(tmp_path, change, expected):
    path = tmp_path / "calibrator.json"
    path.write_text(json.dumps(calibrator().to_dict() | change))
    with pytest.raises(ConfigurationError) as caught:
        Calibrator.load(path)
    for part in (*expected, str(path)):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("scale", [0.0] * 11), ("threshold", 1.5), ("mean", [0.0]), ("intercept", float("nan"))],
)
def test_bad_numbers_are_refused(name, value):
    data = calibrator().to_dict()
    data["kinds"]["faq"][name] = value
    with pytest.raises(ConfigurationError, match=name if name != "intercept" else "finite"):
        Calibrator.from_dict(data)


def test_a_missing_or_damaged_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="nowhere"):
        Calibrator.load(tmp_path / "nowhere.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(ConfigurationError, match="broken"):
        Calibrator.load(tmp_path / "broken.json")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(ConfigurationError, match="format"):
        Calibrator.load(tmp_path / "list.json")
