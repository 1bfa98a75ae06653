"""Extracted text -> passages that remember where they stood.

In: one ``Document`` a file, ``meta["blocks"]`` being its :class:`~components.converters.extracted.Block` list. Out: one
``Document`` a passage, whose content is exactly ``text[start:end]``. Knows no file format and no store.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.core.serialization import component_to_dict

from components.converters.assembly import repeated
from components.converters.extracted import Block
from components.converters.limits import MAX_PASSAGES
from components.converters.sandbox import MEMORY_BYTES, SECONDS, SandboxTask, run_in_sandbox
from components.errors import ConfigurationError, LoadingError
from components.languages.detect import detect_language
from components.names import shown
from components.preprocessors.dividing import (
    Division,
    Places,
    PlannedPassage,
    check_tokenizer,
    divided,
    pieces,
    received_places,
    request,
    tokens_of,
    with_words,
)
from components.preprocessors.sections import with_sections
from components.types import PUBLIC_GROUP, Candidates, PassageKind

HEADING_JOINT = " > "
"""Stands between the headings of a path in a passage's ``heading``."""

SPLITTING = 2
"""Grows when the same sizes give other passages, or passages other fields: then what is indexed is made anew."""

_DIVIDE = "components.preprocessors.dividing:divide"


@component
class PassageSplitter:
    """Divides documents into passages of whole sentences, list items and table rows.

    Example:
        >>> from components.converters.loader import DocumentLoader
        >>> from components.models.checkpoints import tokenizer_file
        >>> from pathlib import Path
        >>> characters = Path("note.txt").write_text("The pump leaks. Call us.", encoding="utf-8")
        >>> splitter = PassageSplitter(str(tokenizer_file("all-MiniLM-L6-v2")))
        >>> passages = splitter.run(DocumentLoader().run(["note.txt"])["documents"])["documents"]
        >>> [passage.content for passage in passages]
        ['The pump leaks. Call us.']
    """

    def __init__(
        self,
        tokenizer: str,
        *,
        passage_tokens: int = 150,
        overlap_tokens: int = 30,
        max_tokens: int = 256,
        max_passages: int = MAX_PASSAGES,
        sandbox: bool = False,
        seconds: float = SECONDS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        """Store the parameters.

        Args:
            tokenizer: path of the encoder's ``tokenizer.json``.
            passage_tokens: about how many tokens a passage has.
            overlap_tokens: at most how many of them repeat the end of the passage before, in whole sentences.
            max_tokens: what the encoder reads at most, special tokens, title and heading included.
            max_passages: a document of more is refused.
            sandbox: divide each document in a process of its own, since a text can make that loop or fill the memory.
            seconds: limit of the time that this may take, for one document.
            memory_bytes: limit of the memory that this may take.
        """
        if not 0 <= overlap_tokens < passage_tokens <= max_tokens:
            raise ConfigurationError(
                f"overlap_tokens ({overlap_tokens}) must be less than passage_tokens ({passage_tokens}), and these "
                f"at most max_tokens ({max_tokens}, the encoder's limit); change the settings."
            )
        self.tokenizer = tokenizer
        self.passage_tokens = passage_tokens
        self.overlap_tokens = overlap_tokens
        self.max_tokens = max_tokens
        self.max_passages = max_passages
        self.sandbox = sandbox
        self.seconds = seconds
        self.memory_bytes = memory_bytes

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            tokenizer=self.tokenizer,
            passage_tokens=self.passage_tokens,
            overlap_tokens=self.overlap_tokens,
            max_tokens=self.max_tokens,
            max_passages=self.max_passages,
            sandbox=self.sandbox,
            seconds=self.seconds,
            memory_bytes=self.memory_bytes,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Load the tokenizer, or see that it is there where another process loads it.

        Raises:
            ConfigurationError: it is not there.
        """
        check_tokenizer(self.tokenizer) if self.sandbox else tokens_of(self.tokenizer)

    def plan(self, document: Document) -> list[PlannedPassage]:
        """Where the passages of a document begin and end.

        Args:
            document: see :meth:`run`; its ``meta`` names its ``source``, for messages.

        Raises:
            LoadingError: it cannot be split, or breaks a limit.
        """
        text = document.content if document.content is not None else ""
        if not text.strip():
            return []
        blocks = with_words(text, _blocks(document, text))
        if not blocks:
            return []
        title, path = document.meta.get("title"), shown(str(document.meta.get("source", document.id)))
        how = Division(
            self.tokenizer,
            self.passage_tokens,
            self.overlap_tokens,
            self.max_tokens,
            self.max_passages,
            None if title is None else str(title),
            _language(document, text),
        )
        places = self._in_sandbox(path, text, blocks, how) if self.sandbox else divided(path, text, blocks, how)
        return with_sections(text, pieces(blocks, places))

    def _in_sandbox(self, path: str, text: str, blocks: Sequence[Block], how: Division) -> Places:
        self.warm_up()
        arguments, parts = request(text, blocks, how)
        prepare = (("components.preprocessors.dividing:tokens_of", (self.tokenizer,)),)
        task = SandboxTask(_DIVIDE, arguments, parts, prepare, self.seconds, self.memory_bytes, "split")
        return run_in_sandbox(path, task, lambda found: received_places(found, text, blocks, how))

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        """Divide each document; passages come in the order of the text.

        Args:
            documents: content is the extracted text; ``meta`` names at least ``source``, ``source_id`` and
                ``version``, and ``blocks`` (without them the text is one block; what :meth:`plan` gave can stand there
                too, or a part of it).

        Returns:
            ``documents``: the passages. Their ``meta`` holds the document's fields and those of the block, and
            ``heading``, ``page``, ``row``, ``start``, ``end``, ``kind``, ``language``, ``file_name``, ``groups``;
            of a passage whose section goes on also ``continues`` (what follows it in the text, to be shown with it);
            of a FAQ row also ``question`` and ``answer_start`` (offset inside the content), of a passage that runs
            over the end of its ``page`` also ``page_breaks`` (offsets inside the content where the next ones begin).

        Raises:
            LoadingError: a document cannot be split, or breaks a limit.
        """
        if not documents:
            return {"documents": []}
        self.warm_up()
        return {"documents": [passage for document in documents for passage in self._passages(document)]}

    def _passages(self, document: Document) -> Iterator[Document]:
        text = document.content if document.content is not None else ""
        found = _planned(document)
        if found is None:
            found = self.plan(document)
        if found:
            language = _language(document, text)
            for piece in found:
                yield _passage(document, text, piece, language)


@component
class PassagePlanner:
    """Finds where a splitter's passages begin and end, and makes none yet.

    Args:
        splitter: whose passages are planned.

    Example:
        >>> from components.models.checkpoints import tokenizer_file
        >>> splitter = PassageSplitter(str(tokenizer_file("all-MiniLM-L6-v2")))
        >>> plans = PassagePlanner(splitter).run([Document(content="The pump leaks. Call us.")])["plans"]
        >>> len(plans)
        1
    """

    def __init__(self, splitter: PassageSplitter) -> None:
        self.splitter = splitter

    def to_dict(self) -> dict[str, Any]:
        """Serialise the splitter."""
        return default_to_dict(self, splitter=component_to_dict(self.splitter, "splitter"))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        splitter = PassageSplitter.from_dict(data["init_parameters"]["splitter"])
        return cls(splitter)

    def warm_up(self) -> None:
        """Prepare the splitter."""
        self.splitter.warm_up()

    @component.output_types(plans=list[list[PlannedPassage]], failures=list[LoadingError])
    def run(self, documents: list[Document], fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Plan the passages of each document.

        Args:
            documents: see :meth:`PassageSplitter.run`.
            fields: metadata that go above a document's own, such as its language.

        Returns:
            ``plans``: one for each document that can be split; ``failures``: why the others cannot.
        """
        plans: Candidates[list[PlannedPassage]] = Candidates()
        failures: list[LoadingError] = []
        for document in documents:
            try:
                plans.append(self.splitter.plan(replace(document, meta=document.meta | dict(fields or {}))))
            except LoadingError as error:
                failures.append(error)
        return {"plans": plans, "failures": failures}


def _planned(document: Document) -> list[PlannedPassage] | None:
    """The plan that stands in the place of the blocks, if any."""
    given = document.meta.get("blocks")
    return given if given and isinstance(given[0], PlannedPassage) else None


def _language(document: Document, text: str) -> str:
    given = document.meta.get("language")
    return _primary(given) if given else detect_language(text)[0]


def _primary(language: Any) -> str:
    """``de`` of ``de-AT``."""
    return str(language).strip().replace("_", "-").partition("-")[0].lower()


def _blocks(document: Document, text: str) -> list[Block]:
    given = document.meta.get("blocks")
    if given is None:
        return [Block(0, len(text), "text")]
    return [block if isinstance(block, Block) else Block.from_dict(block) for block in given]


def _passage(document: Document, text: str, piece: PlannedPassage, language: str) -> Document:
    block = piece.block
    meta = {name: value for name, value in document.meta.items() if name != "blocks"} | dict(block.meta)
    source = str(meta.get("source", document.id))
    kind: PassageKind = "table" if block.kind == "table" else "text"
    heading = block.heading
    if block.question_end is not None:
        question = text[block.start : block.question_end].strip()
        if piece.start <= block.start and block.question_end < piece.end:
            kind = "faq"
            said = text[block.question_end : piece.end]
            meta["question"] = question
            meta["answer_start"] = piece.end - piece.start - len(said.lstrip())
        else:
            # The rest of an answer that fills several passages is text below its question.
            heading = (*heading, repeated(question))
    meta |= {
        "source": source,
        "file_name": PurePosixPath(source.replace("\\", "/")).name,
        "heading": HEADING_JOINT.join(heading) if heading else None,
        "page": block.page_at(piece.start),
        "page_breaks": list(piece.breaks) or None,
        "row": block.row,
        "start": piece.start,
        "end": piece.end,
        "continues": text[piece.end : piece.section_end] or None,
        "kind": kind,
        "language": _primary(block.meta["language"]) if block.meta.get("language") else language,
        "groups": meta.get("groups") or [PUBLIC_GROUP],
    }
    return Document(
        id=_identity(document, piece, kind),
        content=text[piece.start : piece.end],
        meta={name: value for name, value in meta.items() if value is not None},
    )


def _identity(document: Document, piece: PlannedPassage, kind: str) -> str:
    """The same passage of the same version has the same id in every run."""
    source_id = document.meta.get("source_id", document.id)
    return str(uuid5(NAMESPACE_URL, f"{source_id}|{document.meta.get('version', '')}|{piece.start}|{piece.end}|{kind}"))
