"""What every system needs, looked for before any work: a missing file shall not end a run after hours."""

from collections.abc import Iterable

from components.answers.calibration import Calibrator
from components.models.checkpoints import fingerprint
from components.query.synonyms import load_synonyms
from evaluation.experiments.definition import System
from evaluation.experiments.indexes import named


def check_parts(systems: Iterable[System]) -> None:
    """Look for the models and files that the systems name.

    Raises:
        ModelError: a model is not there; the message names the system.
        ConfigurationError: a calibrator or synonyms cannot be read; likewise.
    """
    seen: set[str] = set()
    for system in systems:
        settings = system.settings
        with named(system):
            for model in (settings.models.embedder, settings.models.ranker, settings.models.reader):
                # Telling one costs a checksum of all its files.
                if model not in seen:
                    fingerprint(model)
                    seen.add(model)
            if settings.answers.calibrator is not None:
                Calibrator.load(settings.answers.calibrator)
            if settings.search.synonyms is not None:
                load_synonyms(settings.search.synonyms)
