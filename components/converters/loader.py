"""Files -> documents that hold their whole text, its blocks and the merged metadata; the first stage of indexing."""

from functools import partial
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict

from components.converters.formats import MAX_BYTES, Extracted, load
from components.converters.limits import MAX_CHARACTERS, MAX_PASSAGES, OCR_SECONDS
from components.converters.metadata import FolderMetadata
from components.converters.sandbox import MEMORY_BYTES, SECONDS, load_in_sandbox
from components.errors import LoadingError
from components.names import printable
from components.versions import source_id_of

FILE_GROUPS = "groups of the file"
"""Field of a loaded document: the readers that the file itself names, whatever holds above them. No user's field has
such a name."""


@component
class DocumentLoader:
    """Loads one document a file.

    A document's ``content`` is the extracted text. Its ``meta`` holds ``source`` (the path as given), ``format``,
    ``title``, ``blocks`` (``list[Block]``), ``boxes`` and ``page_count`` (PDF only) and the metadata of the file, its
    folders' and the caller's.

    Args:
        max_bytes: a larger file is refused before it is read.
        meta: fields that go above those of the folders and of the documents.
        sandbox: read each file in a process of its own with limits, since a file can make its parser loop, crash or
            fill the memory.
        max_characters: a file with more text is refused.
        max_rows: a file with more rows and questions is refused.
        seconds: limit of the time that a file may take in the sandbox.
        memory_bytes: limit of the memory that it may take.
        ocr_seconds: limit of the time that text recognition may take beyond that; 0 for none.
        threads: of text recognition; without a value, all cores.
        read_as: further endings, and what they are read like.

    Example:
        >>> from pathlib import Path
        >>> characters = Path("note.md").write_text("# Pump", encoding="utf-8")
        >>> document = DocumentLoader().run(["note.md"])["documents"][0]
        >>> document.content, document.meta["title"]
        ('Pump', 'Pump')
    """

    def __init__(
        self,
        max_bytes: int = MAX_BYTES,
        meta: dict[str, Any] | None = None,
        sandbox: bool = False,
        *,
        max_characters: int = MAX_CHARACTERS,
        max_rows: int = MAX_PASSAGES,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        ocr_seconds: float = OCR_SECONDS,
        threads: int | None = None,
        read_as: dict[str, str] | None = None,
    ) -> None:
        self.max_bytes = max_bytes
        self.meta = meta
        self.sandbox = sandbox
        self.max_characters = max_characters
        self.max_rows = max_rows
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self.ocr_seconds = ocr_seconds
        self.threads = threads
        self.read_as = read_as

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            max_bytes=self.max_bytes,
            meta=self.meta,
            sandbox=self.sandbox,
            max_characters=self.max_characters,
            max_rows=self.max_rows,
            seconds=self.seconds,
            memory_bytes=self.memory_bytes,
            ocr_seconds=self.ocr_seconds,
            threads=self.threads,
            read_as=self.read_as,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "DocumentLoader":
        """Invert :meth:`to_dict`."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Nothing to load: a format's parser is imported when a file of it is met."""

    @component.output_types(documents=list[Document], failures=list[LoadingError])
    def run(self, sources: list[str]) -> dict[str, Any]:
        """Load the files in their order; one that cannot be read never stops the others.

        Raises:
            InputError: for metadata of the caller or of a folder that cannot be used, since it may say who is to
                read a document.
        """
        folders = FolderMetadata(self.meta)
        documents, failures = [], []
        for source in sources:
            try:
                documents.append(self._load(source, folders))
            except LoadingError as error:
                failures.append(error)
        return {"documents": documents, "failures": failures}

    def _load(self, source: str, folders: FolderMetadata) -> Document:
        extracted = self._extracted(source)
        fields = {"title": extracted.title, **extracted.meta}
        meta = {
            "source": printable(source),
            "format": extracted.format,
            "blocks": list(extracted.blocks),
            "boxes": extracted.boxes,
            "page_count": extracted.pages,
            **folders.merged(source, fields),
            FILE_GROUPS: fields.get("groups"),
        }
        kept = {name: value for name, value in meta.items() if value is not None}
        return Document(id=source_id_of(source), content=extracted.text, meta=kept)

    def _extracted(self, source: str) -> Extracted:
        read = load
        if self.sandbox:
            read = partial(load_in_sandbox, seconds=self.seconds, memory_bytes=self.memory_bytes)
        return read(
            source,
            max_bytes=self.max_bytes,
            max_characters=self.max_characters,
            max_rows=self.max_rows,
            ocr_seconds=self.ocr_seconds,
            threads=self.threads,
            read_as=self.read_as,
        )
