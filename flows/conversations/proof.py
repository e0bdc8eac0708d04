"""Proving that the registered phone is one's own: by contact, or by a code on the secure page. Rule: the words are the same for one, many and none."""

from __future__ import annotations

from datetime import datetime

from flows.content import Content
from flows.effects import CheckOtp, ProvePhone, SendOtp
from flows.engine.events import Event, SharedContact, TypedSecret
from flows.engine.steps import AGAIN, Choice, Context, Parsed, Prompt, Reply, Step, call, choose, end, wait

# What a look-up has gathered; forgotten when it begins anew.
FORGET = dict.fromkeys(
    ("name", "born", "id_number", "case", "link", "until", "record_name", "record_code", "record_born")
) | {"record_household": None, "record_commune": None, "left": None, "id_tail": None}


def other_ways(content: Content) -> str:
    """The official ways to learn one's code."""
    return (
        "Cách khác để biết mã số BHXH: xem trên sổ BHXH hoặc 10 số cuối của thẻ BHYT cũ; tra trong ứng dụng VssID "
        f"(theo công văn 416, Bước 2, 4/2021); gọi {content.office.hotline}; hoặc mang giấy tờ tùy thân đến "
        "cơ quan BHXH gần nhất."
    )


def _sent_prompt(context: Context) -> Reply:
    until = datetime.fromisoformat(context.get("until"))
    return Reply(
        "Nếu thông tin khớp đúng một người, mã OTP 6 số vừa được gửi đến số điện thoại người đó đã đăng ký với cơ quan "
        "BHXH; mã dùng trong 5 phút. Anh/chị mở trang bảo mật để nhập mã, đừng gõ mã vào đây. Không thấy tin nhắn thì bấm "
        "“Sửa thông tin”, ghi đủ ngày sinh hoặc số CCCD.",
        link=context.get("link"),
        until=until,
        key="otp",
    )


def _parse_proof(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, SharedContact):
        if not event.own:
            return Parsed(
                "again",
                note="Đó không phải số của tài khoản đang nhắn. Anh/chị gửi đúng số của chính mình nhé.",
            )
        return Parsed("phone", once={"phone": event.phone})
    return None


def _parse_code(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, TypedSecret) and event.kind == "otp":
        return Parsed("typed", once={"code": event.value})
    return _parse_proof(context, event)


def _wrong(context: Context) -> Reply:
    reply = _sent_prompt(context)
    return Reply(
        f"Mã chưa đúng, còn {context.get('left')} lần nhập. Anh/chị nhập lại trên trang bảo mật.",
        link=reply.link,
        until=reply.until,
        key="otp",
    )


_PROOFS = (
    Choice("Nhận mã OTP", "otp", words=("otp", "gui ma", "gui otp", "nhan ma")),
    Choice("Sửa thông tin", "edit", FORGET, words=("sua", "nhap lai")),
    Choice("Cách khác", "other"),
    Choice("Gửi số điện thoại của tôi", "share", shares=True, words=("gui so dien thoai",)),
)
_NO_CODE = (
    "gui lai",
    "gui lai otp",
    "gui lai ma otp",
    "otp",
    "nhan ma otp",
    "khong nhan duoc ma",
    "ko nhan duoc ma",
    "chua nhan duoc ma",
    "khong nhan duoc otp",
    "ko nhan duoc otp",
    "chua nhan duoc otp",
    "khong thay ma",
    "chua thay ma",
    "khong co ma",
    "chua co ma",
)
_WHILE_WAITING = (
    Choice("Gửi lại mã", "resend", words=_NO_CODE),
    Choice("Sửa thông tin", "edit", FORGET, words=("sua", "nhap lai")),
    Choice("Cách khác", "other"),
)
_TRANSITIONS_WAITING = {
    "typed": "code_check",
    "resend": "code_request",
    "edit": "name",
    "other": "other",
    "phone": "phone_check",
    "again": AGAIN,
}
_SHARE_HOW = "Anh/chị bấm nút “Gửi số điện thoại của tôi” của ứng dụng nhắn tin; gõ số vào đây thì chưa chứng minh được."


