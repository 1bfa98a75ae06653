"""Memory of this process: what it holds now, and the most that it has held."""

from pathlib import Path

from evaluation.provenance import peak_memory

_STATUS = Path("/proc/self/status")


def memory_of_this_process() -> dict[str, int]:
    """Bytes in ``peak`` and, where the system tells, in ``now``.

    Linux hands the peak of a parent on to its child in the usual count (``ru_maxrss``), so its own account of the
    process is read instead.
    """
    if not _STATUS.is_file():
        return {"peak": peak_memory()}
    lines = (line.split() for line in _STATUS.read_text("utf-8").splitlines())
    kilobytes = {words[0]: int(words[1]) for words in lines if words and words[0] in ("VmHWM:", "VmRSS:")}
    return {"peak": 1024 * kilobytes["VmHWM:"], "now": 1024 * kilobytes["VmRSS:"]}
