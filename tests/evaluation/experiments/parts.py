"""Small experiments over the tiny models."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evaluation.experiments.definition import Experiment, experiment_from
from pipelines.settings import Settings
from tests.evaluation.small import small_settings, write_squad


def loader(tiny_models: dict[str, Path], data: Path) -> Callable[[Mapping[str, Any]], Settings]:
    """Settings of the tiny models, with some values given."""

    def load(own: Mapping[str, Any]) -> Settings:
        return small_settings(tiny_models, data, own)

    return load


def small_experiment(
    tiny_models: dict[str, Path], folder: Path, systems: Mapping[str, Any], **others: Any
) -> Experiment:
    """Systems on three questions."""
    task = others.pop("task", "answering")
    path = write_squad(folder / "squad.json", others.pop("impossible", ()))
    content = {"systems": systems, "data": {"small": {"path": path.name, "task": task}}, **others}
    return experiment_from(content, loader(tiny_models, folder / "none"), "small.toml", folder)
