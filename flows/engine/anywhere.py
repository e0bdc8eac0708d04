"""Carries out the words that work at every step: menu, back, stop, a person, help, say it again, skip, go on; and begins flows.

The base of `Dialogue`. Invariant: what is under way is never lost unsaid: another flow begins on top of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.engine import commands, messages
from flows.engine.events import Event, Said
from flows.engine.memory import age, recall
from flows.engine.navigation import Navigation, words_of
from flows.engine.steps import Reply, Step
from flows.text.normalise import plain


class Commands(Navigation):
    """What is done for a command, whoever gave it: exact words, a button, or the arbiter."""

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
        command = commands.anywhere(words)
        return bool(command) and self.done(command)

    def done(self, command: str) -> bool:
        """Carry out a command that works anywhere; False where it does not here."""
        flow, step = self.here()
        match command:
            case "start" if self.state.flow:
                self.say_and_ask_again(messages.STILL_HERE)
            case "menu" | "start":
                self.open_menu()
            case "back" if recall(self.memory, "aside"):  # from what was asked in between
                self.ask_again()
            case "back":
                self.back()
            case "resume":
                self.taken_up()
            case "stop":
                self.stopped()
            case "person":
                self.digress(self.flows.of_command("person"))
            case "help":
                self.say_and_remind(self.flows.help_text(self.content))
            case "repeat" | "shorter":
                self.repeated(short=command == "shorter")
            case "anew" if flow is not None and not flow.digression:
                self.say(Reply(messages.ANEW))
                self.enter(flow.name, "")
            case "anew":
                self.say(Reply(messages.ANEW))
                self.open_menu(again=True)
            case "skip":
                skipped = step.skips(self.context()) if step is not None else None
                if flow is not None and step is not None and skipped is not None:
                    self.accept(flow, step, skipped)
                else:
                    self.say_and_remind(
                        messages.NOT_SKIPPED if step is not None else messages.NOTHING_TO_STOP
                    )
            case _:
                return False
        return True

    def stopped(self) -> None:
        """What is under way is over; a digression gives way to what lies under it."""
        left = self.state.flow
        under = bool(self.state.under)
        self.say(Reply(messages.STOPPED if left else messages.NOTHING_TO_STOP))
        if under:
            self.resume()
        else:
            self.open_menu(again=True)

    def taken_up(self) -> None:
        """Go on with what was under way before, here or left."""
        place = recall(self.memory, "place")
        flow, _, _step = place.partition("/")
        _, here = self.here()
        read = here is not None and (here.done or here.tells)  # nothing of it would go on
        if self.state.under and (read or not self.state.history):
            self.resume(fully=True)
        elif self.state.flow:
            self.ask_again()
        elif flow in self.flows:
            self.remember({"place": ""})
            self.enter(flow, "")
        else:
            self.say(self.flows.menu(self.content, again=True))

    def repeated(self, *, short: bool) -> None:
        """Say again what was said last: the answer to a question, or the step."""
        item = recall(self.memory, "item")
        if item and (
            not self.state.flow
            or age(self.memory, "item") <= 1
            or self.state.flow == self.flows.questions.name
        ):
            keep = {"item": item, "others": None, "short": "1" if short else None}
            self.digress(self.flows.questions.name, "answer", keep)
        elif self.state.flow:
            self.remind() if short else self.ask_again()
        else:
            self.say(self.flows.menu(self.content, again=True))

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

    def begin(self, name: str, opening: str, step: str = "", keep: Mapping[str, Any] | None = None) -> None:
        """Begin another flow: in place of one of which nothing would be lost, else on top of it."""
        _, here = self.here()
        if here is not None and self.is_under_way(here) and name != self.state.flow:
            self.stack(name, opening, step, keep)
        else:
            self.enter(name, opening, step=step, keep=keep)

    def is_under_way(self, step: Step) -> bool:
        """Whether leaving now would lose something: more was gone through than a first question and answers to read."""
        if step.kind == "checklist":
            return True
        if step.done or not self.state.history:
            return False
        before = (position.partition("?")[0].split("/") for position in self.state.history)
        stops = [*(self.flows.find(flow, name) for flow, name in before), self.here()]
        return any(f is None or s is None or not (s.done or s.tells or s is f.steps[0]) for f, s in stops)
