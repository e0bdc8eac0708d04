"""eSMS, a Vietnamese provider: SendMultipleMessage_V4_post_json. TROLY_SMS=esms.

Its answers are HTTP 200 with a CodeResult: 100 taken, 124 this RequestId was taken before, 103 no money left, 146 the text
is no registered template. Invariant: RequestId is the outbox row's id, so a message that is asked for twice leaves once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx

from handlers.delivery.sms import Sms, SmsRefused
from handlers.gateways.http_post import post

URL = "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/"
TAKEN = frozenset({"100", "124"})
LATER = frozenset({"99"})  # an unknown error of theirs
CARE = "2"  # SmsType: customer care under a brand name
SEGMENT = 160  # characters of ASCII in one message


@dataclass(frozen=True, slots=True)
class Esms:
    """Sends through eSMS under a brand name. `sandbox`: everything but the sending."""

    client: httpx.AsyncClient
    key: str = field(repr=False)
    secret: str = field(repr=False)
    brand: str
    sandbox: bool = False
    url: str = URL

    async def send(self, sms: Sms) -> None:
        """Raises SmsRefused; a text that is not plain ASCII within one segment is never sent."""
        if not sms.text.isascii() or len(sms.text) > SEGMENT:
            raise SmsRefused("no ASCII within one segment")
        body = {
            "ApiKey": self.key,
            "SecretKey": self.secret,
            "Phone": sms.to,
            "Content": sms.text,
            "Brandname": self.brand,
            "SmsType": CARE,
            "IsUnicode": "0",
            "RequestId": sms.key,
            "Sandbox": "1" if self.sandbox else "0",
        }
        answer = await post(self.client, self.url, body)
        try:
            said = answer.json()
            code = str(said["CodeResult"])
        except (ValueError, KeyError, TypeError):
            raise SmsRefused(f"an answer that says nothing: {answer.status_code}", again=True) from None
        if code not in TAKEN:
            raise SmsRefused(f"CodeResult {code[:8]}", again=code in LATER)
