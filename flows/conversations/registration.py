"""Đăng ký VssID: a checklist that is worked through over weeks.

Invariant: the items are content; which are ticked is stored with the person's dossier, after consent.
"""

from __future__ import annotations

import re

from flows.content import Content, Item
from flows.conversations import declaration
from flows.conversations.consent import consent_steps
from flows.conversations.declaration import items_of, parse_received, sent_with_it
from flows.conversations.speech import registration as speech
from flows.conversations.speech.registration_answers import assumed, told_with
from flows.effects import KeepSubmission, LoadDossier, MarkItems, StartDossier
from flows.engine.events import Event, Said
from flows.engine.steps import (
    AGAIN,
    Choice,
    Choices,
    Context,
    Flow,
    Parsed,
    Prompt,
    Step,
    ask,
    call,
    checklist,
    choose,
    end,
    show,
)
from flows.text.fold import tidy
from flows.text.normalise import plain
from flows.text.vssid_sms import read_received
from flows.understanding import numbers_explained

CONSENT = (
    "Tôi có thể đi cùng anh/chị suốt việc đăng ký VssID và nhớ việc nào đã xong để lần sau làm tiếp. Muốn vậy tôi cần lưu: "
    "đăng ký cho ai, loại điện thoại, các mục đã đánh dấu, số hồ sơ và ngày gửi tờ khai, và họ tên, mã số nếu anh/chị vừa "
    "tra cứu. "
    "Anh/chị có thể từ chối, hoặc rút lại bất cứ lúc nào (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)
WHO = {"employee": "người lao động của đơn vị", "individual": "cá nhân tự do", "child": "con nhỏ"}
PLATFORM = {"android": "Android", "ios": "iPhone"}
_NUMBERED_SURELY = 0.92  # "bỏ dấu mục 5" is more than the wording of an option in it
SHOWN_HELP = {"ho_ten": "record_name", "ma_so_bhxh": "record_code"}


def _flow() -> Flow:
    return Flow(
        "registration",
        "Đăng ký VssID",
        (
            *consent_steps(
                "registration",
                CONSENT,
                then="load",
                refused=lambda s: (
                    "Không sao, tôi không lưu gì cả. Anh/chị vẫn đăng ký được trong ứng dụng VssID, hoặc gọi "
                    f"{s.content.office.hotline}. {s.content.office.nearest}"
                ),
            ),
            call("load", lambda s: LoadDossier(), LoadDossier, transitions={"none": "who", "open": "resume"}),
            choose(
                "resume",
                _resume_prompt,
                _resume_choices,
                label="làm tiếp hồ sơ cũ",
                parse=parse_received,
                transitions={"list": "list", "mark": "mark", "anew": "who", **_RECEIVED},
            ),
            choose(
                "who",
                "Anh/chị đăng ký cho ai?",
                _WHO_CHOICES,
                label="đăng ký cho ai",
                parse=parse_received,
                assumes=lambda context, memory: assumed("who", _WHO_CHOICES, memory),
                transitions={"chosen": "platform", **_RECEIVED},
            ),
            choose(
                "platform",
                "Điện thoại loại nào?",
                _platform_choices,
                label="chọn loại điện thoại",
                assumes=lambda context, memory: assumed("platform", _platform_choices(context), memory),
                parse=parse_received,
                transitions={"chosen": "code", "known": "start", **_RECEIVED},
            ),
            choose(
                "code",
                "Đã biết mã số BHXH (10 số) của người đăng ký chưa?",
                _CODE_CHOICES,
                label="đã có mã số chưa",
                assumes=lambda context, memory: assumed("code", _CODE_CHOICES, memory),
                parse=parse_received,
                transitions={"chosen": "start", "lookup": "lookup/", **_RECEIVED},
            ),
            ask(
                "sent_on",
                lambda s: (
                    f"Đã ghi số hồ sơ {s.get('number')}. Anh/chị bấm “Ghi nhận” (gửi tờ khai) ngày nào?"
                ),
                label="cho biết ngày gửi tờ khai",
                parse=declaration.parse_day,
                choices=declaration.day_choices,
                hint="Anh/chị bấm “Hôm nay”, “Hôm qua”, hoặc gõ ngày, ví dụ 19/4.",
                transitions={"again": AGAIN, **_RECEIVED},
            ),
            call(
                "keep",
                lambda s: KeepSubmission(s.get("number"), s.get("sent_on"), sent_with_it(s)),
                KeepSubmission,
                transitions={"open": "deadline", "none": "who"},
            ),
            show("deadline", declaration.deadline_prompt, transitions="list"),
            show("counted", declaration.counted_prompt, transitions="who"),
            call("start", _start, StartDossier, transitions={"open": "list"}),
            checklist(
                "list",
                _list_prompt,
                _list_choices,
                label="danh sách việc cần làm",
                parse=_parse_number,
                surely=_NUMBERED_SURELY,
                hint=_HINT,
                brief=_list_brief,
                transitions=_TRANSITIONS,
            ),
            _reading("how", _how_prompt, _how_choices, label="xem cách làm một mục"),
            _reading("all", _all_prompt, (_NEXT,), label="xem cả danh sách"),
            call("mark", lambda s: _marks(s, done=True), MarkItems, transitions=_MARKED),
            call("unmark", lambda s: _marks(s, done=False), MarkItems, transitions=_UNMARKED),
            end("finished", _finished_prompt, ("Đổi mật khẩu, quên mật khẩu",)),
        ),
        takes=("record_name", "record_code"),
        slash="dangky",
        topics=frozenset(
            {
                "dang_ky_tai_khoan",
                "dang_ky_cho_con",
                "loi_dang_ky",
                "nop_to_khai",
                "trang_thai_ho_so",
                "gioi_thieu_vssid",
                "cai_dat_app",
            }
        ),
        questions_first=True,
        told_with=told_with,
        purposes={"registration": "đi cùng việc đăng ký VssID"},
        recognises=_recognises,
        about={"item": "nhan-sms"},
        reads=speech.reads,
    )


def _reading(name: str, prompt: Prompt, choices: Choices | tuple[Choice, ...], *, label: str) -> Step:
    """A step beside the list, where items are ticked by their number too."""
    return choose(
        name,
        prompt,
        choices,
        label=label,
        parse=_parse_number,
        surely=_NUMBERED_SURELY,
        hint=_HINT,
        transitions=_TRANSITIONS,
        done=True,
    )


def _start(context: Context) -> StartDossier:
    who, platform, name, code, number, sent_on = map(
        context.get, ("who", "platform", "record_name", "record_code", "number", "sent_on")
    )
    sent = sent_with_it(context) if number else ()
    return StartDossier(who, platform, bool(context.get("code_known")), name, code, number, sent_on, sent)


def _done(context: Context) -> frozenset[str]:
    return frozenset(context.answers.get("done", ()))


def _open(context: Context) -> list[Item]:
    done = _done(context)
    return [i for i in items_of(context) if i.id not in done]


def _marks(context: Context, *, done: bool) -> MarkItems:
    needed = tuple(i.id for i in items_of(context) if i.required)
    return MarkItems(tuple(context.answers.get("marked", ())), done, needed)


def _current(context: Context) -> Item:
    """The item to do next: the first open one; the last of all when none is open."""
    left = _open(context)
    return left[0] if left else items_of(context)[-1]


def _progress(context: Context) -> str:
    items = items_of(context)
    return f"{len(items) - len(_open(context))}/{len(items)}"


def _list_prompt(context: Context) -> str:
    item, items, done = _current(context), items_of(context), _done(context)
    here = [s for s in context.content.checklist.stages if any(i.step == s.id for i in items)]
    stage = next(s for s in here if s.id == item.step)
    waits = bool(context.get("number") and _open(context))  # for the papers of a declaration that was sent
    return "\n".join(
        (
            f"Đăng ký VssID cho {WHO[context.get('who')]} ({PLATFORM[context.get('platform')]}): xong {_progress(context)}",
            *([declaration.countdown(context)] if waits else ()),
            f"Phần {here.index(stage) + 1}/{len(here)}. {stage.title}",
            *(_line(n, other, done) for n, other in enumerate(items, start=1) if other.step == stage.id),
            f"Việc kế tiếp: {item.title}.",
        )
    )


def _list_brief(context: Context) -> str:
    """The second telling of the list: how far one is, and what comes next."""
    return f"Danh sách cho {WHO[context.get('who')]} đã xong {_progress(context)}. Việc kế tiếp: {_current(context).title}."


def _line(n: int, item: Item, done: frozenset[str]) -> str:
    optional = "" if item.required else " (không bắt buộc)"
    return f"{'☑' if item.id in done else '☐'} {n}. {item.title}{optional}"


def _all_prompt(context: Context) -> str:
    done = _done(context)
    lines = [f"Toàn bộ danh sách, xong {_progress(context)} ({context.content.checklist.source.short}):"]
    lines += [_line(n, item, done) for n, item in enumerate(items_of(context), start=1)]
    lines.append("Gõ “xong 5” để đánh dấu mục 5, “bỏ 5” để bỏ dấu, “cách làm 5” để xem cách làm.")
    return "\n".join(lines)


def _list_choices(context: Context) -> tuple[Choice, ...]:
    item = _current(context)
    stage = [i.id for i in _open(context) if i.step == item.step]
    choices = [
        Choice(
            "Xong việc này", "mark", {"marked": [item.id]}, words=f"{_DONE}, lam roi, da lam", means="done"
        ),
        Choice(
            "Cách làm",
            "how",
            {"asked": item.id},
            words="cach lam, lam sao, lam the nao, chi toi",
            means="how",
        ),
    ]
    if len(stage) > 1:
        choices.append(Choice("Xong cả phần này", "mark", {"marked": stage}, words="xong het, xong ca buoc"))
    choices.append(Choice("Xem cả danh sách", "all", words="danh sach, xem het", means="all"))
    if item.step == "b2":
        choices.append(Choice("Tra mã số giúp tôi", "lookup", words="tra cuu, tra ma so", means="look_up"))
    shown = {i.id for i in items_of(context)}
    ticked = [i for i in context.answers.get("done", ()) if i in shown]  # in the order they were ticked
    if ticked:
        newest = {"marked": ticked[-1:]}
        choices.append(
            Choice("Bỏ dấu việc vừa xong", "unmark", newest, words="bo dau, bo danh dau", means="undo")
        )
    return tuple(choices)


_DONE = "xong, xong roi, da xong, roi"
_NUMBERS = {  # only with their marks: "sau" is also "later"
    word: str(n)
    for n, word in enumerate("một hai ba bốn năm sáu bảy tám chín mười".split(), start=1)
    if word != "ba"
}
_NUMBERED = re.compile(r"(xong|bo|bo dau|cach lam|lam sao|huong dan)(?: viec| muc| so)? ([0-9]{1,2})")


def _parse_number(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    received = parse_received(context, event)
    said = " ".join(_NUMBERS.get(word, word) for word in tidy(event.text).split())
    found = _NUMBERED.fullmatch(plain(said))
    if received is not None or found is None:
        return received
    items, what, n = items_of(context), found.group(1), int(found.group(2))
    if not 1 <= n <= len(items):
        return Parsed("again", note=f"Danh sách chỉ có {len(items)} mục, từ 1 đến {len(items)}.")
    item = items[n - 1]
    if what == "xong":
        return Parsed("mark", {"marked": [item.id]}, note=f"Đã đánh dấu mục {n}: {item.title}.")
    if what.startswith("bo"):
        return Parsed("unmark", {"marked": [item.id]}, note=f"Đã bỏ dấu mục {n}: {item.title}.")
    return Parsed("how", {"asked": item.id})


def _how_prompt(context: Context) -> str:
    item = next((i for i in items_of(context) if i.id == context.get("asked")), _current(context))
    known = context.get(SHOWN_HELP.get(item.id, ""))
    lines = (
        f"{item.title}: {item.help}",
        f"Của anh/chị: {known}" if known else "",
        context.content.receiving_agency if item.id == "co_quan_tiep_nhan" else "",
        item.note,
        f"({context.content.checklist.source.short})",
    )
    return "\n".join(line for line in lines if line)


def _how_choices(context: Context) -> tuple[Choice, ...]:
    asked = {"marked": [context.get("asked")]}
    if context.get("asked") in _done(context):
        mark = Choice("Bỏ dấu việc này", "unmark", asked, words="bo dau", means="undo")
    else:
        mark = Choice("Xong việc này", "mark", asked, words=_DONE, means="done")
    return (mark, Choice("Về danh sách", "list", words="ve, danh sach", means="list"))


def _found_by_looking(context: Context) -> list[str]:
    """The open items of the step that looks for the code, when a code was just looked up for this registration."""
    return [i.id for i in _open(context) if i.step == "b2"] if context.get("record_code") else []


def _resume_prompt(context: Context) -> str:
    known = f" Mã số vừa tra của {context.get('record_name')} thì khỏi tìm nữa."
    looked_up = known if _found_by_looking(context) else ""
    return f"Lần trước anh/chị đã xong {_progress(context)}.{looked_up} Làm tiếp nhé?"


def _resume_choices(context: Context) -> tuple[Choice, ...]:
    found = _found_by_looking(context)
    outcome, keep = ("mark", {"marked": found}) if found else ("list", {})
    return (
        Choice("Xem việc kế tiếp", outcome, keep, words="lam tiep, tiep, tiep tuc, co, ok", means="continue"),
        Choice("Bắt đầu lại", "anew", words="lam lai, lam lai tu dau, khong", means="anew"),
    )


def _finished_prompt(context: Context) -> str:
    return (
        f"Đã xong {_progress(context)}: tài khoản VssID của anh/chị sẵn sàng. "
        f"Vướng chỗ nào, anh/chị gọi {context.content.office.hotline}."
    )


def _platform_choices(context: Context) -> tuple[Choice, ...]:
    outcome, keep = ("known", {"code_known": "1"}) if context.get("record_code") else ("chosen", {})
    android, ios = {"platform": "android", **keep}, {"platform": "ios", **keep}
    return (
        Choice("Android", outcome, android, words="samsung, oppo, xiaomi, may thuong", means="android"),
        Choice("iPhone", outcome, ios, words="ios, ip, apple, ai phon", means="ios"),
    )


_WHO_NOTE = {"child": "Dạ, làm cho con nhỏ: lúc nộp nhớ mang thêm giấy khai sinh của con."}
_WHO_CHOICES = tuple(
    Choice(label, "chosen", {"who": who}, words=words, means=who, note=_WHO_NOTE.get(who, ""))
    for who, label, words in (
        (
            "employee",
            "Người lao động của đơn vị",
            "nguoi lao dong, nhan vien, cong nhan, vien chuc, co don vi",
        ),
        (
            "individual",
            "Cá nhân tự do",
            "ca nhan, tu do, cho toi, cho tui, cho em, cho minh, tui, toi, em, minh, ban than, tu nguyen, ho gia dinh",
        ),
        ("child", "Con nhỏ", "con, cho con, tre em, em be, con toi"),
    )
)
_CODE_CHOICES = (
    Choice("Đã biết", "chosen", {"code_known": "1"}, words="biet roi, co, co roi, roi, biet", means="known"),
    Choice(
        "Chưa biết",
        "chosen",
        {"code_known": None},
        words="chua, khong biet, ko biet, khong, chua co",
        note="Dạ, mã số là 10 số trên sổ BHXH hoặc 10 số cuối thẻ BHYT; không có giấy thì tra mã, tôi có ghi cách trong danh sách.",
        means="unknown",
    ),
    Choice("Tra mã số giúp tôi", "lookup", words="tra cuu, tra giup, tra ma so", means="look_up"),
)
_NEXT = Choice("Về việc kế tiếp", "list", words="ve, tiep, tiep tuc, xong, xong roi, ok", means="list")
_MARKED, _UNMARKED = {"open": "list", "finished": "finished"}, {"open": "list", "finished": "list"}
_RECEIVED = {"received": "sent_on", "told": "keep", "told_first": "counted"}
_TRANSITIONS = {
    **{name: name for name in ("mark", "unmark", "how", "all", "list")},
    "lookup": "lookup/",
    "again": AGAIN,
    **_RECEIVED,
}
_HINT = "Anh/chị bấm “Xong việc này” khi làm xong, hoặc “Cách làm” để xem hướng dẫn. Cũng gõ được “xong 5”, “bỏ 5”."


def _recognises(text: str, content: Content) -> str:
    """The text message by which BHXH says that it has the declaration."""
    received = read_received(text)
    return numbers_explained.received(received, content) if received is not None else ""


FLOW = _flow()
