"""The readers that know no flow: answers to the step (step_answers.py), questions, wishes, everyday words, numbers.

Each looks at a `Reading` and proposes; the arbiter chooses. Invariant: pure; what a flow alone can read is in `Flow.reads`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from flows.content import NOT_ASKED, SMALL_TALK, Question
from flows.engine import courtesy
from flows.engine.commands import MENU_LABEL
from flows.engine.flows import Flows
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Clarify, Correct, Do, Proposal, Reading, Say, Show
from flows.engine.readers.other_topic import WHOLE, WHOLE_QUESTION, is_other_topic, is_whole
from flows.engine.readers.step_answers import (
    PARSED_AGAIN,
    SURELY_ANSWERED,
    choices_of,
    contained_option,
    earlier_answer,
    natural_answer,
    own_answer,
)
from flows.spoken.clause_readers import question_in_a_clause, wish_behind
from flows.text.normalise import plain
from flows.understanding import numbers_explained
from flows.understanding.answers import meanings
from flows.understanding.everyday import asks, everyday
from flows.understanding.input import Input
from flows.understanding.intents import wishes
from flows.understanding.question_finder import QuestionResult

UNSURE, ASKS = 0.32, 0.5  # from this score on some questions are offered, where something is surely asked
# What the flow under way still reads of a message about another matter: rights and warnings; surely its own, where the item is less sure.
BY_RIGHT, OF_THE_FLOW = 0.97, 0.9
WISHED = 0.15  # what a wish is worth more when the whole message sounds like one
AT_MENU = 0.08  # where nothing is under way a wish that is misread costs little
TELLS = 0.55  # probability of a text that tells something and asks nothing
SURELY_YES = 0.7
_WILLING = re.compile(r"\b(?:dong y|co|duoc|dc|muon|lam|dang ky|chuyen|di|luon|giup|gium|nhan)\b")
_LET_US = re.compile(
    r"^(?:(?:v|vay|thoi|roi|thi|gio|ok|u|da|uh) )*lam (?:giup |gium |luon )?(?:cho )?(?:e|em|toi|tui|minh|chi|anh|bac|co|chu|di|me|ma|ba|con|no)(?: (?:truoc|trc|di|nha|nhe|nghen|luon|da|a|voi))+$"
)
_SECOND = re.compile(
    r"\b(?:viec|cai|y|cau|chuyen|van de)(?: \w+)? (?:thu hai|thu 2|kia|con lai|luc dau|hoi nay)\b|\bnhu (?:\w+ )?(?:noi|hoi) (?:luc dau|hoi nay|ban dau)\b"
    r"|\b(?:con|gio|roi) (?:toi )?(?:viec|cai|y) (?:thu hai|kia|con lai|sau)\b"
)
NAMED_AGAIN = 0.29  # how much less sure it is that a flow is named which is under way
CLOSE, EQUAL = 0.05, 0.01  # wishes so close are asked about, when none is sure, and even then
SURE_WISH = 0.9  # from this score on it is not asked which of two wishes is meant
_WHICH_NUMBER = re.compile(
    r"\b(?:so|ma|cai|day)(?: \w+){0,4} (?:gi|chi|nao)\b|\bla (?:so|ma|cai) (?:gi|chi|nao)\b|^(?:\w+ ){0,2}(?:cai|so|day) (?:nay|ne|kia|do)\b"
)
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}[0-9](?:[ .-]?[0-9]){7,14}(?![0-9])")
GREETING = 10  # words
_YOUR_NAME = re.compile(
    r"(?:(?:ma|vay|the|a) )*(?:chau|con|em|bot|may|ban|ad) ten (?:la )?(?:gi|chi|j)(?: \w+)?"
)
_SENTENCE_ENDS = re.compile(r"[.!?,\n]+\s*(?=\S)")
_GREETS = re.compile(
    r"^(?:(?:alo|da|chao|hello|hi|con oi|em oi|chau oi|xin chao)\b ?)+(?:\w+ ){0,3}(?:khoe|manh gioi|do con|do em|do chau|day|ne|nghe khong|nghe hon)\b"
)
SECOND = 0.7  # how sure the second wish of a message must be
_TWO = re.compile(r"\b(?:hai viec|2 viec|hai y|2 y|hai la|hai cau|thu hai|mot la)\b")
_JOINS = re.compile(
    r" (?:voi lai|roi|con|luon tien|tien the|dong thoi|va|hong ton thi|ma|hai la|thu hai la|y hai) "
)
Reader = Callable[[Reading], Iterator[Proposal]]


def proposals(reading: Reading) -> Iterator[Proposal]:
    """What every reader makes of a message; of equal scores the flows' own readings come first."""
    elsewhere = is_other_topic(reading)
    least = BY_RIGHT if (reading.input.question.confidence or 0.0) >= WHOLE else OF_THE_FLOW
    for flow in reading.context.flows.values():
        for proposal in flow.reads(reading):
            if not (elsewhere and flow is reading.flow) or proposal.score >= least:
                yield proposal
    for reader in READERS:
        if not (elsewhere and reader in _OF_THE_STEP):
            yield from reader(reading)


