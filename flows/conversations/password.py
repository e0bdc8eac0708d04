"""Đổi mật khẩu, quên mật khẩu: VssID's own screens one by one, and what to do when something goes wrong there.

Invariant: no password and no code is ever asked for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flows.content import Screen
from flows.conversations.account.replies import (
    BEGINS,
    CHANGE,
    FORGOTTEN,
    TAKES_CODE,
    tells_of,
)
from flows.conversations.account.steps import change_steps
from flows.conversations.speech import password_change as speech
from flows.conversations.speech.wishes import wanted
from flows.engine.events import Event, Said
from flows.engine.proposals import Answer, Proposal, Reading
from flows.engine.steps import Choice, Context, Flow, Parsed, Reply, choose, end, show, wait
from flows.scams import safety
from flows.spoken import password_speech
from flows.spoken.password_topics import remembers, topic_of

REMEMBERS = "Tôi nhớ mật khẩu, muốn đổi"
IN_VSSID = "Đổi trong ứng dụng VssID"
_IN_VSSID = "doi trong vssid, doi mat khau trong vssid, tren vssid, trong ung dung, doi tren app"
FINISH_SCREEN = "finish"  # after this screen VssID sends its code and the clock runs
CODE_SCREEN = "otp"
NO_CODE = "Không nhận được mã"


CHANGE_STEPS = frozenset(step.name for step in change_steps())


def _flow() -> Flow:
    return Flow(
        "password",
        "Đổi mật khẩu, quên mật khẩu",
        (
            choose(
                "situation",
                "Anh/chị đang ở trường hợp nào? Xin đừng gõ mật khẩu hay mã OTP vào đây; chỉ nhập trong ứng dụng VssID.",
                _situations,
                label="chọn tình huống",
                parse=_parse_situation,
                transitions={"remembers": "screen", "trouble": "trouble", "here": BEGINS},
            ),
            *change_steps(),
            choose(
                "screen",
                _screen_prompt,
                _screen_choices,
                brief=_screen_prompt,
                label="đi theo từng màn hình",
                hint="Làm xong màn hình này anh/chị bấm “Đã xong”; thấy khác thì bấm “Không thấy như vậy”.",
                transitions={
                    "next": "screen",
                    "sent": "code",
                    "changed": "changed",
                    "odd": "odd",
                    "trouble": "trouble",
                },
            ),
            show("odd", lambda s: _screens(s)[_n(s)].trouble, transitions="screen"),
            wait(
                "code",
                _code_prompt,
                _code_choices,
                brief=_code_brief,
                label="chờ mã OTP của VssID",
                parse=lambda context, event: None,
                hint=lambda s: (
                    _code_brief(s) if _is_late(s) else "Anh/chị cho biết đã nhận được tin nhắn mã OTP chưa."
                ),
                transitions={
                    "received": "screen",
                    "late": "late",
                    "trouble": "trouble",
                    "changed": "changed",
                },
            ),
            choose(
                "late",
                lambda s: (
                    f"Đã quá {s.content.password.otp_minutes} phút nên mã đó hết hiệu lực. Anh/chị bấm Hoàn tất lại trong "
                    "VssID để nhận mã mới."
                ),
                _late_choices,
                label="mã OTP quá hạn",
                failed="quá giờ chưa nhập mã",
                transitions={"again": "screen", "trouble": "trouble"},
            ),
            choose(
                "trouble",
                _trouble_prompt,
                _trouble_choices,
                label="gặp trở ngại",
                failed="có trở ngại trên VssID",
                transitions={
                    "solved": "solved",
                    "other": "situation",
                    "guide": "screen",
                    "onward": "screen",
                    "trouble": "trouble",
                    "here": BEGINS,
                },
                tells=True,
            ),
            end(
                "changed",
                lambda s: (
                    "Mật khẩu VssID đã đổi xong. Anh/chị giữ kín mật khẩu mới. Nếu không phải chính anh/chị đổi, "
                    f"gọi ngay {s.content.office.hotline}."
                ),
            ),
            end(
                "solved",
                lambda s: f"Tốt rồi. Cần thêm, anh/chị cứ nhắn, hoặc gọi {s.content.office.hotline}.",
            ),
        ),
        slash="matkhau",
        topics=frozenset(
            {
                "doi_mat_khau",
                "quen_mat_khau",
                "otp",
                "dang_nhap_loi",
                "dang_nhap_vneid",
                "doi_sdt_email",
                "lua_dao_bao_mat",
            }
        ),
        reads_opening=True,
        reads=_reads,
        begun_at=(BEGINS,),
        expects_digits=lambda step, text, content: step in TAKES_CODE,
        purposes={"password": "đổi mật khẩu ở đây"},
        tells_of=tells_of,
    )


def _screens(context: Context) -> tuple[Screen, ...]:
    return context.content.password.screens


def _n(context: Context) -> int:
    return min(int(context.get("screen") or 0), len(_screens(context)) - 1)


def _index(context: Context, screen_id: str) -> int:
    return next(i for i, s in enumerate(_screens(context)) if s.id == screen_id)


def _situations(context: Context) -> tuple[Choice, ...]:
    words = "doi mat khau, doi mk, doi pass, nho, con nho, toi nho, muon doi"
    troubles = context.content.password.troubles
    if context.content.changes_passwords:
        forgot = next(t for t in troubles if t.id == "forgotten")
        return (
            Choice(REMEMBERS, "here", {"purpose": CHANGE}, words=words, means="remembers"),
            Choice(
                forgot.title,
                "here",
                {"purpose": FORGOTTEN},
                words=", ".join(forgot.aliases),
                means="forgotten",
            ),
            *(
                Choice(
                    *(t.title, "trouble", {"trouble": t.id, **_NOWHERE}),
                    words=", ".join(t.aliases),
                    means=t.id,
                )
                for t in troubles
                if t is not forgot
            ),
            Choice(IN_VSSID, "remembers", {"screen": 0}, words=_IN_VSSID),
        )
    return (
        Choice(REMEMBERS, "remembers", {"screen": 0}, words=words, means="remembers"),
        *(
            Choice(t.title, "trouble", {"trouble": t.id, **_NOWHERE}, words=", ".join(t.aliases), means=t.id)
            for t in troubles
        ),
    )


def _reads(reading: Reading) -> Iterator[Proposal]:
    """Safety first, then what is said of passwords and codes."""
    yield from safety.reads(reading)
    if reading.step is not None and reading.is_at("password", *CHANGE_STEPS):
        yield from speech.reads(reading)
        yield from wanted(reading, "password")
        return
    for proposal in password_speech.reads(reading):
        answer, step = proposal.command, reading.step
        if isinstance(answer, Answer) and (step is None or answer.parsed.outcome not in step.transitions):
            continue  # while an effect is awaited, say
        yield proposal
    yield from wanted(reading, "password")


def _parse_situation(context: Context, event: Event) -> Parsed | None:
    """The situation in a sentence; read of the words that began the flow, too."""
    if not isinstance(event, Said):
        return None
    here = context.content.changes_passwords
    if remembers(event.text):
        return Parsed("here", {"purpose": CHANGE}) if here else Parsed("remembers", {"screen": 0})
    topic = topic_of(event.text)
    if here and topic == "forgotten":
        return Parsed("here", {"purpose": FORGOTTEN})
    topic = "no_otp" if topic == "expired" else topic  # "OTP không về, chờ hơn năm phút"
    troubles = {trouble.id for trouble in context.content.password.troubles}
    return Parsed("trouble", {"trouble": topic, **_NOWHERE}) if topic in troubles else None


def _screen_prompt(context: Context) -> str:
    n = _n(context)
    return f"Màn hình {n + 1}/{len(_screens(context))}. {_screens(context)[n].text}"


def _screen_choices(context: Context) -> tuple[Choice, ...]:
    n = _n(context)
    outcome, keep = "next", dict[str, int | str](screen=n + 1)
    if _screens(context)[n].id == FINISH_SCREEN:
        until = context.at + timedelta(minutes=context.content.password.otp_minutes)
        outcome, keep = "sent", {"otp_until": until.isoformat(), "screen": _index(context, CODE_SCREEN)}
    elif n == len(_screens(context)) - 1:
        outcome, keep = "changed", {}
    return (
        Choice(
            "Đã xong", outcome, keep, words="xong, xong roi, tiep, tiep tuc, ok, roi, da bam", means="done"
        ),
        Choice(
            "Không thấy như vậy",
            "odd",
            words="khong thay, ko thay, khong co, hong thay, khac",
            means="trouble",
        ),
    )


def _late_choices(context: Context) -> tuple[Choice, ...]:
    again = Choice(
        "Làm lại",
        "again",
        {"screen": _index(context, FINISH_SCREEN)},
        words="lam lai, tiep, ok",
        means="again",
    )
    return (again, Choice(NO_CODE, "trouble", {"trouble": "no_otp"}, means="not_received"))


_NOWHERE: dict[str, Any] = {"screen": None, "otp_until": None}  # no screen is under way


def _trouble_choices(context: Context) -> tuple[Choice, ...]:
    """What follows a way out; where the screens were under way they go on at the same one."""
    under_way = _n(context) > 0
    solved = Choice(
        "Đã giải quyết được",
        "onward" if under_way else "solved",
        words="duoc roi, xong, xong roi, ok, cam on",
        means="solved",
        note="Tốt rồi, mình làm tiếp chỗ đang dở." if under_way else "",
    )
    return (
        solved,
        Choice("Vấn đề khác", "other", words="van de khac, khac, chua duoc, khong duoc", means="other"),
        Choice("Đổi mật khẩu từng bước", "guide", {"screen": 0}, words="doi mat khau", means="guided"),
    )


def _until(context: Context) -> datetime:
    return datetime.fromisoformat(context.get("otp_until"))


def _is_late(context: Context) -> bool:
    return context.at > _until(context)


def _code_brief(context: Context) -> str:
    place = f"Màn hình {_n(context)}/{len(_screens(context))}."
    if _is_late(context):
        minutes = context.content.password.otp_minutes
        return f"{place} Mã gửi lúc trước đã quá {minutes} phút nên hết hiệu lực. Anh/chị đã đổi xong chưa, hay cần mã mới?"
    return f"{place} Anh/chị đã nhận được mã chưa?"


def _code_prompt(context: Context) -> Reply:
    guide = context.content.password
    return Reply(
        f"Màn hình {_n(context)}/{len(_screens(context))}. VssID đang gửi mã {guide.otp_digits} số đến số điện thoại đã đăng ký. Tin nhắn sẽ ghi:\n“{guide.sms_wording}”\n"
        f"{guide.sms_why}\nMã dùng trong {guide.otp_minutes} phút kể từ lúc bấm Hoàn tất. Chỉ nhập mã vào VssID, "
        f"đừng gõ vào đây. ({guide.source.short})",
        until=_until(context),
        key="vssid-otp",
    )


def _code_choices(context: Context) -> tuple[Choice, ...]:
    late_now = _is_late(context)
    received = "late" if late_now else "received"
    finished = Choice(
        "Tôi đổi xong rồi", "changed", words="xong, xong roi, doi xong, doi duoc roi", means="done"
    )
    late = "khong nhan duoc, ko nhan duoc, chua nhan duoc, khong co ma, chua co"
    return (
        Choice(
            "Đã nhận được mã",
            received,
            words="nhan duoc roi, da nhan, co ma roi, nhan duoc, co roi, da co ma",
            means="received",
        ),
        Choice(NO_CODE, "trouble", {"trouble": "no_otp"}, words=late, means="not_received"),
        *((finished,) if late_now else ()),
    )


def _trouble_prompt(context: Context) -> str:
    troubles = context.content.password.troubles
    trouble = next((t for t in troubles if t.id == context.get("trouble")), troubles[0])
    return f"{trouble.text} ({trouble.source.short})"


FLOW = _flow()
