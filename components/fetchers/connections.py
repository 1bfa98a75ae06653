"""Connections that lead where a crawl may go, and end in time: the address that is checked is the one connected to.

A name that leads to a private address would let a page on the web reach what only this machine sees. A host that sends
a byte now and then would keep a crawl for ever.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from components.errors import QuaereError

Resolve = Callable[[str, int], list[str]]
"""The IP addresses of a host."""


class PrivateAddress(QuaereError):
    """A name that leads to an address of this machine or its network."""


class FetchTimeout(QuaereError):
    """An answer that is not there in time."""


def resolved(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as this machine knows it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet at large."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def leads_inside(host: str, port: int, resolve: Resolve = resolved) -> bool:
    """Whether a host is this machine or one of its network; one that is unknown is not."""
    try:
        return not all(map(is_public, resolve(host, port)))
    except OSError:
        return False


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections for httpx.

    Args:
        private: whether private addresses are allowed, since the user named one.
        resolve: finds the addresses of a host.
    """

    def __init__(self, *, private: bool, resolve: Resolve = resolved) -> None:
        self.private = private
        self.deadline = float("inf")
        """On the monotonic clock; an answer that is not whole by then is given up."""
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers, if all of them are allowed."""
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is unknown ({error.strerror or error})") from error
        if not self.private and (inside := [each for each in addresses if not is_public(each)]):
            raise PrivateAddress(f"{host} leads to {inside[0]}, an address of this machine or its network")
        refused: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
                return _TimedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise refused

    def left(self, timeout: float | None) -> float:
        """Seconds that one step may take.

        Raises:
            FetchTimeout: none are left.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchTimeout("the answer takes too long")
        return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(secured, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedTransport(httpx.HTTPTransport):
    """httpx over connections of a :class:`GuardedBackend`.

    Args:
        backend: opens the connections.
    """

    def __init__(self, backend: GuardedBackend) -> None:
        super().__init__(trust_env=False)
        # httpx takes no backend; its pool of connections does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=4,
            keepalive_expiry=20.0,
            network_backend=backend,
        )
