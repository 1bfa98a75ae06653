"""What a fine-tuned model is, as a card to read and as JSON, and what it lost of what the model could do before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Loss:
    """A figure that got worse."""

    data: str
    """Name of the data set."""
    figure: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.figure} on {self.data} data fell from {self.before:.3f} to {self.after:.3f}"


def losses(
    before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]], tolerance: float
) -> Sequence[Loss]:
    """The figures that fell by more than ``tolerance``.

    Args:
        before: by data set, the figures of the model that was there; each in [0, 1], higher is better.
        after: the same of the new one; what only one of them has is not compared.
        tolerance: in the figures' own unit.
    """
    return [
        Loss(data, name, figures[name], after[data][name])
        for data, figures in before.items()
        for name in figures
        if name in after.get(data, {}) and figures[name] - after[data][name] > tolerance
    ]


CARD = "README.md"
RUN = "run.json"


@dataclass(frozen=True, slots=True)
class RunCard:
    """A finished training."""

    title: str
    base: str
    """The model that it began with."""
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    """Date, commit, machine, versions, and checksums of the data (:func:`evaluation.provenance.provenance`)."""
    seconds: float
    data: Sequence[str] = ()
    """What was kept, repaired and dropped, in words."""
    before: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By data set ("development", "general") the figures of the base model."""
    after: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    """What a reader has to know, as what was forgotten."""
    curves: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    sources: Sequence[str] = ()
    """Licence and attribution of the data, one line each, as the user states them."""


def write_card(folder: Path, card: RunCard) -> None:
    """Write ``README.md`` and ``run.json`` into a model's folder."""
    (folder / RUN).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False, default=str) + "\n", "utf-8")
    (folder / CARD).write_text("\n".join(_lines(card)) + "\n", "utf-8")


def read_run(folder: Path) -> dict[str, Any] | None:
    """What :func:`write_card` wrote as JSON; None of a folder without it."""
    path = folder / RUN
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def _lines(card: RunCard) -> list[str]:
    minutes, provenance = card.seconds / 60, card.provenance
    lines = [f"# {card.title}", "", f"Fine-tuned from `{card.base}` in {minutes:.1f} minutes."]
    lines += [f"Date {provenance.get('date')}, commit {provenance.get('commit')}.", ""]
    lines += ["## Results", "", *_results(card), ""]
    lines += [f"- {remark}" for remark in card.remarks]
    lines += ["", "## Data", "", *(f"- {line}" for line in card.data), "", "| file | SHA-256 |", "|---|---|"]
    lines += [f"| {name} | `{checksum}` |" for name, checksum in provenance.get("data", {}).items()]
    lines += ["", "## Licences of the data", ""]
    unstated = ["Not stated. Whoever passes the model on has to name the data's licences here."]
    lines += [f"- {line}" for line in card.sources] or unstated
    lines += ["", "## Settings", "", "| setting | value |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in card.settings.items()]
    lines += ["", "## Versions and machine", ""]
    lines += [f"- {name} {version}" for name, version in provenance.get("versions", {}).items()]
    return [*lines, f"- {provenance.get('machine')}"]


def _results(card: RunCard) -> list[str]:
    if not card.after:
        return ["Nothing was measured: neither development nor general files were given."]
    rows = ["| data | figure | before | after |", "|---|---|---|---|"]
    for data, figures in card.after.items():
        for name, value in figures.items():
            before = card.before.get(data, {}).get(name)
            rows.append(f"| {data} | {name} | {'' if before is None else f'{before:.3f}'} | {value:.3f} |")
    return rows
