"""What a Telegram update is and means. Rule: of one that cannot be read only field names are ever kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiogram.types import Message

from flows.content import Content
from flows.engine.events import Event, Said, SharedContact, Unreadable
from flows.text.normalise import clean
from handlers.telegram.commands import words_of

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
WHENEVER = datetime.fromtimestamp(0, UTC)  # an event's time is set by the turn

# aiogram's content types -> kinds of book.UNREADABLE; "" is a service message, ignored on purpose
_KINDS = {
    "sticker": "sticker",
    "dice": "sticker",
    "animation": "sticker",
    "voice": "voice",
    "video_note": "voice",
    "audio": "voice",
    "photo": "photo",
    "document": "file",
    "video": "file",
    "location": "location",
    "venue": "location",
    "pinned_message": "",
    "message_auto_delete_timer_changed": "",
    "chat_background_set": "",
    "write_access_allowed": "",
    "boost_added": "",
    "connected_website": "",
}


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


def is_private(message: Message) -> bool:
    """Whether a person wrote this in a private chat; anything else is ignored on purpose."""
    sender = message.from_user
    return (
        message.chat.type == "private" and sender is not None and not sender.is_bot and 0 < sender.id < 2**63
    )


def event_of(message: Message, content: Content, text_limit: int) -> Event | None:
    """What a message means to the conversation; None for service messages. Nothing is ever downloaded."""
    if message.text is not None:
        text = clean(message.text)
        if not text:
            return Unreadable("empty", WHENEVER)
        if len(text) > text_limit:
            return Unreadable("long", WHENEVER, text)
        return Said(words_of(text, content), WHENEVER)
    contact = message.contact
    if contact is not None:
        forwarded = message.forward_origin is not None or message.forward_date is not None
        sender = message.from_user.id if message.from_user is not None else None
        own = contact.user_id is not None and contact.user_id == sender and not forwarded
        phone = clean(contact.phone_number)
        if not phone.startswith(("+", "0")):
            phone = f"+{phone}"  # Telegram writes numbers internationally, not always with the sign
        return SharedContact(phone, own, WHENEVER)
    kind = _KINDS.get(message.content_type, "other")
    return Unreadable(kind, WHENEVER, clean(message.caption or "")) if kind else None


def edited(message: Message) -> Unreadable:
    """A message that was changed afterwards: not acted on, but a secret in it is not left standing."""
    return Unreadable("edited", WHENEVER, clean(message.text or message.caption or ""))
