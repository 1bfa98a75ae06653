"""A Haystack pipeline -> Mermaid text, made here: Haystack's own drawing posts the pipeline to a web service.

Pure. Knows only the graph: its components, and the sockets that connect them.
"""

from typing import Any

from haystack import Pipeline


def mermaid(pipeline: Pipeline) -> str:
    """A flow chart from top to bottom; edges carry the names of the sockets, inputs and outputs are rounded."""
    graph = pipeline.graph
    numbers = {name: f"c{number}" for number, name in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    for name, data in graph.nodes(data=True):
        lines.append(f'    {numbers[name]}["{_quoted(name)}<br/>{_quoted(type(data["instance"]).__name__)}"]')
    for sender, receiver, data in graph.edges(data=True):
        label = _edge_label(data["from_socket"].name, data["to_socket"].name)
        lines.append(f"    {numbers[sender]} -->|{label}| {numbers[receiver]}")
    lines += _open_ends(pipeline, numbers)
    return "\n".join(lines) + "\n"


def _open_ends(pipeline: Pipeline, numbers: dict[str, str]) -> list[str]:
    """What the caller has to pass, and what comes out at the ends."""
    lines = []
    needed = {
        f"{numbers[name]}": [socket for socket, details in sockets.items() if details["is_mandatory"]]
        for name, sockets in pipeline.inputs().items()
    }
    for number, sockets in needed.items():
        lines += [f'    {number}_{socket}(["{_quoted(socket)}"]) --> {number}' for socket in sockets]
    for name, outputs in pipeline.outputs().items():
        number = numbers[name]
        lines += [f'    {number} --> {number}_{socket}_out(["{_quoted(socket)}"])' for socket in outputs]
    return lines


def _edge_label(sender: str, receiver: str) -> str:
    label = sender if sender == receiver else f"{sender} to {receiver}"
    return f'"{_quoted(label)}"'


def _quoted(value: Any) -> str:
    """Mermaid's entity codes for what would end a label or start a tag."""
    text = str(value).replace("&", "#amp;").replace('"', "#quot;")
    return text.replace("<", "#lt;").replace(">", "#gt;")
