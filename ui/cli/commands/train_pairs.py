"""``quaere train reader|ranker|joint``: fine-tune a model of (question, passage) pairs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.cli.commands.options import TrainingOption, TrainingOptions, training_options
from ui.cli.session import session_of

if TYPE_CHECKING:
    from training.run_folder import Finished

Kind = Literal["reader", "ranker", "joint"]

_FLAGS = ("data", "out", "model", "development", "general", "epochs", "minutes")
"""Options of the training that have flags of their own."""

_Data = Annotated[
    list[Path] | None, typer.Argument(metavar="DATA...", help="Files of examples: JSON, JSON Lines, CSV or TSV.")
]
_Out = Annotated[Path | None, typer.Option(metavar="FOLDER", help="The folder for the finished model.")]
_Model = Annotated[str | None, typer.Option(metavar="NAME", help="What to begin with; default: quaere-joint.")]
_Development = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="Examples that choose the best checkpoint.")
]
_General = Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Examples that show what is forgotten.")]
_Epochs = Annotated[float | None, typer.Option(help="How often to see each example.")]
_Minutes = Annotated[float | None, typer.Option(help="Stop after this time.")]


def train_pairs(kind: Kind, ctx: typer.Context, given: dict[str, Any], options: Path | None, more: list[str]) -> None:
    """Fine-tune a model and tell what came of it."""
    from training.option_files import require

    session = session_of(ctx)
    require("accelerate", "peft")
    from training.pairs.options import load_options
    from training.pairs.run import fine_tune

    chosen = load_options(options, kind=kind, **training_options(more, given))
    _tell(fine_tune(chosen, session.err), session.out.print)


def command(kind: Kind, help_text: str) -> Callable[..., None]:
    """The command that trains one kind of model."""

    def train(
        ctx: typer.Context,
        data: _Data = None,
        out: _Out = None,
        options: TrainingOptions = None,
        option: TrainingOption = None,
        model: _Model = None,
        development: _Development = None,
        general: _General = None,
        epochs: _Epochs = None,
        minutes: _Minutes = None,
    ) -> None:
        train_pairs(kind, ctx, _given(locals()), options, option or [])

    train.__name__, train.__doc__ = kind, help_text
    return train


reader = command("reader", "Fine-tune an extractive reader: where in a passage the answer stands, or that it does not.")
ranker = command("ranker", "Fine-tune a cross-encoder: how well a passage answers a question.")
joint = command("joint", "Fine-tune a model that ranks and reads in one pass, as the bundled one.")


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in _FLAGS}


def _tell(finished: "Finished", say: Callable[..., None]) -> None:
    from rich.table import Table

    table = Table("data", "figure", "before", "after")
    for data, figures in finished.after.items():
        for name, value in figures.items():
            before = finished.before.get(data, {}).get(name)
            table.add_row(data, name, "" if before is None else f"{before:.3f}", f"{value:.3f}")
    if finished.after:
        say(table)
    for remark in finished.remarks:
        say(remark, highlight=False)
    say(f"written to {finished.folder}; its README.md says how it was made", highlight=False)
