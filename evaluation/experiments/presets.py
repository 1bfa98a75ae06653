"""Sets of systems that are often compared, as an experiment's file would name them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ALONE = {"stages.rerank": False, "stages.read": False}


@dataclass(frozen=True, slots=True)
class Preset:
    """Systems by name, each with what is different in it, and the one that the others are compared with."""

    baseline: str
    systems: Mapping[str, Mapping[str, Any]]


PRESETS: Mapping[str, Preset] = {
    "ablation": Preset(
        baseline="all stages",
        systems={
            "all stages": {},
            "dense": {"stages.search": "dense", **_ALONE},
            "lexical": {"stages.search": "lexical", **_ALONE},
            "convex": {"search.fusion": "convex", **_ALONE},
            "rrf": {"search.fusion": "rrf", **_ALONE},
            "convex + rerank": {"search.fusion": "convex", "stages.read": False},
            "rrf + rerank": {"search.fusion": "rrf", "stages.read": False},
            "rrf + rerank + read": {"search.fusion": "rrf"},
            "without synonyms": {"stages.expand": False},
            "without dense": {"stages.search": "lexical"},
            "without lexical": {"stages.search": "dense"},
            "without reranking": {"stages.rerank": False},
            "without context": {"search.with_context": False},
            "two passes": {"stages.passes": 2},
            "fp32": {"models.precision": "fp32"},
            "int8": {"models.precision": "int8"},
        },
    )
}
"""By name. "ablation": every stage alone, added one by one, and left out of the whole; both fusions; one pass or two;
both precisions. The baseline has the settings in force."""
