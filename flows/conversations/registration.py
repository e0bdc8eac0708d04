"""Đăng ký VssID: a checklist that goes along for weeks. Rule: its items are content; what is ticked belongs to the person."""

from __future__ import annotations

import re

from flows.content import Item
from flows.conversations.consent import consent_steps
from flows.conversations.declaration import (
    countdown,
    day_choices,
    hears_day,
    hears_received,
    items_of,
    says_counted,
    says_deadline,
    sent_with_it,
)
from flows.effects import KeepSubmission, LoadDossier, MarkItems, StartDossier
from flows.engine.events import Event, Said
from flows.engine.steps import AGAIN, Choice, Flow, Heard, Scene, ask, call, checklist, choose, end, show
from flows.text.normalise import plain

CONSENT = (
    "Tôi có thể đi cùng anh/chị suốt việc đăng ký VssID và nhớ việc nào đã xong để lần sau làm tiếp. Muốn vậy tôi cần lưu: "
    "đăng ký cho ai, loại điện thoại, các mục đã đánh dấu, số hồ sơ và ngày gửi tờ khai, và họ tên, mã số nếu anh/chị vừa "
    "tra cứu. "
    "Anh/chị có thể từ chối, hoặc rút lại bất cứ lúc nào (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)
WHO = {"employee": "người lao động của đơn vị", "individual": "cá nhân tự do", "child": "con nhỏ"}
PLATFORM = {"android": "Android", "ios": "iPhone"}
SHOWN_HELP = {"ho_ten": "record_name", "ma_so_bhxh": "record_code"}


def _done(scene: Scene) -> frozenset[str]:
    return frozenset(scene.answers.get("done", ()))


def _open(scene: Scene) -> list[Item]:
    done = _done(scene)
    return [i for i in items_of(scene) if i.id not in done]


def _needed(scene: Scene) -> tuple[str, ...]:
    return tuple(i.id for i in items_of(scene) if i.required)


def _current(scene: Scene) -> Item:
    """The item to do next: the first open one; the last of all when none is open."""
    left = _open(scene)
    return left[0] if left else items_of(scene)[-1]


def _progress(scene: Scene) -> str:
    items = items_of(scene)
    return f"{len(items) - len(_open(scene))}/{len(items)}"


def _says_list(scene: Scene) -> str:
    item = _current(scene)
    items = items_of(scene)
    done = _done(scene)
    stages = scene.content.checklist.stages
    here = [s for s in stages if any(i.step == s.id for i in items)]
    stage = next(s for s in here if s.id == item.step)
    lines = [
        f"Đăng ký VssID cho {WHO[scene.get('who')]} ({PLATFORM[scene.get('platform')]}): xong {_progress(scene)}",
        f"Phần {here.index(stage) + 1}/{len(here)}. {stage.title}",
    ]
    if scene.get("number") and _open(scene):
        lines.insert(1, countdown(scene))
    for n, other in enumerate(items, start=1):
        if other.step == stage.id:
            lines.append(_line(n, other, done))
    lines.append(f"Việc kế tiếp: {item.title}.")
    return "\n".join(lines)


def _line(n: int, item: Item, done: frozenset[str]) -> str:
    optional = "" if item.required else " (không bắt buộc)"
    return f"{'☑' if item.id in done else '☐'} {n}. {item.title}{optional}"


def _says_all(scene: Scene) -> str:
    done = _done(scene)
    lines = [f"Toàn bộ danh sách, xong {_progress(scene)} ({scene.content.checklist.source.short}):"]
    lines += [_line(n, item, done) for n, item in enumerate(items_of(scene), start=1)]
    lines.append("Gõ “xong 5” để đánh dấu mục 5, “bỏ 5” để bỏ dấu, “cách làm 5” để xem cách làm.")
    return "\n".join(lines)


def _list_choices(scene: Scene) -> tuple[Choice, ...]:
    item = _current(scene)
    stage = [i.id for i in _open(scene) if i.step == item.step]
    choices = [
        Choice(
            "Xong việc này",
            "mark",
            {"marked": [item.id]},
            words=("xong", "xong roi", "da xong", "roi", "lam roi", "da lam"),
        ),
        Choice(
            "Cách làm", "how", {"asked": item.id}, words=("cach lam", "lam sao", "lam the nao", "chi toi")
        ),
    ]
    if len(stage) > 1:
        choices.append(
            Choice("Xong cả phần này", "mark", {"marked": stage}, words=("xong het", "xong ca buoc"))
        )
    choices.append(Choice("Xem cả danh sách", "all", words=("danh sach", "xem het")))
    if item.step == "b2":
        choices.append(Choice("Tra mã số giúp tôi", "lookup", words=("tra cuu", "tra ma so")))
    shown = {i.id for i in items_of(scene)}
    ticked = [i for i in scene.answers.get("done", ()) if i in shown]  # in the order they were ticked
    if ticked:
        newest = {"marked": ticked[-1:]}
        choices.append(Choice("Bỏ dấu việc vừa xong", "unmark", newest, words=("bo dau", "bo danh dau")))
    return tuple(choices)


_NUMBERED = re.compile(r"(xong|bo|bo dau|cach lam|lam sao|huong dan)(?: viec| muc| so)? ([0-9]{1,2})")


def _hears_number(scene: Scene, event: Event) -> Heard | None:
    if not isinstance(event, Said):
        return None
    if (received := hears_received(scene, event)) is not None:
        return received
    found = _NUMBERED.fullmatch(plain(event.text))
    if found is None:
        return None
    items = items_of(scene)
    n = int(found.group(2))
    if not 1 <= n <= len(items):
        return Heard("again", note=f"Danh sách chỉ có {len(items)} mục, từ 1 đến {len(items)}.")
    item = items[n - 1]
    if found.group(1) == "xong":
        return Heard("mark", {"marked": [item.id]}, note=f"Đã đánh dấu mục {n}: {item.title}.")
    if found.group(1).startswith("bo"):
        return Heard("unmark", {"marked": [item.id]}, note=f"Đã bỏ dấu mục {n}: {item.title}.")
    return Heard("how", {"asked": item.id})


def _says_how(scene: Scene) -> str:
    item = next((i for i in items_of(scene) if i.id == scene.get("asked")), _current(scene))
    known = scene.get(SHOWN_HELP.get(item.id, ""))
    lines = [f"{item.title}: {item.help}"]
    if known:
        lines.append(f"Của anh/chị: {known}")
    if item.id == "co_quan_tiep_nhan":
        lines.append(scene.content.receiving_agency)
    if item.note:
        lines.append(item.note)
    lines.append(f"({scene.content.checklist.source.short})")
    return "\n".join(lines)


def _how_choices(scene: Scene) -> tuple[Choice, ...]:
    asked = scene.get("asked")
    if asked in _done(scene):
        mark = Choice("Bỏ dấu việc này", "unmark", {"marked": [asked]}, words=("bo dau",))
    else:
        mark = Choice(
            "Xong việc này", "mark", {"marked": [asked]}, words=("xong", "xong roi", "da xong", "roi")
        )
    return (mark, Choice("Về danh sách", "list", words=("ve", "danh sach")))


def _found_by_looking(scene: Scene) -> list[str]:
    """The open items of the step that looks for the code, when a code was just looked up for this registration."""
    return [i.id for i in _open(scene) if i.step == "b2"] if scene.get("record_code") else []


def _says_resume(scene: Scene) -> str:
    looked_up = (
        f" Mã số vừa tra của {scene.get('record_name')} thì khỏi tìm nữa." if _found_by_looking(scene) else ""
    )
    return f"Lần trước anh/chị đã xong {_progress(scene)}.{looked_up} Làm tiếp nhé?"


def _resume_choices(scene: Scene) -> tuple[Choice, ...]:
    found = _found_by_looking(scene)
    outcome, keep = ("mark", {"marked": found}) if found else ("list", {})
    words = ("lam tiep", "tiep", "tiep tuc", "co", "ok")
    return (
        Choice("Xem việc kế tiếp", outcome, keep, words=words),
        Choice("Bắt đầu lại", "anew", words=("lam lai", "lam lai tu dau", "khong")),
    )


def _says_finished(scene: Scene) -> str:
    return (
        f"Đã xong {_progress(scene)}: tài khoản VssID của anh/chị sẵn sàng. "
        f"Vướng chỗ nào, anh/chị gọi {scene.content.office.hotline}."
    )


def _platform_choices(scene: Scene) -> tuple[Choice, ...]:
    outcome = "known" if scene.get("record_code") else "chosen"
    keep = {"code_known": "1"} if scene.get("record_code") else {}
    return (
        Choice(
            "Android",
            outcome,
            {"platform": "android", **keep},
            words=("samsung", "oppo", "xiaomi", "may thuong"),
        ),
        Choice("iPhone", outcome, {"platform": "ios", **keep}, words=("ios", "ip", "apple", "ai phon")),
    )


_GOES = {
    "mark": "mark",
    "unmark": "unmark",
    "how": "how",
    "all": "all",
    "lookup": "lookup/",
    "again": AGAIN,
    "list": "list",
}
_RECEIVED = {"received": "sent_on", "told": "keep", "told_first": "counted"}
_HINT = "Anh/chị bấm “Xong việc này” khi làm xong, hoặc “Cách làm” để xem hướng dẫn. Cũng gõ được “xong 5”, “bỏ 5”."

FLOW = Flow(
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
            offers=(),
        ),
        call("load", lambda s: LoadDossier(), LoadDossier, goes={"none": "who", "open": "resume"}),
        choose(
            "resume",
            _says_resume,
            _resume_choices,
            hears=hears_received,
            goes={"list": "list", "mark": "mark", "anew": "who", **_RECEIVED},
        ),
        choose(
            "who",
            "Anh/chị đăng ký cho ai?",
            (
                Choice(
                    "Người lao động của đơn vị",
                    "chosen",
                    {"who": "employee"},
                    words=("nguoi lao dong", "nhan vien", "cong nhan", "vien chuc", "co don vi"),
                ),
                Choice(
                    "Cá nhân tự do",
                    "chosen",
                    {"who": "individual"},
                    words=("ca nhan", "tu do", "cho toi", "ban than", "tu nguyen", "ho gia dinh"),
                ),
                Choice(
                    "Con nhỏ",
                    "chosen",
                    {"who": "child"},
                    words=("con", "cho con", "tre em", "em be", "con toi"),
                ),
            ),
            hears=hears_received,
            goes={"chosen": "platform", **_RECEIVED},
        ),
        choose(
            "platform",
            "Điện thoại loại nào?",
            _platform_choices,
            hears=hears_received,
            goes={"chosen": "code", "known": "start", **_RECEIVED},
        ),
        choose(
            "code",
            "Đã biết mã số BHXH (10 số) của người đăng ký chưa?",
            (
                Choice(
                    "Đã biết",
                    "chosen",
                    {"code_known": "1"},
                    words=("biet roi", "co", "co roi", "roi", "biet"),
                ),
                Choice(
                    "Chưa biết",
                    "chosen",
                    {"code_known": None},
                    words=("chua", "khong biet", "ko biet", "khong", "chua co"),
                ),
                Choice("Tra mã số giúp tôi", "lookup", words=("tra cuu", "tra giup", "tra ma so")),
            ),
            hears=hears_received,
            goes={"chosen": "start", "lookup": "lookup/", **_RECEIVED},
        ),
        ask(
            "sent_on",
            lambda s: f"Đã ghi số hồ sơ {s.get('number')}. Anh/chị bấm “Ghi nhận” (gửi tờ khai) ngày nào?",
            hears=hears_day,
            choices=day_choices,
            hint="Anh/chị bấm “Hôm nay”, “Hôm qua”, hoặc gõ ngày, ví dụ 19/4.",
            goes={"again": AGAIN, **_RECEIVED},
        ),
        call(
            "keep",
            lambda s: KeepSubmission(s.get("number"), s.get("sent_on"), sent_with_it(s)),
            KeepSubmission,
            goes={"open": "deadline", "none": "who"},
        ),
        show("deadline", says_deadline, goes="list"),
        show("counted", says_counted, goes="who"),
        call(
            "start",
            lambda s: StartDossier(
                s.get("who"),
                s.get("platform"),
                bool(s.get("code_known")),
                s.get("record_name"),
                s.get("record_code"),
                s.get("number"),
                s.get("sent_on"),
                sent_with_it(s) if s.get("number") else (),
            ),
            StartDossier,
            goes={"open": "list"},
        ),
        checklist(
            "list", _says_list, _list_choices, hears=_hears_number, hint=_HINT, goes={**_GOES, **_RECEIVED}
        ),
        choose(
            "how",
            _says_how,
            _how_choices,
            hears=_hears_number,
            hint=_HINT,
            goes={**_GOES, **_RECEIVED},
            done=True,
        ),
        choose(
            "all",
            _says_all,
            (Choice("Về việc kế tiếp", "list", words=("ve", "tiep", "tiep tuc", "xong", "xong roi", "ok")),),
            hears=_hears_number,
            hint=_HINT,
            goes={**_GOES, **_RECEIVED},
            done=True,
        ),
        call(
            "mark",
            lambda s: MarkItems(tuple(s.answers.get("marked", ())), True, _needed(s)),
            MarkItems,
            goes={"open": "list", "finished": "finished"},
        ),
        call(
            "unmark",
            lambda s: MarkItems(tuple(s.answers.get("marked", ())), False, _needed(s)),
            MarkItems,
            goes={"open": "list", "finished": "list"},
        ),
        end("finished", _says_finished, ("Đổi mật khẩu, quên mật khẩu",)),
    ),
    takes=("record_name", "record_code"),
)
