"""What an event of the Official Account is and means. Pure. Called after the signature was checked.

One URL serves all accounts of an app: `oa_of` tells whose an event is. Rule: a phone that the person typed into a form of
Zalo's (user_submit_info) proves nothing, and is not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from flows.engine.events import Event, SentFile, Unreadable
from flows.text.normalise import clean
from handlers.turns.types import Act
from handlers.zalo.events import WHENEVER, BadEvent, Ignored, words_of

ACCOUNT = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_KINDS = {
    "user_send_image": "photo",
    "user_send_gif": "sticker",
    "user_send_sticker": "sticker",
    "user_send_audio": "voice",
    "user_send_video": "file",
    "user_send_file": "file",
    "user_send_location": "location",
    "user_send_business_card": "contact",
    "user_submit_info": "contact",
}
_WORDS = ("user_send_text", "user_send_link")
Deed = Literal["said", "followed", "left", "officer"]


@dataclass(frozen=True, slots=True)
class OaEvent:
    """One thing that happened: a person said something, followed or left; an officer wrote in Zalo's own tool.

    `key` knows it again; `event` is what the conversation hears; `words` are an officer's. `at`: when it happened, in
    seconds since 1970; set by the door, which knows the headers, too.
    """

    deed: Deed
    account: str
    key: str
    event: Event | None = None
    act: Act = Act()  # noqa: RUF009  # frozen
    words: str = ""
    at: float = 0.0


def stamp_of(body: dict[str, Any]) -> float | None:
    """When an event happened, in seconds since 1970; None where it does not say."""
    given = body.get("timestamp")
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        return None
    number = float(text)
    return number / 1000.0 if len(text) > 11 else number


def oa_of(body: dict[str, Any]) -> str:
    """The account that an event concerns; "" where it names none."""
    name = str(body.get("event_name", ""))
    whose = "sender" if name.startswith("oa_") else "recipient"
    return _id(body, whose) or str(body.get("oa_id", ""))


def read(body: dict[str, Any], text_limit: int) -> OaEvent:
    """The event in a body.

    Raises BadEvent when it is none, Ignored when nothing is to be done.
    """
    name = body.get("event_name")
    if not isinstance(name, str) or not name:
        raise BadEvent("no event_name")
    message = body.get("message") if isinstance(body.get("message"), dict) else {}
    assert isinstance(message, dict)
    number = message.get("msg_id")
    key = number if isinstance(number, str) and number else f"{name} {body.get('timestamp', '')}"
    if name.startswith("oa_send_") and "group" not in name:
        return _by_the_account(name, body, message, key)
    if name in ("follow", "unfollow"):
        account = _account(_id(body, "follower") or _id(body, "sender"))
        deed: Deed = "followed" if name == "follow" else "left"
        return OaEvent(deed, account, key)
    if name not in _WORDS and name not in _KINDS:
        raise Ignored(f"event {name[:40]}")
    account = _account(_id(body, "sender") or _id(body, "follower"))
    said = message.get("text")
    words = said if isinstance(said, str) else ""
    if name in _WORDS and (words or name == "user_send_text"):
        return OaEvent("said", account, key, words_of(words, text_limit), Act(joins=True, note=key))
    event = _unread(name, message, words)
    return OaEvent("said", account, key, event, Act(note=key))


def _by_the_account(name: str, body: dict[str, Any], message: dict[str, Any], key: str) -> OaEvent:
    """Our own messages come back; an `admin_id` says that a human wrote one in Zalo's chat tool."""
    sender = body.get("sender")
    officer = sender.get("admin_id") if isinstance(sender, dict) else None
    if not isinstance(officer, str) or not officer:
        raise Ignored("an echo")
    words = message.get("text")
    text = clean(words) if isinstance(words, str) else ""
    shown = text or f"({name.removeprefix('oa_send_')[:20]})"
    return OaEvent("officer", _account(_id(body, "recipient")), key, words=shown)


def _unread(name: str, message: dict[str, Any], words: str) -> Event:
    kind = _KINDS.get(name, "other")
    if name == "user_send_file":
        payload = _payload(message)
        size = str(payload.get("size", ""))
        called = clean(str(payload.get("name", "")))[:200]
        long = int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0
        return SentFile(called, long, str(payload.get("type", ""))[:40], WHENEVER)
    return Unreadable(kind, WHENEVER, clean(words))


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    attached = message.get("attachments")
    first = attached[0] if isinstance(attached, list) and attached else None
    payload = first.get("payload") if isinstance(first, dict) else None
    return payload if isinstance(payload, dict) else {}


def _id(body: dict[str, Any], whose: str) -> str:
    given = body.get(whose)
    found = given.get("id") if isinstance(given, dict) else None
    return found if isinstance(found, str) else ""


def _account(found: str) -> str:
    if not ACCOUNT.fullmatch(found):
        raise BadEvent("no user id")
    return found
