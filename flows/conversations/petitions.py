"""Phản ánh, kiến nghị: something is to be told to the office; written down, shown back, sent with a code, asked after, taken back.

Invariant: nothing is written down before consent, and nothing is sent before it was shown back. A message with a secret never gets
here (flows/secrets). Of what was sent an end is told only to whom it belongs, or by code and phone, without its words.
"""

from __future__ import annotations

from datetime import date

from flows.conversations.consent import consent_steps
from flows.conversations.speech.petitions import reads
from flows.effects import ExtendPetition, FindPetition, SendPetition, WithdrawPetition
from flows.engine.events import Event, Said, SharedContact
from flows.engine.steps import AGAIN, Choice, Context, Flow, Parsed, ask, call, choose, end
from flows.spoken import petitions as speech
from flows.spoken.petitions import CATEGORIES
from flows.text.dates import written

SHOWN = 700  # of them are shown back
WORDING = (
    "Để gửi phản ánh, kiến nghị, tôi ghi lại điều anh/chị kể và chuyển cho cán bộ BHXH; tên và số điện thoại thì anh/chị muốn cho mới ghi. "
    "Chỉ cán bộ của cơ quan xem, mỗi lần xem đều được ghi sổ; anh/chị rút lại và xóa được bất cứ lúc nào (gõ “dữ liệu của tôi”). "
    "Anh/chị có đồng ý không?"
)
_NOT_WRITTEN = "(Tin vừa rồi tôi chưa ghi vào đâu; anh/chị đồng ý thì tôi mới ghi.)"
_SORRY = "Dạ, tôi rất tiếc vì chuyện anh/chị gặp phải. Tôi gửi phản ánh này tới BHXH tỉnh giúp anh/chị nhé."
_STATES = {
    "sent": "đã tới cơ quan, đang chờ cán bộ nhận",
    "assigned": "cán bộ đang xem",
    "answered": "cơ quan đã trả lời",
    "withdrawn": "đã rút lại",
}


_CALLED = {
    "waiting": "cho doi, cho lau, cham, giai quyet cham",
    "attitude": "thai do, thai do nhan vien, thai do can bo, phuc vu",
    "money": "thu tien, tien, bien lai, thu them tien",
    "app": "app, ung dung, vssid, loi app",
    "clinic": "kham benh, benh vien, bhyt, kham chua benh",
    "employer": "cong ty, no bao hiem, cong ty no bao hiem, don vi",
    "procedure": "thu tuc, ho so, giay to",
    "other": "khac, viec khac, cai khac",
}


