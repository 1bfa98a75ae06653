"""The pages' own scripts and styles.

Each script is a function of what they share, which is ``window.quaere``; a page runs those it needs, in order.
"""

from pathlib import Path

_FOLDER = Path(__file__).parent

ASKING = ("common", "dialog", "correcting", "viewer", "picker", "judging", "page")
"""Scripts of the page that asks."""

DOCUMENTS = ("common", "dialog", "viewer", "uploads", "sending", "editing", "library")
"""Scripts of the page with the documents."""


def script(names: tuple[str, ...]) -> str:
    """These scripts as one function, which runs them."""
    parts = ",\n".join((_FOLDER / f"{name}.js").read_text("utf-8").strip() for name in names)
    return f"() => {{\n  window.quaere = {{}};\n  for (const part of [\n{parts}\n]) part(window.quaere);\n}}"


def style(names: tuple[str, ...]) -> str:
    """These styles, one after another."""
    return "\n".join((_FOLDER / f"{name}.css").read_text("utf-8") for name in names)
