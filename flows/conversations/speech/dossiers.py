"""What people say of the declaration once it is sent, of the deadline and its reminders, and of several dossiers, wherever they are.

Read by the registration flow through speech/registration.py. Invariant: what is only asked about is not done; a day is taken
only when it is sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from flows.calendar.office_hours import VIETNAM
from flows.conversations.dossier import cards, deadline, declaration
from flows.engine import courtesy
from flows.engine.events import Said
from flows.engine.proposals import Answer, Begin, Correct, Proposal, Reading, Say
from flows.people.livelihoods import told_in
from flows.text.fold import fold
from flows.text.vssid_sms import read_number
from flows.understanding.answers import day_of
from flows.understanding.everyday import asks

FLOW = "registration"
_UNDER_WAY = ("list", "how", "all", "sent_on", "resume", "consent")
_ON_THE_LIST = ("list", "how", "all")
_BEFORE_STORED = ("who", "platform", "code")
_STORY = re.compile(
    r"\b(?:gui|nop|bam|lam|dien|khai)(?: \w+){0,2} (?:to khai|ghi nhan|ho so|dang ky)\b|\bghi nhan\b|\bto khai\b"
)
_ALONE = re.compile(
    r"^(?:da |u |a |ma )*(?:tui |toi |em |con |minh |bac |co |chu )?(?:moi |da )?(?:gui|bam|nop)(?: \w+){0,2} (?:hom qua|hom nay|hom kia|bua qua)\b"
)
_SENT = re.compile(
    r"\b(?:bam|gui|nop)(?: \w+){0,2} (?:ghi nhan|to khai)(?: \w+){0,2} (?:roi|r|xong)\b|\bghi nhan(?: \w+){0,2} (?:roi|r|xong)\b"
)
_DONE = re.compile(
    r"\b(?:roi|r|xong|hom qua|bua qua|hom kia|hom nay|tuan truoc|bua truoc|thu (?:hai|ba|tu|nam|sau|bay)|ngay [0-9])\b"
)
_HANDED = re.compile(
    r"\b(?:nop|dua|gui|giao)(?: \w+){0,3}? (?:giay|mau|mau 01|to khai|ho so|ke toan|dau moi|can bo|bhxh|bao hiem|don vi)(?: \w+){0,6}? (?:roi|r|xong)\b"
    r"|\b(?:nop|dua|giao) (?:xong )?(?:roi|r)\b(?: \w+){0,5}? (?:ke toan|dau moi|can bo|bao hiem|bhxh|don vi)\b"
    r"|^(?:da |u |toi |tui |em |minh |con )*(?:nop|di nop|nop giay|ra nop)(?: \w+)? (?:roi|r|xong|xong roi)\b"
)
_ONLINE = re.compile(r"\bto khai\b(?!.*\b(?:ke toan|dau moi|can bo|don vi|co quan|bao hiem|bhxh|mau)\b)")
_LEFT = re.compile(
    r"\b(?:con (?:may|bao nhieu) (?:ngay|bua|hom)|con han|con hieu luc|het han|qua han|tre han|han nop|han chot|han cuoi|han chung nao|han ngay nao|"
    r"han (?:la )?(?:khi|chung|ngay|bao gio|bua) ?nao|toi han|den han|ngay nao het|bao gio het|chung nao het|khi nao het|may ngay nua|bi huy)\b"
)
_ASKS_WHEN = re.compile(
    r"\bhan\b(?: \w+){0,3} (?:chung nao|ngay nao|khi nao|bao gio|bua nao|may ngay|ngay may|la may|den dau)\b"
    r"|\b(?:chung nao|ngay nao|khi nao|bao gio|bua nao|con may ngay|con bao nhieu ngay)(?: \w+){0,3} (?:het han|toi han|den han|phai nop|het hieu luc)\b"
    r"|\bhan (?:nop|chot|cuoi)\b(?: \w+){0,4} (?:nao|may|gi|dau|sao)\b"
)
_OTHER_LIMIT = re.compile(
    r"\b(?:otp|ma|mat khau|the|bhyt|can cuoc|cccd|cmnd|hop dong|tin|lien ket|duong dan|luong|mang|sim|thuoc)\b"
)
_DAYS_OFF = re.compile(r"\b(?:chu nhat|cn|thu bay|thu 7|cuoi tuan|ngay le|ngay nghi|tet)\b")
_COUNTS = re.compile(r"\b(?:tinh|dem|ke|tru)\b")
_NOT_REMINDED = re.compile(
    r"\b(?:khoi|thoi|dung|khong can|ko can|khong|ko|hong|hong can|het|bot|ngung|tat)(?: \w+)?(?: khoi)? nhac\b(?! (?:lai|gi))|\bnhac (?:hoai|chi|lam gi|lam chi|nua)\b"
)
_LATER = re.compile(
    r"\bnhac(?: \w+){0,3} (?:sau|lai|hom khac|bua khac|khi khac|mai|ngay mai|mot|thu (?:hai|ba|tu|nam|sau)|tuan sau|[0-9]+ ngay)\b|\b(?:mai|hom sau|bua khac|bua sau|tuan sau|thu (?:hai|ba|tu|nam|sau)) (?:hay |roi |moi )?nhac\b|\bdoi (?:ngay |gio )?nhac\b"
)
_WHEN = re.compile(
    r"\b(?:sau|khac|mai|mot|thu (?:hai|ba|tu|nam|sau)|tuan|ngay|bua|hom|chieu|sang|han|nop|to khai|giay)\b"
)
_ONLY_THAT = 6  # words: a longer "nhắc … lại" without a day wants something told again
_REMINDS = re.compile(
    r"\b(?:co|tu|se|nho)?(?: \w+)? ?nhac (?:em|toi|tui|minh|anh|chi|nop|truoc|gium|giup|ho|lai|khi)\b"
)
_OF_NOTICES = re.compile(r"\b(?:thong bao|tin nhan|quang cao|chuyen|ten)\b")
_IN_DAYS = re.compile(r"\b([0-9]|hai|ba|bon|nam|mot) (?:ngay|bua|hom)\b")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4}
_ONES = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5}
_TURNS = re.compile(
    r"\b(?:doi|chuyen|sang|qua|a tui|a toi|y tui|y toi|nham|lon|lai|thiet ra|that ra|moi dung|khong phai|hong phai|thanh)\b|^a\b"
)
_FAR = re.compile(
    r"\b(?:toi dau (?:roi|r)|den dau (?:roi|r)|con (?:gi|viec gi|may viec|bao nhieu viec|nhung gi)|lam duoc may|xong may)\b"
)
_AT_THE_OFFICE = re.compile(r"\b(?:ho so|duyet|no)\b")
_ANOTHER = re.compile(
    r"\b(?:them|mo them|tao them|lam them|dang ky them|mo|tao)(?: \w+)? (?:ho so|nguoi|dua|cai nua)\b|\b(?:lam|dang ky|dk)(?: them)?(?: \w+)? (?:cho|gium|giup) (?:\w+ ){1,3}(?:nua|luon|tiep)\b"
)
_SWITCH = re.compile(r"\b(?:qua|sang|chuyen|doi|toi|coi|mo|lam|ve|ho so)\b")
_NAMED = re.compile(
    r"\b(?:dat ten|goi|ten)(?: ho so(?: nay)?| nay| no)? la (.{1,24})$|\bho so nay (?:la )?cua (.{1,24})$"
)
_KIN = {"ma": "má", "me": "mẹ", "ba": "ba", "cha": "cha", "vo": "vợ", "chong": "chồng", "con": "con", "be": "bé", "ong xa": "ông xã", "ba xa": "bà xã", "anh": "anh", "chi": "chị", "em": "em", "ngoai": "ngoại", "noi": "nội"}  # fmt: skip
_FOR_KIN = re.compile(
    r"\bcho (?:cai |thang |con |be |dua )?(ong xa|ba xa|ma|me|ba|cha|vo|chong|con|be|anh|chi|em|ngoai|noi)\b"
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """What is said of a declaration, of the deadline, of reminders, and of which dossier is meant."""
    yield from _number(reading)
    yield from _reminders(reading)
    yield from _handed_in(reading)
    yield from _sent(reading)
    yield from _deadline(reading)
    if reading.is_at(FLOW):
        yield from _dossiers(reading)
        yield from _changes(reading)
    elif _ANOTHER.search(reading.input.plain) and "ho so" in reading.input.plain:
        yield Proposal(0.8, "one more dossier", Begin(FLOW))


def _today(reading: Reading) -> date:
    return reading.context.at.astimezone(VIETNAM).date()


def _begun(reading: Reading, step: str, keep: dict[str, str], *, here: str = "") -> Begin | Correct:
    """Go to a step of the registration, on top of what is under way when that is something else."""
    return Correct(here or step, keep) if reading.is_at(FLOW) else Begin(FLOW, "", step, keep)


def _number(reading: Reading) -> Iterator[Proposal]:
    """A dossier number and nothing else: the declaration was sent, so its day is asked for and the countdown begins."""
    step, text = reading.step, reading.input.text
    if (step is not None and step.takes_any) or not read_number(text):
        return
    if not reading.is_at(FLOW):
        yield Proposal(0.95, "a dossier number", Begin(FLOW, text))
        return
    parsed = declaration.parse_received(reading.context, Said(text, reading.context.at))
    if parsed is not None and step is not None and parsed.outcome in step.transitions:
        yield Proposal(0.95, "a dossier number", Answer(parsed))


# -- reminders

_KEEPS_THEM = re.compile(r"\bdung (?:co )?(?:tat|bo|ngung|khoi)\b")  # "đừng có tắt cái nhắc hạn nghen"


def _reminders(reading: Reading) -> Iterator[Proposal]:
    words = reading.input.plain
    if (
        "nhac" not in words
        or _KEEPS_THEM.search(words)
        or _OF_NOTICES.search(words)
        or reading.is_at("notices")
    ):
        return
    of_something_else = not (reading.is_at(FLOW) or _WHEN.search(words)) and len(words.split()) > _ONLY_THAT
    if _LATER.search(words) and not of_something_else and not asks(reading.input.text):
        day = _later_day(reading)
        command = _begun(reading, "put_off", {"later_on": day.isoformat()}, here="put_off_here")
        yield Proposal(0.965, "put the reminder off", command)
    elif _NOT_REMINDED.search(words) and not asks(reading.input.text):
        yield Proposal(0.97, "no reminders", _begun(reading, "no_reminders", {}, here="no_reminders_here"))
    elif _REMINDS.search(words):
        known = reading.context.get("sent_on") and reading.context.get("consent")
        told = "Dạ có: tôi nhắc vào ngày làm việc thứ 7, thứ 9 và 7:30 sáng ngày cuối, nộp rồi thì thôi."
        told += (
            ""
            if known
            else " Anh/chị cho tôi biết ngày gửi tờ khai, ví dụ “gửi tờ khai hôm qua”, và đồng ý cho lưu ngày đó là được."
        )
        yield Proposal(0.86, "asks to be reminded", Say(told))


def _later_day(reading: Reading) -> date:
    """The working day on which one wants to be reminded again: the next one when none is told."""
    words, today = reading.input.plain, _today(reading)
    calendar = reading.context.content.calendar
    if found := _IN_DAYS.search(words):
        told = found.group(1)
        day = today + timedelta(days=max(1, int(told) if told.isdigit() else _ONES[told]))
    elif found := re.search(r"\bthu (hai|ba|tu|nam|sau)\b", words):
        day = today + timedelta(days=(_WEEKDAYS[found.group(1)] - today.weekday() - 1) % 7 + 1)
    elif "tuan sau" in words:
        day = today + timedelta(days=7 - today.weekday())
    else:
        day = today + timedelta(days=1)
    return day if calendar.is_working(day) else calendar.nth_after(day, 1)


# -- the declaration


def _handed_in(reading: Reading) -> Iterator[Proposal]:
    """ "nộp rồi, bữa nay nộp cho kế toán": the papers are handed in."""
    words = reading.input.plain
    if not _HANDED.search(words) or _ONLINE.search(words) or asks(reading.input.text):
        return
    if reading.is_at(FLOW, "who", "platform", "code", "which") and not reading.context.get("sent_on"):
        yield Proposal(0.88, "the papers are handed in", Say(declaration.handed_unkept(reading.context)))
        return
    known = bool(reading.context.get("sent_on")) or reading.is_at(FLOW, *_ON_THE_LIST)
    if reading.is_at(FLOW) and known:
        yield Proposal(0.93, "the papers are handed in", Correct("keep", {"handed": "1"}))
    elif not reading.is_at(FLOW):
        yield Proposal(0.87, "the papers are handed in", Begin(FLOW, "", "handing", {"handed": "1"}))


def _sent(reading: Reading) -> Iterator[Proposal]:
    """ "tui gửi tờ khai hôm qua rồi giờ sao nữa": the declaration and its day."""
    context, said = reading.context, reading.input
    if reading.is_at(FLOW, "sent_on"):
        return
    if context.get("sent_on") and reading.is_at(FLOW):
        yield from _another_day(reading)
        return
    alone = _ALONE.search(said.plain)
    if not (_STORY.search(said.plain) or alone) or _LEFT.search(said.plain):
        return
    day = day_of(said.text, _today(reading))
    if day is not None and declaration.recounted(context, day) and (_DONE.search(said.plain) or alone):
        if asks(said.text) and not said.has("roi", "r"):
            return
        keep = {"told_on": day.isoformat()}
        yield Proposal(0.94, "the declaration and its day", _begun(reading, "told", keep, here="keep"))
    elif day is None and _SENT.search(said.plain) and not asks(said.text):
        if reading.is_at(FLOW, *_ON_THE_LIST):
            return  # an item that is done: the list asks for the day
        told = (
            "Dạ, bấm Ghi nhận rồi thì trong 10 ngày làm việc nộp giấy: người của đơn vị in, ký mẫu 01 nộp cho cán bộ đầu mối (thường là kế "
            "toán); người tự do mang giấy tờ tùy thân tới BHXH gần nhất. Anh/chị nhắn ngày gửi, ví dụ “gửi tờ khai hôm qua”, tôi tính "
            "đúng ngày hạn."
        )
        yield Proposal(0.84, "the declaration was sent", Say(told), remember={"item": "nop-to-khai"})


def _another_day(reading: Reading) -> Iterator[Proposal]:
    """The day of sending, corrected."""
    context, said = reading.context, reading.input
    day = day_of(said.text, _today(reading)) if courtesy.corrects(said) else None
    if day is None or day.isoformat() == context.get("sent_on"):
        return
    if not declaration.recounted(context, day):
        told = f"Ngày {day:%d/%m/%Y} không hợp, nên tôi giữ ngày cũ. {declaration.countdown(context)}"
        yield Proposal(0.9, "an impossible day", Say(told))
        return
    note = f"Dạ, tôi sửa lại ngày gửi: {day:%d/%m/%Y}."
    yield Proposal(0.93, "another day of sending", Correct("keep", {"told_on": day.isoformat()}, note))


def _deadline(reading: Reading) -> Iterator[Proposal]:
    """ "hạn chừng nào": answered wherever the conversation stands."""
    context, words = reading.context, reading.input.plain
    if reading.is_at(FLOW) and context.get("sent_on"):
        if _LEFT.search(words) or _ASKS_WHEN.search(words):
            told = declaration.countdown(context)
            yield Proposal(0.93, "the days left", Say(f"Dạ, {told[0].lower()}{told[1:]}"))
        elif _DAYS_OFF.search(words) and _COUNTS.search(words):
            told = "Dạ không tính thứ bảy, chủ nhật và ngày lễ: chỉ đếm ngày làm việc."
            yield Proposal(0.9, "which days count", Say(f"{told} {declaration.countdown(context)}"))
        return
    if not _ASKS_WHEN.search(words) or _OTHER_LIMIT.search(words):
        return
    if reading.is_at(FLOW):
        yield Proposal(0.9, "the deadline, no day known", Say(declaration.unknown_prompt(context)))
    else:
        yield Proposal(0.965, "the deadline", Begin(FLOW, "", "due"), remember={"item": "qua-han"})


# -- which dossier, and what it is


def _dossiers(reading: Reading) -> Iterator[Proposal]:
    context, words = reading.context, reading.input.plain
    if not reading.is_at(FLOW, *_UNDER_WAY) or asks(reading.input.text):
        return
    if found := _NAMED.search(fold(reading.input.text).strip(" .!")):
        label = reading.input.text.strip(" .!")[-len(found.group(1) or found.group(2)) :]
        note = f"Dạ, tôi gọi hồ sơ này là “{label}”."
        yield Proposal(0.94, "a name for the dossier", Correct("keep", {"label": label, "named": "1"}, note))
        return
    for one, label, who, *_ in context.answers.get("dossiers") or ():
        called = fold(label) if label else {"child": "con"}.get(who, "")
        if (
            called
            and one != context.get("dossier")
            and _SWITCH.search(words)
            and re.search(rf"\b{re.escape(called)}\b", words)
        ):
            note = f"Dạ, mình qua hồ sơ của {label or 'con'}."
            yield Proposal(0.95, "another dossier", Correct("load_one", {**_FORGOTTEN, "dossier": one}, note))
            return
    if _ANOTHER.search(words):
        kin = _FOR_KIN.search(words)
        told = told_in(reading.input)
        keep = {**_FORGOTTEN, "another": "1", "dossier": None, "label": _KIN[kin.group(1)] if kin else None}
        if told.get("who") == "child" or (kin and kin.group(1) in ("con", "be")):
            keep |= {"who": "child"}
        note = "Dạ, tôi mở thêm một hồ sơ; hồ sơ cũ vẫn còn nguyên."
        step = "platform" if keep.get("who") else "who"
        yield Proposal(0.94, "one more dossier", Correct(step, keep, note))


_FORGOTTEN = dict.fromkeys(
    ("done", "number", "sent_on", "stage", "label", "code_known", "told_on", "handed", "who", "platform", "record_name", "record_code")
)  # fmt: skip


def _changes(reading: Reading) -> Iterator[Proposal]:
    """ "đổi sang iPhone", "à tui là tự do": who and which telephone, changed at any time; and "tới đâu rồi"."""
    context, words = reading.context, reading.input.plain
    if reading.is_at(FLOW, *_BEFORE_STORED) and _FAR.search(words) and not _AT_THE_OFFICE.search(words):
        told = "Dạ, mình mới bắt đầu, chưa xong việc nào; trả lời câu này là tới bước đầu tiên."
        yield Proposal(0.9, "how far one is", Say(told))
    if reading.is_at(FLOW, "consent") and context.get("sent_on"):
        who = told_in(reading.input).get("who", "")
        if who and who != context.get("who"):
            note = f"Dạ, {cards.WHO[who]}: trong hạn đó {deadline.hand_in(who)}."
            yield Proposal(0.9, f"tells {who}", Correct("consent", {"who": who}, note))
    if not reading.is_at(FLOW, *_UNDER_WAY) or not context.get("platform"):
        return
    if _FAR.search(words) and not _AT_THE_OFFICE.search(words) and reading.is_at(FLOW, *_ON_THE_LIST):
        left = [task.title for task in cards.tasks_of(context) if not task.is_done(cards.done_of(context))]
        told = f"Dạ, {cards.bar(context)}. Còn: {'; '.join(left[:4])}{' …' if len(left) > 4 else ''}."
        yield Proposal(0.93, "how far one is", Say(told if left else "Dạ, xong hết rồi."))
    if asks(reading.input.text) or not (_TURNS.search(words) or courtesy.corrects(reading.input)):
        return
    facts = told_in(reading.input)
    new = {"who": facts.get("who", ""), "platform": facts.get("device", "")}
    if re.search(r"\b(?:luong huu|huu tri|ve huu|nghi huu)\b", words):
        new["who"] = "pensioner"
    changed = {key: value for key, value in new.items() if value and value != context.get(key)}
    if "platform" in changed and not re.search(r"\b(?:tu do|don vi|cong ty|con nho|huu)\b", words):
        changed.pop("who", None)
    if changed:
        told = " và ".join(cards.WHO.get(value) or cards.PLATFORM[value] for value in changed.values())
        note = f"Dạ, tôi đổi lại: {told}. Việc đã đánh dấu vẫn giữ."
        yield Proposal(0.94, f"changes {sorted(changed)}", Correct("keep", changed, note))
