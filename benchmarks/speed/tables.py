"""The reports of the benchmarks as tables for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_TITLES = {
    "same_work": "Same work: same weights, candidates and passages read; kernels and plumbing differ",
    "same_quality": "Same quality: exact match and F1 at most 0.5 below the stock components'",
}
_MISSING = {
    "same_work": "Same work: not measured (it needs the systems stock and quaere-same-work).",
    "same_quality": "Same quality: none of the settings that were measured is as good as the stock components.",
}


def peers_view(report: Mapping[str, Any]) -> RenderableType:
    """The two tables, all systems beside each other, and the roofline."""
    parts: list[RenderableType] = []
    for name, title in _TITLES.items():
        found = report["tables"][name]
        parts.append(Text(_MISSING[name]) if found is None else _comparison(title, found))
    return Group(*parts, systems_table(report), roofline_view(report))


def _comparison(title: str, found: Mapping[str, Any]) -> Table:
    table = Table("", "stock", found["system"], "ratio", title=title, title_justify="left", box=None)
    for row in found["rows"]:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}x"
        table.add_row(_label(row["name"]), _value(row["name"], row["stock"]), _value(row["name"], row["quaere"]), ratio)
    return _right_aligned(table)


def systems_table(report: Mapping[str, Any]) -> Table:
    """One row a system."""
    table = Table("system", "index/s", "ms", "p95 ms", title="All systems", title_justify="left", box=None)
    for clients in report["load"]:
        table.add_column(f"q/s ({clients})")
    for heading in ("memory", "EM", "F1", "R@1", "R@30"):
        table.add_column(heading)
    for name, asking in report["asking"].items():
        total, recall = asking["milliseconds"]["total"], asking["recall"]["retrieved"]
        table.add_row(
            name,
            f"{report['index'][name]['passages_per_second']:,.0f}",
            f"{total['median']:,.1f}",
            f"{total['p95']:,.1f}",
            *(_rate(of_clients.get(name)) for of_clients in report["load"].values()),
            _bytes(asking["memory"]),
            *(_share(asking[measure]) for measure in ("exact_match", "f1")),
            *(_share(recall[cutoff]) for cutoff in ("1", "30")),
        )
    return _right_aligned(table)


def roofline_view(report: Mapping[str, Any]) -> RenderableType:
    """What the machine gives at best, and how near each system comes."""
    roofline = report["roofline"]
    rates, question = roofline["operations_per_second"], roofline["question"]
    best = question["milliseconds_at_best"]
    said = [
        f"{_giga(rates['numpy_fp32'])} (numpy) and {_giga(rates['openvino_fp32'])} (OpenVINO) fp32, "
        f"{_giga(rates['openvino_int8'])} int8; {roofline['tokens_per_second']:,.0f} tokens and "
        f"{roofline['python_calls_per_second']:,.0f} Python calls a second.",
        f"{question['pairs']} pairs of {question['tokens_of_a_pair']:.0f} tokens take {best['fp32']:.0f} ms in fp32 "
        f"and {best['int8']:.0f} ms in int8 at these rates, and {best['tokeniser']:.1f} ms to tokenise.",
    ]
    for name, far in report["distances"].items():
        said.append(
            f"{name}: {far['pairs']} pairs, {far['milliseconds_at_best']:.0f} ms at best, "
            f"{100 * far['share']:.0f} % of what was measured."
        )
    return Group(Text("The machine at best", style="italic"), *map(Text, said))


def growth_view(report: Mapping[str, Any]) -> RenderableType:
    """One row for each system and size."""
    table = Table(
        *("system", "passages", "of them real", "write/s", "open s", "search ms", "ms", "memory", "disk"),
        *("EM", "F1", "R@1", "R@30"),
        title="Growth",
        title_justify="left",
        box=None,
    )
    for row in report["sizes"]:
        recall = {"1": None, "30": None} if row["quality"] is None else row["quality"]["recall"]["retrieved"]
        answers = {"exact_match": None, "f1": None} if row["quality"] is None else row["quality"]
        table.add_row(
            row["system"],
            f"{row['passages']:,}",
            f"{row['real']:,}",
            f"{row['passages_per_second']:,.0f}",
            f"{row['seconds_to_open']:.2f}",
            f"{row['milliseconds']['retriever']['median']:.1f}",
            f"{row['milliseconds']['total']['median']:.0f}",
            _bytes(row["memory"]),
            _bytes(row["bytes"]),
            *(_share(answers[measure]) for measure in ("exact_match", "f1")),
            *(_share(recall[cutoff]) for cutoff in ("1", "30")),
        )
    indexing = report.get("indexing")
    if indexing is None:
        return _right_aligned(table)
    said = f"`quaere index`: {indexing['passages']:,} passages, {indexing['passages_per_second']:.0f} a second."
    return Group(_right_aligned(table), Text(said))


def load_view(report: Mapping[str, Any]) -> RenderableType:
    """One row for each number of clients."""
    table = Table(
        "clients", "answers/s", "p50 ms", "p95 ms", "p99 ms", "answers", "errors", "", title_justify="left", box=None
    )
    for row in report["levels"]:
        milliseconds = row["milliseconds"] or {"p50": None, "p95": None, "p99": None}
        table.add_row(
            str(row["clients"]),
            f"{row['answers_per_second']:.2f}",
            *("-" if milliseconds[name] is None else f"{milliseconds[name]:,.0f}" for name in ("p50", "p95", "p99")),
            str(row["answers"]),
            str(sum(row["errors"].values())),
            ", ".join(f"{kind}: {count}" for kind, count in row["errors"].items()),
        )
    return Group(_right_aligned(table, but=("",)), Text(report["remark"]))


def _right_aligned(table: Table, but: tuple[str, ...] = ()) -> Table:
    for column in table.columns[1:]:
        column.justify = "left" if column.header in but else "right"
    return table


def _label(name: str) -> str:
    """A row's stable name in words."""
    for start, words in _LABELS.items():
        if name.startswith(start):
            return words.format(name.removeprefix(start))
    return name


_LABELS = {
    "seconds_to_index": "seconds to index",
    "milliseconds_total": "ms in all",
    "milliseconds_": "ms {}",
    "questions_per_second_": "questions/s, clients: {}",
    "memory_indexing": "memory while indexing",
    "memory_asking": "memory while asking",
    "exact_match": "exact match",
    "f1": "F1",
    "recall_at_": "recall at {}",
}


def _value(name: str, value: float | None) -> str:
    if name.startswith("memory"):
        return _bytes(value)
    if name.startswith(("exact_match", "f1", "recall")):
        return _share(value)
    return "-" if value is None else f"{value:,.2f}"


def _rate(of_system: Mapping[str, Any] | None) -> str:
    return "-" if of_system is None else f"{of_system['questions_per_second']['median']:,.2f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _bytes(value: float | None) -> str:
    return "-" if value is None else f"{value / 2**20:,.0f} MiB"


def _giga(rate: float) -> str:
    return f"{rate / 1e9:,.0f} GFLOP/s"


def error_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """What went wrong and was counted, one line a system."""
    for name, asking in report.get("asking", {}).items():
        if asking["errors"]:
            yield f"{name}: {asking['errors']} questions failed, the first with: {asking['first_error']}"
    for clients, of_clients in report.get("load", {}).items():
        for name, figures in of_clients.items():
            rates = figures["questions_per_second"]
            if rates["errors"] and clients != "1":
                yield f"{name}, {clients} clients: {rates['errors']} failed, the first with: {rates['first_error']}"
