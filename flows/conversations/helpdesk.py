"""Gặp cán bộ: asking for an officer. Rule: an aside; what was under way goes on at the same step when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flows.content import Content
from flows.conversations.consent import consent_steps
from flows.effects import CheckTicket, LeaveQueue, OpenTicket
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, call, choose, end
from flows.text.masking import mask_code, mask_name

if TYPE_CHECKING:
    from flows.engine.state import State

WANT_LIMIT = 500  # characters of what is asked, as the card shows it
LOST_AFTER = 2  # misunderstandings in a row that the card tells of

# How a step is called on the officer's card. Every step where a person may rest is here; a test says which is missing.
PLACES: Mapping[str, str] = {
    "lookup/consent": "đang hỏi đồng ý",
    "lookup/name": "nhập họ tên",
    "lookup/fact": "nhập ngày sinh hoặc số giấy tờ",
    "lookup/province": "chọn tỉnh",
    "lookup/proof": "chứng minh số điện thoại",
    "lookup/share_how": "gửi số điện thoại",
    "lookup/code": "nhập mã OTP",
    "lookup/code_wrong": "nhập lại mã OTP",
    "lookup/code_expired": "mã OTP hết hạn",
    "lookup/code_soon": "chờ gửi lại mã OTP",
    "lookup/code_off": "không gửi được mã OTP",
    "lookup/not_that_phone": "số điện thoại không khớp",
    "lookup/record": "xem kết quả",
    "lookup/found": "xem mã số",
    "lookup/nobody": "không tìm thấy",
    "registration/consent": "đang hỏi đồng ý",
    "registration/resume": "làm tiếp hồ sơ cũ",
    "registration/who": "đăng ký cho ai",
    "registration/platform": "chọn loại điện thoại",
    "registration/code": "đã có mã số chưa",
    "registration/sent_on": "cho biết ngày gửi tờ khai",
    "registration/list": "danh sách việc cần làm",
    "registration/how": "xem cách làm một mục",
    "registration/all": "xem cả danh sách",
    "password/situation": "chọn tình huống",
    "password/screen": "đi theo từng màn hình",
    "password/code": "chờ mã OTP của VssID",
    "password/late": "mã OTP quá hạn",
    "password/trouble": "gặp trở ngại",
    "contacts/query": "hỏi đầu mối",
    "contacts/one": "xem đầu mối",
    "contacts/several": "chọn đầu mối",
    "contacts/perhaps": "đoán đầu mối",
    "contacts/gap": "chưa có đầu mối",
    "contacts/nobody": "không thấy đầu mối",
    "questions/question": "đặt câu hỏi",
    "questions/answer": "xem câu trả lời",
    "questions/perhaps": "chọn câu hỏi",
    "questions/person": "chưa có câu trả lời đúng ý",
    "notices/consent": "đang hỏi đồng ý",
    "notices/topics": "chọn chủ đề",
    "notices/manage": "sửa chủ đề",
    "my_data/choice": "xem dữ liệu của mình",
}
_FAILED: Mapping[str, str] = {
    "lookup/code_wrong": "mã OTP không đúng",
    "lookup/code_expired": "mã OTP hết hạn",
    "lookup/code_soon": "xin mã OTP quá sớm",
    "lookup/code_off": "không gửi được SMS",
    "lookup/not_that_phone": "số điện thoại không phải số đã đăng ký",
    "lookup/nobody": "không tìm thấy người này",
    "password/late": "quá 5 phút chưa nhập mã",
    "password/trouble": "có trở ngại trên VssID",
    "contacts/gap": "công văn không nêu đầu mối cho khối này",
    "contacts/nobody": "không tìm thấy đầu mối",
    "questions/person": "trợ lý chưa trả lời đúng ý",
}
_LOST = "trợ lý không hiểu hai lần liền"

WORDING = (
    "Để cán bộ BHXH trả lời, tôi chuyển cho cán bộ điều anh/chị hỏi, việc đang làm dở và những tin anh/chị viết cho đến khi "
    "xong. Chỉ cán bộ của cơ quan xem, mỗi lần xem đều được ghi sổ; anh/chị rút lại và xóa được bất cứ lúc nào (gõ “dữ liệu của "
    "tôi”). Anh/chị có đồng ý không?"
)


def about(state: State, content: Content) -> dict[str, Any]:
    """What the officer's card says of a conversation that stands here: place, what failed, who, all masked."""
    from flows import catalog  # the table of contents lists this flow

    place = f"{state.flow}/{state.step}"
    title = catalog.label(state.flow, content) if state.flow in catalog.FLOWS else "Menu"
    failed = [_FAILED[place]] if place in _FAILED else []
    if state.misses >= LOST_AFTER:
        failed.append(_LOST)
    if state.flow == "questions" and state.under:
        return about(type(state).from_json(state.under), content)
    if state.flow == FLOW.name:
        return {k: v for k, v in state.answers.items() if k in ("about_place", "about_failed", "about_who")}
    return {
        "about_place": f"{title} › {PLACES[place]}" if place in PLACES else title,
        "about_failed": "; ".join(failed),
        "about_who": _who(state.answers),
    }


