"""What people say around the checklist in their own words: things done and not done, two people at once.

What is said of the declaration, reminders and several dossiers is in dossiers.py.

Read by the registration flow (`Flow.reads`). Invariant: an item is only ticked when the words say that it is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from flows.content import Item
from flows.conversations.dossier import cards
from flows.conversations.dossier.declaration import HANDING_IN, items_of
from flows.conversations.speech import dossiers, registration_answers
from flows.conversations.speech.wishes import wanted
from flows.engine.proposals import Answer, Correct, Proposal, Reading, Say
from flows.engine.steps import Context, Parsed
from flows.spoken.consent_speech import refuses_consent
from flows.understanding.answers import meanings
from flows.understanding.everyday import asks

FLOW = "registration"
_ON_THE_LIST = ("list", "how", "all")
# What people call the items of the checklist, folded; of the ids in data/content/checklist.yaml.
_CALLED = {
    "b1.3": r"\b(?:tai|cai|cai dat|down|install)\b(?! (?:hinh|anh|lai))",
    "b2.5": r"\b(?:tra|tim|co|ghi|chep|lay)(?: \w+){0,3} ma so\b",
    "b3.1": r"\bdang ky ngay\b",
    "b3.2": r"\btiep tuc\b",
    "b3.3": r"\b(?:chon )?ca nhan\b",
    "anh": r"\b(?:anh|hinh)(?: \w+)? (?:chan dung|the|3x4|dai dien)\b|\bchan dung\b",
    "ho_ten": r"\bho (?:va )?ten\b",
    "ma_so_bhxh": r"\b(?:nhap|go|dien|ghi)(?: \w+){0,3} ma so\b",
    "giay_to": r"\b(?:can cuoc|cccd|cmnd|giay to|hai mat|2 mat)\b",
    "tinh": r"\b(?:chon|dien) tinh\b",
    "xa": r"\b(?:chon|dien) (?:xa|phuong)\b",
    "dia_chi": r"\bdia chi\b|\bso nha\b",
    "dien_thoai": r"\b(?:nhap|dien|go)(?: \w+){0,2} (?:so dien thoai|sdt|so di dong)\b",
    "co_quan_tiep_nhan": r"\bco quan (?:bhxh )?tiep nhan\b|\btiep nhan\b",
    "ghi_nhan": r"\bghi nhan\b|\b(?:gui|nop|bam gui)(?: \w+)? to khai\b|\bgui(?: \w+)? ho so\b",
    "b3.7": r"\b(?:in|ky|nop)(?: \w+){0,3} (?:mau|mau 01|to khai|giay|ke toan|dau moi)\b",
    "b4.2": r"\bdang nhap\b",
}
_CALLED_BY = {item: re.compile(pattern) for item, pattern in _CALLED.items()}
_SKIPPED = re.compile(
    r"\b(?:bo qua|bo trong|de trong|khoi|khong can|ko can|hong can|khong bat buoc|ko bat buoc|thieu)\b"
)
_ANEW = re.compile(
    r"\b(?:lam|bat dau|dang ky|khai)(?: \w+)? lai(?: tu dau| het| moi)\b|\blam lai tu dau\b|\bxoa het lam lai\b"
)
_KEPT = re.compile(
    r"\b(?:mat|luu|con giu|xoa)\b.*(?:khong|ko|k|hong|hok|chua|ha)$|\b(?:co|bi) mat (?:khong|ko|hong|gi)\b"
)
_NOT_AT_HAND = re.compile(
    r"\b(?:the|so)\b.*\b(?:o nha|mat|that lac|khong mang|khong co day|chua cam|quen mang)\b"
)
_CARD = re.compile(
    r"\b(?:the|so)(?: \w+)? (?:bhyt|bao hiem|bhxh|y te)(?: \w+){0,3} (?:co|con|day|ne|do|day ne)\b|\b(?:co|con|cam|coi|ghi|in)(?: \w+){0,3} (?:tren )?(?:the|so) (?:bhyt|bao hiem|bhxh|y te)\b"
)
_NO_CARD = re.compile(
    r"\b(?:khong|ko|k|hong|hok|chua|mat|het) (?:(?:co|con|giu|thay) )?(?:cai |cuon |tam )?(?:the|so)\b"
)
_BOTH = re.compile(
    r"\b(?:tui|toi|em|minh|con|chi|anh|vo chong|ca nha)\b.*\b(?:voi|va|lan|cung)\b.*\b(?:con|be|chau|vo|chong|ma|me|ba|cha|luon|nua)\b|\bca hai\b|\bca nha\b"
)
_NOT_TICKED = re.compile(
    r"\b(?:dung|khoan|khoi|chua)(?: co| hay)? (?:ghi|danh dau|tick|tinh|bao)(?: \w+){0,3} (?:xong|roi|dau)\b|\bchua (?:co )?xong (?:dau|nha|nghen|ma|cai gi)\b"
)
_NEXT_PERSON = re.compile(
    r"\b(?:toi|den|con|lam)(?: \w+)? (?:tui|toi|em|minh|chong|vo|ma|me|ba|nguoi khac|nguoi ke|dua nua|dua kia)\b.*\b(?:sao|the nao|lam sao|o dau|duoc khong|luon)\b"
)


_WHERE = re.compile(
    r"\b(?:nop|dem|mang)(?: \w+){0,4} (?:gi|o dau|cho nao|cho ai|cho nao|dau)\b|\bgiay (?:to )?gi\b.*\b(?:nop|mang|dem)\b"
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """What the registration makes of a message, wherever the conversation stands."""
    for proposal in wanted(reading, FLOW):
        yield replace(proposal, remember=registration_answers.told_with(reading.input))
    yield from dossiers.reads(reading)
    if not reading.is_at(FLOW):
        return
    if _KEPT.search(reading.input.plain):
        told = "Dạ không mất: việc đang làm vẫn còn đây. Khi nào rảnh, gõ “làm tiếp” là mình nối lại đúng chỗ này."
        yield Proposal(0.88, "is what was done kept", Say(told))
    if reading.is_at(FLOW, *_ON_THE_LIST) and _WHERE.search(reading.input.plain):
        task = next(t for t in cards.tasks_of(reading.context) if t.id == HANDING_IN)
        told = " ".join(cards.told(reading.context, item.help) for item in task.items)
        yield Proposal(0.9, "what to hand in, and where", Say(f"Dạ, {told[0].lower()}{told[1:]}"))
    yield from registration_answers.reads(reading)
    if reading.is_at(FLOW, "code"):
        yield from _on_the_card(reading)
    if reading.is_at(FLOW, "who"):
        yield from _two_people(reading)
    if reading.is_at(FLOW, "who", "platform", "code"):
        yield from _at_a_question(reading)
    if reading.is_at(FLOW, *_ON_THE_LIST):
        yield from _on_the_list(reading)


def _at_a_question(reading: Reading) -> Iterator[Proposal]:
    """At one of the first questions: a consent that nobody asks for yet, and what was done already."""
    said = reading.input
    if asks(said.text) and not _DONE_ALREADY.search(said.plain):
        return
    if "dong y" in said.plain and not refuses_consent(said.text) and not registration_answers.told_with(said):
        told = "Dạ, chưa cần đồng ý gì đâu ạ, mình làm tiếp."
        yield Proposal(0.9, "agrees early", Say(told, answers=False))
    elif reading.is_at(FLOW, "who") and len(said.words) <= _SHORT:
        yes = meanings(said, frozenset({"yes"})).get("yes", 0.0)
        if yes >= _SURELY:
            yield Proposal(0.86, "a yes to nothing", Say("Dạ, mình bắt đầu.", answers=False))
    if _DONE_ALREADY.search(said.plain) and reading.is_at(FLOW, "platform", "code"):
        told = "Dạ tốt quá. Còn câu này nữa thôi là tôi chỉ đúng việc kế tiếp."
        yield Proposal(0.86, "done already", Say(told, answers=False))


_SHORT, _SURELY = 4, 0.8
_DONE_ALREADY = re.compile(
    r"\b(?:cai|tai|cai dat|down)(?: \w+){0,2} (?:roi|r|xong)\b|\bghi nhan(?: \w+){0,2} (?:roi|r|xong)\b"
)


def _two_people(reading: Reading) -> Iterator[Proposal]:
    if _BOTH.search(reading.input.plain):
        told = "Dạ, mình làm lần lượt từng người một: xong người này tôi mở hồ sơ cho người kia. Anh/chị muốn làm cho ai trước?"
        yield Proposal(0.92, "for two people", Say(told))


def _on_the_card(reading: Reading) -> Iterator[Proposal]:
    """ "mã thì không biết mà thẻ BHYT thì có": the code is on the card."""
    words = reading.input.plain
    if _NOT_AT_HAND.search(words):
        unknown = reading.step.choices(reading.context)[1].parsed if reading.step else None
        if unknown is not None:
            yield Proposal(0.9, "the card is not at hand", Answer(unknown))
        return
    if _CARD.search(words) and not _NO_CARD.search(words):
        known = reading.step.choices(reading.context)[0].parsed if reading.step else None
        note = "Dạ, 10 số cuối trên thẻ BHYT chính là mã số BHXH, vậy là đã có mã."
        if known is not None:
            yield Proposal(0.91, "the code is on the card", Answer(replace(known, note=note)))


def _on_the_list(reading: Reading) -> Iterator[Proposal]:
    context, said = reading.context, reading.input
    if _ANEW.search(said.plain):
        note = "Dạ, anh/chị muốn bắt đầu lại từ đầu? Bấm “Bắt đầu lại” thì hồ sơ mới thay cho hồ sơ này."
        yield Proposal(0.92, "anew", Correct("resume", {}, note))
    if _NEXT_PERSON.search(said.plain):
        told = "Dạ, gõ “thêm hồ sơ” là tôi mở hồ sơ mới và hỏi làm cho ai; hồ sơ này vẫn còn nguyên."
        yield Proposal(0.84, "the next person", Say(told))
    items = items_of(context)
    named = [item for item in items if item.id in _CALLED_BY and _CALLED_BY[item.id].search(said.plain)]
    if named and _SKIPPED.search(said.plain):
        yield Proposal(0.92, f"skip {named[-1].id}", Say(_skipped(named[-1], asks(said.text))))
        return
    done = meanings(said, frozenset({"done", "not_yet", "trouble"}))
    if done.get("done", 0.0) >= 0.6 and named and not asks(said.text):
        ids = _until(context, items, named)
        if ids:
            title = next(item.title for item in items if item.id == ids[-1])
            note = f"Dạ, tôi đánh dấu xong tới mục “{title}”."
            yield Proposal(0.92, f"done until {ids[-1]}", Answer(Parsed("mark", {"marked": ids}, note=note)))
    if _NOT_TICKED.search(said.plain):
        told = "Dạ, tôi chưa ghi gì, bước này vẫn để nguyên. Khi nào xong, anh/chị bấm “Xong việc này”."
        yield Proposal(0.9, "is not to be ticked yet", Say(told, answers=False))
    trouble = max(done.get("trouble", 0.0), done.get("not_yet", 0.0))
    if trouble >= 0.6:
        which = named[0].id if named else cards.current(context).id
        yield Proposal(min(trouble, 0.78), f"trouble with {which}", Answer(Parsed("how", {"asked": which})))


def _until(context: Context, items: tuple[Item, ...], named: list[Item]) -> list[str]:
    """The open items up to the furthest that was named, when it lies no further than the next stage."""
    done = frozenset(context.answers.get("done", ()))
    furthest = max(items.index(item) for item in named)
    return [item.id for item in items[: furthest + 1] if item.id not in done]


def _skipped(item: Item, asked: bool) -> str:
    if item.required:
        return f"Dạ chưa bỏ được: mục “{item.title}” là bắt buộc."
    start = "Dạ được ạ" if asked else "Dạ được"
    return f"{start}, mục “{item.title}” không bắt buộc. Anh/chị làm tiếp mục sau nhé."
