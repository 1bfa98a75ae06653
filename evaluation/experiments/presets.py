"""Sets of systems that are often compared, as an experiment's file would name them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ALONE = {"rerank": False, "read": False}


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
            "dense": {"search": "dense", **_ALONE},
            "lexical": {"search": "lexical", **_ALONE},
            "convex": {"fusion": "convex", **_ALONE},
            "rrf": {"fusion": "rrf", **_ALONE},
            "convex + rerank": {"fusion": "convex", "read": False},
            "rrf + rerank": {"fusion": "rrf", "read": False},
            "rrf + rerank + read": {"fusion": "rrf"},
            "without synonyms": {"expand": False},
            "without dense": {"search": "lexical"},
            "without lexical": {"search": "dense"},
            "without reranking": {"rerank": False},
            "without context": {"with_context": False},
            "two passes": {"passes": 2},
            "fp32": {"precision": "fp32"},
            "int8": {"precision": "int8"},
        },
    )
}
"""By name. "ablation": every stage alone, added one by one, and left out of the whole; both fusions; one pass or two;
both precisions. The baseline has the settings in force."""
