"""``quaere benchmark``: speed, memory and quality beside stock components, with growth, and of a running service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.session import Session, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from benchmarks.speed.systems import System

Tell = Callable[[str, int, int], None]


class What(StrEnum):
    """What can be measured."""

    peers = "peers"
    growth = "growth"


def benchmark(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[peers|growth] FILE",
            help="Labelled questions (SQuAD; for --url also .jsonl or .txt), asked beside stock Haystack components "
            "and BM25 (peers, the default), or of a growing index.",
        ),
    ],
    passages: Annotated[
        list[Path] | None,
        typer.Option("--passages", metavar="FILE", help="Passages that answer nothing; may be given again."),
    ] = None,
    questions: Annotated[
        int | None,
        typer.Option(min=1, help="Questions for each number of clients (1000), or for each size of an index (200)."),
    ] = None,
    systems: Annotated[
        str | None, typer.Option(metavar="A,B", help="Which systems; default: all, or for growth quaere-default,stock.")
    ] = None,
    clients: Annotated[str, typer.Option(metavar="N,N", help="Numbers of clients beside each other.")] = "1,4,16",
    sizes: Annotated[
        str | None, typer.Option(metavar="N,N", help="Passages in a growing index; default: 5,000 to 200,000.")
    ] = None,
    index_rounds: Annotated[int, typer.Option(min=1, help="How often each index is made.")] = 3,
    seed: Annotated[int, typer.Option(help="Of the sample of questions.")] = 0,
    work: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For indexes and vectors; default: in the cache.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Put this running service under load instead.")] = None,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Holds the service's key, which needs the role read.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Of each number of clients of --url at most.")] = 20.0,
    most_clients: Annotated[int, typer.Option(min=1, help="Of --url at most.")] = 128,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Where the figures go, part by part.")
    ] = None,
) -> None:
    """Measure speed, memory and quality, side by side on the same passages, questions and weights.

    The peers need the extra packages `benchmark`. Let nothing else run on the machine meanwhile. With --json, a
    run that was stopped goes on behind the last part that it finished when it is given again.
    """
    session = session_of(ctx)
    what, file = _what_and_file(words)
    if url is None and key_file is not None:
        raise typer.BadParameter("--key-file is for --url")
    if url is not None and what is not None:
        raise typer.BadParameter(f"--url measures a service, which is neither peers nor growth; leave {what} out")
    with _told(session, json_file) as tell:
        if url is not None:
            limits = {"seconds": seconds, "most_clients": most_clients} | _given(count=questions)
            view = _load(url, file, key_file, json_file, tell, seed=seed, **limits)
        else:
            plan = {"questions": file, "others": tuple(passages or ()), "seed": seed} | _given(count=questions)
            if what is What.growth:
                plan |= _given(sizes=None if sizes is None else _numbers(sizes, "--sizes"))
                view = _growth(session, systems, work, json_file, tell, **plan)
            else:
                plan |= {"clients": _numbers(clients, "--clients"), "index_rounds": index_rounds}
                view = _peers(session, systems, work, json_file, tell, **plan)
    session.out.print(view)


def _what_and_file(words: list[str]) -> tuple[What | None, Path]:
    what = What(words[0]) if words[0] in list(What) else None
    files = words if what is None else words[1:]
    if len(files) != 1:
        raise typer.BadParameter(f"one file of questions is needed, not {len(files)}; others go with --passages")
    return what, Path(files[0])


def _peers(
    session: Session, names: str | None, work: Path | None, json_file: Path | None, tell: Tell, **plan: Any
) -> RenderableType:
    from benchmarks.speed.peers import run_peers
    from benchmarks.speed.plan import PeersPlan
    from benchmarks.speed.tables import error_lines, peers_view

    settings = session.settings()
    made = PeersPlan(settings=settings, systems=_systems(names), folder=_folder(settings, work) / "peers", **plan)
    report = run_peers(made, json_file, tell)
    for line in error_lines(report):
        session.error(line)
    return peers_view(report)


def _growth(
    session: Session, names: str | None, work: Path | None, json_file: Path | None, tell: Tell, **plan: Any
) -> RenderableType:
    from benchmarks.speed.growth import GrowthPlan, run_growth
    from benchmarks.speed.tables import growth_view

    settings = session.settings()
    folder = _folder(settings, work)
    made = GrowthPlan(
        settings=settings,
        systems=_systems(names if names is not None else "quaere-default,stock"),
        folder=folder / "growth",
        vectors=folder / "vectors",
        **plan,
    )
    return growth_view(run_growth(made, json_file, tell))


def _load(
    url: str, file: Path, key_file: Path | None, json_file: Path | None, tell: Tell, *, seed: int, **limits: Any
) -> RenderableType:
    from benchmarks.speed.load import LoadPlan, run_load
    from benchmarks.speed.questions import read_load_questions
    from benchmarks.speed.tables import load_view

    questions = read_load_questions(file, seed)
    plan = LoadPlan(url, questions, file, None if key_file is None else _key(key_file), **limits)
    return load_view(run_load(plan, json_file, tell))


def _systems(names: str | None) -> tuple[System, ...]:
    from benchmarks.speed.systems import chosen_systems

    return chosen_systems(None if names is None else [name.strip() for name in names.split(",") if name.strip()])


def _folder(settings: Any, work: Path | None) -> Path:
    from components.models.checkpoints import cache_folder

    return work if work is not None else cache_folder(settings.cache) / "benchmark"


def _key(file: Path) -> str:
    from components.errors import InputError

    try:
        key = file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise InputError(f"{file}, which holds the key, cannot be read: {error}") from error
    if not key.isascii() or not key or any(character.isspace() for character in key):
        raise InputError(f"{file} holds no key; put there what `quaere keys make` showed, and nothing else")
    return key


def _numbers(text: str, option: str) -> tuple[int, ...]:
    parts = [part.strip().replace("_", "") for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"{option} {text}: give whole numbers above 0, separated by commas")
    return tuple(map(int, parts))


def _given(**options: Any) -> dict[str, Any]:
    """The options that were given; the others keep the defaults of the plan."""
    return {name: value for name, value in options.items() if value is not None}


@contextmanager
def _told(session: Session, json_file: Path | None) -> Iterator[Tell]:
    """Shows how far it is: a bar on a terminal, a line for every new step elsewhere; and says what a stop leaves."""
    from rich.progress import Progress

    last = ""
    with Progress(console=session.err, transient=True, disable=session.quiet or not session.err.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(step: str, done: int, total: int) -> None:
            nonlocal last
            bar.update(task, description=step, completed=done, total=total)
            if step != last and bar.disable:
                session.remark(step)
            last = step

        try:
            yield tell
        except KeyboardInterrupt:
            kept = "nothing is kept without --json" if json_file is None else f"what was finished is in {json_file}"
            session.remark(f"interrupted; {kept}")
            raise
