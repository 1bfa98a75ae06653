"""Where the sample knowledge base lies: beside our packages.

It is found by path and never imported, since other packages install a module called ``examples`` too.
"""

from pathlib import Path


def knowledge_base() -> Path:
    """The folder of the sample knowledge base, to be indexed like any folder of a user."""
    return Path(__file__).resolve().parents[2] / "examples" / "knowledge_base"
