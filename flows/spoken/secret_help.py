"""What is said after a secret was typed into the chat: two lines of warning, then help with the rest of the sentence. Called by the engine.

The secret is cut out before anything of the sentence is read. Invariant: what is said comes from content and from here, and
nothing that was typed is repeated.
"""

from __future__ import annotations

import re

from flows.content import SMALL_TALK, Content, Question
from flows.scams.tales import tale_in
from flows.secrets.detector import OTP, SecretReading, breaks_off, without_secret
from flows.spoken.password_topics import after_secret, answer_to
from flows.text.vssid_sms import which_secret
from flows.understanding.question_finder import find_questions

# what people do not write themselves; on the folded text
_IS_MESSAGE = re.compile(
    r"\b(?:het han|co hieu luc|hieu luc)(?: trong)?(?: vong)?(?: sau)? \w+ (?:phut|giay|p)\b|\bkhong (?:chia se|cung cap|tiet lo|dua) (?:ma|cho|mat)|\bquy khach|\bong/ba"
    r"|\bban dang thuc hien|\bbhxh ?(?:vn|viet nam)? ?(?:thong bao ?)?: "
)
_IS_ACCOUNT = re.compile(
    r"\b(?:tai khoan|ten dang nhap|tk)\b.*\bmatkhau\b|\bmatkhau (?:dang nhap|tam)\b.*\bla\b"
)
_ELSEWHERE = re.compile(r"\b(?:\w*bank|ngan hang|momo|zalo\w*|shopee|facebook|vneid|viettel|gmail|google)\b")
# what is meant by the rest of a sentence: of a code, and of a password; the first that is heard counts
_HEARD: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    kind: tuple((topic, re.compile(rf"\b(?:{words})\b")) for topic, words in table)
    for kind, table in {
        "otp": (
            (
                "newest",
                r"lan (?:1|2|dau|hai|sau|thu)|(?:hai|2) (?:tin|ma|cai)|(?:tin|ma|cai|dung|xai|lay) nao|ma (?:cu|truoc)",
            ),
            (
                "not_for_you",
                r"(?:nhap|dien|go|doi|lam|bam|xu ly|dang nhap|gia han|check)(?: \w+){0,2} (?:gium|giup|ho|dum|thay)|gia han",
            ),
            ("may_enter", r"con (?:\w+ )?(?:xai|dung|hieu luc|kip|han)|kip (?:khong|ko|k|hong)"),
            (
                "wrong_code",
                r"bao sai|sai (?:hoai|mai|quai)|khong dung|hong dung|khong hop le|khong (?:chiu|qua|nhan|duoc)|hong duoc|hok dc|ko dc|k dc|vong vong",
            ),
            (
                "where_enter",
                r"(?:nhap|dien|go|bo|ghi) (?:vao|vo|o|cho)? ?(?:o |cho )?(?:dau|nao)|o nao|(?:lam|sao|gi) (?:gi |sao )?(?:nua|tiep)|buoc (?:sau|ke|tiep)|roi sao",
            ),
        ),
        "password": (
            (
                "not_inside",
                r"(?:vao|vo|dang nhap|coi|xem|tra|mo khoa|luu|giu|ghi|nho|cap nhat|doi|thu|kiem)(?: \w+){0,3} (?:gium|giup|ho|dum|thay)",
            ),
            (
                "login",
                r"(?:khong|ko|k|hong|hok|hem|chua) (?:\w+ )?(?:vao|vo|dang nhap)|(?:vao|vo|dang nhap)(?: \w+){0,3} (?:khong|ko|k|hong|hok|hem)|bao sai|sai (?:hoai|mai)|(?:bi |bao )khoa",
            ),
            (
                "rejected",
                r"(?:chua|khong) du manh|yeu (?:qua|ha)|ky tu|ki tu|khoang trang|dau cach|chu hoa|khong (?:nhan|cho|chiu|hop le|chap nhan)|hong (?:nhan|cho|chiu)|hok cho|trung",
            ),
            (
                "should_change",
                r"(?:doi|sua|thay)(?: \w+){0,3} (?:dau|sao|the nao|gap|nao)|bi lo|an toan|co sao",
            ),
        ),
    }.items()
}
FEWEST_WORDS = 4  # of the rest of a sentence that may be a question of its own
_OF_LOGIN = frozenset(
    "otp doi_mat_khau quen_mat_khau dang_nhap_loi dang_nhap_vneid lua_dao_bao_mat".split()
)  # topics that the guide's answers know better
_WEAK = frozenset(("sms_says", "which_number", "no_otp", "kept"))  # topics that are heard in many questions
_SECRET_WORD = re.compile(r"\b(?:mat khau|mat ma|mk|pass|password|(?:ma )?otp|ma xac (?:thuc|nhan))\b")
_OF_CODES = frozenset(
    "may_enter expired five_minutes where_enter which_number new_code wrong_code sms_says no_otp".split()
)
_OF_PASSWORDS = frozenset("login rejected old_wrong first_password".split())
_LOGS_IN = re.compile(r"\b(?:dang nhap|vao|vo|zo|log|bao sai|khong duoc|hong duoc|khong dung)\b")
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
    helps = (
        _help_beside(secret, text, content, seen or SecretReading(text, content.secret_weights))
        if text
        else ""
    )
    return f"{warned}\n{helps}" if helps else warned


def _help_beside(secret: str, text: str, content: Content, seen: SecretReading) -> str:
    """The answer to what was said around the secret; "" where nothing was asked."""
    if whose := _message(secret, text, seen):
        return _MESSAGES[whose]
    rest = without_secret(seen)
    if tale_in(rest)[1]:
        return _GIVEN
    topic = _fitting(after_secret(rest), secret, rest)
    item = _question_in(_SECRET_WORD.sub(" ", rest), content)
    if item is not None and (not topic or (topic in _WEAK and item.topic not in _OF_LOGIN)):
        return f"{item.short or item.answer} ({item.source.short})"
    topic = topic or next((topic for topic, words in _HEARD[secret] if words.search(rest)), "")
    return answer_to(topic, content) if topic else ""


def _message(secret: str, text: str, seen: SecretReading) -> str:
    """ "account" or "code" when the text is one of VssID's own messages, pasted; else ""."""
    whose = which_secret(text)
    if _ELSEWHERE.search(seen.written):
        return ""
    if whose == "account" or not _IS_MESSAGE.search(seen.written):
        return whose if whose == "account" else ""
    if secret == OTP:
        return "code"
    return "account" if _IS_ACCOUNT.search(seen.written) else ""


def _fitting(topic: str, secret: str, rest: str) -> str:
    """The topic as it is meant of this secret: a password has no five minutes, a code is not logged in with."""
    if secret == OTP:
        return "wrong_code" if topic in _OF_PASSWORDS else topic
    if topic in _OF_CODES:
        return "login" if _LOGS_IN.search(rest) else ""
    return topic


def _question_in(rest: str, content: Content) -> Question | None:
    """The question of its own that stands beside the secret, None where none surely does."""
    if len(rest.split()) < FEWEST_WORDS:
        return None
    found = find_questions(rest, content, guarded=True)
    item = found.item if found.decision == "answer" else None
    return None if item is None or item.topic in (*SMALL_TALK, _GIVEN_AWAY) else item


def is_announcement(text: str, weights: bytes, seen: SecretReading | None = None) -> bool:
    """Whether a text breaks off where the secret would stand; not where somebody else asks for it."""
    return breaks_off(seen or SecretReading(text, weights)) and not tale_in(text)[0]
