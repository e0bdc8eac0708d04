"""HTTP calls to Zalo: JSON or a form out, a JSON object back. Used by both doors, the sender and the token refresher.

Invariant: an exception tells only what became of the request; its text holds no address, no header and no body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

CONNECT_SECONDS = 5.0  # until a connection that does not come is given up
ANSWER_SECONDS = 15.0  # until an answer that does not come is lost
ANSWER_BYTES = 2**20  # the longest answer that is read


class NotConnected(Exception):
    """No connection: the request was not even written."""


class CallLost(Exception):
    """The request was written, or may have been; what became of it is unknown."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """Status and JSON object of an answer; an empty object where the body was none."""

    status: int
    object: dict[str, Any] = field(repr=False)


class WebCalls:
    """One aiohttp session with at most `connections`; no proxy from the environment, no cookies, no redirects."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the session; connections follow when they are needed."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )

    @property
    def closed(self) -> bool:
        """Whether there is no session open."""
        return self._session is None

    async def stop(self) -> None:
        """Close it."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(
        self,
        method: str,
        url: str,
        *,
        given: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> CallAnswer:
        """One request with a JSON body (`given`) or a `form`; `seconds` is how long its answer may take.

        Raises NotConnected or CallLost.
        """
        await self.start()
        assert self._session is not None
        limit = aiohttp.ClientTimeout(total=CONNECT_SECONDS + seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(
                method,
                url,
                json=given,
                data=form,
                params=query,
                headers=headers,
                timeout=limit,
                allow_redirects=False,
            ) as answer:
                body = await answer.content.read(ANSWER_BYTES)
                while not answer.content.at_eof() and len(body) < ANSWER_BYTES:
                    body += await answer.content.read(ANSWER_BYTES - len(body))
                status = answer.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as wrong:
            raise NotConnected(type(wrong).__name__) from None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as wrong:
            raise CallLost(type(wrong).__name__) from None
        return CallAnswer(status, object_in(body))


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that `body` is; {} when it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
