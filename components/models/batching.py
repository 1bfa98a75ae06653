"""Work from several threads, done together by whichever thread comes first.

A model on the processor runs one call at a time with all cores. While it runs, further callers queue up; the next
to get in takes everything that waits along. Knows nothing of what the items are.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Ticket(Generic[Item, Result]):
    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.results: list[Result] = []
        self.error: BaseException | None = None
        self.done = False


class CombiningQueue(Generic[Item, Result]):
    """Calls ``work`` with the items of all waiting callers at once.

    Args:
        work: a function from items to as many results, in the same order.
    """

    def __init__(self, work: Callable[[Sequence[Item]], list[Result]]) -> None:
        self._work = work
        self._waiting: list[_Ticket[Item, Result]] = []
        self._queue_lock = threading.Lock()
        self._work_lock = threading.Lock()

    def run(self, items: Sequence[Item]) -> list[Result]:
        """The results for ``items``, in their order; an error of ``work`` reaches every caller it concerned."""
        if not items:
            return []
        ticket: _Ticket[Item, Result] = _Ticket(items)
        with self._queue_lock:
            self._waiting.append(ticket)
        with self._work_lock:
            if not ticket.done:
                self._serve_all()
        if ticket.error is not None:
            raise ticket.error
        return ticket.results

    def _serve_all(self) -> None:
        with self._queue_lock:
            tickets, self._waiting = self._waiting, []
        everything = [item for ticket in tickets for item in ticket.items]
        try:
            results = self._work(everything)
        except BaseException as error:
            for ticket in tickets:
                ticket.error, ticket.done = error, True
            return
        position = 0
        for ticket in tickets:
            ticket.results = results[position : position + len(ticket.items)]
            position += len(ticket.items)
            ticket.done = True
