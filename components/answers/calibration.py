"""Confidence: evidence -> the probability that an answer is right.

A logistic regression per kind of answer over standardised :class:`components.types.Evidence`, followed where the data
asked for it by a monotone curve, read from a JSON file that says what it was fitted on. Pure numpy; fitting is done
elsewhere.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Self, get_args

import numpy as np
import numpy.typing as npt

from components.errors import ConfigurationError
from components.logits import logit, sigmoid
from components.types import AnswerKind, Evidence
from components.writing import write_whole

FORMAT = 1
"""Version of the calibrator's file."""

FORMAT_WITH_CURVES = 2
"""Of a file that has a curve: a version that knows none refuses it, where it would otherwise misstate confidences."""

BUNDLED = Path(__file__).resolve().parents[2] / "models" / "calibrator.json"
"""The calibrator that was fitted with the bundled models."""

Floats = npt.NDArray[np.float64]

_SHARED: dict[AnswerKind, AnswerKind] = {"row": "sentence"}
"""Kinds of answer that are judged as others are: a row is the sentence of a table."""

KINDS: tuple[AnswerKind, ...] = tuple(kind for kind in get_args(AnswerKind) if kind not in _SHARED)
"""The kinds of answer that have a model of their own."""


def modelled(kind: AnswerKind) -> AnswerKind:
    """The kind of answer whose model judges this one."""
    return _SHARED.get(kind, kind)


