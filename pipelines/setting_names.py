"""The names of all settings, ``search.candidates``, and what follows from their descriptions.

What a change of one concerns, which are secret, the environment's variables, and what somebody may have meant.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import Secret, SecretStr
from pydantic.fields import FieldInfo

from pipelines.setting_groups import Effect, GroupedSettings, SettingGroup

PREFIX = "QUAERE_"
BETWEEN = "__"
"""Between group and name in a variable of the environment."""


@cache
def groups() -> dict[str, type[SettingGroup]]:
    """The groups by name."""
    return {
        name: field.annotation
        for name, field in GroupedSettings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, SettingGroup)
    }


@cache
def descriptions() -> dict[str, FieldInfo]:
    """Every setting by its name, as pydantic knows it; those without a group first."""
    alone = {name: field for name, field in GroupedSettings.model_fields.items() if name not in groups()}
    grouped = {
        f"{group}.{leaf}": field for group, kind in groups().items() for leaf, field in kind.model_fields.items()
    }
    return alone | grouped


def effects(name: str) -> tuple[Effect, ...]:
    """What a change of a setting concerns."""
    extra = descriptions()[name].json_schema_extra
    return tuple(extra["affects"]) if isinstance(extra, dict) else ()  # type: ignore[arg-type]


def affecting(*wanted: Effect) -> list[str]:
    """The settings of which a change concerns any of these."""
    return [name for name in descriptions() if set(wanted) & set(effects(name))]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.replace('.', BETWEEN).upper()}"


@cache
def secret_names() -> frozenset[str]:
    """The settings whose values are never shown, and can also stand in a file of their own."""
    return frozenset(name for name, field in descriptions().items() if _is_secret(field))


def _is_secret(field: FieldInfo) -> bool:
    kinds = get_args(field.annotation)
    return any(isinstance(kind, type) and issubclass(kind, (Secret, SecretStr)) for kind in kinds)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by dotted names, of groups within groups or of names that are dotted already."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and (value or name in groups()):
            found.update({f"{name}.{leaf}": own for leaf, own in flat(value).items()})
        else:
            found[name] = value
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Invert :func:`flat`."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        group, _, leaf = name.rpartition(".")
        (made.setdefault(group, {}) if group else made)[leaf] = value
    return made


def nearest(name: str, names: Collection[str] | None = None, show: Callable[[str], str] = repr) -> str:
    """What to write in place of a name that is no setting, for an error.

    Args:
        name: as somebody wrote it; a name of release 0.1, which had no groups, gives the one of today.
        names: what may be written; None for all settings.
        show: how a setting is written there.
    """
    names = descriptions() if names is None else names
    known = spellings(names)
    if name in known:
        return f"it is now {show(known[name])}"
    if members := [show(each) for each in names if each.startswith(f"{name}.")]:
        return f"it is a group: {', '.join(members)}"
    if close := difflib.get_close_matches(name, known, n=1):
        return f"did you mean {show(known[close[0]])}?"
    return f"there are: {', '.join(map(show, names))}"


def spellings(names: Collection[str]) -> dict[str, str]:
    """What people may write, without the group too, and the setting that they mean."""
    without = {spelt: name for name in names for spelt in (name.rpartition(".")[2], name.replace(".", "_"))}
    return without | {name: name for name in names}
