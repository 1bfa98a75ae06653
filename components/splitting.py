"""Extracted text -> passages that remember where they stood.

In: one ``Document`` a file, ``meta["blocks"]`` being its :class:`~components.loading.extracted.Block` list. Out: one
``Document`` a passage, whose content is exactly ``text[start:end]``. Knows no file format and no store.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

from haystack import Document, component, default_from_dict, default_to_dict
from tokenizers import Tokenizer

from components.errors import ConfigurationError
from components.languages import detect_language
from components.loading.assembly import repeated
from components.loading.extracted import Block
from components.packing import Sizes, Slice, place_of, slices
from components.types import PUBLIC_GROUP, PassageKind

HEADING_JOINT = " > "
"""Stands between the headings of a path in a passage's ``heading``."""

_AT_ONCE = 512
"""Texts tokenised in one call; a whole book's encodings would fill the memory."""


class _TokenizerTokens:
    """Counts by a ``tokenizers`` tokenizer."""

    def __init__(self, path: str) -> None:
        self._tokenizer = Tokenizer.from_file(path)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.special = self._tokenizer.num_special_tokens_to_add(False)

    def count(self, texts: Sequence[str]) -> list[int]:
        counts: list[int] = []
        for first in range(0, len(texts), _AT_ONCE):
            batch = list(texts[first : first + _AT_ONCE])
            counts.extend(len(found) for found in self._tokenizer.encode_batch_fast(batch, add_special_tokens=False))
        return counts

    def ends(self, text: str) -> list[int]:
        return [end for _, end in self._tokenizer.encode(text, add_special_tokens=False).offsets]


