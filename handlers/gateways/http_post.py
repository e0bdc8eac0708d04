"""What the gateways that speak HTTP share: one JSON body posted, within a time, and what the network's silence means.

Invariant: a request whose answer is not known is asked again under the same id only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from handlers.delivery.sms import SmsRefused

TRIES = 3  # of one message at once, all under the same id
APART = 0.5  # seconds between them, twice as many each time
REQUEST_SECONDS = 2.5  # so that all tries are over before the person is told


async def post(
    client: httpx.AsyncClient, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """The answer to a post; asked again where none comes, or where the server is in trouble.

    Raises SmsRefused (to be tried again later) when there is no answer at all.
    """
    wait = APART
    for left in reversed(range(TRIES)):
        try:
            answer = await client.post(
                url, json=dict(body), headers=dict(headers or {}), timeout=REQUEST_SECONDS
            )
        except httpx.HTTPError as wrong:
            said: object = type(wrong).__name__
        else:
            if answer.status_code < 500 and answer.status_code not in (408, 429):
                return answer
            said = answer.status_code
        if left:
            await asyncio.sleep(wait)
            wait *= 2
    raise SmsRefused(f"no answer: {said}", again=True)