def question(reading: Reading) -> Iterator[Proposal]:
    """A question that an item answers, read with and without what was asked before."""
    flows = reading.context.flows
    shows = flows.questions.shows
    found = reading.input.follow
    item = found.item or (found.candidates[0].item if found.candidates else None)
    if shows is None or item is None or found.shield or item.topic in SMALL_TALK:
        return
    score = _sureness(reading, found, item)
    if item.opens == "asked" and item.next:
        yield Proposal(min(score, 0.9), f"asked for {item.next}", Begin(item.next, reading.input.text))
        return
    unsure = UNSURE <= score < Show.needs and reading.input.asks >= ASKS and bool(found.alternatives)
    answer = replace(found, decision="suggest" if unsure else "answer", item=item)
    step, kept = shows(answer)
    if unsure:
        yield Proposal(Show.needs, "perhaps one of several", Show(flows.questions.name, step, kept))
        return
    if step:
        shown = Show(flows.questions.name, step, kept)
        noted = {"item": item.id, "offered": f"flow:{item.next}" if item.next else ""}
        noted |= {"later": f"item:{kept['second']}"} if kept.get("second") else {}
        yield Proposal(score, f"question {item.id}", shown, remember=noted)


def _sureness(reading: Reading, found: QuestionResult, item: Question) -> float:
    if is_whole(reading, item):
        return WHOLE_QUESTION  # whatever the step makes of its words
    score = 0.3 + 0.55 * (found.confidence or 0.0)
    if item.next:  # to be told how it is done is less than to have it done
        score -= 0.25 * reading.input.acts["wish"]
    if found.same and asks(reading.input.text):  # what was just answered, asked again: said shortly
        score += 0.1
    return score


def clauses(reading: Reading) -> Iterator[Proposal]:
    """A question inside a story, and two questions in one message (clause_readers.py)."""
    yield from question_in_a_clause(reading, _sureness)


def wish(reading: Reading) -> Iterator[Proposal]:
    """A flow that is asked for in other words than its phrases."""
    flows = reading.context.flows
    here = reading.flow.name if reading.flow else ""
    more = WISHED * reading.input.acts["wish"] + (
        AT_MENU if reading.flow is None and not asks(reading.input.text) else 0
    )
    for name, plainly, opening in wishes(reading.input, flows.routes(reading.context.content)):
        score = min(plainly + more, 0.92)
        if name != here:
            about = flows[name].told_with(reading.input)
            yield Proposal(score, f"wish for {name}", Begin(name, opening), remember=about)
        else:  # it is under way already: said again
            yield Proposal(score - NAMED_AGAIN, f"names {name} again", Correct(reading.state.step, {}))


_DONE_BY = {
    "repeat": Do("repeat"),
    "shorter": Do("shorter"),
    "back": Do("resume"),
    "stop": Do("stop"),
    "skip": Do("skip"),
    "anew": Do("anew"),
}


_ANSWERED_BY = {
    "ack": "yes",
    "thanks": "done",
}  # "ok luôn" is a yes where that is asked, "làm được rồi" is done


def _answers(reading: Reading, meaning: str) -> bool:
    """Whether the words surely mean an option of the step, so more than a courtesy."""
    wanted = frozenset(choice.means for choice in choices_of(reading) if choice.means)
    return meaning in wanted and meanings(reading.input, wanted).get(meaning, 0.0) >= SURELY_ANSWERED


