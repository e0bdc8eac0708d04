"""Proving that the registered phone is one's own: by sharing the contact, or by a code on the secure page. Used by look-up.

Invariant: what is said is the same whether one person, many or nobody was found.
"""

from __future__ import annotations

from datetime import datetime

from flows.content import Content
from flows.effects import CheckOtp, ProvePhone, SendOtp
from flows.engine.events import Event, SharedContact, TypedSecret
from flows.engine.steps import (
    AGAIN,
    Choice,
    Context,
    Parsed,
    Prompt,
    Reply,
    Step,
    call,
    choose,
    end,
    wait,
)
from flows.text.durations import spoken

# What a look-up has gathered; forgotten when it begins anew.
FORGET = dict.fromkeys(
    "name unsure born day_month id_number case link until record_name record_code record_born record_household record_commune left id_tail seconds pause_of".split()
)


def other_ways(content: Content) -> str:
    """The official ways to learn one's code."""
    return (
        "Cách khác để biết mã số BHXH: xem trên sổ BHXH hoặc 10 số cuối của thẻ BHYT cũ; tra trong ứng dụng VssID "
        f"(theo công văn 416, Bước 2, 4/2021); gọi {content.office.hotline}; hoặc mang giấy tờ tùy thân đến "
        "cơ quan BHXH gần nhất."
    )


def _with_page(context: Context, text: str) -> Reply:
    """What is said, with the link of the secure page and the time the code has left."""
    return Reply(
        text, link=context.get("link"), until=datetime.fromisoformat(context.get("until")), key="otp"
    )


NO_SMS_MINUTES = 3  # after so long without the message, another request would not help either


def _sent_prompt(context: Context) -> Reply:
    return _with_page(
        context,
        "Nếu thông tin khớp đúng một người và hồ sơ đó hôm nay còn lượt nhận mã, mã OTP 6 số được gửi đến số điện thoại "
        f"người đó đã đăng ký với cơ quan BHXH; mã dùng trong {context.content.otp_minutes} phút. Anh/chị mở trang bảo mật để nhập mã, đừng gõ mã vào "
        f"đây. Sau {NO_SMS_MINUTES} phút không thấy tin nhắn thì có thể thông tin chưa khớp (bấm “Sửa thông tin”, ghi đủ "
        "ngày sinh hoặc số CCCD), hoặc hồ sơ chưa có số điện thoại, hoặc hôm nay đã hết lượt gửi mã: anh/chị gọi "
        f"{context.content.office.hotline} hoặc mang giấy tờ tùy thân đến cơ quan BHXH gần nhất.",
    )


PAUSES = {
    "conversation": "Hôm nay anh/chị đã tra cứu đủ số lần cho phép.",
    "source": "Từ đường mạng anh/chị đang dùng vừa có quá nhiều yêu cầu, nên tôi tạm dừng để giữ an toàn.",
    "all": "Lúc này có quá nhiều yêu cầu từ nhiều nơi, nên tôi tạm dừng để giữ an toàn cho mọi người.",
}


def pause_prompt(context: Context) -> str:
    """Why something is refused for a while, whose limit it was, and what can be done meanwhile."""
    of = context.get("pause_of")
    again = "" if of == "conversation" else f" Anh/chị thử lại sau {spoken(int(context.get('seconds')))}."
    return f"{PAUSES[of]}{again} {other_ways(context.content)}"


def _soon_prompt(context: Context) -> str:
    return (
        "Anh/chị vừa yêu cầu mã: nếu thông tin khớp và hồ sơ còn lượt nhận mã, mã đã được gửi đến số điện thoại đã đăng ký. "
        f"Chưa thấy tin nhắn thì anh/chị chờ {spoken(int(context.get('seconds')))} rồi bấm “Gửi lại mã”."
    )


def parse_contact(context: Context, event: Event) -> Parsed | None:
    """A contact that the channel vouches for; somebody else's proves nothing."""
    if not isinstance(event, SharedContact):
        return None
    if event.own:
        return Parsed("phone", once={"phone": event.phone})
    return Parsed(
        "again", note="Đó không phải số của tài khoản đang nhắn. Anh/chị gửi đúng số của chính mình nhé."
    )


def _parse_code(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, TypedSecret) and event.kind == "otp":
        return Parsed("typed", once={"code": event.value})
    return parse_contact(context, event)


def _wrong_prompt(context: Context) -> Reply:
    left = context.get("left")
    return _with_page(context, f"Mã chưa đúng, còn {left} lần nhập. Anh/chị nhập lại trên trang bảo mật.")


