"""How often a caller may ask: a moving window of a minute for each key."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.api.access import CALLER, Caller
from ui.api.problems import TooMany, problem_of


class RateLimit:
    """ASGI middleware behind :class:`~ui.api.access.Access` that answers 429 to a key that asks too often.

    The local caller, for whom no key exists, is not limited.

    Args:
        app: what comes next.
        per_minute: requests of one key.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self.most = RateLimitItemPerMinute(per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, and hand on or turn away."""
        caller: Caller | None = scope.get("state", {}).get(CALLER)  # none where no key is asked for
        key_id = None if caller is None else caller.key_id
        if scope["type"] != "http" or key_id is None or self._limiter.hit(self.most, key_id):
            await self.app(scope, receive, send)
            return
        reset, _ = self._limiter.get_window_stats(self.most, key_id)
        message = f"More than {self.most.amount} requests in a minute; wait, or ask for a higher requests_per_minute."
        await problem_of(TooMany(message, reset - time.time()))(scope, receive, send)
