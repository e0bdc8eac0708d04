"""What is said of a password that was typed: on the secure page, and at the terminal in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.limits import Limits
from flows.text.durations import spoken

RULES = (
    "Ít nhất {least} ký tự, dài hơn càng tốt; được dùng dấu cách và chữ có dấu.",
    "Không bắt buộc chữ hoa, số hay dấu đặc biệt.",
    "Đừng dùng mật khẩu nhiều người dùng (12345678, matkhau, bhxh, vssid), hay tên, ngày sinh, mã số, số điện thoại của mình.",
    "Nên ghép vài từ chỉ mình mới nghĩ ra, ví dụ tả một vật trong nhà.",
)
_ERRORS = {
    "differs": "Hai lần gõ mật khẩu mới chưa giống nhau. Anh/chị gõ lại.",
    "short": "Mật khẩu mới ngắn quá: cần ít nhất {least} ký tự.",
    "long": "Mật khẩu dài quá: nhiều nhất {most} ký tự.",
    "common": "Mật khẩu mới dễ đoán, nhiều người dùng. Anh/chị chọn mật khẩu khác, nên ghép vài từ không liên quan.",
    "own": "Mật khẩu mới có tên, ngày sinh, mã số hay số điện thoại của anh/chị nên dễ đoán. Anh/chị chọn mật khẩu khác.",
    "same": "Mật khẩu mới giống mật khẩu cũ. Anh/chị chọn mật khẩu khác.",
    "old_wrong": "Mã số hoặc mật khẩu cũ chưa đúng, còn {left} lần.",
    "old_spent": (
        "Mật khẩu cũ đã gõ sai quá số lần cho phép, nên tạm thời không nhận mật khẩu cũ nữa; mật khẩu chưa đổi. Anh/chị quay lại "
        "cuộc trò chuyện, bấm “Quên mật khẩu cũ” để đổi bằng mã OTP."
    ),
    "locked": "Hệ thống tài khoản đang khóa tài khoản này nên mật khẩu chưa đổi. Anh/chị nhờ cán bộ xem lại.",
    "first": "Anh/chị gõ mật khẩu mới trước, rồi mới đến mã OTP.",
    "digits": "Mã OTP gồm đúng 6 chữ số.",
    "wrong": "Mã OTP chưa đúng, còn {left} lần. Anh/chị xem lại tin nhắn mới nhất.",
    "expired": "Mã OTP đã hết hạn hoặc đã dùng rồi. Anh/chị bấm “Gửi lại mã”.",
    "wait": "Vừa có một mã gửi tới số này. Anh/chị chờ {wait} rồi bấm “Gửi lại mã”.",
    "spent": "Đã quá số lần cho phép, mật khẩu chưa đổi. Anh/chị quay lại cuộc trò chuyện để xem cách khác.",
    "paused": "Đang có quá nhiều yêu cầu, nên tôi tạm dừng {wait}. Mật khẩu chưa đổi.",
    "cooling": "Số điện thoại của tài khoản vừa đổi, nên còn {wait} nữa mới đặt lại mật khẩu bằng số đó được.",
    "away": "Hệ thống tài khoản chưa trả lời, mật khẩu chưa đổi. Anh/chị bấm lại sau ít phút.",
    "over": "Trang này đã hết hạn hoặc không còn dùng. Anh/chị quay lại cuộc trò chuyện để mở trang mới.",
    "working": "Tôi đang chuyển mật khẩu mới đến hệ thống tài khoản. Xong tôi báo trong cuộc trò chuyện.",
    "done": "Mật khẩu đã đổi xong.",
    "refused": "Mật khẩu chưa đổi, mật khẩu cũ vẫn dùng được.",
    "unclear": "Chưa rõ đã đổi được chưa. Xin anh/chị thử đăng nhập bằng mật khẩu mới; không vào được thì dùng mật khẩu cũ.",
}
TYPED_AGAIN = frozenset({"differs", "short", "long", "common", "own", "same"})


def rules_for(limits: Limits) -> list[str]:
    """The rules, as they are said before anything is typed."""
    return [rule.format(least=limits.password_min) for rule in RULES]


def sentence(outcome: str, facts: Mapping[str, Any], limits: Limits) -> str:
    """What is said of an outcome; "" where a code is on its way."""
    return _ERRORS.get(outcome, "").format(
        least=limits.password_min,
        most=limits.password_max,
        left=facts.get("left", ""),
        wait=spoken(int(facts.get("seconds") or 0)),
    )
