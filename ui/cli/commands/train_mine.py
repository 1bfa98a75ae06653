"""``quaere train mine``: find passages that look right and are not, for retriever and reranker to learn from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from components.foreign_text import one_line
from ui.cli.session import session_of
from ui.cli.views.progress import count_progress


def mine(
    ctx: typer.Context,
    data: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="Files of examples: JSON, JSON Lines, CSV or TSV.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON Lines of the same examples with negatives.")],
    evaluation: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Examples kept to measure with: what they share with DATA is dropped."),
    ] = None,
    negatives: Annotated[int, typer.Option(min=1, help="Negatives of a question, at most.")] = 5,
    depth: Annotated[int, typer.Option(min=1, help="Passages that are looked at.")] = 30,
    skip: Annotated[int, typer.Option(min=0, help="Nearest passages that are left out.")] = 0,
    rerank: Annotated[
        bool, typer.Option("--rerank/--no-rerank", help="Drop what the reranker puts above the right passage.")
    ] = True,
    margin: Annotated[float, typer.Option(help="Logits that a negative has to be below the right passage.")] = 0.0,
) -> None:
    """Find hard negatives: passages of other examples that the search puts near a question and that do not answer it.

    An interrupted run goes on where it stopped.
    """
    from training.data.example import read_examples
    from training.mining import MiningOptions
    from training.mining import mine as run

    session = session_of(ctx)
    read = read_examples(data, evaluation=evaluation or ())
    for line in read.report.lines():
        session.remark(one_line(line))
    work = out.with_name(out.name + ".mining")
    options = MiningOptions(negatives, depth, skip, rerank, margin)
    answered = sum(bool(each.spans) for each in read.examples)
    with count_progress(session.err, "questions", answered, quiet=session.quiet) as tell:
        mined = run(read.examples, session.settings({"data": work}), options, out, tell)
    shutil.rmtree(work)
    session.out.print(
        f"{mined.negatives:,} negatives for {mined.questions:,} questions, none for {mined.without:,} of these",
        soft_wrap=True,
    )
    for reason, count in mined.dropped.items():
        session.out.print(f"{count:,} passages dropped: {reason}", soft_wrap=True)
    session.out.print(f"written to {out}", soft_wrap=True)
