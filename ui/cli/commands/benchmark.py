"""``quaere benchmark``: the command of the folder ``benchmarks/``, which only the source holds."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

_ROOT = Path(__file__).resolve().parents[3]


def benchmark_command(root: Path = _ROOT) -> Callable[..., Any]:
    """The command of the folder where it is present; else one that says how to get it."""
    if not (root / "benchmarks" / "command.py").is_file():
        return benchmark
    _make_importable(root)
    found: Callable[..., Any] = importlib.import_module("benchmarks.command").benchmark
    return found


def _make_importable(root: Path) -> None:
    """Let ``benchmarks`` be our folder, whatever other packages have put beside them under that common name."""
    folder = root / "benchmarks"
    present = sys.modules.get("benchmarks")
    if present is not None and str(folder) in map(str, present.__path__):
        return
    spec = importlib.util.spec_from_file_location(
        "benchmarks", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    sys.modules["benchmarks"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["benchmarks"])


def benchmark(
    words: Annotated[list[str] | None, typer.Argument(metavar="[peers|growth] FILE", help="What to measure.")] = None,
) -> None:
    """Measure speed, memory and quality. Needs a checkout of the source, as the package leaves `benchmarks/` out."""
    from components.errors import ConfigurationError

    raise ConfigurationError(
        "the benchmarks are part of Quaere's source, and this package was installed without them; clone the "
        "repository, install it there with pip install -e '.[benchmark]', and run the command again from there"
    )
