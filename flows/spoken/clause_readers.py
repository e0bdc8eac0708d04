"""The readers of messages that hold more than one thing: a question inside a story, two questions, a wish behind an answer.

Like flows/engine/readers, whose tuple of readers they join. Invariant: pure; a clause counts only where the whole message says less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from flows.content import NOT_ASKED, SMALL_TALK, Question
from flows.engine.proposals import Begin, Proposal, Reading, Show
from flows.people.livelihoods import speaks_of_child
from flows.spoken.wishes import PERHAPS, WISHED_IN_WORDS, wished
from flows.text.politeness import DENIALS
from flows.text.spoken_clauses import spoken_clauses
from flows.understanding.everyday import asks
from flows.understanding.input import Input
from flows.understanding.question_finder import QuestionResult, find_questions

_IT = re.compile(r"(?<!\w)n[óo](?!\w)", re.IGNORECASE)
LENGTH = 8  # words from which a message may hold more than one thing
SURE, SECOND_SURE = (
    0.6,
    0.8,
)  # confidence of a clause that is answered, and of one that is answered beside another
MORE = 0.004  # how much more an answer to both questions is worth than one to the first
LESS = 0.05  # how much less a clause is worth than a message that asks the same


Sureness = Callable[[Reading, QuestionResult, Question], float]


def question_in_a_clause(reading: Reading, sureness: Sureness) -> Iterator[Proposal]:
    """A question that stands in one clause of a long message, and a second one that stands in another."""
    said, flows = reading.input, reading.context.flows
    shows = flows.questions.shows
    if shows is None or len(said.words) < LENGTH or (reading.step is not None and reading.step.takes_any):
        return
    whole = said.follow
    sure = whole.confidence or 0.0
    if whole.shield:
        return
    asked = [clause for clause in spoken_clauses(said.text) if asks(clause)]
    if not asked or (sure >= SECOND_SURE and len(asked) < 2):
        return
    found = [one for clause in asked if (one := _found(clause, reading)) is not None]
    if not found:
        return
    best = max(found, key=lambda one: one.confidence or 0.0)
    first = whole if sure >= max(SURE, (best.confidence or 0.0) - LESS) and whole.candidates else best
    item = first.item or first.candidates[0].item
    others = [
        one.item
        for one in found
        if one.item is not None and one.item is not item and (one.confidence or 0.0) >= SECOND_SURE
    ]
    second = others[-1] if others and len(found) > 1 else None
    if first is whole and second is None:
        return
    step, kept = shows(replace(first, decision="answer", item=item, second=second))
    score = (
        sureness(reading, first, item) + MORE if first is whole else 0.3 + 0.55 * (first.confidence or 0.0)
    )
    score -= 0.0 if second else LESS
    why = f"a clause asks {item.id}" + (f", another {second.id}" if second else "")
    if step:
        noted = {"item": item.id, "offered": f"flow:{item.next}" if item.next else ""}
        noted |= {"later": f"item:{second.id}"} if second else {}
        yield Proposal(score, why, Show(flows.questions.name, step, kept), remember=noted)


def _found(clause: str, reading: Reading) -> QuestionResult | None:
    if (it := _IT.search(clause)) and speaks_of_child(reading.input.plain):
        clause = f"{clause[: it.start()]}con nhỏ{clause[it.end() :]}"  # whom "nó" is
    found = find_questions(clause, reading.context.content)
    item = found.item
    sure = found.decision == "answer" and (found.confidence or 0.0) >= SURE
    if (
        not sure
        or item is None
        or found.shield
        or item.topic in (*SMALL_TALK, *NOT_ASKED)
        or item.opens == "asked"
    ):
        return None
    return found


def wish_behind(first: Proposal, reading: Reading) -> tuple[str, str] | None:
    """The label and subject of a wish, or a question, in another clause than what `first` answers."""
    said, flows, content = reading.input, reading.context.flows, reading.context.content
    if len(said.words) < LENGTH or not isinstance(first.command, Show | Begin):
        return None
    done = {first.command.flow, reading.state.flow}
    shown = content.questions.item(str(first.command.keep.get("item", "")))
    done |= {shown.next} if shown is not None else set()
    clauses = spoken_clauses(said.text)
    if len(clauses) < 2:
        return None
    for clause in clauses:
        read = Input(clause, content)
        for name in WISHED_IN_WORDS:
            if name not in done and wished(name, read) > PERHAPS and not DENIALS.intersection(read.words[:2]):
                return flows.label(name, content), f"flow:{name}"
        beside = isinstance(first.command, Show) and first.command.flow != flows.questions.name
        item = _asked_beside(read, reading, shown, first.command.flow) if beside else None
        if item is not None:
            return item.title, f"item:{item.id}"
    return None


def _asked_beside(read: Input, reading: Reading, shown: Question | None, flow: str) -> Question | None:
    if not asks(read.text) or len(read.words) < 4:
        return None
    found = _found(read.text, reading)
    if found is None or (found.confidence or 0.0) < SECOND_SURE or found.item is shown:
        return None
    shown_flow = found.item is not None and found.item.next == flow
    return None if read.contacts.decision == "answer" or shown_flow else found.item
