"""What a Telegram update is and means: the event, and the human act it belongs to.

One act is answered once: an album, a live location on its way, an edit that changes no word, several things forwarded.
What nobody spoke is silent. Rule: of an update that cannot be read only field names are ever kept.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import Message

from flows.content import Content
from flows.engine.events import Event, Said, SharedContact, Unreadable
from flows.text.normalise import clean
from handlers.telegram.buttons import Key
from handlers.telegram.commands import words_of
from handlers.turns.types import Act

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
WHENEVER = datetime.fromtimestamp(0, UTC)  # an event's time is set by the turn

# aiogram's content types that a person sends -> kinds of UNREADABLE; whatever else it names is a service message
_KINDS = {
    ContentType.STICKER: "sticker",
    ContentType.DICE: "sticker",
    ContentType.ANIMATION: "sticker",
    ContentType.VOICE: "voice",
    ContentType.VIDEO_NOTE: "voice",
    ContentType.AUDIO: "voice",
    ContentType.PHOTO: "photo",
    ContentType.LIVE_PHOTO: "photo",
    ContentType.DOCUMENT: "file",
    ContentType.VIDEO: "file",
    ContentType.LOCATION: "location",
    ContentType.VENUE: "location",
    **dict.fromkeys(
        (
            *(ContentType.STORY, ContentType.GAME, ContentType.POLL, ContentType.CHECKLIST),
            *(ContentType.PAID_MEDIA, ContentType.RICH_MESSAGE, ContentType.INVOICE, ContentType.GIVEAWAY),
            *(ContentType.GIVEAWAY_WINNERS, ContentType.PASSPORT_DATA, ContentType.WEB_APP_DATA),
            *(ContentType.USERS_SHARED, ContentType.USER_SHARED, ContentType.CHAT_SHARED),
        ),
        "other",
    ),
}
FORWARDED = "forwarded"  # kind of acts, beside those of UNREADABLE


def number_of(raw: Any) -> int | None:
    """The update's number, or None when it has none."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if type(number) is int and 0 <= number < 2**63 else None


def sender_of(raw: Any) -> str:
    """Whose update it is, as far as can be told from outside; "" when it cannot."""
    if isinstance(raw, dict):
        for kind, value in raw.items():
            if kind != "update_id" and isinstance(value, dict):
                sender = value.get("from")
                return str(sender.get("id")) if isinstance(sender, dict) else ""
    return ""


def shape_of(raw: Any) -> Any:
    """The names of the top-level fields; never what is in them."""
    if isinstance(raw, dict):
        return sorted(str(name)[:40].encode("ascii", "replace").decode() for name in raw)[:20]
    return type(raw).__name__


def bytes_of(raw: Any) -> bytes:
    """An update as bytes, to know it again; b"" where that cannot be."""
    try:
        return json.dumps(raw).encode()
    except (ValueError, TypeError, RecursionError):
        return b""


def why_ignored(message: Message) -> str:
    """Why a message is ignored on purpose: nobody wrote it to us in a private chat. "" when a person did."""
    sender = message.from_user
    if message.chat.type != "private":  # a mention in a group, an anonymous admin, a channel's post
        return str(message.chat.type)
    if message.sender_chat is not None:
        return "a chat as the sender"
    if sender is None or sender.is_bot or not 0 < sender.id < 2**63:
        return "a bot as the sender"
    return ""


def event_of(message: Message, content: Content, text_limit: int) -> Event | None:
    """What a message means to the conversation; None for what nobody spoke. Nothing is ever downloaded."""
    if message.text is not None:
        text = clean(message.text)
        if not text:
            return Unreadable("empty", WHENEVER)
        if len(text) > text_limit:
            return Unreadable("long", WHENEVER, text)
        return Said(text if _is_forwarded(message) else words_of(text, content), WHENEVER)
    contact = message.contact
    if contact is not None:
        sender = message.from_user.id if message.from_user is not None else None
        own = contact.user_id is not None and contact.user_id == sender and not _is_forwarded(message)
        phone = clean(contact.phone_number)
        if not phone.startswith(("+", "0")):
            phone = f"+{phone}"  # Telegram writes numbers internationally, not always with the sign
        return SharedContact(phone, own, WHENEVER)
    kind = _KINDS.get(ContentType(message.content_type), "")
    if message.content_type == ContentType.UNKNOWN and (message.caption or _has_file(message.model_extra)):
        kind = "other"  # a kind newer than the library, and somebody's own: service messages bring no files
    return Unreadable(kind, WHENEVER, clean(message.caption or "")) if kind else None


def edited(message: Message) -> Unreadable | None:
    """A message that was changed afterwards: not acted on, but a secret in it is not left standing.

    None where there are no words: a live location that moved, a poll that closed, a picture exchanged.
    """
    words = clean(message.text or message.caption or "")
    return Unreadable("edited", WHENEVER, words) if words else None


def act_of(message: Message, key: Key, *, edit: bool = False) -> Act:
    """The act that a message belongs to. Its words are known again, by a keyed hash, when an edit repeats them."""
    words = (message.text or message.caption or "").encode("utf-8", "replace").decode()
    said = f"m{message.message_id} {key(f'said|{words}')[:16]}" if words else ""
    album = f"album {message.media_group_id}"[:80] if message.media_group_id and not edit else ""
    forwarded = _is_forwarded(message)
    return Act(
        once=said if edit else album,
        also="" if edit else said,
        kind=FORWARDED if forwarded else "",
        joins=message.text is not None and (forwarded or not message.text.startswith("/")),
        topic=message.message_thread_id or 0,
        note=str(message.message_id),
    )


def words_after(raw: Any, following: Any) -> str:
    """The words of the same person's next message, where this one and that are texts; cleaned."""
    return clean(_plain_text(following)) if _plain_text(raw) else ""


def _plain_text(raw: Any) -> str:
    message = raw.get("message") if isinstance(raw, dict) else None
    text = message.get("text") if isinstance(message, dict) else None
    return text if isinstance(text, str) and not text.startswith("/") else ""


def _is_forwarded(message: Message) -> bool:
    return message.forward_origin is not None or message.forward_date is not None


def _has_file(extra: dict[str, Any] | None) -> bool:
    """Whether what the library does not know holds a file, as media of people do."""
    values = list((extra or {}).values())
    parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return any(isinstance(part, dict) and "file_id" in part for part in parts)
