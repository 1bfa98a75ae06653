"""Questions to calibrate on: which are asked, what would be right, and which of them belong together.

Pure selection over labelled data. Questions about one article, or one FAQ entry, are of one group: who reports on some
of a group must not have fitted on others of it. Of the bundled data, unanswerable are questions that SQuAD 2.0 marks
so, questions about articles that are left out of the index, and paraphrases of FAQ entries that are left out.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaluation.data.dataset import DataSet
from evaluation.data.faq import FaqEntry, QuestionPair
from evaluation.data.squad import LabelledQuestion, QuestionFile
from evaluation.sampling import sampled
from training.data.example import Example

Origin = Literal["answerable", "impossible", "left out", "faq", "faq left out"]

LEFT_OUT = 4
"""One in so many articles, and of the FAQ entries, is left out of the index."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question to ask, with what would be right."""

    id: str
    text: str
    group: str
    """The article or the FAQ entry that it asks about."""
    origin: Origin
    references: tuple[str, ...] = ()
    """Accepted answers; empty where nothing in the index answers it."""
    paragraph: str | None = None
    """The text that answers it."""
    decisive: bool = False
    """Whether the references are words that decide the answer, which it must hold: of documents of any kind."""
    every: bool = False
    """Whether it must hold all of them."""
    sources: tuple[str, ...] = ()
    """Files that hold the answer; words as short as a number stand elsewhere by chance."""
    weight: float = 1.0
    """How much the question counts beside others."""


@dataclass(frozen=True, slots=True)
class CalibrationSet:
    """What is indexed and what is asked."""

    articles: frozenset[str]
    """Titles of the indexed articles."""
    faq: tuple[FaqEntry, ...]
    """The indexed FAQ entries."""
    questions: tuple[AskedQuestion, ...]


def calibration_set(
    answerable: QuestionFile,
    impossible: QuestionFile,
    faq: tuple[Sequence[FaqEntry], Sequence[QuestionPair]],
    *,
    count: int,
    seed: int = 0,
) -> CalibrationSet:
    """Choose the questions of the bundled calibrator.

    Args:
        answerable: SQuAD 1.1-like; its paragraphs are the corpus.
        impossible: SQuAD 2.0-like; its unanswerable questions about the corpus' articles are asked.
        faq: entries, and pairs of an entry's question with a paraphrase.
        count: answerable questions; as many unanswerable ones, half of them of each kind.
        seed: of the samples.
    """
    titles = answerable.articles()
    out = set(titles[::LEFT_OUT])
    inside = [each for each in answerable.questions if answerable.article_of(each) not in out]
    outside = [each for each in answerable.questions if answerable.article_of(each) in out]
    kept = set(titles) - out
    near = [each for each in impossible.questions if not each.references and impossible.article_of(each) in kept]
    questions = [
        AskedQuestion(
            each.id,
            each.text,
            answerable.article_of(each),
            "answerable",
            each.references,
            answerable.paragraphs[each.paragraph].text,
        )
        for each in sampled(inside, count, seed)
    ]
    unanswerable: tuple[tuple[QuestionFile, list[LabelledQuestion], Origin], ...] = (
        (impossible, near, "impossible"),
        (answerable, outside, "left out"),
    )
    for file, chosen, origin in unanswerable:
        questions += [
            AskedQuestion(each.id, each.text, file.article_of(each), origin)
            for each in sampled(chosen, count // 2, seed)
        ]
    entries, asked_faq = _faq(*faq)
    return CalibrationSet(frozenset(kept), entries, (*questions, *asked_faq))


def own_questions(examples: Iterable[Example]) -> tuple[AskedQuestion, ...]:
    """A user's labelled questions, as the documents that are indexed already answer them.

    Those about one title are of one group; without a title, those about one passage.
    """
    return tuple(
        AskedQuestion(
            id=each.id,
            text=each.question,
            group=each.title or each.passage,
            origin="answerable" if each.spans else "impossible",
            references=tuple(dict.fromkeys(each.answers)),
            paragraph=each.passage if each.spans else None,
        )
        for each in examples
    )


DOCUMENTS_WEIGHT = 6.0
"""Of a question about documents of the users' own kinds: there are few, and they matter most."""


def document_questions(dataset: DataSet) -> tuple[AskedQuestion, ...]:
    """The questions about one corpus of real documents; those about one file are of one group."""
    return tuple(
        AskedQuestion(
            id=f"{dataset.name}: {each.id}",
            text=each.text,
            group=each.sources[0] if each.sources else each.id,
            origin="answerable" if each.answerable else "impossible",
            references=each.references,
            decisive=True,
            every=each.every,
            sources=each.sources,
            weight=DOCUMENTS_WEIGHT,
        )
        for each in dataset.questions
    )


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


def _faq(
    entries: Sequence[FaqEntry], pairs: Iterable[QuestionPair]
) -> tuple[tuple[FaqEntry, ...], list[AskedQuestion]]:
    by_question = {entry.question: entry for entry in entries}
    out = set(sorted(by_question)[::LEFT_OUT])
    asked = []
    for number, pair in enumerate(pairs):
        entry = by_question.get(pair.one)
        if entry is None or not pair.alike:
            continue
        left_out = pair.one in out
        asked.append(
            AskedQuestion(
                id=f"faq-{number}",
                text=pair.other,
                group=pair.one,
                origin="faq left out" if left_out else "faq",
                references=() if left_out else (entry.answer,),
                paragraph=None if left_out else entry.answer,
            )
        )
    return tuple(entry for entry in entries if entry.question not in out), asked


def _write(path: Path, text: str) -> None:
    # An unchanged file stays untouched, so that its index stays valid.
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
