"""The settings in force: what can be set, where each value came from, and the checks on it.

A value given by the caller (a flag) beats the environment (``QUAERE_SEARCH__CANDIDATES``, and for secrets the file that
``..._FILE`` names), which beats ``quaere.toml``, which beats the default. Settings are named ``search.candidates``.
"""

import difflib
import os
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import PrivateAttr, Secret, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from components.errors import ConfigurationError
from pipelines.setting_groups import (
    AnswerSettings,
    DatabaseSettings,
    Effect,
    IndexSettings,
    ModelSettings,
    QdrantSettings,
    SearchSettings,
    ServiceSettings,
    SettingGroup,
    setting,
)

Origin = Literal["flag", "environment", "quaere.toml", "default"]

FILE_NAME = "quaere.toml"
_PREFIX = "QUAERE_"
_BETWEEN = "__"
_FROM_FILE = "_FILE"


class Settings(BaseSettings):
    """All settings of Quaere, by group. Build with :meth:`load`, which turns bad values into a clear error.

    Example:
        >>> settings = Settings.load({"search.candidates": 40})
        >>> settings.search.candidates, settings.origins()["search.candidates"]
        (40, 'flag')
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter=_BETWEEN, extra="forbid", frozen=True)

    data: Path = setting(Path(".quaere"), "folder that holds the catalogue and the index", "folder")
    cache: Path | None = setting(
        None, "folder for converted models; without a value, a folder in the user's cache", "folder"
    )
    models: ModelSettings = ModelSettings()
    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    answers: AnswerSettings = AnswerSettings()
    service: ServiceSettings = ServiceSettings()
    qdrant: QdrantSettings = QdrantSettings()
    database: DatabaseSettings = DatabaseSettings()

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
            settings = cls(**_nested(from_file | flags))
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
            for name, own in _nested(given).items()
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

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.qdrant.engine == "edge" and self.database.url is not None:
            raise ValueError(
                "database.url goes with qdrant.engine = 'server': an embedded index is in a folder that one process "
                "holds, so that nobody could share the database's sources; set qdrant.engine = 'server' and "
                "qdrant.url, or leave database.url out"
            )
        return self


@cache
def groups() -> dict[str, type[SettingGroup]]:
    """The groups by name."""
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, SettingGroup)
    }


@cache
def descriptions() -> dict[str, FieldInfo]:
    """Every setting by its name, as pydantic knows it; those without a group first."""
    alone = {name: field for name, field in Settings.model_fields.items() if name not in groups()}
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
    return f"{_PREFIX}{name.replace('.', _BETWEEN).upper()}"


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


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Invert :func:`flat`."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        group, _, leaf = name.rpartition(".")
        (made.setdefault(group, {}) if group else made)[leaf] = value
    return made


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
    given = {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
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
    names = {each: each.removeprefix(_PREFIX).lower().replace(_BETWEEN, ".") for each in _environment()}
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


def nearest(name: str, names: Collection[str] | None = None, show: Callable[[str], str] = repr) -> str:
    """What to write in place of a name that is no setting, for an error.

    Args:
        name: as somebody wrote it; a name of release 0.1, which had no groups, gives the one of today.
        names: what may be written; None for all settings.
        show: how a setting is written there.
    """
    names = descriptions() if names is None else names
    known = _spellings(names)
    if name in known:
        return f"it is now {show(known[name])}"
    if members := [show(each) for each in names if each.startswith(f"{name}.")]:
        return f"it is a group: {', '.join(members)}"
    if close := difflib.get_close_matches(name, known, n=1):
        return f"did you mean {show(known[close[0]])}?"
    return f"there are: {', '.join(map(show, names))}"


def _nearest_variable(name: str) -> str:
    plain = name.removesuffix(_FROM_FILE.lower())
    in_file = plain != name and _spellings(descriptions()).get(plain) in secret_names()
    ending = _FROM_FILE if in_file else ""
    return nearest(plain if in_file else name, show=lambda each: variable(each) + ending)


def _spellings(names: Collection[str]) -> dict[str, str]:
    """What people may write, without the group too, and the setting that they mean."""
    without = {spelt: name for name in names for spelt in (name.rpartition(".")[2], name.replace(".", "_"))}
    return without | {name: name for name in names}


def _explain(error: ValidationError, origins: Mapping[str, Origin]) -> str:
    lines = []
    for problem in error.errors():
        name = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        value = "***" if name in secret_names() else repr(problem["input"])
        lines.append(f"{name} = {value} ({origins[name]}): {message}" if name in origins else message)
    return "settings: " + "; ".join(lines)
