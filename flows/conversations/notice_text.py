"""What an admin may write to everybody. Rule: no notice asks for a password or a one-time code, and each says how to leave."""

from __future__ import annotations

from flows.content import StaffWeights
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean

LEAVE = "Không muốn nhận nữa, gõ DUNG."


class BadText(ValueError):
    """A text that cannot be sent; the message is one sentence for the admin."""


def tidied(text: str, limit: int, weights: StaffWeights) -> str:
    """The text as it is kept: cleaned, 1 to `limit` characters.

    Raises BadText when it is empty, too long, holds a secret or asks for one.
    """
    tidy = clean(text)
    if not tidy:
        raise BadText("Thông báo chưa có nội dung.")
    if len(tidy) > limit:
        raise BadText(f"Thông báo dài {len(tidy)} ký tự; nhiều nhất là {limit} ký tự.")
    if (trouble := trouble_in(tidy, weights)) == "secret":
        raise BadText("Thông báo có vẻ chứa mật khẩu hoặc mã OTP. Xin bỏ phần đó đi.")
    if trouble:
        raise BadText(
            "Thông báo không được yêu cầu mật khẩu, mã xác thực, ảnh tin nhắn có mã, thẻ ngân hàng hay quyền vào máy: kẻ gian vẫn "
            "làm như vậy. Xin viết lại để người dân tự nhập trên ứng dụng VssID hoặc trang bảo mật."
        )
    return tidy


def with_leave(text: str) -> str:
    """The text as people receive it: how to leave stands at its end."""
    return f"{text}\n\n{LEAVE}"
