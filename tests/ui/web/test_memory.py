"""The memory of a service that is asked through the page's queue for a long time."""

import json
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from components.stores.folder_lock import HOLDER_FILE
from pipelines.service import QAService
from pipelines.settings import Settings

WARM, LONG = 500, 5_000
"""Questions after which the memory is looked at."""

QUESTIONS_OF_A_VISITOR = 50

GROWTH = 1.1

PUMPS = "# Pumps\n\n" + "\n\n".join(
    f"The pump P{number} weighs {number + 3} kilograms and is serviced every {number + 2} months."
    for number in range(8)
)


@dataclass
class Visitor:
    """A browser's part of the page framework's queue: an event is joined, its changes come as a stream."""

    client: httpx.Client
    function: int
    session: str = field(default_factory=lambda: uuid.uuid4().hex[:10])

    def ask(self, question: str) -> str:
        """Ask, and give what the page shows in the end."""
        event = {"data": [question, "", ""], "fn_index": self.function, "session_hash": self.session}
        self.client.post("gradio_api/queue/join", json=event).raise_for_status()
        shown = ""
        with self.client.stream("GET", "gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") in ("process_generating", "process_completed"):
                    assert message["success"], message
                    shown += json.dumps(message["output"]["data"])
                if message.get("msg") == "close_stream":
                    return shown
        return shown


@contextmanager
def serving(data: Path) -> Iterator[tuple[int, str]]:
    """A service in a process of its own: its number and address."""
    command = [sys.executable, "-m", "ui.cli.main", "--data", str(data), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            assert "Open http" in process.stdout.readline()
            yield process.pid, json.loads((data / HOLDER_FILE).read_text("utf-8"))["url"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def resident(process: int) -> int:
    """Mebibytes that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    assert found is not None
    return int(found[1]) // 1024


def asking_function(client: httpx.Client) -> int:
    """The number of the page's event that answers a question."""
    page = client.get("", params={"lang": "en"}).raise_for_status().text
    config, _ = json.JSONDecoder().raw_decode(page, page.index("{", page.index("window.gradio_config =")))
    found = [each["id"] for each in config["dependencies"] if any(event == "submit" for _, event in each["targets"])]
    assert len(found) == 1
    return int(found[0])


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_the_resident_size_stays_over_thousands_of_questions(tmp_path: Path) -> None:
    (tmp_path / "pumps.md").write_text(PUMPS, "utf-8")
    with QAService(Settings(data=tmp_path / "data")).open(writable=True) as service:
        assert service.index([str(tmp_path / "pumps.md")]).failures == ()
    sizes: dict[int, int] = {}
    with serving(tmp_path / "data") as (process, url), httpx.Client(base_url=url, timeout=60) as client:
        function = asking_function(client)
        for number in range(1, LONG + 1):
            if number % QUESTIONS_OF_A_VISITOR == 1:
                visitor = Visitor(client, function)
            # No two are alike, so that whatever is kept of a question is kept of each.
            shown = visitor.ask(f"How much does the pump P{number % 8} weigh, asked for time {number}?")
            assert "kilograms" in shown
            if number in (WARM, LONG) or number % WARM == 0:
                sizes[number] = resident(process)
                print(number, sizes[number], "MiB", flush=True)
        counted = client.get("metrics").text
    assert sizes[LONG] <= GROWTH * sizes[WARM], sizes
    assert sum(float(number) for number in re.findall(r"^quaere_questions_total{.*} (.*)$", counted, re.M)) == LONG
