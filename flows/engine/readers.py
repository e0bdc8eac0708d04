"""The readers that know no flow: the step's own answer, its options, earlier answers, questions, wishes, everyday words, numbers.

Each looks at a `Reading` and proposes; the arbiter chooses. Invariant: pure; what a flow alone can read is in `Flow.reads`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from flows.content import NOT_ASKED, SMALL_TALK, Question
from flows.engine import courtesy
from flows.engine.commands import MENU_LABEL
from flows.engine.events import Said
from flows.engine.flows import Flows
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Clarify, Correct, Do, Proposal, Reading, Say, Show
from flows.engine.steps import AGAIN, RESTING, Choice
from flows.spoken.clause_readers import question_in_a_clause, wish_behind
from flows.text.normalise import plain_wording
from flows.text.politeness import DENIALS
from flows.understanding import numbers_explained
from flows.understanding.answers import meanings
from flows.understanding.everyday import asks, asks_on, everyday
from flows.understanding.input import Input
from flows.understanding.intents import wishes
from flows.understanding.question_finder import QuestionResult

PARSED, PARSED_AGAIN, FREE_WORDS = 0.87, 0.66, 0.84
MEANT, LESS_SURE = 0.9, 0.8  # the most a natural answer is worth; and one that questions are worded like
_READ_ONLY = frozenset({"how", "all", "look_up", "edit", "other_ways"})
_SENDS, SENT = frozenset({"otp", "resend"}), 0.85  # below what a flow reads of it with polarity
_TURNS_DOWN = frozenset({"not_it", "none_of_these"})
OWN_QUESTION = 6  # words from which a question that an item answers is no refusal
UNSURE, ASKS = 0.32, 0.5  # from this score on some questions are offered, where something is surely asked
WHOLE, WHOLE_WORDS, WHOLE_QUESTION = 0.85, 4, 0.955  # a question that needs nothing said before
BY_RIGHT = 0.97  # above it a right is read, or a warning
FACT_DIGITS = 4  # a year, a date or a number is told, nothing asked
ANOTHER_MATTER, ASKS_OR_COMPLAINS = 0.7, 0.25  # confidence of the item; probability of a question or trouble
_MAY_CONSENT, SURELY_AGREED = frozenset({"yes", "no"}), 0.8
PERHAPS_MEANT = 0.3  # from this score on it is asked whether an option is meant
SAID_AGAIN = 0.6  # an answer given before: least of what is acted on
WISHED = 0.15  # what a wish is worth more when the whole message sounds like one
AT_MENU = 0.08  # where nothing is under way a wish that is misread costs little
TELLS = 0.55  # probability of a text that tells something and asks nothing
SURELY_YES = 0.7
_WILLING = re.compile(r"\b(?:dong y|co|duoc|dc|muon|lam|dang ky|chuyen|di|luon|giup|gium|nhan)\b")
_SECOND = re.compile(
    r"\b(?:viec|cai|y|cau|chuyen|van de)(?: \w+)? (?:thu hai|thu 2|kia|con lai|luc dau|hoi nay)\b|\bnhu (?:\w+ )?(?:noi|hoi) (?:luc dau|hoi nay|ban dau)\b"
    r"|\b(?:con|gio|roi) (?:toi )?(?:viec|cai|y) (?:thu hai|kia|con lai|sau)\b"
)
NAMED_AGAIN = 0.29  # how much less sure it is that a flow is named which is under way
CLOSE, EQUAL = 0.05, 0.01  # wishes so close are asked about, when none is sure, and even then
SURE_WISH = 0.9  # from this score on it is not asked which of two wishes is meant
_WHICH_NUMBER = re.compile(
    r"\b(?:so|ma|cai|day)(?: \w+){0,4} (?:gi|chi|nao)\b|\bla (?:so|ma|cai) (?:gi|chi|nao)\b"
)
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,2}[0-9](?:[ .-]?[0-9]){7,14}(?![0-9])")
GREETING = 10  # words
_GREETS = re.compile(
    r"^(?:(?:alo|da|chao|hello|hi|con oi|em oi|chau oi|xin chao)\b ?)+(?:\w+ ){0,3}(?:khoe|manh gioi|do con|do em|do chau|day|ne|nghe khong|nghe hon)\b"
)
SECOND = 0.7  # how sure the second wish of a message must be
_TWO = re.compile(r"\b(?:hai viec|2 viec|hai y|2 y|hai la|hai cau|thu hai|mot la)\b")
_JOINS = re.compile(
    r" (?:voi lai|roi|con|luon tien|tien the|dong thoi|va|hong ton thi|ma|hai la|thu hai la|y hai) "
)
SURELY_ANSWERED = 0.8  # a correction of an earlier answer must be so sure
Reader = Callable[[Reading], Iterator[Proposal]]


def proposals(reading: Reading) -> Iterator[Proposal]:
    """What every reader makes of a message; of equal scores the flows' own readings come first."""
    elsewhere = _is_another_matter(reading)
    sure = elsewhere and (reading.input.question.confidence or 0.0) >= WHOLE
    for flow in reading.context.flows.values():
        for proposal in flow.reads(reading):
            if not (elsewhere and flow is reading.flow) or proposal.score >= (
                BY_RIGHT if sure else SURE_WISH
            ):
                yield proposal
    for reader in READERS:
        if not (elsewhere and reader in _OF_THE_STEP):
            yield from reader(reading)


