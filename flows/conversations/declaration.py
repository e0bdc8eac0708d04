"""The declaration once it is sent: its dossier number, its day, and how long there is to hand the papers in.

Used by registration. Invariant: the days are counted with the office's calendar, never estimated.
"""

from __future__ import annotations

from datetime import date, timedelta

from flows.calendar.office_hours import VIETNAM
from flows.content import Content, Item
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Context, Parsed
from flows.text.dates import DAY_AND_MONTH, dates_in
from flows.text.normalise import plain
from flows.text.vssid_sms import read_received
from flows.understanding.answers.days import Day, read_day


def items_of(context: Context) -> tuple[Item, ...]:
    """The items of this person's variant, in order."""
    return context.content.checklist.for_whom(
        context.get("who"), context.get("platform"), bool(context.get("code_known"))
    )


LAST_OF_SENDING = "ghi_nhan"  # the item with which the declaration leaves
OLDEST_SENDING = 365  # days; a message older than this is not counted from


def _today(context: Context) -> date:
    return context.at.astimezone(VIETNAM).date()


def sent_with_it(context: Context) -> tuple[str, ...]:
    """The items that are done once the declaration was sent; () while the variant is not known."""
    if not context.get("platform"):
        return ()
    items = [i.id for i in items_of(context)]
    return tuple(items[: items.index(LAST_OF_SENDING) + 1])


def last_day(content: Content, sent_on: date) -> date:
    """The last day to hand the papers in of a declaration that was sent on this day."""
    return content.calendar.nth_after(sent_on, content.working_days)


def recounted(context: Context, day: date) -> bool:
    """Whether a declaration may have been sent on this day."""
    return 0 <= (_today(context) - day).days <= OLDEST_SENDING


def countdown(context: Context) -> str:
    """How long there is to hand the papers in; the letter does not say whether the first day counts."""
    sent_on, today = date.fromisoformat(context.get("sent_on")), _today(context)
    last = last_day(context.content, sent_on)
    said = f"Tờ khai số hồ sơ {context.get('number')}, gửi {sent_on:%d/%m/%Y}"
    left = context.content.calendar.between(today, last)
    if today > last:
        return (
            f"{said}: đã quá {context.content.working_days} ngày làm việc (khoảng {last:%d/%m/%Y}), có thể hệ thống đã hủy. "
            f"Anh/chị gọi {context.content.office.hotline} hỏi lại, hoặc gửi lại tờ khai."
        )
    rest = f"còn {left} ngày làm việc" if left else "hôm nay là ngày cuối"
    return f"{said}: hạn nộp giấy khoảng {last:%d/%m/%Y}, {rest}; nên nộp sớm."


def parse_received(context: Context, event: Event) -> Parsed | None:
    """The pasted text message that the declaration was received."""
    received = read_received(event.text) if isinstance(event, Said) else None
    if received is None:
        return None
    note, day, own = "", received.day, context.get("record_code")
    if own and received.code and received.code != own:
        note = "Mã số trong tin khác với mã số của hồ sơ đang làm; anh/chị xem lại có đúng người không."
    if day is not None and 0 <= (_today(context) - day).days <= OLDEST_SENDING:
        return Parsed(_told(context), {"number": received.number, "sent_on": day.isoformat()}, note=note)
    return Parsed("received", {"number": received.number, "sent_on": None}, note=note)


def _told(context: Context) -> str:
    return "told" if context.get("platform") else "told_first"


def day_choices(context: Context) -> tuple[Choice, ...]:
    """Today and yesterday."""
    today = _today(context)
    days = (
        ("Hôm nay", today, "hom nay, nay, moi gui, vua gui, sang nay"),
        ("Hôm qua", today - timedelta(days=1), "qua"),
    )
    return tuple(Choice(name, _told(context), {"sent_on": day.isoformat()}, words=w) for name, day, w in days)


def parse_day(context: Context, event: Event) -> Parsed | None:
    """The day on which the declaration was sent, with or without its year."""
    if not isinstance(event, Said):
        return None
    if (received := parse_received(context, event)) is not None:
        return received
    today, told = _today(context), read_day(event.text, _today(context))
    if told.day is not None and 0 <= (today - told.day).days <= OLDEST_SENDING:
        return Parsed(_told(context), {"sent_on": told.day.isoformat()})
    if told.vague:
        return Parsed("again", note=_VAGUE)
    if told != Day() or dates_in(plain(event.text), DAY_AND_MONTH):
        return Parsed("again", note=_NOT_POSSIBLE)
    return None


_VAGUE = "Dạ, như vậy tôi chưa tính được đúng ngày. Anh/chị cho ngày và tháng dương lịch, ví dụ 19/4, hoặc “thứ sáu tuần rồi”."
_NOT_POSSIBLE = "Ngày đó không hợp: phải là hôm nay hoặc trước đó, không quá một năm. Ví dụ 19/4."


def counted_prompt(context: Context) -> str:
    """The last day, before it is known for whom the registration is."""
    return f"{countdown(context)}\nĐể nói đúng việc kế tiếp, tôi hỏi thêm vài điều."


def deadline_prompt(context: Context) -> str:
    """The last day, and what to do next."""
    steps = {
        "employee": "Việc kế tiếp: in, ký tờ khai mẫu 01 và nộp cho cán bộ đầu mối của đơn vị.",
        "child": "Việc kế tiếp: mang giấy tờ tùy thân và giấy khai sinh của con tới BHXH gần nhất.",
    }
    next_step = steps.get(context.get("who"), "Việc kế tiếp: mang giấy tờ tùy thân tới BHXH gần nhất.")
    return f"{countdown(context)}\n{next_step} ({context.content.checklist.source.short})"
