"""Reading given paragraphs for several systems, which often have the same reader."""

from components.models.encoder import ModelOptions, pair_encoder
from evaluation.data.dataset import DataSet, Question
from evaluation.experiments.sharing import SharedResults
from evaluation.outcome import Outcome
from evaluation.tasks.reading import Reading
from pipelines.settings import Settings


class SharedReading:
    """Reads a paragraph once for all systems whose readers are alike.

    Whether a title is read before does not part them: a given paragraph has none.

    Args:
        settings: of the system.
        dataset: SQuAD-like.
        shared: results of all systems.
    """

    def __init__(self, settings: Settings, dataset: DataSet, shared: SharedResults) -> None:
        self._reading = Reading(settings, dataset)
        self._shared = shared
        self._options = ModelOptions(**settings.model_parameters())
        self._model = settings.models.reader
        self._key = (settings.models.reader, settings.answers.max_answer_tokens, self._options)

    def warm_up(self) -> None:
        """Load the reader."""
        self._reading.warm_up()

    def outcome(self, question: Question) -> Outcome:
        """Read one paragraph, or tell what another system has read in it."""
        return self._shared.get("reading", self._key, lambda: self._read(question))

    def _read(self, question: Question) -> Outcome:
        # A reader that differs in the longest answer has seen the same paragraph, which would cost nothing now.
        pair_encoder(self._model, "reader", self._options).forget()
        return self._reading.outcome(question)
