"""The Zalo Official Account, the province's own: a webhook that is signed, tokens that are exchanged, and reply windows.

Importing this package loads no HTTP library: a process needs at most what its roles use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.doors import Outbound, Parts

if TYPE_CHECKING:
    from handlers.zalo.oa.door import ZaloOaDoor


def open_door(parts: Parts) -> ZaloOaDoor | None:
    """The account, where an app is set."""
    if not parts.settings.zalo_app_id:
        return None
    from handlers.zalo.oa.door import configured

    return configured(parts)


def open_sender(parts: Parts) -> Outbound | None:
    """What the worker sends through the account."""
    s = parts.settings
    if not s.zalo_app_id:
        return None
    from handlers.delivery.sender import DIRECT_IN_FLIGHT
    from handlers.zalo.oa.configured import channel_of

    channel = channel_of(parts, connections=s.notices_in_flight + DIRECT_IN_FLIGHT)
    return Outbound(channel, f"zalo {s.zalo_app_id}", rate=s.rate_zalo)
