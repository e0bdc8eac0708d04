"""What people say around a petition: that they want one, while it is written, and of one that was sent. Called by the flow petitions.

Invariant: pure; what is proposed here sends nothing by itself but a draft that was shown back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.events import Said
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Do, Proposal, Reading, Say, Show
from flows.engine.steps import Context, Parsed
from flows.spoken import petitions as speech
from flows.spoken.consent_speech import asks_why, refuses_consent
from flows.spoken.rights import keeps_nothing
from flows.understanding.everyday import everyday

_SURE, _TOO = 0.965, 0.95
_LONG = 8  # words: so long a message at the telling tells
_QUESTION, _OF_AN_ITEM = 0.6, 0.85  # probability of a question; confidence of the item that answers it
_HOW_LONG = (
    "bao_lau|chung_nao|khi_nao|bao_gio|may_ngay|hoi_nao|lau_khong .. tra_loi|giai_quyet|xong|goi|phan_hoi|co_ket_qua|biet|$",
)
_WHO_SEES = (
    "^ vay|roi|ma|co|da? ai|nguoi_nao|may_nguoi .. xem|doc|coi|thay",
    "co|bi .. lo|tra_thu|tru_dap|tru_u|thu_ghet|de_y|biet_ten|lo_ten khong|ha|a|ko|$",
    "giu_kin|bao_mat|an_danh|giau_ten|khong_ten|khong_noi_ten",
    "co|phai .. can|noi|ghi|cho|khai ten|sdt|so_dien_thoai khong|ha|ko|$",
)


def _how_long(context: Context) -> str:
    return f"Dạ, gửi xong tôi báo ngày cơ quan dự kiến trả lời; lời trả lời tới ngay tại đây. Gấp thì gọi {context.content.office.hotline}."


_SEEN_BY = "Dạ, chỉ cán bộ của cơ quan BHXH xem, mỗi lần xem đều ghi sổ. Anh/chị không cần nói tên; tên và số điện thoại chỉ để cán bộ gọi lại khi cần."


def reads(reading: Reading) -> Iterator[Proposal]:
    """A petition in any wording, at any step; while it is written, what is said about it; afterwards, its end."""
    text, typed = reading.input.text, reading.input.whole
    if reading.is_at("petitions", "consent"):
        yield from _at_consent(reading, typed)
        return
    if reading.is_at("petitions", "telling", "review", "addition"):
        yield from _while_written(reading, typed)
        return
    if reading.is_at("my_data", "choice"):  # what is erased or kept there is all of it
        return
    number = speech.code_in(text)
    known = reading.recall("petition")
    if speech.takes_back(text) == "wanted" and _speaks_of_it(reading, number):
        keep = {"number": number or known} if number or known else {}
        yield Proposal(_SURE, "takes a petition back", Begin("petitions", "", "taking_back", keep))
    elif number or speech.asks_status(text):
        phone = speech.phone_in(text)
        keep = {key: value for key, value in (("number", number), ("phone", phone)) if value}
        yield Proposal(_SURE, "asks after a petition", Begin("petitions", "", "look", keep))
    elif known and (age(reading.state.memory, "petition") <= _FRESH or speech.names_one(text)):
        yield from _afterwards(reading, known)
    if reading.is_at("petitions") or number:
        return
    here = (
        reading.flow is None or reading.step is None or reading.step.done or reading.flow.name == "questions"
    )
    stance = speech.wanted(text)
    if stance in ("wanted", "asked") and not (
        reading.step is not None and reading.step.takes_any and speech.story_in(text)
    ):
        yield Proposal(
            0.94 if stance == "wanted" else 0.9, f"a petition is {stance}", Begin("petitions", typed)
        )
    elif here and stance == "" and speech.complains(text):
        sure = 0.925 if speech.asks_for_a_person(text) else 0.936
        yield Proposal(sure, "a complaint is told", Begin("petitions", typed))


_SHOW_IT = re.compile(r"\b(?:xem|coi|doc) lai\b(?!.*\b(?:sai|thieu|them|sua)\b)")
_FRESH = 3  # turns in which a correction is one of the petition that was just sent


def _speaks_of_it(reading: Reading, number: str) -> bool:
    return (
        bool(number)
        or speech.names_one(reading.input.text)
        or age(reading.state.memory, "petition") <= _FRESH
    )


_FIRST_A_YES = "Dạ, tôi ghi phản ánh giúp anh/chị. Anh/chị bấm “Đồng ý” là tôi ghi ngay; chưa đồng ý thì tôi chưa ghi gì."


def _at_consent(reading: Reading, typed: str) -> Iterator[Proposal]:
    if speech.asks_how_long(typed, _WHO_SEES):
        yield Proposal(_SURE, "asks who sees it", Say(_SEEN_BY))
    elif speech.asks_how_long(typed, _HOW_LONG):
        yield Proposal(_SURE, "asks how long it takes", Say(_how_long(reading.context)))
    elif speech.AGREES.match(typed) and (speech.story_in(typed) or speech.AGREES.fullmatch(typed)):
        yield Proposal(_SURE, "agrees", Answer(Parsed("agreed")))
    elif refuses_consent(typed) or asks_why(typed) or keeps_nothing(typed):
        return
    elif len(typed.split()) >= _LONG // 2 and speech.story_in(typed):
        yield Proposal(_TOO, "tells before it agrees", Begin("petitions", typed))
    elif speech.names_one(typed):
        yield Proposal(0.9, "names it again", Say(_FIRST_A_YES, reminds=False))


def _while_written(reading: Reading, typed: str) -> Iterator[Proposal]:
    """The draft takes what is told; what is asked about it, or sends it, is heard first."""
    at_review = reading.is_at("petitions", "review")
    short = len(reading.input.words) <= speech.SHORT
    if at_review and short and _SHOW_IT.search(reading.input.plain) and not speech.corrects(typed):
        yield Proposal(_SURE, "wants to see it again", Do("repeat"))
    elif at_review and speech.sends(typed):
        yield Proposal(0.985, "it is to be sent", Answer(Parsed("send")))
    elif at_review and short and speech.gives_up(typed):
        yield Proposal(_SURE, "it is not to be sent", Answer(Parsed("drop")))
    elif short and speech.asks_how_long(typed, _WHO_SEES):
        yield Proposal(_TOO, "asks who sees it", Say(_SEEN_BY))
    elif short and speech.asks_how_long(typed, _HOW_LONG):
        yield Proposal(_TOO, "asks how long it takes", Say(_how_long(reading.context)))
    elif short and reading.input.acts["question"] >= _QUESTION and _is_answered(reading):
        return
    elif reading.step is not None and (at_review or len(reading.input.words) >= _LONG // 2):
        parsed = reading.step.parse(reading.context, Said(typed, reading.context.at))
        if parsed is not None:
            plainly = not short or speech.corrects(typed) or speech.adds(typed)
            sure = _TOO if plainly else 0.86 if speech.asks_for_a_person(typed) else 0.945
            yield Proposal(sure, "tells more of it", Answer(parsed))


def _is_answered(reading: Reading) -> bool:
    found = reading.input.question
    return found.decision == "answer" and (found.confidence or 0.0) >= _OF_AN_ITEM


def _afterwards(reading: Reading, known: str) -> Iterator[Proposal]:
    """Of a petition that was sent: put right, added to; and what was to be done after it."""
    step = reading.step
    text = reading.input.whole if step is not None and step.takes_any else reading.input.text
    free = reading.flow is None or reading.is_at("petitions") or (step is not None and step.done)
    kind, _, later = reading.recall("later").partition(":")
    if kind == "flow" and reading.is_at("petitions", "sent") and "back" in dict(everyday(text)):
        yield Proposal(_TOO, "on with the other wish", Begin(later), remember={"later": ""})
        return
    name, phone = speech.name_in(text), speech.phone_in(text)
    keep = {"petition": known}
    if reading.flow is None and name and phone and age(reading.state.memory, "petition") <= _FRESH:
        keep |= {"name": name, "phone": phone}
        yield Proposal(_TOO, "leaves name and phone", Show("petitions", "add", keep))
    elif (free or speech.names_one(text)) and (speech.corrects(text) or speech.adds(text)):
        keep |= {"extra": text[: speech.LIMIT]}
        yield Proposal(_TOO, "more of a petition that was sent", Show("petitions", "add", keep))
