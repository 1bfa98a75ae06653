"""A folder -> a network of (question, passage) pairs to train, and back to a folder that every tool can load."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import MODEL_FOR_QUESTION_ANSWERING_MAPPING

from components.errors import ModelError
from components.models.checkpoints import replace_folder, resolve
from components.models.conversion import max_tokens_of, save_tokenizer
from components.models.networks import Joint, input_names, quiet_libraries, trainable_network
from components.models.prefix import PrefixedTrunk, save_prefix
from training.pairs.options import Kind

_TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model",
)  # fmt: skip
_PAD_MULTIPLE = 8
_CPU_TOKENS = 512
"""Longest input that is trained on, whatever the model allows."""


@dataclass(frozen=True, slots=True)
class PairModel:
    """A network with what is needed to feed it and to save it."""

    kind: Kind
    folder: Path
    """It was loaded from here."""
    network: nn.Module
    tokenizer_json: str
    inputs: tuple[str, ...]
    max_tokens: int
    pad_id: int

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of its own for whoever changes its truncation; without padding."""
        made = Tokenizer.from_str(self.tokenizer_json)
        made.no_padding()
        return made


@dataclass(frozen=True, slots=True)
class PairOutput:
    """What a network says of n pairs; None where it has no such head."""

    relevance: Tensor | None
    """(n,) logits."""
    spans: Tensor | None
    """(n, n_tokens, 2) start and end logits."""


def load_pair_model(kind: Kind, name: str, cache: Path | None = None) -> PairModel:
    """Load a model to train it.

    Raises:
        ModelError: it is not found, or cannot be made one of this kind.
    """
    folder = resolve(name, cache).folder
    try:
        network = trainable_network(kind, folder)
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(f"model {name!r} cannot be trained as a {kind}: {error}") from error
    with tempfile.TemporaryDirectory() as scratch, quiet_libraries():
        tokenizer, limit = save_tokenizer(folder, Path(scratch))
    return PairModel(
        kind=kind,
        folder=folder,
        network=network,
        tokenizer_json=tokenizer.to_str(),
        inputs=tuple(input_names(kind, folder)),
        max_tokens=min(max_tokens_of(folder, limit), _CPU_TOKENS),
        pad_id=tokenizer.padding["pad_id"],
    )


def run_pairs(kind: Kind, network: nn.Module, inputs: Mapping[str, Tensor]) -> PairOutput:
    """Run a network on a batch; of ``inputs`` only what networks take is given to it."""
    taken = {name: inputs[name] for name in ("input_ids", "attention_mask", "token_type_ids") if name in inputs}
    output = network(**taken)
    if kind == "joint":
        return PairOutput(output[0], output[1])
    return PairOutput(output, None) if kind == "ranker" else PairOutput(None, output)


def padded(tokens: int) -> int:
    """How long inputs of at most so many tokens are made: the next multiple of :data:`_PAD_MULTIPLE`."""
    return -(-tokens // _PAD_MULTIPLE) * _PAD_MULTIPLE


def run_by_length(kind: Kind, network: nn.Module, inputs: Mapping[str, Tensor], rows_at_once: int) -> PairOutput:
    """The same as :func:`run_pairs`, in parts of rows of similar length, so that little padding is computed.

    Args:
        kind: of the network.
        network: gives each row the same whatever the others are.
        inputs: with ``attention_mask``, padded at the end.
        rows_at_once: rows of a part.

    Returns:
        In the order of ``inputs``; the span logits of tokens that a part left out are 0.
    """
    lengths = inputs["attention_mask"].sum(1)
    order = torch.argsort(lengths, stable=True)
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in inputs]
    outputs = []
    for rows in torch.split(order, rows_at_once):
        width = padded(int(lengths[rows].max()))
        outputs.append(run_pairs(kind, network, {name: inputs[name][rows, :width] for name in names}))
    back = torch.argsort(order)
    width = inputs["attention_mask"].shape[1]
    relevance = [each.relevance for each in outputs if each.relevance is not None]
    spans = [
        nn.functional.pad(each.spans, (0, 0, 0, width - each.spans.shape[1]))
        for each in outputs
        if each.spans is not None
    ]
    return PairOutput(torch.cat(relevance)[back] if relevance else None, torch.cat(spans)[back] if spans else None)


def trunk_of(network: nn.Module) -> Any:
    """The encoder below the heads."""
    return network.trunk if isinstance(network, Joint) else getattr(network.model, _prefix(network.model))


def set_trunk(network: nn.Module, trunk: nn.Module) -> None:
    """Put another encoder below the heads."""
    if isinstance(network, Joint):
        network.trunk = trunk
    else:
        setattr(network.model, _prefix(network.model), trunk)


def save_pair_model(model: PairModel, target: Path) -> None:
    """Write an ordinary Hugging Face folder; it is there whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        with quiet_libraries():
            _write(model, scratch)
        for name in _TOKENIZER_FILES:
            if (model.folder / name).is_file():
                shutil.copyfile(model.folder / name, scratch / name)
        scratch.chmod(0o755)
        replace_folder(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(model: PairModel, folder: Path) -> None:
    trunk = trunk_of(model.network)
    if isinstance(trunk, PrefixedTrunk):
        save_prefix(trunk.prefix, folder)
        set_trunk(model.network, trunk.trunk)
        try:
            _write(model, folder)
        finally:
            set_trunk(model.network, trunk)
        return
    if not isinstance(model.network, Joint):
        inner: Any = model.network.model
        inner.save_pretrained(folder)
        return
    network = model.network
    config: Any = network.trunk.config
    reader = MODEL_FOR_QUESTION_ANSWERING_MAPPING[type(config)]
    stored = json.loads(config.to_json_string(use_diff=False)) | {"architectures": [reader.__name__]}
    # One label is the ranker's; tools that load the reader expect its two.
    stored = {name: value for name, value in stored.items() if name not in ("id2label", "label2id", "num_labels")}
    (folder / "config.json").write_text(json.dumps(stored, indent=2), "utf-8")
    prefix = network.trunk.base_model_prefix
    tensors = {f"{prefix}.{name}": tensor for name, tensor in network.trunk.state_dict().items()}
    for head in ("classifier", "qa_outputs"):
        tensors |= {f"{head}.{name}": tensor for name, tensor in getattr(network, head).state_dict().items()}
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(whole, folder / "model.safetensors", metadata={"format": "pt"})


def _prefix(model: Any) -> str:
    return str(model.base_model_prefix)
