"""The Zalo Bot Platform: one static token, polling or webhook; for pilots and staff, not for a province (50 users a bot).

Importing this package loads no HTTP library: a process needs at most what its roles use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.doors import Outbound, Parts

if TYPE_CHECKING:
    from handlers.zalo.bot.door import ZaloBotDoor


def open_door(parts: Parts) -> ZaloBotDoor | None:
    """The bot, where a token is set."""
    if not parts.settings.zalo_bot_token:
        return None
    from handlers.zalo.bot.door import configured

    return configured(parts)


def open_sender(parts: Parts) -> Outbound | None:
    """What the worker sends through the bot."""
    s = parts.settings
    if not s.zalo_bot_token:
        return None
    from handlers.delivery.sender import DIRECT_IN_FLIGHT
    from handlers.zalo.bot.api import BotApi, BotChannel

    api = BotApi(s.zalo_bot_token, s.zalo_bot_api_base, connections=s.notices_in_flight + DIRECT_IN_FLIGHT)
    channel = BotChannel(api, silence=s.zalo_bot_silence_seconds)
    return Outbound(channel, s.zalo_bot_token, rate=s.rate_zalo_bot)
