"""Answers to the registration's questions as they are told at home: one's work as a story, kin, and what is only asked later.

Read by the registration flow. Invariant: what was told is not asked again, is said back, and can be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows.engine import courtesy
from flows.engine.memory import Memory, age, recall
from flows.engine.proposals import Answer, Correct, Proposal, Reading, Say
from flows.engine.steps import Choice, Context, Parsed
from flows.people.livelihoods import told_in
from flows.people.relations import called, whose
from flows.understanding.everyday import asks
from flows.understanding.input import Input

FLOW = "registration"
WITHOUT_CONSENT = (
    "Tôi chỉ từng việc, không cần lưu gì; khi nào cần nhớ giùm, tôi mới hỏi anh/chị đồng ý không."
)
FRESH = 4  # turns for which what was said before the flow began answers its questions
ASKED = ("who", "platform", "code")
_ASKS_FOR = {"who": "who", "platform": "device", "code": "code"}
_SAID_BACK = {
    "employee": "người lao động của đơn vị",
    "individual": "cá nhân tự do",
    "child": "con nhỏ",
    "pensioner": "người hưởng lương hưu",
    "officer": "cán bộ đầu mối của đơn vị",
    "android": "máy Android",
    "ios": "máy iPhone",
    "known": "đã có mã số",
    "unknown": "chưa biết mã số",
}
_TOLD, _TOLD_UNASKED = 0.91, 0.72  # before consent a yes comes first
_ANSWERED = 0.88  # a step's question in words that tell it
_KIN = re.compile(
    r"\b(?:cho|cua)(?: \w+)? (?:me|ma|ba|cha|bo|tia|noi|ngoai|chong|vo|ck|vk|xa|chi|anh|em gai|em trai|bac|co|chu|di|cau|mo|thim|ong|oxa|bxa)\b|\b(?:ba|ong) (?:xa|ngoai|noi|gia|nha)\b"
)
_ASKS_THEM = re.compile(r"\b(?:hoi|goi|keu|kiu|doi|khoan|cho ti|lat)\b")
_TURNED = re.compile(r"\b(?:khoan|nham|lon|y|doi lai|lai|moi dung|(?:khong|hong|ko|k|hok|dau) phai)\b")
_FOR = re.compile(r"\b(?:lam|dk|dang ky|cho)\b")
_A_CODE = re.compile(r"(?<!\d)(?:\d[ .]?){10}(?!\d)")
_DIGIT = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_CODE_SPOKEN = re.compile(rf"\b(?:{_DIGIT} ){{8,11}}{_DIGIT}\b")
_PENSION = re.compile(r"\b(?:luong huu|huu tri|ve huu|nghi huu)\b")
_FEW = 10  # words of an answer that names kin only


def told_with(said: Input) -> dict[str, str]:
    """What a wish for the registration says that need not be asked: subjects of the memory."""
    facts = told_in(said)
    told = {"told": _written(facts)} if _written(facts) else {}
    whose_it_is = facts.get("who") or facts.get("relation")  # "cho mẹ": a mother's may be of any kind
    return told | ({"who": whose_it_is} if whose_it_is else {})


_LABELS = {"mother": "má", "father": "ba", "spouse": "ông xã, bà xã", "other": "người nhà"}
SPOKEN_OF = 8  # turns for which it counts of whom was spoken


def label_of(context: Context) -> str:
    """How the registration is called when somebody else's was spoken of just before: "má"."""
    fresh = 0 < age(context.memory, "who") <= SPOKEN_OF
    return _LABELS.get(recall(context.memory, "who"), "") if fresh and context.get("who") != "child" else ""


def assumed(step: str, choices: tuple[Choice, ...], memory: Memory) -> Choice | None:
    """The choice of this step that was told before it was asked."""
    told = recall(memory, "told").split()
    if step == "who" and age(memory, "who") <= FRESH and recall(memory, "who") == "child":
        told.append("child")
    found = next((c for c in choices if c.means in told), None)
    if found is None or found.note:
        return found
    if step == "who":  # the question that says so is not asked
        return replace(found, note=f"Dạ, làm cho {_SAID_BACK[found.means]}. {WITHOUT_CONSENT}")
    return replace(found, note=f"Dạ, {_SAID_BACK[found.means]}.")


