"""Moving through the flows' tables while one turn is made: arrive at a step, go back, digress and resume, say.

The base of `Dialogue`, which decides what an event means. Invariant: `state` always tells where the conversation will
rest if the turn ended now; at most one effect is awaited, and nothing is said after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flows.content import Content
from flows.effects import Effect
from flows.engine import messages
from flows.engine.commands import BACK_LABEL, MENU_LABEL, PERSON_LABEL
from flows.engine.events import Answered, Event, Pressed, Said
from flows.engine.flows import Flows
from flows.engine.memory import Memory, noted, recall
from flows.engine.state import State
from flows.engine.steps import AGAIN, MENU, RESTING, Choice, Context, Flow, Parsed, Reply, Step
from flows.text.normalise import plain, plain_wording
from flows.understanding.address import addressed
from flows.understanding.answers import meanings
from flows.understanding.input import Input

STEPS_IN_ONE_TURN = 12  # a table that shows and goes on for ever is a mistake: it is stopped here
HISTORY_KEPT = 20  # how many steps back "quay lại" can go


@dataclass(frozen=True, slots=True)
class Turn:
    """What one call of the engine gives. `awaits` is the effect whose result must come back before the person speaks."""

    state: State
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
    awaits: Effect | None = None
    opening: str = ""  # the words that began the flow, not yet read; never stored


class Navigation:
    """One turn while it is being made: the state so far, and what has been said."""

    def __init__(self, state: State, at: datetime, content: Content, flows: Flows) -> None:
        self.state = state
        self.at = at
        self.content = content
        self.flows = flows
        self.replies: list[Reply] = []
        self.effects: list[Effect] = []
        self.awaits: Effect | None = None
        self.opening = ""
        self.going_back = False
        self.once: Mapping[str, Any] = {}
        self.today = at.date().toordinal()
        self.memory: Memory = state.memory  # written into the state when the turn is over

    def turn(self) -> Turn:
        state = replace(self.state, memory=self.memory)
        address = recall(self.memory, "address")
        replies = tuple(
            r if r.verbatim else replace(r, text=addressed(r.text, address)) for r in self.replies
        )
        return Turn(state, replies, tuple(self.effects), self.awaits, self.opening)

    def remember(self, values: Mapping[str, str]) -> None:
        """Set subjects of the memory; "" forgets one."""
        if values:
            self.memory = noted(self.memory, values, self.today)

    def context(self) -> Context:
        answers = {**self.state.answers, **self.once} if self.once else self.state.answers
        return Context(answers, self.content, self.at, self.flows, self.memory)

    def here(self) -> tuple[Flow | None, Step | None]:
        """The flow and step where the conversation stands; None at the menu, or when a table lost them."""
        return self.flows.find(self.state.flow, self.state.step)

    # -- moving

    def enter(
        self,
        name: str,
        opening: str,
        *,
        carried: bool = False,
        step: str = "",
        keep: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin a flow with the words that led there; `carried`: with the answers that it takes over."""
        flow = self.flows[name]
        if flow.digression:
            self.digress(name, step, keep)
            return
        answers = {k: v for k, v in self.state.answers.items() if k in flow.takes} if carried else {}
        under = self.state.under if self.state.flow not in self.flows.digressions else {}
        self.state = State(flow=name, answers=answers | dict(keep or {}), under=under)
        self.opening = opening
        self.go(name, step or flow.steps[0].name)

    def stack(self, name: str, opening: str, step: str = "", keep: Mapping[str, Any] | None = None) -> None:
        """Begin a flow on top of what is under way, which is taken up again when it ends; at most `STACKED` lie below."""
        flow, below = self.flows[name], self.state
        if flow.digression:
            self.digress(name, step, keep)
            return
        under = dict(below.under) if below.flow in self.flows.digressions else _laid_under(below)
        self.state = State(flow=name, answers=dict(keep or {}), under=under)
        self.opening = opening
        self.go(name, step or flow.steps[0].name)

    def digress(self, name: str, step: str = "", knows: Mapping[str, Any] | None = None) -> None:
        """Begin a flow on top of what is under way, which is taken up again when it ends; it begins with what it `knows`."""
        below, flow = self.state, self.flows[name]
        stays = below.flow == name or below.flow in self.flows.digressions
        under = dict(below.under) if stays else _laid_under(below) if below.flow else {}
        answers = flow.begins_with(below, self.content, self.flows)
        self.state = State(flow=name, answers=answers, under=under, misses=below.misses)
        self.keep(knows or {})
        self.opening = ""
        self.go(name, step or flow.steps[0].name)

    def resume(self, *, fully: bool = False) -> None:
        """What lay on top is over: go on at the step that lies under it, reminded of in one line."""
        self.state = replace(State.from_json(self.state.under), misses=self.state.misses)
        if fully:
            self.ask_again()
        else:
            self.remember({"aside": "1"})
            self.remind()

    def back(self) -> None:
        """One step back; from a digression to what lies under it, from a first step to the menu."""
        if not self.state.history and self.state.under:
            self.resume()
            return
        if not self.state.history:
            if self.state.flow:
                self.say(Reply(messages.FIRST_STEP))
            self.open_menu()
            return
        self.going_back = True
        position, _, numbers = self.state.history[-1].partition("?")
        flow, step = position.split("/")
        self.state = replace(self.state, history=self.state.history[:-1], misses=0)
        self.keep({key: int(value) for key, value in (n.split("=") for n in numbers.split("&") if n)})
        self.go(flow, step)

    def go(self, flow_name: str, step_name: str, depth: int = 0) -> None:
        """Arrive at a step: say something, await an effect, or rest there."""
        flow, step = self.flows.find(flow_name, step_name)
        if flow is None or step is None or depth > STEPS_IN_ONE_TURN:
            raise LookupError(f"no way on to {flow_name}/{step_name}")
        history = () if step.no_way_back else self.state.history
        self.state = replace(self.state, flow=flow_name, step=step_name, history=history)
        if step.forgets:
            self.memory, self.state = {}, replace(self.state, under={})
        self.remember(step.recalls(self.context()))
        if step.asks is not None:
            self.awaits = step.asks(self.context())
        elif step.kind == "show":
            self.say(self.prompt(step))
            target = step.transitions[""]
            if target == MENU:
                self.rest_at_menu()
            else:
                self.go(flow_name, target, depth + 1)
        elif step.digression and self.state.under:
            self.say_digression(step)
        elif step.kind == "end":
            self.say_end(step)
        elif not self.opened(flow, step) and not self.assumed(flow, step):
            self.ask(step)

    def say_end(self, step: Step) -> None:
        """Say what has become true; then what lies under goes on, or the menu stands open."""
        reply = self.prompt(step)
        if self.state.under:
            self.say(reply)
            self.resume()
            return
        offered = tuple(c.label for c in step.choices(self.context()))
        self.say(replace(reply, options=(*reply.options, *offered, MENU_LABEL)))
        self.rest_at_menu()

    def say_digression(self, step: Step) -> None:
        """Say it, go on at the step that lies under it, and offer there what may follow up."""
        self.say(self.prompt(step))
        flow, kept = self.state.flow, self.context().get(step.follow_up.kept) if step.follow_up else ""
        self.resume()
        if step.follow_up:
            self.state = replace(self.state, follow_up=(flow, step.name, kept))
            self.also_offer(step.follow_up.label)
        else:
            self.also_offer(PERSON_LABEL)

    def opened(self, flow: Flow, step: Step) -> bool:
        """Whether the words that began the flow already answer its first question."""
        opening, self.opening = self.opening, ""
        shows_only = step.done and step.digression  # what was asked for is answered there
        no_reason = step.takes_any and not flow.reads_opening and not _REASON.search(plain(opening))
        if not opening or step.kind not in RESTING or shows_only or no_reason:
            return False
        event = Said(opening if step.takes_any else Input(opening, self.content).text, self.at)
        chosen = self.choice(step, event)
        if chosen is None and (chosen := self.meant(step, opening)) is not None:
            self.opening = opening  # it may say more than this
        parsed = chosen.parsed if chosen else step.parse(self.context(), event)
        if parsed is None or step.transitions.get(parsed.outcome) in (AGAIN, step.name):
            return False
        self.accept(flow, step, parsed)
        return True

    def meant(self, step: Step, text: str) -> Choice | None:
        """The choice of this step that a text surely means besides what it said before."""
        choices = step.choices(self.context())
        wanted = frozenset(c.means for c in choices if c.means in FACTS)
        found = meanings(Input(text, self.content), wanted) if wanted else {}
        best = max(choices, key=lambda c: found.get(c.means, 0.0), default=None)
        return best if best is not None and found.get(best.means, 0.0) >= SURELY_MEANT else None

    def assumed(self, flow: Flow, step: Step) -> bool:
        """Whether the step's answer was said before; it is said back, and "quay lại" asks it."""
        known = step.assumes(self.context(), self.memory)
        before = any(f"{flow.name}/{step.name}" == p.partition("?")[0] for p in self.state.history)
        if known is None or before or self.going_back:
            return False
        note = known.note or f"Dạ, làm cho: {known.label.lower()}."
        self.accept(flow, step, Parsed(known.outcome, known.keep, note=note))
        return True

    def choice(self, step: Step, event: Event) -> Choice | None:
        """The choice of this step that the words of an event name, exactly but for diacritics and case."""
        words = plain(words_of(event))
        choices = step.choices(self.context()) if words else ()
        named = ((c, name) for c in choices for name in (c.label, *c.words.split(", ")))
        return next((choice for choice, name in named if plain_wording(name) == words), None)

    def accept(self, flow: Flow, step: Step, parsed: Parsed) -> None:
        """An answer was understood: keep what it gave, and follow its outcome."""
        target = step.transitions.get(parsed.outcome)
        if step.kind in RESTING and not step.asked_once and target != AGAIN:
            self.pass_step(f"{flow.name}/{step.name}", parsed.keep)
        self.keep(parsed.keep)
        self.once = parsed.once
        if parsed.note:
            self.say(Reply(parsed.note))
        self.state = replace(self.state, misses=0, follow_up=())
        self.follow(flow, step, parsed.outcome)

    def answered(self, flow: Flow | None, step: Step | None, event: Answered) -> None:
        """The awaited effect has its result; one that nobody waits for leads to the menu."""
        if flow is None or step is None or event.answer.outcome not in step.transitions:
            self.open_menu()
            return
        self.keep(event.answer.facts)
        self.opening = event.opening
        if event.opening:
            self.once = {"opening": event.opening}
        self.follow(flow, step, event.answer.outcome)

    def follow(self, flow: Flow, step: Step, outcome: str) -> None:
        """Go where an outcome leads: a step, the same step, the menu, or another flow."""
        begins = step.any_flow and outcome not in step.transitions
        target = f"{outcome}/" if begins else step.transitions[outcome]
        if target == AGAIN:
            self.go(flow.name, step.name)
        elif target == MENU:
            self.rest_at_menu()
        elif "/" in target:
            self.enter(target.split("/")[0], "", carried=True)
        else:
            self.go(flow.name, target)

    def pass_step(self, position: str, keep: Mapping[str, Any]) -> None:
        """Make this position one step back. Numbers that are about to change (which screen) are noted with it."""
        answers = self.state.answers
        numbers = [f"{key}={answers[key]}" for key in sorted(keep) if type(answers.get(key)) is int]
        entry = f"{position}?{'&'.join(numbers)}" if numbers else position
        if self.state.history[-1:] != (entry,):
            self.state = replace(self.state, history=(*self.state.history, entry)[-HISTORY_KEPT:])

    def keep(self, values: Mapping[str, Any]) -> None:
        """Keep answers; None or "" as a value forgets the key."""
        if values:
            merged = {**self.state.answers, **values}
            kept = {key: value for key, value in merged.items() if value is not None and value != ""}
            self.state = replace(self.state, answers=kept)

    # -- saying

    def prompt(self, step: Step) -> Reply:
        said = step.prompt(self.context())
        return said if isinstance(said, Reply) else Reply(said)

    def say(self, reply: Reply) -> None:
        self.replies.append(reply)
        if reply.options:
            self.state = replace(self.state, options=reply.options)

    def ask(self, step: Step) -> None:
        self.say(self.offering(step, replace(self.prompt(step), verbatim=step.asked_once)))

    def offering(self, step: Step, reply: Reply) -> Reply:
        """The reply with the options of a step."""
        choices = step.choices(self.context())
        labels = tuple(c.label for c in choices if not c.shares)
        shares = tuple(c.label for c in choices if c.shares)
        back = (BACK_LABEL,) if self.state.history else ()
        options = (*reply.options, *labels, *back, MENU_LABEL, *shares)
        shared = shares[0] if shares else ""
        return replace(reply, options=options, shares=shared, by_words=step.own_numbers)

    def ask_again(self) -> None:
        """Ask the step anew; at the menu, the menu."""
        _, step = self.here()
        if step is None:
            self.say(self.flows.menu(self.content, again=True))
        else:
            self.ask(step)

    def remind(self) -> None:
        """Say in one line what the step wants, with its options; at the menu only the options."""
        _, step = self.here()
        if step is None or step.kind not in RESTING or step.done:
            last = self.replies[-1] if self.replies else None
            if last is None:
                self.ask_again()
            elif not last.options:
                self.replies.pop()
                offered = self.offering(step, last) if step is not None else self.flows.menu(self.content)
                self.say(replace(last, options=offered.options))
            return
        prompt = self.prompt(step)
        brief = step.brief(self.context())
        text = brief if isinstance(brief, str) else brief.text
        self.say(self.offering(step, replace(prompt, text=text or shortened(prompt.text), contact=None)))

    def say_and_remind(self, text: str) -> None:
        self.say(Reply(text))
        self.remind()

    def say_and_ask_again(self, text: str) -> None:
        self.say(Reply(text))
        self.ask_again()

    def also_offer(self, label: str) -> None:
        """Put a label among the options of what was said last; a shared phone stays the last option."""
        last = self.replies[-1]
        if label in last.options:
            return
        kept = len(last.options) - (1 if last.shares else 0)
        options = (*last.options[:kept], label, *last.options[kept:])
        self.replies.pop()
        self.say(replace(last, options=options))

    def open_menu(self, *, again: bool = False) -> None:
        """Leave what was under way, and say the menu."""
        if self.state.flow and self.state.flow not in self.flows.digressions:
            self.remember({"place": f"{self.state.flow}/{self.state.step}"})
        self.state = State()
        self.say(self.flows.menu(self.content, again=again))

    def rest_at_menu(self) -> None:
        """The flow is over: what lies under it goes on, or the menu stands open without being said."""
        if self.state.under:
            self.resume()
            return
        self.state = State(options=self.state.options, misses=self.state.misses)


