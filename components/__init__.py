"""The stages of Quaere, one per file; nothing here knows the pipeline it stands in.

The component contract (checked for every component by ``tests/test_contract.py``):

* ``__init__`` stores its parameters under their own names and touches neither disk nor network.
* ``warm_up`` loads what is needed; a second call is free.
* ``run`` returns a dict of its declared outputs, never changes its inputs, and turns empty input into
  empty output. It calls ``warm_up`` itself, so that a component also works outside a pipeline.
* ``from_dict(to_dict(x))`` gives a component with every ``__init__`` parameter of ``x``.
* Sockets carry Haystack's own types (``str``, ``list[Document]``, ``list[ExtractedAnswer]``), so that a
  stock component can take any stage's place.

The order of the stages: loading, splitting, embedding and lexical (documents); understanding, embedding
and lexical (question), retrieval, reranking, reading, answering.

Importing this package switches off the usage reports of the libraries below it, which decide while they are
imported, and lets Haystack import ``torch`` at its first use: it needs it for its device classes only, and
a process that answers with OpenVINO would spend over two of its three seconds on that.
"""

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

OWNER = "quaere"
"""Tells the start-up guard in ``ui`` that this is our package, not a user's folder of the same name."""

_NO_USAGE_REPORTS = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    # Of each question it would keep who asked and when, for a dashboard that is switched off.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
}


class _TorchOnFirstUse(ModuleType):
    """Stands where Haystack keeps its ``torch`` and imports the real one when an attribute is asked for."""

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module("torch"), name)


class _HaystackWithoutTorch(importlib.abc.MetaPathFinder):
    """Finds Haystack, which nothing has to import before it is needed, so that its first import leaves torch out."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "haystack" or "torch" in sys.modules:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            setattr(spec.loader, "exec_module", partial(_execute, spec.loader.exec_module))  # noqa: B010
        return spec


def _execute(execute: Callable[[ModuleType], None], haystack: ModuleType) -> None:
    stand_in = _TorchOnFirstUse("torch")
    stand_in.__spec__ = importlib.machinery.ModuleSpec("torch", None)
    sys.modules["torch"] = stand_in
    try:
        execute(haystack)
    finally:
        del sys.modules["torch"]


os.environ.update(_NO_USAGE_REPORTS)
# NNCF and OpenVINO's converter report their use through this package; without it they stay silent.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
sys.meta_path.insert(0, _HaystackWithoutTorch())
