"""Files -> the triplets that an embedder learns from, and the searches that it is measured by."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.errors import InputError
from evaluation.metrics.answers import normalised
from training.data.drawing import drawn
from training.data.example import Example, read_examples
from training.retriever.options import RetrieverOptions, SearchedOptions

_TRIES = 20
"""Passages drawn at random until one does not hold the answer."""


@dataclass(frozen=True, slots=True)
class Triplet:
    """A question, a passage that answers it, and as many as asked for that do not."""

    question: str
    passage: str
    negatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageSearch:
    """Questions with the passages that they are searched among."""

    passages: tuple[str, ...]
    questions: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    """For each question the places of the passages that answer it."""


@dataclass(frozen=True, slots=True)
class RetrieverData:
    """What a run learns from and is measured by."""

    triplets: tuple[Triplet, ...]
    searches: Mapping[str, PassageSearch]
    """By name: "development" and "general", where there are such files."""
    report: tuple[str, ...]
    """What was kept, repaired and dropped, in words."""


def read_retriever_data(options: RetrieverOptions) -> RetrieverData:
    """Read the files of a run; whatever training shares with the others is dropped from it.

    Raises:
        InputError: a file cannot be used, or nothing is left to learn from or to measure with.
    """
    read = read_examples(options.data, evaluation=(*options.development, *options.general))
    triplets = triplets_of(read.examples, options)
    if not triplets:
        raise InputError(
            f"{_names(options.data)}: no question with a passage that answers it is left to learn from; "
            + "; ".join(read.report.lines())
        )
    searches = searches_of({"development": options.development, "general": options.general}, options)
    report = [*read.report.lines(), f"{len(triplets):,} questions with a passage to learn from"]
    return RetrieverData(triplets, searches, tuple(report))


def searches_of(files: Mapping[str, Sequence[Path]], options: SearchedOptions) -> dict[str, PassageSearch]:
    """What is measured, by the names of those sets that have files.

    Raises:
        InputError: a file cannot be used, or a set has no question with a passage that answers it.
    """
    searches = {name: search_of(read_examples(paths).examples, options) for name, paths in files.items() if paths}
    for name, search in searches.items():
        if not search.questions:
            raise InputError(f"{_names(files[name])}: no question with a passage that answers it, to measure with")
    return searches


def triplets_of(examples: Sequence[Example], options: RetrieverOptions) -> tuple[Triplet, ...]:
    """The answered examples among those drawn, each with negatives of its own or, where these are too few, random ones.

    Random ones are of the example's own file while it has enough, since those of other files would be told by their
    kind of text. Titles stand before all passages of a triplet or before none: else a title would tell the right one.
    """
    chance = random.Random(options.seed)
    titles = {example.passage: example.title for example in examples}
    passages = list(titles)
    of_file: dict[str, dict[str, None]] = defaultdict(dict)
    for example in examples:
        of_file[example.origin][example.passage] = None
    by_file = {name: list(texts) for name, texts in of_file.items()}
    made = []
    for example in drawn(examples, options):
        if not example.spans:
            continue
        negatives = list(example.negatives[: options.negatives])
        for pool in (by_file[example.origin], passages):
            negatives += _random_ones(example, pool, options.negatives - len(negatives), negatives, chance)
        if len(negatives) < options.negatives:
            raise InputError(
                f"{example.id}: only {len(negatives)} of {options.negatives} negatives are found, as too few passages "
                "lack its answer; set negatives lower, or give more data"
            )
        known = options.titles and all(each in titles for each in negatives)
        texts = [with_title(each, titles[each]) if known else each for each in (example.passage, *negatives)]
        made.append(Triplet(example.question, texts[0], tuple(texts[1:])))
    return tuple(made)


def search_of(examples: Sequence[Example], options: SearchedOptions) -> PassageSearch:
    """A sample of the answered questions over their passages and, up to the limit, over others of the files."""
    chance = random.Random(options.seed)
    answered = [each for each in examples if each.spans]
    asked = chance.sample(answered, min(options.sample, len(answered)))
    wanted: dict[str, set[str]] = {}
    for each in answered:
        wanted.setdefault(each.question, set()).add(_text(each, options))
    questions = list(dict.fromkeys(each.question for each in asked))
    needed = sorted({text for question in questions for text in wanted[question]})
    negatives = [text for each in examples for text in each.negatives]
    others = sorted({*(_text(each, options) for each in examples), *negatives} - set(needed))
    more = chance.sample(others, min(len(others), max(0, options.passages - len(needed))))
    passages = [*needed, *more]
    place_of = {text: place for place, text in enumerate(passages)}
    relevant = [frozenset(place_of[text] for text in wanted[question]) for question in questions]
    return PassageSearch(tuple(passages), tuple(questions), tuple(relevant))


def with_title(passage: str, title: str) -> str:
    """A passage as the index holds it (:func:`components.embedders.dense.indexed_text`)."""
    return f"{title}\n{passage}" if title else passage


def _text(example: Example, options: SearchedOptions) -> str:
    return with_title(example.passage, example.title) if options.titles else example.passage


def _random_ones(
    example: Example, passages: Sequence[str], count: int, known: Sequence[str], chance: random.Random
) -> list[str]:
    """Passages of other examples, none of those known, that do not hold the answer."""
    answers = [] if example.whole else [f" {normalised(answer)} " for answer in example.answers]
    found: list[str] = []
    for _ in range(count * _TRIES):
        if len(found) == count:
            break
        passage = chance.choice(passages)
        held = f" {normalised(passage)} " if answers else ""
        if passage not in (example.passage, *known, *found) and not any(answer in held for answer in answers):
            found.append(passage)
    return found


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(path) for path in paths)
