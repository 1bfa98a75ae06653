"""Gives a class an ``..._async`` twin of each named method, which runs the method itself in a thread."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)


def async_twins(*names: str) -> Callable[[Class], Class]:
    """Decorate a class; the twins have the signatures and docstrings of the methods."""

    def decorate(cls: Class) -> Class:
        for name in names:
            setattr(cls, f"{name}_async", _twin(getattr(cls, name)))
        return cls

    return decorate


def _twin(method: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    @functools.wraps(method)
    async def run_in_thread(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(method, *args, **kwargs)

    run_in_thread.__name__ = f"{method.__name__}_async"
    run_in_thread.__qualname__ = f"{method.__qualname__}_async"
    return run_in_thread
