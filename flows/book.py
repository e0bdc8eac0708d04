"""The table of contents: which flows there are, and the words that work anywhere. Rule: every flow is listed here once."""

from __future__ import annotations

from flows.content import Content
from flows.conversations import (
    contacts,
    helpdesk,
    lookup,
    my_data,
    notices,
    password,
    questions,
    registration,
)
from flows.steps import Flow, Reply, Step

FLOWS: dict[str, Flow] = {
    f.name: f
    for f in (
        *(lookup.FLOW, registration.FLOW, password.FLOW, contacts.FLOW),
        *(questions.FLOW, helpdesk.FLOW, notices.FLOW, my_data.FLOW),
    )
}
ASIDES = (helpdesk.FLOW.name, questions.FLOW.name)  # flows that lie on top of what is under way

MENU_LABEL = "Menu"
BACK_LABEL = "Quay lại"
STAY_LABEL = "Làm tiếp"
PERSON_LABEL = "Gặp cán bộ"
HELP_LABEL = "Trợ giúp"

STOPPED = "Đã dừng. Những gì anh/chị đang gõ dở không được giữ lại."
NOTHING_TO_STOP = "Hiện không có việc nào đang làm."
STILL_HERE = "Chào anh/chị. Việc lần trước còn đang dở, mình làm tiếp nhé; muốn thôi thì bấm Menu."
FIRST_STEP = "Đây là bước đầu tiên, nên tôi đưa anh/chị về menu."
OLD_BUTTON = "Nút đó thuộc tin cũ, bây giờ không dùng được nữa."
RENEWED = "Trợ lý vừa được cập nhật nên tôi bắt đầu lại phần này; những gì anh/chị đã cho biết vẫn còn."
WHICH = "Anh/chị muốn làm việc nào?"
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
    "other": "Tôi chưa đọc được loại tin này. Anh/chị viết bằng chữ giúp tôi nhé.",
}

LEAVE = frozenset({"chuyen", "chuyen di", "chuyen sang", "chuyen qua", "qua do", "sang do"})

_ANYWHERE = {
    "start": (
        *(
            "start",
            "bat dau",
            "xin chao",
            "chao",
            "hello",
            "hi",
            "alo",
            "alo em",
            "hello em",
            "hi em",
            "em oi",
        ),
        *(
            "xin chao em",
            "chao em",
            "chao e",
            "chao anh",
            "chao chi",
            "chao ban",
            "chao ad",
            "ad oi",
            "da chao",
        ),
    ),
    "menu": ("menu", "trang chu", "thuc don", "ve menu", "menu chinh"),
    "back": ("quay lai", "tro lai", "lui lai", "back", "quay lui", "buoc truoc"),
    "stop": ("huy", "huy bo", "thoat", "dung lai", "stop", "cancel", "khong lam nua", "thoi khong lam nua"),
    "person": (
        "gap can bo",
        "gap nguoi",
        "gap nhan vien",
        "gap nguoi that",
        "noi chuyen voi can bo",
        "cho gap can bo",
        "cho toi gap can bo",
        "cho em gap can bo",
        "can bo ho tro",
        "tu van vien",
        "tong dai",
    ),
    "help": ("tro giup", "help", "giup toi", "giup voi", "giup toi voi", "giup", "huong dan su dung"),
}
ANYWHERE: dict[str, str] = {words: what for what, wordings in _ANYWHERE.items() for words in wordings}


def anywhere(words: str) -> str:
    """Which of start, menu, back, stop, person, help these folded words mean, else ""."""
    return ANYWHERE.get(words, "")


def find(flow: str, step: str) -> tuple[Flow | None, Step | None]:
    """The flow and step of these names; None for what does not exist (any more)."""
    found = FLOWS.get(flow)
    return found, found.step(step) if found else None


def label(flow: str, content: Content) -> str:
    """What the flow is called on the menu."""
    return next((r.label for r in content.routes if r.flow == flow), FLOWS[flow].title)


def leave_label(label: str) -> str:
    """The option that leaves the present flow for another."""
    return f"Chuyển sang: {label}"


def always_offered(content: Content) -> tuple[str, ...]:
    """Labels that are valid at every step, whatever was offered last."""
    return (MENU_LABEL, BACK_LABEL, PERSON_LABEL, HELP_LABEL)


def menu(content: Content, *, again: bool = False) -> Reply:
    """The menu, as it is said; `again`: without the greeting."""
    last = (helpdesk.FLOW.name, notices.FLOW.name, my_data.FLOW.name)
    labels = tuple(label(name, content) for name in FLOWS if name not in last)
    options = (*labels, PERSON_LABEL, HELP_LABEL, *(label(name, content) for name in last[1:]))
    if again:
        return Reply("Anh/chị chọn một việc:", options=options)
    return Reply(
        f"Chào anh/chị, tôi là trợ lý VssID của {content.office.name}. Tôi giúp được gì?\n"
        "Anh/chị bấm chọn, gõ số, hoặc viết câu hỏi; không dấu cũng được.",
        options=options,
    )


def help_text(content: Content) -> str:
    """What the assistant can do, and the words that work anywhere."""
    lines = "\n".join(f"• {label(name, content)}" for name in FLOWS)
    return (
        f"Tôi làm được những việc này:\n{lines}\n"
        "Lúc nào cũng gõ được: menu (về đầu), quay lại (lùi một bước), hủy (thôi), gặp cán bộ. "
        "Xin đừng gửi mật khẩu, mã OTP hay ảnh giấy tờ vào đây. "
        f"Cần người hỗ trợ, anh/chị gọi tổng đài {content.office.hotline}."
    )


def person_after_misses(content: Content) -> str:
    """Offered after two misunderstandings in a row."""
    return f"Có lẽ nói với người sẽ nhanh hơn: anh/chị bấm “Gặp cán bộ” hoặc gọi {content.office.hotline}."