def _is_another_matter(reading: Reading) -> bool:
    """Whether a message asks or complains of something that an item answers and that the flow under way is not about."""
    asked = reading.input.acts["question"] + reading.input.acts["trouble"]
    needed = ASKS_OR_COMPLAINS if (reading.input.question.confidence or 0.0) < WHOLE else 0.0
    return asked >= needed and _names_another_matter(reading)


def _names_another_matter(reading: Reading) -> bool:
    """Whether an item surely answers a message, asked or not, and the flow under way is not about it."""
    flow, step, said = reading.flow, reading.step, reading.input
    if flow is None or step is None or step.takes_any or not flow.topics or len(said.words) < WHOLE_WORDS:
        return False
    if asks_on(said.text) or sum(map(str.isdigit, said.text)) >= FACT_DIGITS:
        return False
    item, sure = said.question.item, said.question.confidence or 0.0
    if item is None or said.question.shield or said.question.decision != "answer" or sure < ANOTHER_MATTER:
        return False
    if reading.recall("secret") or reading.recall("warned"):
        return False
    return item.topic not in flow.topics and item.next != flow.name and item.topic not in SMALL_TALK


def _choices(reading: Reading) -> tuple[Choice, ...]:
    return reading.step.choices(reading.context) if reading.step else ()


def own_answer(reading: Reading) -> Iterator[Proposal]:
    """What the step's own parse makes of the words."""
    step = reading.step
    if step is None:
        return
    text = reading.input.whole if step.takes_any else reading.input.text
    parsed = step.parse(reading.context, Said(text, reading.context.at))
    if parsed is None:
        return
    again = step.transitions.get(parsed.outcome) == AGAIN
    score = step.surely or (FREE_WORDS if step.takes_any else PARSED_AGAIN if again else PARSED)
    yield Proposal(score, f"step {step.name} reads it", Answer(parsed))


def natural_answer(reading: Reading) -> Iterator[Proposal]:
    """An option in the person's own words."""
    choices = _choices(reading)
    wanted = frozenset(c.means for c in choices if c.means)
    if not wanted:
        return
    found = meanings(reading.input, wanted)
    for choice in choices:
        if choice.means and (score := found.get(choice.means, 0.0)) > 0:
            if choice.means in _MAY_CONSENT and score < SURELY_AGREED:
                continue  # it is asked instead
            answer = Answer(choice.parsed)
            most = LESS_SURE if choice.means in _READ_ONLY else MEANT
            if choice.means in _SENDS:
                most = SENT
            if choice.means in _TURNS_DOWN and _asks_something_known(reading):
                most = PARSED_AGAIN
            if _names_another_matter(reading):
                most = min(most, PARSED_AGAIN)
            yield Proposal(min(score, most), f"means {choice.means}", answer)


def perhaps_meant(reading: Reading) -> Iterator[Proposal]:
    """An option that the words may mean, where nothing surer is heard: it is asked, and "ừ" chooses it."""
    choices = {c.means: c for c in _choices(reading) if c.means}
    found = meanings(reading.input, frozenset(choices)) if choices else {}
    means = max(found, key=lambda tag: (found[tag], tag), default="")
    least, sure = (Answer.needs, SURELY_AGREED) if means in _MAY_CONSENT else (PERHAPS_MEANT, Answer.needs)
    if means and least <= found[means] < sure and not asks(reading.input.text):
        said = Say(f"Ý anh/chị là “{choices[means].label}” phải không ạ?", reminds=False)
        yield Proposal(Say.needs, f"perhaps {means}", said, remember={"offered": f"option:{means}"})


