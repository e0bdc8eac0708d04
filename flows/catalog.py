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
from flows.engine.commands import BACK_LABEL, HELP_LABEL, MENU_LABEL, PERSON_LABEL
from flows.engine.steps import Flow, Reply, Step

FLOWS: dict[str, Flow] = {
    f.name: f
    for f in (
        *(lookup.FLOW, registration.FLOW, password.FLOW, contacts.FLOW),
        *(questions.FLOW, helpdesk.FLOW, notices.FLOW, my_data.FLOW),
    )
}
DIGRESSIONS = (helpdesk.FLOW.name, questions.FLOW.name)  # flows that lie on top of what is under way


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
