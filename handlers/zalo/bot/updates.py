"""What an update of the Bot Platform is and means. Pure.

Both body shapes are read: the documented one with `ok` and `result`, and the flat one that is seen in production. For
accounts that Zalo protects (children, people with disabilities …) it sends `message.unsupported.received` instead of the
text: such a message is always answered, with the hotline. Rule: of what cannot be read only field names are ever kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flows.engine.events import Event, Unreadable
from flows.text.normalise import clean
from handlers.turns.types import Act
from handlers.zalo.events import WHENEVER, BadEvent, Ignored, words_of

ACCOUNT = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # a chat id that an address can hold
_KINDS = {"image": "photo", "sticker": "sticker", "voice": "voice", "unsupported": "unsupported"}
_EVENT = re.compile(r"message\.([a-z_]{1,20})\.received")


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that a person did; `key` knows it again when it comes again, "" where it has no number."""

    account: str
    key: str
    event: Event
    act: Act


def unwrapped(body: Any) -> Any:
    """The update in a body of either shape."""
    result = body.get("result") if isinstance(body, dict) else None
    return result if isinstance(result, dict) else body


def read(raw: Any, text_limit: int) -> Update:
    """The update in `raw`, of either shape.

    Raises BadEvent when it is none, Ignored when nobody is to be answered.
    """
    update = unwrapped(raw)
    name = update.get("event_name") if isinstance(update, dict) else None
    if not isinstance(name, str):
        raise BadEvent("no event_name")
    kind = _EVENT.fullmatch(name)
    if kind is None:
        raise Ignored(f"event {name[:40]}")
    message = update.get("message")
    if not isinstance(message, dict):
        raise Ignored(f"{kind[1]} without a message")
    chat, sender = message.get("chat"), message.get("from")
    if not isinstance(chat, dict):
        raise BadEvent("no chat")
    account = chat.get("id")
    if not isinstance(account, str) or not ACCOUNT.fullmatch(account):
        raise BadEvent("no chat id")
    if str(chat.get("chat_type", "PRIVATE")).upper() != "PRIVATE":
        raise Ignored("a group")  # only mentions of us come from there
    if isinstance(sender, dict) and sender.get("is_bot") is True:
        raise Ignored("a bot as the sender")
    number = message.get("message_id")
    key = number if isinstance(number, str) and number else ""
    words = message.get("text" if kind[1] == "text" else "caption")
    said = words if isinstance(words, str) else ""
    event: Event
    if kind[1] == "text":
        event = words_of(said, text_limit)
    else:
        event = Unreadable(_KINDS.get(kind[1], "other"), WHENEVER, clean(said))
    return Update(account, key, event, Act(joins=kind[1] == "text", note=key))
