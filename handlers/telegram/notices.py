"""What the worker sends to Telegram: python-telegram-bot over aiohttp. Invariant: no other file imports `telegram`; plain text.

python-telegram-bot's own transport takes eight times as long per message (docs/decisions/0007). Nothing here logs an
address: it holds the token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import BaseRequest, RequestData

from handlers.delivery.channel import SendResult
from handlers.telegram.buttons import Key
from handlers.telegram.rendering import Part, parts

CONNECT_SECONDS = 5.0  # until a connection that does not come is given up
ANSWER_SECONDS = 15.0  # until an answer that does not come is lost
NO_RETRY_AFTER = 5.0  # seconds of silence on a 429 that names none
_GONE = (  # descriptions of 400 that mean: this person cannot be reached any more
    "chat not found",
    "user is deactivated",
    "user not found",
    "peer_id_invalid",
    "bot was kicked",
    "bot can't initiate conversation",
)
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NotReached(NetworkError):
    """No connection: the request was not even written."""


class Silence(TelegramError):
    """429: nothing is to be sent for `after` seconds. The library's own RetryAfter warns each time it is made."""

    def __init__(self, after: float) -> None:
        super().__init__("429")
        self.after = after


class AnswerLost(NetworkError):
    """The request was written, or may have been; what became of it is unknown."""


class AiohttpRequest(BaseRequest):
    """Requests of a Bot through one aiohttp session with at most `connections`; no proxy from the environment."""

    __slots__ = ("_connections", "_session")

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds until an answer is lost."""
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Open the session; connections follow when they are needed."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
                timeout=aiohttp.ClientTimeout(
                    total=CONNECT_SECONDS + ANSWER_SECONDS,
                    sock_connect=CONNECT_SECONDS,
                    sock_read=ANSWER_SECONDS,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as JSON; what is none is not written into the log, as the library would.

        Raises AnswerLost when it is none.
        """
        try:
            answer = json.loads(payload)
        except ValueError:
            raise AnswerLost("the answer is not JSON") from None
        if not isinstance(answer, dict):
            raise AnswerLost("the answer is not an object")
        return answer

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """One request; returns status and body.

        Raises NotReached or AnswerLost where there is no answer, Silence for a 429.
        """
        assert self._session is not None, "initialize first"
        body = request_data.url_encoded_parameters().encode() if request_data else None
        try:
            async with self._session.request(method, url, data=body, headers=_FORM) as answer:
                status, payload = answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as wrong:
            raise NotReached(type(wrong).__name__) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as wrong:
            raise AnswerLost(type(wrong).__name__) from None
        if status == 429:
            raise Silence(_silence(payload))
        if status >= 500:
            raise NetworkError(str(status))
        return status, payload


class _TextRequest:
    """What a RequestData is to a request, for fields that are encoded already."""

    __slots__ = ("_encoded",)

    def __init__(self, encoded: str) -> None:
        self._encoded = encoded

    def url_encoded_parameters(self) -> str:
        """The fields, as `application/x-www-form-urlencoded`."""
        return self._encoded


class TextBot(Bot):
    """A Bot that sends a text and does not read the message back: making an object of it takes a third of the time."""

    async def tell(self, account: str, text: str) -> None:
        """sendMessage of a `text` to an `account`, both encoded. Raises TelegramError as the Bot's own methods do."""
        fields: Any = _TextRequest(f"chat_id={account}&text={text}")
        await self.request.post(f"{self.base_url}/sendMessage", fields)

    async def tell_with(self, data: dict[str, Any]) -> None:
        """sendMessage with these fields. Raises TelegramError as the Bot's own methods do."""
        await self._post("sendMessage", data)


class TelegramChannel:
    """Messages of one bot. Never asks who the bot is: that Telegram is away must not stop a start."""

    def __init__(self, token: str, api_base: str, *, key: Key, connections: int) -> None:
        self._request = AiohttpRequest(connections)
        self.bot = TextBot(
            token,
            base_url=f"{api_base.rstrip('/')}/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._key = key
        self._plain: dict[str, list[Part]] = {}  # the newest text: a campaign repeats it thousands of times
        self._encoded = lru_cache(maxsize=4)(quote_plus)  # its parts

    async def start(self) -> None:
        """Open the session."""
        await self._request.initialize()

    async def stop(self) -> None:
        """Close it."""
        await self._request.shutdown()

    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[Part]:
        """The messages that say `body`, in order; options are buttons under the last text."""
        if len(body) > 1 or "text" not in body:
            return parts(body, account, self._key)
        text = str(body["text"])
        if text not in self._plain:
            self._plain = {text: parts(body, account, self._key)}
        return self._plain[text]

    async def send(self, account: str, part: Part) -> SendResult:
        """Send one message and say what Telegram answered."""
        try:
            await self._send(account, part)
        except Silence as silence:
            return SendResult("wait", "429", silence.after)
        except ChatMigrated as moved:
            return SendResult("moved", "moved", to=str(moved.new_chat_id))
        except Forbidden:
            return SendResult("blocked", "403 blocked")
        except InvalidToken:
            return SendResult("hold", "401 token")
        except BadRequest as refused:
            said = refused.message.lower()
            if any(gone in said for gone in _GONE):
                return SendResult("blocked", "400 gone")
            return SendResult("failed", f"400 {_harmless(said)}")
        except NotReached:
            return SendResult("hold", "no connection")
        except AnswerLost as lost:
            return SendResult("again", f"no answer ({lost.message})"[:60], lost=True)
        except TelegramError as wrong:
            return SendResult("again", _harmless(wrong.message) or type(wrong).__name__)
        return SendResult("sent")

    async def _send(self, account: str, part: Part) -> None:
        """Send it; into its topic, or the chat where that was deleted meanwhile."""
        try:
            await self._send_to(account, part, part.topic)
        except BadRequest as refused:
            if not part.topic or "thread" not in refused.message.lower():
                raise
            await self._send_to(account, part, 0)

    async def _send_to(self, account: str, part: Part, topic: int) -> None:
        if part.phone:
            await self.bot.send_contact(account, part.phone, part.name, message_thread_id=topic or None)
            return
        markup = part.markup if part.markup and "inline_keyboard" in part.markup else None
        if not topic and not markup:
            await self.bot.tell(quote_plus(account), self._encoded(part.text))
            return
        data: dict[str, Any] = {"chat_id": account, "text": part.text}
        if topic:
            data["message_thread_id"] = topic
        if markup:
            data["reply_markup"] = markup
        await self.bot.tell_with(data)


def _silence(payload: bytes) -> float:
    """How many seconds of silence an answer asks for."""
    found = re.search(rb'"retry_after"\s*:\s*([0-9]+)', payload)
    return float(found[1]) if found else NO_RETRY_AFTER


def _harmless(text: str) -> str:
    """What an answer says, without digits and names that it may quote."""
    return re.sub(r"[^a-z0-9' ]+|[0-9]{4,}", "", text.lower())[:40].strip()
