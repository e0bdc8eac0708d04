"""What is said while a password is changed here, and what counts as an answer meanwhile. Used by the steps beside it.

Invariant: what is said is the same whether there is such an account or not; no password and no code is asked for in the chat.
"""

from __future__ import annotations

import re
from datetime import datetime

from flows.content import Content
from flows.conversations.proof import PAUSES
from flows.engine.events import Event, PageUsed, Said
from flows.engine.steps import Choice, Context, Parsed, Prompt, Reply
from flows.text.durations import spoken
from flows.text.masking import mask_code

CHANGE, FORGOTTEN = "change", "forgotten"
BEGINS = "permission"  # the step at which changing a password here begins
CONSENT = (
    "Để đổi mật khẩu ở đây, tôi cần dùng mã số BHXH mà anh/chị gõ và số điện thoại đã đăng ký của tài khoản để gửi mã OTP. "
    "Mật khẩu và mã OTP chỉ nhập trên trang bảo mật; tôi không giữ lại, mỗi lần đổi đều được ghi sổ. "
    "Anh/chị có thể từ chối, hoặc rút lại bất cứ lúc nào (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)
CODE = re.compile(r"(?<![0-9])[0-9](?:[ .\-]?[0-9]){9}(?![0-9])")
MOBILE = re.compile(r"0[35789][0-9]{8}")
KEPT_FOR_ONE = dict.fromkeys("change link until left phone seconds pause_of".split())


def at_office(content: Content) -> str:
    """The way that remains when everything else fails."""
    return (
        "Không đổi được ở đây thì anh/chị mang giấy tờ tùy thân đến cơ quan BHXH gần nhất: hai cán bộ cùng xác nhận rồi anh/chị "
        f"tự đặt mật khẩu mới. Cần hỏi, gọi {content.office.hotline}."
    )


# -- what is said


def account(context: Context) -> str:
    return mask_code(context.get("account"))


def is_past(context: Context) -> bool:
    until = context.get("until")
    return bool(until) and context.at > datetime.fromisoformat(until)


def with_link(context: Context, text: str) -> Reply:
    until = context.get("until")
    return Reply(
        text,
        link=context.get("link"),
        until=datetime.fromisoformat(until) if until else None,
        key="password",
    )


PAGE_OVER = "Trang bảo mật này đã hết giờ hoặc không còn dùng. Anh/chị bấm “Mở trang mới” để làm lại."
CODE_OVER = "Mã OTP gửi lúc nãy đã hết giờ. Anh/chị bấm “Gửi lại mã” để nhận mã mới."


def page_prompt(context: Context) -> Reply:
    asks = "mật khẩu cũ, rồi mật khẩu mới hai lần"
    if context.get("purpose") == FORGOTTEN:
        asks = "mật khẩu mới hai lần"
    return with_link(
        context,
        f"Tài khoản {account(context)}: anh/chị mở trang bảo mật bên dưới, gõ {asks}. Xong bước đó, mã OTP 6 số sẽ được gửi "
        "đến số điện thoại đã đăng ký. Đừng gõ mật khẩu hay mã vào đây. Làm giùm người nhà thì để chính chủ tài khoản tự gõ.",
    )


def code_prompt(context: Context) -> Reply:
    minutes = context.content.otp_minutes
    sent = f"Mã OTP đã gửi tới {context.get('phone')}"
    if not context.get("phone"):
        sent = "Nếu mã số này đúng là của số điện thoại anh/chị đã xác minh, mã OTP đã được gửi tới số đó"
    return with_link(
        context,
        f"{sent}, dùng trong {minutes} phút. Anh/chị nhập mã trên trang bảo mật, đừng gõ vào đây.",
    )


def left(context: Context) -> str:
    return f"còn {context.get('left')} lần"


def wrong_old_prompt(context: Context) -> Reply:
    return with_link(
        context,
        f"Mã số hoặc mật khẩu cũ chưa đúng, {left(context)}. Anh/chị gõ lại trên trang bảo mật; không nhớ thì bấm “Quên mật khẩu cũ”.",
    )


def soon_prompt(context: Context) -> Reply:
    wait_for = spoken(int(context.get("seconds") or 0))
    return with_link(
        context,
        f"Vừa có một mã gửi tới số điện thoại này. Anh/chị chờ {wait_for} rồi bấm “Gửi lại mã”.",
    )


def brief(text: str, past: str = "") -> Prompt:
    """What is said in short; `past`: once the time that was told is over."""
    return lambda context: past if past and is_past(context) else text


def pause_prompt(context: Context) -> str:
    """Why a change rests for a while, and until when."""
    why = PAUSES.get(context.get("pause_of") or "all", PAUSES["all"])
    again = f"Mật khẩu chưa đổi. Anh/chị thử lại sau {spoken(int(context.get('seconds') or 0))}."
    return f"{why} {again} {at_office(context.content)}"


def old_spent_text(content: Content) -> str:
    """What is said when no old password is compared any more for a while: the other ways are open."""
    return (
        "Mật khẩu cũ đã gõ sai quá số lần cho phép, nên tạm thời không nhận mật khẩu cũ nữa; mật khẩu chưa đổi. Anh/chị vẫn đổi "
        "được bằng mã OTP: bấm “Quên mật khẩu cũ”. Chắc là gõ đúng mà vẫn không được thì tài khoản có khi đang bị khóa, "
        f"anh/chị gọi {content.office.hotline}."
    )


def done_text(content: Content) -> str:
    """What is said when it is done."""
    return (
        "Mật khẩu đã đổi xong. Các mã và đường dẫn cũ không còn dùng được; tin nhắn báo đã gửi đến số điện thoại đã đăng ký. "
        f"Nếu không phải chính anh/chị đổi, gọi ngay {content.office.hotline}."
    )


def unclear_text(content: Content) -> str:
    """What is said when nobody knows whether it is done."""
    return (
        "Chưa rõ hệ thống tài khoản đã nhận mật khẩu mới hay chưa. Xin anh/chị thử đăng nhập bằng mật khẩu mới; không vào được "
        f"thì dùng mật khẩu cũ. Tôi sẽ báo khi biết chắc. Cần gấp, gọi {content.office.hotline}."
    )


def refused_text(content: Content) -> str:
    """What is said when it is certain that nothing was changed."""
    return f"Mật khẩu chưa đổi, mật khẩu cũ vẫn dùng được. Anh/chị làm lại sau, hoặc gọi {content.office.hotline}."


SPENT = "Đã quá số lần cho phép, mật khẩu chưa đổi; tôi tạm dừng để giữ an toàn."


def spent_text(content: Content) -> str:
    return f"{SPENT} {at_office(content)}"


def tells_of(context: Context, event: PageUsed) -> str:
    """What is said of the page where the conversation stands elsewhere."""
    content = context.content
    match event.outcome:
        case "done":
            return done_text(content)
        case "unclear":
            return unclear_text(content)
        case "refused":
            return refused_text(content)
        case "spent":
            return spent_text(content)
        case "old_spent":
            return old_spent_text(content)
    return ""


# -- what counts as an answer


TAKES_CODE = frozenset({"account", "page", "old_wrong", "page_over"})  # steps that hear a BHXH code


def parse_account(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    found = [re.sub("[^0-9]", "", hit.group()) for hit in CODE.finditer(event.text)]
    if not found:
        return None
    if len(set(found)) > 1:
        return Parsed("again", note="Tin có nhiều số quá. Anh/chị gửi riêng mã số BHXH giúp tôi.")
    if MOBILE.fullmatch(found[0]):
        note = (
            "Số đó giống số điện thoại. Mã số BHXH có 10 số, in trên sổ BHXH hoặc là 10 số cuối của thẻ BHYT."
        )
        return Parsed("again", note=note)
    return Parsed("told", {"account": found[0]})


OUTCOMES = frozenset(
    "sms_failed sms_slow old_wrong old_spent sent wait paused spent cooling away wrong expired done refused unclear working".split()
)


def parse_page(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, Said):
        told = parse_account(context, event)
        if told is None or told.outcome != "told" or told.keep["account"] == context.get("account"):
            return None
        return Parsed("told", {**KEPT_FOR_ONE, **told.keep}, note="Dạ, làm lại với mã số này.")
    if not isinstance(event, PageUsed) or event.facts.get("change") != context.get("change"):
        return None
    return Parsed(event.outcome, event.facts) if event.outcome in OUTCOMES else None


def parse_code_step(context: Context, event: Event) -> Parsed | None:
    """At the steps of the code no number is read: six digits are a secret, ten are nobody's business."""
    return None if isinstance(event, Said) else parse_page(context, event)


RESEND = Choice(
    "Gửi lại mã",
    "resend",
    words="gui lai, gui lai otp, gui lai ma otp, gui ma lai",
    means="resend",
)
NO_CODE = Choice("Không nhận được mã", "no_code", means="not_received")
ANEW = Choice("Mở trang mới", "anew", KEPT_FOR_ONE, words="lam lai, mo lai, gui lai duong dan, trang het han")
LOOK = Choice(
    "Tôi làm xong rồi",
    "look",
    words="xong, xong roi, da xong, lam xong, doi xong, duoc chua, xong chua",
    means="done",
)
FORGOT = Choice(
    "Quên mật khẩu cũ",
    "anew",
    {**KEPT_FOR_ONE, "purpose": FORGOTTEN},
    words="quen mat khau, quen mk, khong nho mat khau, em quen mat khau cu, quen roi, khong nho",
)
REMEMBERED = Choice(
    "Nhớ lại mật khẩu cũ rồi", "anew", {**KEPT_FOR_ONE, "purpose": CHANGE}, words="nho roi, nho lai roi"
)
