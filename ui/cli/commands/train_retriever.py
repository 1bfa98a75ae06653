"""``quaere train retriever``: fine-tune the embedder that finds passages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ui.cli.commands.options import TrainingOption, TrainingOptions, training_options
from ui.cli.session import session_of


def retriever(
    ctx: typer.Context,
    data: Annotated[
        list[Path] | None, typer.Argument(metavar="DATA...", help="Files of examples: JSON, JSON Lines, CSV or TSV.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="The folder for the finished model.")] = None,
    options: TrainingOptions = None,
    option: TrainingOption = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="What to begin with; default: all-MiniLM-L6-v2.")
    ] = None,
    development: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Examples that choose the best checkpoint.")
    ] = None,
    general: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Examples that show what is forgotten.")
    ] = None,
    epochs: Annotated[float | None, typer.Option(help="How often to see each example.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after this time.")] = None,
) -> None:
    """Fine-tune an embedder: which passages are near to a question.

    Exit code 1 where the general examples are found worse than may be: the model is then kept aside, refused.
    """
    from training.option_files import require

    require("accelerate", "datasets")
    from training.option_files import options_from
    from training.retriever.options import RetrieverOptions
    from training.retriever.run import fine_tune

    session = session_of(ctx)
    given = {
        "data": data,
        "out": out,
        "model": model,
        "development": development,
        "general": general,
        "epochs": epochs,
        "minutes": minutes,
    }
    chosen = options_from(RetrieverOptions, options, **training_options(option, given))
    finished = fine_tune(chosen, session.err)
    table = Table("data", "figure", "before", "after")
    for name, figures in finished.after.items():
        for figure, value in figures.items():
            table.add_row(name, figure, f"{finished.before[name][figure]:.3f}", f"{value:.3f}")
    if finished.after:
        session.out.print(table)
    for remark in finished.remarks:
        session.out.print(remark, soft_wrap=True)
    session.out.print(f"written to {finished.folder}; its README.md says how it was made", soft_wrap=True)
    session.remark(f'to use it, set models.embedder = "{finished.folder}" in quaere.toml and run `quaere rebuild`')
