"""A path -> the labelled data there, whatever form it has."""

from dataclasses import replace
from pathlib import Path

from components.errors import InputError
from evaluation.data.beir import is_beir, read_beir_dataset
from evaluation.data.dataset import DataSet
from evaluation.data.documents import is_documents, read_documents_datasets
from evaluation.data.faq import read_faq_dataset
from evaluation.data.own import read_own_dataset
from evaluation.data.squad import read_squad_dataset
from evaluation.data.trec import read_trec_dataset

FORMS = (
    "*.json (SQuAD-like), *.csv or *.tsv (own questions), *.jsonl with --paraphrases (FAQ), a TREC run with --qrels, "
    "a BEIR folder, or a folder of documents with questions.jsonl (`quaere evaluate`); .gz may follow a file"
)


def read_datasets(
    path: Path, *, paraphrases: Path | None = None, qrels: Path | None = None, passages: Path | None = None
) -> list[DataSet]:
    """The same as :func:`read_dataset`; of a folder of documents with questions, a data set for each corpus.

    Raises:
        InputError: see there.
    """
    if not is_documents(path):
        return [read_dataset(path, paraphrases=paraphrases, qrels=qrels, passages=passages)]
    options = {"--paraphrases": paraphrases, "--qrels": qrels, "--passages": passages}
    if given := [name for name, value in options.items() if value is not None]:
        raise InputError(
            f"{path} holds documents with questions: {', '.join(given)} says nothing about it; leave it out"
        )
    return read_documents_datasets(path)


def read_dataset(
    path: Path, *, paraphrases: Path | None = None, qrels: Path | None = None, passages: Path | None = None
) -> DataSet:
    """Read labelled data.

    Args:
        path: a file, or a BEIR folder.
        paraphrases: of a FAQ: pairs of one of its questions with another one, judged alike or not.
        qrels: of a TREC run: its judgements.
        passages: a further file to index, whose passages answer nothing.

    Raises:
        InputError: it is missing or of no known form, something in it cannot be used, or an option does not fit it.
    """
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if not path.exists():
        raise InputError(f"{path} does not exist; name labelled data: {FORMS}")
    if qrels is not None:
        dataset = read_trec_dataset(path, qrels)
    elif is_beir(path):
        dataset = read_beir_dataset(path)
    elif kind == "jsonl" and path.is_file():
        dataset = _faq(path, paraphrases)
    elif kind == "json":
        dataset = read_squad_dataset(path)
    elif kind in ("csv", "tsv"):
        dataset = read_own_dataset(path)
    else:
        raise InputError(f"{path} is no labelled data of a known form: {FORMS}")
    if paraphrases is not None and dataset.form != "faq":
        raise InputError(f"{path} is no FAQ, so that --paraphrases says nothing about it; leave it out")
    return dataset if passages is None else with_passages(dataset, passages)


def with_passages(dataset: DataSet, passages: Path) -> DataSet:
    """The same questions over a larger corpus.

    Raises:
        InputError: it is no file, or the data bring no corpus of their own.
    """
    if not passages.is_file():
        raise InputError(f"the passages {passages} are no file; name one file to index beside the data")
    if not dataset.corpus:
        raise InputError(
            f"{dataset.name} brings no corpus that {passages} could be added to; index it into the data folder instead"
        )
    return replace(dataset, corpus=(*dataset.corpus, passages), files=(*dataset.files, passages))


def _faq(path: Path, paraphrases: Path | None) -> DataSet:
    if paraphrases is None:
        raise InputError(
            f"{path}: a FAQ's own questions would find themselves; give --paraphrases FILE, JSON Lines of "
            "question_1 (of the FAQ), question_2 (asks the same or not) and similar (1 or 0)"
        )
    return read_faq_dataset(path, paraphrases)