def _who(answers: Mapping[str, Any]) -> str:
    """A name as family name and initials, a code with its middle hidden; "" when nothing is known."""
    name = str(answers.get("record_name") or answers.get("name") or "")
    parts = [mask_name(name)] if name.strip() else []
    code = str(answers.get("record_code") or "")
    if len(code) == 10:
        parts.append(mask_code(code))
    return ", mã ".join(parts)


def returned(reason: str) -> str:
    """What the bot says when the conversation is its own again."""
    match reason:
        case "":
            return "Cán bộ đã chuyển lại cho tôi. Mình làm tiếp từ chỗ đang dở nhé."
        case "no_answer":
            return (
                "Cán bộ chờ chưa thấy anh/chị trả lời nên tạm khép yêu cầu. Cần nữa, anh/chị gõ “gặp cán bộ”."
            )
        case _:
            return "Cán bộ đã trả lời xong. Còn gì chưa rõ, anh/chị gõ “gặp cán bộ”."


def _parse_want(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, Said):
        return Parsed("told", {"want": event.text[:WANT_LIMIT]})
    return None


def _queue(context: Context) -> str:
    ahead = int(context.get("ticket_ahead") or "0")
    return f"Trước anh/chị còn {ahead} người." if ahead else "Anh/chị là người kế tiếp."


def _hours(context: Context) -> str:
    slots = ", ".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in context.content.office.hours.slots)
    return f"Cán bộ trả lời ngay tại đây, trong giờ làm việc ({slots}, ngày thường)."


def _opened_prompt(context: Context) -> str:
    return (
        f"Đã chuyển cho cán bộ, phiếu số {context.get('ticket_number')}. {_queue(context)} {_hours(context)} "
        f"Trong lúc chờ, anh/chị vẫn hỏi tôi được. Gấp thì gọi {context.content.office.hotline}."
    )


def _waiting_prompt(context: Context) -> str:
    return f"Anh/chị đã có phiếu số {context.get('ticket_number')} đang chờ cán bộ. {_queue(context)} {_hours(context)}"


def _refused_prompt(context: Context) -> str:
    office = context.content.office
    return f"Tôi không chuyển gì cả. Anh/chị gọi tổng đài {office.hotline} để nói chuyện với người hỗ trợ. {office.nearest}"


FLOW = Flow(
    "helpdesk",
    "Gặp cán bộ",
    (
        call(
            "queue",
            lambda s: CheckTicket(),
            CheckTicket,
            transitions={"none": "permission", "waiting": "waiting"},
        ),
        *consent_steps("handover", WORDING, then="want", refused=_refused_prompt, offers=()),
        ask(
            "want",
            "Anh/chị cần cán bộ giúp việc gì? Viết một hai câu là được, đừng gửi mật khẩu hay mã OTP.",
            parse=_parse_want,
            hint="Anh/chị viết một hai câu, hoặc bấm “Nói với cán bộ sau”.",
            transitions={"told": "open", "later": "open"},
            choices=(Choice("Nói với cán bộ sau", "later", words=("noi sau", "bo qua", "de sau")),),
        ),
        call(
            "open",
            lambda s: OpenTicket(
                s.get("want"), s.get("about_place"), s.get("about_failed"), s.get("about_who")
            ),
            OpenTicket,
            transitions={"opened": "opened", "already": "waiting"},
        ),
        end("opened", _opened_prompt),
        choose(
            "waiting",
            _waiting_prompt,
            (
                Choice("Chờ tiếp", "stay", words=("cho", "cho tiep", "u", "co", "da", "ok")),
                Choice(
                    "Không cần gặp nữa", "leave", words=("thoi", "khong can", "khong gap nua", "thoi khoi")
                ),
            ),
            transitions={"stay": "staying", "leave": "leave"},
        ),
        call("leave", lambda s: LeaveQueue(), LeaveQueue, transitions={"left": "left"}),
        end("left", "Tôi đã rút phiếu. Cần lại, anh/chị gõ “gặp cán bộ”."),
        end("staying", "Phiếu vẫn còn đó; cán bộ trả lời ngay tại đây."),
    ),
)