def everyday_words(reading: Reading) -> Iterator[Proposal]:
    """Thanks, "ok", "để mai", "ủa", anger, going on, stopping, skipping."""
    found = dict(everyday(reading.input.text))
    if "shorter" in found:
        found.pop("repeat", None)
    if len(found) > 1:  # "xin lỗi, có khách, đợi tôi một lát"
        found.pop("sorry", None)
    content, under_way = reading.context.content, reading.flow is not None
    for act, meaning in _ANSWERED_BY.items():
        if act in found and _answers(reading, meaning):
            del found[act]
    for act, score in found.items():
        command = _DONE_BY.get(act)
        if command is not None:
            nothing = act == "back" and not (under_way or reading.recall("place"))
            less = 0.4 if nothing else 0.25 if act in ("stop", "skip") and not under_way else 0
            yield Proposal(score - less, f"everyday {act}", command)
        else:
            text, options = courtesy.answer(act, content, under_way=under_way)
            yield Proposal(score, f"everyday {act}", Say(text, options, answers=False))


def greeting(reading: Reading) -> Iterator[Proposal]:
    """A greeting and nothing more, who we are, or words that nobody answers here."""
    if _YOUR_NAME.fullmatch(plain(_SENTENCE_ENDS.split(reading.input.text)[-1])):
        who = f"Dạ, tôi là trợ lý tự động của {reading.context.content.office.name}, không có tên riêng."
        yield Proposal(0.8, "asks our name", Say(who, answers=False))
    if _GREETS.match(reading.input.plain) and len(reading.input.words) <= GREETING:
        hello = Do("start") if reading.flow is None else Say(courtesy.GREETED, answers=False)
        yield Proposal(0.66, "a greeting with a name", hello)
    found = reading.input.question
    item = found.item
    if item is None or item.topic not in SMALL_TALK or found.shield:
        return
    if item.topic not in NOT_ASKED:
        score = 0.62 if reading.input.asks < ASKS else 0.46  # thanks before a question
        yield Proposal(score, f"small talk {item.id}", Say(item.answer, answers=False))


def only_told(reading: Reading) -> Iterator[Proposal]:
    """Something is told and nothing asked: it is heard, and what is under way stays."""
    acts = reading.input.acts
    told, agreed = acts["statement"] + acts["chat"], acts["yes"] + acts["ack"]
    content, under_way = reading.context.content, reading.flow is not None
    if reading.step is not None and reading.step.takes_any:
        return
    if told >= TELLS:
        said = courtesy.HEARD if under_way else courtesy.HEARD_AT_MENU
        yield Proposal(0.4 + 0.1 * told, "something is told", Say(said, answers=False))
    elif agreed >= TELLS and not under_way:
        yield Proposal(
            0.4 + 0.1 * agreed,
            "an agreement to nothing",
            Say(courtesy.answer("ack", content, under_way=False)[0], answers=False),
        )


def offered(reading: Reading) -> Iterator[Proposal]:
    """ "ừ" to what the assistant offered last."""
    what = reading.recall("offered")
    kind, _, name = what.partition(":")
    if not what or age(reading.state.memory, "offered") > 1:
        return
    if kind == "flow" and name in reading.context.flows and _LET_US.search(reading.input.plain):
        about = reading.context.flows[name].told_with(reading.input)
        yield Proposal(
            0.84, f"sets about {what}", Begin(name), remember={**about, "offered": "", "later": ""}
        )
        return
    yes = meanings(reading.input, frozenset({"yes", "no"})).get("yes", 0.0)
    willing = kind == "option" or _WILLING.search(reading.input.plain)  # "dạ" alone may only have heard
    if yes < SURELY_YES or not willing:
        return
    flows = reading.context.flows
    if kind == "flow" and name in flows:
        yield Proposal(0.86, f"yes to {what}", Begin(name), remember={"offered": "", "later": ""})
    elif kind == "option":
        for choice in choices_of(reading):
            if choice.means == name:
                yield Proposal(0.93, f"yes to {what}", Answer(choice.parsed), remember={"offered": ""})
    elif kind == "item":
        shown = Show(flows.questions.name, "answer", {"item": name, "others": None})
        yield Proposal(0.86, f"yes to {what}", shown, remember={"item": name, "offered": ""})


