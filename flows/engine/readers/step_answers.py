"""The readers of answers: what the step's own parse makes of the words, its options in other words, answers given before.

Invariant: a yes or no that is not sure is asked back, since it may be a consent.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.engine import courtesy
from flows.engine.events import Said
from flows.engine.proposals import Answer, Correct, Proposal, Reading, Say
from flows.engine.readers.other_topic import names_other_topic
from flows.engine.steps import AGAIN, RESTING, Choice
from flows.text.normalise import plain_wording
from flows.text.politeness import DENIALS
from flows.understanding.answers import meanings
from flows.understanding.everyday import asks
from flows.understanding.input import Input

PARSED, PARSED_AGAIN, FREE_WORDS = 0.87, 0.66, 0.84
MEANT, LESS_SURE = 0.9, 0.8  # the most a natural answer is worth; and one that questions are worded like
_READ_ONLY = frozenset({"how", "all", "look_up", "edit", "other_ways"})
_SENDS, SENT = frozenset({"otp", "resend"}), 0.85  # below what a flow reads of it with polarity
_TURNS_DOWN = frozenset({"not_it", "none_of_these"})
OWN_QUESTION = 6  # words from which a question that an item answers is no refusal
_MAY_CONSENT, SURELY_AGREED = frozenset({"yes", "no"}), 0.8
PERHAPS_MEANT = 0.3  # from this score on it is asked whether an option is meant
SAID_AGAIN = 0.6  # an answer given before: least of what is acted on
SURELY_ANSWERED = 0.8  # a correction of an earlier answer must be so sure


def choices_of(reading: Reading) -> tuple[Choice, ...]:
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
    """An option in the person's own words; one that they only may mean is asked back, and "ừ" takes it."""
    choices = [c for c in choices_of(reading) if c.means]
    found = meanings(reading.input, frozenset(c.means for c in choices)) if choices else {}
    elsewhere = bool(found) and names_other_topic(reading)
    for choice in choices:
        means, score = choice.means, found.get(choice.means, 0.0)
        consents = means in _MAY_CONSENT
        sure = SURELY_AGREED if consents else Answer.needs
        least = Answer.needs if consents else PERHAPS_MEANT
        if score >= sure:
            most = min(_most(means, reading), PARSED_AGAIN) if elsewhere else _most(means, reading)
            yield Proposal(min(score, most), f"means {means}", Answer(choice.parsed))
        elif score >= least and score == max(found.values()) and not asks(reading.input.text):
            said = Say(f"Ý anh/chị là “{choice.label}” phải không ạ?", reminds=False)
            yield Proposal(Say.needs, f"perhaps {means}", said, remember={"offered": f"option:{means}"})


def _most(means: str, reading: Reading) -> float:
    """The most that an answer of this meaning is worth here."""
    if means in _TURNS_DOWN and _asks_something_known(reading):
        return PARSED_AGAIN
    if means in _SENDS:
        return SENT
    return LESS_SURE if means in _READ_ONLY else MEANT


def _asks_something_known(reading: Reading) -> bool:
    """Whether the words are a question of their own, in more words than a refusal needs."""
    return len(reading.input.words) >= OWN_QUESTION and reading.input.question.decision == "answer"


def contained_option(reading: Reading) -> Iterator[Proposal]:
    """The words of an option inside a longer sentence."""
    count = len(reading.input.words)
    most = PARSED_AGAIN if names_other_topic(reading) else 0.9
    for choice in choices_of(reading):
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
