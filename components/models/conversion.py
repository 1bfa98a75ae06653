"""A Hugging Face folder -> a converted model in the cache: OpenVINO graph, fast tokenizer, description.

Made once per content, kind and precision, in a scratch folder that is renamed when it is whole; a damaged one is
noticed by its checksums and made again. PyTorch, transformers and NNCF are imported only while converting.
"""

import hashlib
import json
import shutil
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from components.errors import ConfigurationError, ModelError
from components.models.checkpoints import (
    Checkpoint,
    Role,
    bundled,
    cache_folder,
    fingerprint,
    is_joint,
    replace_folder,
    resolve,
)
from components.models.prefix_file import prefix_length

Kind = Literal["embedder", "ranker", "reader", "joint"]
Precision = Literal["auto", "int8", "fp32"]
Progress = Callable[[str], None]

_FORMAT = 2
_SAMPLES = 64
_SAMPLE_TOKENS = 256
_VNNI_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8"}


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """What the encoders need to know of a model.

    Args:
        folder: holds ``model.xml``, ``model.bin`` and ``tokenizer.json``.
        name: of the model it was made from, for the PyTorch backend, which runs the original.
        max_tokens: longest input in tokens, with the special ones.
        dimension: width of the vectors; 0 for pairs.
        prompts: text to put before a question ("query") and a passage ("document").
    """

    folder: Path
    name: str
    kind: Kind
    inputs: list[str]
    max_tokens: int
    pad_id: int
    dimension: int
    prompts: dict[str, str]
    precision: str
    fingerprint: str


def kind_for(name: str, role: Role) -> Kind:
    """The network that serves a role: a joint model is run as one for the ranker and for the reader."""
    if role == "embedder":
        return "embedder"
    entry = bundled().get(name)
    joint = {"ranker", "reader"} <= set(entry["roles"]) if entry else is_joint(resolve(name).folder)
    return "joint" if joint else role


def effective_precision(precision: Precision) -> Literal["int8", "fp32"]:
    """What "auto" means on this processor: int8 where it multiplies bytes natively (VNNI, AMX), else fp32.

    Without these instructions int8 was measured slower than fp32 (docs/models.md).
    """
    if precision != "auto":
        return precision
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").split()
    except OSError:
        return "fp32"
    return "int8" if _VNNI_FLAGS & set(flags) else "fp32"


_MAKING = threading.Lock()
"""PyTorch cannot trace two models at a time, and several are loaded side by side."""


def convert(
    name: str,
    role: Role,
    precision: Precision = "auto",
    cache: str | Path | None = None,
    on_progress: Progress | None = None,
) -> ConvertedModel:
    """The converted form of a model, from the cache or made now.

    Args:
        name: see :func:`components.models.checkpoints.resolve`.
        role: what it is used for.
        precision: "int8", "fp32" or "auto" (see :func:`effective_precision`).
        cache: see :func:`components.models.checkpoints.cache_folder`.
        on_progress: is told what is being done, in words, when something takes long.

    Raises:
        ModelError: the model is not found or cannot fill the role.
    """
    _check_role(name, role)
    kind = kind_for(name, role)
    chosen = effective_precision(precision)
    key = _key(fingerprint(name), kind, chosen)
    root = cache_folder(cache)
    folder = root / "converted" / f"{Path(name).name}-{kind}-{chosen}-{key[:16]}"
    found = _load(folder, name)
    if found is not None:
        return found
    tell = on_progress if on_progress is not None else (lambda _: None)
    with _MAKING:
        made = _load(folder, name)
        if made is None:
            tell(f"preparing {name} ({kind}, {chosen}); this is done once")
            _make(resolve(name, cache), kind, chosen, folder, tell)
            made = _load(folder, name)
    if made is None:
        raise ModelError(f"model {name!r}: the files just written to {folder} cannot be read back; check the disk")
    return made


def _check_role(name: str, role: Role) -> None:
    entry = bundled().get(name)
    if entry is not None and role not in entry["roles"]:
        raise ConfigurationError(
            f"model {name!r} cannot be the {role}: it is made for {' and '.join(entry['roles'])}; "
            f"set QUAERE_MODELS__{role.upper()} to another model"
        )


def _key(content: str, kind: Kind, precision: str) -> str:
    import openvino

    release = ".".join(str(openvino.get_version()).split(".")[:2])
    return hashlib.sha256(f"{_FORMAT} {content} {kind} {precision} {release}".encode()).hexdigest()


def _load(folder: Path, name: str) -> ConvertedModel | None:
    """The model in a cache folder, or None where it is missing or damaged."""
    try:
        description = json.loads((folder / "model.json").read_text("utf-8"))
        for file, checksum in description.pop("checksums").items():
            if _checksum(folder / file) != checksum:
                return None
        return ConvertedModel(folder=folder, name=name, **description)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(path: Path) -> int:
    """CRC-32: guards against damage, not malice, and takes a tenth of SHA-256's time at every start."""
    value = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            value = zlib.crc32(chunk, value)
    return value


