"""The sample knowledge base and its questions, shipped as package data."""

from importlib.resources import files
from pathlib import Path


def folder() -> Path:
    """The folder of the sample knowledge base, to be indexed like any folder of a user."""
    return Path(str(files(__name__))) / "knowledge_base"
