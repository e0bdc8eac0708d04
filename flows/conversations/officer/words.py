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
    office, calendar = content.office.hours, content.calendar
    if office.open_at(at, calendar):
        return ""
    here, there = at.astimezone(VIETNAM), office.next_opening(at, calendar)
    day = "hôm nay" if there.date() == here.date() else f"{there:%d/%m}"
    return f"Giờ này ngoài giờ làm việc; cán bộ trả lời từ {there:%H:%M} {day}. "


def late(number: int, minutes: int, link: str, answer: bool) -> str:
    """What admins are told of a ticket whose clock ran out: nothing of what the person wrote."""
    what = "chưa ai trả lời" if answer else "chưa xong"
    long = f"{minutes} phút" if minutes < 120 else f"{minutes // 60} giờ"
    return f"Phiếu số {number} đã {long} mà {what}. Mở phiếu: {link}"


def closes_soon(number: int, seconds: float, content: Content) -> str:
    """The person has not written for long: the ticket will be closed."""
    hours = max(1, round(seconds / 3600))
    return (
        f"Cán bộ đã trả lời và đang chờ anh/chị. Trong {hours} giờ nữa chưa thấy anh/chị nhắn, phiếu số {number} sẽ tự khép; nhắn một "
        f"tin bất kỳ là giữ lại. Gấp thì gọi {content.office.hotline}."
    )
