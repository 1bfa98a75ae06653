"""Files -> what a fine-tuning learns from, what chooses its best checkpoint, and what shows what it forgets."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from components.errors import InputError
from training.data.drawing import drawn
from training.data.example import Example, read_examples
from training.pairs.options import PairOptions

NEGATIVES = 4
"""Passages that a measured one is ranked among."""


@dataclass(frozen=True, slots=True)
class PairData:
    """The examples of a run."""

    training: tuple[Example, ...]
    measured: dict[str, tuple[Example, ...]]
    """By name: "development" and "general", where there are such files."""
    report: tuple[str, ...]
    """What was kept, repaired and dropped, in words."""


def read_pair_data(options: PairOptions) -> PairData:
    """Read the files of a run; whatever training shares with the others is dropped from it.

    Raises:
        InputError: a file cannot be used, or nothing is left to learn from or to measure with.
    """
    aside = (*options.development, *options.general)
    read = read_examples(options.data, evaluation=aside)
    training = drawn(read.readable() if options.kind == "reader" else read.examples, options)
    if not training:
        raise InputError(
            f"{', '.join(str(path) for path in options.data)}: no example is left to learn from; "
            + "; ".join(read.report.lines())
        )
    measured = {}
    for name, paths in (("development", options.development), ("general", options.general)):
        if paths:
            examples = read_examples(paths).examples
            measured[name] = tuple(to_measure(examples, options.development_sample, options.seed))
            if not measured[name]:
                raise InputError(f"{', '.join(str(path) for path in paths)}: no example to measure with")
    return PairData(training, measured, tuple(read.report.lines()))


def to_measure(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """A sample of examples, each with negatives: its own, or other passages of its article that lack the answer."""
    chance = random.Random(seed)
    by_article: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in {each.passage: each for each in examples}.values():
        by_article[each.origin, each.title].append(each.passage)
    everywhere = [passage for passages in by_article.values() for passage in passages]
    sample = chance.sample(list(examples), min(count, len(examples)))
    return [
        replace(each, negatives=_others(each, (by_article[each.origin, each.title], everywhere), chance))
        if each.spans and not each.negatives
        else replace(each, negatives=each.negatives[:NEGATIVES])
        for each in sample
    ]


def _others(example: Example, sources: Iterable[Sequence[str]], chance: random.Random) -> tuple[str, ...]:
    answers = [answer.lower() for answer in example.answers]
    found: dict[str, None] = {}
    for passages in sources:
        for passage in chance.sample(list(passages), min(len(passages), 4 * NEGATIVES)):
            if len(found) == NEGATIVES:
                break
            if passage != example.passage and not any(answer in passage.lower() for answer in answers):
                found[passage] = None
    return tuple(found)