_EDIT = Choice("Sửa thông tin", "edit", FORGET, words="sua, nhap lai", means="edit")
_OTHER = Choice("Cách khác", "other", means="other_ways")
_SHARE = Choice("Gửi số điện thoại của tôi", "share", shares=True, words="gui so dien thoai", means="share")
_PROOFS = (
    Choice("Nhận mã OTP", "otp", words="otp, gui ma, gui otp, nhan ma", means="otp"),
    _EDIT,
    _OTHER,
    _SHARE,
)
_NO_CODE = (
    "gui lai, gui lai otp, gui lai ma otp, otp, nhan ma otp, khong nhan duoc ma, ko nhan duoc ma, chua nhan duoc ma, "
    "khong nhan duoc otp, ko nhan duoc otp, chua nhan duoc otp, khong thay ma, chua thay ma, khong co ma, chua co ma"
)
_WHILE_WAITING = (Choice("Gửi lại mã", "resend", words=_NO_CODE, means="resend"), _EDIT, _OTHER)
_FROM_ALL = {"edit": "name", "other": "other", "phone": "phone_check", "again": AGAIN}
_FROM_PROOFS = {"otp": "code_request", "share": "share_how", **_FROM_ALL}
_FROM_WAITING = {"typed": "code_check", "resend": "code_request", **_FROM_ALL}
_WAITING_HINT = "Tôi đang chờ anh/chị nhập mã trên trang bảo mật."


def _waiting(name: str, prompt: Prompt, *, label: str, failed: str = "") -> Step:
    """The secure page is open."""
    onward, hint = _FROM_WAITING, _WAITING_HINT
    return wait(
        name,
        prompt,
        _WHILE_WAITING,
        label=label,
        failed=failed,
        parse=_parse_code,
        hint=hint,
        transitions=onward,
        brief=lambda context: _WAITING_HINT,
    )


def proof_steps(question: Prompt, brief: Prompt) -> tuple[Step, ...]:
    """The steps from `proof` on; they lead to `record`, back to `name`, or to `other` ways."""
    return (
        choose(
            "proof",
            question,
            _PROOFS,
            label="chứng minh số điện thoại",
            parse=parse_contact,
            hint="Anh/chị chọn cách xác minh bên dưới giúp tôi.",
            transitions=_FROM_PROOFS,
            brief=brief,
        ),
        choose(
            "share_how",
            "Anh/chị bấm nút “Gửi số điện thoại của tôi” của ứng dụng nhắn tin; gõ số vào đây thì chưa chứng minh được.",
            _PROOFS,
            label="gửi số điện thoại",
            parse=parse_contact,
            transitions={**_FROM_PROOFS, "share": AGAIN},
        ),
        call(
            "code_request",
            lambda s: SendOtp(s.get("case")),
            SendOtp,
            transitions={
                "sent": "code",
                "wait": "code_soon",
                "paused": "code_paused",
                "spent": "code_spent",
                "off": "code_off",
            },
        ),
        _waiting("code", _sent_prompt, label="nhập mã OTP"),
        call(
            "code_check",
            lambda s: CheckOtp(s.get("case"), s.get("code")),
            CheckOtp,
            transitions={
                "record": "record",
                "wrong": "code_wrong",
                "expired": "code_expired",
                "paused": "code_paused",
                "spent": "code_spent",
            },
        ),
        _waiting("code_wrong", _wrong_prompt, label="nhập lại mã OTP", failed="mã OTP không đúng"),
        choose(
            "code_expired",
            "Mã đã hết hạn hoặc đã dùng rồi. Anh/chị muốn nhận mã mới không?",
            (
                Choice("Gửi lại mã", "resend", words="gui lai, co", means="resend"),
                Choice("Cách khác", "other", words="khong", means="other_ways"),
            ),
            label="mã OTP hết hạn",
            failed="mã OTP hết hạn",
            transitions={"resend": "code_request", "other": "other"},
        ),
        choose(
            "code_soon",
            _soon_prompt,
            _WHILE_WAITING,
            label="chờ gửi lại mã OTP",
            failed="xin mã OTP quá sớm",
            parse=_parse_code,
            transitions=_FROM_WAITING,
        ),
        end(
            "code_spent",
            lambda s: (
                f"Đã quá số lần cho phép, tôi tạm dừng xác minh để giữ an toàn. {other_ways(s.content)}"
            ),
        ),
        choose(
            "code_paused",
            pause_prompt,
            (Choice("Gửi lại mã", "resend", words=_NO_CODE, means="resend"), _EDIT, _OTHER),
            label="chờ gửi mã OTP",
            failed="quá nhiều yêu cầu mã OTP",
            parse=parse_contact,
            transitions={"resend": "code_request", **_FROM_ALL},
        ),
        choose(
            "code_off",
            lambda s: (
                f"Ở đây hiện chưa gửi được tin nhắn SMS, nên chưa xác minh bằng mã được. {other_ways(s.content)}"
            ),
            (_OTHER, _SHARE),
            label="không gửi được mã OTP",
            failed="không gửi được SMS",
            parse=parse_contact,
            transitions={"other": "other", "share": "share_how", "phone": "phone_check", "again": AGAIN},
        ),
        call(
            "phone_check",
            lambda s: ProvePhone(s.get("case"), s.get("phone")),
            ProvePhone,
            transitions={"record": "record", "other": "not_that_phone"},
        ),
        choose(
            "not_that_phone",
            "Với số điện thoại này tôi chưa cho xem được: thông tin chưa khớp, hoặc số chưa được đăng ký cho người đó.",
            (_EDIT, Choice("Nhận mã OTP", "otp", means="otp"), _OTHER),
            label="số điện thoại không khớp",
            failed="số điện thoại không phải số đã đăng ký",
            transitions={"edit": "name", "otp": "code_request", "other": "other"},
        ),
    )
