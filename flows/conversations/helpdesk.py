"""Gặp cán bộ: asking for an officer. A digression: what was under way goes on at the same step when it ends."""

from __future__ import annotations

from flows.conversations import handover_card
from flows.conversations.consent import consent_steps
from flows.effects import CheckTicket, LeaveQueue, OpenTicket
from flows.engine.events import Event, Said
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, call, choose, end

WANT_LIMIT = 500  # characters of what is asked, as the card shows it

WORDING = (
    "Để cán bộ BHXH trả lời, tôi chuyển cho cán bộ điều anh/chị hỏi, việc đang làm dở và những tin anh/chị viết cho đến khi "
    "xong. Chỉ cán bộ của cơ quan xem, mỗi lần xem đều được ghi sổ; anh/chị rút lại và xóa được bất cứ lúc nào (gõ “dữ liệu của "
    "tôi”). Anh/chị có đồng ý không?"
)


def _flow() -> Flow:
    return Flow(
        "helpdesk",
        "Gặp cán bộ",
        (
            call(
                "queue",
                lambda s: CheckTicket(),
                CheckTicket,
                transitions={"none": "permission", "waiting": "waiting"},
            ),
            *consent_steps("handover", WORDING, then="want", refused=_refused_prompt),
            ask(
                "want",
                "Anh/chị cần cán bộ giúp việc gì? Viết một hai câu là được, đừng gửi mật khẩu hay mã OTP.",
                label="cho biết cần giúp gì",
                parse=_parse_want,
                hint="Anh/chị viết một hai câu, hoặc bấm “Nói với cán bộ sau”.",
                transitions={"told": "open", "later": "open"},
                choices=(Choice("Nói với cán bộ sau", "later", words="noi sau, bo qua, de sau"),),
            ),
            call("open", _ticket, OpenTicket, transitions={"opened": "opened", "already": "waiting"}),
            end("opened", _opened_prompt),
            choose(
                "waiting",
                _waiting_prompt,
                _WAITING_CHOICES,
                label="chờ cán bộ",
                transitions={"stay": "staying", "leave": "leave"},
            ),
            call("leave", lambda s: LeaveQueue(), LeaveQueue, transitions={"left": "left"}),
            end("left", "Tôi đã rút phiếu. Cần lại, anh/chị gõ “gặp cán bộ”."),
            end("staying", "Phiếu vẫn còn đó; cán bộ trả lời ngay tại đây."),
        ),
        command="person",
        item="gap-nguoi",
        digression=True,
        purposes={"handover": "chuyển lời cho cán bộ"},
        begins_with=handover_card.about,
        handed_back=_handed_back,
    )


_WAITING_CHOICES = (
    Choice("Chờ tiếp", "stay", words="cho, cho tiep, u, co, da, ok"),
    Choice("Không cần gặp nữa", "leave", words="thoi, khong can, khong gap nua, thoi khoi"),
)
_HANDED_BACK = {
    "": "Cán bộ đã chuyển lại cho tôi. Mình làm tiếp từ chỗ đang dở nhé.",
    "no_answer": "Cán bộ chờ chưa thấy anh/chị trả lời nên tạm khép yêu cầu. Cần nữa, anh/chị gõ “gặp cán bộ”.",
}


def _handed_back(reason: str) -> str:
    """What the bot says when an officer gives the conversation back for this reason."""
    return _HANDED_BACK.get(reason, "Cán bộ đã trả lời xong. Còn gì chưa rõ, anh/chị gõ “gặp cán bộ”.")


def _ticket(context: Context) -> OpenTicket:
    return OpenTicket(*map(context.get, ("want", "about_place", "about_failed", "about_who")))


def _parse_want(context: Context, event: Event) -> Parsed | None:
    return Parsed("told", {"want": event.text[:WANT_LIMIT]}) if isinstance(event, Said) else None


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


FLOW = _flow()
