"""PyTorch modules with the inputs and outputs that the encoders expect, built from a Hugging Face folder.

Imported only to convert a model or to run it with PyTorch: everything else works on the converted form.
Inputs are ``input_ids``, ``attention_mask`` and, where the model knows them, ``token_type_ids``, each
(n, n_tokens) int64.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoModelForSequenceClassification
from transformers.utils import logging as transformers_logging

from components.models.prefix import with_prefix

Kind = Literal["embedder", "ranker", "reader", "joint"]


class Embedder(nn.Module):
    """A sentence-transformers model: tokens -> (n, dimension) vectors of unit length."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        super().__init__()
        self.model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Pooled and normalised vectors."""
        features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            features["token_type_ids"] = token_type_ids
        vectors: Tensor = self.model(features)["sentence_embedding"]
        return nn.functional.normalize(vectors, dim=-1)


class Ranker(nn.Module):
    """A cross-encoder with one label: pairs -> (n,) relevance logits."""

    def __init__(self, folder: Path, new_heads: bool = False) -> None:
        super().__init__()
        config = {"num_labels": 1} if new_heads else {}
        self.model = _load(AutoModelForSequenceClassification, folder, new_heads, **config)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Relevance logits; of a two-label model, the difference of the two."""
        logits: Tensor = self.model(**_inputs(input_ids, attention_mask, token_type_ids)).logits
        return logits[:, 0] if logits.shape[1] == 1 else logits[:, -1] - logits[:, 0]


class Reader(nn.Module):
    """An extractive reader: pairs -> (n, n_tokens, 2) start and end logits."""

    def __init__(self, folder: Path, new_heads: bool = False) -> None:
        super().__init__()
        self.model = _load(AutoModelForQuestionAnswering, folder, new_heads, num_labels=2)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Start and end logits."""
        output = self.model(**_inputs(input_ids, attention_mask, token_type_ids))
        return torch.stack((output.start_logits, output.end_logits), dim=-1)


class Joint(nn.Module):
    """Ranker and reader over one trunk: pairs -> (n,) relevance and (n, n_tokens, 2) span logits."""

    def __init__(self, folder: Path, new_heads: bool = False) -> None:
        super().__init__()
        ranker = _load(AutoModelForSequenceClassification, folder, new_heads, num_labels=1)
        reader = _load(AutoModelForQuestionAnswering, folder, new_heads, num_labels=2)
        self.trunk = getattr(ranker, ranker.base_model_prefix)
        self.classifier = ranker.classifier
        self.qa_outputs = reader.qa_outputs

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Relevance logits, and start and end logits."""
        output = self.trunk(**_inputs(input_ids, attention_mask, token_type_ids))
        return self.classifier(output.pooler_output)[:, 0], self.qa_outputs(output.last_hidden_state)


def load_network(kind: Kind, folder: Path) -> nn.Module:
    """Build the module of a kind from a folder, in evaluation mode.

    Raises:
        OSError, ValueError: transformers cannot load the folder as that kind.
    """
    build = {"embedder": Embedder, "ranker": Ranker, "reader": Reader, "joint": Joint}[kind]
    with quiet_libraries():
        network: nn.Module = build(folder)
        return network.eval()


def trainable_network(kind: Literal["ranker", "reader", "joint"], folder: Path) -> nn.Module:
    """The same to be trained: heads that the folder does not hold are made up, and nothing runs at random yet.

    Raises:
        OSError, ValueError: as of :func:`load_network`; also a ranker's head of another number of labels.
    """
    build = {"ranker": Ranker, "reader": Reader, "joint": Joint}[kind]
    with quiet_libraries():
        network: nn.Module = build(folder, new_heads=True)
        return network.eval()


def input_names(kind: Kind, folder: Path) -> list[str]:
    """The inputs that the model uses, in the order of ``forward``."""
    inner = folder
    if kind == "embedder" and not (folder / "config.json").is_file():
        inner = next(path.parent for path in sorted(folder.glob("*/config.json")) if "Pooling" not in str(path))
    config = AutoConfig.from_pretrained(inner, local_files_only=True)
    has_types = getattr(config, "type_vocab_size", 0) > 1
    return ["input_ids", "attention_mask"] + (["token_type_ids"] if has_types else [])


def _load(auto_class: Any, folder: Path, new_heads: bool, **config: int) -> Any:
    """Load a model; one whose head would be made up only on request: transformers merely warns of that."""
    model, report = auto_class.from_pretrained(folder, local_files_only=True, output_loading_info=True, **config)
    prefixed = with_prefix(model.base_model, folder)
    if prefixed is not model.base_model:
        setattr(model, model.base_model_prefix, prefixed)
    if report["missing_keys"] and not new_heads:
        missing = ", ".join(sorted(report["missing_keys"]))
        raise ValueError(f"{folder} holds no weights for {missing}; it was not trained for this role")
    return model


def _inputs(input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None) -> dict[str, Tensor]:
    inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
    return inputs if token_type_ids is None else inputs | {"token_type_ids": token_type_ids}


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep progress bars, load reports and tracing remarks of the libraries off the user's terminal."""
    loggers = [logging.getLogger(name) for name in ("nncf", "sentence_transformers", "openvino")]
    levels = [logger.level for logger in loggers]
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        transformers_logging.enable_progress_bar()
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
