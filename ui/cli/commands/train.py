"""``quaere train``: fine-tune models and the calibrator on labelled questions."""

import typer

from ui.cli.commands import train_pairs, train_tools
from ui.cli.commands.train_calibrator import calibrator
from ui.cli.commands.train_mine import mine
from ui.cli.commands.train_pretrain import pretrain
from ui.cli.commands.train_retriever import retriever

app = typer.Typer(no_args_is_help=True, help="Fine-tune models and the calibrator on your own data.")
for _command in (
    train_pairs.reader,
    train_pairs.ranker,
    train_pairs.joint,
    retriever,
    mine,
    pretrain,
    train_tools.search,
    train_tools.average,
    train_tools.bundle,
    calibrator,
):
    app.command()(_command)
