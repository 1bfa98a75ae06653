"""Systems side by side on the same passages, questions and weights, taking turns: indexing, asking, and load.

In: a plan. Out: the report that :mod:`benchmarks.speed.tables` shows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Results
from benchmarks.speed.asking import ask_one_by_one, ask_together, load_part, opened
from benchmarks.speed.corpus import Corpus, make_corpus, read_passages
from benchmarks.speed.figures import best_of_same_quality, table_rows
from benchmarks.speed.indexing import index_all, prepare_all
from benchmarks.speed.plan import PeersPlan, Tell, emptied
from benchmarks.speed.roofline import distances, mean_pair_tokens, measure_roofline
from benchmarks.speed.systems import STOCK
from components.errors import InputError
from evaluation.data.squad import LabelledQuestion, QuestionFile, read_questions
from evaluation.sampling import sample_of

SAME_WORK = "quaere-same-work"
DEFAULT = "quaere-default"


def run_peers(plan: PeersPlan, json_file: Path | None = None, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Measure, and return the report; every part that is finished is in the file at once, and not measured again.

    Raises:
        InputError: there are not enough questions, or a file cannot be read or written.
        ConfigurationError: a peer is not installed.
        QuaereError: a system failed.
    """
    file = read_questions(plan.questions)
    samples = _samples(plan, file)
    results = Results("peers", plan.to_dict(), [plan.questions, *plan.others], json_file, go_on=True)
    indexed = results.is_complete("index") and all(plan.index_folder(system).is_dir() for system in plan.systems)
    folder = plan.folder if indexed else emptied(plan.folder)
    tell("splitting", 0, 1)
    corpus = make_corpus(file, plan.others, plan.settings, folder)
    results.put("corpus", {"passages": corpus.count, "own": corpus.own, "paragraphs": len(file.paragraphs)})
    prepare_all(plan, corpus, tell)
    if not results.is_complete("roofline"):
        tell("measuring the machine", 0, 1)
        pair_tokens = mean_pair_tokens(plan.settings, [each.text for each in samples[0]], _texts(corpus))
        results.put("roofline", measure_roofline(plan.settings, pair_tokens))
        results.complete("roofline")
    if not indexed:
        index_all(plan, corpus, results, tell)
    _ask_all(plan, corpus, samples, results, tell)
    report = results.report
    results.put("distances", distances(plan.systems, plan.settings, report["roofline"], report["asking"]))
    results.put("tables", _tables(plan, report))
    return results.finish()


def _ask_all(
    plan: PeersPlan, corpus: Corpus, samples: Sequence[Sequence[LabelledQuestion]], results: Results, tell: Tell
) -> None:
    """Whatever was not asked before."""
    with opened(plan, corpus) as systems:
        if not results.is_complete("asking"):
            ask_one_by_one(corpus, samples[0], systems, results, tell)
        loaded = [systems[name] for name in _loaded(plan, results)]
        for clients, sample in zip(plan.clients[1:], samples[1:], strict=True):
            if not results.is_complete(load_part(clients)):
                ask_together(clients, sample, loaded, results, tell)


def _loaded(plan: PeersPlan, results: Results) -> list[str]:
    """The systems that several clients ask: those of the tables, and BM25 alone."""
    best = best_of_same_quality(plan.systems, results.report["asking"])
    wanted = {STOCK, SAME_WORK, "bm25s", best if best is not None else DEFAULT}
    return [system.name for system in plan.systems if system.name in wanted]


def _tables(plan: PeersPlan, report: dict[str, Any]) -> dict[str, Any]:
    """The two comparisons; None where a side was not measured or nothing is of the same quality."""
    names = [system.name for system in plan.systems]
    best = best_of_same_quality(plan.systems, report["asking"])
    found: dict[str, Any] = {"same_work": None, "same_quality": None}
    if STOCK in names and SAME_WORK in names:
        found["same_work"] = {"system": SAME_WORK, "rows": table_rows(report, SAME_WORK)}
    if best is not None:
        found["same_quality"] = {"system": best, "rows": table_rows(report, best)}
    return found


def _samples(plan: PeersPlan, file: QuestionFile) -> list[list[LabelledQuestion]]:
    """As many questions for every number of clients, none of them twice: models remember what they have seen."""
    if plan.count < 1 or plan.index_rounds < 1 or not plan.systems or plan.clients[:1] != (1,):
        raise InputError("a benchmark needs a question, a round, a system, and clients that begin with 1")
    if list(plan.clients) != sorted(set(plan.clients)):
        raise InputError(f"the clients {', '.join(map(str, plan.clients))} do not rise; give each number once")
    needed = plan.count * len(plan.clients)
    found = sample_of(file, needed, plan.seed)
    if len(found) < needed:
        raise InputError(
            f"{plan.questions} has {len(found)} questions with an answer; {plan.count} for each of "
            f"{len(plan.clients)} numbers of clients are {needed}; ask at most {len(found) // len(plan.clients)}"
        )
    return [found[first : first + plan.count] for first in range(0, needed, plan.count)]


def _texts(corpus: Corpus) -> list[str]:
    return [str(passage.content) for batch in read_passages(corpus.passages) for passage in batch]
