"""Thousands of questions, searches and streams to one service: its memory must stay level."""

import numpy as np

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.material import QUESTION, indexed
from benchmarks.abuse.processes import memory
from benchmarks.abuse.served import make_keys, serving

QUESTIONS = 5000
WARM = 0.3
"""Share of the questions after which caches and pools are as large as they get."""

MOST_GROWTH = 10.0
"""Megabytes after the start, by a straight line through what was measured."""

_SAMPLES = 60


def memory_over_questions(run: Run) -> Outcome:
    """Ask, and look at the memory again and again; a straight line goes through what comes after the start."""
    data = indexed(run, 40)
    secret = make_keys(data, {"reader": (["read"], [])})["reader"]
    count = run.count(QUESTIONS, _SAMPLES)
    asked, held, failed = [], [], 0
    with serving(run, data) as service, service.client(secret) as client:
        for number in range(count):
            question = f"How long is the warranty of the pump Model {number % 977}, order {number}?"
            path, body = _kinds(number, question)
            failed += client.post(path, json=body).status_code != 200
            if number % max(1, count // _SAMPLES) == 0:
                asked.append(number)
                held.append(memory(service.process.pid) / 1e6)
                run.tell(number, count)
        peak = service.watch.peak / 1e6
    late = [index for index, number in enumerate(asked) if number >= WARM * count]
    slope = float(np.polyfit([asked[index] for index in late], [held[index] for index in late], 1)[0])
    figures = {"questions": count, "megabytes": [round(each, 1) for each in held], "peak_megabytes": round(peak, 1)}
    return Outcome(
        [
            Check("questions that were not answered", failed, 0),
            Check("growth of memory after the start", slope * (1 - WARM) * count, MOST_GROWTH, "MB"),
        ],
        figures=figures | {"megabytes_in_1000_questions": round(1000 * slope, 2)},
    )


def _kinds(number: int, question: str) -> tuple[str, dict[str, object]]:
    if number % 10 == 7:
        return "/api/v1/search", {"question": question}
    if number % 10 == 8:
        return "/api/v1/ask", {"question": question, "stream": True}
    if number % 10 == 9:
        return "/api/v1/similar", {"text": QUESTION}
    return "/api/v1/ask", {"question": question, "explain": number % 2 == 0}
