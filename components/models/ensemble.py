"""Several models as one: the means of their logits, or of their vectors."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from components.errors import ConfigurationError
from components.models.checkpoints import Role
from components.models.conversion import Progress
from components.models.encoder import ModelOptions, PairEncoder, PairLogits, TextEncoder, pair_encoder, text_encoder
from components.models.window import Window
from components.passages import Pair

SEPARATOR = "+"
"""Stands between the names of an ensemble's models, with a blank on each side."""


class PairScorer(Protocol):
    """One model of pairs, or several as one."""

    def encode(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        """The logits of each pair, in order."""
        ...

    def forget(self) -> None:
        """Drop what is remembered of pairs."""
        ...


class TextVectors(Protocol):
    """One embedder, or several as one."""

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of passages, (n, dimension) float32 of unit length."""
        ...

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of questions, (n, dimension) float32 of unit length."""
        ...


class _Member(NamedTuple):
    name: str
    encoder: PairEncoder


def member_names(name: str) -> list[str]:
    """The models that a name speaks of; one, unless it is an ensemble.

    Raises:
        ConfigurationError: a name is missing beside a separator.
    """
    names = [each.strip() for each in f" {name} ".split(f" {SEPARATOR} ")]
    if not all(names):
        raise ConfigurationError(
            f"model {name!r}: a name is missing beside {SEPARATOR!r}; write 'one {SEPARATOR} other'"
        )
    return names


def pair_scorer(name: str, role: Role, options: ModelOptions, on_progress: Progress | None = None) -> PairScorer:
    """The process's encoder of a model, or of several: "one + other", loaded at the first call.

    Raises:
        ConfigurationError: the name is incomplete.
        ModelError: a model is not found or cannot fill the role.
    """
    names = member_names(name)
    if len(names) == 1:
        return pair_encoder(names[0], role, options, on_progress)
    return PairEnsemble([(each, pair_encoder(each, role, options, on_progress)) for each in names])


def text_vectors(name: str, options: ModelOptions, on_progress: Progress | None = None) -> TextVectors:
    """The process's encoder of an embedder, or of several: "one + other", loaded at the first call.

    Raises:
        ConfigurationError: the name is incomplete, or the embedders' vectors have different lengths.
        ModelError: a model is not found or is no embedder.
    """
    names = member_names(name)
    if len(names) == 1:
        return text_encoder(names[0], options, on_progress)
    return TextEnsemble([(each, text_encoder(each, options, on_progress)) for each in names])


class TextEnsemble:
    """Embeds texts by the mean of several models' unit vectors, brought to unit length again.

    Args:
        members: names and encoders, of one dimension.

    Raises:
        ConfigurationError: their dimensions differ.
    """

    def __init__(self, members: Sequence[tuple[str, TextEncoder]]) -> None:
        dimensions = {name: encoder.model.dimension for name, encoder in members}
        if len(set(dimensions.values())) != 1:
            told = ", ".join(f"{name} {dimension}" for name, dimension in dimensions.items())
            raise ConfigurationError(
                f"vectors of different lengths cannot be averaged ({told}); name models of one length"
            )
        self._encoders = [encoder for _, encoder in members]

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of passages, (n, dimension) float32 of unit length."""
        return _unit_mean([encoder.encode_documents(texts) for encoder in self._encoders])

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of questions, (n, dimension) float32 of unit length."""
        return _unit_mean([encoder.encode_questions(texts) for encoder in self._encoders])


class PairEnsemble:
    """Reads and ranks by the mean logits of several models.

    Args:
        members: names and encoders; all cut texts into the same tokens.
    """

    def __init__(self, members: Sequence[tuple[str, PairEncoder]]) -> None:
        self._members = [_Member(*member) for member in members]

    def encode(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        """The mean logits of each pair, in order.

        Raises:
            ConfigurationError: the models cut a passage into other tokens.
        """
        by_member = [member.encoder.encode(pairs) for member in self._members]
        return [self._mean(each) for each in zip(*by_member, strict=True)]

    def forget(self) -> None:
        """Drop what is remembered of pairs."""
        for member in self._members:
            member.encoder.forget()

    def _mean(self, logits: Sequence[PairLogits]) -> PairLogits:
        # A model that only ranks has no windows; the spans are those of the others.
        read = [(each, one.windows) for each, one in zip(self._members, logits, strict=True) if one.windows]
        for member, windows in read[1:]:
            _check_alike(read[0], (member, windows))
        together = zip(*(windows for _, windows in read), strict=True)
        means = tuple(self._mean_window(each) for each in together)
        return PairLogits(float(np.mean([each.relevance for each in logits])), means)

    def _mean_window(self, windows: Sequence[Window]) -> Window:
        start = np.stack([each.start for each in windows]).mean(0)
        end = np.stack([each.end for each in windows]).mean(0)
        return Window(start, end, windows[0].offsets, float(np.mean([each.null for each in windows])))


def _unit_mean(vectors: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    mean = np.stack(vectors).mean(0)
    # Opposite vectors have no mean direction; those stay at zero, which is near nothing.
    unit: npt.NDArray[np.float32] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(1e-12))
    return unit


def _check_alike(one: tuple[_Member, Sequence[Window]], other: tuple[_Member, Sequence[Window]]) -> None:
    alike = len(one[1]) == len(other[1]) and all(
        np.array_equal(left.offsets, right.offsets) for left, right in zip(one[1], other[1], strict=True)
    )
    if not alike:
        raise ConfigurationError(
            f"models {one[0].name!r} and {other[0].name!r} cut texts into other tokens or windows; only models with "
            "one tokenizer and one longest input can be an ensemble"
        )
