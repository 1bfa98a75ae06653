"""How well a network in training reads and ranks: decoded as at work, measured as by ``evaluation``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from components.models.conversion import ConvertedModel
from components.models.encoder import PairEncoder, PairLogits
from components.models.inference import Arrays
from components.passages import Pair
from components.readers.spans import best_spans
from evaluation.metrics.answers import exact_match, f1
from evaluation.metrics.confidence import auroc, best_threshold
from training.data.example import Example
from training.pairs.network import PairModel, run_pairs

_CHUNK = 64
MOST_ANSWER_TOKENS = 30


def measure(
    model: PairModel, examples: Sequence[Example], on_question: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """The figures of a network over examples.

    Args:
        model: any kind; of what it has no head for there is no figure.
        examples: questions with their passages; the title is read before the passage, as at work.
        on_question: is called after each question.

    Returns:
        Of a reader ``exact_match`` and ``f1`` of the best span of the passages that answer with known words; where some
        passages do not answer, ``answerability`` (area under the ROC curve of span minus null score) and ``best_f1``
        (F1 over all with the threshold on that score which suits best, as SQuAD 2.0 has it).
        Of a ranker ``first``: the share of questions with negatives whose passage is above all of these. ``mean``: of
        ``f1`` and ``first``. All in [0, 1].
    """
    encoder = _encoder(model)
    was_training = model.network.training
    model.network.eval()
    read, first = _Read(), []
    try:
        for at in range(0, len(examples), _CHUNK):
            for example, logits in _read(encoder, examples[at : at + _CHUNK]):
                if model.kind != "reader" and example.negatives and example.spans:
                    first.append(float(logits[0].relevance > max(each.relevance for each in logits[1:])))
                if model.kind != "ranker" and not example.whole:
                    read.add(example, logits[0])
                on_question()
    finally:
        model.network.train(was_training)
    found = read.figures()
    if first:
        found["first"] = float(np.mean(first))
    both = [found[name] for name in ("f1", "first") if name in found]
    return found | ({"mean": float(np.mean(both))} if both else {})


@dataclass(slots=True)
class _Read:
    """What was read so far, one entry a question."""

    exact: list[float] = field(default_factory=list)
    overlap: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    answered: list[bool] = field(default_factory=list)

    def add(self, example: Example, logits: PairLogits) -> None:
        best = best_spans(logits.windows, MOST_ANSWER_TOKENS, 1)
        words = example.passage[best[0].start : best[0].end] if best else ""
        self.exact.append(exact_match(words, example.answers) if example.spans else 0.0)
        self.overlap.append(f1(words, example.answers) if example.spans else 0.0)
        self.scores.append(best[0].score if best else -np.inf)
        self.answered.append(bool(example.spans))

    def figures(self) -> dict[str, float]:
        if not any(self.answered):
            return {}
        count = sum(self.answered)
        found = {"exact_match": sum(self.exact) / count, "f1": sum(self.overlap) / count}
        if not all(self.answered):
            found["answerability"] = auroc(self.scores, self.answered)
            found["best_f1"] = best_threshold(self.overlap, self.scores, self.answered).overall
        return found


def _read(encoder: PairEncoder, examples: Sequence[Example]) -> list[tuple[Example, list[PairLogits]]]:
    """The logits of each example's passage and of its negatives."""
    pairs = [
        Pair(each.question, passage, each.title if at == 0 else "")
        for each in examples
        for at, passage in enumerate((each.passage, *each.negatives))
    ]
    logits = iter(encoder.encode(pairs))
    return [(each, [next(logits) for _ in range(1 + len(each.negatives))]) for each in examples]


class _Live:
    """The network in training as a runtime of the encoder."""

    def __init__(self, model: PairModel) -> None:
        self._model = model

    def __call__(self, inputs: Arrays) -> list[npt.NDArray[np.float32]]:
        device = next(self._model.network.parameters()).device
        tensors = {name: torch.from_numpy(array).to(device) for name, array in inputs.items()}
        with torch.inference_mode():
            output = run_pairs(self._model.kind, self._model.network, tensors)
        given = [each for each in (output.relevance, output.spans) if each is not None]
        return [each.float().cpu().numpy() for each in given]


def _encoder(model: PairModel) -> PairEncoder:
    converted = ConvertedModel(
        folder=Path(),
        name=str(model.folder),
        kind=model.kind,
        inputs=list(model.inputs),
        max_tokens=model.max_tokens,
        pad_id=model.pad_id,
        dimension=0,
        prompts={},
        precision="fp32",
        fingerprint="",
    )
    return PairEncoder(converted, _Live(model), model.tokenizer())
