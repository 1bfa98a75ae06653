"""Documents -> the passages to learn from, and pairs that need no labels: headings and FAQ questions with passages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haystack import Document

from components.converters.formats import expand
from components.converters.loader import DocumentLoader
from components.errors import InputError
from components.models.checkpoints import tokenizer_file
from components.passages import heading_context, opening_heading
from components.preprocessors.splitter import HEADING_JOINT, PassageSplitter
from components.writing import write_whole

_LEAST_WORDS = 2
"""Of a heading that says anything: "Introduction" stands above every text."""

_CONTEXT_TOKENS = 32
"""Room for title and heading beside a passage."""


@dataclass(frozen=True, slots=True)
class TrainingTexts:
    """What the documents hold."""

    passages: tuple[Document, ...]
    """In the order of the files, none twice."""
    report: tuple[str, ...]
    """What was read and what could not be, in words."""

    def contents(self) -> list[str]:
        """The passages' own texts."""
        return [each.content or "" for each in self.passages]


def read_texts(documents: Sequence[str], model: str, passage_tokens: int) -> TrainingTexts:
    """Read and divide documents as indexing does.

    Args:
        documents: files, folders or patterns.
        model: whose tokens are counted.
        passage_tokens: about how long a passage is.

    Raises:
        InputError: a path does not exist, or no file holds any text.
    """
    files = expand(documents).files
    loaded = DocumentLoader().run([str(path) for path in files])
    named = [
        Document(content=each.content, meta=each.meta | {"source_id": each.id, "version": "1"})
        for each in loaded["documents"]
    ]
    splitter = PassageSplitter(
        str(tokenizer_file(model)),
        passage_tokens=passage_tokens,
        overlap_tokens=0,
        max_tokens=passage_tokens + _CONTEXT_TOKENS,
    )
    passages = {each.content: each for each in splitter.run(named)["documents"] if (each.content or "").strip()}
    failures = [f"not read: {failure}" for failure in loaded["failures"]]
    if not passages:
        raise InputError(
            f"{', '.join(documents)}: no text to learn from in {len(files)} files; "
            + ("; ".join(failures) or "all empty")
        )
    return TrainingTexts(tuple(passages.values()), (f"{len(passages):,} passages of {len(named):,} files", *failures))


def pseudo_pairs(passages: Sequence[Document]) -> list[dict[str, str]]:
    """Rows of ``question`` and ``passage``, in the order of the passages.

    A FAQ row gives its question with its answer; of other passages the first under each heading gives title and
    heading as one asks for them, where these are more than a word.
    """
    rows, seen = [], set()
    for passage in passages:
        content, meta = passage.content or "", passage.meta
        if meta.get("kind") == "faq" and meta.get("question"):
            rows.append({"question": str(meta["question"]), "passage": content[int(meta["answer_start"]) :].strip()})
            continue
        heading = heading_context(passage).replace(HEADING_JOINT, " ")
        key = (meta.get("source"), heading)
        if len(heading.split()) >= _LEAST_WORDS and key not in seen:
            seen.add(key)
            rows.append({"question": heading, "passage": content.removeprefix(opening_heading(passage)).strip()})
    return [row for row in rows if row["passage"]]


def write_pairs(passages: Sequence[Document], path: Path) -> int:
    """Write the pairs as JSON Lines for ``quaere train retriever``, and return how many there are."""
    rows = pseudo_pairs(passages)
    write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return len(rows)
