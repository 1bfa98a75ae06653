"""A model's name -> a verified Hugging Face folder on disk.

A name is that of a bundled model, a folder, or a model on a hub. Knows nothing of what the model is used for,
except which roles its tensors can fill.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import platformdirs

from components.errors import ModelError

Role = Literal["embedder", "ranker", "reader"]

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_HUB_SECONDS = 5.0
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "*/config.json", "*/*.safetensors"]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's files.

    Args:
        name: as the user wrote it.
        folder: an ordinary Hugging Face folder.
        fingerprint: SHA-256 (hex) of everything in the folder that changes what the model computes.
    """

    name: str
    folder: Path
    fingerprint: str


def cache_folder(override: str | Path | None = None) -> Path:
    """The folder for assembled and converted models: ``override``, ``QUAERE_CACHE`` or the user's cache."""
    if override is not None:
        return Path(override)
    configured = os.environ.get("QUAERE_CACHE")
    return Path(configured) if configured else Path(platformdirs.user_cache_dir("quaere", appauthor=False))


@cache
def bundled() -> dict[str, dict[str, Any]]:
    """The bundled models' descriptions by name (the contents of their ``model.json``)."""
    found = {}
    for folder in sorted(_bundle_root().iterdir()):
        description = folder / "model.json"
        if description.is_file():
            entry = json.loads(description.read_text("utf-8"))
            found[str(entry["name"])] = entry | {"root": str(folder)}
    return found


def fingerprint(name: str) -> str:
    """The fingerprint that :func:`resolve` would give, without assembling a bundled model."""
    if name in bundled():
        return _bundled_fingerprint(bundled()[name])
    return resolve(name).fingerprint


def tokenizer_file(name: str) -> Path:
    """The ``tokenizer.json`` of a model, for components that only count tokens.

    Raises:
        ModelError: the model has no fast tokenizer.
    """
    folder = _trunk_folder(bundled()[name]) if name in bundled() else resolve(name).folder
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(
            f"model {name!r}: {folder} has no tokenizer.json; save its fast tokenizer there with "
            "transformers' AutoTokenizer.from_pretrained(...).save_pretrained(...)"
        )
    return path


def resolve(name: str, cache: str | Path | None = None) -> Checkpoint:
    """Find a model's files, assembling a bundled one or downloading a hub's where needed.

    Args:
        name: a bundled name, a folder, or a hub name such as ``organisation/model``.
        cache: the folder for assembled models, see :func:`cache_folder`.

    Raises:
        ModelError: nothing of that name is found, or the files are not what they should be.
    """
    if name in bundled():
        return _assemble(bundled()[name], cache_folder(cache))
    path = Path(name).expanduser()
    if path.is_dir():
        return Checkpoint(name, path, _folder_fingerprint(name, path))
    if path.exists() or name.startswith((".", "/", "~")) or not _HUB_NAME.fullmatch(name):
        raise ModelError(f"model {name!r} is not a folder; {_choices()}")
    folder = _from_hub(name)
    return Checkpoint(name, folder, _folder_fingerprint(name, folder))


def tensor_names(folder: Path) -> dict[str, list[int]]:
    """Names and shapes of the tensors in a folder's ``model.safetensors``, read from its header only."""
    path = folder / "model.safetensors"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def is_joint(folder: Path) -> bool:
    """Whether one model holds both a reader's span head and a ranker's relevance head over one pooler."""
    shapes = tensor_names(folder)
    has_pooler = any(name.endswith("pooler.dense.weight") for name in shapes)
    return has_pooler and "qa_outputs.weight" in shapes and shapes.get("classifier.weight", [0])[0] == 1


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bundle_root() -> Path:
    return Path(str(resources.files("models")))


def _trunk_folder(entry: dict[str, Any]) -> Path:
    trunk = entry["trunk"]
    spec = importlib.util.find_spec(trunk["package"])
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"model {entry['name']!r} needs the package {trunk['package']}, which is not installed; "
            "install Quaere again with its dependencies"
        )
    return Path(next(iter(spec.submodule_search_locations))) / str(trunk["folder"])


