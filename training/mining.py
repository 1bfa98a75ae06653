"""Hard negatives: passages that the project's own search puts near a question and that do not answer it.

All passages of the examples are indexed in a folder of their own; what the hybrid search finds for each question, best
first, is kept unless it answers as well: it holds the answer's words, or the reranker puts it above the right passage
(Qu et al. 2021 call these false negatives). Finished questions are kept as rows, so that an interrupted run goes on.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.models.checkpoints import fingerprint
from components.models.encoder import ModelOptions, PairEncoder, pair_encoder
from components.passages import Pair
from components.writing import write_whole
from evaluation.corpus import index_corpus
from evaluation.gold import TextPlace, paragraph_places
from evaluation.metrics.answers import normalised
from evaluation.places import Gold, source_of
from evaluation.rows import RowFile
from pipelines.service import QAService
from pipelines.settings import Settings
from training.data.example import Example

HOLDS_ANSWER, ABOVE = "holds the answer", "ranked above the right passage"

_INDEX_SETTINGS: dict[str, Any] = {
    "index.passage_tokens": 480,
    "index.overlap_tokens": 0,
    "index.max_file_mb": 4096.0,
    "index.max_file_characters": sys.maxsize,
    "index.max_file_passages": sys.maxsize,
    "qdrant.engine": "edge",
    "database.url": None,
}
"""Passages shall stay whole, and on this machine, however many there are."""


@dataclass(frozen=True, slots=True)
class MiningOptions:
    """How negatives are chosen."""

    negatives: int = 5
    """By question, at most."""
    depth: int = 30
    """Passages looked at."""
    skip: int = 0
    """Passages from the top of the list that are left out: the nearest are the likeliest to answer unnoticed."""
    rerank: bool = True
    """Whether the reranker judges."""
    margin: float = 0.0
    """Logits that a negative has to be below the right passage."""


@dataclass(frozen=True, slots=True)
class Mined:
    """What a run gave."""

    questions: int
    negatives: int
    dropped: Counter[str] = field(default_factory=Counter)
    """Passages by the reason that they were no negatives."""
    without: int = 0
    """Questions for which none was found."""


def mine(
    examples: Sequence[Example],
    settings: Settings,
    options: MiningOptions,
    out: Path,
    on_question: Callable[[int], None] = lambda done: None,
) -> Mined:
    """Write the examples with negatives, as JSON Lines that :func:`training.data.example.read_examples` reads.

    Examples without an answer are written as they are.

    Args:
        examples: with their passages, which are searched.
        settings: whose models search and judge; ``data`` is the folder for the index, kept for a run that goes on.
        options: how negatives are chosen.
        out: the file.
        on_question: called with the number of questions that are done.

    Raises:
        InputError: no example is answered, or the passages cannot be indexed.
    """
    answered = [each for each in examples if each.spans]
    if not answered:
        raise InputError("no example has a passage that answers it: there is nothing to find wrong passages for")
    titles = {each.passage: each.title for each in examples}
    corpus = settings.data / "passages.json"
    _write_corpus(corpus, titles)
    inside = settings.with_values({**_INDEX_SETTINGS, "data": settings.data / "index"})
    with (
        # Not read apart, within limits: it is a file of our own.
        QAService(inside, purpose="mining negatives", sandbox=False) as service,
        RowFile(settings.data / "rows.jsonl", _identity(inside, options, examples)) as rows,
    ):
        index_corpus(service, [corpus])
        miner = _Miner(_search_of(service, corpus, list(titles)), titles, _judge_of(inside, options), options)
        right = _right_passages(answered)
        for done, example in enumerate(answered, start=1):
            if example.id not in rows.rows:
                rows.add([miner.row(example, right[normalised(example.question)])])
            on_question(done)
        found = rows.rows
    write_whole(out, "".join(_line(each, found.get(each.id)) for each in examples))
    counts = [len(row["negatives"]) for row in found.values()]
    dropped: Counter[str] = sum((Counter(row["dropped"]) for row in found.values()), Counter())
    return Mined(len(counts), sum(counts), dropped, counts.count(0))


@dataclass(frozen=True, slots=True)
class _Miner:
    search: Callable[[str, int], Sequence[str]]
    """Question and depth -> passages, best first."""
    titles: dict[str, str]
    judge: PairEncoder | None
    options: MiningOptions

    def row(self, example: Example, right: frozenset[str]) -> dict[str, Any]:
        """The negatives of one example, and how many passages were dropped for which reason."""
        dropped: Counter[str] = Counter()
        found = [each for each in self.search(example.question, self.options.depth) if each not in right]
        candidates = self._lacking_answer(example, found[self.options.skip :], dropped)
        kept = list(islice(self._below(example, candidates, dropped), self.options.negatives))
        return {"id": example.id, "negatives": kept, "dropped": dict(dropped)}

    def _lacking_answer(self, example: Example, passages: Iterable[str], dropped: Counter[str]) -> Iterable[str]:
        # Where the file does not say with which words a passage answers, no words can tell.
        answers = [] if example.whole else [normalised(answer) for answer in example.answers]
        for passage in passages:
            held = f" {normalised(passage)} " if answers else ""
            if any(f" {answer} " in held for answer in answers if answer):
                dropped[HOLDS_ANSWER] += 1
            else:
                yield passage

    def _below(self, example: Example, passages: Iterable[str], dropped: Counter[str]) -> Iterable[str]:
        """Those that the reranker puts below the right passage; it is asked for no more than are needed."""
        if self.judge is None:
            yield from passages
            return
        waiting = iter(passages)
        (least,) = self._scores(example.question, [example.passage])
        while chunk := list(islice(waiting, self.options.negatives)):
            for passage, score in zip(chunk, self._scores(example.question, chunk), strict=True):
                if score > least - self.options.margin:
                    dropped[ABOVE] += 1
                else:
                    yield passage

    def _scores(self, question: str, passages: Sequence[str]) -> list[float]:
        assert self.judge is not None
        pairs = [Pair(question, passage, self.titles[passage]) for passage in passages]
        return [logits.relevance for logits in self.judge.encode(pairs)]


def _search_of(service: QAService, corpus: Path, passages: Sequence[str]) -> Callable[[str, int], list[str]]:
    source = source_of(service, corpus)
    most = round(service.settings.index.max_file_mb * 2**20)
    places = paragraph_places(corpus, len(passages), source, most)
    gold = Gold({str(number): [place] for number, place in enumerate(places)})

    def search(question: str, depth: int) -> list[str]:
        found = service.trace(question, until="retriever", candidates=depth).fused
        at = [TextPlace(each.meta["source"], each.meta["start"], each.meta["end"]) for each in found]
        return list(dict.fromkeys(passages[int(key)] for place in at for key in gold.keys_at(place)))

    return search


def _judge_of(settings: Settings, options: MiningOptions) -> PairEncoder | None:
    if not options.rerank:
        return None
    return pair_encoder(settings.models.ranker, "ranker", ModelOptions(**settings.model_parameters()))


def _right_passages(examples: Sequence[Example]) -> dict[str, frozenset[str]]:
    """By question as normalised: every passage that some example says to answer it."""
    right: dict[str, set[str]] = {}
    for each in examples:
        right.setdefault(normalised(each.question), set()).add(each.passage)
    return {question: frozenset(passages) for question, passages in right.items()}


def _write_corpus(path: Path, titles: dict[str, str]) -> None:
    """Each passage an article of its own, so that no two are indexed as one; an unchanged file stays untouched."""
    articles = [{"title": title, "paragraphs": [{"context": passage}]} for passage, title in titles.items()]
    text = json.dumps({"data": articles}, ensure_ascii=False)
    if not path.is_file() or path.read_text("utf-8") != text:
        write_whole(path, text)


def _identity(settings: Settings, options: MiningOptions, examples: Sequence[Example]) -> dict[str, Any]:
    models = {role: fingerprint(getattr(settings.models, role))[:16] for role in ("embedder", "ranker")}
    chosen = {name: getattr(options, name) for name in options.__slots__}
    texts = json.dumps([[each.question, each.passage, each.spans] for each in examples])
    return {"models": models, "examples": hashlib.sha256(texts.encode()).hexdigest()[:16], **chosen}


def _line(example: Example, row: dict[str, Any] | None) -> str:
    made: dict[str, Any] = {"id": example.id, "question": example.question, "passage": example.passage}
    if example.title:
        made["title"] = example.title
    if not example.whole:
        made["answers"] = [{"text": example.passage[start:end], "answer_start": start} for start, end in example.spans]
    negatives = list(dict.fromkeys((*example.negatives, *([] if row is None else row["negatives"]))))
    if negatives:
        made["negatives"] = negatives
    return json.dumps(made, ensure_ascii=False) + "\n"
