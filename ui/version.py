"""Which version of this program is installed."""

from importlib import metadata


def version() -> str:
    """The version's number; in a checkout that is not installed, words that say so."""
    try:
        return metadata.version("quaere")
    except metadata.PackageNotFoundError:
        return "(not installed)"
