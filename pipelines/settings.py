"""What can be set, where each value came from, and the checks on it.

A value given by the caller (a flag) beats the environment (``QUAERE_*``, and for secrets the file that
``QUAERE_*_FILE`` names), which beats ``quaere.toml``, which beats the default. Knows nothing of pipelines.
"""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, Secret, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from components.converters.limits import MAX_CHARACTERS, MAX_PASSAGES
from components.errors import ConfigurationError
from components.models.conversion import Precision
from components.models.inference import Backend

Origin = Literal["flag", "environment", "quaere.toml", "default"]

FILE_NAME = "quaere.toml"
_PREFIX = "QUAERE_"
_SECRETS = ("qdrant_api_key", "database_url")
"""Settings whose values are not shown, and can also stand in a file of their own."""


class DatabaseUrl(Secret[str]):
    """The address of a database; shown without its password."""

    def _display(self) -> str:
        # SQLAlchemy takes a while to import, and most people never set an address.
        from components.stores.database.addresses import shown

        return shown(self.get_secret_value())


class Settings(BaseSettings):
    """All settings of Quaere. Build with :meth:`load`, which turns bad values into a clear error."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    data: Path = Field(Path(".quaere"), description="folder that holds the catalogue and the index")
    cache: Path | None = Field(None, description="folder for converted models; default: the user's cache")

    embedder: str = Field(
        "all-MiniLM-L6-v2", description="bundled name, folder or hub name; several of one dimension: one + other"
    )
    ranker: str = Field("quaere-joint", description="bundled name, folder or hub name; several: one + other")
    reader: str = Field("quaere-joint", description="bundled name, folder or hub name; several: one + other")
    calibrator: Path | None = Field(None, description="JSON file; default: the one bundled with the default models")
    precision: Precision = Field("auto", description="auto, int8 or fp32")
    backend: Backend = Field("openvino", description="openvino or torch")
    threads: int | None = Field(None, ge=1, description="threads of one model call; default: all cores")

    engine: Literal["edge", "server"] = Field("edge", description="embedded Qdrant, or a Qdrant server")
    qdrant_url: str | None = Field(None, description="address of the Qdrant server")
    qdrant_api_key: SecretStr | None = Field(None, description="key of the Qdrant server")
    qdrant_timeout: float = Field(10.0, gt=0, description="seconds to wait for the Qdrant server")
    qdrant_retries: int = Field(3, ge=0, description="further tries when the Qdrant server does not answer")
    collection: str = Field("quaere", min_length=1, description="collection on the Qdrant server")

    qdrant_shards: int | None = Field(None, ge=1, description="parts of a new collection; default: one a node")
    qdrant_replicas: int = Field(1, ge=1, description="copies of each part of a new collection")
    qdrant_quantization: Literal["int8", "none"] = Field("int8", description="how a new collection's vectors are read")
    database_url: DatabaseUrl | None = Field(
        None, description="PostgreSQL database that several processes share, with the engine 'server'"
    )

    passage_tokens: int = Field(150, ge=20, le=480, description="about how long a passage is, in the embedder's tokens")
    overlap_tokens: int = Field(30, ge=0, description="tokens of whole sentences that neighbouring passages share")
    max_file_mb: float = Field(50.0, gt=0, description="larger files are refused before they are read")
    max_file_characters: int = Field(MAX_CHARACTERS, ge=1, description="files with more text are refused")
    max_file_passages: int = Field(MAX_PASSAGES, ge=1, description="files with more passages, or rows, are refused")
    read_seconds: float = Field(60.0, gt=0, description="files that take longer to read, or to split, are given up")
    read_memory_mb: float = Field(
        1024.0, ge=200, description="memory for reading or splitting one file, in MiB; one that needs more is given up"
    )

    candidates: int = Field(30, ge=1, le=1000, description="passages that the ranker sees")
    fusion: Literal["convex", "rrf"] = Field("convex", description="how dense and BM25 lists are fused")
    dense_weight: float = Field(0.5, ge=0, le=1, description="share of the dense list in convex fusion")
    search_weight: float = Field(
        4.0, ge=0, description="how much the fused score, 0 to 1, adds to the ranker's logit when passages are sorted"
    )
    with_context: bool = Field(True, description="whether title and heading are read before a passage")
    top: int = Field(3, ge=1, description="answers at most")
    threshold: float | None = Field(None, ge=0, le=1, description="least confidence; default: the calibrator's")
    max_answer_tokens: int = Field(30, ge=1, description="longest answer span, in the reader's tokens")
    synonyms: Path | None = Field(None, description="synonyms.toml; default: the one in the data folder, if any")

    max_upload_mb: float = Field(
        200.0, gt=0, description="larger uploads, all files of a request together, are refused"
    )
    question_seconds: float = Field(60.0, gt=0, description="served questions that take longer are given up")
    requests_per_minute: int = Field(600, ge=1, description="of one key; more are turned away for a while")
    log_questions: bool = Field(False, description="whether the server's log holds the text of questions")

    _origins: dict[str, Origin] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, file: Path | None = None, **given: Any) -> Self:
        """Read the settings.

        Args:
            file: a ``quaere.toml``; default: the one in the current folder, if there is one.
            given: values that beat all others; None stands for "not given".

        Raises:
            ConfigurationError: a value or a name is not allowed; the message says where it stands.
        """
        stored = _read_file(file)
        flags = {name: value for name, value in given.items() if value is not None}
        environment = {name for name in cls.model_fields if _variable(name) in os.environ}
        _refuse_unknown(cls, stored, file, flags)
        secrets = _read_secrets()
        environment |= secrets.keys()
        origins: dict[str, Origin] = dict.fromkeys(cls.model_fields, "default")
        origins.update(dict.fromkeys(stored, "quaere.toml"))
        origins.update(dict.fromkeys(environment, "environment"))
        origins.update(dict.fromkeys(flags, "flag"))
        from_file = {name: value for name, value in stored.items() if name not in environment}
        try:
            settings = cls(**(from_file | secrets | flags))
        except ValidationError as error:
            raise ConfigurationError(_explain(error, origins)) from error
        settings._origins = origins
        return settings

    def origins(self) -> dict[str, Origin]:
        """Where each value came from, by the setting's name."""
        return dict(self._origins) or dict.fromkeys(type(self).model_fields, "default")

    def model_parameters(self) -> dict[str, Any]:
        """The parameters that every component with a model takes."""
        return {
            "precision": self.precision,
            "backend": self.backend,
            "threads": self.threads,
            "cache": None if self.cache is None else str(self.cache),
        }

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: DatabaseUrl | None) -> DatabaseUrl | None:
        if url is not None:
            from components.stores.database.addresses import postgresql_url

            try:
                postgresql_url(url.get_secret_value())
            except ConfigurationError as error:
                raise ValueError(str(error)) from error
        return url

    def synonyms_in_force(self) -> str | None:
        """The file of synonyms that is read: the one that is set, else that of the data folder, if it has one."""
        if self.synonyms is not None:
            return str(self.synonyms)
        own = self.data / "synonyms.toml"
        return str(own) if own.is_file() else None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.overlap_tokens >= self.passage_tokens:
            raise ValueError(
                f"overlap_tokens ({self.overlap_tokens}) must be smaller than passage_tokens ({self.passage_tokens})"
            )
        if self.engine == "server" and self.qdrant_url is None:
            raise ValueError("the engine 'server' needs qdrant_url, for example http://localhost:6333")
        if self.engine == "edge" and self.database_url is not None:
            raise ValueError(
                "database_url goes with the engine 'server': an embedded index is in a folder that one process holds, "
                "so that nobody could share the database's sources; set engine = 'server' and qdrant_url, or leave "
                "database_url out"
            )
        return self


