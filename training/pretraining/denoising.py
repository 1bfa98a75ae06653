"""TSDAE (Wang, Reimers and Gurevych 2021): a decoder rebuilds a passage from the one vector of its damaged copy."""

import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from rich.console import Console
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import DenoisingAutoEncoderLoss
from torch import nn
from transformers import TrainerCallback

from training.pretraining.options import PretrainOptions
from training.progress import callbacks_of
from training.retriever.trainer import QuietTrainer
from training.run_folder import RunFolder
from training.schedule import trainer_arguments

_DECODER = "decoder.pt"


def train_denoising(
    model: SentenceTransformer, options: PretrainOptions, texts: Sequence[str], run: RunFolder, console: Console
) -> list[dict[str, Any]]:
    """Train an embedder in place, from the last checkpoint if there is one, and return what was logged.

    Every epoch damages the passages anew.
    """
    rounds = math.ceil(options.epochs)
    pairs = [(damaged(text, options, number), text) for number, text in enumerate([*texts] * rounds)]
    loss = DenoisingAutoEncoderLoss(model, tie_encoder_decoder=True)
    checkpoint = run.last_checkpoint()
    if checkpoint is not None:
        # The trainer keeps the model alone; the decoder has layers of its own.
        loss.decoder.load_state_dict(torch.load(Path(checkpoint) / _DECODER, weights_only=True))
    arguments = trainer_arguments(options, run.work, len(pairs), metric=None, epochs=min(1.0, options.epochs / rounds))
    trainer = QuietTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(**arguments),
        train_dataset=Dataset.from_dict({"damaged": [each for each, _ in pairs], "text": [text for _, text in pairs]}),
        loss=loss,
        callbacks=[*callbacks_of(console, options.minutes, measured=False), _KeepDecoder(loss.decoder)],
    )
    trainer.train(resume_from_checkpoint=checkpoint)
    history: list[dict[str, Any]] = trainer.state.log_history
    return history


def damaged(text: str, options: PretrainOptions, number: int) -> str:
    """The text without a share of its words, at least one of which stays; the same number damages it the same way."""
    chance = random.Random(f"{options.seed} {number}")
    words = text.split()
    kept = [word for word in words if chance.random() >= options.deleted]
    return " ".join(kept or [chance.choice(words)])


class _KeepDecoder(TrainerCallback):  # type: ignore[misc]  # transformers brings no types
    def __init__(self, decoder: nn.Module) -> None:
        self._decoder = decoder

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        torch.save(self._decoder.state_dict(), Path(args.output_dir) / f"checkpoint-{state.global_step}" / _DECODER)
