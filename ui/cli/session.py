"""The options that every command shares, and what follows from them: consoles, settings, an open service.

Imports nothing of Quaere's lower layers before a command asks for it, so that help and usage errors come at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from components.foreign_text import harmless, one_line, to_json

if TYPE_CHECKING:
    from pipelines.service import QAService
    from pipelines.settings import Settings
    from ui.cli.remote import RemoteService

DAMAGED = 1
"""Exit code: the data folder is not what was written."""
NO_ANSWER = 3
"""Exit code: the documents do not hold the answer."""
SOME_FAILED = 4
"""Exit code: some files, or some questions of a batch, failed."""
INTERRUPTED = 130
"""Exit code: Ctrl-C."""
PIPE_CLOSED = 141
"""Exit code: the reader of the output went away."""

_WIDTH_OF_A_PIPE = 120


class _PipeAwareConsole(Console):
    """Leaves a closed pipe to the program's own handler instead of ending the process."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console_for(*, stderr: bool = False) -> Console:
    """A console without markup and emoji codes; colours only on a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_A_PIPE
    return _PipeAwareConsole(stderr=stderr, markup=False, emoji=False, highlight=False, width=width)


@dataclass
class Session:
    """One run of the program.

    Args:
        overrides: settings given as flags, by name; they beat all others.
        config: a settings file in place of ``quaere.toml``.
        quiet: no progress, no remarks.
        verbose: more remarks.
        debug: errors with their traceback.
    """

    overrides: dict[str, Any] = field(default_factory=dict)
    config: Path | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False

    def __post_init__(self) -> None:
        self.out = console_for()
        self.err = console_for(stderr=True)

    def settings(self, defaults: Mapping[str, Any] | None = None) -> Settings:
        """The settings in force.

        Args:
            defaults: a command's own values by the setting's name; a flag beats them, environment and file do not.
        """
        from pipelines.settings import Settings

        return Settings.load({**(defaults or {}), **self.overrides}, file=self.config)

    @contextmanager
    def service(self, purpose: str, settings: Settings | None = None, *, writable: bool = False) -> Iterator[QAService]:
        """An open service of this process, closed at the end whatever happens.

        Args:
            purpose: what the command does, for a second process that wants the same data folder.
            settings: what is in force; None for :meth:`settings`.
            writable: make the data folder where there is none.
        """
        from pipelines.service import QAService

        chosen = self.settings() if settings is None else settings
        with QAService(chosen, purpose=f"quaere {purpose}", on_message=self.remark).open(writable=writable) as service:
            yield service

    @contextmanager
    def shared_service(self, purpose: str, *, writable: bool = False) -> Iterator[QAService | RemoteService]:
        """The same, through the process that serves the folder where one does."""
        from components.stores.folder_lock import FolderInUse

        with ExitStack() as held:
            try:
                found: QAService | RemoteService = held.enter_context(self.service(purpose, writable=writable))
            except FolderInUse as error:
                if not {"url", "token"} <= error.holder.keys():
                    raise
                from ui.cli.remote import RemoteService

                found = RemoteService(error.holder["url"], error.holder["token"])
            yield found

    def remark(self, text: str) -> None:
        """Say something on stderr, unless told to be quiet."""
        if not self.quiet:
            self.err.print(harmless(text), style="dim", soft_wrap=True)

    def error(self, message: str) -> None:
        """Say on stderr what went wrong, in one line that quotes nothing a terminal would obey."""
        self.err.print(Text.assemble(("Error: ", "bold red"), one_line(message)), soft_wrap=True)

    def write_json(self, value: Any, *, indent: int | None = 2) -> None:
        """Write JSON to stdout as it is, never wrapped or coloured."""
        sys.stdout.write(to_json(value, indent=indent) + "\n")
        sys.stdout.flush()


def session_of(ctx: typer.Context) -> Session:
    """The session of the running command."""
    session = ctx.find_object(Session)
    if session is None:
        raise RuntimeError("a command was called outside the program; start it through ui.cli.program.app")
    return session