def _variable(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _read_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        file = Path(FILE_NAME)
        if not file.is_file():
            return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"the settings file {file} does not exist; name an existing one") from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the settings file {file} cannot be read: {error}") from error


def _read_secrets() -> dict[str, str]:
    """What stands in the files that ``QUAERE_..._FILE`` names, as container platforms hand secrets over."""
    found = {}
    for name in _SECRETS:
        variable = f"{_variable(name)}_FILE"
        if (path := os.environ.get(variable)) is None:
            continue
        if _variable(name) in os.environ:
            raise ConfigurationError(f"environment: {_variable(name)} and {variable} are both set; leave one out")
        try:
            found[name] = Path(path).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"environment: {variable} names {path}, which cannot be read: {error}") from error
    return found


def _refuse_unknown(cls: type[Settings], stored: dict[str, Any], file: Path | None, given: dict[str, Any]) -> None:
    """A misspelt setting must not be ignored, wherever it stands."""
    for name in given:
        if name not in cls.model_fields:
            raise ConfigurationError(f"{name!r} is not a setting; {_nearest(cls, name)}")
    for name in stored:
        if name not in cls.model_fields:
            raise ConfigurationError(f"{file or FILE_NAME}: {name!r} is not a setting; {_nearest(cls, name)}")
    for variable in os.environ:
        name = variable.removeprefix(_PREFIX).lower()
        if name.removesuffix("_file") in _SECRETS:
            continue
        if variable.startswith(_PREFIX) and name not in cls.model_fields:
            raise ConfigurationError(f"environment: {variable} is not a setting; {_nearest(cls, name)}")


def _nearest(cls: type[Settings], name: str) -> str:
    close = difflib.get_close_matches(name, cls.model_fields, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}Settings are: {', '.join(sorted(cls.model_fields))}"


def _explain(error: ValidationError, origins: dict[str, Origin]) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        message = problem["msg"].removeprefix("Value error, ")
        value = "***" if name in _SECRETS else repr(problem["input"])
        lines.append(f"{name} = {value} ({origins.get(name, 'flag')}): {message}" if name else message)
    return "settings: " + "; ".join(lines)
