"""Questions in groups of the same meaning or intent -> stated examples: any other of its group answers a question."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.data.files import first_name, optional_string_in, string_in
from training.data.record import Record

GROUP = ("group", "category", "intent", "label")
"""Names of the field that says to which group a ``text`` belongs."""

_NEGATIVES = 4
_AT_ONCE = 512


def is_grouped(row: Mapping[str, Any]) -> bool:
    """Whether a row is a text with its group and nothing else that examples are made of."""
    return isinstance(row.get("text"), str) and first_name(row, GROUP) is not None and "question" not in row


def grouped_records(path: Path, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Record]:
    """The questions of a file, each with another one of its group.

    Args:
        path: of the file, for errors.
        rows: place and fields of each, at least one.

    The negatives are the most similar questions of other groups, by TF-IDF. A group of one gives no example.

    Raises:
        InputError: a line lacks its text or its group, or the file has a single group.
    """
    places, texts, groups = [], [], []
    for place, row in rows:
        name = first_name(row, GROUP)
        if name is None:
            raise InputError(f"{place} has no group; one of {', '.join(GROUP)} is needed, as in the lines before")
        places.append(place)
        texts.append(string_in(row, "text", place))
        groups.append(optional_string_in(row, name, place))
    if len(set(groups)) < 2:
        raise InputError(f"{path} has a single group, {groups[0]!r}; at least two are needed to tell them apart")
    members: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    similar = _similar_elsewhere(texts, groups)
    for number, (place, text) in enumerate(zip(places, texts, strict=True)):
        others = [each for each in members[groups[number]] if each != number]
        if others:
            other = random.Random(f"{text}/{number}").choice(others)
            negatives = tuple(texts[each] for each in similar[number])
            yield Record(place, text, texts[other], answers=None, negatives=negatives)


def _similar_elsewhere(texts: Sequence[str], groups: Sequence[str]) -> list[list[int]]:
    """For each text the numbers of the most similar ones of other groups, most similar first."""
    # Slow to import, and of no use for other files.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors: Any = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit_transform(texts)
    found = []
    for at in range(0, len(texts), _AT_ONCE):
        similarities = (vectors[at : at + _AT_ONCE] @ vectors.T).toarray()
        for number, row in enumerate(similarities, start=at):
            order = row.argsort()[::-1]
            elsewhere = (int(each) for each in order if groups[each] != groups[number])
            found.append([each for each, _ in zip(elsewhere, range(_NEGATIVES), strict=False)])
    return found
