"""``quaere train search|average|bundle``: around a fine-tuning: its settings before, its weights after."""

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.session import session_of


def search(
    ctx: typer.Context,
    options: Annotated[
        Path, typer.Argument(metavar="FILE", help="Options of a training, with a table [search] of ranges.")
    ],
    best: Annotated[Path, typer.Option(metavar="FILE", help="Where the best options go.")] = Path("best.toml"),
    trials: Annotated[int, typer.Option(min=1, help="Trainings in all; finished ones are kept.")] = 10,
) -> None:
    """Look for good options with short trainings, for a training that is worth its time."""
    from training.option_files import require

    session = session_of(ctx)
    require("accelerate", "optuna", "peft", "tomlkit")
    from training.pairs.options import load_options
    from training.pairs.search import read_space, write_options
    from training.pairs.search import search as run_search

    stored, space = read_space(options)
    chosen = load_options(None, **stored)
    found = run_search(chosen, space, trials, session.err)
    write_options(chosen, found, best)
    for name, value in found.items():
        session.out.print(f"{name} = {value}")
    session.remark(f"written to {best}; train with: quaere train {chosen.kind} --options {best}")


def average(
    ctx: typer.Context,
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Trainings of one model, also by name: that it began with.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder for their mean.")],
) -> None:
    """Write a model whose weights are the mean of several trainings."""
    from training.bundling import average as mean

    mean(models, out)
    session_of(ctx).remark(f"written to {out}; measure it before you use it: nothing was measured here")


def bundle(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What a training wrote.")],
    name: Annotated[str, typer.Option(help="The bundled model that it replaces.")] = "quaere-joint",
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go.")] = Path("models/quaere-joint"),
    tolerance: Annotated[float, typer.Option(min=0, help="How much of a figure may be lost.")] = 0.0,
) -> None:
    """Make the small file that a source tree bundles; refused for a model that got worse."""
    from training.bundling import bundle as write

    described = write(folder, name, out, tolerance)
    session_of(ctx).remark(f"written to {out}; SHA-256 {described['delta']['sha256']}")
