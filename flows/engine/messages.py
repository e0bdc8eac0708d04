"""What the engine itself says: stopped, old button, unreadable message, not understood. Flows have their own sentences."""

from __future__ import annotations

from flows.content import Content, Question

STOPPED = "Đã dừng. Những gì anh/chị đang gõ dở không được giữ lại."
NOTHING_TO_STOP = "Hiện không có việc nào đang làm."
STILL_HERE = "Chào anh/chị. Việc lần trước còn đang dở, mình làm tiếp nhé; muốn thôi thì bấm Menu."
FIRST_STEP = "Đây là bước đầu tiên, nên tôi đưa anh/chị về menu."
OLD_BUTTON = "Nút đó thuộc tin cũ, bây giờ không dùng được nữa."
RENEWED = "Trợ lý vừa được cập nhật nên tôi bắt đầu lại phần này; những gì anh/chị đã cho biết vẫn còn."
ANEW = "Dạ, mình làm lại từ đầu."
NOT_SKIPPED = "Dạ, bước này chưa bỏ qua được."
NOT_UNDERSTOOD = (
    "Tôi chưa hiểu ý anh/chị. Anh/chị chọn một việc dưới đây, hoặc viết ngắn gọn, ví dụ “quên mật khẩu”, "
    "“trường học liên hệ ai”. Viết không dấu cũng được."
)
UNREADABLE = {
    "sticker": "Tôi chỉ đọc được chữ. Anh/chị viết vài từ giúp tôi nhé.",
    "voice": "Tôi chưa nghe được tin thoại. Anh/chị viết vài từ giúp tôi nhé, không dấu cũng được.",
    "photo": (
        "Tôi không mở và không tải ảnh. Xin đừng gửi ảnh CCCD, thẻ BHYT hay giấy tờ vào đây; lỡ gửi rồi thì anh/chị xóa đi. "
        "Cần tra mã số, anh/chị gõ họ tên và ngày sinh; cần hỏi về một con số thì gõ số đó."
    ),
    "file": (
        "Tôi không mở và không tải tệp. Xin đừng gửi giấy tờ cá nhân vào đây; lỡ gửi rồi thì anh/chị xóa đi. "
        "Anh/chị viết câu hỏi bằng chữ nhé."
    ),
    "contact": "Lúc này tôi chưa cần số điện thoại, nên không giữ số anh/chị vừa gửi.",
    "secret": "Trang bảo mật đó không còn dùng nữa.",
    "location": "Tôi chưa dùng vị trí. Anh/chị viết câu hỏi bằng chữ nhé.",
    "edited": "Tôi không đọc lại tin đã sửa. Anh/chị gửi thành một tin mới giúp tôi.",
    "long": "Tin này dài quá nên tôi không đọc hết được. Anh/chị viết ngắn lại, mỗi tin một ý nhé.",
    "empty": "Tôi chưa thấy chữ nào trong tin. Anh/chị viết vài từ giúp tôi nhé.",
    "unsupported": (  # {hotline}: of some accounts Zalo hands on no text at all, so writing again may not help
        "Zalo không chuyển nội dung tin này cho tôi nên tôi chưa đọc được. Anh/chị gọi {hotline} để được giúp ngay, "
        "hoặc nhờ người nhà nhắn giúp bằng chữ."
    ),
    "other": "Tôi chưa đọc được loại tin này. Anh/chị viết bằng chữ giúp tôi nhé.",
}


def second_wish(label: str) -> str:
    """Said after the first of two wishes is done."""
    return f"Còn “{label}” nữa: anh/chị bấm bên dưới, hoặc nhắn khi tới lúc."


def second_answer(item: Question) -> str:
    """The second question of a message, answered in one sentence."""
    short = item.short or item.answer.split(". ")[0].rstrip(".") + "."
    return f"Còn ý kia: {short} ({item.source.short})"


def person_after_misses(content: Content) -> str:
    """Offered after two misunderstandings in a row."""
    return f"Có lẽ nói với người sẽ nhanh hơn: anh/chị bấm “Gặp cán bộ” hoặc gọi {content.office.hotline}."
