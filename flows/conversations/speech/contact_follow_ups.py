"""What the contacts flow proposes for any typed message: contacts that are asked for, and what is asked about those shown.

Invariant: a card is proposed only for somebody surely asked for; about a contact nothing is said but what the appendix holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from flows.content import Contact
from flows.conversations.speech.contacts import by_block, listed, meant_beside, sought_by_name
from flows.directory.choice_words import ORDINALS, TAKES, THE_REST, WANTS_NOBODY, WHICH_OF_THEM
from flows.directory.contact_facts import (
    ContactFacts,
    called_in,
    grouped,
    is_called,
    list_of_its_year,
    not_by_its_number,
    of_block,
    same_person,
)
from flows.directory.follow_ups import (
    Asked,
    asked_about,
    asked_in_parts,
    asks_for_more,
    asks_if_list_holds,
    asks_if_same_person,
    asks_likewise,
    asks_of_each,
    asks_who_approves,
    asks_whom,
    belongs_nowhere,
    corrected_to,
    corrects,
    points_at_somebody,
    request_in,
    seeks_a_yes,
    told_by_others,
    vouches_for_a_caller,
)
from flows.directory.mention import Mention, mentioned_in
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Command, Proposal, Reading, Say, Show
from flows.engine.steps import Parsed
from flows.text.fold import words
from flows.understanding.input import Input

FLOW_NAME = "contacts"
_AT_REST = ("", FLOW_NAME, "questions")  # flows in which an answer interrupts nothing
_OF_LISTS = ("don-vi-gui-ai",)  # items that name the helpers
_OF_BLOCKS = ("dau-moi", "ho-tro-tai-cho")  # items that lead to the contacts
_FRESH, _RECENT = 1, 3  # turns since contacts were shown
_LONGEST = 40  # words
_A_SENTENCE = 12  # words: a longer message is searched for its request
_PARTS_BACK = 4
_SURE = 0.82
_FOLLOWS_IN = 9  # words: what adds a person to those shown
_LOOSE = 3  # words that nothing explains
_A_NAME = 4  # words: a message that may be nothing but what is looked for
_OF_A_PERSON = ("sex", "private", "where", "full_name")  # asked of somebody, or of the assistant itself
_TOLD_OF_ANYBODY = ("department", "duty", "valid", "in_office", "hours", "zalo", "full_name")
_OF_A_DEPARTMENT = re.compile(r"\b(?:phong|bo phan|ben)\b")
_OF_A_DUTY = re.compile(r"\b(?:lo|phu trach|quan ly|ben|khoi|mang|phong|bo phan|thuoc)\b")
_STATED = ("la ", "lam ", "day o ", "day tai ", "dang ")  # "em là giáo viên" tells, it does not ask


def propose(reading: Reading) -> Iterator[Proposal]:
    """See `Flow.reads`."""
    plain = reading.input.plain
    if not plain or told_by_others(plain):
        if plain and reading.recall("warned") and vouches_for_a_caller(plain):
            yield Proposal(
                0.9, "contacts: the caller's number", Say(not_by_its_number(reading.context.content))
            )
        return
    if len(reading.input.words) > _A_SENTENCE and not asks_of_each(plain):
        yield from _asked_at_length(reading)
    if len(reading.input.words) > _LONGEST:
        return
    said = _Message(reading)
    if reading.recall("warned") and vouches_for_a_caller(plain):
        yield Proposal(0.9, "contacts: the caller's number", Say(not_by_its_number(said.content)))
        return
    yield from said.wanted()
    if said.shown:
        yield from said.about_them()


def _asked_at_length(reading: Reading) -> Iterator[Proposal]:
    """The request inside a letter or a story: the part that asks, with what stands before it until something is named."""
    unsure: Proposal | None = None  # of several blocks that the request alone may mean
    for part in request_in(reading.input.text)[:_PARTS_BACK]:
        request = replace(reading, input=Input(part, reading.context.content))
        if len(request.input.words) > _LONGEST:
            break
        said = _Message(request)
        found = max((p for p in said.wanted() if p.score >= _SURE), key=lambda p: p.score, default=None)
        if found is None and said.mentions.gap and not said.mentions.blocks:
            found = said.gap_named(said.mentions.gap)
        if found is not None and not getattr(found.command, "keep", {}).get("unsure"):
            yield found
            return
        unsure = unsure or found
    if unsure is not None:
        yield unsure


class _Message:
    """One message beside the contacts that were shown before."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.plain = reading.input.plain
        self.content = reading.context.content
        self.directory = self.content.directory
        self.helpers = [c.id for c in self.directory.contacts if c.helper]
        item = reading.recall("item")
        ids = reading.recall("contacts").split()
        self.turns = age(reading.state.memory, "contacts")
        self.item_turns = age(reading.state.memory, "item")
        if item in _OF_LISTS and (not ids or self.item_turns < self.turns):
            ids, self.turns = self.helpers, self.item_turns
        self.item = item
        self.shown = [c for i in ids if (c := self.directory.contact(i))]
        self.listed = self._of_the_list()
        self.told = ContactFacts(self.content, self.shown)
        self.asks = asks_whom(self.plain)
        self.at_rest = reading.state.flow in _AT_REST
        self.here = reading.state.flow in ("", FLOW_NAME)

    def _of_the_list(self) -> list[Contact]:
        """The list of which one was looked at last; without one, those shown."""
        kept = self.reading.context.get("contacts").split() if self.reading.is_at(FLOW_NAME) else []
        found = [c for i in kept if (c := self.directory.contact(i))]
        return found if found and all(c in found for c in self.shown) else self.shown

    @cached_property
    def parts(self) -> tuple[Asked, ...]:
        """What the parts of the message ask of somebody, one after the other."""
        return asked_in_parts(self.reading.input.text)

    @cached_property
    def mentions(self) -> Mention:
        return mentioned_in(self.reading.input.text, self.directory)

    @cached_property
    def kind(self) -> Asked:
        """What is asked about somebody shown; without a word that points at them, the words must say nothing else."""
        kind, loose = asked_about(self.plain)
        if self.points:
            return kind if loose <= 6 else ""
        if kind in _OF_A_PERSON or (kind in ("department", "duty") and not _OF_A_DUTY.search(self.plain)):
            return ""
        again = kind == "number" and self.turns <= _FRESH and "lai" in self.reading.input.words
        return (
            kind
            if loose <= (4 if kind == "direct" or again else 3 if kind in ("others", "hours") else 0)
            else ""
        )

    @cached_property
    def points(self) -> bool:
        return points_at_somebody(words(self.reading.input.text))

    def _show(self, score: float, why: str, step: str, keep: dict[str, str | None]) -> Proposal:
        """Shows a step of this flow; within the flow as an answer, so that "quay lại" leads back."""
        here = self.reading.step if self.reading.is_at(FLOW_NAME) else None
        command: Command = (
            Answer(Parsed(step, keep)) if here and step in here.transitions else Show(FLOW_NAME, step, keep)
        )
        return Proposal(score, f"contacts: {why}", command)

    def _say(self, score: float, why: str, text: str, about: Sequence[Contact] = ()) -> Proposal:
        ids = " ".join(c.id for c in about or self.shown)
        remember = {"contacts": ids} if ids else {}
        return Proposal(score, f"contacts: {why}", Say(text, reminds=not self.at_rest), remember)

    # -- contacts that are asked for

    def wanted(self) -> Iterator[Proposal]:
        """Contacts asked for in these words, with or without what was said before."""
        after_lists = self.item in _OF_LISTS or (bool(self.shown) and all(c.helper for c in self.shown))
        if asks_who_approves(self.plain, of_a_list=after_lists or self.item in ("bao-lau", "nop-to-khai")):
            said_whole = len(self.reading.input.words) > _FOLLOWS_IN
            yield self._show(0.96 if said_whole else 0.93, "who approves", *listed(self.helpers))
        if asks_if_list_holds(self.plain) and not self.points and not self.mentions.names:
            yield self._say(0.94, "whether the list holds", list_of_its_year(self.content))
        if belongs_nowhere(self.plain) and (self.asks or "ai" in self.reading.input.words):
            yield self._show(0.88, "belongs nowhere", "nobody", {})
        yield from self._people()
        rest = self.shown if self.at_rest else []
        if rest and (others := meant_beside(self.directory, rest, self.mentions, self.reading.input.text)):
            yield self._show(0.9, "another was meant", *listed([c.id for c in others]))
        few = len(self.reading.input.words) <= _A_NAME
        if not (few or self.asks or self.here or self.shown or self.item in _OF_BLOCKS):
            return
        groups = self.mentions.rows
        if self.shown or self.item in _OF_BLOCKS:
            yield from self._instead(groups)
        if asks_if_same_person(self.plain) and len(groups) > 1:
            yield self._say(0.92, "one person for both", same_person(self.content, [g[0] for g in groups]))
            return
        if len(groups) > 1 and (self.asks or self.here) and not self.mentions.names:
            blocks = [b for g in groups for b in g]
            brief = self.mentions.loose <= 1 and len(self.reading.input.words) <= _FOLLOWS_IN
            score = 0.9 if self.asks else 0.7 if brief else 0.45
            yield self._show(score, "several blocks", "by_block", by_block(blocks, unsure=False))
            return
        yield from self._found(groups)
        if self.item in _OF_BLOCKS and not groups and not self.shown and self._number_asked():
            yield self._show(0.75, "number of nobody yet", "query", {})

    def _people(self) -> Iterator[Proposal]:
        """Contacts called by their given names: several whose numbers are asked for, or one more beside those shown."""
        text = self.reading.input.text
        typed = words(corrected_to(text))
        people = called_in(self.directory.contacts, typed, lambda: self.mentions.departments)
        asked = self.asks or self._number_asked() or "number" in self.parts
        if not people or (seeks_a_yes(self.plain) and not asked):
            return
        told, _ = asked_about(self.plain)
        if told in _TOLD_OF_ANYBODY and self.at_rest and not self.asks and len(people) == 1:
            facts = ContactFacts(self.content, people)
            yield self._say(0.88, f"{told} of somebody named", facts.answer(told, people), people)
            return
        if self.at_rest and (
            same := sought_by_name(self.directory, people, self.shown, self.mentions, self.plain)
        ):
            about = f"Tên {people[0].name.split()[-1]}"
            yield self._show(0.88, "sought by name", *listed([c.id for c in same], about))
            return
        step, keep = listed([c.id for c in people])
        if len(people) > 1 and asked:
            yield self._show(0.9, "several are named", step, keep)
        elif self.shown and self.turns <= 2 * _RECENT and self.at_rest and not self.kind_of_fact:
            short = len(self.reading.input.words) <= _FOLLOWS_IN and not WANTS_NOBODY.search(self.plain)
            known = all(c in self.shown for c in people)
            wanted = asked or (asks_for_more(self.plain) if not known else TAKES.search(self.plain))
            if short and wanted:
                again = {"again": "yes"} if known else {}
                yield self._show(0.9, "another is named", step, {**keep, **again})

    @property
    def kind_of_fact(self) -> bool:
        """Whether something is asked about somebody other than a number."""
        return self.kind not in ("", "number")

    def _number_asked(self) -> bool:
        return self.kind == "number"

    def _instead(self, groups: tuple[tuple[str, ...], ...]) -> Iterator[Proposal]:
        """The same asked of another block: "còn bệnh viện thì sao", "lộn, bên xổ số mới đúng"."""
        likewise, wrong = asks_likewise(self.reading.input.text), corrects(self.reading.input.text)
        if not (likewise or wrong) or (
            self.points and seeks_a_yes(self.plain) and "thi sao" not in self.plain
        ):
            return
        if wrong:
            meant = mentioned_in(corrected_to(self.reading.input.text), self.directory)
            groups = meant.rows[-1:] or groups[-1:]
        near = self.turns <= _RECENT or self.asks
        score = (0.92 if wrong else 0.89) if near and self.at_rest else 0.7
        if len(groups) == 1 and len(groups[0]) == 1:
            block = self.directory.block(groups[0][0])
            ids = [c.id for c in of_block(self.content, groups[0][0])]
            yield self._show(score, "another block", *listed(ids, block.name if block else "", groups[0]))
        elif groups:
            blocks = [b for g in groups for b in g]
            unsure = len(groups) == 1
            yield self._show(score, "other blocks", "by_block", by_block(blocks, unsure=unsure))
        elif self.mentions.gap:
            yield self._show(score, "another block: gap", "gap", {"gap": self._gap(self.mentions.gap)})
        elif self.mentions.departments and likewise and _OF_A_DEPARTMENT.search(self.plain):
            ids = [c.id for c in self.directory.contacts if c.department in self.mentions.departments]
            if ids:
                yield self._show(score - 0.05, "another department", *listed(ids))

    def gap_named(self, gap: str) -> Proposal:
        """A kind of organisation for which the appendix names nobody."""
        return self._show(0.82, "gap", "gap", {"gap": self._gap(gap)})

    def _gap(self, gap: str) -> str:
        return next((g.name for g in self.directory.gaps if g.id == gap), "")

    def _found(self, groups: tuple[tuple[str, ...], ...]) -> Iterator[Proposal]:
        """What the directory search makes of the text alone."""
        found = self.reading.input.contacts
        ids = [m.contact.id for m in found.contacts]
        asked_here = self.here and found.decision == "suggest"
        states = not self.asks and any(f" {s}" in f" {self.plain}" for s in _STATED)
        answers = self.reading.is_at(FLOW_NAME, "query")  # "trường học" is what was asked for
        if answers and len(groups) == 1 and found.decision != "answer" and not self.mentions.names:
            yield from self._one_phrase(0.88, groups[0])
        elif found.decision == "answer" and (self.asks or self.here):
            about = "; ".join([*(b.name for b in found.blocks), *(d.name for d in found.departments)])
            step, keep = listed(ids, about, (b.id for b in found.blocks))
            score = 0.95 if self.asks else 0.58 if states else 0.86
            if self._told_already(ids):
                yield self._show(score, "directory, told before", step, {**keep, "again": "yes"})
            elif self.reading.flow is None:  # its first question is answered by these words
                yield Proposal(score, "contacts: directory", Begin(FLOW_NAME, self.reading.input.text))
            else:
                yield self._show(score, "directory", step, keep)
        elif found.decision == "answer" and len(self.reading.input.words) <= _A_NAME and not states:
            yield self._show(0.64, "directory, elsewhere", *listed(ids, "", (b.id for b in found.blocks)))
        elif len(groups) == 1 and len(groups[0]) > 1 and (self.asks or (asked_here and not states)):
            score = 0.86 if self.asks else 0.68
            yield self._show(score, "which block", "by_block", by_block(groups[0], unsure=True))
        elif len(groups) == 1 and self.asks and not self.mentions.names:
            yield from self._one_phrase(0.84, groups[0])
        elif self.asks and self.mentions.departments and _OF_A_DEPARTMENT.search(self.plain):
            ids = [c.id for c in self.directory.contacts if c.department in self.mentions.departments]
            yield self._show(0.84 if ids else 0, "a department is named", *listed(ids))
        elif found.gap is not None and (
            self.asks or (self.here and len(self.reading.input.words) <= _A_SENTENCE)
        ):
            yield self._show(0.82 if self.asks else 0.58, "gap", "gap", {"gap": found.gap.name})
        elif found.decision == "suggest" and ids and (self.asks or self._nearly_here()):
            close = self.mentions.loose <= 3 if self.asks else len(self.reading.input.words) <= 4
            score = (0.7 if self.asks else 0.64) if close else 0.45
            yield self._show(score, "nearly", "perhaps", {"near": " ".join(ids)})

    def _nearly_here(self) -> bool:
        """Whether words that ask for nobody may still be meant for contacts: amid this flow, or few words before it."""
        few = len(self.reading.input.words) <= _FOLLOWS_IN
        return self.here and self.mentions.loose <= _LOOSE and (few or self.reading.state.flow == FLOW_NAME)

    def _one_phrase(self, score: float, blocks: tuple[str, ...]) -> Iterator[Proposal]:
        """The contacts of the one phrase that names an organisation; of several blocks it may mean, which is asked."""
        if len(blocks) > 1:
            yield self._show(score, "which block", "by_block", by_block(blocks, unsure=True))
            return
        block = self.directory.block(blocks[0])
        ids = [c.id for c in of_block(self.content, blocks[0])]
        step, keep = listed(ids, block.name if block else "", blocks)
        if self._told_already(ids):
            keep["again"] = "yes"
        yield self._show(score, "one block is named", step, keep)

    def _told_already(self, ids: Sequence[str]) -> bool:
        told = [c.id for c in self.shown]
        return told == list(ids) or (len(ids) == 1 and ids[0] in told)

    # -- what is asked about those shown

    def about_them(self) -> Iterator[Proposal]:
        """What is asked about the contacts shown before."""
        sure = self._sure()
        if sure < 0.45:
            return
        if self.turns <= _RECENT and self.at_rest and (other := self._other_of_the_list()):
            step, keep = listed([c.id for c in other])
            yield self._show(0.94, "another of the list", step, {**keep, "again": "yes"})
            return
        picked = self._picked()
        people = picked or self.shown
        if asked_about(self.plain)[0] == "full_name" and (named := self._named_here()):
            yield self._say(0.89, "full name", self.told.answer("full_name", named), named)
            return
        if claim := self._claim(people):
            yield self._say(sure, "is it so", claim, people)
            return
        kind = self.kind
        told = [t for part in self.parts if (t := self.told.answer(part, people))]
        if kind not in ("", "number") and "number" in self.parts and len(people) == 1 and len(told) < 2:
            told = [self.told.answer(kind, people), f"Số điện thoại: {grouped(people[0].phone)}."]
        if len(told) > 1 and len(self.reading.input.words) > _FOLLOWS_IN:
            yield self._say(sure, "several facts", "\n".join(told[:2]), people)
            return
        if kind and (answer := self.told.answer(kind, people)):
            yield self._say(sure, kind, answer, people)
        elif (
            picked
            and len(picked) < len(self.shown)
            and (len(self.reading.input.words) <= 9 or kind == "number")
        ):
            step, keep = listed([c.id for c in picked])
            told_which = any(ways.search(self.plain) for _, ways in ORDINALS)
            yield self._show(
                max(sure, 0.9 if told_which else 0.86), "one of those shown", step, {**keep, "again": "yes"}
            )
        elif kind == "number" and not self.mentions.blocks and not self.mentions.names:
            step, keep = listed([c.id for c in people])
            yield self._show(sure, "the number again", step, {**keep, "again": "yes"})

    def _sure(self) -> float:
        """How surely words without a subject speak of the contacts shown."""
        if self.points and self.turns <= 2 * _RECENT:
            return 0.89
        if not self.at_rest:
            return 0.5 if self.turns <= _FRESH else 0.0
        later_item = bool(self.item) and self.item_turns < self.turns
        if self.turns <= _FRESH:
            return 0.87
        return 0.6 if later_item or self.turns > _RECENT else 0.78

    def _other_of_the_list(self) -> list[Contact]:
        """Of the list last shown: the remaining one, or those of the department that is asked for."""
        if seeks_a_yes(self.plain) or self.kind_of_fact or len(self.reading.input.words) > _A_SENTENCE:
            return []
        if THE_REST.search(self.plain):
            return [c for c in self.listed if c not in self.shown] or self.shown[1:]
        if len(self.listed) > 1 and WHICH_OF_THEM.search(self.plain) and self.mentions.departments:
            return [c for c in self.listed if c.department in self.mentions.departments]
        return []

    def _picked(self) -> list[Contact]:
        """Those of the contacts shown whom the words single out."""
        typed = words(self.reading.input.text)
        named = [c for c in self.shown if is_called(c, typed)]
        if named or len(self.shown) == 1:
            return named
        for at, ways in ORDINALS:
            if ways.search(self.plain) and at < len(self.shown):
                return [self.shown[at]]
        if seeks_a_yes(self.plain) or not _OF_A_DEPARTMENT.search(self.plain):
            return []
        return [c for c in self.shown if c.department in self.mentions.departments]

    def _named_here(self) -> list[Contact]:
        """Those whose given name is typed, called or not: of the contacts shown first."""
        typed = words(self.reading.input.text)
        given = {word.text if word.marked else word.plain for word in typed}
        called = called_in(self.directory.contacts, typed, lambda: self.mentions.departments)
        return called or [c for c in self.shown if {(g := words(c.name)[-1]).text, g.plain} & given]

    def _claim(self, people: Sequence[Contact]) -> str:
        """The answer to "ảnh lo bên trường học phải hông"; "" where nothing is held."""
        if (
            not seeks_a_yes(self.plain)
            or asks_likewise(self.reading.input.text)
            or (self.asks and not self.points)
        ):
            return ""
        if self.mentions.loose > (2 if self.points else 0) or not _OF_A_DUTY.search(self.plain):
            return ""
        blocks = [b for group in self.mentions.blocks for b in group]
        if blocks:
            right = [c for c in people if set(blocks) & set(c.blocks)]
            return self.told.duty(people, "Dạ phải, " if right else "Dạ không, ")
        departments = self.mentions.departments
        if not departments:
            return ""
        right = [c for c in people if c.department in departments]
        return self.told.department(people, "Dạ phải, " if right else "Dạ không, ")
