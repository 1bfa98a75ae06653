"""Places for questions: how many are worked on at a time, whose turn is next, and how many requests may be present.

Each key waits in a line of its own, and the lines take turns: a key that asks much keeps another waiting for no more
than the first of the questions in work to end. More requests of a key than may wait are turned away at once instead of
piling up. Belongs to one event loop.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ui.api.problems import Busy

AT_ONCE = 4
"""Questions worked on at a time; the encoder batches their pairs."""

WAITING = 64
"""Requests of a key that may wait for these."""

Turn = asyncio.Future[None]


class ConcurrencyLimit:
    """Places that all who ask share: the API, chats, commands and the page.

    Args:
        at_once: questions worked on at a time.
        waiting: requests of one key that may wait beside as many as can be worked on.
    """

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self.at_once = at_once
        self.most = at_once + waiting
        self._present: Counter[str | None] = Counter()
        self._lines: OrderedDict[str | None, deque[Turn]] = OrderedDict()
        self._at_work: Counter[str | None] = Counter()

    @property
    def full(self) -> bool:
        """Whether the next question would have to wait."""
        return self.working >= self.at_once

    @property
    def working(self) -> int:
        """How many questions are being worked on."""
        return self._at_work.total()

    @property
    def waiting(self) -> int:
        """How many questions wait for a place; of a batch, those that would come next."""
        return sum(not turn.done() for line in self._lines.values() for turn in line)

    @asynccontextmanager
    async def place(self, key_id: str | None) -> AsyncIterator[None]:
        """Hold a place for a request of one question.

        Args:
            key_id: whose request it is; None for those of this machine.

        Raises:
            Busy: as many requests of the key are present already.
        """
        async with self.presence(key_id), self.turn(key_id):
            yield

    @asynccontextmanager
    async def presence(self, key_id: str | None) -> AsyncIterator[None]:
        """Let a request be present, which takes a :meth:`turn` for each of its questions.

        Raises:
            Busy: as many requests of the key are present already.
        """
        present = self._present[key_id]
        if present >= self.most:
            raise Busy(f"{present} requests are being worked on or wait already; try again in a moment.")
        self._present[key_id] += 1
        try:
            yield
        finally:
            self._present[key_id] -= 1
            if not self._present[key_id]:
                del self._present[key_id]

    @asynccontextmanager
    async def turn(self, key_id: str | None) -> AsyncIterator[None]:
        """Hold a place for a question of a request that is present, as soon as the key's turn comes."""
        await self._take(key_id)
        try:
            yield
        finally:
            self._give_back(key_id)

    async def _take(self, key_id: str | None) -> None:
        if not self.full:
            self._at_work[key_id] += 1
            return
        turn: Turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(key_id, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(key_id)  # the place came in the same moment
            raise

    def _give_back(self, key_id: str | None) -> None:
        self._at_work[key_id] -= 1
        if not self._at_work[key_id]:
            del self._at_work[key_id]
        self._hand_on()

    def _hand_on(self) -> None:
        """Give a place to the line that holds fewest; of several, to the one whose last turn is longest ago."""
        while self._lines:
            key_id = min(self._lines, key=lambda each: self._at_work[each])
            line = self._lines[key_id]
            while line and line[0].done():  # whoever waited has gone
                line.popleft()
            if not line:
                del self._lines[key_id]
                continue
            self._at_work[key_id] += 1
            self._lines.move_to_end(key_id)
            line.popleft().set_result(None)
            return