def proof_steps(question: Prompt) -> tuple[Step, ...]:
    """The steps from `proof` on; they lead to `record`, back to `name`, or to `other` ways."""
    return (
        choose(
            "proof",
            question,
            _PROOFS,
            label="chứng minh số điện thoại",
            parse=_parse_proof,
            hint="Anh/chị chọn cách xác minh bên dưới giúp tôi.",
            transitions={
                "otp": "code_request",
                "edit": "name",
                "other": "other",
                "share": "share_how",
                "phone": "phone_check",
                "again": AGAIN,
            },
        ),
        choose(
            "share_how",
            _SHARE_HOW,
            _PROOFS,
            label="gửi số điện thoại",
            parse=_parse_proof,
            transitions={
                "otp": "code_request",
                "edit": "name",
                "other": "other",
                "share": AGAIN,
                "phone": "phone_check",
                "again": AGAIN,
            },
        ),
        call(
            "code_request",
            lambda s: SendOtp(s.get("case")),
            SendOtp,
            transitions={"sent": "code", "wait": "code_soon", "spent": "code_spent", "off": "code_off"},
        ),
        wait(
            "code",
            _sent_prompt,
            _WHILE_WAITING,
            label="nhập mã OTP",
            parse=_parse_code,
            hint="Tôi đang chờ anh/chị nhập mã trên trang bảo mật.",
            transitions=_TRANSITIONS_WAITING,
        ),
        call(
            "code_check",
            lambda s: CheckOtp(s.get("case"), s.get("code")),
            CheckOtp,
            transitions={
                "record": "record",
                "wrong": "code_wrong",
                "expired": "code_expired",
                "spent": "code_spent",
            },
        ),
        wait(
            "code_wrong",
            _wrong,
            _WHILE_WAITING,
            label="nhập lại mã OTP",
            failed="mã OTP không đúng",
            parse=_parse_code,
            hint="Tôi đang chờ anh/chị nhập mã trên trang bảo mật.",
            transitions=_TRANSITIONS_WAITING,
        ),
        choose(
            "code_expired",
            "Mã đã hết hạn hoặc đã dùng rồi. Anh/chị muốn nhận mã mới không?",
            (
                Choice("Gửi lại mã", "resend", words=("gui lai", "co")),
                Choice("Cách khác", "other", words=("khong",)),
            ),
            label="mã OTP hết hạn",
            failed="mã OTP hết hạn",
            transitions={"resend": "code_request", "other": "other"},
        ),
        choose(
            "code_soon",
            lambda s: f"Mã vừa được gửi. Anh/chị chờ {s.get('seconds')} giây rồi bấm “Gửi lại mã”.",
            _WHILE_WAITING,
            label="chờ gửi lại mã OTP",
            failed="xin mã OTP quá sớm",
            parse=_parse_code,
            transitions=_TRANSITIONS_WAITING,
        ),
        end(
            "code_spent",
            lambda s: (
                f"Đã quá số lần cho phép, tôi tạm dừng xác minh để giữ an toàn. {other_ways(s.content)}"
            ),
        ),
        choose(
            "code_off",
            "Ở đây hiện chưa gửi được tin nhắn SMS.",
            (
                Choice("Cách khác", "other"),
                Choice("Gửi số điện thoại của tôi", "share", shares=True, words=("gui so dien thoai",)),
            ),
            label="không gửi được mã OTP",
            failed="không gửi được SMS",
            parse=_parse_proof,
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
            (
                Choice("Sửa thông tin", "edit", FORGET, words=("sua", "nhap lai")),
                Choice("Nhận mã OTP", "otp"),
                Choice("Cách khác", "other"),
            ),
            label="số điện thoại không khớp",
            failed="số điện thoại không phải số đã đăng ký",
            transitions={"edit": "name", "otp": "code_request", "other": "other"},
        ),
    )
