"""Examples -> the rows that one question gives in one epoch: a positive one, and passages that do not answer.

What is drawn depends on seed, epoch and place alone, so that a killed run goes on with what it would have seen.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from components.languages.sentences import sentence_spans
from training.data.example import Example
from training.pairs import augmentation, unanswerable
from training.pairs.faq_rows import FaqRows
from training.pairs.options import PairOptions
from training.pairs.rows import Row

Window = Callable[[Row, random.Random], Row]


@dataclass(frozen=True, slots=True)
class Wordings:
    """Other words for questions, made before the training."""

    near: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Words in lower case -> words that can stand for them."""
    translated: Mapping[str, str] = field(default_factory=dict)
    """Questions -> the same, translated there and back."""


class PairSampler:
    """A data set of groups of rows: item ``n`` is what example ``n`` gives in the present epoch.

    Args:
        examples: what to learn from.
        options: how rows are made from it.
        window: a row -> the same with a piece of its passage; see :class:`training.pairs.windows.RandomWindow`.
        wordings: needed by the options ``synonyms`` and ``back_translation``.
    """

    def __init__(
        self, examples: Sequence[Example], options: PairOptions, window: Window, wordings: Wordings | None = None
    ) -> None:
        self.examples = examples
        self.options = options
        self.epoch = 0
        self._window = window
        self._wordings = wordings or Wordings()
        self._faq = FaqRows(examples if options.faq_rows else ())
        self._names = sorted({name for each in examples for name in unanswerable.names_in(each.question)})
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
        if chance.random() < self.options.faq_rows and self._faq.fits(example):
            return self._faq.rows(example, self._reworded(example.question, chance), chance)
        row = Row(
            question=self._worded(example.question, chance),
            passage=example.passage,
            context=example.title if chance.random() < self.options.title_share else "",
            spans=() if example.whole else example.spans,
            relevant=bool(example.spans),
            readable=not example.whole,
        )
        others = [self._negative(row, example, number, chance) for number in range(self.options.negatives)]
        rows = [self._surrounded(row, example, chance), *(other for other in others if other is not None)]
        return [self._window(each, chance) for each in rows]

    def _reworded(self, question: str, chance: random.Random) -> str:
        """The question in other words as far as any are known, beside what the options do."""
        other = augmentation.with_synonyms(question, self._wordings.near, chance)
        return self._worded(augmentation.reordered(other) if chance.random() < 0.5 else other, chance)

    def _worded(self, question: str, chance: random.Random) -> str:
        """The question as some user might put it; each change is drawn by itself."""
        options = self.options
        if question in self._wordings.translated and chance.random() < 0.5:
            question = self._wordings.translated[question]
        if chance.random() < options.synonyms:
            question = augmentation.with_synonyms(question, self._wordings.near, chance)
        if chance.random() < options.reordering:
            question = augmentation.reordered(question)
        if chance.random() < options.typing_noise:
            question = augmentation.typing_noise(question, chance)
        if chance.random() < options.lower_case:
            question = augmentation.lower_case(question)
        return question

    def _surrounded(self, row: Row, example: Example, chance: random.Random) -> Row:
        if chance.random() >= self.options.distractors:
            return row
        other = self._other_passage(example, chance)
        sentences = sentence_spans(other) if other else []
        if not sentences:
            return row
        start, end = chance.choice(sentences)
        return augmentation.with_distractor(row, other[start:end].strip(), chance)

    def _negative(self, row: Row, example: Example, number: int, chance: random.Random) -> Row | None:
        """A row that does not answer; None for a question that nothing answers anyway, or where none can be had."""
        if not row.relevant:
            return None
        made = self._by_rule(row, chance) if row.spans else None
        if made is not None:
            return made
        hard = example.negatives
        passage = hard[(chance.randrange(len(hard)) + number) % len(hard)] if hard else None
        passage = passage if passage is not None else self._other_passage(example, chance)
        return None if not passage else replace(row, passage=passage, spans=(), relevant=False, readable=True)

    def _by_rule(self, row: Row, chance: random.Random) -> Row | None:
        options, drawn = self.options, chance.random()
        if drawn < options.negated:
            return unanswerable.negated(row)
        if drawn < options.negated + options.swapped:
            return unanswerable.swapped(row, self._names, chance)
        if drawn < options.negated + options.swapped + options.cut_out:
            return unanswerable.cut_out(row)
        return None

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


_TRIED = 8
