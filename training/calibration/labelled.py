"""Questions to calibrate on: which are asked, what would be right, and which half each belongs to.

Pure selection over labelled data. Halves share no article and no FAQ entry, so that what is reported was not fitted.
Unanswerable are questions that SQuAD 2.0 marks so, questions about articles that are left out of the index, and
paraphrases of FAQ entries that are left out.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evaluation.datasets import FaqEntry, QuestionFile, QuestionPair
from evaluation.sampling import sampled

Half = Literal["fit", "report"]
Origin = Literal["answerable", "impossible", "left out", "faq", "faq left out"]

HALVES: tuple[Half, Half] = ("fit", "report")
LEFT_OUT = 4
"""One in so many articles of a half, and of its FAQ entries, is left out of the index."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to ask, with what would be right."""

    id: str
    text: str
    half: Half
    origin: Origin
    references: tuple[str, ...] = ()
    """Accepted answers; empty where nothing in the index answers it."""
    paragraph: str | None = None
    """The text that answers it."""


@dataclass(frozen=True, slots=True)
class CalibrationSet:
    """What is indexed and what is asked."""

    articles: frozenset[str]
    """Titles of the indexed articles."""
    faq: tuple[FaqEntry, ...]
    """The indexed FAQ entries."""
    questions: tuple[Asked, ...]


def calibration_set(
    answerable: QuestionFile,
    impossible: QuestionFile,
    faq: tuple[Sequence[FaqEntry], Sequence[QuestionPair]],
    *,
    per_half: int,
    seed: int = 0,
) -> CalibrationSet:
    """Choose the questions.

    Args:
        answerable: SQuAD 1.1-like; its paragraphs are the corpus.
        impossible: SQuAD 2.0-like; its unanswerable questions about the corpus' articles are asked.
        faq: entries, and pairs of an entry's question with a paraphrase.
        per_half: answerable questions of each half; as many unanswerable ones, half of them of each kind.
        seed: of the samples.
    """
    halves = _alternate(answerable.articles())
    out = {title for titles in halves.values() for title in titles[::LEFT_OUT]}
    questions: list[Asked] = []
    for half, titles in halves.items():
        kept = set(titles) - out
        inside = [each for each in answerable.questions if answerable.article_of(each) in kept]
        outside = [each for each in answerable.questions if answerable.article_of(each) in set(titles) & out]
        near = [each for each in impossible.questions if not each.references and impossible.article_of(each) in kept]
        questions += [
            Asked(each.id, each.text, half, "answerable", each.references, answerable.paragraphs[each.paragraph].text)
            for each in sampled(inside, per_half, seed)
        ]
        questions += [Asked(each.id, each.text, half, "impossible") for each in sampled(near, per_half // 2, seed)]
        questions += [Asked(each.id, each.text, half, "left out") for each in sampled(outside, per_half // 2, seed)]
    entries, asked_faq = _faq(*faq)
    articles = frozenset(answerable.articles()) - out
    return CalibrationSet(articles, entries, (*questions, *asked_faq))


def write_corpus(chosen: CalibrationSet, answerable: QuestionFile, folder: Path) -> list[Path]:
    """Write the files to index: the kept articles in SQuAD's form, the kept FAQ entries as JSON Lines."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = [
        {
            "title": title,
            "paragraphs": [{"context": each.text} for each in answerable.paragraphs if each.article == title],
        }
        for title in sorted(chosen.articles)
    ]
    corpus, faq = folder / "articles.json", folder / "faq.jsonl"
    _write(corpus, json.dumps({"data": articles}, ensure_ascii=False))
    lines = (json.dumps({"question": each.question, "answer": each.answer}, ensure_ascii=False) for each in chosen.faq)
    _write(faq, "".join(f"{line}\n" for line in lines))
    return [corpus, faq]


def _faq(entries: Sequence[FaqEntry], pairs: Iterable[QuestionPair]) -> tuple[tuple[FaqEntry, ...], list[Asked]]:
    by_question = {entry.question: entry for entry in entries}
    halves = _alternate(sorted(by_question))
    half_of = {question: half for half, questions in halves.items() for question in questions}
    out = {question for questions in halves.values() for question in questions[::LEFT_OUT]}
    asked = []
    for number, pair in enumerate(pairs):
        entry = by_question.get(pair.one)
        if entry is None or not pair.alike:
            continue
        left_out = pair.one in out
        asked.append(
            Asked(
                id=f"faq-{number}",
                text=pair.other,
                half=half_of[pair.one],
                origin="faq left out" if left_out else "faq",
                references=() if left_out else (entry.answer,),
                paragraph=None if left_out else entry.answer,
            )
        )
    return tuple(entry for entry in entries if entry.question not in out), asked


def _alternate(names: Sequence[str]) -> dict[Half, list[str]]:
    return {half: list(names[place :: len(HALVES)]) for place, half in enumerate(HALVES)}


def _write(path: Path, text: str) -> None:
    # An unchanged file stays untouched, so that its index stays valid.
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def to_settings(chosen: CalibrationSet) -> dict[str, Any]:
    """What identifies the selection in a cache of rows."""
    return {"articles": sorted(chosen.articles), "faq": len(chosen.faq)}
