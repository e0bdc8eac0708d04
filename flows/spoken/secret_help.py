"""What is said after a secret was typed into the chat: two lines of warning, then help with the rest of the sentence. Called by the engine.

The secret is cut out before anything of the sentence is read. Invariant: what is said comes from content and from here, and
nothing that was typed is repeated.
"""

from __future__ import annotations

import re

from flows.content import NOT_ASKED, SMALL_TALK, Content
from flows.secrets.detector import OTP, SecretReading, breaks_off, without_secret
from flows.spoken.password_topics import after_secret, answer_to
from flows.spoken.scams import tale_in
from flows.text.vssid_sms import which_secret
from flows.understanding.question_finder import find_questions

_IS_MESSAGE = re.compile(  # what people do not write themselves
    r"\b(?:het han|co hieu luc|hieu luc)(?: trong)?(?: vong)?(?: sau)? \w+ (?:phut|giay|p)|\bkhong (?:chia se|cung cap|tiet lo|dua)|\bquy khach|\bong/ba|\bban dang"
)
FEWEST_WORDS = 4  # of the rest of a sentence that may be a question of its own
_GIVEN_AWAY = "gui_thong_tin_nhay_cam"
_GIVEN = "Đã lỡ đưa cho người khác thì đổi mật khẩu VssID ngay, gọi tổng đài và báo công an nơi gần nhất."
_MESSAGES = {
    "account": "Đó có vẻ là tin cấp tài khoản VssID. Giờ anh/chị mở VssID, bấm Đăng nhập, tự nhập 10 số mã số BHXH và mật khẩu trong tin; "
    "vào được rồi thì đổi mật khẩu ngay (gõ “đổi mật khẩu”, tôi chỉ từng màn hình).",
    "code": "Đó có vẻ là tin mã xác thực của VssID: tin ghi “cấp lại mật khẩu” dù anh/chị đang đổi mật khẩu. Anh/chị tự nhập mã đó "
    "vào VssID trong 5 phút.",
}


def forewarning(content: Content) -> str:
    """The warning for somebody who is about to type a secret."""
    return (
        "Xin đừng gõ mật khẩu hay mã OTP vào đây, tôi không cần và không ai ở BHXH hỏi. Chỉ nhập trên ứng dụng VssID. "
        f"Cần giúp, anh/chị gõ “quên mật khẩu” hoặc gọi {content.office.hotline}."
    )


def warning(secret: str, content: Content, *, text: str = "", seen: SecretReading | None = None) -> str:
    """What the person is told after a secret, "otp" or "password", was typed into the chat, and what helps them on.

    `text`: what was typed, "" where nothing of it is to be answered; `seen`: the same, where it was read before.
    """
    what = "mã OTP" if secret == OTP else "mật khẩu"
    warned = (
        f"Tin vừa rồi có vẻ chứa {what}. Tôi không lưu và không đọc tin đó; nếu được, anh/chị xóa nó khỏi cuộc trò chuyện.\n"
        f"Xin đừng gõ {what} vào đây hay đưa cho ai, kể cả người xưng là cán bộ BHXH; chỉ nhập trong VssID hoặc trang bảo mật "
        f"mà tôi gửi. Nghi bị lộ, gọi {content.office.hotline}."
    )
    helps = _help_beside(text, content, seen or SecretReading(text, content.secret_weights)) if text else ""
    return f"{warned}\n{helps}" if helps else warned


def _help_beside(text: str, content: Content, seen: SecretReading) -> str:
    """The answer to what was said around the secret; "" where nothing was asked."""
    if (whose := which_secret(text)) and (whose == "account" or _IS_MESSAGE.search(seen.written)):
        return _MESSAGES[whose]
    rest = without_secret(seen)
    if tale_in(rest)[1]:
        return _GIVEN
    if topic := after_secret(rest):
        return answer_to(topic, content)
    if len(rest.split()) < FEWEST_WORDS:
        return ""
    found = find_questions(rest, content, guarded=True)
    item = found.item if found.decision == "answer" else None
    if item is None or item.topic in (*NOT_ASKED, *SMALL_TALK, _GIVEN_AWAY):
        return ""
    return f"{item.short or item.answer} ({item.source.short})"


def is_announcement(text: str, weights: bytes, seen: SecretReading | None = None) -> bool:
    """Whether a text breaks off where the secret would stand; not where somebody else asks for it."""
    return breaks_off(seen or SecretReading(text, weights)) and not tale_in(text)[0]
