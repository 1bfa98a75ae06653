"""Options that several commands share, and how their values are read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to stdout, and nothing else there.")]
Groups = Annotated[
    list[str] | None,
    typer.Option("--groups", metavar="A,B", help="Access groups, separated by commas; may be given again."),
]

TrainingOptions = Annotated[
    Path | None, typer.Option("--options", metavar="FILE", help="A TOML file with options of the training.")
]
TrainingOption = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="Any option of the training; may be given again."),
]


def split_groups(values: Sequence[str] | None) -> list[str]:
    """The names in all values, in order, each once.

    Raises:
        typer.BadParameter: a value names no group.
    """
    names: list[str] = []
    for value in values or ():
        found = [name.strip() for name in value.split(",")]
        if not any(found):
            raise typer.BadParameter(f"{value!r} names no group; give for example --groups staff,finance")
        names += [name for name in found if name]
    return list(dict.fromkeys(names))


def indexed_fields(meta: Sequence[str] | None, groups: Sequence[str] | None) -> dict[str, Any]:
    """The metadata fields that ``--meta`` and ``--groups`` give to every file.

    Raises:
        typer.BadParameter: one cannot be used, or groups are given twice.
    """
    fields: dict[str, Any] = {name: typed(name, value) for name, value in parse_pairs(meta, "--meta").items()}
    names = split_groups(groups)
    if names and "groups" in fields:
        raise typer.BadParameter("groups are given twice, by --groups and by --meta; use one of them")
    return fields | ({"groups": names} if names else {})


def parse_pairs(values: Sequence[str] | None, option: str) -> dict[str, str]:
    """``name=value`` texts as a dict.

    Raises:
        typer.BadParameter: one has no ``=``, no name, or a name that was given before.
    """
    pairs: dict[str, str] = {}
    for text in values or ():
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise typer.BadParameter(f"{text!r} is not of the form name=value; give for example {option} name=value")
        if name in pairs:
            raise typer.BadParameter(f"{option} {name} is given twice, as {pairs[name]!r} and {value!r}")
        pairs[name] = value
    return pairs


def training_options(values: Sequence[str] | None, flags: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a training that flags give, and those of ``--option NAME=VALUE``.

    Of the latter valid JSON is taken as JSON, a table as an object, anything else as text.

    Args:
        values: what ``--option`` was given.
        flags: the values of the flags by the option's name; None and empty lists are left out.

    Raises:
        typer.BadParameter: one is not of that form, given twice, by a flag too, or ``null``.
    """
    given = {name: value for name, value in flags.items() if value is not None and value != []}
    found = {name: _json_or_text(text) for name, text in parse_pairs(values, "--option").items()}
    for name, value in found.items():
        if value is None:
            raise typer.BadParameter(f"--option {name}=null sets nothing; leave it out, or give a value")
    if twice := sorted(given.keys() & found.keys()):
        raise typer.BadParameter(f"{', '.join(twice)} is given by a flag and by --option; use one of them")
    return given | found


def typed(name: str, text: str) -> str | int | float | bool | list[Any]:
    """The value of a metadata field: what is valid JSON is taken as JSON, anything else as text.

    So ``12`` is a number, ``"12"`` with its quotation marks and ``2025-01-31`` are texts, ``["a", "b"]`` is a list.

    Raises:
        typer.BadParameter: it is ``null`` or an object, which no field can hold.
    """
    value = _json_or_text(text)
    parts = value if isinstance(value, list) else [value]
    if any(part is None or isinstance(part, dict | list) for part in parts):
        raise typer.BadParameter(
            f"--meta {name}={text}: a field holds a text, a number, true, false, or a list of these; "
            "put quotation marks around it to make it a text"
        )
    checked: str | int | float | bool | list[Any] = value
    return checked


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        return text


def _not_a_number(text: str) -> Any:
    """NaN and Infinity are no JSON: leave them as text."""
    raise ValueError(text)