@component
class PassageSplitter:
    """Divides documents into passages of whole sentences, list items and table rows."""

    def __init__(
        self,
        tokenizer: str,
        *,
        passage_tokens: int = 150,
        overlap_tokens: int = 30,
        max_tokens: int = 256,
    ) -> None:
        """Store the parameters.

        Args:
            tokenizer: path of the encoder's ``tokenizer.json``.
            passage_tokens: about how many tokens a passage has.
            overlap_tokens: at most how many of them repeat the end of the passage before, in whole sentences.
            max_tokens: what the encoder reads at most, special tokens, title and heading included.
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
        self._tokens: _TokenizerTokens | None = None
        self._lock = threading.Lock()

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            tokenizer=self.tokenizer,
            passage_tokens=self.passage_tokens,
            overlap_tokens=self.overlap_tokens,
            max_tokens=self.max_tokens,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Load the tokenizer."""
        self._loaded()

    def _loaded(self) -> _TokenizerTokens:
        with self._lock:
            if self._tokens is None:
                if not Path(self.tokenizer).is_file():
                    raise ConfigurationError(
                        f"The tokenizer {self.tokenizer} is not a file; give the path of the encoder's tokenizer.json."
                    )
                self._tokens = _TokenizerTokens(self.tokenizer)
            return self._tokens

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        """Divide each document; passages come in the order of the text.

        Args:
            documents: content is the extracted text; ``meta`` names at least ``source``, ``source_id`` and
                ``version``, and ``blocks`` (without them the text is one block).

        Returns:
            ``documents``: the passages. Their ``meta`` holds the document's fields and those of the block, and
            ``heading``, ``page``, ``row``, ``start``, ``end``, ``kind``, ``language``, ``file_name``, ``groups``;
            of a FAQ row also ``question`` and ``answer_start`` (offset inside the content), of a passage that runs
            over the end of its ``page`` also ``page_breaks`` (offsets inside the content where the next ones begin).
        """
        if not documents:
            return {"documents": []}
        tokens = self._loaded()
        return {"documents": [passage for document in documents for passage in self._passages(document, tokens)]}

    def _passages(self, document: Document, tokens: _TokenizerTokens) -> Iterator[Document]:
        text = document.content if document.content is not None else ""
        if not text.strip():
            return
        given = document.meta.get("language")
        language = _primary(given) if given else detect_language(text)[0]
        blocks = _with_words(text, _blocks(document, text))
        sizes = self._sizes(document.meta.get("title"), blocks, tokens)
        breaks = [turn for block in blocks for turn in block.breaks]
        for found in slices(text, blocks, sizes.__getitem__, tokens, language):
            turns = breaks[bisect_right(breaks, found.start) : bisect_left(breaks, found.end)]
            inside = [turn - found.start for turn in turns]
            yield _passage(document, text, found, language, inside)

    def _sizes(self, title: Any, blocks: Sequence[Block], tokens: _TokenizerTokens) -> "_SizesByBlock":
        """What title and heading leave of the encoder's limit to the passages of each block."""
        contexts = sorted({_context(title, block) for block in blocks})
        limits = {}
        for context, count in zip(contexts, tokens.count(contexts), strict=True):
            # An endless heading must not starve its passages: then the encoder cuts them short.
            limit = max(self.max_tokens - tokens.special - count, self.max_tokens // 2)
            limits[context] = Sizes(min(self.passage_tokens, limit), self.overlap_tokens, limit)
        return _SizesByBlock(title, limits)


class _SizesByBlock:
    def __init__(self, title: Any, by_context: Mapping[str, Sizes]) -> None:
        self._title = title
        self._by_context = by_context

    def __getitem__(self, block: Block) -> Sizes:
        return self._by_context[_context(self._title, block)]


def _context(title: Any, block: Block) -> str:
    """At least what goes before the passage when it is embedded."""
    return " > ".join(str(part) for part in (title, *block.heading) if part)


def _primary(language: Any) -> str:
    """``de`` of ``de-AT``."""
    return str(language).strip().replace("_", "-").partition("-")[0].lower()


def _blocks(document: Document, text: str) -> list[Block]:
    given = document.meta.get("blocks")
    if given is None:
        return [Block(0, len(text), "text")]
    return [block if isinstance(block, Block) else Block.from_dict(block) for block in given]


def _with_words(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks that become passages.

    A heading opens the passage of the text below it, since it may itself be the answer ("Version 3.2"); where it has
    only other headings or a table below, it stands in their ``heading`` alone, and where nothing, by itself.
    """
    kept = []
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            path = (*block.heading, repeated(" ".join(text[block.start : block.end].split())))
            below = blocks[number + 1] if number + 1 < len(blocks) else None
            opening = replace(block, kind="text", heading=path)
            if below is not None and below.kind in ("text", "list") and place_of(below) == place_of(opening):
                block = opening
            elif below is not None and below.heading[: len(path)] == path:
                continue
            else:
                block = replace(block, kind="text")
        kept.append(block)
    return kept


def _passage(document: Document, text: str, found: Slice, language: str, breaks: list[int]) -> Document:
    block = found.block
    meta = {name: value for name, value in document.meta.items() if name != "blocks"} | dict(block.meta)
    source = str(meta.get("source", document.id))
    kind: PassageKind = "table" if block.kind == "table" else "text"
    heading = block.heading
    if block.question_end is not None:
        question = text[block.start : block.question_end].strip()
        if found.start <= block.start and block.question_end < found.end:
            kind = "faq"
            said = text[block.question_end : found.end]
            meta["question"] = question
            meta["answer_start"] = found.end - found.start - len(said.lstrip())
        else:
            # The rest of an answer that fills several passages is text below its question.
            heading = (*heading, repeated(question))
    meta |= {
        "source": source,
        "file_name": PurePosixPath(source.replace("\\", "/")).name,
        "heading": HEADING_JOINT.join(heading) if heading else None,
        "page": block.page_at(found.start),
        "page_breaks": breaks or None,
        "row": block.row,
        "start": found.start,
        "end": found.end,
        "kind": kind,
        "language": _primary(block.meta["language"]) if block.meta.get("language") else language,
        "groups": meta.get("groups") or [PUBLIC_GROUP],
    }
    return Document(
        id=_identity(document, found, kind),
        content=text[found.start : found.end],
        meta={name: value for name, value in meta.items() if value is not None},
    )


def _identity(document: Document, found: Slice, kind: str) -> str:
    """The same passage of the same version has the same id in every run."""
    source_id = document.meta.get("source_id", document.id)
    return str(uuid5(NAMESPACE_URL, f"{source_id}|{document.meta.get('version', '')}|{found.start}|{found.end}|{kind}"))
