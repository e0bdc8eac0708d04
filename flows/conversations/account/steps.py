"""Đổi mật khẩu ở đây: the account's code, the secure page, the OTP, and what came of it. Steps of the password flow.

Used where the office has accounts of its own (`Content.accounts` is local or http). What is typed on the page never comes
into the conversation, only what came of it (`PageUsed`).
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.conversations.account import replies
from flows.conversations.account.replies import BEGINS, CHANGE, CONSENT, FORGOTTEN
from flows.conversations.consent import consent_steps
from flows.conversations.proof import parse_contact
from flows.effects import CheckPasswordChange, OpenPasswordPage, ProveOwnPhone, ResendPasswordCode
from flows.engine.steps import AGAIN, Choice, Context, Prompt, Step, ask, call, choose, end, wait
from flows.text.durations import spoken

_FROM_PAGE: Mapping[str, str] = {
    "old_wrong": "old_wrong",
    "old_spent": "old_spent",
    "sent": "page_code",
    "wait": "page_soon",
    "paused": "page_paused",
    "spent": "page_spent",
    "cooling": "cooling",
    "away": "page_away",
    "wrong": "code_wrong",
    "expired": "code_over",
    "done": "changed_here",
    "refused": "not_changed",
    "unclear": "unclear",
    "working": "working",
    "sms_failed": "sms_failed",
    "sms_slow": "sms_slow",
    "anew": "page_open",
    "resend": "page_resend",
    "no_code": "no_code",
    "no_phone": "no_phone",
    "told": "page_open",
    "look": "page_look",
    "trouble": "trouble",
    "remembers": "screen",
    "here": BEGINS,
    "late": "code_over",
}


def _waiting(
    name: str,
    prompt: Prompt | str,
    *,
    label: str,
    failed: str = "",
    choices: tuple[Choice, ...] = (replies.RESEND, replies.NO_CODE, replies.LOOK),
    waits: str = "Tôi đang chờ anh/chị nhập mã OTP trên trang bảo mật.",
    past: str = replies.CODE_OVER,
) -> Step:
    """The secure page is open; it waits for a code where nothing else is said."""
    return wait(
        name,
        prompt if callable(prompt) else lambda context: prompt,
        choices,
        label=label,
        failed=failed,
        parse=replies.parse_code_step,
        hint=replies.brief(waits, past),
        transitions=_FROM_PAGE,
        brief=replies.brief(waits, past),
        no_way_back=True,
    )


_WAITS_FOR_PAGE = "Tôi đang chờ anh/chị gõ mật khẩu trên trang bảo mật."


def _forgets_old(context: Context) -> tuple[Choice, ...]:
    return (replies.REMEMBERED,) if context.get("purpose") == FORGOTTEN else (replies.FORGOT,)


def change_steps() -> tuple[Step, ...]:
    """The steps of changing a password here, from `BEGINS` on."""
    return (
        *consent_steps(
            "password",
            CONSENT,
            then="account",
            refused=lambda s: (
                "Không sao, tôi không lưu gì cả. Anh/chị vẫn đổi được trong ứng dụng VssID (gõ “đổi mật khẩu trong VssID”), "
                f"hoặc gọi {s.content.office.hotline}."
            ),
        ),
        ask(
            "account",
            "Anh/chị gõ mã số BHXH (10 số) của tài khoản cần đổi mật khẩu. Mật khẩu thì đừng gõ vào đây.",
            choices=(
                Choice(
                    "Tôi chưa biết mã số",
                    "lookup",
                    words="khong biet, khong nho, chua biet, quen ma so, khong nho ma so, tra ma so",
                ),
            ),
            label="nhập mã số BHXH",
            parse=replies.parse_account,
            hint="Mã số BHXH có 10 chữ số, in trên sổ BHXH hoặc là 10 số cuối của thẻ BHYT.",
            transitions={
                "told": "page_open",
                "lookup": "lookup/",
                "again": AGAIN,
                "trouble": "trouble",
                "remembers": "screen",
                "here": BEGINS,
            },
            brief=lambda s: "Anh/chị gõ mã số BHXH (10 số) của tài khoản cần đổi mật khẩu.",
        ),
        call(
            "page_open",
            lambda s: OpenPasswordPage(s.get("purpose") or CHANGE, s.get("account")),
            OpenPasswordPage,
            transitions={
                "ready": "page",
                "unproven": "unproven",
                "paused": "page_paused",
                "spent": "page_spent",
                "off": "page_off",
            },
        ),
        wait(
            "page",
            replies.page_prompt,
            lambda s: (replies.LOOK, replies.ANEW, *_forgets_old(s)),
            label="chờ gõ mật khẩu trên trang bảo mật",
            parse=replies.parse_page,
            hint=replies.brief(_WAITS_FOR_PAGE, replies.PAGE_OVER),
            transitions=_FROM_PAGE,
            brief=replies.brief(_WAITS_FOR_PAGE, replies.PAGE_OVER),
        ),
        wait(
            "old_wrong",
            replies.wrong_old_prompt,
            (replies.FORGOT, replies.ANEW, replies.LOOK),
            label="gõ lại mật khẩu cũ",
            failed="mật khẩu cũ chưa đúng",
            parse=replies.parse_page,
            hint=replies.brief(_WAITS_FOR_PAGE, replies.PAGE_OVER),
            transitions=_FROM_PAGE,
            brief=replies.brief(_WAITS_FOR_PAGE, replies.PAGE_OVER),
            no_way_back=True,
        ),
        choose(
            "old_spent",
            lambda s: replies.old_spent_text(s.content),
            (replies.FORGOT, replies.ANEW),
            label="mật khẩu cũ gõ sai quá số lần",
            failed="mật khẩu cũ gõ sai quá số lần",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
        ),
        _waiting(
            "page_code",
            replies.code_prompt,
            label="nhập mã OTP trên trang bảo mật",
        ),
        _waiting(
            "code_wrong",
            lambda s: replies.with_link(
                s, f"Mã OTP chưa đúng, {replies.left(s)}. Anh/chị nhập lại trên trang bảo mật."
            ),
            label="nhập lại mã OTP",
            failed="mã OTP chưa đúng",
        ),
        _waiting(
            "page_soon",
            replies.soon_prompt,
            label="chờ gửi lại mã OTP",
            failed="xin mã OTP quá sớm",
        ),
        _waiting(
            "no_code",
            lambda s: replies.with_link(
                s,
                "Tin nhắn có khi chậm ba phút. Anh/chị xem số đã đăng ký có đúng máy này, còn sóng và không bị chặn tin lạ; "
                f"rồi bấm “Gửi lại mã”. Mất SIM hoặc đã đổi số thì không nhận được mã. {replies.at_office(s.content)}",
            ),
            choices=(replies.RESEND, replies.LOOK),
            label="không nhận được mã OTP",
            failed="không nhận được mã OTP",
        ),
        _waiting(
            "sms_failed",
            lambda s: (
                "Lúc này chưa gửi được tin nhắn mã OTP; lượt này không bị tính. Anh/chị bấm “Gửi lại mã” để thử lại. "
                f"Vẫn không được thì gọi {s.content.office.hotline}."
            ),
            label="chưa gửi được tin nhắn",
            failed="không gửi được SMS",
        ),
        _waiting(
            "sms_slow",
            lambda s: (
                f"Tin nhắn mã OTP đang gửi chậm, tôi tự gửi lại. Sau {spoken(s.content.otp_resend_seconds)} chưa thấy thì anh/chị "
                f"bấm “Gửi lại mã”, hoặc gọi {s.content.office.hotline}."
            ),
            label="tin nhắn gửi chậm",
            failed="SMS gửi chậm",
        ),
        _waiting(
            "no_phone",
            lambda s: (
                f"Mã chỉ gửi được tới số đã đăng ký. Mất SIM thì xin nhà mạng cấp lại SIM cùng số rồi làm tiếp. {replies.at_office(s.content)}"
            ),
            choices=(replies.RESEND, replies.ANEW, replies.LOOK),
            label="không còn số đã đăng ký",
            failed="không còn số điện thoại đã đăng ký",
        ),
        _waiting(
            "working",
            "Tôi đang chuyển mật khẩu mới đến hệ thống tài khoản, xong sẽ báo ngay.",
            choices=(replies.LOOK,),
            waits="Tôi đang chuyển mật khẩu mới đến hệ thống tài khoản.",
            past="",
            label="đang đổi mật khẩu",
        ),
        choose(
            "code_over",
            lambda s: (
                f"Mã OTP đã hết hạn, mật khẩu chưa đổi. Mã dùng trong {s.content.otp_minutes} phút; anh/chị xin mã mới nhé."
            ),
            (replies.RESEND, replies.ANEW),
            label="mã OTP hết hạn",
            failed="mã OTP hết hạn",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
        ),
        choose(
            "page_over",
            replies.PAGE_OVER,
            lambda s: (replies.ANEW, *_forgets_old(s)),
            label="trang bảo mật hết hạn",
            failed="trang bảo mật hết hạn",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
        ),
        choose(
            "page_away",
            lambda s: (
                "Hệ thống tài khoản chưa trả lời nên mật khẩu chưa đổi. Anh/chị thử lại sau vài phút, "
                f"hoặc gọi {s.content.office.hotline}."
            ),
            (replies.ANEW,),
            label="hệ thống tài khoản chưa trả lời",
            failed="hệ thống tài khoản chưa trả lời",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
        ),
        choose(
            "unproven",
            "Quên mật khẩu cũ thì trước hết cần xác minh số điện thoại đã đăng ký: anh/chị bấm “Gửi số điện thoại của tôi”, hoặc "
            "“Xác minh bằng mã OTP” (tra mã số rồi nhận mã). Xong, anh/chị nhắn lại “quên mật khẩu”.",
            (
                Choice("Xác minh bằng mã OTP", "lookup", words="xac minh, otp, nhan ma, tra ma so"),
                Choice("Cách khác", "office", words="khong co so, mat sim, doi so roi", means="other_ways"),
                Choice(
                    "Gửi số điện thoại của tôi", "how", shares=True, words="gui so dien thoai", means="share"
                ),
            ),
            label="xác minh số điện thoại",
            parse=parse_contact,
            transitions={
                "phone": "prove",
                "lookup": "lookup/",
                "office": "office",
                "how": AGAIN,
                "again": AGAIN,
                "trouble": "trouble",
                "remembers": "screen",
                "here": BEGINS,
            },
        ),
        call(
            "prove",
            lambda s: ProveOwnPhone(s.get("phone")),
            ProveOwnPhone,
            transitions={"proven": "page_open"},
        ),
        call(
            "page_resend",
            lambda s: ResendPasswordCode(s.get("change")),
            ResendPasswordCode,
            transitions={
                "sent": "page_code",
                "wait": "page_soon",
                "paused": "page_paused",
                "spent": "page_spent",
                "over": "page_over",
            },
        ),
        call(
            "page_look",
            lambda s: CheckPasswordChange(s.get("change")),
            CheckPasswordChange,
            transitions={
                "open": "not_yet",
                "code": "not_yet_code",
                "working": "working",
                "done": "changed_here",
                "refused": "not_changed",
                "unclear": "unclear",
                "over": "page_over",
            },
        ),
        _waiting(
            "not_yet",
            lambda s: replies.with_link(
                s, "Tôi chưa nhận được mật khẩu mới. Anh/chị mở trang bảo mật, gõ rồi bấm “Tiếp tục”."
            ),
            choices=(replies.ANEW, replies.LOOK),
            waits=_WAITS_FOR_PAGE,
            past=replies.PAGE_OVER,
            label="chờ gõ mật khẩu trên trang bảo mật",
        ),
        _waiting(
            "not_yet_code",
            lambda s: replies.with_link(
                s, "Còn bước nhập mã OTP nữa mới xong. Anh/chị nhập mã trên trang bảo mật."
            ),
            label="chờ nhập mã OTP",
        ),
        choose(
            "page_paused",
            replies.pause_prompt,
            (replies.ANEW,),
            brief=lambda s: f"Đang tạm dừng; anh/chị thử lại sau {spoken(int(s.get('seconds') or 0))}.",
            label="chờ đổi mật khẩu",
            failed="quá nhiều yêu cầu",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
        ),
        end("page_spent", lambda s: replies.spent_text(s.content)),
        end(
            "page_off",
            lambda s: (
                f"Ở đây hiện chưa gửi được tin nhắn SMS, nên chưa đổi mật khẩu ở đây được. {replies.at_office(s.content)}"
            ),
        ),
        end(
            "cooling",
            lambda s: (
                "Số điện thoại của tài khoản này vừa đổi, nên để an toàn chưa đặt lại mật khẩu bằng số đó được: "
                f"còn {spoken(int(s.get('seconds') or 0))}. {replies.at_office(s.content)}"
            ),
        ),
        end("office", lambda s: replies.at_office(s.content)),
        end("changed_here", lambda s: replies.done_text(s.content), no_way_back=True),
        end("not_changed", lambda s: replies.refused_text(s.content), no_way_back=True),
        choose(
            "unclear",
            lambda s: replies.unclear_text(s.content),
            (replies.LOOK,),
            label="chưa rõ đã đổi mật khẩu chưa",
            failed="chưa rõ đã đổi mật khẩu chưa",
            parse=replies.parse_page,
            transitions=_FROM_PAGE,
            no_way_back=True,
        ),
    )
