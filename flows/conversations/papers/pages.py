"""The papers of one registration as words and dates: the page “what to bring, where, by when”, and the calendar. Pure.

Invariant: the dates are counted with the office's calendar; without a day of sending there is no date.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from flows.calendar.office_hours import VIETNAM
from flows.content import Content
from flows.conversations.dossier.deadline import MORNING, REMINDED_ON, last_day
from flows.engine.steps import Context
from flows.entries import DOSSIER
from flows.paper import Date, Paper, Section

_WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_BLANK = "." * 40


def sent_on(context: Context) -> date | None:
    """The day on which the declaration was sent, where it is known."""
    told = context.get("told_on") or context.get("sent_on")  # told just now, or kept
    return date.fromisoformat(told) if told else None


def spoken_day(day: date) -> str:
    """ "thứ ba 08/12/2026"."""
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def page(context: Context) -> Paper:
    """The page to print; what is not known yet has room to be written in by hand."""
    content, sent = context.content, sent_on(context)
    what = content.handing_in_of(context.get("who"))
    days = content.working_days
    called = {c.who: c.called for c in content.handing_in}.get(context.get("who"), "")
    if sent is not None:
        deadline = f"Hạn nộp: {spoken_day(last_day(content, sent))}"
        told = f"{days} ngày làm việc từ ngày bấm “Ghi nhận”, {spoken_day(sent)}; nên nộp sớm."
    else:
        deadline = f"Hạn nộp: {days} ngày làm việc từ ngày bấm “Ghi nhận”"
        told = "Ngày đã bấm “Ghi nhận”: ......................   Hạn nộp: ......................"
    who = [f"Họ tên: {context.get('record_name') or _BLANK}", f"Mã số BHXH: {_BLANK}"]
    who.append(f"Số hồ sơ (trong tin nhắn của BHXH): {context.get('number') or _BLANK}")
    return Paper(
        kind="page",
        name="giay-to-can-nop.pdf",
        title="Đăng ký VssID: mang gì, nộp ở đâu, hạn nào",
        under=f"Dành cho {called}" if called else "",
        deadline=deadline,
        sections=(
            Section("Tính hạn", (told, "Quá hạn thì tờ khai tự hủy, phải gửi lại từ đầu.")),
            Section("Mang theo", what.bring, ticks=True),
            Section("Nộp ở đâu", _filled(what.where, content)),
            Section("Tờ khai này", tuple(who)),
            Section("Nộp xong", _filled(what.after, content)),
        ),
        foot=(
            f"Cần giúp: tổng đài {content.office.hotline}. Không ai của BHXH hỏi mật khẩu hay mã OTP của anh/chị.",
            f"{content.office.name}, {content.checklist.source.short}; in ngày {_today(context):%d/%m/%Y}.",
        ),
        start=DOSSIER,
        made=context.at.isoformat(),
        back="Quét mã này để mở lại hồ sơ trên điện thoại của anh/chị.",
    )


def calendar(context: Context) -> Paper:
    """The last day and the reminders before it, for the telephone's calendar. Only where the day of sending is known."""
    sent, content = sent_on(context), context.content
    assert sent is not None, "the day is asked for first"
    last = last_day(content, sent)
    number = f" số hồ sơ {context.get('number')}" if context.get("number") else ""
    what = content.handing_in_of(context.get("who"))
    bring = "; ".join(what.bring)
    whose = _whose(context)
    text = (
        f"Tờ khai VssID{number}, gửi {sent:%d/%m/%Y}, hạn nộp khoảng {last:%d/%m/%Y}. Mang theo: {bring}. "
        f"Cần giúp: {content.office.hotline}."
    )
    reminders = (
        Date(
            f"nhac-{n}-{whose}",
            day.isoformat(),
            f"Nộp giấy tờ VssID, hạn {spoken_day(last)}",
            text,
            at=f"{MORNING:%H:%M}",
        )
        for _, n in REMINDED_ON
        if (day := content.calendar.nth_after(sent, n)) < last
    )
    return Paper(
        kind="calendar",
        name="han-nop-vssid.ics",
        title="Hạn nộp giấy tờ VssID",
        dates=(
            *reminders,
            Date(
                f"sang-cuoi-{whose}",
                last.isoformat(),
                "Hôm nay là hạn chót nộp giấy tờ VssID",
                text,
                at=f"{MORNING:%H:%M}",
            ),
            Date(f"han-{whose}", last.isoformat(), "Hạn nộp giấy tờ VssID", text),
        ),
        start=DOSSIER,
        made=context.at.isoformat(),
    )


def coming(context: Context, paper: Paper) -> list[Date]:
    """The entries of a calendar that are still to come, the last day apart."""
    today = (context.at.astimezone(VIETNAM).date() - timedelta(days=1)).isoformat()
    return [d for d in paper.dates if d.at and d.day > today]


def _whose(context: Context) -> str:
    """Tells the registrations of one calendar apart; of the same one it stays when its day is corrected."""
    told = "|".join(map(context.get, ("number", "record_name", "who")))
    return hashlib.blake2s(told.encode(), digest_size=5).hexdigest()


def _today(context: Context) -> date:
    return context.at.astimezone(VIETNAM).date()


def _filled(lines: tuple[str, ...], content: Content) -> tuple[str, ...]:
    """The lines with the names and numbers of those who take the lists."""
    helpers = ", ".join(f"{c.name} {c.phone}" for c in content.directory.contacts if c.helper)
    return tuple(line.replace("{helpers}", helpers) for line in lines)
