"""A gateway of one's own: any server that takes {"id", "to", "text"} as JSON and answers 2xx. TROLY_SMS=http.

Invariant: the same `id` (also in the header Idempotency-Key) is the same message; the server must not send it twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from handlers.delivery.sms import Sms, SmsRefused
from handlers.gateways.http_post import post


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Posts each message to `url`, with `token` as a bearer token."""

    client: httpx.AsyncClient
    url: str
    token: str = field(repr=False)

    async def send(self, sms: Sms) -> None:
        """Raises SmsRefused."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": sms.key}
        body = {"id": sms.key, "to": sms.to, "text": sms.text}
        answer = await post(self.client, self.url, body, headers)
        if not answer.is_success:
            raise SmsRefused(f"refused: {answer.status_code}")
