"""Whose page sent a request: the Origin header against our own addresses. Called by chat.py and the console's access control."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_ours(origin: str | None, host: str | None, address: str) -> bool:
    """Whether `origin` is absent (no browser: nobody's cookie rides along unasked), the host that was called, or `address`."""
    if origin is None:
        return True
    place = _place(origin)
    return place != "" and place in (_place(f"//{host or ''}"), _place(address))


def _place(address: str) -> str:
    """Host and port of an address, in lower case; "" where there is none to be read."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
