"""Questions to put a service under load with: no labels are needed, so a list of them will do."""

import random
from pathlib import Path

from components.errors import InputError
from evaluation.data.files import records_of, string_in, text_of
from evaluation.data.squad import read_questions


def read_load_questions(path: Path, seed: int = 0) -> list[str]:
    """The questions of a file, each once, in an order that the seed decides.

    Args:
        path: SQuAD-like JSON (``.json``, ``.json.gz``), JSON Lines with ``question`` (``.jsonl``, ``.jsonl.gz``), or a
            text with one question a line (``.txt``).
        seed: of the order.

    Raises:
        InputError: the file is none of these, a row has no question, or there is none at all.
    """
    kind = Path(path.name.removesuffix(".gz")).suffix
    if kind == ".json":
        found = [question.text for question in read_questions(path).questions]
    elif kind == ".jsonl":
        found = [string_in(record, "question", row) for row, record in records_of(path)]
    elif kind == ".txt":
        found = [line.strip() for line in text_of(path).splitlines() if line.strip()]
    else:
        raise InputError(f"{path}: questions come from .json (SQuAD), .jsonl or .txt files, not from {kind or 'this'}")
    if not found:
        raise InputError(f"{path} holds no question")
    distinct = sorted(set(found))
    random.Random(seed).shuffle(distinct)
    return distinct
