"""One turn of a conversation: (state, event, content, flows) -> (state, replies, effects). No I/O, no clock, no chance.

The rules, in the order in which they are tried:

 1. A secret typed into the chat is forgotten and warned about, wherever the conversation stands; so is its announcement.
 2. A state whose step is gone (saved by an older version) begins its flow again and keeps the answers.
 3. The words that work anywhere come before the step's own answers: those of commands.py, those that lead into a flow
    from anywhere ("DUNG"), and those that follow up on a question just answered.
 4. A press counts when its words are valid at the current step; any other press says so.
 5. A number means an option of the newest message; words equal to an option, a flow's name or a pasted message that a
    flow recognises are exactly that.
 6. Any other text is read by every reader (readers/ and `Flow.reads`), which propose; the best proposal is carried
    out (arbiter.py). Without one it is a miss: what is wanted here in one line, and after two misses a person.
 7. A step that awaits an effect says nothing more until the result is there; the engine is then called again with it.
 8. When a flow ends its answers are forgotten. What must last is kept by an effect.
 9. What is begun while something is under way lies on top of it, and what lies beneath is taken up again when it ends.
10. What was said before is remembered as ids and numbers (memory.py), written once, when the turn is over.

Called through flows/catalog.py, which hands in the flows. docs/flows.md draws the tables this runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.content import NOT_ASKED, Content
from flows.effects import ForgetMessage, NoteMiss
from flows.engine import commands, events, messages, readers
from flows.engine.anywhere import Commands
from flows.engine.arbiter import ranked
from flows.engine.events import Answered, Event, PageUsed, Pressed, Returned, Said, Unreadable
from flows.engine.flows import Flows
from flows.engine.memory import faded, recall
from flows.engine.navigation import Turn, words_of
from flows.engine.proposals import Answer, Begin, Clarify, Command, Correct, Do, Reading, Say, Show
from flows.engine.shield import Shield, secret_of, typed, watched
from flows.engine.state import LOST, MISS, WEAK, State
from flows.engine.steps import Flow, Reply, Step
from flows.secrets import detector
from flows.spoken import secret_help
from flows.text.dictated import written
from flows.text.normalise import plain
from flows.understanding import numbers_explained
from flows.understanding.acts import Before
from flows.understanding.address import address_of
from flows.understanding.answers import facts_told, meanings
from flows.understanding.facts import number_of
from flows.understanding.input import Input
from flows.understanding.intents import named
from flows.understanding.question_finder import QuestionResult, find_questions, missed, titled_question

MEANT = 0.85  # from this on an option is meant
REASON = 6  # words of an agreement that says more than that
HARDLY_SURE = 0.55  # what is shown or asked at a lower score counts as half a miss


def advance(state: State, event: Event, content: Content, flows: Flows) -> Turn:
    """One event of a conversation; pure. See the rules above."""
    shield = Shield(content)
    secret = secret_of(state, _written(event), content, flows, shield)
    if isinstance(event, Said | Pressed):
        state = replace(state, memory=faded(state.memory, event.at.date().toordinal()))
    dialogue = Dialogue(state, event.at, content, flows, shield)
    _, step = dialogue.here()
    dialogue.take(event if step is not None and step.takes_any else _written(event), secret)
    turn = dialogue.turn()
    return replace(turn, state=replace(turn.state, watch=watched(state, _written(event), secret, shield)))


def _written(event: Event) -> Event:
    """The event with misheard names put back; what is kept as somebody's own words stays as typed."""
    return replace(event, text=written(event.text)) if isinstance(event, Said) else event


def overhear(state: State, event: Event, content: Content, flows: Flows) -> Turn:
    """One event while an officer owns the conversation, who will answer it; pure.

    Only what must not wait: a secret is forgotten and warned about, and words that a flow obeys at once have their
    effect ("DUNG" ends the notices). Nothing moves but the watch window.
    """
    shield = Shield(content)
    secret = secret_of(state, event, content, flows, shield)
    turn = Turn(replace(state, watch=watched(state, event, secret, shield)))
    if secret:
        told = Reply(secret_help.warning(secret, content, text=typed(event)))
        return replace(turn, replies=(told,), effects=(ForgetMessage(secret),))
    if isinstance(event, Said):
        obeyed = (flow.obeys(event.text) for flow in flows.values())
        return replace(turn, effects=tuple(effect for effect in obeyed if effect is not None))
    return turn


