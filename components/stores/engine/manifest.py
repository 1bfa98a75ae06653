"""What an index was built with, kept beside its points and compared when it is opened.

Names and values are strings. It does not know what the settings behind them do, only that passages and
questions are comparable no longer when one of them differs.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.errors import ConfigurationError, StoreError

FORMAT = "1"
"""Version of the payload's layout; a store with another cannot be read."""


def make_manifest(dimension: int, fingerprint: Mapping[str, str] | None) -> dict[str, str]:
    """The manifest of a store with these settings."""
    return {"format": FORMAT, "dimension": str(dimension), **(fingerprint or {})}


def check_manifest(stored: Mapping[str, str], wanted: Mapping[str, str], place: str) -> None:
    """Refuse an index that was built with other settings than those in force.

    Raises:
        ConfigurationError: with every name that differs and both its values.
    """
    differing = [
        f"{name}: the index has {stored.get(name)!r}, the settings say {value!r}"
        for name, value in wanted.items()
        if stored.get(name) != value
    ]
    if differing:
        raise ConfigurationError(
            f"The index in {place} was built with other settings ({'; '.join(differing)}); "
            "set them as they were, or run `quaere rebuild`."
        )


def read_manifest(path: Path) -> dict[str, str] | None:
    """The manifest in this file, or None where there is no such file.

    Raises:
        StoreError: the file is damaged.
        OSError: it cannot be read.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StoreError(
            f"The index's manifest {path} is damaged ({error}); run `quaere rebuild` or `quaere restore`."
        ) from error
    if not isinstance(content, dict):
        raise StoreError(f"The index's manifest {path} is damaged; run `quaere rebuild` or `quaere restore`.")
    return content


def as_json(content: Any) -> str:
    """What these files hold."""
    return json.dumps(content, indent=2, sort_keys=True)
