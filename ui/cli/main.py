"""The entry of ``quaere``: makes sure that ``import components`` will find our package, then runs the program.

Our packages have ordinary names, so a project on ``PYTHONPATH`` may hold folders called the same. Nothing is imported
to find out. Knows only where ``ui`` itself lies: the others must lie beside it.
"""

import ast
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("components", "pipelines", "service", "evaluation", "training", "models")
"""The top-level packages that Quaere imports besides ``ui``."""

OWNER = "quaere"
"""What ``components/__init__.py`` says about itself."""


class ForeignPackageError(RuntimeError):
    """A folder of somebody else's would be imported in place of one of our packages."""


def check_packages(names: Iterable[str] = PACKAGES) -> None:
    """Make sure that each name leads to our own package.

    Raises:
        ForeignPackageError: one does not; the message names the path that was found and the one that was expected.
    """
    root = Path(__file__).resolve().parents[2]
    for name in names:
        found = _folder_of(name)
        expected = root / name
        if found is None:
            raise ForeignPackageError(f"Quaere's package {name!r} is not at {expected}; install Quaere again")
        if found != expected:
            raise ForeignPackageError(
                f"the folder {found} hides Quaere's own package {name!r} at {expected}; rename it, or take "
                f"{found.parent} out of PYTHONPATH, then start again"
            )
    if "components" in names and _owner(root / "components" / "__init__.py") != OWNER:
        raise ForeignPackageError(
            f"{root / 'components'} belongs to another program that was installed over Quaere; "
            "install Quaere into an environment of its own"
        )


def _folder_of(name: str) -> Path | None:
    """The folder that ``import name`` would take, without importing it."""
    module = sys.modules.get(name)
    spec = module.__spec__ if module is not None else importlib.util.find_spec(name)
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    if places:
        return Path(places[0]).resolve()
    return None if spec.origin is None else Path(spec.origin).resolve()


def _owner(file: Path) -> str | None:
    """The value of ``OWNER`` in a source file, read without running it."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "OWNER" for to in node.targets):
            return str(ast.literal_eval(node.value)) if isinstance(node.value, ast.Constant) else None
    return None


def main() -> None:
    """Run the program; the entry point of the ``quaere`` script."""
    try:
        check_packages()
    except ForeignPackageError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(1)
    # Not before: this is what may come from somewhere else.
    from ui.cli import program

    program.run()


if __name__ == "__main__":
    main()
