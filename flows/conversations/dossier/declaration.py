"""The declaration once it is sent: its dossier number and its day, as they are told. Used by registration.

Invariant: a day that is not sure is asked for; the days left are counted by deadline.py.
"""

from __future__ import annotations

from datetime import date, timedelta

from flows.calendar.office_hours import VIETNAM
from flows.content import Item
from flows.conversations.dossier import deadline
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Context, Parsed
from flows.text.dates import DAY_AND_MONTH, dates_in
from flows.text.normalise import plain
from flows.text.vssid_sms import read_number, read_received
from flows.understanding.answers.days import Day, read_day

LAST_OF_SENDING = "ghi_nhan"  # the item with which the declaration leaves
HANDING_IN = "nop"  # the group that hands the papers in
OLDEST_SENDING = 365  # days; a message older than this is not counted from


def items_of(context: Context) -> tuple[Item, ...]:
    """The items of this person's variant, in order."""
    return context.content.checklist.for_whom(
        context.get("who"), context.get("platform"), bool(context.get("code_known"))
    )


def today(context: Context) -> date:
    """This person's day in Vietnam."""
    return context.at.astimezone(VIETNAM).date()


def sent_with_it(context: Context) -> tuple[str, ...]:
    """The items that are done once the declaration was sent; () while the variant is not known."""
    items = [i.id for i in items_of(context)] if context.get("platform") else []
    return tuple(items[: items.index(LAST_OF_SENDING) + 1]) if LAST_OF_SENDING in items else ()


def of_group(context: Context, group: str) -> tuple[str, ...]:
    """The items of a group in this person's variant."""
    return tuple(i.id for i in items_of(context) if i.group == group)


def recounted(context: Context, day: date) -> bool:
    """Whether a declaration may have been sent on this day."""
    return 0 <= (today(context) - day).days <= OLDEST_SENDING


def countdown(context: Context) -> str:
    """How long there is to hand the papers in, or that they were."""
    if context.get("stage") in ("handed_in", "finished"):
        return "Giấy tờ đã nộp rồi nên không còn đếm hạn; giờ chờ được duyệt, tài khoản và mật khẩu báo qua tin nhắn (SMS) hoặc e-mail."
    return deadline.countdown(context.content, today(context), context.get("sent_on"), context.get("number"))


def overdue(context: Context) -> bool:
    """Whether the declaration was sent so long ago that it may be cancelled."""
    counts = context.get("stage") not in ("handed_in", "finished")
    return counts and deadline.is_over(context.content, today(context), context.get("sent_on"))


def waits(context: Context) -> list[str]:
    """The line of a declaration whose papers are to be handed in."""
    if not context.get("sent_on") or context.get("stage") == "finished":
        return []
    return [countdown(context)]


def parse_received(context: Context, event: Event) -> Parsed | None:
    """The pasted text message that the declaration was received, or its dossier number alone."""
    received = read_received(event.text) if isinstance(event, Said) else None
    if received is None:
        return _parse_number(context, event)
    note, day, own = "", received.day, context.get("record_code")
    if own and received.code and received.code != own:
        note = "Mã số trong tin khác với mã số của hồ sơ đang làm; anh/chị xem lại có đúng người không."
    told = {"number": received.number, "sent_on": None, "stage": None}
    if day is not None and recounted(context, day):
        told["told_on"] = day.isoformat()
    return Parsed("received", told, note=note)


def _parse_number(context: Context, event: Event) -> Parsed | None:
    """A dossier number without a day: a day that is known stays, unless it is another declaration's."""
    number = read_number(event.text) if isinstance(event, Said) else ""
    if not number:
        return None
    known = context.get("number")
    if context.get("sent_on") and known in ("", number):
        return Parsed("received", {"number": number}, note="" if known else f"Dạ, tôi ghi số hồ sơ {number}.")
    asked = context.get("consent") or context.get("refused") or known == number
    days = context.content.working_days
    note = "" if asked else f"Dạ, số hồ sơ {number} là của tờ khai đã gửi, có hiệu lực {days} ngày làm việc."
    return Parsed("received", {"number": number, "sent_on": None, "stage": None}, note=note)


def day_choices(context: Context) -> tuple[Choice, ...]:
    """Today and yesterday."""
    now = today(context)
    days = (
        ("Hôm nay", now, "hom nay, nay, moi gui, vua gui, sang nay, moi bam"),
        ("Hôm qua", now - timedelta(days=1), "qua"),
    )
    return tuple(Choice(name, "told", {"told_on": day.isoformat()}, words=w) for name, day, w in days)