def _make(checkpoint: Checkpoint, kind: Kind, precision: str, folder: Path, tell: Progress) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        description = _write(checkpoint, kind, precision, scratch, tell)
        files = ("model.xml", "model.bin", "tokenizer.json")
        description["checksums"] = {name: _checksum(scratch / name) for name in files}
        (scratch / "model.json").write_text(json.dumps(description, indent=2), "utf-8")
        replace_folder(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _write(checkpoint: Checkpoint, kind: Kind, precision: str, scratch: Path, tell: Progress) -> dict[str, Any]:
    import openvino as ov
    import torch

    from components.models import networks

    with networks.quiet_libraries():
        try:
            network = networks.load_network(kind, checkpoint.folder)
            inputs = networks.input_names(kind, checkpoint.folder)
            tokenizer, limit = save_tokenizer(checkpoint.folder, scratch)
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise ModelError(f"model {checkpoint.name!r} cannot be loaded as {kind}: {error}") from error
        example = {name: torch.ones((2, 8), dtype=torch.int64) for name in inputs}
        with torch.no_grad():
            graph = ov.convert_model(network, example_input=example)
        graph.reshape({port: ov.PartialShape([-1, -1]) for port in graph.inputs})
        if precision == "int8":
            tell(f"converting {checkpoint.name} to int8")
            graph = _quantise(graph, tokenizer, inputs, kind)
    ov.save_model(graph, scratch / "model.xml", compress_to_fp16=False)
    width = graph.outputs[0].get_partial_shape()[-1] if kind == "embedder" else None
    return _description(
        ConvertedModel(
            folder=scratch,
            name=checkpoint.name,
            kind=kind,
            inputs=inputs,
            max_tokens=max_tokens_of(checkpoint.folder, limit),
            pad_id=(tokenizer.padding or {}).get("pad_id", 0),
            dimension=int(width.get_length()) if width is not None else 0,
            prompts=_prompts(checkpoint.folder),
            precision=precision,
            fingerprint=checkpoint.fingerprint,
        )
    )


def _description(model: ConvertedModel) -> dict[str, Any]:
    """The description that is stored in the folder: it names neither its own place nor the model's, which may move."""
    description = asdict(model)
    del description["folder"], description["name"]
    return description


def save_tokenizer(folder: Path, scratch: Path) -> tuple[Any, int]:
    """Write ``tokenizer.json``; returns it as a ``tokenizers.Tokenizer`` with its padding, and its limit."""
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    fast = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    backend = fast.backend_tokenizer
    backend.no_truncation()
    backend.enable_padding(pad_id=fast.pad_token_id or 0, pad_token=fast.pad_token or "[PAD]")
    backend.save(str(scratch / "tokenizer.json"))
    return Tokenizer.from_file(str(scratch / "tokenizer.json")), int(min(fast.model_max_length, 1 << 20))


def max_tokens_of(folder: Path, tokenizer_limit: int) -> int:
    """The smallest of the tokenizer's, the positions' and the sentence encoder's limit."""
    limits = [tokenizer_limit]
    for path in [folder / "config.json", *folder.glob("*/config.json")]:
        if path.is_file():
            config = json.loads(path.read_text("utf-8"))
            if "max_position_embeddings" in config:
                # RoBERTa-like models count positions from the padding index on.
                shift = config.get("pad_token_id", 0) + 1 if "roberta" in config.get("model_type", "") else 0
                limits.append(int(config["max_position_embeddings"]) - shift)
    sentence = folder / "sentence_bert_config.json"
    if sentence.is_file():
        value = json.loads(sentence.read_text("utf-8")).get("max_seq_length")
        limits += [int(value)] if value else []
    # The tokens of a text come after those of a learned prefix.
    return min(limits) - prefix_length(folder)


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    stored = json.loads(path.read_text("utf-8")).get("prompts", {}) if path.is_file() else {}
    return {
        "query": str(stored.get("query") or ""),
        "document": str(stored.get("document") or stored.get("passage") or ""),
    }


def _quantise(graph: Any, tokenizer: Any, inputs: list[str], kind: Kind) -> Any:
    """Static int8 with smoothed activations, on the bundled sample texts."""
    import nncf
    import numpy as np

    def batches() -> Iterator[dict[str, Any]]:
        tokenizer.no_padding()
        tokenizer.enable_truncation(_SAMPLE_TOKENS)
        for question, passage in sample_pairs()[:_SAMPLES]:
            encoding = tokenizer.encode(passage) if kind == "embedder" else tokenizer.encode(question, passage)
            columns = (encoding.ids, encoding.attention_mask, encoding.type_ids)
            yield {name: np.array([column]) for name, column in zip(inputs, columns, strict=False)}

    data = list(batches())
    return nncf.quantize(graph, nncf.Dataset(data), subset_size=len(data), model_type=nncf.ModelType.TRANSFORMER)


def sample_pairs() -> list[tuple[str, str]]:
    """Questions with passages, bundled to measure the range of activations on."""
    lines = (resources.files("models") / "samples" / "pairs.jsonl").read_text("utf-8").splitlines()
    return [(row["question"], row["passage"]) for row in map(json.loads, lines)]
