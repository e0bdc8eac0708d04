"""Gặp cán bộ: asking for an officer. A digression: what was under way goes on at the same step when it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.conversations import handover_card
from flows.conversations.consent import consent_steps
from flows.conversations.officer.words import opening
from flows.effects import CheckTicket, LeaveQueue, OpenTicket, RateTicket, ReopenTicket
from flows.engine.events import Event, Said
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Proposal, Reading, Say, Show
from flows.engine.steps import Choice, Context, Flow, Parsed, ask, call, choose, end
from flows.spoken.consent_speech import refuses_consent
from flows.spoken.questions_first import (
    hotline_unanswered,
    keeps_ticket,
    only_asks,
    petitions_instead,
    reason_after_yes,
    still_stuck,
)
from flows.spoken.rights import (
    adds_to_ticket,
    agrees_to_pass_on,
    asks_of_ticket,
    gives_up,
    keeps_nothing,
    leaves_ticket,
    person_wanted,
    wants_it_now,
)
from flows.spoken.wordings import heard_in
from flows.text.spoken_clauses import spoken_clauses
from flows.understanding.everyday import everyday
from flows.understanding.input import Input

SHORT_QUESTION = 90  # characters: a longer one is what the officer is to answer
SHORT_REFUSAL = 40  # characters: a longer text that refuses something tells of it
LIKELY = 0.6  # that an item is asked for
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
                takes_any=True,
                surely=0.925,  # above a question, below “gặp rồi nói”
                transitions={"told": "open", "later": "open", "withdrawn": "dropped"},
                choices=(
                    Choice("Nói với cán bộ sau", "later", words="noi sau, bo qua, de sau", means="later"),
                ),
            ),
            call("open", _ticket, OpenTicket, transitions={"opened": "opened", "already": "waiting"}),
            end("opened", _opened_prompt, recalls=_waits),
            choose(
                "waiting",
                _waiting_prompt,
                _WAITING_CHOICES,
                label="chờ cán bộ",
                transitions={"stay": "staying", "leave": "leave"},
                recalls=_waits,
            ),
            # reached by what is said of a ticket, wherever the conversation stands
            call(
                "withdraw",
                lambda s: CheckTicket(),
                CheckTicket,
                transitions={"none": "no_ticket", "waiting": "leave"},
            ),
            call("leave", lambda s: LeaveQueue(), LeaveQueue, transitions={"left": "left"}),
            end("left", "Tôi đã rút phiếu. Cần lại, anh/chị gõ “gặp cán bộ”.", recalls=_left),
            end(
                "dropped",
                "Dạ, không sao. Tôi chưa chuyển gì cho cán bộ. Khi nào cần, anh/chị gõ “gặp cán bộ”.",
            ),
            call(
                "look",
                lambda s: CheckTicket(),
                CheckTicket,
                transitions={"none": "no_ticket", "waiting": "in_queue"},
            ),
            end("in_queue", _in_queue_prompt, recalls=_waits),
            end("no_ticket", _no_ticket_prompt, recalls=lambda s: {"ticket": ""}),
            call(
                "rate",
                lambda s: RateTicket(int(s.get("stars"))),
                RateTicket,
                transitions={"rated": "rated", "none": "not_rated"},
            ),
            end("rated", lambda s: f"Dạ, cảm ơn anh/chị đã chấm {s.get('stars')} điểm."),
            end("not_rated", "Dạ, hiện không có phiếu nào vừa xong để chấm điểm."),
            call(
                "reopen",
                lambda s: ReopenTicket(),
                ReopenTicket,
                transitions={"reopened": "reopened", "none": "too_late", "waiting": "waiting"},
            ),
            end("reopened", _reopened_prompt, recalls=_waits),
            end(
                "too_late",
                "Dạ, không còn phiếu nào mở lại được (chỉ trong 3 ngày sau khi khép). Cần cán bộ, anh/chị gõ “gặp cán bộ”.",
            ),
            end("staying", "Phiếu vẫn còn đó; cán bộ trả lời ngay tại đây."),
        ),
        begun_at=("withdraw", "look", "rate", "reopen"),
        command="person",
        digression=True,
        purposes={"handover": "chuyển lời cho cán bộ"},
        begins_with=handover_card.about,
        handed_back=_handed_back,
        reads=_reads,
    )


_WAITING_CHOICES = (
    Choice("Chờ tiếp", "stay", words="cho, cho tiep, u, co, da, ok", means="stay"),
    Choice("Không cần gặp nữa", "leave", words="thoi, khong can, khong gap nua, thoi khoi", means="leave"),
)
_HANDED_BACK = {
    "": "Cán bộ đã chuyển lại cho tôi. Mình làm tiếp từ chỗ đang dở nhé.",
    "left": "Dạ, mình về lại với trợ lý; phiếu đã khép, cán bộ đã được báo. Cần cán bộ lại, anh/chị gõ “gặp cán bộ”.",
    "silent": "Lâu chưa thấy anh/chị nhắn nên phiếu tự khép. Cần nữa, anh/chị gõ “gặp cán bộ”.",
    "no_answer": "Cán bộ chờ chưa thấy anh/chị trả lời nên tạm khép yêu cầu. Cần nữa, anh/chị gõ “gặp cán bộ”.",
}


def _handed_back(reason: str) -> str:
    """What the bot says when an officer gives the conversation back for this reason."""
    return _HANDED_BACK.get(
        reason,
        "Cán bộ đã trả lời xong. Còn gì chưa rõ, anh/chị gõ “gặp cán bộ”, hoặc “mở lại phiếu” trong 3 ngày. Chấm giúp từ 1 đến 5: gõ “chấm 5”.",
    )


def _ticket(context: Context) -> OpenTicket:
    return OpenTicket(*map(context.get, ("want", "about_place", "about_failed", "about_who")))


def _parse_want(context: Context, event: Event) -> Parsed | None:
    return Parsed("told", {"want": event.text[:WANT_LIMIT]}) if isinstance(event, Said) else None


def _queue(context: Context) -> str:
    ahead = int(context.get("ticket_ahead") or "0")
    place = f"Trước anh/chị còn {ahead} người." if ahead else "Anh/chị là người kế tiếp."
    return f"{place} {_minutes(context)}".rstrip()


def _minutes(context: Context) -> str:
    """About how long the wait is, "" where it is not known or nobody is at work."""
    minutes, content = context.get("ticket_minutes"), context.content
    is_open = content.office.hours.open_at(context.at, content.calendar)
    return f"Thường chờ khoảng {minutes} phút." if minutes and is_open else ""


def _earlier(context: Context) -> str:
    number = context.get("ticket_earlier")
    return f"Cán bộ thấy cả phiếu số {number} trước đây, anh/chị không phải kể lại. " if number else ""


def _hours(context: Context) -> str:
    slots = ", ".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in context.content.office.hours.slots)
    return f"Cán bộ trả lời ngay tại đây, trong giờ làm việc ({slots}, ngày thường)."


def _opened_prompt(context: Context) -> str:
    return (
        f"Đã chuyển cho cán bộ, phiếu số {context.get('ticket_number')}. {_queue(context)} {_hours(context)} "
        f"{opening(context.content, context.at)}{_earlier(context)}Trong lúc chờ, anh/chị vẫn hỏi tôi được. Gấp thì gọi {context.content.office.hotline}."
    )


def _reopened_prompt(context: Context) -> str:
    return (
        f"Đã mở lại phiếu số {context.get('ticket_number')}; những gì đã viết vẫn còn, cán bộ đọc được. {_queue(context)} "
        f"{opening(context.content, context.at)}Viết thêm điều chưa rõ vào đây; gấp thì gọi {context.content.office.hotline}."
    )


def _waiting_prompt(context: Context) -> str:
    return f"Anh/chị đã có phiếu số {context.get('ticket_number')} đang chờ cán bộ. {_queue(context)} {_hours(context)}"


def _waits(context: Context) -> dict[str, str]:
    return {"ticket": context.get("ticket_number")}


def _left(context: Context) -> dict[str, str]:
    return {"ticket": "", "did": "ticket:left"}


def _in_queue_prompt(context: Context) -> str:
    number, hotline = context.get("ticket_number"), context.content.office.hotline
    match context.get("asks"):
        case "added":
            return f"Dạ, tôi đã ghi thêm vào phiếu số {number}; cán bộ sẽ thấy khi trả lời anh/chị."
        case "patient":
            return f"Dạ được, phiếu số {number} vẫn giữ chỗ cho anh/chị; tới lượt cán bộ sẽ trả lời ngay tại đây."
        case "place" | "number":
            return f"Phiếu số {number} đang chờ. {_queue(context)}"
        case "hours":
            return f"Dạ ngoài giờ không có người trực. {_hours(context)} Phiếu số {number} vẫn giữ chỗ; gấp thì gọi {hotline}."
        case "where":
            return (
                f"Cán bộ trả lời phiếu số {number} ngay tại đây, trong khung trò chuyện này. Ai gọi điện đòi tiền hay hỏi mã thì không "
                "phải cán bộ của phiếu này."
            )
        case "again":
            return f"Dạ còn: phiếu số {number} vẫn chờ, cán bộ sẽ trả lời ngay tại đây. Không cần nữa, anh/chị nhắn “khỏi gặp cán bộ”."
    return f"Dạ phiếu số {number} vẫn đang chờ. {_queue(context)} {_unsure(context)}{_hours(context)} {opening(context.content, context.at)}Gấp thì gọi {hotline}."


def _unsure(context: Context) -> str:
    return "" if _minutes(context) else "Tôi chưa biết chắc mấy phút. "


def _no_ticket_prompt(context: Context) -> str:
    if context.get("asks") == "again":
        return "Dạ không, anh/chị không còn phiếu nào chờ nên cán bộ sẽ không nhắn nữa. Cần lại thì gõ “gặp cán bộ”."
    return "Anh/chị hiện không có phiếu nào đang chờ cán bộ. Cần người trả lời, anh/chị gõ “gặp cán bộ”."


def _refused_prompt(context: Context) -> str:
    office = context.content.office
    return f"Tôi không chuyển gì cả. Anh/chị gọi tổng đài {office.hotline} để nói chuyện với người hỗ trợ. {office.nearest}"


_OTHER_WAYS = (
    "cach|cho|duong|kenh|noi nao|khac .. gap|hoi|noi|lien_he|duoc|khong|$",
    "con cach|cho|duong .. nao|khac|khong",
    "gap|hoi|lien_he|noi .. o_dau|cach_nao|sao|the_nao|bang_cach_nao",
    "vay|the|roi|gio .. lam_sao|tinh_sao|sao_day|the_nao|biet_hoi_ai",
)


def _other_ways(context: Context) -> str:
    office = context.content.office
    return (
        f"Dạ còn: anh/chị gọi tổng đài {office.hotline} nói chuyện với người thật. {office.nearest} "
        "Đổi ý thì gõ “gặp cán bộ”."
    )


_SORRY = (
    "Dạ, xin lỗi anh/chị vì gọi mà chưa có ai nghe máy. Anh/chị bấm “Gặp cán bộ” để cán bộ trả lời ngay tại đây trong giờ làm việc; "
    "hồ sơ đang vướng gì thì cứ viết, tôi chỉ được tới đâu tôi chỉ."
)


_STUCK = "Dạ, tôi hiểu, việc vẫn chưa xong. Hồ sơ đang vướng chỗ nào, anh/chị viết cho tôi một câu; hoặc bấm “Gặp cán bộ” để cán bộ trả lời."


def _petition(reading: Reading) -> Begin:
    """Somebody wants to send a petition and not to speak with a person."""
    return Begin("petitions", reading.input.whole)


def _before(context: Context) -> str:
    """What is said to somebody who asks how long a person takes, before there is a ticket."""
    return f"Dạ, tôi chưa biết chắc mấy phút, tùy số người đang chờ. {_hours(context)} Gấp thì gọi {context.content.office.hotline}; muốn gặp thì gõ “gặp cán bộ”."


_MEANWHILE = ("trong_luc|trong_khi|luc|lo cho|doi ... con|em|ad|bot|ban|may .. tra_loi|chi|noi",)
_ANY_WAITING = ("con|co .. phieu|yeu_cau|don nao|gi? .. cho|doi|treo .. khong|chua|ha|$",)
_YES_FIRST = ("^ da|u|ok? dong_y|chiu|cho_phep",)
_WHO_ANSWERS = (
    "co_nao|anh_nao|chi_nao|ong_nao|ba_nao|con_nao|thang_nao|dua_nao|nguoi_nao|con_nho_nao|can_bo_nao .. tra_loi|truc|nghe|tiep|xu_ly",
    "con_trai|dan_ong|nam hay con_gai|dan_ba|phu_nu|nu",
)
_SOMEBODY_ON_DUTY = (
    "Dạ, cán bộ đang trực của cơ quan BHXH sẽ trả lời; là ai thì tôi chưa biết trước. "
    "Chuyện riêng, anh/chị cứ nói với cán bộ, chỉ cán bộ của cơ quan xem."
)
_SPEAKS_OF_IT = ("phieu|can_bo|nhan_vien|nguoi_that|hang_cho|rut",)
_TOO = 0.95


def _reads(reading: Reading) -> Iterator[Proposal]:
    """A person, wanted or not, and what is said of a ticket that waits."""
    text = _TAG.sub(r"\1, ", reading.input.text)
    if _OR_A_MACHINE.search(reading.input.plain):
        return
    if rated := _RATES.fullmatch(reading.input.plain):
        yield Proposal(0.97, "rates the officer", Show("helpdesk", "rate", {"stars": rated[1] or rated[2]}))
        return
    if _REOPENS.search(reading.input.plain):
        yield Proposal(0.97, "opens the ticket again", Show("helpdesk", "reopen", {}))
        return
    person = person_wanted(text)
    ticket, left = reading.recall("ticket"), reading.recall("did") == "ticket:left"
    if reading.is_at("helpdesk", "want"):
        if petitions_instead(text):
            yield Proposal(0.97, "a petition instead", _petition(reading))
        elif heard_in(text, _MEANWHILE) and (item_id := _asked_meanwhile(reading)):
            keep = {"item": item_id, "others": None, "also": None, "short": None, "second": None}
            yield Proposal(0.96, "asks the assistant meanwhile", Show("questions", "answer", keep))
        elif asks_of_ticket(text) in ("wait", "hours", "where") and len(text) < SHORT_QUESTION:
            yield Proposal(_TOO, "asks how long it takes", Say(_before(reading.context)))
        elif leaves_ticket(text, close=True) or (refuses_consent(text) and len(text) < SHORT_REFUSAL):
            yield Proposal(_TOO, "does not want a person after all", Answer(Parsed("withdrawn")))
        return
    if reading.is_at("helpdesk", "consent"):
        if petitions_instead(text):
            yield Proposal(0.97, "a petition instead", _petition(reading))
        elif (reason := reason_after_yes(text)) and not keeps_nothing(text):
            agreed = Answer(Parsed("agreed", {"want": reason[:WANT_LIMIT]}))
            yield Proposal(_TOO, "agrees and says what for", agreed)
        elif heard_in(text, _YES_FIRST) and asks_of_ticket(text) in ("wait", "hours"):
            yield Proposal(
                _TOO, "agrees and asks how long", Answer(Parsed("agreed", note=_before(reading.context)))
            )
        elif leaves_ticket(text, close=True) and person != "wanted":
            sure = 0.92 if len(text) > SHORT_REFUSAL else _TOO  # a longer text wants something else
            yield Proposal(sure, "wants nothing handed over", Answer(Parsed("refused")))
        elif agrees_to_pass_on(text) and not keeps_nothing(text):
            yield Proposal(0.86, "says to pass it on", Answer(Parsed("agreed")))
        return
    waiting = bool(ticket) or reading.is_at("helpdesk", "waiting")
    free = reading.flow is None or reading.is_at("helpdesk") or reading.flow.name == "questions"
    if waiting and keeps_ticket(text):
        yield Proposal(0.96, "keeps the ticket", Show("helpdesk", "look", {"asks": "patient"}))
        return
    if (
        not waiting
        and person != "refused"
        and only_asks(text)
        and asks_of_ticket(text) in ("wait", "hours", "where")
    ):
        yield Proposal(_TOO, "only asks about a person", Say(_before(reading.context)))
        return
    if reading.recall("offered") == "flow:helpdesk" and reading.flow is None and still_stuck(text):
        yield Proposal(
            0.86,
            "is stuck still",
            Say(_STUCK, (reading.context.flows.label("helpdesk", reading.context.content),)),
        )
        return
    if not waiting and person != "wanted" and not reading.recall("contacts") and hotline_unanswered(text):
        sorry = Say(_SORRY, (reading.context.flows.label("helpdesk", reading.context.content),))
        yield Proposal(0.94, "nobody answered the call", sorry, remember={"offered": "flow:helpdesk"})
        return
    if waiting and free and gives_up(text):
        yield Proposal(0.97, "withdraws the ticket", Show("helpdesk", "withdraw", {}))
        return
    if reading.recall("refused") == "handover" and heard_in(text, _OTHER_WAYS) and not wants_it_now(text):
        yield Proposal(0.96, "other ways to a person", Say(_other_ways(reading.context), reminds=False))
        return
    if leaves_ticket(text, close=reading.is_at("helpdesk", "waiting")):
        if waiting or heard_in(text, ("phieu",)):
            yield Proposal(0.97, "withdraws the ticket", Show("helpdesk", "withdraw", {}))
        elif left:
            yield Proposal(_TOO, "withdrew it before", Show("helpdesk", "look", {"asks": "again"}))
        elif person == "refused":
            said = "Dạ, tôi không chuyển cho cán bộ. Anh/chị cứ hỏi, tôi trả lời ngay tại đây."
            yield Proposal(_TOO, "wants no person", Say(said, reminds=reading.flow is not None))
        return
    if waiting and heard_in(text, _WHO_ANSWERS):
        yield Proposal(0.96, "who will answer", Say(_SOMEBODY_ON_DUTY))
        return
    if waiting or left:
        yield from _of_ticket(reading, person == "wanted")
    elif heard_in(text, _ANY_WAITING):
        yield Proposal(0.96, "asks after a ticket", Show("helpdesk", "look", {"asks": "again"}))
    if person == "wanted":
        yield Proposal(0.93, "wants a person", Show("helpdesk", "queue", {}))


_RATES = re.compile(
    r"(?:(?:da|toi|con|em|cho) )*(?:cham|danh gia)(?: can bo| cho can bo)? ([1-5])(?: diem| sao)?|([1-5]) (?:diem|sao)"
)
_REOPENS = re.compile(r"\bmo lai (?:giup )?(?:cai )?(?:phieu|yeu cau)\b")
# "có người thiệt hông cho gặp đi": a question ends before the wish, and denies nothing
_TAG = re.compile(
    r"\b((?:thiệt|thật|được|ai|có|that|thiet|duoc|nào|nao) (?:không|hông|hong|khong|ko|hok|k)) (?=(?:cho|kêu|keu|gọi|goi|nối|gặp|gap|chuyển|chuyen)\b)",
    re.IGNORECASE,
)
_OR_A_MACHINE = re.compile(
    r"\b(?:ai|nguoi|can bo)\b.*\bhay (?:la )?(?:may|bot|robot|tu dong)\b|\b(?:may|bot|robot) hay (?:la )?nguoi\b"
)


def _asked_meanwhile(reading: Reading) -> str:
    """The item that is asked for while an officer is being called, "" for none that is likely."""
    parts = (
        reading.input,
        *(Input(part, reading.context.content) for part in spoken_clauses(reading.input.text)[-1:]),
    )
    found = (next(iter(part.question.candidates), None) for part in parts)
    return next((best.item.id for best in found if best is not None and best.score >= LIKELY), "")


def _of_ticket(reading: Reading, wanted: bool) -> Iterator[Proposal]:
    """What is asked of a ticket, or added to it. Words that the conversation writes down go into the ticket anyway."""
    text = reading.input.text
    ticket, just_now = reading.recall("ticket"), age(reading.state.memory, "ticket") == 1
    free = reading.flow is None or reading.is_at("helpdesk") or reading.is_at("questions") or just_now
    about = heard_in(text, _SPEAKS_OF_IT)
    if ticket and just_now and reading.flow is None and max(everyday(text), default="") == "ack":
        yield Proposal(
            0.94, "heard that it waits", Say(f"Dạ, phiếu số {ticket} đã ghi, anh/chị cứ chờ ở đây ạ.")
        )
        return
    asked = asks_of_ticket(text)
    if asked and (about or free) and (not wanted or asked in ("wait", "place", "hours", "where")):
        score = 0.97 if about or wanted else 0.9 if asked != "hours" else 0.88
        yield Proposal(score, f"asks of the ticket: {asked}", Show("helpdesk", "look", {"asks": asked}))
    elif adds_to_ticket(text) and (about or age(reading.state.memory, "ticket") == 1):
        yield Proposal(0.94, "adds to the ticket", Show("helpdesk", "look", {"asks": "added"}))


FLOW = _flow()
