"""The exception tree of Quaere: what a caller can catch, and nothing that names a pipeline or a page.

::

    QuaereError
    ├── InputError            a question, filter, file name or argument that cannot be used as given
    ├── ConfigurationError    a setting or pipeline definition that contradicts itself or the index
    ├── LoadingError          one file could not be read; carries its path; never stops a run
    │   └── NoTextError       nothing is wrong with it, but it holds no text
    ├── ModelError            a model cannot be found, verified or run
    └── StoreError            the data folder or the Qdrant server is locked, unreachable or damaged

``code``, ``title``, ``status`` and ``retry_after`` stand on the class; a class inherits what it does not set.
Every message says what happened, the values that disagree, and what to do next.
"""

from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from components.names import shown


class QuaereError(Exception):
    """Base of all errors that Quaere raises on purpose."""

    code: ClassVar[str] = ""
    """Names the kind for programs, as the end of the type of the API's problems; empty where the status says it all."""
    title: ClassVar[str] = ""
    """What the code means."""
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    """Under which a server reports it."""
    retry_after: int | None = None
    """Seconds after which trying again may help; None where it does not."""


class InputError(QuaereError, ValueError):
    """What the caller passed cannot be used; the message names the input and what is allowed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ConfigurationError(QuaereError):
    """A setting, or the settings and an existing index, contradict each other; the message gives both values."""

    code = "configuration"
    title = "The settings disagree"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class ModelError(QuaereError):
    """A model cannot be found, verified, converted or run; the message names the setting to change."""

    code = "model"
    title = "A model cannot be used"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class StoreError(QuaereError):
    """The store or catalogue is locked by another process, unreachable or damaged."""

    code = "store"
    title = "The store cannot be used"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    # A server behind this one may be back soon; so may a folder that another process holds.
    retry_after = 5


class LoadingError(QuaereError):
    """A file could not be turned into text.

    Args:
        path: the file.
        reason: one clause in plain words ("is encrypted; remove the password and index it again").
    """

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(shown(f"{path}: {reason}"))
        self.path = Path(path)
        self.reason = reason


class NoTextError(LoadingError):
    """A file that could be read holds no text: worth a note, and no failure of a run."""
