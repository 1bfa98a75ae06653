"""Reading given paragraphs for several systems, which often have the same reader."""

from evaluation.data.dataset import DataSet, Question
from evaluation.experiments.sharing import SharedResults
from evaluation.outcome import Outcome
from evaluation.tasks.reading import Reading
from pipelines.settings import Settings


class SharedReading:
    """Reads a paragraph once for all systems whose readers are alike.

    Args:
        settings: of the system.
        dataset: SQuAD-like.
        shared: results of all systems.
    """

    def __init__(self, settings: Settings, dataset: DataSet, shared: SharedResults) -> None:
        self._reading = Reading(settings, dataset)
        self._shared = shared
        self._key = (settings.reader, settings.with_context, settings.max_answer_tokens, settings.model_parameters())

    def warm_up(self) -> None:
        """Load the reader."""
        self._reading.warm_up()

    def outcome(self, question: Question) -> Outcome:
        """Read one paragraph, or tell what another system has read in it."""
        return self._shared.get("reading", repr(self._key), lambda: self._reading.outcome(question))
