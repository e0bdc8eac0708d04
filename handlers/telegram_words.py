"""How a reply looks in Telegram: parts, keyboards, button ids, commands. Rule: readable without buttons."""

from __future__ import annotations

import base64
import hmac
import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from flows import catalog
from flows.content import Content
from flows.engine import commands as engine_commands
from flows.engine.state import State
from flows.engine.steps import Scene
from flows.text.normalise import plain
from handlers.delivery.text_split import split

Key = Callable[[str], str]  # a keyed hash in hexadecimal digits, 24 or more
Markup = dict[str, Any]

BUTTONS = 100  # most buttons under one message
KEYBOARD_ROWS = 12  # most rows of a reply keyboard
SHORT_LABEL = 18  # two labels of at most this many characters share a row
_ID_BYTES = 12  # of the keyed hash; 16 characters of base64url, Telegram takes 64
VIETNAM = timezone(timedelta(hours=7))  # no summer time since 1975; needs no time zone files

OPEN_SECURE_PAGE = "Mở trang bảo mật"
OPEN_LINK = "Mở liên kết"
ONLY_BUTTONS = "Mời anh/chị chọn."

# command -> (the words it means, what Telegram's menu shows); a flow's own label stands for itself
_WORDS = {
    "menu": ("menu", "Về menu"),
    "trogiup": (engine_commands.HELP_LABEL, "Trợ lý làm được gì"),
    "quaylai": (engine_commands.BACK_LABEL, "Lùi một bước"),
    "huy": ("hủy", "Thôi việc đang làm"),
    "canbo": (engine_commands.PERSON_LABEL, "Cách gặp người hỗ trợ"),
}
_FLOWS = {
    "tracuu": "lookup",
    "dangky": "registration",
    "matkhau": "password",
    "daumoi": "contacts",
    "dulieu": "my_data",
    "thongbao": "notices",
    "hoidap": "questions",
}
_ALSO = {
    "start": "start",
    "help": engine_commands.HELP_LABEL,
    "cancel": "hủy",
    "stop": "hủy",
}  # understood, not listed


def commands(content: Content) -> dict[str, tuple[str, str]]:
    """Every command listed in Telegram's menu: name -> (the words it means, its description)."""
    flows = {
        name: (catalog.label(flow, content), catalog.label(flow, content))
        for name, flow in _FLOWS.items()
        if flow in catalog.FLOWS
    }
    return {"menu": _WORDS["menu"], **flows, **_WORDS}


def words_of(text: str, content: Content) -> str:
    """What was typed, a known command replaced by the words it means ("/quaylai" -> "Quay lại")."""
    if not text.startswith("/"):
        return text
    name = "".join(text[1:].split(maxsplit=1)[:1]).partition("@")[0].lower()
    if name in _ALSO:
        return _ALSO[name]
    found = commands(content).get(name)
    return found[0] if found else text


# -- buttons


def button_id(key: Key, user: str, label: str) -> str:
    """The callback data of a button: belongs to one person and one wording, nothing is stored for it."""
    digest = key(f"{user}|{_folded(label)}")
    return base64.urlsafe_b64encode(bytes.fromhex(digest[: 2 * _ID_BYTES])).decode("ascii")


@lru_cache(maxsize=2048)
def _folded(label: str) -> str:
    """Labels recur, and folding each one again would be a tenth of a turn."""
    return plain(label) or label


def label_pressed(key: Key, user: str, data: str, labels: Iterable[str]) -> str:
    """Which of `labels` this person's button `data` stands for; "" when none. Equally slow either way."""
    given = data.encode("utf-8", "replace")
    found = ""
    for label in labels:
        if hmac.compare_digest(button_id(key, user, label).encode("ascii"), given):
            found = label
    return found


def labels_valid_now(state: State, content: Content, at: datetime) -> tuple[str, ...]:
    """Every wording a press may mean now: offered last or by the step, on the menu, or valid anywhere."""
    _, step = catalog.find(state.flow, state.step)
    choices = step.choices(Scene(state.answers, content, at)) if step is not None else ()
    labels = (
        *state.options,
        *(choice.label for choice in choices),
        *catalog.menu(content).options,
        *catalog.always_offered(content),
    )
    return tuple(dict.fromkeys(labels))


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
    """One message to send: text with an optional keyboard, or a contact card when `phone` is set."""

    text: str = ""
    markup: Markup | None = None
    phone: str = ""
    name: str = ""


def parts(body: Mapping[str, Any], user: str, key: Key) -> list[Part]:
    """The messages that say a reply of the ledger, in order; the keyboard is under the last text."""
    texts = split(_text(body)) or [ONLY_BUTTONS]
    out = [Part(text) for text in texts[:-1]]
    out.append(Part(texts[-1], _keyboard(body, user, key)))
    card = body.get("contact")
    if card:
        out.append(Part(phone=international(card["phone"]), name=card["name"]))
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


def escaped(text: str) -> str:
    """`text` for parse_mode HTML."""
    return html.escape(text, quote=False)
