"""How many requests are worked on and how many may wait: more are turned away at once instead of piling up."""

import asyncio
from types import TracebackType
from typing import Self

from ui.api.problems import Busy


class Admission:
    """``async with admission:`` around the work of a request.

    Args:
        at_once: requests worked on at a time.
        waiting: requests that may wait for these.

    Raises (on entering):
        Busy: as many are waiting already.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once = at_once
        self.most = at_once + waiting
        self._present = 0
        self._working = asyncio.Semaphore(at_once)

    @property
    def full(self) -> bool:
        """Whether the next one would have to wait."""
        return self._present >= self.at_once

    @property
    def working(self) -> int:
        """How many are being worked on."""
        return min(self._present, self.at_once)

    @property
    def waiting(self) -> int:
        """How many wait for these."""
        return self._present - self.working

    async def __aenter__(self) -> Self:
        if self._present >= self.most:
            raise Busy(f"{self._present} requests are being worked on or wait already; try again in a moment.")
        self._present += 1
        try:
            await self._working.acquire()
        except BaseException:
            self._present -= 1
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._present -= 1
        self._working.release()
