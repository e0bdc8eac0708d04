"""The Zalo Bot door: updates in by polling or webhook, replies out. Made by handlers/zalo/bot/__init__.py.

Zalo documents no offset and no acknowledgement: an update is kept in memory and tried until it is committed, and one that
comes again is known by its message id. Invariant: the next update is asked for only when the last one is committed.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from handlers.delivery.retry_policy import patience
from handlers.doors import Headers, HttpReply, Parts, Webhook
from handlers.turns.types import Busy, NotKept
from handlers.zalo.bot.api import DOOR, NOT_FOUND, TIMEOUT, TYPING_SECONDS, BotApi, BotChannel
from handlers.zalo.bot.updates import read, unwrapped
from handlers.zalo.door import LONGEST_PAUSE, REMEMBERED, RETRY, DoorParts, ZaloDoor
from handlers.zalo.events import BadEvent, Ignored, shape_of
from handlers.zalo.lanes import LaneLimits
from handlers.zalo.web_calls import CallLost, NotConnected, object_in

PATH = "/zalo/bot/webhook"
SECRET_HEADER = b"x-bot-api-secret-token"
CONNECTIONS = 50  # calls of this process to Zalo that may be open at once
POLL_APART = 1.0  # seconds between polls that brought nothing new: read updates may come back on every poll
POLL_GRACE = 10.0  # seconds that a poll's answer may take beyond the poll itself


class ZaloBotDoor(ZaloDoor):
    """The bot. `webhook_url` empty: it polls. `secret` comes with each webhook call."""

    def __init__(
        self, parts: DoorParts, api: BotApi, *, poll_seconds: int, webhook_url: str = "", secret: str = ""
    ) -> None:
        super().__init__(parts)
        self.api = api
        self.ready = asyncio.Event()  # Zalo knows how updates come here
        self._poll_seconds = poll_seconds
        self._url, self._secret = webhook_url, secret.encode()
        self._recent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.webhooks: Mapping[str, Webhook] = {}

    async def start(self) -> None:
        """Say what was left, then take in. Zalo need not be reachable: it is told later."""
        await self.open(life=self._take_in)

    async def stop(self) -> None:
        """Take nothing in any more; say what is under way."""
        await self.close()

    async def _take_in(self) -> None:
        if self._url:
            await self._insist("setWebhook", {"url": self._url, "secret_token": self._secret.decode()})
            self.ready.set()
            return
        await self._insist("deleteWebhook", {})
        self.ready.set()
        await self._poll_on()

    async def _insist(self, method: str, given: Mapping[str, Any]) -> None:
        """Ask until it is done: the door cannot live without it."""
        tries = 0
        while True:
            try:
                answer = await self.api.call(method, given)
            except (NotConnected, CallLost) as wrong:
                self.note(method, str(wrong))
            else:
                unverified = method == "setWebhook" and _unverified(answer.result)
                gone = method == "deleteWebhook" and answer.code == NOT_FOUND  # there was none
                self.note(method, "" if answer.ok or gone else str(answer.code))
                if unverified:  # kept by Zalo all the same; the log and /readyz say so
                    self.note(method, "Zalo could not verify the address")
                if answer.ok or gone:
                    return
            await self._sleep(patience(tries, LONGEST_PAUSE))
            tries += 1

    # -- by polling

    async def _poll_on(self) -> None:
        tries = 0
        while True:
            asked = time.monotonic()
            try:
                answer = await self.api.call(
                    "getUpdates",
                    {"timeout": str(self._poll_seconds)},
                    seconds=self._poll_seconds + POLL_GRACE,
                )
            except (NotConnected, CallLost) as wrong:
                self.note("getUpdates", str(wrong))
                await self._sleep(patience(tries, LONGEST_PAUSE))
                tries += 1
                continue
            if not answer.ok and answer.code != TIMEOUT:
                self.note("getUpdates", str(answer.code))
                await self._sleep(patience(tries, LONGEST_PAUSE))
                tries += 1
                continue
            self.note("getUpdates", "")
            tries = 0
            new = [await self._until_kept(raw) for raw in _updates(answer.result)]
            if not any(new) and time.monotonic() - asked < POLL_APART:
                await self._sleep(POLL_APART)

    async def _until_kept(self, raw: Any) -> bool:
        """Act on a polled update, again and again until it is committed; False when it was known already."""
        tries = 0
        while True:
            try:
                return await self.to_its_end(self.take_polled(raw))
            except (Busy, NotKept):
                await self._sleep(patience(tries, LONGEST_PAUSE))
                tries += 1

    # -- by webhook

    def refused(self, headers: Headers) -> HttpReply | None:
        """Who does not bring the secret is turned away."""
        given = next((value for name, value in headers if name == SECRET_HEADER), b"")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            return 401, {}
        return None if self._open else (503, RETRY)  # the port listens a moment earlier

    async def webhook(self, headers: Headers, body: bytes) -> HttpReply:
        """What Zalo posted; answered once it is committed, a dead letter, or ignored on purpose."""
        if (refused := self.refused(headers)) is not None:
            return refused
        raw = object_in(body)
        if raw:
            return await self.take(
                _account_in(raw), lambda: (self._key_of(raw), shape_of(raw)), lambda: self.take_raw(raw)
            )
        if body.strip() in (b"", b"{}"):  # a probe; what Zalo posts to verify an address is not documented
            self.ignore("a probe")
            return 200, {}
        key, size = self.unnumbered(body), {"bytes": len(body)}
        return await self.take("", lambda: (key, size), lambda: self.dead_letter(key, "not JSON", size))

    # -- one update

    async def take_polled(self, raw: Any) -> bool:
        """Act on one update, or put it aside where it cannot be acted on; False when nothing new came of it. Raises Busy or NotKept."""
        return bool(
            await self.to_an_end(lambda: (self._key_of(raw), shape_of(raw)), lambda: self.take_raw(raw))
        )

    async def take_raw(self, raw: Any) -> bool:
        """Act on one update; False when it was acted on before, or is nothing to act on. Raises Busy or NotKept."""
        try:
            update = read(raw, self.parts.text_limit)
        except Ignored as ignored:
            self.ignore(str(ignored))
            return False
        except BadEvent as bad:
            await self.dead_letter(self._key_of(raw), str(bad), shape_of(raw))
            return False
        key = update.key or self._key_of(raw)
        if (update.account, key) in self._recent:
            return False
        result = await self.hear(update.account, key, update.event, update.act)
        self._recent[update.account, key] = None
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)
        return not result.repeat

    def _key_of(self, raw: Any) -> str:
        """A key for an update that has no number of its own, or cannot be read."""
        try:
            return self.unnumbered(json.dumps(raw).encode())
        except (ValueError, RecursionError):
            return self.unnumbered(repr(shape_of(raw)).encode())

    async def typing(self, account: str) -> None:
        """Show that an answer is being made; whether it is shown matters to nobody."""
        try:
            await self.api.call(
                "sendChatAction", {"chat_id": account, "action": "typing"}, seconds=TYPING_SECONDS
            )
        except (NotConnected, CallLost):
            return


def _updates(result: Any) -> list[Any]:
    """What getUpdates brought: documented is one object; a list and nothing at all are read, too."""
    if isinstance(result, list):
        return result
    return [result] if isinstance(result, dict) and result else []


def _account_in(raw: dict[str, Any]) -> str:
    """Whose update this is; "" where that cannot be read."""
    update = unwrapped(raw)
    message = update.get("message") if isinstance(update, dict) else None
    chat = message.get("chat") if isinstance(message, dict) else None
    account = chat.get("id") if isinstance(chat, dict) else None
    return account if isinstance(account, str) else ""


def _unverified(result: Any) -> bool:
    """Whether Zalo says that its test call to our address failed."""
    told = result.get("verification") if isinstance(result, dict) else None
    return isinstance(told, dict) and told.get("ok") is False


def configured(parts: Parts) -> ZaloBotDoor:
    """The door as the settings want it."""
    s = parts.settings
    api = BotApi(s.zalo_bot_token, s.zalo_bot_api_base, connections=CONNECTIONS)
    by_webhook = s.zalo_bot_mode == "webhook"
    door = ZaloBotDoor(
        DoorParts(
            DOOR,
            parts.turns,
            parts.seal,
            BotChannel(api, silence=s.zalo_bot_silence_seconds),
            s.text_limit,
            s.zalo_bot_typing_after,
            parts.run_errands,
            lanes=LaneLimits(s.zalo_kept, s.zalo_kept_account),
        ),
        api,
        poll_seconds=s.zalo_bot_poll_seconds,
        webhook_url=f"{s.address}{PATH}" if by_webhook else "",
        secret=s.zalo_bot_webhook_secret if by_webhook else "",
    )
    if by_webhook:
        door.webhooks = {PATH: Webhook(door.refused, door.webhook, s.webhook_body_limit)}
    return door
