"""Documents to attack: small ones about pumps, whose answers are known."""

import json
from pathlib import Path

import httpx

from benchmarks.abuse.attack import Run
from benchmarks.abuse.served import Service, command, must

QUESTION = "How long is the warranty of the Aria pump?"
ANSWER = "24 months"
DOCUMENT = f"# Aria pump\n\nThe warranty of the Aria pump is {ANSWER}.\n"
"""It holds the answer."""


def write_documents(folder: Path, count: int) -> None:
    """The one that answers ``QUESTION``, and others in several formats until there are ``count``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "aria.md").write_text(DOCUMENT, "utf-8")
    for number in range(1, count):
        name = f"Model {number}"
        text = f"The warranty of the pump {name} is {number + 30} months. It weighs {number * 3} kilograms."
        if number % 3 == 0:
            row = {"question": f"What does the pump {name} cost?", "answer": f"It costs {number * 70} euros."}
            (folder / f"faq{number}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
        elif number % 3 == 1:
            (folder / f"note{number}.txt").write_text(text, "utf-8")
        else:
            (folder / f"manual{number}.md").write_text(
                f"---\nyear: {2000 + number}\n---\n# {name}\n\n{text}\n", "utf-8"
            )


def indexed(run: Run, count: int, name: str = "data") -> Path:
    """A data folder with so many documents, indexed by the command."""
    docs, data = run.folder / f"{name}-docs", run.folder / name
    write_documents(docs, count)
    must(command(run, data, "index", str(docs)))
    return data


def answers(service: Service, secret: str) -> int:
    """1 where the service answers the question rightly."""
    try:
        with service.client(secret) as client:
            return int(ANSWER in client.post("/api/v1/ask", json={"question": QUESTION, "threshold": 0}).text)
    except httpx.HTTPError:
        return 0
