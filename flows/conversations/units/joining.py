"""Vào danh sách đơn vị: who opens the unit's link is told what its contact would see, and may refuse, and take it back later.

Invariant: nobody is seen before they agreed here; refusing keeps nothing and leaves the guide as it is.
"""

from __future__ import annotations

from flows.conversations import registration
from flows.conversations.consent import AGREE, NO, REFUSE, YES
from flows.conversations.units.speech import joining_reads
from flows.effects import FindUnit, GiveConsent, JoinUnit, LeaveUnits, SilenceUnits
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, call, choose, end
from flows.spoken.petitions import name_in
from flows.text.masking import mask_code
from flows.text.normalise import clean, plain

PURPOSE = "unit_seen"
_NEXT_WISH = "Đăng ký VssID"


def _flow() -> Flow:
    return Flow(
        "joining",
        "Cho đơn vị xem việc đăng ký",
        (
            call(
                "find",
                lambda s: FindUnit(s.get("unit_code")),
                FindUnit,
                transitions={
                    "found": "consent",
                    "joined": "already",
                    "unknown": "unknown",
                    "full": "full",
                    "limited": "limited",
                },
            ),
            choose(
                "consent",
                wording,
                (
                    Choice(AGREE, "agreed", words=YES, means="yes"),
                    Choice(REFUSE, "refused", words=NO, means="no"),
                ),
                label="hỏi có cho đơn vị xem không",
                transitions={"agreed": "agreed", "refused": "refused"},
                asked_once=True,
                hint="Anh/chị bấm “Đồng ý” hoặc “Không đồng ý” giúp tôi. Chưa đồng ý thì đơn vị chưa thấy gì cả.",
            ),
            call(
                "agreed",
                lambda s: GiveConsent(PURPOSE, wording(s)),
                GiveConsent,
                transitions={"kept": "agreed_too"},
            ),
            call(
                "agreed_too",
                lambda s: GiveConsent(registration.PURPOSE, wording(s)),
                GiveConsent,
                transitions={"kept": "name"},
            ),
            ask(
                "name",
                _name_prompt,
                label="cho biết họ tên",
                parse=_parse_name,
                choices=_known_name,
                hint="Anh/chị viết đủ họ và tên, ví dụ: Trần Thị Bé Ba.",
                transitions={"told": "code"},
            ),
            ask(
                "code",
                "Mã số BHXH của anh/chị (10 số)? Danh sách nộp BHXH tỉnh cần họ tên và mã số. Chưa biết thì bấm “Để sau”.",
                label="cho biết mã số BHXH",
                parse=_parse_code,
                choices=_known_code,
                hint="Mã số BHXH có 10 số, trên sổ BHXH hoặc 10 số cuối thẻ BHYT. Chưa biết thì bấm “Để sau”.",
                skips=lambda s: Parsed("told", {"code": None}),
                transitions={"told": "join"},
            ),
            call(
                "join",
                lambda s: JoinUnit(s.get("unit_code"), s.get("name"), s.get("code")),
                JoinUnit,
                transitions={"joined": "joined", "unknown": "unknown", "full": "full"},
            ),
            end("joined", _joined, (_NEXT_WISH,), recalls=lambda s: {"told": "employee"}),
            choose(
                "already",
                lambda s: (
                    f"Anh/chị đã cho {s.get('unit_name')} xem rồi ({_as_told(s)}). Làm tiếp việc đăng ký thì gõ “đăng ký”."
                ),
                (
                    Choice(
                        "Sửa họ tên, mã số",
                        "change",
                        words="sua, sua ten, ghi ma so, them ma so, doi ten, sua ma so",
                    ),
                    Choice("Thôi cho đơn vị xem", "leave", words="roi don vi, roi, thoi, khong cho xem"),
                    Choice(_NEXT_WISH, "on", words="lam tiep, tiep, dang ky"),
                ),
                label="đã cho đơn vị xem",
                transitions={"change": "name", "leave": "leave", "on": "registration/"},
                done=True,
            ),
            end("refused", _refused, (_NEXT_WISH,), recalls=lambda s: {"refused": PURPOSE}),
            end(
                "unknown",
                _unknown,
                (_NEXT_WISH,),
            ),
            end(
                "full",
                "Danh sách của đơn vị này đã đủ người nên tôi không ghi thêm được. Anh/chị báo cán bộ đầu mối giúp; vẫn tự làm được, gõ “đăng ký”.",
                (_NEXT_WISH,),
            ),
            end(
                "limited",
                lambda s: (
                    f"Chỗ anh/chị vừa thử nhiều mã sai nên tôi tạm dừng tới mai. Tự làm thì gõ “đăng ký”, cần người thì gọi {s.content.office.hotline}."
                ),
                (_NEXT_WISH,),
            ),
            call(
                "leave", lambda s: LeaveUnits(), LeaveUnits, transitions={"left": "left", "none": "no_unit"}
            ),
            end(
                "left",
                lambda s: (
                    f"Dạ, từ giờ {s.get('unit_names')} không thấy gì của anh/chị nữa, và tôi đã xóa tên, mã số trong danh sách đó. "
                    "Hồ sơ đăng ký của anh/chị vẫn còn."
                ),
            ),
            call(
                "silence",
                lambda s: SilenceUnits(),
                SilenceUnits,
                transitions={"silent": "silent", "none": "no_unit"},
            ),
            end(
                "silent",
                "Dạ, đơn vị không nhờ tôi nhắc anh/chị nữa. Đơn vị vẫn thấy anh/chị làm tới đâu; không cho xem thì gõ “rời đơn vị”.",
            ),
            end("no_unit", "Hiện không có đơn vị nào thấy việc đăng ký của anh/chị."),
        ),
        begun_at=("leave", "silence"),
        slash="chodonvi",
        off_menu=True,
        by_link=True,
        purposes={PURPOSE: "cho đơn vị xem việc đăng ký tới đâu"},
        expects_digits=lambda step, text, content: step == "code",
        reads=joining_reads,
    )


