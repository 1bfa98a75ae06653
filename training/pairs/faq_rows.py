"""Answered questions -> rows of a FAQ, each a question with the sentence that answers it. Pure.

People ask a FAQ in other words than it uses, and its rows lie close together: what a ranker learns here is to tell the
row of the same question from the rows of similar ones.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

from components.languages.sentences import sentence_spans
from training.data.example import Example
from training.pairs import tables
from training.pairs.rows import Row

_TRIED = 12


class FaqRows:
    """The rows that examples become.

    Args:
        examples: those of the same article serve each other as rows that do not answer.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self._by_article: dict[tuple[str, str], list[Example]] = defaultdict(list)
        for each in examples:
            if self.fits(each):
                self._by_article[each.origin, each.title].append(each)

    @staticmethod
    def fits(example: Example) -> bool:
        """Whether an example can become a row: it is answered by a few words of prose."""
        return bool(example.spans) and not example.whole and example.origin != tables.ORIGIN

    def rows(self, example: Example, asked: str, chance: random.Random) -> list[Row]:
        """The example's own row, and that of the most similar other question with another answer.

        Args:
            example: answered by known words.
            asked: its question as some user puts it; the row has it in its own words.
            chance: draws the others to choose from.
        """
        row = Row(asked, _entry(example), relevant=True, readable=False)
        other = self._most_similar(example, chance)
        return [row] if other is None else [row, Row(asked, _entry(other))]

    def _most_similar(self, example: Example, chance: random.Random) -> Example | None:
        article = self._by_article[example.origin, example.title]
        answers = {answer.lower() for answer in example.answers}
        words = set(example.question.lower().split())
        others = [
            each
            for each in chance.sample(article, min(len(article), _TRIED))
            if answers.isdisjoint(answer.lower() for answer in each.answers)
        ]
        return max(others, key=lambda each: len(words.intersection(each.question.lower().split())), default=None)


def _entry(example: Example) -> str:
    """Question and answer as the loaders join them."""
    first, last = example.spans[0]
    sentences = [(start, end) for start, end in sentence_spans(example.passage) if start < last and first < end]
    start, end = (sentences[0][0], sentences[-1][1]) if sentences else (first, last)
    return f"{' '.join(example.question.split())}\n{example.passage[start:end].strip()}"