def parse_day(context: Context, event: Event) -> Parsed | None:
    """The day on which the declaration was sent, with or without its year."""
    if not isinstance(event, Said):
        return None
    if (received := parse_received(context, event)) is not None:
        return received
    told = read_day(event.text, today(context))
    if told.day is not None and recounted(context, told.day):
        return Parsed("told", {"told_on": told.day.isoformat()})
    if told.vague:
        return Parsed("again", note=_VAGUE)
    if told != Day() or dates_in(plain(event.text), DAY_AND_MONTH):
        return Parsed("again", note=_NOT_POSSIBLE)
    return None


_VAGUE = "Dạ, như vậy tôi chưa tính được đúng ngày. Anh/chị cho ngày và tháng dương lịch, ví dụ 19/4, hoặc “thứ sáu tuần rồi”."
_NOT_POSSIBLE = "Ngày đó không hợp: phải là hôm nay hoặc trước đó, không quá một năm. Ví dụ 19/4."


def asked_day(context: Context) -> str:
    """The question for the day."""
    number = context.get("number")
    known = f"Đã ghi số hồ sơ {number}. " if number else "Hay quá. "
    return f"{known}Anh/chị bấm “Ghi nhận” (gửi tờ khai) ngày nào? Biết ngày thì tôi đếm hạn và nhắc."


def deadline_prompt(context: Context) -> str:
    """The last day, what to do next, and when one is reminded."""
    nxt = f"Việc cần làm: {deadline.hand_in(context.get('who'))}. ({context.content.checklist.source.short})"
    told = [countdown(context), nxt]
    if context.get("consent") and not overdue(context):
        told.append(
            "Tôi sẽ nhắc vào ngày làm việc thứ 7, thứ 9 và 7:30 sáng ngày cuối. Nộp rồi thì nhắn “nộp rồi”."
        )
    if not overdue(context):
        told.append("Cần tờ giấy mang theo hay lịch cho điện thoại: nhắn “in ra giấy”, “cho tôi cái lịch”.")
    return "\n".join(told)


def handed_prompt(context: Context) -> str:
    """The papers are handed in: what comes next."""
    asked = {
        "employee": " Vài bữa chưa thấy tin thì hỏi lại cán bộ đầu mối đã báo họ tên, mã số cho BHXH tỉnh chưa.",
        "officer": "",
    }.get(context.get("who"), f" Lâu chưa thấy tin thì gọi {context.content.office.hotline}.")
    return (
        "Dạ, tôi ghi đã nộp giấy, thôi đếm hạn và thôi nhắc. Giờ chờ được duyệt: tài khoản và mật khẩu báo qua tin nhắn (SMS) "
        f"hoặc e-mail, công văn không nêu mấy ngày.{asked}"
    )


def handed_unkept(context: Context) -> str:
    """The same where nothing is kept of a registration."""
    return (
        "Dạ, nộp giấy rồi thì chờ được duyệt: tài khoản và mật khẩu báo qua tin nhắn (SMS) hoặc e-mail, công văn không nêu mấy ngày. "
        "Nộp cho cán bộ đầu mối thì vài bữa hỏi lại coi đã báo họ tên, mã số cho BHXH tỉnh chưa; lâu quá thì gọi "
        f"{context.content.office.hotline}."
    )


def due_prompt(context: Context) -> str:
    """The last day, asked for from anywhere."""
    return f"Dạ, {_lower(countdown(context))}" if context.get("sent_on") else unknown_prompt(context)


def due_of_all(context: Context) -> str:
    """The last day of each dossier."""
    lines = []
    for _, label, who, sent_on, stage in context.answers.get("dossiers") or ():
        called = label or ("con" if who == "child" else "anh/chị")
        if stage != "open":
            lines.append(f"• {called}: đã nộp giấy.")
        elif sent_on:
            lines.append(
                f"• {called}: {_lower(deadline.countdown(context.content, today(context), sent_on))}"
            )
        else:
            lines.append(f"• {called}: chưa gửi tờ khai.")
    return "\n".join(("Dạ, hạn của từng hồ sơ:", *lines))


def unknown_prompt(context: Context) -> str:
    """The rule, where no day is known."""
    days = context.content.working_days
    return (
        f"Dạ, hạn nộp giấy là {days} ngày làm việc kể từ ngày bấm Ghi nhận (không tính thứ bảy, chủ nhật, ngày lễ); quá hạn hệ thống "
        f"tự hủy. Anh/chị nhắn ngày gửi, ví dụ “gửi tờ khai hôm qua” hay “gửi tờ khai ngày 24/11”, tôi tính đúng ngày. ({context.content.checklist.source.short})"
    )


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
