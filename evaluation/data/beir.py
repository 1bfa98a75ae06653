"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/*.tsv`` with graded judgements (Thakur et al. 2021)."""

from collections.abc import Iterator
from pathlib import Path

from components.errors import InputError
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import lines_of, records_of, refuse_repeated, string_in
from evaluation.data.judgements import Judgements, grade_of

SPLITS = ("test", "dev", "train")
"""The split that is measured on is the first of these that the folder has."""

_HEADER = ("query-id", "corpus-id", "score")


def is_beir(folder: Path) -> bool:
    """Whether a folder looks like one of BEIR's."""
    return folder.is_dir() and (folder / "qrels").is_dir()


def read_beir_dataset(folder: Path) -> DataSet:
    """The judged questions of one split over the folder's whole corpus.

    Raises:
        InputError: a file is missing or not of this kind, an id stands twice, a judgement names a question or a
            document that is not there, or a question has no document that answers it.
    """
    corpus, queries, qrels = _one(folder, "corpus.jsonl"), _one(folder, "queries.jsonl"), _split(folder / "qrels")
    documents, texts = dict(_documents(corpus)), dict(_queries(queries))
    judgements = Judgements()
    for row, query, document, grade in _judged(qrels):
        if query not in texts:
            raise InputError(f"{row}: {queries} holds no question {query!r}")
        if document not in documents:
            raise InputError(f"{row}: {corpus} holds no document {document!r}, which is judged for question {query!r}")
        judgements.add(query, document, grade, row)
    relevant = judgements.relevant(qrels)
    return DataSet(
        name=folder.name,
        form="beir",
        tasks=("retrieval",),
        questions=tuple(
            DataSetQuestion(query, texts[query], relevant=grades, row=f"{queries}: question {query}")
            for query, grades in relevant.items()
        ),
        documents=documents,
        corpus=(corpus,),
        files=(corpus, queries, qrels),
    )


def _documents(path: Path) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for row, record in records_of(path):
        identifier = string_in(record, "_id", row)
        refuse_repeated(identifier, seen, row, "the document id")
        title, text = record.get("title") or "", record.get("text") or ""
        if not isinstance(title, str) or not isinstance(text, str) or not (title + text).strip():
            raise InputError(f"{row}: document {identifier!r} has neither 'title' nor 'text'; take it out")
        yield identifier, f"{title}\n{text}".strip()


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for row, record in records_of(path):
        identifier = string_in(record, "_id", row)
        refuse_repeated(identifier, seen, row, "the question id")
        yield identifier, string_in(record, "text", row)


def _judged(path: Path) -> Iterator[tuple[str, str, str, int]]:
    for number, (row, line) in enumerate(lines_of(path)):
        cells = line.split("\t")
        if len(cells) != len(_HEADER):
            raise InputError(f"{row} has {len(cells)} columns; these are needed: {', '.join(_HEADER)}")
        if number or tuple(cells) != _HEADER:
            yield row, cells[0], cells[1], grade_of(cells[2], row)


def _one(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(f"{folder} holds no {name}; a BEIR folder has corpus.jsonl, queries.jsonl and qrels/*.tsv")


def _split(folder: Path) -> Path:
    found = {path.name.partition(".")[0]: path for path in sorted(folder.glob("*.tsv*"))}
    if not found:
        raise InputError(f"{folder} holds no *.tsv with judgements")
    return next((found[name] for name in SPLITS if name in found), next(iter(found.values())))
