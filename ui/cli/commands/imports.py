"""``quaere import``: exports of a help desk into the index, again only what has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ui.cli.commands.crawl import indexed, tell
from ui.cli.commands.options import AsJson, Groups, indexed_fields
from ui.cli.session import session_of
from ui.cli.views.progress import fetch_progress


def import_(
    ctx: typer.Context,
    desk: Annotated[
        Literal["zendesk", "freshdesk", "intercom", "chatwoot"],
        typer.Argument(metavar="zendesk|freshdesk|intercom|chatwoot", help="Whose export it is."),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="JSON, JSON Lines or CSV files."),
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What these documents are called; default: the help desk.")
    ] = None,
    keep_personal_data: Annotated[
        bool, typer.Option("--keep-personal-data", help="Keep e-mail addresses and phone numbers in tickets.")
    ] = False,
    meta: Annotated[
        list[str] | None, typer.Option("--meta", metavar="NAME=VALUE", help="A metadata field of every document.")
    ] = None,
    groups: Groups = None,
    force: Annotated[bool, typer.Option("--force", help="Delete documents that are gone, however many.")] = False,
    as_json: AsJson = False,
) -> None:
    """Index exports of a help desk: tickets as questions with their replies, articles as documents.

    Of a ticket, only the question and the first good public reply are kept; private notes never are. E-mail addresses
    and phone numbers in tickets are masked. A second import indexes only what has changed.
    Exit code 4: some records failed; the others are indexed.
    """
    from service.external.documents import ExternalDocuments
    from service.external.importing import DeskImport
    from service.external.indexing import report_of

    session, fields = session_of(ctx), indexed_fields(meta, groups)
    documents = ExternalDocuments(session.settings().data, desk if name is None else name)
    with documents.opened() as log:
        with fetch_progress(session.err, quiet=session.quiet) as progress:
            importing = DeskImport(desk, documents, log, keep_personal_data=keep_personal_data, tell=progress)
            resumed = importing.run(files, fields)
        report = report_of(documents, log, (), resumed=resumed)
        report = indexed(session, "import", documents, log, report, force)
    tell(session, report, as_json)
