"""Labelled questions -> the calibrator's file, and a report of how far confidences hold before and after.

The questions are asked once; their evidence is kept as rows, so that an interrupted run goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from components.answers.calibration import BUNDLED, Calibrator
from components.errors import InputError
from components.models.checkpoints import fingerprint
from evaluation.metrics.confidence import threshold_at_precision
from evaluation.rows import RowFile
from pipelines.service import QAService
from pipelines.setting_names import affecting, flat
from pipelines.settings import Settings
from training.calibration.crossfit import CrossFitted, Fit, cross_fit
from training.calibration.evidence import evidence_row
from training.calibration.fitting import Shape, fit_calibrator, with_least
from training.calibration.judging import Judged, Row, bests_of, has_answer, judge
from training.calibration.labelled import AskedQuestion


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A fitted calibrator with what it was chosen by."""

    calibrator: Calibrator
    compared: CrossFitted
    before: tuple[Judged, ...]
    """The same questions under the calibrator that was in force."""
    least: float | None = None
    """The confidence from which answers reach the precision that was asked for."""


def calibrator_in_force(settings: Settings) -> Calibrator:
    """The calibrator that questions are answered with now."""
    return Calibrator.load(BUNDLED if settings.answers.calibrator is None else settings.answers.calibrator)


def collect(
    service: QAService,
    questions: Sequence[AskedQuestion],
    file: Path,
    *,
    data: Mapping[str, Any],
    on_question: Callable[[int], None] = lambda done: None,
) -> list[Row]:
    """Ask every question that has no row yet.

    Args:
        service: open, over the index that answers.
        questions: in any order; the rows come in the same.
        file: where rows are kept.
        data: what identifies the questions.
        on_question: called with the number of questions that have a row, after each.

    Raises:
        InputError: nothing is indexed.
        ConfigurationError: the file's rows are of other questions, models, settings or of an older index.
    """
    status = service.status()
    if not status.passages:
        raise InputError(
            f"the data folder {service.settings.data} holds no passages to answer from; run `quaere index`"
        )
    calibrator = calibrator_in_force(service.settings)
    pipeline = service.pipelines()["asking"]
    with RowFile(file, _header(service.settings, status.generation) | dict(data)) as rows:
        for done, asked in enumerate(questions, start=1):
            if asked.id not in rows.rows:
                rows.add([evidence_row(pipeline, asked, calibrator, status.languages)])
            on_question(done)
        return [rows.rows[asked.id] for asked in questions]


def as_own(rows: Sequence[Row], calibrator: Calibrator) -> list[Row]:
    """Rows of a user's questions, those counted as asked of the FAQ whose first answer comes from there."""
    own = []
    for row, best in zip(rows, bests_of(calibrator, rows), strict=True):
        if best and best[0][0]["kind"] == "faq":
            own.append(row | {"origin": "faq" if has_answer(row) else "faq left out"})
        else:
            own.append(row)
    return own


def shapes_of(base: Calibrator | None) -> dict[str, Fit]:
    """What is compared; with a calibrator to start from, its weights as they are come first."""
    shapes: tuple[Shape, ...] = ("logistic", "isotonic") if base is None else ("rescaled", "logistic", "isotonic")
    return {shape: partial(fit_calibrator, shape=shape, base=base) for shape in shapes}


def calibrate(
    rows: Sequence[Row],
    before: Calibrator,
    fits: Mapping[str, Fit],
    *,
    target_precision: float | None = None,
    seed: int = 0,
    on_fit: Callable[[], None] = lambda: None,
) -> Calibrated:
    """Compare the shapes, and fit the best one on all rows.

    Args:
        rows: of all questions.
        before: the calibrator to compare with.
        fits: see :func:`shapes_of`.
        target_precision: in (0, 1]; thresholds are set so that this share of the answers given is right.
        seed: of the folds.
        on_fit: called after each fit of the comparison.

    Raises:
        InputError: there are too few questions, or no confidence reaches the precision.
    """
    compared = cross_fit(fits, rows, seed=seed, on_fit=on_fit)
    calibrator = fits[compared.chosen](rows)
    judged_before = tuple(judge(before, rows))
    if target_precision is None:
        return Calibrated(calibrator, compared, judged_before)
    least = least_confidence(compared.nested, target_precision)
    given = tuple(replace(each, given=each.confidence >= least) for each in compared.nested)
    return Calibrated(with_least(calibrator, least), replace(compared, nested=given), judged_before, least)


def least_confidence(judged: Sequence[Judged], precision: float) -> float:
    """The lowest confidence from which this share of the answers is right.

    Raises:
        InputError: none reaches it.
    """
    confidences, right = [each.confidence for each in judged], [float(each.right) for each in judged]
    least = threshold_at_precision(confidences, right, precision)
    if least is None:
        raise InputError(
            f"no confidence parts off answers of which {precision:.0%} are right, among {len(judged)} questions; "
            "ask for less, or label more questions"
        )
    return least


def _header(settings: Settings, generation: int) -> dict[str, Any]:
    """What the rows depend on: rows of other values are not of the same evidence."""
    models = {role: fingerprint(getattr(settings.models, role))[:16] for role in ("embedder", "ranker", "reader")}
    values = flat(settings.model_dump(mode="json"))
    counted = {name: values[name] for name in affecting("evidence") if name.removeprefix("models.") not in models}
    return {"models": models, "settings": counted, "generation": generation}
