"""``quaere ask``: one question, a prompt for many, or a file of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.batch import answer_lines, read_lines
from ui.cli.commands.options import AsJson, Groups, split_groups
from ui.cli.session import NO_ANSWER, SOME_FAILED, Session, session_of
from ui.cli.views.progress import count_progress
from ui.cli.views.replies import evidence_table, explain_table, reply_view

if TYPE_CHECKING:
    from components.types import Reply
    from pipelines.service import QAService
    from ui.cli.remote import RemoteService

_LEAVE = frozenset({"/quit", "/exit", "/q"})


@dataclass(frozen=True)
class _Asking:
    """How questions are put and their replies shown."""

    session: Session
    options: dict[str, Any]
    as_json: bool
    explain: bool

    def show(self, reply: Reply, *, indent: int | None = 2) -> None:
        if self.as_json:
            self.session.write_json(reply.to_dict(), indent=indent)
            return
        out = self.session.out
        if self.explain:
            out.print(explain_table(reply.passages))
            if reply.answers:
                out.print(evidence_table(reply.answers))
        out.print(reply_view(reply, marks=not out.color_system, stages=self.explain or self.session.verbose))


def ask(
    ctx: typer.Context,
    question: Annotated[
        str | None, typer.Argument(help="The question; '-' reads it from stdin; without one, a prompt opens.")
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Answers at most.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Least confidence; 0 gives the best answer however unsure."),
    ] = None,
    filter_text: Annotated[
        str | None,
        typer.Option("--filter", metavar="EXPR", help="Such as: language = en and updated_at >= 2025-01-01"),
    ] = None,
    groups: Groups = None,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show every candidate with its scores.")] = False,
    batch: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='JSON Lines of {"id", "question"}; one reply a line. "-" is stdin.'),
    ] = None,
) -> None:
    """Ask the indexed documents.

    Exit code 0: answered; 3: the documents do not hold the answer; 4: some lines of a batch failed.
    """
    if question is not None and batch is not None:
        raise typer.BadParameter("give either a question or --batch FILE")
    names = split_groups(groups)
    lines = None if batch is None else read_lines(_batch_file(batch))
    session = session_of(ctx)
    options: dict[str, Any] = {"top": top, "threshold": threshold, "groups": names, "explain": explain}
    if filter_text is not None:
        from components.query.filters.syntax import parse_filter

        options["filters"] = parse_filter(filter_text)
    asking = _Asking(session, options, as_json, explain)
    with session.shared_service("ask") as service:
        if lines is not None:
            raise typer.Exit(_ask_batch(service, asking, lines))
        if question is None:
            _converse(service, asking)
            return
        reply = service.ask(sys.stdin.read() if question == "-" else question, **options)
    asking.show(reply)
    raise typer.Exit(0 if reply.answers else NO_ANSWER)


def _batch_file(name: str) -> list[bytes]:
    if name == "-":
        return sys.stdin.buffer.readlines()
    try:
        return Path(name).read_bytes().splitlines()
    except OSError as error:
        raise typer.BadParameter(f"--batch {name}: {error.strerror}; name a file of JSON Lines") from error


def _ask_batch(service: QAService | RemoteService, asking: _Asking, lines: Sequence[Any]) -> int:
    from components.errors import QuaereError

    def put(questions: Sequence[str]) -> list[Reply]:
        return service.ask_batch(list(questions), **asking.options)

    # What is wrong with the index or the models is no fault of any one line.
    service.prepare()
    failed = 0
    session = asking.session
    with count_progress(session.err, "questions", len(lines), quiet=session.quiet) as tell:
        for done, outcome in enumerate(answer_lines(lines, put, QuaereError), 1):
            failed += "error" in outcome
            session.write_json(outcome, indent=None)
            tell(done)
    return SOME_FAILED if failed else 0


def _converse(service: QAService | RemoteService, asking: _Asking) -> None:
    """Ask and answer until the end of input or ``/quit``; a refused question does not end it."""
    from components.errors import QuaereError

    read = _prompt(asking.session, service)
    while True:
        question = read()
        if question is None or question.strip() in _LEAVE:
            return
        if not question.strip():
            continue
        try:
            reply = service.ask(question, **asking.options)
        except QuaereError as error:
            asking.session.error(str(error))
            continue
        asking.show(reply, indent=None)


def _prompt(session: Session, service: QAService | RemoteService) -> Callable[[], str | None]:
    """Reads a line; None at the end of input. On a terminal with a prompt, editing and a history."""
    service.prepare()
    if not sys.stdin.isatty():
        return lambda: sys.stdin.readline() or None
    # Gives input() its editing keys and a history of this run; nothing is written to disk.
    import readline  # noqa: F401

    status = service.status()
    session.remark(f"{status.passages} passages from {status.sources} sources. Ctrl-D or /quit leaves.")

    def read() -> str | None:
        try:
            return input("Question: ")
        except EOFError:
            session.err.print()
            return None

    return read
