"""An experiment's TOML file, or a preset -> the systems and data sets that it compares, checked before any work.

A system is written as the settings that differ, as in ``quaere.toml``, and the stages it has (:class:`Stages`).
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.errors import ConfigurationError, InputError
from evaluation.corpus import index_values
from evaluation.data.dataset import DataSet
from evaluation.evaluate import EvaluationPlan
from evaluation.experiments.data_tables import plans_of, refuse_unknown, table, table_in
from evaluation.experiments.presets import PRESETS
from evaluation.experiments.stages import Stages
from pipelines.setting_names import affecting, descriptions, flat, nearest
from pipelines.settings import Settings

Load = Callable[[Mapping[str, Any]], Settings]
"""Settings with some values given, which beat all others."""

_TOP = ("preset", "baseline", "sample", "seed", "metrics", "settings", "systems", "data")


@dataclass(frozen=True, slots=True)
class ComparedSystem:
    """One configuration that is measured."""

    name: str
    settings: Settings
    stages: Stages
    given: Mapping[str, Any]
    """What is different in it, as it was written."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Systems and data sets; every system answers the questions of every data set."""

    systems: tuple[ComparedSystem, ...]
    plans: tuple[EvaluationPlan, ...]
    """One for each data set; its system's name is that of the data set alone."""
    baseline: str
    metrics: tuple[str, ...] | None = None
    """Per-question metrics to compare; None for the usual ones of each task."""


def read_experiment(path: Path, load: Load) -> Experiment:
    """Read an experiment's file.

    Args:
        path: TOML; paths in it are relative to its folder.
        load: see :data:`Load`.

    Raises:
        InputError: the file or its data cannot be used; the message names what.
        ConfigurationError: a system's settings cannot be used; the message names the system and the setting.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the experiment {path} cannot be read: {error}") from error
    return experiment_from(content, load, str(path), path.parent)


def preset_experiment(name: str, datasets: Sequence[Path], load: Load, sample: int | None, seed: int) -> Experiment:
    """A preset's systems on labelled data.

    Raises:
        InputError: the preset is not known, or the data cannot be used.
    """
    data = {path.name: {"path": str(path)} for path in datasets}
    if len(data) < len(datasets):
        raise InputError("two data sets have the same file name; name them in an experiment's file instead")
    content: dict[str, Any] = {"preset": name, "seed": seed, "data": data}
    if sample is not None:
        content["sample"] = sample
    return experiment_from(content, load, f"preset {name}", Path())


def experiment_from(content: Mapping[str, Any], load: Load, origin: str, folder: Path) -> Experiment:
    """Check what an experiment's file says; see :func:`read_experiment`.

    Args:
        content: the file's tables.
        load: see :data:`Load`.
        origin: names the file in errors.
        folder: paths of data are relative to it.
    """
    refuse_unknown(content, _TOP, origin)
    tables, usual = _system_tables(content, origin)
    common = table_in(content, "settings", origin)
    systems = _different([_system(name, common, own, load, origin) for name, own in tables.items()], content, origin)
    baseline = content.get("baseline", usual if usual is not None else systems[0].name)
    if baseline not in [system.name for system in systems]:
        raise InputError(f"{origin}: the baseline {baseline!r} is no system; systems are: {', '.join(tables)}")
    plans = plans_of(content, origin, folder)
    for plan in plans:
        _check_own_index(plan.dataset, systems, origin)
    return Experiment(systems, plans, baseline, _metrics(content, origin))


def _system_tables(content: Mapping[str, Any], origin: str) -> tuple[dict[str, Mapping[str, Any]], str | None]:
    """The systems of the preset and of the file, and the preset's baseline."""
    tables = table_in(content, "systems", origin)
    own = {name: table(each, f"{origin}: system {name!r}") for name, each in tables.items()}
    if (chosen := content.get("preset")) is None:
        if not own:
            raise InputError(f"{origin}: there are no systems; write a table [systems.NAME] for each, or name a preset")
        return own, None
    if chosen not in PRESETS:
        raise InputError(f"{origin}: the preset {chosen!r} is not known; presets are: {', '.join(PRESETS)}")
    preset = PRESETS[chosen]
    if twice := own.keys() & preset.systems.keys():
        raise InputError(f"{origin}: the preset has a system {min(twice)!r} already; give yours another name")
    return {**preset.systems, **own}, preset.baseline


def _system(name: str, common: Mapping[str, Any], own: Mapping[str, Any], load: Load, origin: str) -> ComparedSystem:
    place = f"{origin}: system {name!r}"
    given = flat(common) | flat(own)
    _check_names(given, place)
    try:
        stages = Stages.of({key: value for key, value in given.items() if key in Stages.names()})
        settings = load({key: value for key, value in given.items() if key not in Stages.names()})
    except ConfigurationError as error:
        message = str(error).removeprefix("settings: ")
        for key, value in given.items():
            # It stands in the experiment's file and not in a flag.
            message = message.replace(f"{key} = {value!r} (flag)", f"{key} = {value!r}")
        raise ConfigurationError(f"{place}: {message}") from error
    return ComparedSystem(name, settings, stages, given)


def _check_names(given: Mapping[str, Any], place: str) -> None:
    """A system may change what affects answers or their speed, and nothing else."""
    elsewhere = affecting("folder", "store", "connection", "collection", "service")
    known = [*Stages.names(), *(name for name in descriptions() if name not in elsewhere)]
    for name in given:
        if name in elsewhere:
            raise ConfigurationError(
                f"{place}: {name} says where things are or how they are served, and changes no answer; leave it out "
                "here"
            )
        if name not in known:
            raise ConfigurationError(f"{place}: {name!r} is no setting or stage; {nearest(name, known)}")


def _different(
    systems: Sequence[ComparedSystem], content: Mapping[str, Any], origin: str
) -> tuple[ComparedSystem, ...]:
    """The systems without those of a preset that the settings in force make equal to an earlier one."""
    different: list[ComparedSystem] = []
    for system in systems:
        twin = next((each for each in different if _same(each, system)), None)
        if twin is None:
            different.append(system)
        elif system.name in content.get("systems", {}):
            raise InputError(f"{origin}: the systems {twin.name!r} and {system.name!r} are the same; leave one out")
    return tuple(different)


def _same(one: ComparedSystem, other: ComparedSystem) -> bool:
    return one.settings.model_dump() == other.settings.model_dump() and one.stages == other.stages


def _check_own_index(dataset: DataSet, systems: Sequence[ComparedSystem], origin: str) -> None:
    """Data without a corpus are asked of the user's data folder, which is indexed in one way."""
    if dataset.corpus:
        return
    firsts = index_values(systems[0].settings)
    for system in systems[1:]:
        for key, other in index_values(system.settings).items():
            if (first := firsts[key]) != other:
                raise ConfigurationError(
                    f"{origin}: system {system.name!r}: {key} = {other!r}, and {systems[0].name!r} has {first!r}; "
                    f"data {dataset.name!r} are asked of your data folder, which is indexed with one of them: name the "
                    f"documents with corpus = [...], so that each system gets an index"
                )


def _metrics(content: Mapping[str, Any], origin: str) -> tuple[str, ...] | None:
    given = content.get("metrics")
    if given is None:
        return None
    if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
        raise InputError(f"{origin}: metrics = {given!r}: it must be a list of names, such as ['exact_match', 'f1']")
    return tuple(dict.fromkeys(given))
