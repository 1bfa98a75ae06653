"""Every setting: its group, its default, what it sets and what it affects. The one list that all others are made from.

``quaere status``, docs/settings.md, the names that a mistake is compared with, what decides an index and what an
experiment may compare come from here. Knows nothing of where values come from.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, Secret, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from components.converters.formats import endings_from
from components.converters.limits import MAX_CHARACTERS, MAX_PASSAGES
from components.errors import ConfigurationError, InputError
from components.models.conversion import Precision
from components.models.inference import Backend

Effect = Literal[
    "folder",
    "vectors",
    "passages",
    "reading",
    "search",
    "answers",
    "evidence",
    "speed",
    "store",
    "connection",
    "collection",
    "service",
]

EFFECTS: dict[Effect, str] = {
    "folder": "Where Quaere keeps its files. A new folder starts empty.",
    "vectors": "How passages become vectors. Run `quaere rebuild` after a change.",
    "passages": "How documents are divided into passages. Run `quaere rebuild` after a change.",
    "reading": "Which files can be indexed, starting with the next one. Indexed documents stay.",
    "search": "Which passages are found, and in which order.",
    "answers": "Which answers you get, and how confident they are.",
    "evidence": "What confidence is computed from. The bundled calibrator was fitted to the default; if you rely on "
    "confidence, fit your own with `quaere train calibrator`.",
    "speed": "How long questions and indexing take.",
    "store": "Where the index is. A new place starts empty: run `quaere rebuild`; for another database, index again.",
    "connection": "How the Qdrant server is reached.",
    "collection": "A new collection on the Qdrant server. An existing one stays as it is until `quaere rebuild`.",
    "service": "What `quaere serve` accepts and logs.",
}
"""What a change of a setting concerns, and what you do after it."""


def setting(default: Any, description: str, *affects: Effect, **limits: Any) -> Any:
    """A field of a group.

    Args:
        default: its value where nobody gives one.
        description: what it sets, for the reader of docs/settings.md.
        affects: what a change of it concerns, the most important first.
        limits: constraints of pydantic's ``Field``.
    """
    return Field(default, description=description, json_schema_extra={"affects": list(affects)}, **limits)


class SettingGroup(BaseModel):
    """Settings that belong together; a group's docstring is its description."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseUrl(Secret[str]):
    """The address of a database; shown without its password."""

    def _display(self) -> str:
        # SQLAlchemy takes a while to import, and most people never set an address.
        from components.stores.database.addresses import shown

        return shown(self.get_secret_value())


class ModelSettings(SettingGroup):
    """The models and how they run. Each is a bundled name, a folder or a hub name; join several with ` + `."""

    embedder: str = setting(
        "all-MiniLM-L6-v2", "turns texts into vectors; several must have one dimension", "vectors", "search", "evidence"
    )
    ranker: str = setting("quaere-joint", "sorts the passages that are found", "search", "answers", "evidence")
    reader: str = setting("quaere-joint", "finds the answers in the passages", "answers", "evidence")
    precision: Precision = setting(
        "auto", "`auto` takes int8 on processors that multiply bytes fast", "vectors", "evidence", "speed"
    )
    backend: Backend = setting("openvino", "what runs the models", "vectors", "speed")
    threads: int | None = setting(None, "threads of one model call; without a value, all cores", "speed", ge=1)


class IndexSettings(SettingGroup):
    """How documents become passages, and which files are refused."""

    passage_tokens: int = setting(
        150, "about how long a passage is, in the embedder's tokens", "passages", ge=20, le=480
    )
    overlap_tokens: int = setting(
        30, "how much neighbouring passages share, in tokens of whole sentences", "passages", ge=0
    )
    max_file_mb: float = setting(
        50.0,
        "larger files are refused unread; a compressed one may unpack to four times as much",
        "reading",
        gt=0,
    )
    max_file_characters: int = setting(MAX_CHARACTERS, "files with more text are refused", "reading", ge=1)
    max_file_passages: int = setting(
        MAX_PASSAGES, "files with more passages are refused; each row of a table is at least one", "reading", ge=1
    )
    read_seconds: float = setting(60.0, "a file that takes longer to read, or to split, is given up", "reading", gt=0)
    read_memory_mb: float = setting(
        1024.0,
        "a file that needs more memory (MiB) to be read, or to be split, is given up; Linux only",
        "reading",
        ge=200,
    )
    ocr: Literal["auto", "off"] = setting(
        "auto",
        "`auto` reads scans and pictures of pages by text recognition, if the extra `ocr` is installed",
        "reading",
    )
    ocr_seconds: float = setting(
        600.0,
        "a file whose text recognition takes longer, beyond `index.read_seconds`, is given up; "
        "it may take 1 GiB more memory",
        "reading",
        gt=0,
    )

    read_as: str = setting(
        "", "further endings and the formats that they are read as, such as `.conf=text .page=html`", "reading"
    )

    @field_validator("read_as")
    @classmethod
    def _names_formats(cls, text: str) -> str:
        try:
            endings_from(text)
        except InputError as error:
            raise ValueError(str(error)) from error
        return text

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.overlap_tokens >= self.passage_tokens:
            raise ValueError(
                f"index.overlap_tokens ({self.overlap_tokens}) must be smaller than index.passage_tokens "
                f"({self.passage_tokens})"
            )
        return self