def _flow() -> Flow:
    return Flow(
        "petitions",
        "Phản ánh, kiến nghị",
        (
            *consent_steps("petition", WORDING, then="telling", refused=_refused_prompt, told=_told),
            ask(
                "telling",
                "Anh/chị kể giúp tôi: việc gì, ở đâu, khi nào. Nhắn mấy tin cũng được. Đừng gửi mật khẩu, mã OTP hay ảnh giấy tờ.",
                label="kể điều muốn phản ánh",
                parse=_parse_story,
                hint="Anh/chị viết vài câu: việc gì, ở đâu, khi nào.",
                takes_any=True,
                transitions={"told": "review"},
            ),
            choose(
                "review",
                _review_prompt,
                (
                    Choice(
                        "Gửi đi",
                        "send",
                        words="gui, gui di, gui luon, goi di, dung, dung roi, gui phan anh, gui kien nghi, u, da, co, ok, oke, dong y, xong, xong roi, duoc, du roi, khong them gi, het roi",
                    ),
                    Choice("Viết lại", "anew", words="viet lai, viet lai tu dau, ghi lai, lam lai"),
                    Choice("Đổi loại", "sort", words="doi loai, loai khac, sai loai"),
                    Choice(
                        "Không gửi nữa", "drop", words="khong gui, khong gui nua, thoi khong gui, bo, bo di"
                    ),
                ),
                label="xem lại phản ánh trước khi gửi",
                parse=_parse_more,
                hint="Đúng rồi thì anh/chị bấm “Gửi đi”; thiếu hay sai thì nhắn tiếp cho tôi.",
                takes_any=True,
                transitions={
                    "send": "send",
                    "anew": "telling",
                    "sort": "category",
                    "drop": "dropped",
                    "more": AGAIN,
                },
                brief=lambda s: "Đúng rồi thì anh/chị bấm “Gửi đi”; thiếu hay sai thì nhắn tiếp cho tôi.",
            ),
            choose(
                "category",
                "Phản ánh này về việc gì?",
                tuple(
                    Choice(called[0].upper() + called[1:], "sorted", {"category": name}, words=_CALLED[name])
                    for name, called in CATEGORIES.items()
                ),
                label="chọn loại phản ánh",
                transitions={"sorted": "review"},
            ),
            call(
                "send",
                lambda s: SendPetition(s.get("draft"), s.get("category") or "other"),
                SendPetition,
                transitions={"sent": "sent", "limited": "full"},
            ),
            choose(
                "sent",
                _sent_prompt,
                (
                    Choice(
                        "Để lại tên, số điện thoại",
                        "leave",
                        words="de lai ten, de lai so dien thoai, cho so dien thoai, de so, ghi ten",
                    ),
                    Choice("Sửa hoặc thêm", "more", words="sua, them, sua lai, bo sung, con nua"),
                    Choice(
                        "Xong",
                        "fine",
                        words="xong, xong roi, thoi, thui, thoi khoi, duoc roi, cam on, cam on em, khoi, khong can, khong, ok, da",
                    ),
                ),
                label="phản ánh vừa gửi",
                parse=_parse_after,
                hint="Phản ánh đã gửi. Anh/chị nhắn điều cần sửa hay thêm, hoặc bấm “Xong”.",
                transitions={"leave": "sender", "more": "addition", "fine": "fine", "told": "add"},
                recalls=lambda s: {"petition": s.get("petition")},
                brief=lambda s: "Phản ánh đã gửi rồi; anh/chị còn sửa, thêm gì không?",
                no_way_back=True,
                done=True,
            ),
            ask(
                "sender",
                "Anh/chị nhắn tên, số điện thoại, hoặc một trong hai, để cán bộ gọi lại.",
                label="để lại tên, số điện thoại",
                parse=_parse_sender,
                hint="Anh/chị nhắn tên hoặc số điện thoại 10 số, ví dụ: Trần Thị Bé Ba, 0900000001.",
                choices=(Choice("Không cần", "fine", words="khong can, thoi, khoi, khong, bo qua"),),
                transitions={"told": "add", "fine": "fine"},
                skips=lambda s: Parsed("fine"),
            ),
            ask(
                "addition",
                "Anh/chị nhắn điều cần sửa hay thêm.",
                label="sửa, thêm vào phản ánh đã gửi",
                parse=_parse_addition,
                hint="Anh/chị viết điều cần sửa hay thêm.",
                choices=(Choice("Không cần", "fine", words="khong can, thoi, khoi, khong co gi, bo qua"),),
                takes_any=True,
                transitions={"told": "add", "fine": "fine"},
            ),
            call(
                "add",
                lambda s: ExtendPetition(*map(s.get, ("petition", "extra", "name", "phone"))),
                ExtendPetition,
                transitions={"kept": "added", "closed": "over", "none": "nothing"},
            ),
            end("added", _added_prompt, recalls=lambda s: {"petition": s.get("petition")}),
            end(
                "over",
                lambda s: (
                    f"Phản ánh {_code(s)} đã khép nên tôi không ghi thêm vào được. Còn chuyện cần nói, anh/chị gõ “phản ánh” để gửi cái mới, "
                    f"hoặc gọi {s.content.office.hotline}."
                ),
            ),
            end(
                "fine",
                lambda s: (
                    f"Dạ. Muốn biết tới đâu, anh/chị hỏi “phản ánh tới đâu rồi”, hoặc gọi {s.content.office.hotline}."
                ),
            ),
            end("dropped", "Dạ, tôi bỏ, không gửi gì cả. Khi nào cần, anh/chị gõ “phản ánh”."),
            end(
                "full",
                lambda s: (
                    f"Hôm nay tôi không nhận thêm phản ánh được nữa. Anh/chị gửi lại vào ngày mai, hoặc gọi {s.content.office.hotline}."
                ),
            ),
            # reached by what is said of a petition that was sent, wherever the conversation stands
            call(
                "look",
                lambda s: FindPetition(s.get("number"), s.get("phone")),
                FindPetition,
                transitions={
                    "found": "status",
                    "none": "which",
                    "unproven": "which",
                    "wrong": "unknown",
                    "limited": "paused",
                },
            ),
            end(
                "status",
                _status_prompt,
                recalls=lambda s: {"petition": s.get("petition") if s.get("petition_own") else ""},
            ),
            ask(
                "which",
                _which_prompt,
                label="hỏi phản ánh bằng mã và số điện thoại",
                parse=_parse_which,
                hint="Anh/chị nhắn mã (ví dụ KN-0042) và số điện thoại đã để lại khi gửi.",
                transitions={"told": "look"},
            ),
            end(
                "unknown",
                lambda s: (
                    "Mã và số điện thoại đó không khớp với phản ánh nào. Anh/chị coi lại mã, hoặc hỏi ngay trong cuộc trò chuyện đã gửi; "
                    f"cần thì gọi {s.content.office.hotline}."
                ),
            ),
            end(
                "paused",
                lambda s: (
                    f"Hôm nay anh/chị đã hỏi nhiều lần, tôi tạm ngưng tra. Anh/chị thử lại ngày mai, hoặc gọi {s.content.office.hotline}."
                ),
            ),
            choose(
                "taking_back",
                "Anh/chị muốn rút lại phản ánh đã gửi? Rút rồi cán bộ không xem nữa.",
                (
                    Choice(
                        "Rút lại",
                        "yes",
                        words="rut, rut lai, rut di, co, u, da, dong y, ok, phai",
                        means="yes",
                    ),
                    Choice("Giữ lại", "no", words="giu, giu lai, khong, thoi, khong rut, de do", means="no"),
                ),
                label="rút lại phản ánh",
                transitions={"yes": "withdraw", "no": "stays"},
            ),
            call(
                "withdraw",
                lambda s: WithdrawPetition(s.get("number")),
                WithdrawPetition,
                transitions={"withdrawn": "withdrawn", "closed": "over", "none": "nothing"},
            ),
            end(
                "withdrawn",
                lambda s: f"Tôi đã rút phản ánh {_code(s)}. Cần gửi lại, anh/chị gõ “phản ánh”.",
                recalls=lambda s: {"petition": ""},
            ),
            end("stays", "Dạ, phản ánh vẫn còn nguyên."),
            end(
                "nothing",
                "Tôi không thấy phản ánh nào gửi từ cuộc trò chuyện này. Muốn gửi, anh/chị gõ “phản ánh”.",
            ),
        ),
        begun_at=("look", "taking_back", "add"),
        slash="phananh",
        reads_opening=True,
        opening_waits=True,
        purposes={"petition": "ghi và chuyển phản ánh, kiến nghị"},
        expects_digits=lambda step, text, content: step in ("sender", "which"),
        reads=reads,
    )


