"""One turn of a conversation: (state, event, content) -> (state, replies, effects). No I/O, no clock, no chance.

The rules, in the order in which they are tried:

 1. A secret typed into the chat is forgotten and warned about, wherever the conversation stands; so is the promise of one.
 2. A state whose step is gone (saved by an older version) begins its flow again and keeps the answers.
 3. The words that work anywhere (menu, back, stop, a person, help) come before the step's own answers.
 4. A press counts when its words are valid at the current step; any other press asks the step again.
 5. A number means an option of the newest message; words equal to an option are that option.
 6. Words that exactly name another flow begin it, or ask whether to leave when something is under way; then the step may hear an answer; then a pasted number
    is explained and looser words are tried; what nobody understands is a miss: the hint, the question again, and after two misses a person.
 7. A step that calls the world ends the turn's talk until the world has answered; `advance` is then called again with
    the answer. At most one effect is awaited at a time.
 8. When a flow ends its answers are forgotten. What must last is kept by an effect.
 9. Asking for a person, a question, and "DUNG" are asides: what was under way lies under them and is taken up again when they end.

A reading of the file takes ten minutes; docs/flows.md draws the tables it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flows import catalog
from flows.content import NOT_ASKED, SMALL_TALK, Content
from flows.conversations import helpdesk, notices, questions
from flows.effects import Effect, ForgetMessage, NoteMiss
from flows.engine import commands, messages
from flows.engine.events import (
    Answered,
    Event,
    Pressed,
    Returned,
    Said,
    SentFile,
    SharedContact,
    TypedSecret,
    Unreadable,
)
from flows.engine.state import State
from flows.engine.steps import AGAIN, MENU, RESTING, Choice, Context, Flow, Parsed, Reply, Step
from flows.secrets import detector
from flows.secrets.tokens import USUAL_CODE
from flows.text.normalise import plain, same_words
from flows.text.vssid_sms import read_received
from flows.understanding import numbers_explained
from flows.understanding.facts import number_of, yes_or_no
from flows.understanding.intents import Routed, route
from flows.understanding.numbers_explained import Pasted
from flows.understanding.question_finder import QuestionResult, find_questions, missed

STEPS_IN_ONE_TURN = 12  # a table that shows and goes on for ever is a mistake: it is stopped here
HISTORY_KEPT = 20  # how many steps back "quay lại" can go
MISSES_BEFORE_A_PERSON = 2
SURELY_ASKED = 0.55  # score from which a question is answered in the middle of something else
SURELY_NEAR = 0.35  # likeness to a wording, likewise
TAKE_ANY_WORDS = ("lookup", "registration")
_NOT_IT = frozenset({plain(questions.NOT_IT), *questions.NOT_IT_WORDS})
YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """What one call of `advance` gives. `awaits` is the effect whose answer must come back before the person speaks."""

    state: State
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    awaits: Effect | None = None
    opening: str = ""  # the words that began the flow, not yet read; never stored


def advance(state: State, event: Event, content: Content) -> Turn:
    """One event of a conversation; pure. See the rules above."""
    secret = secret_of(state, event, content)
    talk = Dialogue(state, event.at, content)
    talk.take(event, secret)
    turn = talk.turn()
    return replace(turn, state=replace(turn.state, watch=watched(state, event, secret)))


def secret_of(state: State, event: Event, content: Content) -> str:
    """ "otp" or "password" when a secret was typed here, else ""."""
    if isinstance(event, Unreadable):
        return detector.secret_in(event.words, expected=False, watch=state.watch[0]) if event.words else ""
    if not isinstance(event, Said):
        return ""
    _, step = catalog.find(state.flow, state.step)
    watch = "" if _is_known_wording(state, event.text, content) else state.watch[0]
    secret = detector.secret_in(event.text, expected=step is not None and step.secret_expected, watch=watch)
    return (
        "" if secret == detector.OTP and not watch and _is_asked_for(state, event.text, content) else secret
    )


def _is_asked_for(state: State, text: str, content: Content) -> bool:
    """Whether a bare number is what the flow asks for: some digits of a phone, a year of birth."""
    digits = detector.bare_digits(text)
    if state.flow == "contacts":
        return digits > 0 and (digits != USUAL_CODE or detector.is_known_phone(text, content))
    return state.flow == "lookup" and digits == YEAR_DIGITS and state.step in ("name", "fact")


def watched(state: State, event: Event, secret: str) -> tuple[str, int]:
    """What the next messages are looked at for, after this event in which `secret` was found."""
    words = typed(event)
    return detector.watch_after(words, secret, state.watch) if words else state.watch


def _is_known_wording(state: State, text: str, content: Content) -> bool:
    """Whether a text is an option, words that work anywhere or a phrase of a flow: those are no password."""
    if not state.watch[0]:
        return False
    offered = any(same_words(text, option) for option in state.options)
    return offered or bool(commands.anywhere(plain(text))) or bool(route(text, content, loosely=False).flow)


class Dialogue:
    """The turn while it is being made: the state so far, and what has been said."""

    def __init__(self, state: State, at: datetime, content: Content) -> None:
        self.state = state
        self.at = at
        self.content = content
        self.replies: list[Reply] = []
        self.effects: list[Effect] = []
        self.awaits: Effect | None = None
        self.opening = ""
        self.once: Mapping[str, Any] = {}

    def turn(self) -> Turn:
        return Turn(self.state, tuple(self.replies), tuple(self.effects), self.awaits, self.opening)

    def context(self) -> Context:
        answers = {**self.state.answers, **self.once} if self.once else self.state.answers
        return Context(answers, self.content, self.at)

    # -- rules 1 to 3

    def take(self, event: Event, secret: str) -> None:
        if isinstance(event, Said):
            n = number_of(event.text, len(self.state.options))
            if n is not None:
                event = Pressed(self.state.options[n - 1], event.at)
        flow, step = catalog.find(self.state.flow, self.state.step)
        if secret:
            self.effects.append(ForgetMessage(secret))
            self.say(Reply(detector.warning(secret, self.content, text=typed(event))))
            self.ask_again()
            return
        if isinstance(event, Said) and detector.is_announcement(event.text):
            self.say(Reply(detector.forewarning(self.content)))
            self.ask_again()
            return
        if isinstance(event, Answered):
            self.answered(flow, step, event)
        elif isinstance(event, Returned):
            self.say(Reply(helpdesk.returned(event.reason)))
            self.state = replace(self.state, misses=0)
            self.ask_again()
        elif self.state.flow and step is None:
            self.renewed(flow)
        elif isinstance(event, Unreadable):
            self.say(Reply(messages.UNREADABLE.get(event.kind, messages.UNREADABLE["other"])))
            self.ask_again()
        elif not self.worked_anywhere(event):
            if flow is None or step is None:
                self.at_menu(event)
            else:
                self.at_step(flow, step, event)

    def renewed(self, flow: Flow | None) -> None:
        """The step is gone: begin its flow again, keep the answers; a flow that is gone leads to the menu."""
        self.say(Reply(messages.RENEWED))
        if flow is None:
            self.open_menu()
        else:
            self.state = replace(self.state, history=(), offer="", misses=0)
            self.go(flow.name, flow.steps[0].name)

    def worked_anywhere(self, event: Event) -> bool:
        words = _words_of(event)
        if not words:
            return False
        if isinstance(event, Said) and notices.is_stop_word(event.text):
            self.digress(notices.FLOW.name, notices.STOP)
            return True
        if self.state.asked and words in _NOT_IT:
            others = " ".join(self.state.asked).strip()
            step, about = questions.not_it(others)
            self.digress(questions.NAME, step, about)
            return True
        match commands.anywhere(words):
            case "start" if self.state.flow:
                self.say(Reply(messages.STILL_HERE))
                self.ask_again()
            case "menu" | "start":
                self.open_menu()
            case "back":
                self.back()
            case "stop" if self.state.under:
                self.resume()
            case "stop":
                self.say(Reply(messages.STOPPED if self.state.flow else messages.NOTHING_TO_STOP))
                self.open_menu()
            case "person":
                self.digress(helpdesk.FLOW.name)
            case "help":
                self.say(Reply(catalog.help_text(self.content)))
                self.ask_again()
            case _:
                return False
        return True

    def digress(self, flow: str, step: str = "", knows: Mapping[str, Any] | None = None) -> None:
        """Begin a flow on top of what is under way, which is taken up again when it ends; it begins with what it `knows`."""
        below = self.state
        stays = below.flow in (*catalog.DIGRESSIONS, flow)
        under = dict(below.under) if stays else below.to_json() if below.flow else {}
        about = helpdesk.about(below, self.content) if flow == helpdesk.FLOW.name else {}
        self.state = State(flow=flow, answers=about, under=under)
        self.keep(knows or {})
        self.opening = ""
        self.go(flow, step or catalog.FLOWS[flow].steps[0].name)

    def resume(self) -> None:
        """The aside is over: go on at the step that lies under it."""
        self.state = replace(State.from_json(self.state.under), misses=0)
        self.ask_again()

    def back(self) -> None:
        if not self.state.history and self.state.under:
            self.resume()
            return
        if not self.state.history:
            if self.state.flow:
                self.say(Reply(messages.FIRST_STEP))
            self.open_menu()
            return
        place, _, numbers = self.state.history[-1].partition("?")
        flow, step = place.split("/")
        self.state = replace(self.state, history=self.state.history[:-1], misses=0, offer="")
        self.keep({key: int(value) for key, value in (n.split("=") for n in numbers.split("&") if n)})
        self.go(flow, step)

    # -- rules 4 to 6

    def at_menu(self, event: Event) -> None:
        words = self.chosen_words(event)
        if isinstance(event, Said) and (received := read_received(event.text)) is not None:
            self.say(Reply(numbers_explained.received(received, self.content)))
            self.enter("registration", event.text)
            return
        if self.explained(numbers_explained.chosen(words, self.state.options)) or self.explained(
            self.pasted(event)
        ):
            return
        pressed = isinstance(event, Pressed)
        routed = route(words, self.content, loosely=not pressed) if words else Routed()
        if routed.flow:
            self.enter(routed.flow, routed.opening)
        elif routed.asks is not None and self.asked(routed.asks, words):
            return
        elif routed.between:
            labels = tuple(catalog.label(name, self.content) for name in routed.between)
            self.say(Reply(messages.WHICH, options=(*labels, commands.MENU_LABEL)))
        elif pressed:
            self.say(Reply(messages.OLD_BUTTON))
            self.ask_again()
        elif not self.unasked(event):
            self.miss(messages.NOT_UNDERSTOOD, words)

    def at_step(self, flow: Flow, step: Step, event: Event) -> None:
        if self.state.offer and self.left_or_stayed(event):
            return
        choices = step.choices(self.context())
        chosen = self.choice(choices, event)
        if chosen is not None:
            self.parsed(flow, step, Parsed(chosen.outcome, chosen.keep))
            return
        if self.explained(numbers_explained.chosen(self.chosen_words(event), self.state.options)):
            return
        if isinstance(event, Pressed):
            elsewhere = route(event.label, self.content, loosely=False) if event.label else Routed()
            if elsewhere.flow and elsewhere.flow != flow.name:  # of an older menu
                self.leave_for(elsewhere, step)
                return
            self.say(Reply(messages.OLD_BUTTON))
            self.ask_again()
            return
        if isinstance(event, Said):
            if flow.name != "registration" and (received := read_received(event.text)) is not None:
                self.say(Reply(numbers_explained.received(received, self.content)))
                self.leave_for(Routed("registration", opening=event.text), step)
                return
            elsewhere = route(event.text, self.content, loosely=False)
            if elsewhere.flow and elsewhere.flow != flow.name:
                self.leave_for(elsewhere, step)
                return
            if step.kind == "ask" and flow.name in TAKE_ANY_WORDS and self.surely_asked(event.text):
                return
        parsed = step.parse(self.context(), event)
        if parsed is not None:
            self.parsed(flow, step, parsed)
            return
        if self.explained(self.pasted(event)):
            return
        if isinstance(event, Said):
            elsewhere = route(event.text, self.content, loosely=True)
            if elsewhere.flow and elsewhere.flow != flow.name:
                self.leave_for(elsewhere, step)
                return
            asked_for = _is_asked_for(self.state, event.text, self.content)  # digits that are only not right
            if elsewhere.asks is not None and not asked_for and self.asked(elsewhere.asks, event.text):
                return
        if self.unasked(event):
            return
        hint = step.hint(self.context())
        said = event.text if isinstance(event, Said) and flow.name == questions.NAME else ""
        self.miss(hint.text if isinstance(hint, Reply) else hint, said)

    def asked(self, found: QuestionResult, text: str) -> bool:
        """Answer a question, offer some, or say that this is nothing we answer; False when it is to be a miss.

        In the middle of something only what is asked without doubt is answered; the rest is for the step's own hint.
        """
        item = found.item
        free = not self.state.flow or self.state.flow == questions.NAME
        if found.decision == "answer" and item is not None and item.topic not in SMALL_TALK:
            if not free and (found.candidates[0].score < SURELY_ASKED or found.similarity < SURELY_NEAR):
                return False
            self.digress(questions.NAME, "answer", questions.kept(found))
        elif found.decision == "suggest" and free and questions.kept(found)["others"]:
            self.digress(questions.NAME, "perhaps", questions.kept(found))
        elif item is None or not free or item.topic not in SMALL_TALK:
            return False
        elif item.topic not in NOT_ASKED:
            self.say(Reply(item.answer))
            self.state = replace(self.state, misses=0)
            self.ask_again()
        elif item.topic != "khong_ro" or item.next:
            self.miss(item.answer, text)
            if item.next:
                self.offer_a_person()
        else:
            return False
        return True

    def surely_asked(self, text: str) -> bool:
        """Whether words that a step would take for its answer are a question without doubt; then it is answered."""
        found = find_questions(text, self.content.questions)
        sure = found.decision == "answer" and not found.shield
        return sure and found.item is not None and found.item.opens != "asked" and self.asked(found, text)

    def chosen_words(self, event: Event) -> str:
        """The words of a press or of what was said; "" for what has no words."""
        if isinstance(event, Pressed):
            return event.label
        return event.text if isinstance(event, Said) else ""

    def choice(self, choices: tuple[Choice, ...], event: Event) -> Choice | None:
        words = self.chosen_words(event)
        if not words:
            return None
        for choice in choices:
            if same_words(words, choice.label) or any(same_words(words, w) for w in choice.words):
                return choice
        return None

    def leave_for(self, elsewhere: Routed, step: Step) -> None:
        """Begin another flow; while something is under way, only after asking."""
        if elsewhere.flow not in catalog.DIGRESSIONS and self.is_under_way(step):
            self.ask_to_leave(elsewhere.flow)
        else:
            self.enter(elsewhere.flow, elsewhere.opening)

    def is_under_way(self, step: Step) -> bool:
        """Whether leaving now would lose something: more was gone through than a first question and answers to read."""
        if step.done or step.kind == "checklist" or not self.state.history:
            return False
        before = (place.partition("?")[0].split("/") for place in self.state.history)
        places = [
            *(catalog.find(flow, name) for flow, name in before),
            catalog.find(self.state.flow, self.state.step),
        ]
        return any(f is None or s is None or not (s.done or s.tells or s is f.steps[0]) for f, s in places)

    def ask_to_leave(self, flow: str) -> None:
        self.state = replace(self.state, offer=flow)
        label = catalog.label(flow, self.content)
        self.say(
            Reply(
                f"Anh/chị muốn chuyển sang “{label}” hay làm tiếp việc đang làm?",
                options=(catalog.leave_label(label), commands.STAY_LABEL),
            )
        )

    def left_or_stayed(self, event: Event) -> bool:
        words = self.chosen_words(event)
        offer = self.state.offer
        label = catalog.label(offer, self.content)
        meant = yes_or_no(words)
        if (
            meant
            or plain(words) in commands.LEAVE
            or any(same_words(words, w) for w in (catalog.leave_label(label), label))
        ):
            self.enter(offer, "")
            return True
        self.state = replace(self.state, offer="")
        if meant is False or same_words(words, commands.STAY_LABEL):
            self.ask_again()
            return True
        return False

    def pasted(self, event: Event) -> Pasted | None:
        """What a pasted number is."""
        return (
            numbers_explained.explained(event.text, self.content, self.at.date())
            if isinstance(event, Said)
            else None
        )

    def explained(self, said: Pasted | None) -> bool:
        """Say what a pasted number is, or ask; in a flow the step is then asked again."""
        if said is None:
            return False
        self.state = replace(self.state, misses=0)
        if self.state.flow:
            self.say(Reply(said.text, options=said.asks))
            self.ask_again()
            self.state = replace(self.state, options=(*self.state.options, *said.asks))
        else:
            labels = tuple(catalog.label(flow, self.content) for flow in said.flows)
            self.say(Reply(said.text, options=(*said.asks, *labels, commands.MENU_LABEL)))
        return True

    def unasked(self, event: Event) -> bool:
        """Something without words that nobody asked for: it is said what becomes of it; that is no misunderstanding."""
        match event:
            case SentFile():
                kind = "photo" if event.type.startswith("image/") else "file"
            case SharedContact():
                kind = "contact"
            case TypedSecret():
                kind = "secret"
            case _:
                return False
        self.say(Reply(messages.UNREADABLE[kind]))
        self.ask_again()
        return True

    def miss(self, hint: str, text: str = "") -> None:
        """Nobody understood: the hint, the question again; after two in a row what may be meant, and a person.

        `text` is what was said, where nobody is asked for personal things: it is counted for staff.
        """
        misses = self.state.misses + 1
        self.state = replace(self.state, misses=misses)
        words = missed(text, self.content.questions) if text else ""
        if words:
            self.effects.append(NoteMiss(words))
        said = [hint]
        lost = misses >= MISSES_BEFORE_A_PERSON
        if lost:
            said.append(messages.person_after_misses(self.content))
        _, step = catalog.find(self.state.flow, self.state.step)
        for line in said:
            self.say(Reply(line))
        perhaps = find_questions(text, self.content.questions).alternatives if lost and words else ()
        if perhaps:
            self.digress(questions.NAME, "perhaps", {"others": " ".join(q.id for q in perhaps)})
            self.state = replace(self.state, misses=misses)
        elif step is not None and step.done:  # what it says again would look like the answer
            last = self.replies.pop()
            self.say(self.offering(step, last))
        else:
            self.ask_again()
        if lost:
            self.offer_a_person()

    def offer_a_person(self) -> None:
        """Put "Gặp cán bộ" among the options of what was said last."""
        self.also_offer(commands.PERSON_LABEL)

    def also_offer(self, label: str) -> None:
        """Put a label among the options of what was said last; a shared phone stays the last option."""
        last = self.replies[-1]
        if label in last.options:
            return
        kept = len(last.options) - (1 if last.shares else 0)
        options = (*last.options[:kept], label, *last.options[kept:])
        self.replies.pop()
        self.say(replace(last, options=options))

    # -- rule 7

    def parsed(self, flow: Flow, step: Step, parsed: Parsed) -> None:
        if step.kind in RESTING and not step.asked_once and step.transitions[parsed.outcome] != AGAIN:
            self.remember(f"{flow.name}/{step.name}", parsed.keep)
        self.keep(parsed.keep)
        self.once = parsed.once
        if parsed.note:
            self.say(Reply(parsed.note))
        self.state = replace(self.state, misses=0, offer="", asked=())
        self.follow(flow, step, parsed.outcome)

    def remember(self, place: str, keep: Mapping[str, Any]) -> None:
        """Make this place one step back. Numbers that are about to change (which screen) are noted with it."""
        answers = self.state.answers
        numbers = [f"{key}={answers[key]}" for key in sorted(keep) if type(answers.get(key)) is int]
        entry = f"{place}?{'&'.join(numbers)}" if numbers else place
        if self.state.history[-1:] != (entry,):
            self.state = replace(self.state, history=(*self.state.history, entry)[-HISTORY_KEPT:])

    def answered(self, flow: Flow | None, step: Step | None, event: Answered) -> None:
        if flow is None or step is None or event.answer.outcome not in step.transitions:
            self.open_menu()
            return
        self.keep(event.answer.facts)
        self.opening = event.opening
        if event.opening:
            self.once = {"opening": event.opening}
        self.follow(flow, step, event.answer.outcome)

    def keep(self, values: Mapping[str, Any]) -> None:
        if values:
            merged = {**self.state.answers, **values}
            self.state = replace(
                self.state, answers={k: v for k, v in merged.items() if v is not None and v != ""}
            )

    def follow(self, flow: Flow, step: Step, outcome: str) -> None:
        target = step.transitions[outcome]
        if target == AGAIN:
            self.go(flow.name, step.name)
        elif target == MENU:
            self.rest_at_menu()
        elif "/" in target:
            name = target.split("/")[0]
            self.enter(name, "", carried=True)
        else:
            self.go(flow.name, target)

    def enter(self, name: str, opening: str, *, carried: bool = False) -> None:
        flow = catalog.FLOWS[name]
        answers = {k: v for k, v in self.state.answers.items() if k in flow.takes} if carried else {}
        if name in catalog.DIGRESSIONS:
            self.digress(name)
            return
        self.state = State(flow=name, answers=answers)
        self.opening = opening
        self.go(name, flow.steps[0].name)

    def go(self, flow_name: str, step_name: str, depth: int = 0) -> None:
        """Arrive at a step: say, call, or rest there."""
        flow, step = catalog.find(flow_name, step_name)
        if flow is None or step is None or depth > STEPS_IN_ONE_TURN:
            raise LookupError(f"no way on to {flow_name}/{step_name}")
        history = () if step.no_way_back else self.state.history
        self.state = replace(self.state, flow=flow_name, step=step_name, history=history)
        if step.asks is not None:
            self.awaits = step.asks(self.context())
        elif step.kind == "show":
            self.say(_reply(step, self.context()))
            target = step.transitions[""]
            if target == MENU:
                self.rest_at_menu()
            else:
                self.go(flow_name, target, depth + 1)
        elif step.digression and self.state.under:
            self.say_digression(step)
        elif step.kind == "end":
            reply = _reply(step, self.context())
            if self.state.under:
                self.say(reply)
                self.resume()
                return
            offered = tuple(c.label for c in step.choices(self.context()))
            self.say(replace(reply, options=(*reply.options, *offered, commands.MENU_LABEL)))
            self.rest_at_menu()
        elif not self.opened(flow, step):
            self.ask(step)

    def say_digression(self, step: Step) -> None:
        """Say it, go on at the step that lies under it, and offer there what may come of it."""
        self.say(_reply(step, self.context()))
        others = self.context().get("others")
        self.resume()
        if step.name == "answer":
            self.state = replace(self.state, asked=(others,))
            self.also_offer(questions.NOT_IT)
        else:
            self.offer_a_person()

    def opened(self, flow: Flow, step: Step) -> bool:
        """Whether the words that began the flow already answer its first question."""
        opening, self.opening = self.opening, ""
        if not opening or step.kind not in RESTING:
            return False
        event = Said(opening, self.at)
        chosen = self.choice(step.choices(self.context()), event)
        parsed = Parsed(chosen.outcome, chosen.keep) if chosen else step.parse(self.context(), event)
        if parsed is None or step.transitions[parsed.outcome] == AGAIN:
            return False
        self.parsed(flow, step, parsed)
        return True

    # -- saying

    def say(self, reply: Reply) -> None:
        self.replies.append(reply)
        if reply.options:
            self.state = replace(self.state, options=reply.options)

    def ask(self, step: Step) -> None:
        self.say(self.offering(step, _reply(step, self.context())))

    def offering(self, step: Step, reply: Reply) -> Reply:
        """The reply with the options of a step."""
        choices = step.choices(self.context())
        labels = tuple(c.label for c in choices if not c.shares)
        shares = tuple(c.label for c in choices if c.shares)
        back = (commands.BACK_LABEL,) if self.state.history else ()
        options = (*reply.options, *labels, *back, commands.MENU_LABEL, *shares)
        return replace(reply, options=options, shares=shares[0] if shares else "")

    def ask_again(self) -> None:
        _, step = catalog.find(self.state.flow, self.state.step)
        if step is None:
            self.say(catalog.menu(self.content, again=True))
        else:
            self.ask(step)

    def open_menu(self) -> None:
        self.state = State()
        self.say(catalog.menu(self.content))

    def rest_at_menu(self) -> None:
        if self.state.under:
            self.resume()
            return
        self.state = State(options=self.state.options, misses=self.state.misses)


def typed(event: Event) -> str:
    """The words of somebody's own that came with an event, "" where there are none."""
    match event:
        case Said(text=words) | Unreadable(words=words):
            return words
        case _:
            return ""


def _reply(step: Step, context: Context) -> Reply:
    said = step.prompt(context)
    return said if isinstance(said, Reply) else Reply(said)


def _words_of(event: Event) -> str:
    if isinstance(event, Pressed):
        return plain(event.label)
    if isinstance(event, Said):
        return plain(event.text)
    return ""
