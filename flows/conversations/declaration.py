"""The declaration once it is sent: its dossier number, its day, and how long there is to hand the papers in. Rule: the days are counted, never guessed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flows.calendar.office_hours import VIETNAM
from flows.content import Item
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Heard, Scene
from flows.text.normalise import plain
from flows.text.vssid_sms import read_received


def items_of(scene: Scene) -> tuple[Item, ...]:
    """The items of this person's variant, in order."""
    return scene.content.checklist.for_whom(
        scene.get("who"), scene.get("platform"), bool(scene.get("code_known"))
    )


LAST_OF_SENDING = "ghi_nhan"  # the item with which the declaration leaves
OLDEST_SENDING = 365  # days; a message older than this is not counted from


def _today(scene: Scene) -> date:
    return scene.at.astimezone(VIETNAM).date()


def sent_with_it(scene: Scene) -> tuple[str, ...]:
    """The items that are done once the declaration was sent; () while the variant is not known."""
    if not scene.get("platform"):
        return ()
    items = [i.id for i in items_of(scene)]
    return tuple(items[: items.index(LAST_OF_SENDING) + 1])


def _last_day(scene: Scene) -> date:
    content = scene.content
    return content.calendar.nth_after(date.fromisoformat(scene.get("sent_on")), content.working_days)


def countdown(scene: Scene) -> str:
    """How long there is to hand the papers in; the letter does not say whether the first day counts."""
    last, today = _last_day(scene), _today(scene)
    said = f"Tờ khai số hồ sơ {scene.get('number')}, gửi {date.fromisoformat(scene.get('sent_on')):%d/%m/%Y}"
    left = scene.content.calendar.between(today, last)
    if today > last:
        return (
            f"{said}: đã quá {scene.content.working_days} ngày làm việc (khoảng {last:%d/%m/%Y}), có thể hệ thống đã hủy. "
            f"Anh/chị gọi {scene.content.office.hotline} hỏi lại, hoặc gửi lại tờ khai."
        )
    rest = f"còn {left} ngày làm việc" if left else "hôm nay là ngày cuối"
    return f"{said}: hạn nộp giấy khoảng {last:%d/%m/%Y}, {rest}; nên nộp sớm."


def hears_received(scene: Scene, event: Event) -> Heard | None:
    """The pasted text message that the declaration was received."""
    received = read_received(event.text) if isinstance(event, Said) else None
    if received is None:
        return None
    other = scene.get("record_code") and received.code and received.code != scene.get("record_code")
    note = (
        "Mã số trong tin khác với mã số của hồ sơ đang làm; anh/chị xem lại có đúng người không."
        if other
        else ""
    )
    day = received.day
    if day is not None and 0 <= (_today(scene) - day).days <= OLDEST_SENDING:
        return Heard(_told(scene), {"number": received.number, "sent_on": day.isoformat()}, note=note)
    return Heard("received", {"number": received.number, "sent_on": None}, note=note)


def _told(scene: Scene) -> str:
    return "told" if scene.get("platform") else "told_first"


def day_choices(scene: Scene) -> tuple[Choice, ...]:
    """Today and yesterday."""
    today = _today(scene)
    days = (
        ("Hôm nay", today, ("hom nay", "nay", "moi gui", "vua gui", "sang nay")),
        ("Hôm qua", today - timedelta(days=1), ("qua",)),
    )
    return tuple(
        Choice(label, _told(scene), {"sent_on": day.isoformat()}, words=words) for label, day, words in days
    )


_SENT_DAY = re.compile(
    r"(?<![0-9])([0-9]{1,2})\s*(?:[-/.]|thang|\s)\s*([0-9]{1,2})(?:\s*(?:[-/.]|nam|\s)\s*([0-9]{4}))?(?![0-9])"
)


def hears_day(scene: Scene, event: Event) -> Heard | None:
    """The day on which the declaration was sent, with or without its year."""
    if not isinstance(event, Said):
        return None
    found = _SENT_DAY.search(plain(event.text))
    if found is None:
        return hears_received(scene, event)
    today = _today(scene)
    years = (int(found.group(3)),) if found.group(3) else (today.year, today.year - 1)
    for year in years:
        try:
            day = date(year, int(found.group(2)), int(found.group(1)))
        except ValueError:
            continue
        if 0 <= (today - day).days <= OLDEST_SENDING:
            return Heard(_told(scene), {"sent_on": day.isoformat()})
    return Heard(
        "again", note="Ngày đó không hợp: phải là hôm nay hoặc trước đó, không quá một năm. Ví dụ 19/4."
    )


def says_counted(scene: Scene) -> str:
    """The last day, before it is known for whom the registration is."""
    return f"{countdown(scene)}\nĐể nói đúng việc kế tiếp, tôi hỏi thêm vài điều."


def says_deadline(scene: Scene) -> str:
    """The last day, and what to do next."""
    steps = {
        "employee": "Việc kế tiếp: in, ký tờ khai mẫu 01 và nộp cho cán bộ đầu mối của đơn vị.",
        "child": "Việc kế tiếp: mang giấy tờ tùy thân và giấy khai sinh của con tới BHXH gần nhất.",
    }
    next_step = steps.get(scene.get("who"), "Việc kế tiếp: mang giấy tờ tùy thân tới BHXH gần nhất.")
    return f"{countdown(scene)}\n{next_step} ({scene.content.checklist.source.short})"