# -- what is said


def _told(opening: str) -> tuple[str, str]:
    story = speech.story_in(opening)
    return (_SORRY if story and speech.complains(story) else "", _NOT_WRITTEN if story else "")


def _refused_prompt(context: Context) -> str:
    office = context.content.office
    return f"Dạ, không sao. Tôi không ghi gì lại. Muốn phản ánh cách khác, anh/chị gọi {office.hotline}. {office.nearest}"


def _code(context: Context) -> str:
    return f"KN-{int(context.get('petition') or 0):04d}"


def _day(context: Context, key: str) -> str:
    day = date.fromisoformat(context.get(key))
    return written(day.day, day.month, day.year)


def _review_prompt(context: Context) -> str:
    draft = context.get("draft")
    shown = draft if len(draft) <= SHOWN else f"{draft[:SHOWN].rsplit(None, 1)[0]} …"
    called = CATEGORIES[context.get("category") or "other"]
    full = "\n(Dài quá, tôi chỉ ghi được tới đây.)" if len(draft) >= speech.LIMIT else ""
    return (
        f"Tôi ghi như sau:\n“{shown}”{full}\nLoại: {called}.\n"
        "Đúng rồi thì anh/chị bấm “Gửi đi”; thiếu hay sai thì nhắn tiếp, tôi thêm hoặc sửa."
    )


