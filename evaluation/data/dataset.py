"""A labelled data set, whatever file it came from: what is asked, what would be right, and what is searched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from evaluation.outcome import Task

Form = Literal["squad", "beir", "faq", "own", "trec", "documents"]
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
    sources: tuple[str, ...] = ()
    """The sources that hold the answer, by their names or the ends of these; none where the data do not say."""
    groups: tuple[str, ...] = ()
    """Access groups of whoever asks, beside the public one."""
    every: bool = False
    """Whether an answer has to hold every reference, such as the items of a list, and not only one of them."""
    kind: str = ""
    """As the data call it; "" where they do not."""
    language: str = ""
    """Of the question, as the data say; "" where they do not."""
    corpus: str = ""
    """Name of the corpus that it is asked of, where the data have several."""


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
    """Files to index; of the form "documents" one folder, or an archive of one. Empty where the corpus is what the user
    has indexed."""
    files: tuple[Path, ...] = ()
    """All files that it was read from."""
    rankings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """TREC runs: the documents ranked for each question, best first."""
