"""Hỏi đáp: questions answered from the items of the content, each with its source; also read by the command line.

Invariant: a digression. In the middle of a flow the answer is said and the same step is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.content import SMALL_TALK, Question
from flows.engine.commands import PERSON_LABEL
from flows.engine.events import Event, Said
from flows.engine.proposals import Proposal, Reading, Show
from flows.engine.steps import Choice, Context, Flow, FollowUp, Parsed, ask, choose
from flows.spoken.asked_plainly import asked_plainly
from flows.understanding.question_finder import QuestionResult, find_questions

NOT_IT = "Không đúng ý tôi"
NOT_IT_WORDS = "khong dung y, khong dung y toi, khong phai y toi, ko dung y, khong phai, sai y toi"
SURE = 0.75  # confidence from which an answer stands alone
ALSO = 2  # other questions offered beneath an answer that is not sure
POPULAR = ("tai-o-dau", "quen-mat-khau", "khong-nhan-otp", "bao-lau", "lua-dao")


def _flow() -> Flow:
    return Flow(
        "questions",
        "Hỏi đáp",
        (
            ask(
                "question",
                "Anh/chị muốn hỏi gì về VssID, mã số BHXH, thẻ BHYT? Viết một câu ngắn, không dấu cũng được.",
                label="đặt câu hỏi",
                parse=_parse_question,
                choices=_popular,
                hint=_HINT,
                transitions={"answer": "answer", "perhaps": "perhaps"},
            ),
            choose(
                "answer",
                _answer_prompt,
                _answer_choices,
                label="xem câu trả lời",
                transitions={"perhaps": "perhaps", "person": "person", "answer": "answer"},
                hint=_HINT,
                recalls=lambda s: {"item": s.get("item")},
                any_flow=True,
                done=True,
                digression=True,
                follow_up=FollowUp(NOT_IT, frozenset(NOT_IT_WORDS.split(", ")), "others", _not_it),
            ),
            choose(
                "perhaps",
                "Có phải anh/chị hỏi một trong những điều này?",
                _perhaps_choices,
                label="chọn câu hỏi",
                transitions={"answer": "answer", "person": "person"},
                hint=_HINT,
                done=True,
            ),
            choose(
                "person",
                _person_prompt,
                (Choice(PERSON_LABEL, "helpdesk"),),
                label="chưa có câu trả lời đúng ý",
                failed="trợ lý chưa trả lời đúng ý",
                transitions={"helpdesk": "helpdesk/"},
                hint=_HINT,
                done=True,
                digression=True,
            ),
        ),
        slash="hoidap",
        digression=True,
        counts_misses=True,
        shows=_shows,
        reads=_reads,
    )


KNOWN = 0.75  # confidence of the finder in another item
PLAINLY, BEFORE_A_PERSON = 0.86, 0.94
_FIRST = ("bot-that", "gio-lam-viec")  # asked in words that also call for a person


def _reads(reading: Reading) -> Iterator[Proposal]:
    """Questions in words of the country (flows/spoken/asked_plainly.py)."""
    if reading.step is not None and reading.step.takes_any:
        return
    id_ = asked_plainly(reading.input.plain)
    item = reading.context.content.questions.item(id_) if id_ else None
    if item is None or reading.recall("warned"):
        return
    found = reading.input.question
    if found.item is not item and (found.confidence or 0.0) >= KNOWN:
        return  # the finder knows better
    asked_before = reading.recall("item") == item.id
    keep = {
        "item": item.id,
        "others": None,
        "also": None,
        "short": "1" if asked_before else None,
        "second": None,
    }
    score = BEFORE_A_PERSON if item.id in _FIRST else PLAINLY
    yield Proposal(score, f"asks plainly {item.id}", Show("questions", "answer", keep), {"item": item.id})


def said(item: Question, *, short: bool = False) -> str:
    """The answer of an item with its source, as people read it; `short`: its one sentence, where it has one."""
    answer = (item.short or item.answer.split(". ")[0].rstrip(".") + ".") if short else item.answer
    return answer if item.topic in SMALL_TALK else f"{answer}\n({item.source.short})"


def _kept(found: QuestionResult) -> dict[str, Any]:
    """What a conversation keeps of what was found: the item, the others in order, whether it is sure; ids only."""
    first = found.item.id if found.item and found.decision == "answer" else None
    others = [q.id for q in found.alternatives if q.id != first]
    unsure = first and found.confidence is not None and found.confidence < SURE
    return {
        "item": first,
        "others": " ".join(others) or None,
        "also": " ".join(others[:ALSO]) if unsure else None,
        "short": "1" if found.same else None,
        "second": found.second.id if first and found.second else None,
    }


def _not_it(others: str) -> tuple[str, Mapping[str, Any]]:
    """Where "không đúng ý tôi" leads: the next candidates while there are some, then a person."""
    return ("perhaps" if others else "person"), {"others": others or None}


def _shows(found: QuestionResult) -> tuple[str, Mapping[str, Any]]:
    """The step that shows what was found; "" where there is nothing to choose from."""
    kept = _kept(found)
    return "answer" if found.decision == "answer" else "perhaps" if kept["others"] else "", kept


def _item(context: Context) -> Question | None:
    return context.content.questions.item(context.get("item"))


def _items(context: Context, ids: Iterable[str]) -> list[Question]:
    return [item for i in ids if (item := context.content.questions.item(i))]


def _parse_question(context: Context, event: Event) -> Parsed | None:
    found = find_questions(event.text, context.content) if isinstance(event, Said) else None
    if found and found.decision == "answer" and found.item and found.item.opens != "asked":
        return Parsed("answer", _kept(found))
    return Parsed("perhaps", _kept(found)) if found and found.decision == "suggest" else None


def _answer_prompt(context: Context) -> str:
    item = _item(context)
    if item is None:  # taken out since
        return f"Câu trả lời này không còn. Anh/chị hỏi lại, hoặc gọi {context.content.office.hotline}."
    answer = said(item, short=bool(context.get("short")))
    return "\n".join(
        (answer, *(f"Còn ý kia: {said(q, short=True)}" for q in _items(context, [context.get("second")])))
    )


def _answer_choices(context: Context) -> tuple[Choice, ...]:
    item = _item(context)
    onward = [item.next] if item and item.next else []
    outcome, keep = _not_it(context.get("others"))
    also = (
        Choice(q.title, "answer", {"item": q.id, "also": None, "short": None, "second": None})
        for q in _items(context, context.get("also").split())
    )
    return (
        *also,
        *(Choice(context.flows.label(flow, context.content), flow) for flow in onward),
        Choice(NOT_IT, outcome, keep, words=NOT_IT_WORDS, means="not_it"),
    )


ORDINALS = ("first", "second", "third")  # what an option means by its place


def _perhaps_choices(context: Context) -> tuple[Choice, ...]:
    items = _items(context, context.get("others").split())
    others = {q: " ".join(o.id for o in items if o is not q) or None for q in items}
    choices = (
        Choice(q.title, "answer", {"item": q.id, "others": left, "second": None}, means=which)
        for which, (q, left) in zip((*ORDINALS, *[""] * len(others)), others.items(), strict=False)
    )
    none = Choice(NOT_IT, "person", words=f"{NOT_IT_WORDS}, khong, ko, khong co", means="none_of_these")
    return (*choices, none)


def _person_prompt(context: Context) -> str:
    return (
        f"Tôi chưa có câu trả lời đúng ý anh/chị. Anh/chị bấm “{PERSON_LABEL}” để hỏi cán bộ tại đây, gọi {context.content.office.hotline}, "
        "hoặc viết lại câu hỏi bằng từ khác."
    )


def _popular(context: Context) -> tuple[Choice, ...]:
    items = _items(context, POPULAR)
    return tuple(Choice(q.title, "answer", {"item": q.id, "others": None, "second": None}) for q in items)


_HINT = (
    "Tôi chưa tìm được câu trả lời. Anh/chị viết ngắn gọn, ví dụ “không nhận được OTP”, “đăng ký cho con”."
)


FLOW = _flow()
