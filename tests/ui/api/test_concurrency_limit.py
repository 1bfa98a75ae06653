"""How many may work and wait, and that every way out frees the place."""

import asyncio

import pytest

from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.problems import Busy


def test_more_than_may_wait_are_turned_away_and_places_are_freed() -> None:
    async def run() -> None:
        concurrency_limit, most, now, gate = ConcurrencyLimit(2, 1), 0, 0, asyncio.Event()

        async def work() -> None:
            nonlocal most, now
            async with concurrency_limit.place(None):
                now += 1
                most = max(most, now)
                await gate.wait()
                now -= 1

        tasks = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(0.01)
        with pytest.raises(Busy, match="3 requests"):
            async with concurrency_limit.place(None):
                pass
        tasks[2].cancel()  # one that waits
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(work()))
        await asyncio.sleep(0.01)
        gate.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in done] == [type(None), type(None), asyncio.CancelledError, type(None)]
        assert most == 2
        async with concurrency_limit.place(None):
            pass

    asyncio.run(run())


def test_an_error_in_the_work_frees_the_place() -> None:
    async def run() -> None:
        concurrency_limit = ConcurrencyLimit(1, 0)
        for _ in range(3):
            with pytest.raises(ValueError, match="mine"):
                async with concurrency_limit.place(None):
                    raise ValueError("mine")

    asyncio.run(run())
