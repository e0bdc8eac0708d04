"""What the desk tells somebody whose conversation an officer has, or had: arrived, passed on, put back, closed soon.

Invariant: an officer is called by the display name; the name they sign in by is not known here.
"""

from __future__ import annotations

from datetime import datetime

from flows.calendar.office_hours import VIETNAM
from flows.content import Content

GONE, SILENT, LEFT_WORK, RETURNED = "gone", "silent", "signed_out", "put_back"  # why a ticket waits again


def officer(display: str) -> str:
    """How people call an officer: "Cán bộ Lan", or "Cán bộ"."""
    return f"Cán bộ {display}".strip()


def signed(display: str) -> str:
    """What stands before an officer's words."""
    return f"{officer(display) if display else 'Cán bộ BHXH'}: "


def arrived(display: str) -> str:
    """An officer has the conversation from now on."""
    return f"{officer(display)} đã vào trả lời anh/chị."


def passed_on(display: str) -> str:
    """Another officer has the conversation from now on."""
    return f"Yêu cầu của anh/chị đã chuyển cho đồng nghiệp. {officer(display)} trả lời tiếp; anh/chị không phải kể lại."


def waits_again(number: int, why: str, content: Content, at: datetime) -> str:
    """The officer cannot go on; the ticket keeps its place."""
    because = (
        "Cán bộ phải chuyển lại yêu cầu của anh/chị."
        if why == RETURNED
        else "Cán bộ không trả lời tiếp được."
    )
    return (
        f"{because} Phiếu số {number} đã về lại hàng chờ, giữ chỗ cũ; những gì anh/chị viết vẫn còn, cán bộ sau đọc được. "
        f"{opening(content, at)}Trong lúc chờ, anh/chị cứ hỏi tôi. Gấp thì gọi {content.office.hotline}."
    )


def opening(content: Content, at: datetime) -> str:
    """When the office opens next, as a sentence with a blank behind it; "" while it is open."""
    office = content.office.hours
    if office.open_at(at):
        return ""
    here, there = at.astimezone(VIETNAM), office.next_opening(at)
    day = "hôm nay" if there.date() == here.date() else f"{there:%d/%m}"
    return f"Giờ này ngoài giờ làm việc; cán bộ trả lời từ {there:%H:%M} {day}. "