def beside(state: State, event: Event, content: Content, flows: Flows, *, asked: bool) -> Turn | None:
    """One event while an officer owns the conversation that a flow answers all the same; None: it is for the officer. Pure.

    `asked`: what that flow asked is the newest thing said, so that a short word is its answer. What the officer interrupted
    is laid aside: `interrupted` tells it, `put_back` puts it back.
    """
    words = words_of(event)
    dialogue = (
        Dialogue(replace(state, under={}), event.at, content, flows, Shield(content)) if words else None
    )
    if dialogue is None or not isinstance(event, Said | Pressed):
        return None
    flow, step = dialogue.here()
    if flow is not None and step is not None and flow.beside is not None:
        chosen = dialogue.choice(step, event)
        if chosen is not None and (asked or plain(words) == plain(chosen.label)):
            dialogue.accept(flow, step, chosen.parsed)
            return dialogue.turn()
    name, _ = named(words, content, flows.routes(content))
    begun = (f for f in flows.values() if f.beside is not None and (f.name == name or f.beside(words)))
    if (first := next(begun, None)) is None:
        return None
    dialogue.state = State(watch=state.watch)
    dialogue.digress(first.name)
    return dialogue.turn()


def interrupted(state: State, flows: Flows) -> Mapping[str, Any]:
    """What an officer interrupted, as JSON: the state itself, or what lies under a flow that is answered beside the officer."""
    flow, _ = flows.find(state.flow, state.step)
    if flow is not None and flow.beside is not None:
        return state.under
    return replace(state, memory={}, watch=("", 0), follow_up=()).to_json()


def put_back(state: State, below: Mapping[str, Any], flows: Flows) -> State:
    """The state after `beside` and its effects, with what was set aside under it, or in its place once the flow is over."""
    flow, _ = flows.find(state.flow, state.step)
    if flow is not None and flow.beside is not None:
        return replace(state, under=dict(below))
    return replace(State.from_json(below), memory=state.memory, watch=state.watch)