def reads(reading: Reading) -> Iterator[Proposal]:
    """At a question of the registration: its answer told as a story, an answer to another one, an earlier one changed."""
    step = reading.state.step
    if step not in (*ASKED, "consent") or reading.step is None:
        return
    if step == "code" and (_A_CODE.search(reading.input.text) or _CODE_SPOKEN.search(reading.input.plain)):
        yield _code_typed(reading)
        return
    facts = told_in(reading.input)
    if facts.get("who") == "individual" and _PENSION.search(reading.input.plain):
        facts["who"] = "pensioner"
    own = facts.get(_ASKS_FOR.get(step, ""), "")
    turned = bool(_TURNED.search(reading.input.plain)) or courtesy.corrects(reading.input)
    if step in ASKED:
        yield from _changed(reading, facts, turned=turned)
    if asks(reading.input.text) and not own:
        return
    if own:
        choice = next((c for c in reading.step.choices(reading.context) if c.means == own), None)
        if choice is not None and (step == "who" or turned):
            score = _ANSWERED - (0.3 if asks(reading.input.text) else 0.0)
            kin = whose(reading.input.text) if step == "who" and own != "child" else ""
            label = {"label": called(reading.input.text)} if kin not in ("", "self", "child") else {}
            answer = Parsed(choice.outcome, {**choice.keep, **label}, note=choice.note)
            yield Proposal(score, f"tells {own}", Answer(answer), remember=_remembered(reading, facts))
        return
    later = {key: value for key, value in facts.items() if key in _still_asked(reading, step)}
    if later:
        back = " và ".join(_SAID_BACK[value] for value in later.values())
        said = (
            f"Dạ, {back}: đồng ý xong thì tôi khỏi hỏi lại."
            if step == "consent"
            else f"Dạ, {back}, tôi ghi rồi."
        )
        score = _TOLD_UNASKED if step == "consent" else _TOLD
        yield Proposal(
            score, f"tells early: {later}", Say(said, answers=False), remember=_remembered(reading, later)
        )
    elif step == "who" and len(reading.input.words) <= _FEW and _is_for_kin(reading.input.plain):
        yield _for_kin(reading)


def _code_typed(reading: Reading) -> Proposal:
    """The code itself instead of "đã biết": it is not kept, only that it is known."""
    several = len(_A_CODE.findall(reading.input.text)) > 1 or courtesy.corrects(reading.input)
    note = "Dạ, tôi ghi lại: đã có mã số" if several else "Dạ, đã có mã số"
    note += " (dùng số sau cùng)." if several else "."
    known = reading.step.choices(reading.context)[0] if reading.step else None
    assert known is not None, "only read at the step that asks for the code"
    return Proposal(
        0.92,
        "the code itself",
        Answer(Parsed(known.outcome, known.keep, note=f"{note} Mã thì nhập trong VssID, tôi không giữ.")),
    )


def _is_for_kin(words: str) -> bool:
    return bool(_KIN.search(words)) and not _ASKS_THEM.search(words)


def _for_kin(reading: Reading) -> Proposal:
    who = whose(reading.input.text)
    name = called(reading.input.text) if who not in ("", "self") else "người đó"
    said = (
        f"Dạ, tôi ghi làm cho {name}. {name[0].upper()}{name[1:]} đang làm ở công ty, cơ quan nào, hay là cá nhân tự do "
        "(làm ruộng, buôn bán, ở nhà)?"
    )
    labels = tuple(c.label for c in reading.step.choices(reading.context)) if reading.step else ()
    return Proposal(
        0.8, f"for kin: {who}", Say(said, labels, reminds=False), remember={"who": who} if who else {}
    )


def _changed(reading: Reading, facts: Mapping[str, str], *, turned: bool) -> Iterator[Proposal]:
    """Another answer to a question that was answered before."""
    if not turned:
        return
    kept = {"who": reading.context.get("who"), "device": reading.context.get("platform")}
    asked_now = _ASKS_FOR[reading.state.step]
    new = {k: facts[k] for k in kept if k in facts and k != asked_now and kept[k] and facts[k] != kept[k]}
    if "device" in facts and not _FOR.search(reading.input.plain):
        new.pop("who", None)  # "iPhone là của con gái" says whose telephone it is
    if new:
        keep = {"platform" if key == "device" else key: value for key, value in new.items()}
        note = f"Dạ, tôi sửa lại: {' và '.join(_SAID_BACK[value] for value in new.values())}."
        correct = Correct(reading.state.step, keep, note)
        yield Proposal(0.93, "changes an answer", correct, remember=_remembered(reading, facts))


def _still_asked(reading: Reading, step: str) -> tuple[str, ...]:
    """The facts that are asked after this step."""
    after = ASKED if step == "consent" else ASKED[ASKED.index(step) + 1 :]
    return tuple(_ASKS_FOR[name] for name in after)


def _remembered(reading: Reading, facts: Mapping[str, str]) -> dict[str, str]:
    new = _written(facts).split()
    if not new:
        return {}
    kinds = [
        {"employee", "individual", "child", "pensioner", "officer"},
        {"android", "ios"},
        {"known", "unknown"},
    ]
    before = reading.recall("told").split()
    kept = [word for word in before if not any(word in kind and kind & set(new) for kind in kinds)]
    return {"told": " ".join((*kept, *new))}


def _written(facts: Mapping[str, str]) -> str:
    return " ".join(facts[key] for key in ("who", "device", "code") if facts.get(key) in _SAID_BACK)
