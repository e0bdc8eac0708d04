"""How a reply looks on Zalo, which has text alone: options are numbered lines, a link and a phone stand in the text. Pure.

Invariant: an option has the number under which the engine knows it, so that typing the number chooses it; it has none where
numbers mean lines of a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data.channels import CHANNELS
from flows.calendar.office_hours import VIETNAM
from handlers.delivery.text_split import split, units

CHOOSE = "Anh/chị nhắn số để chọn:"
WORDS = "Anh/chị nhắn chữ để chọn (số là việc trong danh sách):"
ONLY_ONE = "Anh/chị nhắn 1:"


def parts(body: Mapping[str, Any], door: str) -> list[str]:
    """The messages that say a reply of the outbox at this door, in order; the options end the last one."""
    longest = CHANNELS[door].longest
    texts = split(_text(body), longest)
    menu = _menu(body)
    if not menu:
        return texts
    if texts and units(texts[-1]) + 2 + units(menu) <= longest:
        texts[-1] = f"{texts[-1]}\n\n{menu}"
        return texts
    return [*texts, *split(menu, longest)]


def options_in(body: Mapping[str, Any]) -> list[str]:
    """What can be chosen by number. Sharing the phone is left out: nothing on Zalo vouches for a number; it is the last."""
    shares = body.get("shares", "")
    return [str(label) for label in body.get("options", ()) if label != shares]


def _menu(body: Mapping[str, Any]) -> str:
    labels = options_in(body)
    if body.get("by_words"):
        return "\n".join([WORDS, *(f"• {label}" for label in labels)])
    lines = [f"{n}. {label}" for n, label in enumerate(labels, start=1)]
    return "\n".join([CHOOSE if len(labels) > 1 else ONLY_ONE, *lines]) if labels else ""


def _text(body: Mapping[str, Any]) -> str:
    text = str(body.get("text", ""))
    if "until" in body:
        clock = datetime.fromisoformat(body["until"]).astimezone(VIETNAM)
        text = f"{text}\n(đến {clock:%H:%M})"
    if "paper" in body:
        text = f"{text}\n📎 {body['paper']['name']}"
    link = str(body.get("link", ""))
    if link and link not in text:
        text = f"{text}\n{link}"
    card = body.get("contact")
    if card:
        text = f"{text}\n☎ {card['name']} {card['phone']}"
    return text
