"""``quaere experiment``: several systems on the same questions, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from components.foreign_text import one_line
from ui.cli.session import Session, session_of
from ui.cli.views.progress import count_progress, index_progress

if TYPE_CHECKING:
    from evaluation.experiments.definition import Experiment
    from pipelines.indexing import IndexProgress
    from pipelines.settings import Settings

_ENDING = ".toml"


def experiment(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="An experiment as *.toml; with --preset, labelled data instead."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the results and the indexes go.")],
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="Compare the systems of a preset: ablation.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="With --preset: questions of each data set; default: all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="With --preset: of the sample.")] = 0,
) -> None:
    """Compare systems on labelled questions: figures with intervals, and which differences are more than chance.

    Writes rows.parquet, results.json, report.html and report.md to FOLDER. A run that was stopped goes on where it was
    when started again; what systems have in common is indexed, searched, ranked and read once.
    """
    from evaluation.experiments.export import write_results
    from evaluation.experiments.running import run_experiment
    from ui.cli.views.experiments import experiment_view

    session = session_of(ctx)
    found = _experiment(session, files, preset, sample, seed)
    results = run_experiment(found, out, _Display(session))
    paths = write_results(results, out)
    session.out.print(experiment_view(results))
    session.remark(f"written to {', '.join(one_line(str(path)) for path in paths)}")


def _experiment(session: Session, files: list[Path], preset: str | None, sample: int | None, seed: int) -> Experiment:
    from evaluation.experiments.definition import preset_experiment, read_experiment

    def load(own: Mapping[str, Any]) -> Settings:
        from pipelines.settings import Settings

        return Settings.load({**session.overrides, **own}, file=session.config)

    if preset is not None:
        if any(path.suffix == _ENDING for path in files):
            raise typer.BadParameter(f"with --preset, name labelled data; a *{_ENDING} names its preset itself")
        return preset_experiment(preset, files, load, sample, seed)
    if len(files) != 1 or files[0].suffix != _ENDING:
        raise typer.BadParameter(f"name one experiment as *{_ENDING}, or give --preset with labelled data")
    if sample is not None or seed:
        raise typer.BadParameter("--sample and --seed go with --preset; an experiment's file says them itself")
    return read_experiment(files[0], load)


class _Display:
    """Shows how far an experiment is."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def indexing(self) -> AbstractContextManager[Callable[[IndexProgress], None] | None]:
        return index_progress(self._session.err, quiet=self._session.quiet)

    def asking(self, dataset: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        what = f"questions of {one_line(dataset)}"
        return count_progress(self._session.err, what, total, quiet=self._session.quiet)
