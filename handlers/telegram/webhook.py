"""The Telegram door as the service opens it: made from settings, and called by Telegram over HTTP in webhook mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from handlers.doors import Headers, HttpReply, Parts, Webhook
from handlers.telegram.door import RETRY, TelegramDoor
from handlers.turns.types import TurnResult

PATH = "/telegram/webhook"
SECRET_HEADER = b"x-telegram-bot-api-secret-token"


class ConfiguredDoor:
    """A `Door` with the mode and the secret of the settings. Raises aiogram's TokenValidationError for a bad token."""

    def __init__(self, parts: Parts) -> None:
        s = parts.settings
        keyed = parts.seal.keyed_many("button")
        self.bot = TelegramDoor(
            parts.turns,
            token=s.telegram_token,
            api_base=s.telegram_api_base,
            key=lambda text: keyed(text).hex(),
            typing_after=s.telegram_typing_after,
            poll_seconds=s.telegram_poll_seconds,
            text_limit=s.text_limit,
            body_limit=s.webhook_body_limit,
            run_errands=parts.run_errands,
        )
        self.webhooks: Mapping[str, Webhook] = (
            {PATH: Webhook(self.refused, self.take, s.webhook_body_limit)}
            if s.telegram_mode == "webhook"
            else {}
        )
        self._url = f"{s.address}{PATH}"
        self._secret = s.telegram_webhook_secret
        self._started = False

    async def start(self) -> None:
        """Say what was left, tell Telegram how to reach us, take in."""
        mode: Literal["polling", "webhook"] = "webhook" if self.webhooks else "polling"
        await self.bot.start(mode=mode, webhook_url=self._url, webhook_secret=self._secret)
        self._started = True

    async def stop(self) -> None:
        """Take nothing in any more; say what is under way."""
        await self.bot.stop()

    @property
    def trouble(self) -> str:
        """What Telegram last failed at; "" when all is well."""
        return self.bot.trouble

    def say(self, result: TurnResult) -> None:
        """Say the replies of a turn that began elsewhere."""
        self.bot.reply_sender.say(result.rows)

    def refused(self, headers: Headers) -> HttpReply | None:
        """Who does not bring the secret is turned away."""
        if not self._started:  # the port listens a moment earlier
            return 503, RETRY
        return None if self.bot.is_secret(_secret_in(headers)) else (401, {})

    async def take(self, headers: Headers, body: bytes) -> HttpReply:
        """What Telegram posted."""
        return await self.bot.webhook(_secret_in(headers), body)


def _secret_in(headers: Headers) -> bytes | None:
    return next((value for name, value in headers if name == SECRET_HEADER), None)