def wording(context: Context) -> str:
    """What is agreed to: who sees what, and that nobody has checked who asks."""
    return (
        f"“{context.get('unit_name')}” mời anh/chị đăng ký VssID. Đồng ý thì tôi lưu hồ sơ đăng ký (loại điện thoại, việc đã xong, họ tên, mã số, số "
        "hồ sơ, ngày gửi), và cán bộ đầu mối của đơn vị thấy: họ tên, mã số, đang ở việc nào, hạn nộp; có thể nhờ tôi nhắc. Không thấy gì khác.\n"
        "Tên đơn vị do người gửi đường dẫn tự ghi, tôi không kiểm được: đúng cơ quan mình hãy đồng ý. Đổi ý thì gõ “rời đơn vị”; không đồng ý tôi vẫn chỉ từng việc. "
        "Anh/chị có đồng ý không?"
    )


def _unknown(context: Context) -> str:
    if not context.get("unit_code"):
        return (
            "Anh/chị mở đường dẫn, hoặc nhắn mã đơn vị (dv-…) mà cán bộ đầu mối gửi; tự làm thì gõ “đăng ký”."
        )
    return "Mã đơn vị này không có, hoặc đơn vị đã bỏ. Anh/chị xin lại đường dẫn của cán bộ đầu mối; tự làm thì gõ “đăng ký”."


def _refused(context: Context) -> str:
    return f"Dạ, {context.get('unit_name')} không thấy gì của anh/chị, và tôi không lưu gì. Tôi vẫn chỉ từng việc: bấm “{_NEXT_WISH}”."


def _joined(context: Context) -> str:
    coded = (
        ""
        if context.get("code")
        else " Có mã số rồi thì mở lại đường dẫn này hoặc tra mã số ở đây, tôi ghi thêm."
    )
    return (
        f"Dạ xong. Cán bộ đầu mối của {context.get('unit_name')} sẽ thấy anh/chị ({context.get('name')}) làm tới đâu.{coded} "
        f"Giờ mình bắt đầu: bấm “{_NEXT_WISH}”."
    )


def _as_told(context: Context) -> str:
    code = context.get("known_code")
    told = [context.get("known_name"), f"mã số {mask_code(code)}" if code else "chưa có mã số"]
    return ", ".join(one for one in told if one)


def _name_prompt(context: Context) -> str:
    known = context.get("known_name")
    asked = "Anh/chị tên gì, đủ họ và tên, để đơn vị nhận ra?"
    return f"{asked} Tôi đang ghi là {known}." if known else asked


def _known_name(context: Context) -> tuple[Choice, ...]:
    known = context.get("known_name")
    words = "dung, dung roi, phai, u, da, giu"
    return (Choice("Đúng tên này", "told", {"name": known}, words=words),) if known else ()


def _known_code(context: Context) -> tuple[Choice, ...]:
    known = context.get("known_code")
    words = "chua biet, khong biet, chua co, de sau, sau, ko biet, quen roi, khong nho"
    later = Choice("Để sau", "told", {"code": None}, words=words)
    kept = Choice("Dùng mã số đã có", "told", {"code": known}, words="dung, dung roi, phai, ma so cu, nhu cu")
    return (kept, later) if known else (later,)


def _parse_name(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    text = " ".join(clean(event.text).split())
    name = name_in(text, close=True)
    if len(name.split()) < 2 or len(name) > 60 or any(c.isdigit() for c in name):
        return None
    return Parsed("told", {"name": name})


def _parse_code(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    digits = "".join(c for c in plain(event.text) if c.isdigit())
    return Parsed("told", {"code": digits}) if len(digits) == 10 else None


FLOW = _flow()
