"""How often a caller may ask: a moving window of a minute for each key."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.api.principal import CALLER, Principal
from ui.api.problems import TooMany, problem_of

_MINUTE = 60.0


class RateLimiter:
    """How often each key has asked within the last minute, over the API and from the page together.

    Args:
        per_minute: requests of one key; each question of a batch counts as one.
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
        message = (
            f"More than {self.most.amount} requests in a minute; wait, or ask for a higher service.requests_per_minute."
        )
        raise TooMany(message, reset - time.time())

    def count_batch(self, key_id: str | None, questions: int) -> None:
        """Count the questions of a request that has been counted as the first of them.

        Raises:
            TooMany: the key would have made more than it may; none of them is counted.
        """
        if key_id is None or questions < 2 or self._limiter.hit(self.most, key_id, cost=questions - 1):
            return
        _, left = self._limiter.get_window_stats(self.most, key_id)
        raise TooMany(
            f"The batch has {questions} questions, each of which counts as a request; of {self.most.amount} in a "
            f"minute, this key has {left + 1} left now: send fewer at a time, wait, or ask for a higher "
            "service.requests_per_minute.",
            _MINUTE,  # by then, nothing that was counted counts any more
        )


class RateLimitMiddleware:
    """ASGI middleware behind the one of authentication that answers 429 to a key that asks too often.

    Args:
        app: what comes next.
        rates: counts.
    """

    def __init__(self, app: ASGIApp, rates: RateLimiter) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, and hand on or turn away."""
        caller: Principal | None = scope.get("state", {}).get(CALLER)  # none where no key is asked for
        try:
            self.rates.count(None if scope["type"] != "http" or caller is None else caller.key_id)
        except TooMany as error:
            await problem_of(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)
