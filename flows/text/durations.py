"""How long something lasts, in the words people use. Used by prompts that ask somebody to wait."""

from __future__ import annotations

MINUTE, HOUR = 60, 3600


def spoken(seconds: int) -> str:
    """ "40 giây", "2 phút", "1 giờ 5 phút"; minutes are rounded up, so that nobody comes back too early."""
    if seconds < MINUTE:
        return f"{max(seconds, 1)} giây"
    minutes = -(-seconds // MINUTE)
    hours, rest = divmod(minutes, MINUTE)
    if not hours:
        return f"{minutes} phút"
    return f"{hours} giờ {rest} phút" if rest else f"{hours} giờ"
