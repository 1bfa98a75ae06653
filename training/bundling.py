"""A fine-tuned folder -> the small file that is bundled: what differs from the trunk, in half precision."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from components.errors import ConfigurationError, QuaereError
from components.models.checkpoints import bundled, file_sha256, resolve
from training.card import losses, read_run


def bundle(folder: Path, name: str, target: Path, tolerance: float = 0.0) -> dict[str, Any]:
    """Write ``delta.safetensors`` and ``model.json`` of a fine-tuned bundled model.

    Args:
        folder: what a training wrote.
        name: of the bundled model that it becomes; its trunk and layout are kept.
        target: folder for both files; it is the bundled one's own where that is to be replaced.
        tolerance: how much of a figure may be lost against the model that the training began with.

    Returns:
        The new description.

    Raises:
        ConfigurationError: there is no such bundled model with a delta, or the folder's tensors are not its own.
        QuaereError: the training says that the model is worse than the one that it began with.
    """
    entry = bundled().get(name)
    if entry is None or "delta" not in entry:
        known = ", ".join(each for each, value in bundled().items() if "delta" in value)
        raise ConfigurationError(f"{name!r} is no bundled model with weights of its own; known: {known}")
    run = read_run(folder)
    lost = losses(run["before"], run["after"], tolerance) if run is not None else ()
    if lost:
        raise QuaereError(f"{folder} is not bundled, since it is worse: {'; '.join(map(str, lost))}")
    made, there = load_file(folder / "model.safetensors"), load_file(resolve(name).folder / "model.safetensors")
    if {key: array.shape for key, array in made.items()} != {key: array.shape for key, array in there.items()}:
        raise ConfigurationError(
            f"{folder} holds other tensors than {name!r}; only a fine-tuned {name!r} can replace it"
        )
    shared = entry["delta"]["from_trunk"]
    moved = [key for key in shared if not np.array_equal(made[key], there[key])]
    if moved:
        raise ConfigurationError(f"{folder}: {', '.join(moved)} was trained, but is taken from the trunk; freeze it")
    target.mkdir(parents=True, exist_ok=True)
    kept = {key: array.astype(np.float16) for key, array in made.items() if key not in shared}
    file = target / entry["delta"]["file"]
    scratch = file.with_suffix(".part")
    save_file(kept, scratch)
    scratch.replace(file)
    described = {key: value for key, value in entry.items() if key != "root"}
    described["delta"] = entry["delta"] | {"sha256": file_sha256(file)}
    (target / "model.json").write_text(json.dumps(described, indent=2) + "\n", "utf-8")
    return described


def average(models: Sequence[str], target: Path) -> None:
    """Write a folder whose weights are the mean of several trainings of one model (Wortsman et al. 2022).

    Args:
        models: their folders, or names of models, such as that which a training began with.
        target: a new folder.

    Raises:
        ConfigurationError: they hold different tensors, or the folder is there.
        ModelError: there is no such model.
    """
    if target.exists():
        raise ConfigurationError(f"{target} exists; name another folder")
    folders = [resolve(name).folder for name in models]
    loaded = [_weights(folder) for folder in folders]
    if len({tuple(sorted((key, array.shape) for key, array in each.items())) for each in loaded}) != 1:
        raise ConfigurationError(f"{', '.join(models)} hold different tensors; average trainings of one model")
    # In double precision, what was frozen in all of them comes out as it went in, to the last bit.
    mean = {
        key: np.mean([each[key] for each in loaded], axis=0, dtype=np.float64).astype(loaded[0][key].dtype)
        for key in loaded[0]
    }
    target.mkdir(parents=True)
    # What describes an embedder's pooling stands in folders of its own.
    for path in (*folders[0].iterdir(), *folders[0].glob("*/config.json")):
        if path.suffix in (".json", ".txt", ".model") and path.name != "run.json":
            copy = target / path.relative_to(folders[0])
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    save_file(mean, target / "model.safetensors", metadata={"format": "pt"})


def _weights(folder: Path) -> dict[str, Any]:
    """The tensors of a model without those that count places, which some versions of a network save and others not."""
    tensors: dict[str, Any] = load_file(folder / "model.safetensors")
    return {key: array for key, array in tensors.items() if not np.issubdtype(array.dtype, np.integer)}