def later_wish(reading: Reading) -> Iterator[Proposal]:
    """ "còn việc thứ hai thì sao": the second wish that was kept."""
    kind, _, name = reading.recall("later").partition(":")
    if not kind or not _SECOND.search(reading.input.plain):
        return
    flows = reading.context.flows
    if kind == "flow" and name in flows:
        yield Proposal(0.9, "the second wish", Begin(name), remember={"later": ""})
    elif kind == "item":
        shown = Show(flows.questions.name, "answer", {"item": name, "others": None})
        yield Proposal(0.9, "the second wish", shown, remember={"item": name, "later": ""})


def pasted_number(reading: Reading) -> Iterator[Proposal]:
    """A number and nothing else: what it is."""
    content = reading.context.content
    expected = reading.flow is not None and reading.flow.expects_digits(
        reading.state.step, reading.input.text, content
    )
    text, today = reading.input.text, reading.context.at.date()
    found = numbers_explained.explained(text, content, today)
    if found is None and _WHICH_NUMBER.search(reading.input.plain) and (inside := _NUMBER.search(text)):
        found = numbers_explained.explained(inside.group(), content, today)
    if found is None or expected or any(p.score >= PARSED_AGAIN for p in own_answer(reading)):
        return
    asked = Say(found.text, (*found.asks, MENU_LABEL), reminds=False)  # one question at a time
    labels = tuple(reading.context.flows.label(f, content) for f in found.flows)
    told = Say(found.text) if reading.flow else Say(found.text, (*labels, MENU_LABEL))
    yield Proposal(0.86, "a number", asked if found.asks else told)


_OF_THE_STEP = (own_answer, natural_answer, contained_option, earlier_answer)
READERS: tuple[Reader, ...] = (
    own_answer,
    natural_answer,
    contained_option,
    earlier_answer,
    question,
    clauses,
    wish,
    everyday_words,
    greeting,
    only_told,
    offered,
    later_wish,
    pasted_number,
)


def between(good: Iterable[Proposal], flows: Flows, reading: Reading) -> Clarify | None:
    """What to ask when two wishes are about equally likely and neither is sure."""
    begun = [p for p in good if isinstance(p.command, Begin)]
    named = [p.command.flow for p in begun if isinstance(p.command, Begin)]
    ahead = begun[0].score - begun[1].score if len(begun) > 1 else 1.0
    if ahead > CLOSE or (begun[0].score >= SURE_WISH and ahead > EQUAL):
        return None
    if second_wish(begun, reading) is not None:  # both are wanted, one after the other
        return None
    heard = {p.why for p in begun if isinstance(p.command, Begin) and p.command.flow == named[0]}
    if len(heard) > 1:  # two readers heard the same
        return None
    names = list(dict.fromkeys(named))[:3]
    if len(names) < 2:
        return None
    labels = tuple(flows.label(name, reading.context.content) for name in names)
    return Clarify("Anh/chị muốn làm việc nào?", (*labels, MENU_LABEL))


def second_wish(good: Sequence[Proposal], reading: Reading) -> tuple[str, str] | None:
    """The label and subject of a wish that a message holds besides what was done, None when there is none.

    Only where a joining word parts the message and the parts are about different things.
    """
    first = good[0]
    if not isinstance(first.command, Show | Begin):
        return None
    if not _JOINS.search(reading.input.plain):
        return wish_behind(first, reading)
    done = {first.command.flow, reading.state.flow}
    flows, content = reading.context.flows, reading.context.content
    item = content.questions.item(str(first.command.keep.get("item", "")))
    done |= {item.next} if item is not None else set()
    for part in _JOINS.split(reading.input.plain):
        if part is None or len(part.split()) < 2:
            continue
        read = Input(part, content)
        for name, score, _ in wishes(read, flows.routes(content)):
            if score + WISHED * read.acts["wish"] >= SECOND and name not in done:
                return flows.label(name, content), f"flow:{name}"
        if not _TWO.search(reading.input.plain):
            continue
        found = read.question.item if read.question.decision == "answer" else None
        if found is not None and found is not item and found.next not in done:
            return found.title, f"item:{found.id}"
    return wish_behind(first, reading)