class SearchSettings(SettingGroup):
    """How passages are found and sorted."""

    candidates: int = setting(
        30, "how many passages are ranked and read", "search", "answers", "evidence", "speed", ge=1, le=1000
    )
    fusion: Literal["convex", "rrf"] = setting(
        "convex", "how the lists by meaning (dense) and by words (BM25) become one", "search", "evidence"
    )
    dense_weight: float = setting(
        0.5, "share of the list by meaning in convex fusion", "search", "evidence", ge=0, le=1
    )
    search_weight: float = setting(
        4.0, "how much the fused score, 0 to 1, adds to the ranker's logit", "search", "evidence", ge=0
    )
    with_context: bool = setting(
        True, "whether title and heading are read before a passage", "search", "answers", "evidence"
    )
    synonyms: Path | None = setting(
        None, "a `synonyms.toml`; without a value, the one in the data folder", "search", "evidence"
    )


class AnswerSettings(SettingGroup):
    """Which answers are given."""

    top: int = setting(3, "answers at most", "answers", "evidence", ge=1)
    threshold: float | None = setting(
        None, "answers below this confidence are not given; without a value, the calibrator's", "answers", ge=0, le=1
    )
    max_answer_tokens: int = setting(30, "longest answer, in the reader's tokens", "answers", "evidence", ge=1)
    calibrator: Path | None = setting(
        None, "a JSON file from `quaere train calibrator`; without a value, the bundled one", "answers"
    )


class ServiceSettings(SettingGroup):
    """Limits of `quaere serve`."""

    max_upload_mb: float = setting(
        200.0, "larger uploads, all files of a request together, are refused", "service", gt=0
    )
    question_seconds: float = setting(60.0, "questions that take longer are given up", "service", gt=0)
    requests_per_minute: int = setting(600, "further requests of one key have to wait", "service", ge=1)
    log_questions: bool = setting(False, "whether the log holds the text of questions", "service")


class QdrantSettings(SettingGroup):
    """Where passages are stored and searched."""

    engine: Literal["edge", "server"] = setting(
        "edge", "`edge` is embedded in Quaere's process; `server` needs `qdrant.url`", "store"
    )
    url: str | None = setting(None, "address of the Qdrant server", "store")
    collection: str = setting("quaere", "collection on the Qdrant server", "store", min_length=1)
    api_key: SecretStr | None = setting(None, "key of the Qdrant server", "connection")
    timeout: float = setting(10.0, "seconds to wait for the Qdrant server", "connection", gt=0)
    retries: int = setting(3, "further tries when the Qdrant server does not answer", "connection", ge=0)
    shards: int | None = setting(None, "parts of a new collection; without a value, one a node", "collection", ge=1)
    replicas: int = setting(1, "copies of each part of a new collection", "collection", ge=1)
    quantization: Literal["int8", "none"] = setting(
        "int8", "`int8` compares bytes first, `none` whole vectors only", "collection"
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.engine == "server" and self.url is None:
            raise ValueError("qdrant.engine = 'server' needs qdrant.url, for example http://localhost:6333")
        return self


class DatabaseSettings(SettingGroup):
    """Where the catalogue, keys, jobs and feedback are stored."""

    url: DatabaseUrl | None = setting(
        None,
        'PostgreSQL database that several processes share, with `qdrant.engine = "server"`; without a value, the '
        "data folder",
        "store",
    )

    @field_validator("url")
    @classmethod
    def _is_postgresql(cls, url: DatabaseUrl | None) -> DatabaseUrl | None:
        if url is not None:
            from components.stores.database.addresses import postgresql_url

            try:
                postgresql_url(url.get_secret_value())
            except ConfigurationError as error:
                raise ValueError(str(error)) from error
        return url


class GroupedSettings(BaseSettings):
    """All settings, by group; :class:`pipelines.settings.Settings` says where values come from."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

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

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.qdrant.engine == "edge" and self.database.url is not None:
            raise ValueError(
                "database.url goes with qdrant.engine = 'server': an embedded index is in a folder that one process "
                "holds, so that nobody could share the database's sources; set qdrant.engine = 'server' and "
                "qdrant.url, or leave database.url out"
            )
        return self