def _asks_something_known(reading: Reading) -> bool:
    """Whether the words are a question of their own, in more words than a refusal needs."""
    return len(reading.input.words) >= OWN_QUESTION and reading.input.question.decision == "answer"


def contained_option(reading: Reading) -> Iterator[Proposal]:
    """The words of an option inside a longer sentence."""
    count = len(reading.input.words)
    most = PARSED_AGAIN if _names_another_matter(reading) else 0.9
    for choice in _choices(reading):
        for wording in (plain_wording(choice.label), *choice.words.split(", ")):
            size = len(wording.split())
            before, found, _ = f" {reading.input.plain} ".partition(f" {wording} ")
            if size < 2 or not found or DENIALS.intersection(before.split()[-2:]):
                continue
            score = 0.45 + 0.1 * min(size, 3) + 0.3 * size / count - (0.2 if asks(reading.input.text) else 0)
            answer = Answer(choice.parsed)
            yield Proposal(min(score, most), f"option {choice.label} in it", answer)
            break


def earlier_answer(reading: Reading) -> Iterator[Proposal]:
    """An answer to a question asked before: another than the one given is a correction, the same one is said back."""
    flow, state = reading.flow, reading.state
    if flow is None or reading.step is None:
        return
    corrects = courtesy.corrects(reading.input)
    for position in reversed(state.history):
        name = position.partition("?")[0].split("/")
        step = flow.step(name[1]) if name[0] == flow.name else None
        if step is None or step.kind not in RESTING or step.name == state.step:
            continue
        choices = step.choices(reading.context)
        wanted = frozenset(c.means for c in choices if c.means and c.keep)
        found = meanings(_corrected(reading), wanted) if wanted else {}
        for choice in choices:
            score = found.get(choice.means, 0.0)
            told = {key: value for key, value in choice.keep.items() if isinstance(value, str)}  # no position
            changed = any(state.answers.get(key) != value for key, value in told.items())
            if not told or score < SURELY_ANSWERED or not (corrects or score >= 0.85):
                continue
            label = f"{choice.label[0].lower()}{choice.label[1:]}"
            if not changed:
                if not corrects:
                    again = Correct(state.step, {}, f"Dạ, tôi ghi rồi: {label}.")
                    yield Proposal(SAID_AGAIN, f"says {step.name} again", again)
                continue
            note = f"Dạ, tôi sửa lại: {label}."
            correct = Correct(state.step, choice.keep, note)
            yield Proposal(0.9 if corrects else 0.6, f"corrects {step.name}", correct)


def _corrected(reading: Reading) -> Input:
    """The part of a correction that is right: "iphone mới đúng, samsung là máy của má" -> "iphone"."""
    before, right, _ = reading.input.plain.partition(" moi dung")
    return Input(before, reading.context.content) if right else reading.input


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
        yield Proposal(score, f"question {item.id}", shown, remember=noted)


def _is_whole(reading: Reading, item: Question) -> bool:
    """Whether the text is a question complete in itself, about another matter than what is under way."""
    said, step = reading.input, reading.step
    if step is None or step.takes_any or len(said.words) < WHOLE_WORDS or said.acts["question"] < ASKS:
        return False
    if asks_on(said.text):
        return False
    if (
        reading.flow is None
        or item.next == reading.flow.name
        or reading.recall("secret")
        or reading.recall("warned")
    ):
        return False
    alone = said.question
    sure = alone.decision == "answer" and alone.item is item and (alone.confidence or 0.0) >= WHOLE
    return sure and said.contacts.decision != "answer"


def _sureness(reading: Reading, found: QuestionResult, item: Question) -> float:
    if _is_whole(reading, item):
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
    wanted = frozenset(choice.means for choice in _choices(reading) if choice.means)
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
    """A greeting and nothing more, or words that nobody answers here."""
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
    yes = meanings(reading.input, frozenset({"yes", "no"})).get("yes", 0.0)
    willing = kind == "option" or _WILLING.search(reading.input.plain)  # "dạ" alone may only have heard
    if yes < SURELY_YES or not willing:
        return
    flows = reading.context.flows
    if kind == "flow" and name in flows:
        yield Proposal(0.86, f"yes to {what}", Begin(name), remember={"offered": "", "later": ""})
    elif kind == "option":
        for choice in _choices(reading):
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


_OF_THE_STEP = (own_answer, natural_answer, perhaps_meant, contained_option, earlier_answer)
READERS: tuple[Reader, ...] = (
    own_answer,
    natural_answer,
    perhaps_meant,
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
        if found is not None and found is not item:
            return found.title, f"item:{found.id}"
    return wish_behind(first, reading)
