"""A labelled data set, whatever file it came from: what is asked, what would be right, and what is searched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from evaluation.outcome import Task

Form = Literal["squad", "beir", "faq", "own", "trec"]
"""How the data are written, which decides how its documents are found again in the index."""


@dataclass(frozen=True, slots=True)
class DataSetQuestion:
    """One question with what would be right."""

    id: str
    text: str
    references: tuple[str, ...] = ()
    """Accepted answers; empty where nothing answers the question, and where only documents are labelled."""
    relevant: Mapping[str, int] = field(default_factory=dict)
    """Grades of the documents that answer it, by key; greater than 0."""
    answerable: bool = True
    document: str = ""
    """Key of the document that it was asked about, which a question without an answer has too."""
    row: str = ""
    """Where it stands, for messages."""
    source: str = ""
    """The user's own data: the source that holds the answer; "" where the data do not say."""
    groups: tuple[str, ...] = ()
    """Access groups of whoever asks, beside the public one."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """Questions over one corpus."""

    name: str
    form: Form
    tasks: tuple[Task, ...]
    """What it can measure, the usual first."""
    questions: tuple[DataSetQuestion, ...]
    documents: Mapping[str, str]
    """Texts by key; empty where the corpus is what the user has indexed."""
    corpus: tuple[Path, ...] = ()
    """Files to index; empty where the corpus is what the user has indexed."""
    files: tuple[Path, ...] = ()
    """All files that it was read from."""
    rankings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """TREC runs: the documents ranked for each question, best first."""
