"""How long there is to hand the papers in, and what is said of it: in the chat, and by the reminders. Pure; the calendar is content.

Called by registration and by data.people.due_reminders.py. Invariant: days are counted with the office's calendar, never estimated.
"""

from __future__ import annotations

from datetime import date, datetime, time

from flows.calendar.office_hours import DAYS, VIETNAM
from flows.content import Content

MORNING = time(7, 30)  # when one is reminded
CLOSES = time(17, 0)  # when the last day is over
REMINDED_ON = (("day7", 7), ("day9", 9))  # working days after the sending; and the last morning
_HAND_IN = {
    "employee": "in, ký mẫu 01 và nộp cho cán bộ đầu mối của đơn vị",
    "officer": "gom mẫu 01 đã ký, báo họ tên và mã số cho BHXH tỉnh",
    "child": "mang giấy tờ tùy thân của anh/chị và giấy khai sinh của con tới BHXH gần nhất",
    "": "người của đơn vị nộp mẫu 01 đã ký cho cán bộ đầu mối, người tự do mang giấy tờ tùy thân tới BHXH gần nhất",
}


def last_day(content: Content, sent_on: date) -> date:
    """The last day to hand the papers in of a declaration that was sent on this day."""
    return content.calendar.nth_after(sent_on, content.working_days)


def at(day: date, when: time = MORNING) -> float:
    """This time of a day in Vietnam, in seconds since 1970."""
    return datetime.combine(day, when, VIETNAM).timestamp()


def reminders(content: Content, sent_on: date) -> tuple[tuple[str, float], ...]:
    """When one is reminded: (kind, seconds since 1970), in order."""
    nth = content.calendar.nth_after
    days = [(kind, nth(sent_on, n)) for kind, n in REMINDED_ON if n < content.working_days]
    return tuple((kind, at(day)) for kind, day in (*days, ("last", last_day(content, sent_on))))


def ends(content: Content, sent_on: date) -> float:
    """When the last day is over, in seconds since 1970."""
    return at(last_day(content, sent_on), CLOSES)


def named(day: date) -> str:
    """A day as it is said: "thứ hai, 30/11/2026"."""
    return f"{DAYS[day.weekday()]}, {day:%d/%m/%Y}"


def left(content: Content, today: date, last: date) -> str:
    """How many working days there are still."""
    days = content.calendar.between(today, last)
    told = f"còn {days} ngày làm việc" if days else "hôm nay là ngày cuối"
    expected = (
        f" (lịch nghỉ năm {last.year} mới là dự kiến)" if last.year >= content.calendar.expected_from else ""
    )
    return f"{told}{expected}"


def is_over(content: Content, today: date, sent_on: str) -> bool:
    """Whether the days are over."""
    return bool(sent_on) and today > last_day(content, date.fromisoformat(sent_on))


def countdown(content: Content, today: date, sent_on: str, number: str = "") -> str:
    """How long there is to hand the papers in; the letter does not say whether the first day counts."""
    sent = date.fromisoformat(sent_on)
    last = last_day(content, sent)
    said = f"Tờ khai{f' số hồ sơ {number},' if number else ''} gửi {sent:%d/%m/%Y}"
    if today > last:
        return (
            f"{said}: đã quá {content.working_days} ngày làm việc (khoảng {named(last)}), có thể hệ thống đã hủy. "
            f"Anh/chị gọi {content.office.hotline} hỏi lại, hoặc gửi lại tờ khai."
        )
    return f"{said}: hạn nộp giấy khoảng {named(last)}, {left(content, today, last)}; nên nộp sớm."


def hand_in(who: str) -> str:
    """What is to be handed in, and where."""
    return _HAND_IN.get(who, "mang giấy tờ tùy thân tới BHXH gần nhất")


def reminder(content: Content, sent_on: date, now: datetime, who: str, label: str) -> str:
    """What a reminder says."""
    today, last = now.astimezone(VIETNAM).date(), last_day(content, sent_on)
    whose = f" của {label}" if label else ""
    return (
        f"Nhắc anh/chị: tờ khai VssID{whose} gửi {sent_on:%d/%m/%Y}, hạn nộp giấy khoảng {named(last)}, "
        f"{left(content, today, last)}. Việc cần làm: {hand_in(who)}.\n"
        f"Nộp rồi thì nhắn “nộp rồi”. Muốn khi khác nhắc thì nhắn “nhắc sau”, thôi thì “khỏi nhắc”. Tổng đài {content.office.hotline}."
    )
