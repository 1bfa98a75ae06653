"""The tables of an experiment's file: those that say what is measured on -> plans, with their data read."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from components.converters.formats import expand
from components.errors import ConfigurationError, InputError
from evaluation.data.dataset import DataSet
from evaluation.data.reading import read_dataset
from evaluation.evaluate import EvaluationPlan
from evaluation.outcome import Task

_KEYS = ("path", "task", "passages", "paraphrases", "corpus")


def plans_of(content: Mapping[str, Any], origin: str, folder: Path) -> tuple[EvaluationPlan, ...]:
    """What is measured on, one plan for each data set.

    Args:
        content: the file's tables.
        origin: names the file in errors.
        folder: paths are relative to it.

    Raises:
        InputError: something in the tables or the data cannot be used.
    """
    tables = table_in(content, "data", origin)
    if not tables:
        raise InputError(f"{origin}: there are no data; write a table [data.NAME] with a path for each set")
    sample, seed = content.get("sample"), content.get("seed", 0)
    if sample is not None and (type(sample) is not int or sample < 1):
        raise InputError(f"{origin}: sample = {sample!r}: it must be a number of questions, at least 1")
    if type(seed) is not int:
        raise InputError(f"{origin}: seed = {seed!r}: it must be a whole number")
    plans = []
    for name, each in tables.items():
        place = f"{origin}: data {name!r}"
        if not name.strip() or not name.isprintable() or set(name) & set("/\\"):
            raise InputError(f"{place}: the name becomes that of a file; take one without slashes and line breaks")
        own = table(each, place)
        refuse_unknown(own, _KEYS, place)
        dataset = _dataset(name, own, place, folder)
        task = own.get("task", dataset.tasks[0])
        if task not in get_args(Task):
            raise InputError(f"{place}: task = {task!r}: it must be one of {', '.join(get_args(Task))}")
        try:
            plans.append(EvaluationPlan(dataset, task, sample, seed))
            plans[-1].questions()
        except InputError as error:
            raise InputError(f"{place}: {error}") from error
    return tuple(plans)


def _dataset(name: str, own: Mapping[str, Any], place: str, folder: Path) -> DataSet:
    if not isinstance(own.get("path"), str):
        raise InputError(f"{place}: path = {own.get('path')!r}; name the labelled file or folder")
    further = {key: folder / text(own[key], key, place) for key in ("passages", "paraphrases") if key in own}
    try:
        dataset = read_dataset(folder / own["path"], **further)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error
    if dataset.form == "trec":
        raise InputError(f"{place}: a finished run measures no system; use `quaere evaluate` for it")
    return replace(dataset, name=name, corpus=(*dataset.corpus, *_corpus(own, place, folder)))


def _corpus(own: Mapping[str, Any], place: str, folder: Path) -> tuple[Path, ...]:
    """The files to index that the table names, found as ``quaere index`` finds them."""
    named = own.get("corpus", [])
    if not isinstance(named, list):
        raise InputError(f"{place}: corpus = {named!r}: it must be a list of files, folders and patterns")
    try:
        found = expand([folder / text(each, "corpus", place) for each in named]).files
    except InputError as error:
        raise InputError(f"{place}: corpus: {error}") from error
    if named and not found:
        raise InputError(f"{place}: corpus = {named!r}: no file of a kind that can be indexed is there")
    return found


def table_in(content: Mapping[str, Any], key: str, origin: str) -> Mapping[str, Any]:
    """A table of a table; an empty one where it is missing."""
    return table(content.get(key, {}), f"{origin}: {key}")


def table(value: Any, place: str) -> Mapping[str, Any]:
    """The value, which has to be a table."""
    if not isinstance(value, Mapping):
        raise InputError(f"{place} is {value!r}; it must be a table")
    return value


def text(value: Any, key: str, place: str) -> str:
    """The value of a key, which has to be a path."""
    if not isinstance(value, str):
        raise InputError(f"{place}: {key} = {value!r}: it must be a path")
    return value


def refuse_unknown(given: Mapping[str, Any], known: Sequence[str], place: str, what: str = "key") -> None:
    """A misspelt key must not be ignored."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise ConfigurationError(f"{place}: {name!r} is no {what}; {hint}There are: {', '.join(sorted(known))}")
