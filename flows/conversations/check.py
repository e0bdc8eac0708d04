"""Có thật không?: somebody pastes a message, an address, a phone or account number; what is known of it, and a report to the office.

Invariant: what was pasted is not kept; a report holds the kind, a host or a masked number, and the signs, nothing of who sent it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flows.effects import ReportScam
from flows.engine.events import Event, Said
from flows.engine.proposals import Answer, Begin, Command, Correct, Proposal, Reading
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, call, choose, end
from flows.scams.checks import ScamVerdict, said, verdict_of
from flows.scams.recogniser import chances
from flows.scams.tales import tale_in
from flows.spoken.wordings import heard_in

REPORT = "Báo cho cơ quan"
_FIRST = 0.995  # before the warning of flows/scams/safety.py, which says less
_ASKED = 0.93
_IS_IT_TRUE = (
    "that|dung|thiet|phai|chinh_thuc|tin|gia duoc? khong|ha|hay|chua",
    "co that|dung|phai|thiet|tin",
    "that_khong|dung_khong|phai_khong|that_hay_gia|cua ai|bhxh|minh",
)


def _flow() -> Flow:
    return Flow(
        "check",
        "Có thật không?",
        (
            ask(
                "thing",
                "Anh/chị dán vào đây tin nhắn, đường dẫn, số điện thoại hay số tài khoản mà anh/chị nghi, tôi coi giúp. Đừng gõ mật khẩu hay mã OTP.",
                label="dán tin cần kiểm tra",
                parse=_parse_thing,
                hint="Anh/chị dán nguyên tin nhắn, đường dẫn hoặc số đó vào đây giúp tôi.",
                transitions={"checked": "verdict"},
            ),
            choose(
                "verdict",
                lambda s: said(_kept_verdict(s), s.content),
                _verdict_choices,
                label="xem kết quả kiểm tra",
                transitions={"report": "report", "another": "thing", "fine": "fine"},
                hint="Anh/chị bấm một lựa chọn, hoặc dán tin khác vào đây.",
                done=True,
            ),
            call(
                "report",
                lambda s: ReportScam(s.get("thing"), s.get("subject"), tuple(s.get("signs").split())),
                ReportScam,
                transitions={"kept": "reported", "limited": "full"},
            ),
            end(
                "reported",
                lambda s: (
                    "Cảm ơn anh/chị, tôi đã ghi lại cho cơ quan biết; tôi không ghi anh/chị là ai, cũng không giữ nguyên văn tin. "
                    f"Bị mất tiền hay lỡ đưa mã thì gọi ngay {s.content.office.hotline} và công an nơi gần nhất."
                ),
                recalls=lambda s: {"did": "check:reported"},
            ),
            end(
                "full",
                lambda s: (
                    f"Hôm nay tôi không ghi thêm được nữa. Anh/chị gọi {s.content.office.hotline} để báo, hoặc báo công an nơi gần nhất."
                ),
            ),
            end(
                "fine",
                lambda s: f"Vâng. Có gì nghi, anh/chị cứ dán vào đây, hoặc gọi {s.content.office.hotline}.",
            ),
        ),
        begun_at=("verdict",),
        slash="cothatkhong",
        digression=True,
        reads_opening=True,
        topics=frozenset({"lua_dao_bao_mat"}),
        expects_digits=lambda step, text, content: step in ("thing", "verdict"),
        reads=_reads,
    )


def _parse_thing(context: Context, event: Event) -> Parsed | None:
    """What was pasted; also in the words that led here."""
    if not isinstance(event, Said):
        return None
    verdict = verdict_of(event.text, context.content, chances(event.text, context.content.scam_weights))
    return None if verdict is None else Parsed("checked", _kept(verdict))


def _kept(verdict: ScamVerdict) -> dict[str, Any]:
    return {
        "level": verdict.level,
        "thing": verdict.thing,
        "subject": verdict.subject or None,
        "signs": " ".join(dict.fromkeys(verdict.signs)) or None,
    }


def _kept_verdict(context: Context) -> ScamVerdict:
    level, thing = context.get("level") or "unknown", context.get("thing") or "message"
    return ScamVerdict(level, thing, context.get("subject"), tuple(context.get("signs").split()))  # type: ignore[arg-type]  # as `_kept` wrote them


def _verdict_choices(context: Context) -> tuple[Choice, ...]:
    report = Choice(REPORT, "report", words="bao, bao cao, bao co quan, to cao, bao di, bao luon")
    return (
        *((report,) if context.get("level") in ("danger", "unknown") else ()),
        Choice("Kiểm tra tin khác", "another", words="tin khac, kiem tra nua, con tin nua, cai khac"),
        Choice(
            "Xong", "fine", words="xong, xong roi, xong r, thoi, duoc roi, cam on, khong bao, khoi, hieu roi"
        ),
    )


def _reads(reading: Reading) -> Iterator[Proposal]:
    """What is pasted while the flow is open; and, at the menu, the question whether an address or number is true."""
    text, content = reading.input.text, reading.context.content
    here = reading.is_at("check", "thing", "verdict")
    free = reading.flow is None or reading.is_at("questions")
    if not (here or (free and any(sign in text for sign in ".0123456789") and heard_in(text, _IS_IT_TRUE))):
        return
    chance = reading.input.scam
    if chance.gave > chance.scam or tale_in(text)[1]:
        return  # what to do now comes first
    verdict = verdict_of(text, content, chance)
    if verdict is None or (not here and not verdict.subject):
        return
    if reading.is_at("check", "verdict") and not (verdict.subject or verdict.signs):
        return
    doubted = verdict.level == "danger" or verdict.thing in ("phone", "account")
    warned = {"warned": "scam"} if doubted else {}
    keep = _kept(verdict)
    command: Command = Begin("check", "", "verdict", keep)
    if reading.is_at("check", "thing"):
        command = Answer(Parsed("checked", keep))
    elif here:
        command = Correct("verdict", keep)
    yield Proposal(
        _FIRST if here or verdict.level == "danger" else _ASKED, f"checked: {verdict.level}", command, warned
    )


FLOW = _flow()
