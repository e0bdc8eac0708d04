"""Where a request comes from, and how often one source may knock. Used by the web door, the secure page and the console.

A source is an IPv4 address or an IPv6 block. It is the socket's peer, unless the peer is a trusted proxy: then the right-most
address of X-Forwarded-For that is no trusted proxy itself. Invariant: what a stranger writes into a header changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network
IPV6_BLOCK = 64  # bits: what one line is given; its addresses are free


class Sources:
    """Names the source of a connection. `trusted`: the networks of the proxies in front of us."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = trusted

    def of(self, connection: HTTPConnection) -> str:
        """The source of this request or socket, as text: an address or a block."""
        peer = connection.client.host if connection.client is not None else ""
        address = _address(peer)
        if address is None or not self._is_trusted(address):
            return _source(address, peer)
        return self._behind_proxies(address, connection.headers.getlist("x-forwarded-for"))

    def _behind_proxies(self, proxy: IPv4Address | IPv6Address, headers: Iterable[str]) -> str:
        """The right-most entry that no proxy of ours made of itself; what cannot be read ends the search at our own proxy."""
        nearest = proxy
        for entry in reversed(",".join(headers).split(",")):
            address = _address(_without_port(entry.strip()))
            if address is None:
                break
            nearest = address
            if not self._is_trusted(address):
                break
        return _source(nearest, "")

    def _is_trusted(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _source(address: IPv4Address | IPv6Address | None, peer: str) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_BLOCK), strict=False))
    return str(address) if address is not None else peer


def _without_port(entry: str) -> str:
    """ "203.0.113.7:4711" and "[2001:db8::7]:4711" as addresses."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


class SourceRates:
    """How often one source may open a socket, send a frame, have a paper drawn, and post a secure page's form, in a minute;
    counted in this process's memory. Above `secure_posts_in_all` of all together only sources with `secure_posts_when_busy` or fewer go on."""

    def __init__(
        self,
        *,
        sockets_per_minute: int = 300,
        frames_per_minute: int = 3000,
        papers_per_minute: int = 30,
        secure_posts_per_minute: int = 60,
        secure_posts_in_all: int = 600,
        secure_posts_when_busy: int = 10,
    ) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._sockets = RateLimitItemPerMinute(sockets_per_minute, namespace="sockets")
        self._frames = RateLimitItemPerMinute(frames_per_minute, namespace="frames")
        self._papers = RateLimitItemPerMinute(papers_per_minute, namespace="papers")
        self._posts = RateLimitItemPerMinute(secure_posts_per_minute, namespace="posts")
        self._all_posts = RateLimitItemPerMinute(secure_posts_in_all, namespace="all posts")
        self._few_posts = RateLimitItemPerMinute(secure_posts_when_busy, namespace="few posts")

    def may_open(self, source: str) -> bool:
        """Whether this source may open one more socket now; counts it."""
        return bool(self._limiter.hit(self._sockets, source))

    def may_send(self, source: str) -> bool:
        """Whether a frame of this source is read; counts it."""
        return bool(self._limiter.hit(self._frames, source))

    def may_draw(self, source: str) -> bool:
        """Whether a paper is drawn for this source; counts it."""
        return bool(self._limiter.hit(self._papers, source))

    def may_post(self, source: str) -> bool:
        """Whether a secure page's form of this source is read; counts it."""
        if not self._limiter.hit(self._posts, source):
            return False
        few = self._limiter.hit(self._few_posts, source)
        return bool(self._limiter.hit(self._all_posts) or few)


class BodyPlaces:
    """Places where bodies are read, for one purpose: so many `in_all` and `of_source` at once, each for so many `seconds`.

    Where a share is full the one that was begun first gives way, so that a body that does not come keeps nobody else out."""

    def __init__(self, in_all: int, of_source: int, seconds: float) -> None:
        self._in_all, self._of_source, self._seconds = in_all, of_source, seconds
        self._reading: dict[asyncio.Timeout, str] = {}  # the source of each, the longest first

    @asynccontextmanager
    async def place(self, source: str) -> AsyncIterator[None]:
        """A place while the body is read. Raises TimeoutError where it is late, or gave way."""
        self._make_room(source)
        async with asyncio.timeout(self._seconds) as place:
            self._reading[place] = source
            try:
                yield
            finally:
                self._reading.pop(place, None)

    def _make_room(self, source: str) -> None:
        """End the reading that was begun first, of this source where its share is full."""
        mine = [place for place, whose in self._reading.items() if whose == source]
        if len(mine) >= self._of_source:
            given_up = mine[0]
        elif len(self._reading) >= self._in_all:
            given_up = next(iter(self._reading))
        else:
            return
        del self._reading[given_up]
        given_up.reschedule(asyncio.get_running_loop().time())
