"""An event in words, as an officer reads it in the ticket."""

from __future__ import annotations

import re

from flows.engine.events import (
    Answered,
    Event,
    PageUsed,
    Pressed,
    Returned,
    Said,
    SentFile,
    SentPicture,
    SharedContact,
    TypedSecret,
    Unreadable,
)
from flows.secrets.file_names import shown_name
from flows.text.normalise import clean

_PHONE = re.compile(r"\+?[0-9][0-9 .\-]{7,18}")  # anything else may be words
LONGEST_LABEL = 200  # characters of a name or a label: no limit of texts holds for these
LEFT_OFFICER = "Người dân rời cuộc trò chuyện với cán bộ, về lại trợ lý."
LEFT_OUT = "[một tin có mật khẩu hoặc mã OTP, đã bỏ]"
_KINDS = {
    "sticker": "nhãn dán",
    "photo": "ảnh, không mở",
    "file": "tệp, không mở",
    "voice": "tin thoại",
    "location": "vị trí",
    "edited": "tin đã sửa",
    "long": "tin quá dài",
}


def written(event: Event) -> str:
    """An event in words, as an officer reads it; "" for what is none of the officer's business."""
    match event:
        case Said(text=text):
            return text
        case Pressed(label=label):
            return clean(label[:LONGEST_LABEL])
        case SentFile(name=name):
            return f"[tệp {shown_name(clean(name[-LONGEST_LABEL:]))}, không mở]"
        case SentPicture():
            return "[ảnh chân dung, đã coi cỡ rồi bỏ]"
        case SharedContact(phone=phone):
            return f"[chia sẻ số điện thoại {phone}]" if _PHONE.fullmatch(phone) else "[chia sẻ danh bạ]"
        case Unreadable(kind=kind):
            return f"[{_KINDS.get(kind, 'tin không đọc được')}]"
        case TypedSecret() | PageUsed() | Answered() | Returned():
            return ""