LIMIT = 4.0
"""Standardised values are held within this many deviations: no single odd value decides alone."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """One fitted logistic regression and the confidence from which its kind of answer is given."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    """Standard deviations, greater than 0."""
    coefficients: tuple[float, ...]
    intercept: float
    threshold: float
    """In [0, 1]."""
    curve: tuple[tuple[float, float], ...] = ()
    """Points from the regression's probability to the confidence, straight between them and flat beyond; each in
    [0, 1], the first coordinates ascending, the second never descending. Empty: the probability is the confidence."""

    def standardise(self, values: Sequence[Sequence[float]] | Floats) -> Floats:
        """Rows of raw evidence to standardised, limited values; both (n_rows, n_names)."""
        rows = np.asarray(values, dtype=np.float64).reshape(-1, len(self.mean))
        standard: Floats = np.clip((rows - np.array(self.mean)) / np.array(self.scale), -LIMIT, LIMIT)
        return standard

    def probabilities(self, values: Sequence[Sequence[float]] | Floats) -> Floats:
        """Rows of raw evidence to probabilities, (n_rows,)."""
        regressed = sigmoid(self.standardise(values) @ np.array(self.coefficients) + self.intercept)
        return np.interp(regressed, *np.array(self.curve).T) if self.curve else regressed


@dataclass(frozen=True, slots=True)
class Calibrator:
    """The confidence of answers of every kind, and of the question having any right answer among them."""

    kinds: Mapping[AnswerKind, Logistic]
    any_intercept: float = 0.0
    any_slope: float = 1.0
    """Recalibrates the joint probability of several answers, which are not independent of each other."""
    fitted_on: Mapping[str, Any] = field(default_factory=dict)
    """What the file says about its making: data, checksums, results."""

    def confidence(self, evidence: Evidence, kind: AnswerKind) -> float:
        """The probability in [0, 1] that an answer of this kind with this evidence is right."""
        return self.confidences([evidence], [kind])[0]

    def confidences(self, evidence: Sequence[Evidence], kinds: Sequence[AnswerKind]) -> list[float]:
        """The same of many answers, with the evidence and kind of each."""
        found = np.empty(len(evidence))
        models = [modelled(kind) for kind in kinds]
        for kind in set(models):
            rows = [row for row, each in enumerate(models) if each == kind]
            found[rows] = self.kinds[kind].probabilities([evidence[row].values() for row in rows])
        return [float(each) for each in found]

    def threshold(self, kind: AnswerKind) -> float:
        """The confidence from which an answer of this kind is given."""
        return self.kinds[modelled(kind)].threshold

    def any_right(self, confidences: Sequence[float]) -> float:
        """The probability that at least one of these answers to one question is right; 0 for none."""
        if not confidences:
            return 0.0
        joint = 1.0 - math.prod(1.0 - confidence for confidence in confidences)
        return float(sigmoid(self.any_intercept + self.any_slope * logit(joint)))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a calibrator's file.

        Raises:
            ConfigurationError: the file is missing or damaged, or was fitted on other evidence than this version's.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The calibrator {path} cannot be read ({error}); set another file or none for the bundled one."
            ) from error
        return cls.from_dict(data, str(path))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], origin: str = "given") -> Self:
        """Build from what :meth:`to_dict` wrote; ``origin`` names it in errors."""
        _check_evidence(data, origin)
        try:
            return cls(
                kinds={kind: _logistic(data["kinds"][kind]) for kind in KINDS},
                any_intercept=float(data["any"]["intercept"]),
                any_slope=float(data["any"]["slope"]),
                fitted_on=dict(data.get("fitted_on", {})),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"The calibrator {origin} lacks or misstates {error}; it needs the kinds {', '.join(KINDS)} and "
                "'any'. Fit it again with `quaere train calibrator`."
            ) from error

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "format": FORMAT_WITH_CURVES if any(model.curve for model in self.kinds.values()) else FORMAT,
            "evidence_version": Evidence.VERSION,
            "names": list(Evidence.names()),
            "kinds": {
                kind: {
                    "mean": list(model.mean),
                    "scale": list(model.scale),
                    "coefficients": list(model.coefficients),
                    "intercept": model.intercept,
                    "threshold": model.threshold,
                }
                | ({"curve": [list(point) for point in model.curve]} if model.curve else {})
                for kind, model in self.kinds.items()
            },
            "any": {"intercept": self.any_intercept, "slope": self.any_slope},
            "fitted_on": dict(self.fitted_on),
        }

    def save(self, path: Path | str) -> None:
        """Write the calibrator's file, whole or not at all."""
        write_whole(Path(path), json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n")


def _check_evidence(data: Mapping[str, Any], origin: str) -> None:
    expected = {"format": FORMAT, "evidence_version": Evidence.VERSION, "names": list(Evidence.names())}
    for key, value in expected.items():
        found = data.get(key) if isinstance(data, Mapping) else None
        if found != value and (key, found) != ("format", FORMAT_WITH_CURVES):
            raise ConfigurationError(
                f"The calibrator {origin} has {key} {found!r}, this version computes {value!r}; "
                "fit it again with `quaere train calibrator`."
            )


def _logistic(data: Mapping[str, Any]) -> Logistic:
    count = len(Evidence.names())
    vectors = {name: tuple(float(value) for value in data[name]) for name in ("mean", "scale", "coefficients")}
    numbers = {name: float(data[name]) for name in ("intercept", "threshold")}
    for name, vector in vectors.items():
        if len(vector) != count:
            raise ValueError(f"{name!r} with {len(vector)} values instead of {count}")
    given = [*(value for vector in vectors.values() for value in vector), *numbers.values()]
    if not all(math.isfinite(value) for value in given):
        raise ValueError("a value that is not a finite number")
    if min(vectors["scale"]) <= 0:
        raise ValueError(f"'scale' of {min(vectors['scale'])}, which must be greater than 0")
    if not 0 <= numbers["threshold"] <= 1:
        raise ValueError(f"'threshold' of {numbers['threshold']}, which must be in [0, 1]")
    return Logistic(
        mean=vectors["mean"],
        scale=vectors["scale"],
        coefficients=vectors["coefficients"],
        intercept=numbers["intercept"],
        threshold=numbers["threshold"],
        curve=_curve(data.get("curve", [])),
    )


def _curve(points: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    curve = tuple((float(one), float(other)) for one, other in points)
    if not all(0 <= value <= 1 for point in curve for value in point):
        raise ValueError("'curve' with a value outside [0, 1]")
    steps = list(pairwise(curve))
    if not all(one[0] < other[0] and one[1] <= other[1] for one, other in steps):
        raise ValueError("'curve' that does not rise from point to point")
    return curve
