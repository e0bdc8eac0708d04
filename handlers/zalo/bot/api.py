"""The Bot Platform's methods, as POST with JSON; and the SendChannel over them. Made by the door and by the worker.

Invariant: success is `ok: true`, whatever the HTTP status; the token is in the address, which nothing here tells anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.delivery.channel import SendResult
from handlers.zalo.rendering import parts
from handlers.zalo.web_calls import ANSWER_SECONDS, CallLost, NotConnected, WebCalls

DOOR = "zalobot"
UNAUTHORISED, NOT_FOUND, TIMEOUT, QUOTA = 401, 404, 408, 429
TYPING_SECONDS = 2.0  # how long a typing sign may take
_TRANSIENT = (403, TIMEOUT)  # 403 is documented as "Internal server error"


@dataclass(frozen=True, slots=True)
class BotAnswer:
    """What a method answered. `code` is error_code, or the HTTP status where there is none; 0 when it went well."""

    ok: bool
    result: Any = field(default=None, repr=False)
    code: int = 0
    description: str = field(default="", repr=False)


class BotApi:
    """One bot. Raises ValueError for a token that could not stand in an address."""

    def __init__(self, token: str, api_base: str, *, connections: int) -> None:
        if not token or any(c.isspace() or c in "/?#%\\" for c in token):
            raise ValueError("this cannot be the token of a Zalo bot")
        self._base = f"{api_base.rstrip('/')}/bot{token}"
        self.http = WebCalls(connections)

    async def call(
        self, method: str, given: Mapping[str, Any] | None = None, *, seconds: float = ANSWER_SECONDS
    ) -> BotAnswer:
        """One method. Raises NotConnected or CallLost; an answer that cannot be read is lost, too."""
        got = await self.http.call("POST", f"{self._base}/{method}", given=given or {}, seconds=seconds)
        if got.object.get("ok") is True:
            return BotAnswer(True, got.object.get("result"))
        if not got.object and got.status < 400:
            raise CallLost("not JSON")
        code = got.object.get("error_code")
        known = code if isinstance(code, int) and not isinstance(code, bool) else got.status
        return BotAnswer(False, None, known or -1, str(got.object.get("description", ""))[:200])


class BotChannel:
    """What carries messages out through one bot. `silence`: seconds of quiet after 429, which names none."""

    def __init__(self, api: BotApi, *, silence: float) -> None:
        self.api = api
        self._silence = silence

    async def start(self) -> None:
        """Open the session."""
        await self.api.http.start()

    async def stop(self) -> None:
        """Close it."""
        await self.api.http.stop()

    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[str]:
        """The messages that say `body`, in order."""
        return parts(body, DOOR)

    async def send(self, account: str, part: str) -> SendResult:
        """Send one message and say what Zalo answered."""
        try:
            answer = await self.api.call("sendMessage", {"chat_id": account, "text": part})
        except NotConnected:
            return SendResult("hold", "no connection")
        except CallLost as lost:
            return SendResult("again", f"no answer ({lost})"[:60], lost=True)
        return SendResult("sent") if answer.ok else self._refusal(answer)

    def _refusal(self, answer: BotAnswer) -> SendResult:
        said = f"{answer.code}"
        if answer.code == QUOTA:
            return SendResult("wait", f"{said} quota", self._silence)
        if answer.code == UNAUTHORISED:
            return SendResult("hold", f"{said} token")
        if answer.code in _TRANSIENT or answer.code >= 500:
            return SendResult("again", said, lost=answer.code == TIMEOUT)
        about = answer.description.lower()
        if "chat" in about or "user" in about:
            return SendResult("blocked", f"{said} gone")
        if answer.code == NOT_FOUND:  # of another host, or of a bot that was taken away: see docs/zalo.md
            return SendResult("hold", f"{said} no such bot here")
        return SendResult("failed", said)
