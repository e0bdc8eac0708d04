"""The Telegram channel. aiogram takes in and replies; python-telegram-bot sends what leaves on its own.

Importing this package loads neither: they take seconds, and a process needs at most what its roles use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.doors import Outbound, Parts

if TYPE_CHECKING:
    from handlers.telegram.webhook import ConfiguredDoor


def open_door(parts: Parts) -> ConfiguredDoor | None:
    """The bot, where a token is set."""
    if not parts.settings.telegram_token:
        return None
    from handlers.telegram.webhook import ConfiguredDoor

    return ConfiguredDoor(parts)


def open_sender(parts: Parts) -> Outbound | None:
    """What the worker sends through the bot."""
    s = parts.settings
    if not s.telegram_token:
        return None
    from handlers.delivery.sender import DIRECT_IN_FLIGHT
    from handlers.telegram.notices import TelegramChannel

    def key(text: str) -> str:
        return parts.seal.keyed("button", text)

    connections = s.notices_in_flight + DIRECT_IN_FLIGHT
    channel = TelegramChannel(s.telegram_token, s.telegram_api_base, key=key, connections=connections)
    return Outbound(channel, s.telegram_token, rate=s.rate_telegram)
