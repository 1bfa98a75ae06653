"""An engine that is opened at its first use, once for all threads, and refused when it was made differently.

It knows nothing about what the engine is used for.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from components.errors import ConfigurationError
from components.stores.engine.manifest import check_manifest
from components.stores.engine.protocol import Engine


class OpenedEngine:
    """Opens, keeps and closes one engine.

    Args:
        make: gives a new engine that is not open.
        wanted: gives the manifest that the index has to have.
    """

    def __init__(self, make: Callable[[], Engine], wanted: Callable[[], dict[str, str]]) -> None:
        self._make = make
        self._wanted = wanted
        self._engine: Engine | None = None
        self._manifest: dict[str, str] = {}
        self._changing = threading.Lock()

    def get(self) -> Engine:
        """The open engine.

        Raises:
            ConfigurationError: the index was made with other settings.
            StoreError: it cannot be opened.
        """
        engine = self._engine
        if engine is None:
            with self._changing:
                engine = self._engine = self._open() if self._engine is None else self._engine
        return engine

    def manifest(self) -> dict[str, str]:
        """What the index was made with."""
        self.get()
        return dict(self._manifest)

    def recreate(self) -> None:
        """Drop the index, even one that cannot be opened, and make it anew."""
        wanted = self._wanted()
        with self._changing:
            engine = self._make() if self._engine is None else self._engine
            engine.recreate(wanted)
            self._engine, self._manifest = engine, wanted

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Close the engine; whoever wants to open it again waits until the context ends."""
        with self._changing:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
            yield

    def _open(self) -> Engine:
        wanted = self._wanted()
        engine = self._make()
        self._manifest = engine.open(wanted)
        try:
            check_manifest(self._manifest, wanted, engine.place)
        except ConfigurationError:
            engine.close()
            raise
        return engine
