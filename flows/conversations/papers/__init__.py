"""Giấy tờ để in, lịch nhắc: the page “what to bring, where, by when” and a calendar file of one's registration.

Invariant: a paper says what the dossier says at that moment; what is not known is asked once, or left to be written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.content import Content
from flows.conversations.dossier import declaration
from flows.conversations.dossier.deadline import MORNING
from flows.conversations.papers import pages, speech
from flows.effects import KeepPaper, PreparePaper
from flows.engine.flows import Flows
from flows.engine.state import State
from flows.engine.steps import AGAIN, Choice, Context, Flow, Reply, ask, call, choose, end

_KNOWN = ("who", "platform", "code_known", "number", "sent_on", "record_name")
WHO = (
    Choice("Người lao động của đơn vị", "chosen", {"who": "employee"}, words="nguoi lao dong, nhan vien, cong nhan, vien chuc, giao vien", means="employee"),
    Choice("Cá nhân tự do", "chosen", {"who": "individual"}, words="ca nhan, tu do, cho toi, cho tui, toi, tui", means="individual"),
    Choice("Con nhỏ", "chosen", {"who": "child"}, words="con, cho con, em be", means="child"),
)  # fmt: skip  # reason: reads as the table it is
PAGE, CALENDAR = "Giấy để in", "Lịch nhắc hạn"


def _flow() -> Flow:
    return Flow(
        "papers",
        "Giấy để in, lịch nhắc hạn",
        (
            choose(
                "what",
                "Anh/chị muốn tờ giấy in được (mang gì, nộp ở đâu, hạn nào) hay lịch nhắc hạn cho điện thoại?",
                (
                    Choice(PAGE, "page", words="giay, in, to giay, ban in, giay in, pdf"),
                    Choice(CALENDAR, "calendar", words="lich, lich nhac, nhac han, cai lich"),
                ),
                label="chọn giấy in hay lịch",
                transitions={"page": "page", "calendar": "calendar"},
            ),
            call(
                "page",
                lambda s: PreparePaper("page", s.get("who"), s.get("told_on") or s.get("sent_on")),
                PreparePaper,
                transitions={"known": "keep_page", "whose": "who", "undated": "keep_page"},
            ),
            choose(
                "who",
                "Tờ giấy này làm cho ai?",
                WHO,
                label="giấy in cho ai",
                transitions={"chosen": "keep_page"},
            ),
            call(
                "keep_page",
                lambda s: KeepPaper(pages.page(s)),
                KeepPaper,
                transitions={"kept": "printed", "limited": "full"},
            ),
            end("printed", _printed, recalls=lambda s: {"did": "papers:page"}),
            call(
                "calendar",
                lambda s: PreparePaper("calendar", s.get("who"), s.get("told_on") or s.get("sent_on")),
                PreparePaper,
                transitions={"known": "keep_calendar", "whose": "day", "undated": "day"},
            ),
            ask(
                "day",
                "Để tính hạn, tôi cần biết ngày anh/chị bấm “Ghi nhận” (gửi tờ khai). Ngày nào ạ?",
                choices=declaration.day_choices,
                label="cho biết ngày gửi tờ khai",
                parse=declaration.parse_day,
                hint="Anh/chị bấm “Hôm nay”, “Hôm qua”, hoặc gõ ngày, ví dụ 19/4.",
                transitions={"told": "keep_calendar", "received": "calendar", "again": AGAIN},
            ),
            call(
                "keep_calendar",
                lambda s: KeepPaper(pages.calendar(s)),
                KeepPaper,
                transitions={"kept": "dated", "limited": "full"},
            ),
            end("dated", _dated, recalls=lambda s: {"did": "papers:calendar"}),
            end(
                "full",
                lambda s: (
                    "Hôm nay anh/chị đã lấy nhiều tệp quá rồi nên tôi dừng lại. Tệp lấy lúc nãy vẫn mở được; cần gấp thì gọi "
                    f"{s.content.office.hotline}."
                ),
            ),
        ),
        begun_at=("page", "calendar"),
        slash="giayin",
        off_menu=True,
        digression=True,
        begins_with=_known,
        reads=speech.reads,
    )


def _known(state: State, content: Content, flows: Flows) -> Mapping[str, Any]:
    """What the registration under way was told already."""
    if state.flow not in ("registration", "papers"):
        return {}
    return {key: state.answers[key] for key in _KNOWN if key in state.answers}


def _printed(context: Context) -> Reply:
    paper = pages.page(context)
    what = context.content.handing_in_of(context.get("who"))
    bring = "; ".join(line[0].lower() + line[1:] if line.startswith("Tờ") else line for line in what.bring)
    text = (
        f"Dạ, tờ giấy in được đây ạ, một trang A4. {paper.deadline}. Mang theo: {bring}. "
        f"Không có máy in thì đưa tờ này ra tiệm photo. Muốn có lịch nhắc, anh/chị nhắn “cho tui cái lịch”."
    )
    return Reply(text, link=context.get("link"), paper=paper)


def _dated(context: Context) -> Reply:
    paper = pages.calendar(context)
    last = date.fromisoformat(paper.dates[-1].day)
    days = [f"{date.fromisoformat(d.day):%d/%m}" for d in pages.coming(context, paper)]
    rings = f" Điện thoại sẽ nhắc lúc {MORNING:%H:%M} các ngày {', '.join(days)}." if days else ""
    late = "" if days else " Hạn này đã qua, anh/chị gọi tổng đài hỏi lại."
    text = (
        f"Dạ, lịch đây ạ: hạn nộp khoảng {pages.spoken_day(last)}.{rings}{late} Mở tệp rồi bấm thêm vào lịch. "
        f"Cần giúp: {context.content.office.hotline}."
    )
    return Reply(text, link=context.get("link"), paper=paper)


FLOW = _flow()
