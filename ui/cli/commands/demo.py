"""``quaere demo``: the sample knowledge base, indexed and asked, in a data folder of its own."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import typer
from rich.rule import Rule
from rich.text import Text

from ui.cli.session import Session, session_of
from ui.cli.views.progress import index_progress
from ui.cli.views.replies import reply_view
from ui.cli.views.reports import index_report_view


def knowledge_base() -> Path:
    """The folder of the sample knowledge base, to be indexed like any folder of a user.

    It lies beside our packages and is found by path, as other packages install a module called ``examples`` too.
    """
    return Path(__file__).resolve().parents[3] / "examples" / "knowledge_base"


def demo(ctx: typer.Context) -> None:
    """Index the sample knowledge base and ask it three questions, one of which it cannot answer."""
    from components.models.checkpoints import cache_folder

    session = session_of(ctx)
    cache = cache_folder(session.settings().cache)
    documents = knowledge_base()
    settings = session.settings({"data": cache / "demo", "search.synonyms": documents / "synonyms.toml"})
    questions = tomllib.loads((documents.parent / "demo.toml").read_text("utf-8"))["questions"]
    session.remark(f"Indexing the sample knowledge base in {documents}")
    session.remark("(the first time, the models are prepared for this machine; this takes up to a minute)")
    with session.service("demo", settings, writable=True) as service:
        with index_progress(session.err, quiet=session.quiet) as tell:
            report = service.index([str(documents)], on_progress=tell)
        session.out.print(index_report_view(report))
        for question in questions:
            session.out.print()
            session.out.print(Rule(Text(question, style="bold"), align="left"))
            session.out.print(reply_view(service.ask(question), marks=not session.out.color_system, stages=True))
    _say_what_next(session, settings.data)


def _say_what_next(session: Session, data: Path) -> None:
    line = Text().append("\nTry next:\n", style="bold")
    for command, why in (
        (f"quaere --data {shlex.quote(str(data))} ask", "ask these documents more"),
        ("quaere index PATH", "index a folder of yours"),
        ('quaere ask "..."', "ask it"),
        ("quaere serve", "ask it in the browser"),
    ):
        line.append(f"  {command}", style="cyan")
        line.append(f"   {why}\n", style="dim")
    session.out.print(line, soft_wrap=True)
