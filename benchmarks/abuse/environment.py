"""The environment of every process that an attack starts."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_KEPT = ("QUAERE_CACHE",)


def environment() -> dict[str, str]:
    """This process's without any setting of Quaere but the cache; the checkout's own code is run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUAERE_") or name in _KEPT}
    # The page framework makes a folder of its own; below the folder that the process stands in, it goes with that.
    own = {"GRADIO_TEMP_DIR": "page-framework"}
    return kept | own | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"}
