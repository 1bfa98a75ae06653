"""Masked language modelling (Devlin et al. 2019): hidden words are guessed from what stands around them."""

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForMaskedLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from components.errors import ConfigurationError
from components.models.networks import quiet_libraries
from training.pretraining.options import PretrainOptions
from training.progress import callbacks_of
from training.run_folder import RunFolder
from training.schedule import device, trainer_arguments

_WEIGHTS = "model.safetensors"
_BATCH = 16

RECOVERED = "recovered"
"""The figure: the share of hidden tokens that are guessed, in [0, 1]."""


class MaskedTraining:
    """The network with its head for hidden words, over the folder of any model.

    Args:
        folder: an ordinary Hugging Face folder; of heads other than that for hidden words nothing changes.
        options: of the run.
        texts: the passages.

    Raises:
        ConfigurationError: the folder's weights are not in one file, or its tokenizer has no mask.
    """

    def __init__(self, folder: Path, options: PretrainOptions, texts: Sequence[str]) -> None:
        if not (folder / _WEIGHTS).is_file():
            raise ConfigurationError(f"{options.model}: {folder} holds no {_WEIGHTS}; save the model in that form")
        self.folder = folder
        self.options = options
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if self.tokenizer.mask_token is None:
            raise ConfigurationError(f"{options.model}: its tokenizer has no mask, so no words can be hidden from it")
        with quiet_libraries():
            self.network = AutoModelForMaskedLM.from_pretrained(folder, local_files_only=True).to(device())
        if options.freeze_embeddings:
            self.network.get_input_embeddings().weight.requires_grad_(False)
        shuffled = random.Random(options.seed).sample(list(texts), len(texts))
        aside = round(options.held_out * len(shuffled))
        self.held_out, self.texts = shuffled[:aside], shuffled[aside:]

    def measure(self) -> dict[str, float]:
        """The share of hidden tokens of the held-out passages that are guessed; nothing where none are held out."""
        if not self.held_out:
            return {}
        collate = self._collator(seed=self.options.seed)
        right = hidden = 0
        self.network.eval()
        for at in range(0, len(self.held_out), _BATCH):
            batch = collate([self._encoded(text) for text in self.held_out[at : at + _BATCH]])
            labels = batch.pop("labels")
            with torch.inference_mode():
                logits = self.network(**{name: each.to(device()) for name, each in batch.items()}).logits.cpu()
            asked = labels != -100
            right += int((logits.argmax(dim=-1)[asked] == labels[asked]).sum())
            hidden += int(asked.sum())
        return {RECOVERED: right / max(1, hidden)}

    def train(self, run: RunFolder, console: Console) -> list[dict[str, Any]]:
        """Train, from the last checkpoint if there is one, and return what was logged."""
        trainer = Trainer(
            model=self.network,
            args=TrainingArguments(
                **trainer_arguments(self.options, run.work, len(self.texts), metric=None), remove_unused_columns=False
            ),
            train_dataset=[self._encoded(text) for text in self.texts],
            data_collator=self._collator(),
            callbacks=callbacks_of(console, self.options.minutes, measured=False),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train(resume_from_checkpoint=run.last_checkpoint())
        history: list[dict[str, Any]] = trainer.state.log_history
        return history

    def save(self, target: Path) -> None:
        """Write the folder as it was, with the tensors of the trained trunk in the place of the old ones."""
        tensors = load_file(self.folder / _WEIGHTS)
        trained = self.network.base_model.state_dict()
        prefix = f"{self.network.base_model_prefix}."
        names = {prefix + name if prefix + name in tensors else name: name for name in trained}
        replaced = {key: name for key, name in names.items() if key in tensors}
        if not replaced:
            raise ConfigurationError(f"{self.options.model}: none of its tensors are those of the trained network")
        for key, name in replaced.items():
            tensors[key] = trained[name].detach().cpu().to(tensors[key].dtype).contiguous()
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns("weights.sha256", ".git*"))
        save_file(tensors, target / _WEIGHTS, metadata={"format": "pt"})

    def _encoded(self, text: str) -> dict[str, Any]:
        longest = min(self.tokenizer.model_max_length, self.network.config.max_position_embeddings)
        found: dict[str, Any] = self.tokenizer(
            text,
            truncation=True,
            max_length=longest,
            return_special_tokens_mask=True,
            return_offsets_mapping=self.options.whole_words,
        )
        return dict(found)

    def _collator(self, seed: int | None = None) -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
        collate = DataCollatorForLanguageModeling(
            self.tokenizer,
            mlm_probability=self.options.masked,
            whole_word_mask=self.options.whole_words,
            # Whole words are hidden by the mask alone: the collator exchanges none of them for others.
            mask_replace_prob=1.0 if self.options.whole_words else 0.8,
            random_replace_prob=0.0 if self.options.whole_words else 0.1,
            seed=seed,
        )

        def padded(rows: list[dict[str, Any]]) -> dict[str, Any]:
            # The tokenizer pads everything but the places of the words.
            width = max(len(row["input_ids"]) for row in rows)
            places = [row.get("offset_mapping") for row in rows]
            even = [
                row if found is None else row | {"offset_mapping": found + [(0, 0)] * (width - len(found))}
                for row, found in zip(rows, places, strict=True)
            ]
            batch: dict[str, Any] = collate(even)
            return batch

        return padded
