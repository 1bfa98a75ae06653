"""Models whose logits are learned from: one, or the mean of several."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from components.errors import ConfigurationError
from components.models.checkpoints import resolve
from components.models.conversion import kind_for
from components.models.networks import load_network
from training.pairs.network import PairModel, PairOutput, run_pairs
from training.pairs.options import Kind as PairKind


class Teachers:
    """An ensemble that says what a pair's logits should be.

    Args:
        names: bundled names, folders or hub names of readers, rankers or joint models.
        student: the model that learns; teachers have to cut texts into the same tokens.

    Raises:
        ConfigurationError: a teacher has another vocabulary.
        ModelError: a teacher is not found.
        ValueError: a teacher has no head of the student's kind.
    """

    def __init__(self, names: Sequence[str], student: PairModel, cache: Path | None = None) -> None:
        self._networks: list[tuple[PairKind, nn.Module]] = []
        for name in names:
            kind = kind_for(name, "ranker" if student.kind == "ranker" else "reader")
            assert kind != "embedder"
            folder = resolve(name, cache).folder
            _check_tokens(name, folder, student)
            self._networks.append((kind, load_network(kind, folder)))

    def __call__(self, inputs: Mapping[str, Tensor]) -> PairOutput:
        """Mean logits of those teachers that have the head; without gradients."""
        device = inputs["input_ids"].device
        relevance, spans = [], []
        with torch.no_grad():
            for kind, network in self._networks:
                output = run_pairs(kind, network.to(device), inputs)
                relevance += [output.relevance] if output.relevance is not None else []
                spans += [output.spans] if output.spans is not None else []
        return PairOutput(
            torch.stack(relevance).mean(0) if relevance else None, torch.stack(spans).mean(0) if spans else None
        )


def _check_tokens(name: str, folder: Path, student: PairModel) -> None:
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(folder, local_files_only=True).get_vocab()
    if theirs != student.tokenizer().get_vocab():
        raise ConfigurationError(
            f"teacher {name!r} has another vocabulary ({len(theirs):,} tokens) than the model that learns "
            f"({student.tokenizer().get_vocab_size():,}); logits of tokens can only be compared with the same one"
        )
