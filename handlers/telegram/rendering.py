"""How a reply looks in Telegram: its parts and keyboards. Called by replies.py and notices.py.

Invariant: every reply can be read, and answered by typing, without its buttons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from data.channels import CHANNELS
from flows.paper import Paper, paper_of
from handlers.delivery.text_split import split
from handlers.telegram.buttons import Key, button_id

Markup = dict[str, Any]

BUTTONS = 100  # most buttons under one message
KEYBOARD_ROWS = 12  # most rows of a reply keyboard
SHORT_LABEL = 18  # two labels of at most this many characters share a row
VIETNAM = timezone(timedelta(hours=7))  # no summer time since 1975; needs no time zone files

OPEN_SECURE_PAGE = "Mở trang bảo mật"
OPEN_LINK = "Mở liên kết"
ONLY_BUTTONS = "Mời anh/chị chọn."


# -- buttons


def _rows(labels: Sequence[str]) -> list[list[str]]:
    """One label a row; two when both are short."""
    rows: list[list[str]] = []
    for label in labels:
        last = rows[-1] if rows else None
        if last is not None and len(last) == 1 and len(last[0]) <= SHORT_LABEL and len(label) <= SHORT_LABEL:
            last.append(label)
        else:
            rows.append([label])
    return rows


def _keyboard(body: Mapping[str, Any], user: str, key: Key) -> Markup:
    options = [str(label) for label in body.get("options", ())][:BUTTONS]
    shares = body.get("shares", "")
    if shares:
        keys: list[list[dict[str, Any]]] = [[{"text": shares, "request_contact": True}]]
        keys += [[{"text": label} for label in row] for row in _rows([o for o in options if o != shares])]
        return {"keyboard": keys[:KEYBOARD_ROWS], "resize_keyboard": True, "one_time_keyboard": True}
    buttons: list[list[dict[str, Any]]] = []
    if _has_link_button(body):
        label = OPEN_SECURE_PAGE if "/secure/" in body["link"] else OPEN_LINK
        buttons.append([{"text": label, "url": body["link"]}])
    for row in _rows(options):
        buttons.append([{"text": label, "callback_data": button_id(key, user, label)} for label in row])
    return {"inline_keyboard": buttons} if buttons else {"remove_keyboard": True}


def _has_link_button(body: Mapping[str, Any]) -> bool:
    """Telegram takes only public https addresses as buttons, and none beside a reply keyboard."""
    return str(body.get("link", "")).startswith("https://") and not body.get("shares")


# -- text


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send: text with an optional keyboard, a contact card when `phone` is set, or a file when `paper` is; into `topic`, if any."""

    text: str = ""
    markup: Markup | None = None
    phone: str = ""
    name: str = ""
    topic: int = 0
    paper: Paper | None = None  # sent as a file


def parts(body: Mapping[str, Any], user: str, key: Key, *, files: bool = False) -> list[Part]:
    """The messages that say a reply of the outbox, in order; the keyboard is under the last text.

    `files`: a paper goes as a file, else a link leads to it.
    """
    paper = paper_of(body["paper"]) if files and "paper" in body else None
    if paper is not None:
        body = {key: value for key, value in body.items() if key != "link"}
    texts = split(_text(body), CHANNELS["telegram"].longest) or [ONLY_BUTTONS]
    topic = int(body.get("topic", 0))
    out = [Part(text, topic=topic) for text in texts[:-1]]
    out.append(Part(texts[-1], _keyboard(body, user, key), topic=topic))
    card = body.get("contact")
    if card:
        out.append(Part(phone=international(card["phone"]), name=card["name"], topic=topic))
    if paper is not None:
        out.append(Part(paper=paper, topic=topic))
    return out


def _text(body: Mapping[str, Any]) -> str:
    text = str(body.get("text", ""))
    if "until" in body:
        clock = datetime.fromisoformat(body["until"]).astimezone(VIETNAM)
        text = f"{text}\n(đến {clock:%H:%M})"
    link = body.get("link", "")
    if link and link not in text and not _has_link_button(body):
        text = f"{text}\n{link}"
    return text


def international(phone: str) -> str:
    """ "0836393959" -> "+84836393959", which can be called from anywhere; anything else stays."""
    return f"+84{phone[1:]}" if phone.startswith("0") and len(phone) == 10 else phone
