"""How often a caller may ask: a moving window of a minute for each key."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.api.callers import CALLER, Caller
from ui.api.problems import TooMany, problem_of


class Rates:
    """How often each key has asked within the last minute, over the API and from the page together.

    Args:
        per_minute: requests of one key.
    """

    def __init__(self, per_minute: int) -> None:
        self.most = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, key_id: str | None) -> None:
        """Count one request; the local caller, for whom no key exists, is not limited.

        Raises:
            TooMany: the key has made as many as it may.
        """
        if key_id is None or self._limiter.hit(self.most, key_id):
            return
        reset, _ = self._limiter.get_window_stats(self.most, key_id)
        message = f"More than {self.most.amount} requests in a minute; wait, or ask for a higher requests_per_minute."
        raise TooMany(message, reset - time.time())


class RateLimit:
    """ASGI middleware behind :class:`~ui.api.access.Access` that answers 429 to a key that asks too often.

    Args:
        app: what comes next.
        rates: counts.
    """

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, and hand on or turn away."""
        caller: Caller | None = scope.get("state", {}).get(CALLER)  # none where no key is asked for
        try:
            self.rates.count(None if scope["type"] != "http" or caller is None else caller.key_id)
        except TooMany as error:
            await problem_of(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)
