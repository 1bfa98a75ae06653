"""``quaere pipeline``: the definition of a pipeline as Haystack YAML or as Mermaid text."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.session import session_of


class PipelineName(StrEnum):
    """The pipelines that can be shown."""

    asking = "asking"
    reading = "reading"
    indexing = "indexing"


def pipeline(
    ctx: typer.Context,
    name: Annotated[PipelineName, typer.Argument(help="Which pipeline.")] = PipelineName.asking,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="Mermaid text instead of YAML.")] = False,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")] = None,
) -> None:
    """Write the definition of a pipeline; nothing leaves this machine."""
    from ui.cli.views.diagram import mermaid

    session = session_of(ctx)
    with session.service("pipeline") as service:
        chosen = service.pipelines()[name.value]
        text = mermaid(chosen) if as_mermaid else chosen.dumps()
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, "utf-8")
