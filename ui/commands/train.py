"""``quaere train``: fine-tune models and the calibrator on labelled questions."""

import typer

from ui.commands import train_pairs
from ui.commands.train_calibrator import calibrator

app = typer.Typer(no_args_is_help=True, help="Fine-tune models and the calibrator on your own data.")
for _command in (train_pairs.reader, train_pairs.ranker, train_pairs.joint, calibrator):
    app.command()(_command)
