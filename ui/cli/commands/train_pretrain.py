"""``quaere train pretrain``: let a model read the documents before it is fine-tuned, and take pairs from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from ui.cli.commands.options import TrainingOption, TrainingOptions, training_options
from ui.cli.session import Session, session_of


def pretrain(
    ctx: typer.Context,
    documents: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, folders, or patterns such as 'docs/*.md'.")
    ],
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="The folder for the finished model.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write headings and FAQ questions with their passages, for the retriever."),
    ] = None,
    method: Annotated[
        Literal["mlm", "tsdae"] | None,
        typer.Option(help="Guess hidden words (mlm, the default), or rebuild damaged passages (tsdae)."),
    ] = None,
    options: TrainingOptions = None,
    option: TrainingOption = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="What to begin with; default: all-MiniLM-L6-v2.")
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="How often to see each passage.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after this time.")] = None,
) -> None:
    """Pre-train a model further on unlabelled documents (--out), and take pairs to fine-tune on from them (--pairs)."""
    if out is None and pairs is None:
        raise typer.BadParameter("give --out FOLDER for a model, --pairs FILE for pairs, or both")
    given = {"documents": documents, "out": out, "method": method, "model": model, "epochs": epochs, "minutes": minutes}
    chosen = training_options(option, given)
    session = session_of(ctx)
    if pairs is not None:
        _write_pairs(session, documents, model, pairs)
    if out is not None:
        _train(session, options, chosen)


def _write_pairs(session: Session, documents: list[str], model: str | None, path: Path) -> None:
    from training.pretraining.texts import read_texts, write_pairs

    settings = session.settings()
    texts = read_texts(documents, model or settings.models.embedder, settings.index.passage_tokens)
    count = write_pairs(texts.passages, path)
    session.out.print(f"{count:,} pairs of {len(texts.passages):,} passages written to {path}", soft_wrap=True)


def _train(session: Session, file: Path | None, given: dict[str, Any]) -> None:
    from training.option_files import require

    require("accelerate", "datasets")
    from training.option_files import options_from
    from training.pretraining.options import PretrainOptions
    from training.pretraining.run import pretrain as run

    finished = run(options_from(PretrainOptions, file, **given), session.err)
    table = Table("data", "figure", "before", "after")
    for name, figures in finished.after.items():
        for figure, value in figures.items():
            table.add_row(name, figure, f"{finished.before[name][figure]:.3f}", f"{value:.3f}")
    if finished.after:
        session.out.print(table)
    session.out.print(f"written to {finished.folder}; fine-tune it before use", soft_wrap=True)
