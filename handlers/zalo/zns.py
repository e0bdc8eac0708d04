"""One-time codes through Zalo instead of SMS (ZNS, sold as ZBS template messages), behind the port of handlers/delivery/sms.py.

A template that Zalo approved has one parameter, the code; nothing else can be said, so any other text, and everybody whom
ZNS cannot reach, goes to the gateway behind it where there is one. It needs neither following nor an earlier message, and is
billed. Where an answer is lost it counts as not taken, and the same code is sent again. Made by `open_gateway`.
Invariant: an error names a code of Zalo's, never the phone or the code that was to be sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.seal import Seal
from handlers.delivery.sms import Gateway, Sms
from handlers.zalo.oa.configured import api_of
from handlers.zalo.oa.tokens import NotAuthorised, Tokens
from handlers.zalo.web_calls import CallLost, NotConnected, WebCalls

TOKEN = frozenset({-124, -216, -220})  # of the token; this table is not that of the account's messages
UNREACHED = frozenset(
    {-114, -118, -119, -139, -141, -144}
)  # no Zalo on this phone, refused, or enough for today
_CODE = re.compile(r"([0-9]{6}) ")


@dataclass(frozen=True, slots=True)
class ZnsGateway:
    """`template` is the id of an approved template, `parameter` the name of its one field; `behind` takes what cannot go here."""

    calls: WebCalls
    tokens: Tokens
    base: str
    template: str
    parameter: str = "otp"
    behind: Gateway | None = None

    async def send(self, sms: Sms) -> None:
        """Send a code. Raises OSError when it was not taken."""
        found = _CODE.match(sms.text)
        if found is None:
            await self._elsewhere(sms, "no code")
            return
        try:
            code = await self._send(sms.to, found[1])
        except (NotConnected, CallLost, NotAuthorised, SQLAlchemyError) as wrong:
            raise OSError(f"ZNS: {type(wrong).__name__}") from None
        if code in UNREACHED:
            await self._elsewhere(sms, str(code))
        elif code:
            raise OSError(f"ZNS: {code}")

    async def _elsewhere(self, sms: Sms, why: str) -> None:
        if self.behind is None:
            raise OSError(f"ZNS: {why}, and no gateway behind it")
        await self.behind.send(sms)

    async def _send(self, to: str, code: str) -> int:
        given = {
            "phone": f"84{to[1:]}",
            "template_id": self.template,
            "template_data": {self.parameter: code},
        }
        pair = await self.tokens.current()
        error = await self._once(pair.access, given)
        if error in TOKEN:
            pair = await self.tokens.after_refusal(pair.generation)
            error = await self._once(pair.access, given)
        return error

    async def _once(self, access: str, given: Mapping[str, object]) -> int:
        address = f"{self.base.rstrip('/')}/message/template"
        answer = await self.calls.call("POST", address, given=given, headers={"access_token": access})
        error = answer.object.get("error")
        if answer.status >= 500 or not isinstance(error, int) or isinstance(error, bool):
            raise CallLost(f"HTTP {answer.status}")
        return error


def open_gateway(settings: object, db: Database, seal: Seal, behind: Gateway | None = None) -> ZnsGateway:
    """The gateway as the process's settings want it."""
    s: Any = settings
    api = api_of(settings, db, seal, connections=4)
    return ZnsGateway(api.calls, api.tokens, s.zns_api_base, s.zns_template, s.zns_parameter, behind)