class Dialogue(Commands):
    """Decides what an event means, by the rules above."""

    def __init__(self, state: State, at: datetime, content: Content, flows: Flows, shield: Shield) -> None:
        super().__init__(state, at, content, flows)
        self.shield = shield

    # -- rules 1 to 3

    def take(self, event: Event, secret: str) -> None:
        """Act on one event, in which `secret` was found ("" none)."""
        flow, step = self.here()
        if isinstance(event, Said) and not (step is not None and step.own_numbers):
            n = number_of(event.text, len(self.state.options))
            if n is not None:
                event = Pressed(self.state.options[n - 1], event.at)
        if secret:
            self.forewarned(event, secret)
        elif isinstance(event, Said) and self.announces(step, event.text):
            self.say_and_remind(secret_help.forewarning(self.content))
        elif isinstance(event, Answered):
            self.answered(flow, step, event)
        elif isinstance(event, Returned):
            self.handed_back(event.reason)
        elif self.state.flow and step is None:
            self.renewed(flow)
        elif isinstance(event, PageUsed):
            self.page_used(flow, step, event)
        elif isinstance(event, Unreadable) and not self.picture_missed(flow, step, event):
            told = messages.UNREADABLE.get(event.kind, messages.UNREADABLE["other"])
            self.say_and_remind(told.format(hotline=self.content.office.hotline))
        elif not self.worked_anywhere(event) and not self.taken_exactly(event):
            if isinstance(event, Said):
                self.understand(event)
            else:
                self.other_event(event)

    def announces(self, step: Step | None, text: str) -> bool:
        """Whether a secret is about to be typed; that a code has come is an answer where that is asked."""
        asked = step is not None and any(c.means == "received" for c in step.choices(self.context()))
        if asked and meanings(Input(text, self.content), frozenset({"received"})).get("received", 0) >= MEANT:
            return False
        return secret_help.is_announcement(text, self.content.secret_weights, self.shield.seen(text))

    def forewarned(self, event: Event, secret: str) -> None:
        """A secret was typed: it is forgotten and warned about."""
        self.effects.append(ForgetMessage(secret))
        self.remember({"secret": secret})
        words = typed(event)
        self.say_and_remind(
            secret_help.warning(secret, self.content, text=words, seen=self.shield.seen(words))
        )

    def picture_missed(self, flow: Flow | None, step: Step | None, event: Unreadable) -> bool:
        """Whether the step asked for a picture, which this door does not open: it tells how to look oneself."""
        parsed = (
            step.parse(self.context(), event)
            if step is not None and event.kind in ("photo", "file")
            else None
        )
        if flow is None or step is None or parsed is None:
            return False
        self.accept(flow, step, parsed)
        return True

    def handed_back(self, reason: str) -> None:
        """An officer gave the conversation back: say so, and go on where it stood."""
        self.state = put_back(State(watch=self.state.watch), interrupted(self.state, self.flows), self.flows)
        for flow in self.flows.values():
            if flow.handed_back is not None:
                self.say(Reply(flow.handed_back(reason)))
        self.state = replace(self.state, misses=0)
        self.ask_again()

    def page_used(self, flow: Flow | None, step: Step | None, event: PageUsed) -> None:
        """Something happened on a secure page: the step that waits for it goes on; elsewhere it is only told."""
        parsed = step.parse(self.context(), event) if step is not None else None
        if flow is not None and step is not None and flow.name == event.flow and parsed is not None:
            self.accept(flow, step, parsed)
        elif text := self.flows[event.flow].tells_of(self.context(), event):
            self.say_and_remind(text)

    def renewed(self, flow: Flow | None) -> None:
        """The step is gone: begin its flow again, keep the answers; a flow that is gone leads to the menu."""
        self.say(Reply(messages.RENEWED))
        if flow is None:
            self.open_menu()
        else:
            self.state = replace(self.state, history=(), misses=0)
            self.go(flow.name, flow.steps[0].name)

    # -- rules 4 and 5: presses, and words that are exactly something

    def taken_exactly(self, event: Event) -> bool:
        """Whether the words are exactly an option, a flow's name, or a message that a flow recognises."""
        flow, step = self.here()
        words = words_of(event)
        chosen = self.choice(step, event) if step is not None else None
        if flow is not None and step is not None and chosen is not None:
            self.accept(flow, step, chosen.parsed)
            return True
        if self.chose_meaning(words):
            return True
        if isinstance(event, Said):
            for other in self.flows.values():
                if other is not flow and (said := other.recognises(event.text, self.content)):
                    self.say(Reply(said))
                    self.remember(other.about)
                    self.begin(other.name, event.text)
                    return True
        if not words or (step is not None and step.takes_any):
            return False
        name, opening = named(words, self.content, self.flows.routes(self.content))
        if name and name != self.state.flow:
            self.remember(self.flows[name].told_with(Input(words, self.content)))
            self.begin(name, opening)
            return True
        shows = self.flows.questions.shows
        titled = titled_question(words, self.content.questions)
        if titled is None or shows is None:
            return False
        self.remember({"item": titled.id})
        self.digress(self.flows.questions.name, *shows(QuestionResult("answer", titled)))
        return True

    def other_event(self, event: Event) -> None:
        """A press of something old, a shared contact, a file: the step may parse it."""
        flow, step = self.here()
        if isinstance(event, Pressed):
            self.say_and_remind(messages.OLD_BUTTON)
            return
        parsed = step.parse(self.context(), event) if step is not None else None
        if flow is not None and step is not None and parsed is not None:
            self.accept(flow, step, parsed)
        elif not self.unasked(event):
            self.missed(words_of(event))

    # -- rule 6: what is said in other words

    def understand(self, event: Said) -> None:
        """Let the readers propose, and carry out the best; without one it is a miss."""
        if address := address_of(event.text):
            self.remember({"address": address})
        flow, step = self.here()
        under = self.state.under
        item = recall(self.memory, "item")
        reading = Reading(
            Input(event.text, self.content, item=item, before=_before(step), guarded=True),
            replace(self.state, memory=self.memory),
            self.context(),
            flow,
            step,
            (str(under.get("flow", "")), str(under.get("step", ""))),
        )
        good = ranked(readers.proposals(reading))
        if not good:
            self.missed(event.text)
            return
        asked = readers.between(good, self.flows, reading) if isinstance(good[0].command, Begin) else None
        if asked is not None:
            self.carry_out(asked)
            return
        best = good[0]
        if isinstance(best.command, Show | Say) and best.score < HARDLY_SURE:
            self.state = replace(self.state, misses=self.state.misses + WEAK)
        elif not isinstance(best.command, Clarify):
            self.state = replace(self.state, misses=0)
        self.remember(best.remember)
        self.effects += best.effects
        more = facts_told(reading.input) or (
            step is not None and step.asked_once and len(reading.input.words) > REASON
        )
        if isinstance(best.command, Answer) and more and not (step is not None and step.own_numbers):
            self.opening = event.text  # may answer the next questions too
        self.carry_out(best.command)
        self.opening = self.opening if self.awaits is not None else ""
        second = readers.second_wish(good, reading)
        if second is not None:
            self.told_second(*second)

    def told_second(self, label: str, what: str) -> None:
        """The second thing of a message: a question is answered shortly, a wish is offered."""
        item = self.content.questions.item(what.removeprefix("item:"))
        self.remember({"later": what, "offered": what})
        self.say(Reply(messages.second_wish(label) if item is None else messages.second_answer(item)))
        self.also_offer(label)

    def carry_out(self, command: Command) -> None:
        """Do what was chosen."""
        flow, step = self.here()
        match command:
            case Answer(parsed):
                assert flow is not None, "only a step is answered"
                assert step is not None, "only a step is answered"
                self.accept(flow, step, parsed)
            case Correct(name, keep, note):
                self.keep(keep)
                if note:
                    self.say(Reply(note))
                self.go(self.state.flow, name or self.state.step)
            case Begin(name, opening, begun, keep):
                self.begin(name, opening, begun, keep)
            case Show(name, shown, keep):
                self.digress(name, shown, keep)
                if self.state.misses >= LOST:
                    self.say(Reply(messages.person_after_misses(self.content), options=self.state.options))
                    self.also_offer(commands.PERSON_LABEL)
            case Say(text, options, reminds, answers):
                reply = Reply(text, options=options)
                bare = step is not None and not reminds and not options
                self.say(self.offering(step, reply) if step is not None and bare else reply)
                if reminds and answers and step is not None and not step.done:
                    self.remember({"aside": "1"})
                if reminds:
                    self.remind()
            case Clarify(text, options):
                self.say(Reply(text, options=options))
            case Do(what):
                self.done(what)

    def chose_meaning(self, words: str) -> bool:
        """Whether these words choose one of the meanings that a pasted number may have."""
        pasted = numbers_explained.chosen(words, self.state.options, self.content)
        if pasted is None:
            return False
        labels = tuple(self.flows.label(f, self.content) for f in pasted.flows)
        options = () if self.state.flow else (*pasted.asks, *labels, commands.MENU_LABEL)
        self.carry_out(Say(pasted.text, options))
        return True

    def unasked(self, event: Event) -> bool:
        """Whether this is a file, contact or secret that no step waits for; the person is told so, and it is no miss."""
        match event:
            case events.SentFile():
                kind = "photo" if event.type.startswith("image/") else "file"
            case events.SentPicture():
                kind = "photo"
            case events.SharedContact():
                kind = "contact"
            case events.TypedSecret():
                kind = "secret"
            case _:
                return False
        self.say_and_remind(messages.UNREADABLE[kind])
        return True

    def missed(self, text: str) -> None:
        """Nobody understood: what is wanted here in one line; after two in a row what may be meant, and a person.

        `text` is what was said; it is counted for staff where nobody is asked for personal things.
        """
        flow, step = self.here()
        misses = self.state.misses + MISS
        self.state = replace(self.state, misses=misses)
        counted = flow is None or flow.counts_misses
        shown = (
            counted and bool(text) and not detector.is_fragment(self.shield.seen(text), self.state.watch[0])
        )
        words = missed(text, self.content.questions) if shown else ""
        if words:
            self.effects.append(NoteMiss(words))
        hint = step.hint(self.context()) if step is not None else self.not_understood(text)
        said = hint if isinstance(hint, Reply) else Reply(hint)
        lost = misses >= LOST
        if lost:
            said = replace(said, text=f"{said.text}\n{messages.person_after_misses(self.content)}")
        if step is not None:
            self.say(self.offering(step, said))
        elif not (lost and words and self.perhaps(text, said)):
            self.say(replace(said, options=said.options or self.flows.menu(self.content).options))
        self.state = replace(self.state, misses=misses)
        if lost:
            self.also_offer(commands.PERSON_LABEL)

    def not_understood(self, text: str) -> str:
        """What is said at the menu to a text that nobody understood: that it is not ours to answer, or to say it otherwise."""
        item = find_questions(text, self.content).item if text else None
        strange = item is not None and item.topic in NOT_ASKED and (item.topic != "khong_ro" or item.next)
        return item.answer if item is not None and strange else messages.NOT_UNDERSTOOD

    def perhaps(self, text: str, said: Reply) -> bool:
        """Offer the questions that may have been meant; False when there are none."""
        found = find_questions(text, self.content)
        shows = self.flows.questions.shows
        step, kept = shows(replace(found, decision="suggest")) if shows and found.alternatives else ("", {})
        if step:
            self.say(said)
            self.digress(self.flows.questions.name, step, kept)
        return bool(step)


def _before(step: Step | None) -> Before:
    """What kind of thing the assistant said last, as the readers of acts know it."""
    if step is None:
        return "start"
    if step.asked_once:
        return "yes_no"
    if step.kind == "checklist" or step.kind == "wait":
        return "do"
    if step.done or step.tells:
        return "told"
    return "fact"