def _bundled_fingerprint(entry: dict[str, Any]) -> str:
    content = {key: entry.get(key) for key in ("trunk", "delta", "config")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _assemble(entry: dict[str, Any], cache: Path) -> Checkpoint:
    """A bundled model: the trunk itself, or the trunk plus a delta written out as a folder of its own."""
    trunk = _trunk_folder(entry)
    key = _bundled_fingerprint(entry)
    if "delta" not in entry:
        _verify(trunk / "model.safetensors", entry["trunk"]["weights_sha256"], str(entry["name"]))
        return Checkpoint(str(entry["name"]), trunk, key)
    target = cache / "models" / f"{entry['name']}-{key[:16]}"
    if not _is_whole(target):
        _write_assembled(entry, trunk, target)
    return Checkpoint(str(entry["name"]), target, key)


def _is_whole(folder: Path) -> bool:
    """Whether an assembled folder holds the weights that were written there."""
    receipt = folder / "weights.sha256"
    weights = folder / "model.safetensors"
    return receipt.is_file() and weights.is_file() and receipt.read_text().strip() == file_sha256(weights)


def _write_assembled(entry: dict[str, Any], trunk: Path, target: Path) -> None:
    import numpy as np
    from safetensors.numpy import load_file, save_file

    _verify(trunk / "model.safetensors", entry["trunk"]["weights_sha256"], str(entry["name"]))
    delta_file = Path(entry["root"]) / entry["delta"]["file"]
    _verify(delta_file, entry["delta"]["sha256"], str(entry["name"]))
    tensors = {name: tensor.astype(np.float32) for name, tensor in load_file(delta_file).items()}
    trunk_tensors = load_file(trunk / "model.safetensors")
    for name, trunk_name in entry["delta"]["from_trunk"].items():
        tensors[name] = trunk_tensors[trunk_name]
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        save_file(tensors, scratch / "model.safetensors", metadata={"format": "pt"})
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
            shutil.copyfile(trunk / name, scratch / name)
        config = json.loads((trunk / "config.json").read_text("utf-8")) | entry["config"]
        (scratch / "config.json").write_text(json.dumps(config, indent=2), "utf-8")
        (scratch / "weights.sha256").write_text(file_sha256(scratch / "model.safetensors"))
        replace_folder(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def replace_folder(scratch: Path, target: Path) -> None:
    """Put a finished folder in place; a target that another process finished meanwhile is replaced too."""
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f"{target.name}.old.", dir=target.parent))
        target.rename(old / "old")
        scratch.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        scratch.rename(target)


def _verify(path: Path, expected: str, name: str) -> None:
    actual = file_sha256(path) if path.is_file() else "missing"
    if actual != expected:
        raise ModelError(f"model {name!r}: {path} has SHA-256 {actual}, expected {expected}; install Quaere again")


def _folder_fingerprint(name: str, folder: Path) -> str:
    """Hash of the files that decide what the model computes (weights, configuration, tokenizer)."""
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise ModelError(f"model {name!r}: {folder} holds no config.json; it is not a Hugging Face model folder")
    if not any(path.name in _WEIGHTS or path.suffix == ".safetensors" for path in folder.rglob("*")):
        raise ModelError(f"model {name!r}: {folder} holds no weights ({' or '.join(_WEIGHTS)})")
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".txt", ".model", ".safetensors", ".bin"} and path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0{file_sha256(path)}\n".encode())
    return digest.hexdigest()


def _from_hub(name: str) -> Path:
    from httpx import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=_HUB_FILES, local_files_only=True))
    except LocalEntryNotFoundError:
        pass  # not downloaded yet
    try:
        return Path(snapshot_download(name, allow_patterns=_HUB_FILES, etag_timeout=_HUB_SECONDS))
    except (HfHubHTTPError, LocalEntryNotFoundError, HTTPError, OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"model {name!r} is neither bundled nor a folder, and the hub did not give it ({reason}); {_choices()}"
        ) from error


def _choices() -> str:
    return (
        "set QUAERE_MODELS__EMBEDDER, QUAERE_MODELS__RANKER or QUAERE_MODELS__READER to a bundled name "
        f"({', '.join(bundled())}), "
        "to a folder that holds the model, or to a hub name where there is a network"
    )
