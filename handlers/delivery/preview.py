"""How a notice will look at each door. Rule: it is cut and worded by the functions that send it."""

from __future__ import annotations

from handlers.delivery.text_split import split

NAMES = {"telegram": "Telegram", "web": "Trang web", "terminal": "Dòng lệnh", "demo": "Kênh thử"}
_PUSHED = ("telegram", "demo")  # doors whose messages have a largest size


def preview(words: str, door: str) -> list[str]:
    """The messages a person at this door gets, in order; `words` as `campaigns.words_of` gives them.

    Raises ValueError when there is no such door.
    """
    if door not in NAMES:
        raise ValueError(f"there is no door {door!r}: {', '.join(NAMES)}")
    return split(words) if door in _PUSHED else [words]
