"""Đăng ký VssID: a companion over weeks. The guide needs no consent; what is to be remembered does, when it first comes up.

Invariant: the tasks are content; what is ticked, told and planned is stored with a dossier after consent, and before it is
known to this conversation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flows.content import Content
from flows.conversations.consent import AGREE, NO, REFUSE, YES
from flows.conversations.dossier import cards, deadline, declaration, effects
from flows.conversations.dossier.answers import parse_number, parse_who
from flows.conversations.dossier.declaration import parse_received
from flows.conversations.dossier.first_questions import CODE_CHOICES, WHO_CHOICES, platform_choices
from flows.conversations.speech import registration as speech
from flows.conversations.speech.registration_answers import WITHOUT_CONSENT, assumed, told_with
from flows.effects import KEPT_THEN, GiveConsent, KeepDossier, LoadDossier, PutOffReminder, StopReminders
from flows.engine.memory import recall
from flows.engine.steps import (
    AGAIN,
    Choice,
    Choices,
    Context,
    Flow,
    Prompt,
    Step,
    ask,
    call,
    checklist,
    choose,
    end,
    show,
)
from flows.text.fold import fold
from flows.text.vssid_sms import read_received
from flows.understanding import numbers_explained

PURPOSE = "registration"
CONSENT = (
    "Để nhớ giùm và nhắc trước hạn, tôi cần lưu: làm cho ai, loại điện thoại, việc đã xong, họ tên, mã số nếu có, số hồ sơ và ngày "
    "gửi. Không đồng ý thì tôi vẫn chỉ từng việc, đồng ý rồi vẫn xóa được (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)
WHO = cards.WHO
_NUMBERED_SURELY = 0.92  # "bỏ dấu mục 5" is more than the wording of an option in it
NEW: Mapping[str, Any] = {  # what is forgotten when a registration begins
    **dict.fromkeys(("done", "number", "sent_on", "stage", "label", "code_known", "told_on", "handed")),
}


def _flow() -> Flow:
    return Flow(
        "registration",
        "Đăng ký VssID",
        (
            call(
                "load",
                effects.load,
                LoadDossier,
                transitions={"none": "who", "open": "resume", "several": "which"},
            ),
            call(
                "load_one",
                effects.load,
                LoadDossier,
                transitions=dict.fromkeys(("none", "open", "several"), "keep"),
            ),
            choose(
                "which",
                "Anh/chị đang có nhiều hồ sơ. Mình làm hồ sơ nào?",
                _which_choices,
                label="chọn hồ sơ",
                parse=parse_received,
                transitions={"one": "load_one", "another": "who", **_RECEIVED},
            ),
            choose(
                "resume",
                _resume_prompt,
                _resume_choices,
                label="làm tiếp hồ sơ cũ",
                parse=parse_received,
                transitions={
                    "list": "list",
                    "mark": "mark",
                    "resend": "resend",
                    "anew": "who",
                    "another": "who",
                }
                | _RECEIVED,
            ),
            choose(
                "who",
                _who_prompt,
                WHO_CHOICES,
                label="đăng ký cho ai",
                parse=parse_who,
                assumes=lambda context, memory: assumed("who", WHO_CHOICES, memory),
                transitions={"chosen": "platform", "again": AGAIN, **_RECEIVED},
            ),
            choose(
                "platform",
                "Điện thoại loại nào?",
                platform_choices,
                label="chọn loại điện thoại",
                assumes=lambda context, memory: assumed("platform", platform_choices(context), memory),
                parse=parse_received,
                transitions={"chosen": "code", "known": "keep", **_RECEIVED},
            ),
            choose(
                "code",
                "Đã biết mã số BHXH (10 số) của người đăng ký chưa?",
                CODE_CHOICES,
                label="đã có mã số chưa",
                assumes=lambda context, memory: assumed("code", CODE_CHOICES, memory),
                parse=parse_received,
                transitions={"chosen": "keep", "lookup": "lookup/", **_RECEIVED},
            ),
            choose(
                "consent",
                _consent_prompt,
                (
                    Choice(AGREE, "agreed", words=YES, means="yes"),
                    Choice(REFUSE, "refused", words=NO, means="no"),
                ),
                label="đang hỏi đồng ý",
                parse=parse_received,
                transitions={"agreed": "agreed", "refused": "refused", **_RECEIVED},
                asked_once=True,
                hint="Anh/chị bấm “Đồng ý” hoặc “Không đồng ý” giúp tôi. Chưa đồng ý thì tôi chưa lưu gì cả.",
            ),
            call(
                "agreed",
                lambda s: GiveConsent(PURPOSE, CONSENT),
                GiveConsent,
                transitions={"kept": "keep_agreed"},
            ),
            call(
                "keep_agreed",
                lambda s: effects.kept(s, effects.way_on(s, asked=True)),
                KeepDossier,
                transitions=_KEPT,
            ),
            show("refused", _refused_prompt, transitions="keep_refused"),
            call(
                "keep_refused",
                lambda s: effects.kept(s, effects.way_on(s, asked=True), refused=True),
                KeepDossier,
                transitions=_KEPT,
            ),
            ask(
                "sent_on",
                declaration.asked_day,
                label="cho biết ngày gửi tờ khai",
                parse=declaration.parse_day,
                choices=declaration.day_choices,
                hint="Anh/chị bấm “Hôm nay”, “Hôm qua”, hoặc gõ ngày, ví dụ 19/4.",
                transitions={"again": AGAIN, "told": "keep", **_RECEIVED},
            ),
            call(
                "told",
                effects.load,
                LoadDossier,
                transitions={"none": "keep", "open": "keep", "several": "which"},
            ),
            call("keep", lambda s: effects.kept(s, effects.way_on(s)), KeepDossier, transitions=_KEPT),
            show("deadline", declaration.deadline_prompt, transitions="keep"),
            checklist(
                "list",
                cards.card,
                cards.choices,
                label="danh sách việc cần làm",
                parse=parse_number,
                surely=_NUMBERED_SURELY,
                own_numbers=True,
                hint=_HINT,
                brief=cards.brief,
                transitions=_TRANSITIONS,
            ),
            _reading("how", cards.in_full, cards.how_choices, label="xem cách làm một việc"),
            _reading("all", cards.whole_list, (_NEXT,), label="xem cả danh sách"),
            call("mark", effects.marked, KeepDossier, transitions=_KEPT),
            call("unmark", effects.unmarked, KeepDossier, transitions=_KEPT),
            call("resend", effects.sent_again, KeepDossier, transitions=_KEPT),
            show("handed_in", declaration.handed_prompt, transitions="list"),
            show(
                "full",
                "Dạ, tôi chỉ giữ được sáu hồ sơ. Anh/chị làm lại trên một hồ sơ cũ giúp tôi.",
                transitions="load",
            ),
            end("finished", _finished_prompt, ("Đổi mật khẩu, quên mật khẩu",)),
            call(
                "handing",
                effects.load,
                LoadDossier,
                transitions={"none": "handed_elsewhere", "open": "keep", "several": "which"},
            ),
            end("handed_elsewhere", declaration.handed_unkept),
            call(
                "due",
                lambda s: LoadDossier(),
                LoadDossier,
                transitions={"none": "due_unknown", "open": "due_told", "several": "due_of_all"},
            ),
            end("due_told", declaration.due_prompt),
            end("due_unknown", declaration.unknown_prompt),
            end("due_of_all", declaration.due_of_all),
            *_reminding("", end),
            *_reminding("_here", _then_the_list),
        ),
        begun_at=("told", "handing", "due", "put_off", "no_reminders", "put_off_here", "no_reminders_here"),
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
        purposes={PURPOSE: "đi cùng việc đăng ký VssID"},
        recognises=_recognises,
        about={"item": "nhan-sms"},
        reads=speech.reads,
    )


def _reading(name: str, prompt: Prompt, choices: Choices | tuple[Choice, ...], *, label: str) -> Step:
    """A step beside the list, where tasks are named by their number too."""
    return choose(
        name,
        prompt,
        choices,
        label=label,
        parse=parse_number,
        surely=_NUMBERED_SURELY,
        own_numbers=True,
        hint=_HINT,
        transitions=_TRANSITIONS,
        done=True,
    )


def _reminding(here: str, said: Callable[[str, Prompt | str], Step]) -> tuple[Step, ...]:
    """Reminders put off and stopped; `here`: said within the registration, which goes on."""
    return (
        call(
            f"put_off{here}",
            effects.load,
            LoadDossier,
            transitions={"none": f"no_reminder{here}", "open": f"later{here}", "several": f"later{here}"},
        ),
        call(
            f"later{here}",
            effects.put_off,
            PutOffReminder,
            transitions={
                "put_off": f"is_put_off{here}",
                "late": f"is_too_late{here}",
                "none": f"no_reminder{here}",
            },
        ),
        said(f"is_too_late{here}", _too_late_prompt),
        said(f"is_put_off{here}", _put_off_prompt),
        call(
            f"no_reminders{here}",
            lambda s: StopReminders(s.get("dossier")),
            StopReminders,
            transitions={"stopped": f"are_stopped{here}", "none": f"no_reminder{here}"},
        ),
        said(
            f"are_stopped{here}",
            "Dạ, tôi thôi nhắc hạn nộp giấy. Muốn biết hạn thì cứ hỏi “hạn nộp ngày nào”.",
        ),
        said(f"no_reminder{here}", "Dạ, tôi không có lời nhắc hạn nào đang chờ gửi cho anh/chị."),
    )


def _then_the_list(name: str, prompt: Prompt | str) -> Step:
    return show(name, prompt, transitions="list")


# -- prompts and choices


def _who_prompt(context: Context) -> str:
    if context.get("consent") or context.get("refused") or context.get("sent_on"):
        return "Anh/chị đăng ký cho ai?"
    return f"{WITHOUT_CONSENT}\nAnh/chị đăng ký cho ai?"


def _consent_prompt(context: Context) -> str:
    known = [declaration.countdown(context)] if context.get("sent_on") else []
    told_just_now = recall(context.memory, "item") == "nhan-sms"  # by `_recognises`
    if context.get("number") and not known and (context.get("who") or not told_just_now):
        days = context.content.working_days
        known = [
            f"Tin này báo BHXH đã nhận tờ khai, số hồ sơ {context.get('number')}: trong {days} ngày làm việc "
            f"{deadline.hand_in(context.get('who'))}."
        ]
    return "\n".join((*known, CONSENT))


def _refused_prompt(context: Context) -> str:
    told = "Không sao, tôi không lưu gì cả; tôi vẫn chỉ từng việc."
    return f"{told} Anh/chị ghi ngày hạn ra giấy giúp tôi." if context.get("sent_on") else told


def _put_off_prompt(context: Context) -> str:
    return f"Dạ, tôi sẽ nhắc lại sáng {deadline.named(date.fromisoformat(context.get('later_on')))}."


def _too_late_prompt(context: Context) -> str:
    _, sent_on = effects.counting(context)
    told = deadline.countdown(context.content, declaration.today(context), sent_on)
    return f"Dạ, nhắc bữa đó thì trễ mất, nên tôi giữ lời nhắc như cũ. {told}"


def _called(label: str, who: str) -> str:
    return label or {"child": "Con", "": "Hồ sơ của anh/chị"}.get(who, "Hồ sơ của anh/chị")


def _which_choices(context: Context) -> tuple[Choice, ...]:
    rows = context.answers.get("dossiers") or ()
    named = (
        Choice(_called(label, who), "one", {"dossier": one}, words=fold(f"{label}, cho {label}, cua {label}"))
        for one, label, who, *_ in rows
    )
    another = Choice(
        "Người khác",
        "another",
        {**NEW, "another": "1", "dossier": None},
        words="them nguoi, nguoi moi, them ho so",
    )
    return (*named, another)


def _found_by_looking(context: Context) -> list[str]:
    """The open items of the step that looks for the code, when a code was just looked up for this registration."""
    done = cards.done_of(context)
    looked_for = [i.id for i in declaration.items_of(context) if i.step == "b2" and i.id not in done]
    return looked_for if context.get("record_code") else []


def _resume_prompt(context: Context) -> str:
    known = f" Mã số vừa tra của {context.get('record_name')} thì khỏi tìm nữa."
    looked_up = known if _found_by_looking(context) else ""
    told = [f"Lần trước anh/chị (hồ sơ cho {cards.whom(context)}) đã xong {cards.bar(context)}.{looked_up}"]
    told += declaration.waits(context)
    if context.get("stage") == "finished":
        told.append("Hồ sơ này xong hết rồi. Anh/chị muốn làm thêm cho người khác, hay xem lại?")
    elif declaration.overdue(context):
        told.append("Gửi lại thì mọi việc trước đó vẫn giữ nguyên, chỉ bấm Ghi nhận lại. Anh/chị muốn sao?")
    else:
        told.append("Làm tiếp nhé?")
    return "\n".join(told)


def _resume_choices(context: Context) -> tuple[Choice, ...]:
    found = _found_by_looking(context)
    outcome, keep = ("mark", {"marked": found}) if found else ("list", {})
    over = (
        (Choice("Gửi lại tờ khai", "resend", words="gui lai, nop lai"),)
        if declaration.overdue(context)
        else ()
    )
    return (
        *over,
        Choice("Xem việc kế tiếp", outcome, keep, words="lam tiep, tiep, tiep tuc, co, ok", means="continue"),
        Choice(
            "Làm cho người khác",
            "another",
            {**NEW, "another": "1", "dossier": None},
            words="nguoi khac, them nguoi",
        ),
        Choice(
            "Bắt đầu lại", "anew", {**NEW, "anew": "1"}, words="lam lai, lam lai tu dau, khong", means="anew"
        ),
    )


def _finished_prompt(context: Context) -> str:
    return (
        f"Đã xong {cards.progress(context)}: tài khoản VssID cho {cards.whom(context)} sẵn sàng, mật khẩu đầu đã đổi. "
        f"Làm cho người khác trong nhà thì gõ “đăng ký”; vướng chỗ nào, anh/chị gọi {context.content.office.hotline}."
    )


_NEXT = Choice("Về việc kế tiếp", "list", words="ve, tiep, tiep tuc, xong, xong roi, ok", means="list")
_KEPT = {name: name for name in KEPT_THEN}
_RECEIVED = {"received": "keep"}
_TRANSITIONS = {
    **{name: name for name in ("mark", "unmark", "how", "all", "list", "consent", "resend")},
    "lookup": "lookup/",
    "unit": "unit/",
    "again": AGAIN,
    **_RECEIVED,
}
_HINT = "Anh/chị bấm “Xong việc này” khi làm xong, hoặc “Chỉ kỹ hơn” để xem cách làm. Gõ số để xem một việc, “xong 5” để đánh dấu."


def _recognises(text: str, content: Content) -> str:
    """The text message by which BHXH says that it has the declaration."""
    received = read_received(text)
    return numbers_explained.received(received, content) if received is not None else ""


FLOW = _flow()
