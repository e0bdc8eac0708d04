"""The Official Account's calls, and the SendChannel over them. Made by configured.py.

Invariant: the access token goes into its header and nowhere else; an old one is exchanged once and the call tried once more.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from handlers.delivery.channel import SendResult
from handlers.zalo.oa.errors import ABOUT, TOKEN, result_of
from handlers.zalo.oa.tokens import NotAuthorised, Tokens
from handlers.zalo.rendering import options_in, parts
from handlers.zalo.web_calls import CallAnswer, CallLost, NotConnected, WebCalls

log = logging.getLogger("troly.zalo")

DOOR = "zalo"
SETTLE_SECONDS = 5.0  # what an exchange of tokens has to end when the process does
MOST_BUTTONS = 5
TITLE, PAYLOAD = 100, 1000  # characters of a button


@dataclass(frozen=True, slots=True)
class OaMessage:
    """One consultation message; `buttons` are labels, () for none."""

    text: str
    buttons: tuple[str, ...] = ()

    def body(self, account: str, *, plain: bool = False) -> dict[str, Any]:
        """The request; `plain`: without buttons."""
        message: dict[str, Any] = {"text": self.text}
        if self.buttons and not plain:
            buttons = [
                {"title": b[:TITLE], "type": "oa.query.show", "payload": b[:PAYLOAD]} for b in self.buttons
            ]
            message["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        return {"recipient": {"user_id": account}, "message": message}


class OaApi:
    """Calls of one account. `proof`: each call also proves that we know the app secret, where the app asks for that."""

    def __init__(self, calls: WebCalls, tokens: Tokens, api_base: str, *, proof: bool = False) -> None:
        self.calls, self.tokens = calls, tokens
        self._base = api_base.rstrip("/")
        self._proof = proof
        tokens.probe = self.probe

    async def call(
        self,
        method: str,
        path: str,
        *,
        given: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        base: str = "",
        ended: Collection[int] = TOKEN,
    ) -> dict[str, Any]:
        """One call: a JSON body (`given`), or GET with `data`; returns the answer with its `error` as a whole number.

        `base`: another address than the account's; `ended`: its codes for an access token that has ended.
        Raises NotConnected, CallLost, NotAuthorised, or what the database raises.
        """
        address = f"{base.rstrip('/') or self._base}{path}"
        pair = await self.tokens.current()
        answer = self._read(await self._once(method, address, pair.access, given, data))
        if answer["error"] in ended:
            pair = await self.tokens.after_refusal(pair.generation)
            answer = self._read(await self._once(method, address, pair.access, given, data))
        return answer

    async def quota(self) -> dict[str, Any]:
        """What Zalo says is left of the account's consultation messages; the form of `data` is not documented. Raises as `call`."""
        given = {"quota_owner": "OA", "product_type": "cs"}
        return await self.call("POST", "/v3.0/oa/quota/message", given=given)

    async def stop(self) -> None:
        """Finish an exchange of tokens that is under way, then close the session."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self.tokens.settle()
        await self.calls.stop()

    async def probe(self, access: str) -> str:
        """Whether an access token still works: "works", "ended", or "unknown"."""
        try:
            answer = self._read(await self._once("GET", f"{self._base}/v2.0/oa/getoa", access, None, None))
        except (NotConnected, CallLost):
            return "unknown"
        if answer["error"] in TOKEN:
            return "ended"
        return "works" if answer["error"] == 0 else "unknown"

    async def _once(
        self,
        method: str,
        address: str,
        access: str,
        given: Mapping[str, Any] | None,
        data: Mapping[str, Any] | None,
    ) -> CallAnswer:
        headers = {"access_token": access}
        if self._proof:
            key = self.tokens.app_secret.encode()
            headers["appsecret_proof"] = hmac.new(key, access.encode(), hashlib.sha256).hexdigest()
        query = {"data": json.dumps(data)} if data is not None else None
        return await self.calls.call(method, address, given=given, query=query, headers=headers)

    @staticmethod
    def _read(answer: CallAnswer) -> dict[str, Any]:
        code = answer.object.get("error")
        if answer.status >= 500 or not isinstance(code, int) or isinstance(code, bool):
            raise CallLost(f"HTTP {answer.status}")
        return answer.object


class OaChannel:
    """What carries messages out through the account. `buttons`: also as buttons, which a real account has to confirm."""

    def __init__(self, api: OaApi, *, silence: float, buttons: bool = False) -> None:
        self.api = api
        self._silence, self._buttons = silence, buttons
        self.trouble = ""  # the configuration error met last; "" when messages are taken

    async def start(self) -> None:
        """Open the session."""
        await self.api.calls.start()

    async def stop(self) -> None:
        """Close it."""
        await self.api.stop()

    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[OaMessage]:
        """The messages that say `body`, in order; every option stands in the text, buttons or not."""
        texts = parts(body, DOOR)
        labels = tuple(options_in(body)) if self._buttons else ()
        buttons = labels if 0 < len(labels) <= MOST_BUTTONS else ()
        return [OaMessage(t, buttons if n == len(texts) else ()) for n, t in enumerate(texts, start=1)]

    async def send(self, account: str, part: OaMessage) -> SendResult:
        """Send one message and say what Zalo answered; one with buttons that is refused is sent without them."""
        result = await self._send(account, part, plain=not part.buttons)
        if part.buttons and result.state == "failed":
            result = await self._send(account, part, plain=True)
        self._note(result)
        return result

    async def _send(self, account: str, part: OaMessage, *, plain: bool) -> SendResult:
        try:
            answer = await self.api.call("POST", "/v3.0/oa/message/cs", given=part.body(account, plain=plain))
        except NotConnected:
            return SendResult("hold", "no connection")
        except CallLost as lost:
            return SendResult("again", f"no answer ({lost})"[:60], lost=True)
        except NotAuthorised:
            return SendResult("hold", "not authorised")
        except (SQLAlchemyError, OSError) as wrong:
            return SendResult("hold", f"token not read ({type(wrong).__name__})")
        code = answer["error"]
        if code and not plain:
            return SendResult("failed", f"zalo {code} with buttons")
        return result_of(code, silence=self._silence)

    def _note(self, result: SendResult) -> None:
        trouble = result.text if result.state == "hold" else ""
        if trouble and trouble != self.trouble:
            code = trouble.removeprefix("zalo ")
            about = ABOUT.get(int(code), "") if code.lstrip("-").isdigit() else ""
            log.error("zalo: nothing can be sent: %s %s", trouble, about)
        self.trouble = trouble
