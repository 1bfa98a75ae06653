"""What a figure depends on: date, commit, machine, versions, and the checksums of the data."""

import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from evaluation.data.files import sha256

_PACKAGES = ("haystack-ai", "openvino", "qdrant-edge-py", "tokenizers", "torch", "transformers", "numpy")
_ROOT = Path(__file__).resolve().parent.parent


def provenance(data: Iterable[Path]) -> dict[str, Any]:
    """All of it as plain JSON; ``data`` are the files that were measured on."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {"python": platform.python_version()} | _versions(),
        "data": {path.name: sha256(path) for path in data},
    }


@cache
def commit() -> str | None:
    """The checkout's commit when it was first asked for, with "+" where files differ; None outside a checkout."""
    found = _git("rev-parse", "HEAD")
    if found is None:
        return None
    return f"{found}+" if _git("status", "--porcelain", "--untracked-files=no") else found


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _git(*arguments: str) -> str | None:
    try:
        run = subprocess.run(
            ["git", *arguments], cwd=_ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError:
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
