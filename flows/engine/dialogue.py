"""One turn of a conversation: (state, event, content, flows) -> (state, replies, effects). No I/O, no clock, no chance.

The rules, in the order in which they are tried:

 1. A secret typed into the chat is forgotten and warned about, wherever the conversation stands; so is its announcement.
 2. A state whose step is gone (saved by an older version) begins its flow again and keeps the answers.
 3. The words that work anywhere come before the step's own answers: those of commands.py, those that lead into a flow
    from anywhere ("DUNG"), and those that follow up on a question just answered.
 4. A press counts when its words are valid at the current step; any other press asks the step again.
 5. A number means an option of the newest message; words equal to an option are that option.
 6. Words that exactly name another flow begin it, or ask whether to leave when something is under way; then the step
    may parse an answer; then a pasted number is explained and looser words are tried; what nobody understands is a
    miss: the hint, the question again, and after two misses a person.
 7. A step that awaits an effect says nothing more until the result is there; the engine is then called again with it.
 8. When a flow ends its answers are forgotten. What must last is kept by an effect.
 9. A flow that is a digression lies on top of what was under way, which is taken up again when it ends.

Called through flows/catalog.py, which hands in the flows. docs/flows.md draws the tables this runs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from flows.content import NOT_ASKED, SMALL_TALK, Content
from flows.effects import ForgetMessage, NoteMiss
from flows.engine import commands, events, messages
from flows.engine.events import Answered, Event, Pressed, Returned, Said, Unreadable
from flows.engine.flows import Flows
from flows.engine.navigation import Navigation, Turn, words_of
from flows.engine.state import State
from flows.engine.steps import Context, Flow, Parsed, Reply, Step
from flows.secrets import detector
from flows.text.normalise import plain, same_words
from flows.understanding import numbers_explained
from flows.understanding.facts import number_of, yes_or_no
from flows.understanding.intents import Routed, route
from flows.understanding.numbers_explained import Pasted
from flows.understanding.question_finder import QuestionResult, find_questions, missed

MISSES_BEFORE_A_PERSON = 2
SURELY_ASKED = 0.55  # score from which a question is answered in the middle of something else
SURELY_NEAR = 0.35  # likeness to a wording, likewise


def advance(state: State, event: Event, content: Content, flows: Flows) -> Turn:
    """One event of a conversation; pure. See the rules above."""
    secret = _secret_of(state, event, content, flows)
    dialogue = Dialogue(state, event.at, content, flows)
    dialogue.take(event, secret)
    turn = dialogue.turn()
    return replace(turn, state=replace(turn.state, watch=_watched(state, event, secret, content)))


def overhear(state: State, event: Event, content: Content, flows: Flows) -> Turn:
    """One event while an officer owns the conversation, who will answer it; pure.

    Only what must not wait: a secret is forgotten and warned about, and words that a flow obeys at once have their
    effect ("DUNG" ends the notices). Nothing moves but the watch window.
    """
    secret = _secret_of(state, event, content, flows)
    turn = Turn(replace(state, watch=_watched(state, event, secret, content)))
    if secret:
        told = Reply(detector.warning(secret, content, text=_typed(event)))
        return replace(turn, replies=(told,), effects=(ForgetMessage(secret),))
    if isinstance(event, Said):
        obeyed = (flow.obeys(event.text) for flow in flows.values())
        return replace(turn, effects=tuple(effect for effect in obeyed if effect is not None))
    return turn


def valid_labels(state: State, content: Content, at: datetime, flows: Flows) -> tuple[str, ...]:
    """Every wording that a press may mean now: offered last or by the step, on the menu, or valid anywhere."""
    _, step = flows.find(state.flow, state.step)
    choices = step.choices(Context(state.answers, content, at, flows)) if step is not None else ()
    labels = (*state.options, *(choice.label for choice in choices), *flows.menu(content).options)
    return tuple(dict.fromkeys((*labels, *commands.ALWAYS_VALID)))


def _secret_of(state: State, event: Event, content: Content, flows: Flows) -> str:
    """ "otp" or "password" when a secret was typed here, else ""."""
    secret_in = partial(detector.secret_in, weights=content.secret_weights)
    if not isinstance(event, Said):
        words = events.words_beside(event)
        watch = "" if isinstance(event, events.SentFile | events.SharedContact) else state.watch[0]
        secret = secret_in(words, expected=False, watch=watch) if words else ""
        return "" if secret and _is_offered(event, state, content, flows) else secret
    flow, step = flows.find(state.flow, state.step)
    watch = "" if _is_known_wording(state, event.text, content, flows) else state.watch[0]
    secret = secret_in(event.text, expected=step is not None and step.secret_expected, watch=watch)
    expected = flow is not None and flow.expects_digits(state.step, event.text, content)
    return "" if secret == detector.OTP and not watch and expected else secret


def _watched(state: State, event: Event, secret: str, content: Content) -> tuple[str, int]:
    """What the next messages are checked for, after this event in which `secret` was found."""
    words = _typed(event) or (events.words_beside(event) if secret else "")
    return detector.watch_after(words, secret, state.watch, content.secret_weights) if words else state.watch


def _is_offered(event: Event, state: State, content: Content, flows: Flows) -> bool:
    """Whether this is a press of what is ours to press: of any other the words are somebody's own."""
    if not isinstance(event, Pressed):
        return False
    return any(same_words(event.label, label) for label in valid_labels(state, content, event.at, flows))


