"""The documents of a site or an export on disk, each in a folder of its own with its metadata.

::

    external/NAME/items.jsonl              one state an item
    external/NAME/lock                     held by the one run at a time
    external/NAME/documents/SOURCE/document.html
                                  quaere.meta.toml
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli_w
from filelock import FileLock, Timeout

from components.converters.metadata import META_FILE
from components.errors import StoreError
from components.names import printable
from components.private_files import make_private
from components.writing import write_whole
from pipelines.folder import EXTERNAL_FOLDER
from pipelines.indexing import Identity
from service.external.items import ExternalItem, ItemLog

_FILE = "document"
_NAMESPACE = uuid.UUID("0b0f6f0c-6b0e-4a52-9d5b-7a1c55d5a3f4")


class ExternalDocuments:
    """The documents of one site or export.

    Args:
        data: the data folder.
        name: what they are known by, such as the start of a crawl; one name is one set of documents.
    """

    def __init__(self, data: Path, name: str) -> None:
        self.name = name
        # In full, since another process may hold the index, started elsewhere.
        self._within = Path(os.path.abspath(data)) / EXTERNAL_FOLDER
        self.folder = self._within / hashlib.sha256(name.encode()).hexdigest()[:16]

    @contextmanager
    def opened(self) -> Iterator[ItemLog]:
        """The items, for this process alone.

        Raises:
            StoreError: another process is at it, or the folder cannot be written.
        """
        try:
            make_private(self.folder, within=self._within)
            with FileLock(self.folder / "lock", timeout=0):
                log = ItemLog(self.folder / "items.jsonl")
                try:
                    yield log
                finally:
                    log.close()
        except Timeout as error:
            raise StoreError(f"another process fetches {self.name} at the moment; wait until it has ended") from error

    def source_id(self, key: str) -> str:
        """The id under which the index knows an item."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.name}\0{key}"))

    def path(self, item: ExternalItem) -> Path:
        """Where the document of an item is."""
        return self._place(item.key) / f"{_FILE}{item.suffix}"

    def keep(self, item: ExternalItem, content: bytes, fields: Mapping[str, Any]) -> None:
        """Write a document with its metadata, in the place of a former one.

        Raises:
            StoreError: it cannot be written.
        """
        place, target = self._place(item.key), self.path(item)
        try:
            make_private(place, within=self._within)
            write_whole(place / META_FILE, tomli_w.dumps({"*": dict(fields)}), private=True)
            incoming = place / ".incoming"
            incoming.write_bytes(content)
            incoming.chmod(0o600)
            incoming.replace(target)
            for other in place.glob(f"{_FILE}.*"):
                if other != target:
                    other.unlink()
        except OSError as error:
            raise StoreError(f"{target}: cannot be written ({error}); free some space") from error

    def identities(self, items: Mapping[str, str]) -> dict[str, Identity]:
        """What the index knows documents by.

        Args:
            items: names that answers give, by the path of a document.
        """
        return {printable(path): Identity(name, Path(path).parent.name) for path, name in items.items()}

    def kept(self) -> set[str]:
        """The ids of all items of which there is a folder."""
        return {path.name for path in (self.folder / "documents").glob("*")}

    def forget(self, source_ids: set[str]) -> None:
        """Delete the files of items that are in the index no more."""
        for source_id in source_ids:
            shutil.rmtree(self.folder / "documents" / source_id, ignore_errors=True)

    def _place(self, key: str) -> Path:
        return self.folder / "documents" / self.source_id(key)