def _sent_prompt(context: Context) -> str:
    return (
        f"Đã gửi phản ánh, mã theo dõi {_code(context)}. Cơ quan dự kiến trả lời ngay tại đây, trước hết ngày {_day(context, 'petition_due')}. "
        f"Gấp thì gọi {context.content.office.hotline}. Anh/chị muốn để lại tên, số điện thoại cho cán bộ gọi không? Không bắt buộc."
    )


def _added_prompt(context: Context) -> str:
    given = [
        f"“{context.get('extra')}”" if context.get("extra") else "",
        f"tên {context.get('name')}" if context.get("name") else "",
        f"số điện thoại {context.get('phone')}" if context.get("phone") else "",
    ]
    return f"Đã ghi thêm vào phản ánh {_code(context)}: {', '.join(g for g in given if g)}. Cán bộ sẽ thấy."


def _status_prompt(context: Context) -> str:
    state = context.get("petition_state")
    lines = [f"Phản ánh {_code(context)}, gửi ngày {_day(context, 'petition_sent')}: {_STATES[state]}."]
    answer = context.get("petition_answer")
    if answer:
        lines.append(f"Cơ quan trả lời: “{answer}”")
    elif state == "answered":
        lines.append("Lời trả lời nằm ở nơi anh/chị đã gửi phản ánh.")
    elif state in ("sent", "assigned"):
        lines.append(
            f"Cơ quan dự kiến trả lời trước hết ngày {_day(context, 'petition_due')}; gấp thì gọi {context.content.office.hotline}."
        )
    return "\n".join(lines)


def _which_prompt(context: Context) -> str:
    if context.get("number"):
        return f"Để coi KN-{int(context.get('number')):04d}, anh/chị nhắn số điện thoại đã để lại khi gửi phản ánh."
    return "Từ cuộc trò chuyện này chưa có phản ánh nào. Gửi ở nơi khác thì anh/chị nhắn mã (ví dụ KN-0042) và số điện thoại đã để lại."


# -- what is understood


def _kept(draft: str, category: str) -> dict[str, str]:
    draft = draft[: speech.LIMIT]
    return {
        "draft": draft,
        "category": category if category not in ("", "other") else speech.category_of(draft),
    }


def _parse_story(context: Context, event: Event) -> Parsed | None:
    story = speech.story_in(event.text) if isinstance(event, Said) else ""
    return Parsed("told", _kept(story, "")) if story else None


def _parse_more(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said) or not event.text.strip():
        return None
    return Parsed(
        "more", _kept(speech.corrected(context.get("draft"), event.text.strip()), context.get("category"))
    )


def _parse_after(context: Context, event: Event) -> Parsed | None:
    """After it was sent: a name, a phone, more, or something that is put right."""
    if isinstance(event, SharedContact):
        return Parsed("told", {"phone": event.phone, "name": None, "extra": None}) if event.own else None
    if not isinstance(event, Said):
        return None
    name, phone = speech.name_in(event.text), speech.phone_in(event.text)
    if name or phone:
        return Parsed("told", {"name": name or None, "phone": phone or None, "extra": None})
    if speech.corrects(event.text) or speech.adds(event.text):
        return Parsed("told", {"extra": event.text.strip()[: speech.LIMIT], "name": None, "phone": None})
    return None


def _parse_sender(context: Context, event: Event) -> Parsed | None:
    if isinstance(event, SharedContact):
        return _parse_after(context, event)
    if not isinstance(event, Said):
        return None
    name, phone = speech.name_in(event.text, close=True), speech.phone_in(event.text)
    return (
        Parsed("told", {"name": name or None, "phone": phone or None, "extra": None})
        if name or phone
        else None
    )


def _parse_addition(context: Context, event: Event) -> Parsed | None:
    text = event.text.strip() if isinstance(event, Said) else ""
    return Parsed("told", {"extra": text[: speech.LIMIT], "name": None, "phone": None}) if text else None


def _parse_which(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    number = speech.code_in(event.text) or context.get("number")
    phone = speech.phone_in(event.text)
    return Parsed("told", {"number": number or None, "phone": phone or None}) if number else None


FLOW = _flow()
