"""Examples -> the rows that one question gives in one epoch: a positive one, and passages that do not answer.

What is drawn depends on seed, epoch and place alone, so that a killed run goes on with what it would have seen.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from training.data.example import Example
from training.pairs.options import PairOptions
from training.pairs.rows import Row

Window = Callable[[Row, random.Random], Row]

_TRIED = 8


class PairSampler:
    """A data set of groups of rows: item ``n`` is what example ``n`` gives in the present epoch.

    Args:
        examples: what to learn from.
        options: how rows are made from it.
        window: a row -> the same with a piece of its passage; see :class:`training.pairs.rows.RandomWindow`.
        translated: questions -> the same, translated there and back, which takes their place half of the time.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        options: PairOptions,
        window: Window,
        translated: Mapping[str, str] | None = None,
    ) -> None:
        self.examples = examples
        self.options = options
        self.epoch = 0
        self._window = window
        self._translated = {} if translated is None else translated
        self._by_title: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_origin: dict[str, list[str]] = defaultdict(list)
        for each in {each.passage: each for each in examples}.values():
            self._by_title[each.origin, each.title].append(each.passage)
            self._by_origin[each.origin].append(each.passage)

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> list[Row]:
        """The rows of one question, the positive one first where the passage answers."""
        example = self.examples[index]
        chance = random.Random(f"{self.options.seed}/{self.epoch}/{index}")
        question = self._translated.get(example.question, example.question)
        row = Row(
            question=question if chance.random() < 0.5 else example.question,
            passage=example.passage,
            context=example.title if chance.random() < self.options.title_share else "",
            spans=() if example.whole else example.spans,
            relevant=bool(example.spans),
            readable=not example.whole,
        )
        others = [self._negative(row, example, number, chance) for number in range(self.options.negatives)]
        rows = [row, *(other for other in others if other is not None)]
        return [self._window(each, chance) for each in rows]

    def _negative(self, row: Row, example: Example, number: int, chance: random.Random) -> Row | None:
        """A row that does not answer; None for a question that nothing answers anyway, or where none can be had."""
        if not row.relevant:
            return None
        hard = example.negatives
        passage = hard[(chance.randrange(len(hard)) + number) % len(hard)] if hard else None
        passage = passage if passage is not None else self._other_passage(example, chance)
        return None if not passage else replace(row, passage=passage, spans=(), relevant=False, readable=True)

    def _other_passage(self, example: Example, chance: random.Random) -> str:
        """A passage without the answers: rather of the same article than of the same file; "" where none is left."""
        answers = [answer.lower() for answer in example.answers]
        for passages in (self._by_title[example.origin, example.title], self._by_origin[example.origin]):
            drawn = chance.sample(passages, min(len(passages), _TRIED))
            for passage in drawn:
                held = passage.lower()
                if passage != example.passage and not any(answer in held for answer in answers):
                    return passage
        return ""
