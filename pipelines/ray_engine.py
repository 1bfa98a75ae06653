"""Workers of Ray that read, split and embed, on this machine or on those of a cluster."""

import logging
import os
import queue
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from haystack import Document

from components.errors import (
    ConfigurationError,
    InputError,
    LoadingError,
    ModelError,
    NoTextError,
    QuaereError,
    StoreError,
)
from pipelines.indexing_pipeline import IndexingPipelines, ReadFile, SplittingError

Made = TypeVar("Made")

ADDRESS = "RAY_ADDRESS"
"""Ray's own variable: where its cluster is; without it, workers are started on this machine."""

_SECONDS_TO_ANSWER = 5.0
_RESTARTS = 3
"""Times that a worker which died is started again, and what it was doing is done again."""

_TOLD: tuple[type[QuaereError], ...] = (InputError, ModelError, SplittingError, ConfigurationError, StoreError)
"""Errors that are their message; a file's has its path beside it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An error of ours, in a form that every process can read."""

    kind: str
    arguments: tuple[str, ...]

    def error(self) -> Exception:
        """The error itself."""
        kinds: tuple[type[QuaereError], ...] = (LoadingError, NoTextError, *_TOLD)
        return next(kind for kind in kinds if kind.__name__ == self.kind)(*self.arguments)


class RayWorker:
    """What runs in a process of Ray: the pipelines of indexing, loaded once.

    Args:
        definitions: from :meth:`IndexingPipelines.dump`.
    """

    def __init__(self, definitions: Sequence[str]) -> None:
        self.pipelines = IndexingPipelines.load(definitions)

    def read(self, path: str, fields: Mapping[str, Any]) -> ReadFile | Failed:
        """Read and split one file."""
        return _made(lambda: self.pipelines.read(path, fields))

    def passages(self, documents: Sequence[Document]) -> list[Document] | Failed:
        """Embed and analyse the passages of texts."""
        return _made(lambda: self.pipelines.passages(documents))


class RayEngine:
    """Hands work to whichever worker is free. Made by :func:`ray_engine`.

    Args:
        actors: handles of :class:`RayWorker`.
    """

    def __init__(self, actors: Sequence[Any]) -> None:
        self.workers = len(actors)
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for actor in actors:
            self._free.put(actor)

    def read(self, path: str, fields: Mapping[str, Any]) -> ReadFile:
        """Read and split one file, which a worker finds at the same path."""
        found: ReadFile = self._call("read", path, dict(fields))
        return found

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """Embed and analyse the passages of texts."""
        found: list[Document] = self._call("passages", list(documents))
        return found

    def _call(self, method: str, *arguments: Any) -> Any:
        import ray

        actor = self._free.get()
        try:
            made = ray.get(getattr(actor, method).remote(*arguments))
        except ray.exceptions.RayError as error:
            raise ModelError(
                f"a worker of Ray failed ({_first_line(error)}); what was indexed stays: give its machine more memory "
                "or use fewer --workers, and run the command again"
            ) from error
        finally:
            self._free.put(actor)
        if isinstance(made, Failed):
            raise made.error()
        return made


@contextmanager
def ray_engine(definitions: Sequence[str], workers: int | None = None) -> Iterator[RayEngine]:
    """Start workers, and end them when the block ends.

    They are on the cluster that the variable ``RAY_ADDRESS`` names, whose machines must see the files and the models'
    cache at the same paths, or on this machine. A worker that dies is started again, and its work is done again.

    Args:
        definitions: the pipelines of indexing as YAML, from :meth:`IndexingPipelines.dump`.
        workers: how many; default: one for each core.

    Raises:
        ConfigurationError: Ray is not installed, or its cluster does not answer.
    """
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError(
            "the engine 'ray' needs Ray, which is not installed: pip install -c constraints.txt -e '.[ray]'"
        ) from error
    address = os.environ.get(ADDRESS)
    if address is not None:
        _refuse_silence(address)
    own = {"include_dashboard": False, "num_cpus": workers} if address is None else {"address": address}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, configure_logging=False, **own)
    except (ConnectionError, RuntimeError, ValueError) as error:
        place = "on this machine" if address is None else f"at {ADDRESS}={address}"
        raise ConfigurationError(f"Ray cannot be used {place} ({_first_line(error)})") from error
    try:
        cores: Any = ray.available_resources()
        count = workers if workers is not None else max(1, int(cores.get("CPU", 1)))
        remote = ray.remote(num_cpus=1, max_restarts=_RESTARTS, max_task_retries=_RESTARTS)(RayWorker)
        yield RayEngine([remote.remote(definitions) for _ in range(count)])
    finally:
        ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Ray itself waits for minutes."""
    place = urlsplit(address if "//" in address else f"//{address}")
    if place.port is None:  # "auto" and the like
        return
    try:
        socket.create_connection((place.hostname, place.port), _SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise ConfigurationError(
            f"no cluster of Ray answers at {ADDRESS}={address} ({error}); start it with `ray start --head`, or unset "
            "the variable to use workers on this machine"
        ) from error


def _made(call: Callable[[], Made]) -> Made | Failed:
    try:
        return call()
    except LoadingError as error:
        return Failed(type(error).__name__, (str(error.path), error.reason))
    except _TOLD as error:
        return Failed(type(error).__name__, (str(error),))


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
