"""How the product is built, in figures: ``python -m tests.house`` prints them with what each must not exceed."""

import ast
import graphlib
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("components", "pipelines", "service", "evaluation", "training", "ui", "benchmarks")
"""Each may import those before it."""

NOT_INSTALLED = ("benchmarks",)
"""Layers that are no part of the wheel, and not counted as product."""

FEW_LINES = 40


def modules() -> dict[str, Path]:
    """Every module of the layers by its full name."""
    paths = {}
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths


MODULES = modules()
TREES = {name: ast.parse(path.read_bytes()) for name, path in MODULES.items()}


def imported(name: str) -> set[str]:
    """Full names of what a module imports anywhere in it; of ours, the module and not the name inside it."""
    names = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                names.add(full if full in MODULES else str(node.module))
    return names


def ours(names: set[str]) -> set[str]:
    """Those that are modules of the layers."""
    return {name for name in names if name.split(".")[0] in LAYERS}


def floors() -> dict[str, int]:
    """The packages of ``components`` and the modules beside them, each one above the highest that it imports.

    Raises:
        graphlib.CycleError: two of them need each other.
    """
    needed: dict[str, set[str]] = {}
    for name in MODULES:
        if name.startswith("components."):
            package = name.split(".")[1]
            others = {each.split(".")[1] for each in ours(imported(name)) if each.startswith("components.")}
            needed.setdefault(package, set()).update(others - {package})
    heights: dict[str, int] = {}
    for package in graphlib.TopologicalSorter(needed).static_order():
        heights[package] = 1 + max((heights[other] for other in needed.get(package, ())), default=0)
    return heights


def product() -> dict[str, Path]:
    """The modules of the product: all but those that no wheel holds."""
    top = {path.stem: path for path in (ROOT / "quaere.py", *sorted((ROOT / "models").glob("*.py")))}
    return {name: path for name, path in MODULES.items() if name.split(".")[0] not in NOT_INSTALLED} | top


def nodes() -> Iterator[ast.AST]:
    """All that the modules of the product are written of."""
    for path in product().values():
        yield from ast.walk(ast.parse(path.read_bytes()))


def repeated_classes() -> dict[str, int]:
    """Names of classes that stand in several places of the product, and in how many."""
    counts = Counter(node.name for node in nodes() if isinstance(node, ast.ClassDef))
    return {name: count for name, count in sorted(counts.items()) if count > 1}


def lines_of(path: Path) -> int:
    """How long a file is."""
    return len(path.read_text("utf-8").splitlines())


def short_files() -> list[str]:
    """Files of few lines, which may hide the story; a package's ``__init__`` is no story."""
    return [
        path.relative_to(ROOT).as_posix()
        for path in product().values()
        if path.name != "__init__.py" and lines_of(path) < FEW_LINES
    ]


def function_lengths() -> Iterator[int]:
    """Lines of every function of the product, its docstring among them."""
    for node in nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield node.end_lineno - node.lineno + 1


@dataclass(frozen=True, slots=True)
class HouseFigure:
    """One figure, what it is wanted to be, and what it must not exceed until then."""

    name: str
    value: float
    goal: float
    limit: float
    """Only ever lowered: it is the goal where that is reached."""

    def __str__(self) -> str:
        state = "reached" if self.value <= self.goal else f"goal {self.goal:,g}, not reached; at most {self.limit:,g}"
        return f"{self.name:<48}{self.value:>10,g}   {state}"


def figures() -> list[HouseFigure]:
    """All of them as they are now."""
    return [
        HouseFigure("floors of imports in components/", max(floors().values()), 6, 6),
        HouseFigure("names of classes that occur more than once", len(repeated_classes()), 0, 10),
        HouseFigure(f"files of fewer than {FEW_LINES} lines", len(short_files()), 25, 29),
        HouseFigure("lines of product code", sum(map(lines_of, product().values())), 36_000, 55_900),
        HouseFigure("median lines of a function", statistics.median(function_lengths()), 8, 8),
    ]


def main() -> None:
    """Print the figures, and the names of what is still too much."""
    for figure in figures():
        sys.stdout.write(f"{figure}\n")
    for heading, names in (("classes", repeated_classes()), ("short files", short_files())):
        sys.stdout.write(f"\n{heading}: {', '.join(names) or 'none'}\n")


if __name__ == "__main__":
    main()
