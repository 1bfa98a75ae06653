"""``quaere keys``: who may use the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from components.foreign_text import one_line
from ui.cli.commands.options import AsJson, Groups, split_groups
from ui.cli.session import Session, session_of

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from service.keys import KeyRing, LastKey

app = typer.Typer(help="Make, list or delete the keys of the service.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people call the key.")]


@app.command("make")
def make_key(
    ctx: typer.Context,
    name: Name,
    roles: Annotated[
        list[str] | None,
        typer.Option(
            "--role", metavar="ROLE", help="read (the default), write, admin or impersonate; may be repeated."
        ),
    ] = None,
    groups: Groups = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show its secret, this once."""
    session = session_of(ctx)
    with _keys(session) as keys:
        key, secret = keys.make(name, roles if roles is not None else ["read"], split_groups(groups))
    if as_json:
        session.write_json(key.to_dict() | {"secret": secret})
        return
    session.remark(f"Key {key.name!r}, roles {', '.join(key.roles)}. Keep it now: it is not shown again.")
    session.out.print(secret, soft_wrap=True)


@app.command("list")
def list_keys(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the keys; their secrets are not kept."""
    session = session_of(ctx)
    with _keys(session) as keys:
        found = keys.keys()
    if as_json:
        session.write_json({"keys": [key.to_dict() for key in found]})
        return
    table = Table("Name", "Roles", "Groups", "Made", "Id", box=None, pad_edge=False)
    for key in found:
        table.add_row(
            one_line(key.name), ", ".join(key.roles), one_line(", ".join(key.groups)), key.created_at, key.key_id
        )
    session.out.print(table)


@app.command("delete")
def delete_key(
    ctx: typer.Context,
    name: Name,
    even_last: Annotated[
        bool,
        typer.Option("--even-last", help="Also the last key of a shared database, where no server needs it any more."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a key; whoever uses it is turned away from then on, also in the browser.

    The last key stays as long as something serves the data folder: without any, nobody would be let in.
    """
    from service.keys import LastKey

    session = session_of(ctx)
    with _keys(session) as keys:
        try:
            key = keys.delete(name, even_last=False)
        except LastKey as error:
            with _unserved(session.settings(), error, sure=even_last):
                key = keys.delete(name)
    if as_json:
        session.write_json({"deleted": key.to_dict()})
    else:
        session.out.print(f"{one_line(key.name)} deleted")


@contextmanager
def _unserved(settings: Settings, error: LastKey, *, sure: bool) -> Iterator[None]:
    """Nothing serves the data folder, or begins to, while the block runs.

    A shared database does not tell who serves it: there, whoever deletes the last key says that nothing does.
    """
    from components.stores.folder_lock import FolderInUse, FolderLock
    from service.keys import LastKey

    if settings.database.url is not None:
        if not sure:
            raise LastKey(
                f"{error}, and servers that share this database may run; make another one first, or stop them and "
                "give --even-last"
            ) from error
        yield
        return
    try:
        with FolderLock(settings.data, purpose="quaere keys delete"):
            yield
    except FolderInUse as in_use:
        raise LastKey(f"{error}; make another one first, or stop what may need it. {in_use}") from in_use


@contextmanager
def _keys(session: Session) -> Iterator[KeyRing]:
    """The keys of the data folder, which a running service may hold meanwhile."""
    from components.private_files import make_private
    from service.database.connection import ServiceDatabase, database_location
    from service.keys import KeyRing

    settings = session.settings()
    make_private(settings.data)
    with ServiceDatabase(database_location(settings)) as database:
        yield KeyRing(database)
