"""The process that ``confined`` starts: a request as JSON on its input, a reply as JSON on its output, and its end.

Run by its path, so that only what one format needs is imported: ``components`` itself would bring Haystack in.
"""

import importlib
import json
import os
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_NO_ROOM = ("failed to map segment", "annot allocate memory")
"""How a library that the memory left has no room for fails to be imported."""


def main() -> None:
    """Answer one request."""
    out = _take_output()
    request = json.loads(sys.stdin.buffer.read())
    _limit(request["memory_bytes"], request["seconds"])
    reply = _reply(request)
    with os.fdopen(out, "wb") as target:
        target.write(reply)
    os._exit(0)  # at once: what parsers do when they are torn down may crash, and nothing is left to be saved


def _take_output() -> int:
    """Keep the pipe for the reply, and let what libraries print go nowhere."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return kept


def _limit(memory_bytes: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows, where the parent limits the time alone
        return
    # The processor's time counts too: it ends this process even if the parent was killed.
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_CORE: 0,  # no copy of a stranger's document on the disk
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_AS: memory_bytes,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # Only the soft limit: beyond it the system says why it ends a process, at the hard one it just kills.
        try:
            resource.setrlimit(kind, (limit, hard))
        except (OSError, ValueError):
            if kind != resource.RLIMIT_AS:  # which macOS refuses
                raise


def _reply(request: Mapping[str, Any]) -> bytes:
    try:
        function = _find(request["function"], request["import_from"])
        from components.errors import LoadingError

        path = Path(os.fsdecode(bytes.fromhex(request["path"])))
        try:
            made = function(path, **request["arguments"])
            return _packed({"made": made.to_dict() if hasattr(made, "to_dict") else made})
        except LoadingError as error:
            if not isinstance(error.__cause__, MemoryError):
                return _packed({"reason": error.reason})
    except ImportError as error:
        if not any(sign in str(error) for sign in _NO_ROOM):
            return _packed({"missing": str(error)})
    except MemoryError:
        pass
    return _packed({"memory": True})


def _find(name: str, import_from: list[str]) -> Callable[..., Any]:
    sys.path[:] = import_from
    folder = Path(__file__).resolve().parent.parent
    package = types.ModuleType(folder.name)
    package.__path__ = [str(folder)]
    sys.modules[folder.name] = package
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _packed(reply: Mapping[str, Any]) -> bytes:
    return json.dumps(reply).encode("ascii")


if __name__ == "__main__":
    main()
