"""How a text will look on a channel: cut as its sender cuts it. Called by the console and `troly campaign preview`."""

from __future__ import annotations

from data.channels import CHANNELS
from handlers.delivery.text_split import split


def preview(words: str, door: str) -> list[str]:
    """The messages a person at this door gets, in order; `words` as `campaigns.words_of` gives them.

    Raises ValueError when there is no such door.
    """
    if door not in CHANNELS:
        raise ValueError(f"there is no door {door!r}: {', '.join(CHANNELS)}")
    longest = CHANNELS[door].longest
    return split(words, longest) if longest else [words]
