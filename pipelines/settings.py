"""The settings in force, and where each value came from.

A value given by the caller (a flag) beats the environment (``QUAERE_SEARCH__CANDIDATES``, and for secrets the file that
``..._FILE`` names), which beats ``quaere.toml``, which beats the default.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from components.errors import ConfigurationError
from pipelines.setting_groups import GroupedSettings, SettingGroup
from pipelines.setting_names import (
    BETWEEN,
    PREFIX,
    descriptions,
    flat,
    groups,
    nearest,
    nested,
    secret_names,
    spellings,
    variable,
)

Origin = Literal["flag", "environment", "quaere.toml", "default"]

FILE_NAME = "quaere.toml"
_FROM_FILE = "_FILE"


class Settings(GroupedSettings):
    """All settings of Quaere, by group. Build with :meth:`load`, which turns bad values into a clear error.

    Example:
        >>> settings = Settings.load({"search.candidates": 40})
        >>> settings.search.candidates, settings.origins()["search.candidates"]
        (40, 'flag')
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=BETWEEN)

    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, then the environment with the files that hold secrets; :meth:`load` adds ``quaere.toml``."""
        environment = EnvSettingsSource(settings_cls)
        environment.env_vars = {name.lower(): value for name, value in _environment().items()}
        return init_settings, environment

    @classmethod
    def load(cls, given: Mapping[str, Any] | None = None, *, file: Path | None = None) -> Self:
        """Read the settings.

        Args:
            given: values by the setting's name that beat all others; None stands for "not given".
            file: a ``quaere.toml``; default: the one in the current folder, if there is one.

        Raises:
            ConfigurationError: a value or a name is not allowed; the message says where it stands.
        """
        flags = {name: value for name, value in flat(given or {}).items() if value is not None}
        stored = flat(_read_file(file))
        _refuse_unknown(flags, "")
        _refuse_unknown(stored, f"{file or FILE_NAME}: ")
        environment = _names_in_environment()
        origins: dict[str, Origin] = dict.fromkeys(descriptions(), "default")
        origins.update(dict.fromkeys(stored, "quaere.toml"))
        origins.update(dict.fromkeys(environment, "environment"))
        origins.update(dict.fromkeys(flags, "flag"))
        # What is given here beats the environment, which pydantic reads itself.
        from_file = {name: value for name, value in stored.items() if name not in environment}
        try:
            settings = cls(**nested(from_file | flags))
        except ValidationError as error:
            raise ConfigurationError(_explain(error, origins)) from error
        settings._origins = origins
        return settings

    def values(self) -> dict[str, Any]:
        """Every value by its setting's name."""
        return flat({name: dict(value) if isinstance(value, SettingGroup) else value for name, value in self})

    def with_values(self, given: Mapping[str, Any]) -> Self:
        """A copy with other values, by the setting's name; their limits are the caller's."""
        _refuse_unknown(given, "")
        update = {
            name: getattr(self, name).model_copy(update=own) if name in groups() else own
            for name, own in nested(given).items()
        }
        return self.model_copy(update=update)

    def origins(self) -> dict[str, Origin]:
        """Where each value came from, by the setting's name."""
        return dict(self._origins) or dict.fromkeys(descriptions(), "default")

    def model_parameters(self) -> dict[str, Any]:
        """The parameters that every component with a model takes."""
        return {
            "precision": self.models.precision,
            "backend": self.models.backend,
            "threads": self.models.threads,
            "cache": None if self.cache is None else str(self.cache),
        }

    def synonyms_in_force(self) -> str | None:
        """The file of synonyms that is read: the one that is set, else that of the data folder, if it has one."""
        if self.search.synonyms is not None:
            return str(self.search.synonyms)
        own = self.data / "synonyms.toml"
        return str(own) if own.is_file() else None


def _read_file(file: Path | None) -> dict[str, Any]:
    path = Path(FILE_NAME) if file is None else file
    if not path.is_file():
        if file is None:
            return {}
        raise ConfigurationError(f"the settings file {file} does not exist; name an existing one")
    try:
        return TomlConfigSettingsSource(Settings, path).toml_data
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the settings file {path} cannot be read: {error}") from error


def _environment() -> dict[str, str]:
    """The variables that begin as those of settings do; a secret's value may stand in the file that ``..._FILE`` names.

    Raises:
        ConfigurationError: a file cannot be read, or both are set.
    """
    given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for plain in map(variable, secret_names()):
        path = given.pop(plain + _FROM_FILE, None)
        if path is None:
            continue
        if plain in given:
            raise ConfigurationError(f"environment: {plain} and {plain}{_FROM_FILE} are both set; leave one out")
        try:
            given[plain] = Path(path).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"environment: {plain}{_FROM_FILE} names {path}, which cannot be read: {error}"
            ) from error
    return given


def _names_in_environment() -> set[str]:
    """The settings that have an environment variable.

    Raises:
        ConfigurationError: a variable is none of them.
    """
    names = {each: each.removeprefix(PREFIX).lower().replace(BETWEEN, ".") for each in _environment()}
    wrong = [
        f"{written} is not a setting; {_nearest_variable(name)}"
        for written, name in names.items()
        if name not in descriptions()
    ]
    if wrong:
        raise ConfigurationError(f"environment: {'. '.join(wrong)}")
    return set(names.values())


def _refuse_unknown(given: Mapping[str, Any], place: str) -> None:
    """A misspelt setting must not be ignored, wherever it stands."""
    wrong = [f"{name!r} is not a setting; {nearest(name)}" for name in given if name not in descriptions()]
    if wrong:
        raise ConfigurationError(f"{place}{'. '.join(wrong)}")


def _nearest_variable(name: str) -> str:
    plain = name.removesuffix(_FROM_FILE.lower())
    in_file = plain != name and spellings(descriptions()).get(plain) in secret_names()
    ending = _FROM_FILE if in_file else ""
    return nearest(plain if in_file else name, show=lambda each: variable(each) + ending)


def _explain(error: ValidationError, origins: Mapping[str, Origin]) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        value = "***" if name in secret_names() else repr(problem["input"])
        lines.append(f"{name} = {value} ({origins[name]}): {message}" if name in origins else message)
    return "settings: " + "; ".join(lines)