FACTS = frozenset(
    {"employee", "individual", "child", "android", "ios", "known", "unknown"}
)  # told beside an answer
SURELY_MEANT = 0.85
_REASON = re.compile(
    r"\b(?:ly do|viec cua|noi dung|cu the la|toi can|em can|nho|vi|do)\b.*\w+ \w+ \w+"
)  # a reason beside "đồng ý"
STACKED = 3  # how many interrupted flows a state keeps
BRIEF = 180  # characters of a reminder


def _laid_under(state: State) -> dict[str, Any]:
    """A state as it lies below another; what lies deeper than `STACKED` is let go."""
    depth, deepest = 1, state
    while deepest.under:
        depth, deepest = depth + 1, State.from_json(deepest.under)
    kept = replace(state, under={}) if depth >= STACKED else state
    return replace(kept, memory={}, options=(), watch=("", 0), follow_up=()).to_json()


_SENTENCE = re.compile(r"(?<=[.?!…])\s+|\n+")


def shortened(text: str) -> str:
    """The line of a prompt that says what is wanted: its last question, else its first sentence."""
    sentences = [s for s in _SENTENCE.split(text) if s.strip()]
    asked = [s for s in sentences if s.rstrip("”)").endswith("?")]
    line = asked[-1] if asked else sentences[0] if sentences else ""
    return line if len(line) <= BRIEF else line[: BRIEF - 1].rsplit(" ", 1)[0] + "…"


def words_of(event: Event) -> str:
    """The words of a press or of what was said; "" for what has no words."""
    if isinstance(event, Pressed):
        return event.label
    return event.text if isinstance(event, Said) else ""