def _is_known_wording(state: State, text: str, content: Content, flows: Flows) -> bool:
    """Whether a text is an option, words that work anywhere or a phrase of a flow: those are no password."""
    if not state.watch[0]:
        return False
    offered = any(same_words(text, option) for option in state.options)
    named = offered or bool(commands.anywhere(plain(text)))
    return named or bool(route(text, content, flows.routes(content), loosely=False).flow)


class Dialogue(Navigation):
    """Decides what an event means, by the rules above."""

    # -- rules 1 to 3

    def take(self, event: Event, secret: str) -> None:
        """Act on one event, in which `secret` was found ("" none)."""
        if isinstance(event, Said):
            n = number_of(event.text, len(self.state.options))
            if n is not None:
                event = Pressed(self.state.options[n - 1], event.at)
        flow, step = self.here()
        if secret:
            self.effects.append(ForgetMessage(secret))
            self.say_and_ask_again(detector.warning(secret, self.content, text=_typed(event)))
        elif isinstance(event, Said) and detector.is_announcement(event.text, self.content.secret_weights):
            self.say_and_ask_again(detector.forewarning(self.content))
        elif isinstance(event, Answered):
            self.answered(flow, step, event)
        elif isinstance(event, Returned):
            self.handed_back(event.reason)
        elif self.state.flow and step is None:
            self.renewed(flow)
        elif isinstance(event, Unreadable):
            self.say_and_ask_again(messages.UNREADABLE.get(event.kind, messages.UNREADABLE["other"]))
        elif not self.worked_anywhere(event):
            if flow is None or step is None:
                self.at_menu(event)
            else:
                self.at_step(flow, step, event)

    def handed_back(self, reason: str) -> None:
        """An officer gave the conversation back: say so, and go on where it stood."""
        for flow in self.flows.values():
            if flow.handed_back is not None:
                self.say(Reply(flow.handed_back(reason)))
        self.state = replace(self.state, misses=0)
        self.ask_again()

    def renewed(self, flow: Flow | None) -> None:
        """The step is gone: begin its flow again, keep the answers; a flow that is gone leads to the menu."""
        self.say(Reply(messages.RENEWED))
        if flow is None:
            self.open_menu()
        else:
            self.state = replace(self.state, history=(), offer="", misses=0)
            self.go(flow.name, flow.steps[0].name)

    def worked_anywhere(self, event: Event) -> bool:
        """Whether these words work at every step, and did."""
        words = plain(words_of(event))
        if not words:
            return False
        if isinstance(event, Said):
            for flow in self.flows.values():
                if step := flow.reached_by(event.text):
                    self.digress(flow.name, step)
                    return True
        if self.followed_up(words):
            return True
        match commands.anywhere(words):
            case "start" if self.state.flow:
                self.say_and_ask_again(messages.STILL_HERE)
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
                self.digress(self.flows.of_command("person"))
            case "help":
                self.say_and_ask_again(self.flows.help_text(self.content))
            case _:
                return False
        return True

    def followed_up(self, words: str) -> bool:
        """Whether these words follow up on the digression that was answered last ("không đúng ý tôi")."""
        if not self.state.follow_up:
            return False
        flow, name, kept = self.state.follow_up
        _, step = self.flows.find(flow, name)
        follow_up = step.follow_up if step else None
        if follow_up is None or words not in (plain(follow_up.label), *follow_up.words):
            return False
        self.digress(flow, *follow_up.leads(kept))
        return True

    # -- rules 4 to 6

    def at_menu(self, event: Event) -> None:
        """What is said or pressed while nothing is under way."""
        words = words_of(event)
        if isinstance(event, Said) and (recognised := self.recognised(event.text, None)):
            self.enter(recognised, event.text)
            return
        if self.chose_meaning(words) or self.explained(self.pasted(event)):
            return
        pressed = isinstance(event, Pressed)
        routed = self.route(words, loosely=not pressed)
        if routed.flow:
            self.enter(routed.flow, routed.opening)
        elif routed.asks is not None and self.asked(routed.asks, words):
            return
        elif routed.between:
            labels = tuple(self.flows.label(name, self.content) for name in routed.between)
            self.say(Reply(messages.WHICH, options=(*labels, commands.MENU_LABEL)))
        elif pressed:
            self.say_and_ask_again(messages.OLD_BUTTON)
        elif not self.unasked(event):
            self.miss(messages.NOT_UNDERSTOOD, words)

    def at_step(self, flow: Flow, step: Step, event: Event) -> None:
        """What is said or pressed at a step; the first reading that applies is acted on."""
        if self.state.offer and self.left_or_stayed(event):
            return
        chosen = self.choice(step, event)
        if chosen is not None:
            self.accept(flow, step, Parsed(chosen.outcome, chosen.keep))
            return
        if self.chose_meaning(words_of(event)):
            return
        elsewhere = self.route(words_of(event), loosely=False)
        if isinstance(event, Pressed):
            if not self.left_for(elsewhere, flow, step):  # a button of an older menu
                self.say_and_ask_again(messages.OLD_BUTTON)
            return
        if isinstance(event, Said):
            if recognised := self.recognised(event.text, flow):
                self.leave_for(recognised, event.text, step)
                return
            if self.left_for(elsewhere, flow, step):
                return
            if step.kind == "ask" and flow.questions_first and self.surely_asked(event.text):
                return
        parsed = step.parse(self.context(), event)
        if parsed is not None:
            self.accept(flow, step, parsed)
            return
        if self.explained(self.pasted(event)):
            return
        if isinstance(event, Said):
            elsewhere = self.route(event.text, loosely=True)
            if self.left_for(elsewhere, flow, step):
                return
            digits = flow.expects_digits(step.name, event.text, self.content)  # an answer, though a wrong one
            if elsewhere.asks is not None and not digits and self.asked(elsewhere.asks, event.text):
                return
        if not self.unasked(event):
            hint = step.hint(self.context())
            counted = words_of(event) if flow.counts_misses else ""
            self.miss(hint.text if isinstance(hint, Reply) else hint, counted)

    def route(self, words: str, *, loosely: bool) -> Routed:
        return route(words, self.content, self.flows.routes(self.content), loosely=loosely)

    def recognised(self, text: str, here: Flow | None) -> str:
        """The flow, other than `here`, to which a pasted message belongs, once that is said; "" for none."""
        for flow in self.flows.values():
            if flow is not here and (said := flow.recognises(text, self.content)):
                self.say(Reply(said))
                return flow.name
        return ""

    def asked(self, found: QuestionResult, text: str) -> bool:
        """Answer a question, offer some, or say that this is nothing we answer; False when it is to be a miss.

        In the middle of something only what is asked without doubt is answered; the rest is for the step's own hint.
        """
        item = found.item
        free = not self.state.flow or self.state.flow == self.flows.questions.name
        if found.decision == "answer" and item is not None and item.topic not in SMALL_TALK:
            if not free and (found.candidates[0].score < SURELY_ASKED or found.similarity < SURELY_NEAR):
                return False
            return self.shown(found)
        if found.decision == "suggest" and free and self.shown(found):
            return True
        if item is None or not free or item.topic not in SMALL_TALK:
            return False
        if item.topic not in NOT_ASKED:
            self.state = replace(self.state, misses=0)
            self.say_and_ask_again(item.answer)
        elif item.topic != "khong_ro" or item.next:
            self.miss(item.answer, text)
            if item.next:
                self.also_offer(commands.PERSON_LABEL)
        else:
            return False
        return True

    def shown(self, found: QuestionResult) -> bool:
        """Digress to the flow that shows what the question finder found; False when it has nothing to show."""
        shows = self.flows.questions.shows
        step, kept = shows(found) if shows else ("", {})
        if step:
            self.digress(self.flows.questions.name, step, kept)
        return bool(step)

    def surely_asked(self, text: str) -> bool:
        """Whether words that a step would take for its answer are a question without doubt; then it is answered."""
        found = find_questions(text, self.content)
        sure = found.decision == "answer" and not found.shield
        return sure and found.item is not None and found.item.opens != "asked" and self.asked(found, text)

    def left_for(self, elsewhere: Routed, flow: Flow, step: Step) -> bool:
        """Whether another flow than this one is meant; then it is begun, or offered."""
        meant = elsewhere.flow not in ("", flow.name)
        if meant:
            self.leave_for(elsewhere.flow, elsewhere.opening, step)
        return meant

    def leave_for(self, name: str, opening: str, step: Step) -> None:
        """Begin another flow; while something is under way, only after asking."""
        if name not in self.flows.digressions and self.is_under_way(step):
            self.ask_to_leave(name)
        else:
            self.enter(name, opening)

    def is_under_way(self, step: Step) -> bool:
        """Whether leaving now would lose something: more was gone through than a first question and answers to read."""
        if step.done or step.kind == "checklist" or not self.state.history:
            return False
        before = (position.partition("?")[0].split("/") for position in self.state.history)
        stops = [*(self.flows.find(flow, name) for flow, name in before), self.here()]
        return any(f is None or s is None or not (s.done or s.tells or s is f.steps[0]) for f, s in stops)

    def ask_to_leave(self, flow: str) -> None:
        self.state = replace(self.state, offer=flow)
        label = self.flows.label(flow, self.content)
        asked = f"Anh/chị muốn chuyển sang “{label}” hay làm tiếp việc đang làm?"
        self.say(Reply(asked, options=(commands.leave_label(label), commands.STAY_LABEL)))

    def left_or_stayed(self, event: Event) -> bool:
        """Whether the offer to leave for another flow was answered; it lapses with any other words."""
        words, offer = words_of(event), self.state.offer
        label = self.flows.label(offer, self.content)
        meant = yes_or_no(words)
        named = any(same_words(words, w) for w in (commands.leave_label(label), label))
        if meant or plain(words) in commands.LEAVE or named:
            self.enter(offer, "")
            return True
        self.state = replace(self.state, offer="")
        if meant is False or same_words(words, commands.STAY_LABEL):
            self.ask_again()
            return True
        return False

    def pasted(self, event: Event) -> Pasted | None:
        """What a pasted number is."""
        if not isinstance(event, Said):
            return None
        return numbers_explained.explained(event.text, self.content, self.at.date())

    def chose_meaning(self, words: str) -> bool:
        """Whether these words choose one of the meanings that a pasted number may have."""
        return self.explained(numbers_explained.chosen(words, self.state.options, self.content))

    def explained(self, pasted: Pasted | None) -> bool:
        """Say what a pasted number is, or ask; in a flow the step is then asked again."""
        if pasted is None:
            return False
        self.state = replace(self.state, misses=0)
        if self.state.flow:
            self.say(Reply(pasted.text, options=pasted.asks))
            self.ask_again()
            self.state = replace(self.state, options=(*self.state.options, *pasted.asks))
        else:
            labels = tuple(self.flows.label(flow, self.content) for flow in pasted.flows)
            self.say(Reply(pasted.text, options=(*pasted.asks, *labels, commands.MENU_LABEL)))
        return True

    def unasked(self, event: Event) -> bool:
        """Whether this is a file, contact or secret that no step waits for; the person is told so, and it is no miss."""
        match event:
            case events.SentFile():
                kind = "photo" if event.type.startswith("image/") else "file"
            case events.SharedContact():
                kind = "contact"
            case events.TypedSecret():
                kind = "secret"
            case _:
                return False
        self.say_and_ask_again(messages.UNREADABLE[kind])
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
        self.say(Reply(hint))
        lost = misses >= MISSES_BEFORE_A_PERSON
        if lost:
            self.say(Reply(messages.person_after_misses(self.content)))
        _, step = self.here()
        if lost and words and self.perhaps(text):
            self.state = replace(self.state, misses=misses)
        elif step is not None and step.done:  # what it says again would look like the answer
            last = self.replies.pop()
            self.say(self.offering(step, last))
        else:
            self.ask_again()
        if lost:
            self.also_offer(commands.PERSON_LABEL)

    def perhaps(self, text: str) -> bool:
        """Offer the questions that may have been meant; False when there are none."""
        found = find_questions(text, self.content)
        return bool(found.alternatives) and self.shown(replace(found, decision="suggest"))


def _typed(event: Event) -> str:
    """The words of somebody's own that came with an event, "" where there are none."""
    return event.text if isinstance(event, Said) else event.words if isinstance(event, Unreadable) else ""
