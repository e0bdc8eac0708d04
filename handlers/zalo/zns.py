"""One-time codes through Zalo instead of SMS (ZNS, sold as ZBS template messages), behind the port of handlers/delivery/sms.py.

A template that Zalo approved has one parameter, the code; nothing else can be said, so any other text, and everybody whom
ZNS cannot reach, goes to the gateway behind it where there is one. It needs neither following nor an earlier message, and is
billed. Where an answer is lost it counts as not taken, and the same code is sent again. Made by `open_gateway`.
Invariant: an error names a code of Zalo's, never the phone or the code that was to be sent; what no later try would change
is not tried again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.seal import Seal
from handlers.delivery.sms import Gateway, Sms, SmsRefused
from handlers.zalo.oa.api import OaApi
from handlers.zalo.oa.configured import api_of
from handlers.zalo.oa.tokens import NotAuthorised
from handlers.zalo.web_calls import CallLost, NotConnected

TOKEN = frozenset({-124, -216, -220})  # of the token; this table is not that of the account's messages
UNREACHED = frozenset(
    {-108, -114, -118, -119, -139, -141, -144}
)  # of the phone: no Zalo, refused, enough for today
OURS = frozenset({-109, -112, -1121, -1122, -1124, -126, -127, -131, -1241})  # template, parameters, proof
SHUT = frozenset(
    {-115, -133, -135, -136, -137, -147}
)  # quota, money, the night, rights: for longer than a code is good
FOR_GOOD = UNREACHED | OURS | SHUT
_CODE = re.compile(r"([0-9]{6}) ")


@dataclass(frozen=True, slots=True)
class ZnsGateway:
    """`template` is the id of an approved template, `parameter` the name of its one field; `behind` takes what cannot go here."""

    api: OaApi
    base: str
    template: str
    parameter: str = "otp"
    behind: Gateway | None = None

    async def send(self, sms: Sms) -> None:
        """Send a code. Raises SmsRefused when it was not taken, or what the gateway behind it raises."""
        found = _CODE.match(sms.text)
        if found is None:
            await self._elsewhere(sms, "no code")
            return
        given = {
            "phone": f"84{sms.to[1:]}",
            "template_id": self.template,
            "template_data": {self.parameter: found[1]},
        }
        try:
            answer = await self.api.call(
                "POST", "/message/template", given=given, base=self.base, ended=TOKEN
            )
        except (NotConnected, CallLost, NotAuthorised, SQLAlchemyError, OSError) as wrong:
            raise SmsRefused(f"ZNS: {type(wrong).__name__}", again=True) from None
        code = answer["error"]
        if code in FOR_GOOD:
            await self._elsewhere(sms, str(code))
        elif code:
            raise SmsRefused(f"ZNS: {code}", again=True)

    async def stop(self) -> None:
        """Close the session."""
        await self.api.stop()

    async def _elsewhere(self, sms: Sms, why: str) -> None:
        if self.behind is None:
            raise SmsRefused(f"ZNS: {why}, and no gateway behind it")
        await self.behind.send(sms)


def open_gateway(settings: object, db: Database, seal: Seal, behind: Gateway | None = None) -> ZnsGateway:
    """The gateway as the process's settings want it."""
    s: Any = settings
    api = api_of(settings, db, seal, connections=4)
    return ZnsGateway(api, s.zns_api_base, s.zns_template, s.zns_parameter, behind)
