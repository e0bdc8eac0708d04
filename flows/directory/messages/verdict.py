"""Who is meant by a whole message: names, numbers, departments and what the model reads, weighed together. Called by the search.

Invariant: two signs that agree assert, two that disagree ask back; what is said not to be meant is never asserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from flows.directory.index import DirectoryIndex
from flows.directory.messages.evidence import Evidence
from flows.directory.messages.meaning import MessageMeaning
from flows.directory.messages.names import Named
from flows.directory.messages.phones import PhoneHit
from flows.directory.phrases import Target, key_of

Decision = Literal["answer", "suggest", "none"]
# Probabilities from which something is believed.
SEEKS, SEEKS_NAMED, SEEKS_FULL = (
    0.5,
    0.45,
    0.2,
)  # a contact is sought: of a group, by given name, by a whole name
SEEKS_IN = 0.4  # a department is named
SEEKS_RATHER = 0.3  # another kind was meant: "hông phải bệnh viện, trường cấp hai"
WHOLE, WHOLE_LIST = 0.5, 0.4  # the helpers, the whole appendix
KIND, KIND_MAYBE, KIND_OTHER = 0.6, 0.35, 0.3  # whose organisation: told; perhaps; and no other
KIND_OF_PLACE = 0.9  # where only the name of a place speaks for it
AGREES = 0.5  # a kind beside a name
TAKES_LISTS = 0.3  # lists of units are spoken of beside the name of who takes them
OUTSIDE = 0.75  # nobody's of the directory, whatever else is named
OTHER_OFFICE = "other-office"  # as training calls it: the police, the tax office, another province
_RANK = {"near": 0, "given": 1, "slip": 2, "sure": 3}
_BORN_AS = "hai"
_CLAIMS = re.compile(r"\b(?:lo|phu trach|coi|quan ly|dam nhan|dau moi|khoi|mang)\b")
_SOMEBODY_ELSE = re.compile(r"\bnguoi khac\b")
_WHETHER = re.compile(  # "không biết của tỉnh hay của phường"
    r"\b(?:khong|hong|ko|hok|chua|k|hem) (?:biet|ro|chac|ranh) (?:\w+ ){0,3}?(?:cua|la|thuoc|tinh|ben|cong ty|truong|vo|xep)\b.*\bhay\b"
)
_OR = re.compile(r"\bhay (?:la )?(?:ben|tinh|cua|doanh|cong|nha|truong|tu|dn)\b")
_FOR_TWO = re.compile(
    r"\b(?:ca hai|ca 2|(?:2|hai) (?:so|nguoi|ong|ben|dua|cho|noi|anh|chi|co|cau)|moi (?:ben|dua|cho|nguoi|noi|dang))\b"
)


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What a message comes to; `people` with their scores."""

    decision: Decision
    people: Mapping[int, float]
    targets: tuple[Target, ...] = ()
    by_name: bool = False
    certain: bool = False  # a number, a name but for slips, or two signs that agree


NOBODY = MessageResult("none", {})


@dataclass(frozen=True, slots=True)
class _NamedPerson:
    """One person, or those one of whom is meant, and how surely they are named."""

    people: frozenset[int]
    strength: str
    words: int
    unmarked_numeral: bool
    alone: bool


class MessageVerdict:
    """One message weighed."""

    def __init__(
        self, index: DirectoryIndex, said: Evidence, meaning: MessageMeaning, phone: PhoneHit | None
    ) -> None:
        self.index, self.said, self.meaning, self.phone = index, said, meaning, phone
        self.denied = frozenset(p for n in said.names if n.denied and len(n.people) == 1 for p in n.people)
        self.named = self._named([n for n in said.names if not n.denied])
        self.departments = [Target("department", d) for d in said.departments()]
        self.of_departments = self._people(self.departments)
        self.colleagues = self._colleagues()
        self.plain = " ".join(word.plain for word in said.typed)
        self.only_a_place = False  # whether nothing but a place was told; known after `decide`
        self.seeks = max(meaning.wants.values(), default=0.0)
        self.aliased = frozenset(
            t
            for one in said.told
            if not one.denied and len({index.row(t.id) for t in one.targets}) == 1
            for t in one.targets
            if t.kind == "block"
        )
        meant = {t for one in said.told if not one.denied for t in one.targets}
        self.not_meant = {t for one in said.told if one.denied for t in one.targets} - meant
        self.outside = {OTHER_OFFICE, *(gap.id for gap in index.directory.gaps)}
        self.kinds = {
            target: p
            for kind, p in meaning.kinds.items()
            if index.directory.block(kind) is not None
            and p >= KIND_MAYBE
            and (target := Target("block", kind)) not in self.not_meant
        }

    def _people(self, targets: Iterable[Target]) -> frozenset[int]:
        return frozenset().union(*(self.index.people_of(t) for t in targets))

    def _named(self, names: list[Named]) -> list[_NamedPerson]:
        groups: list[list[Named]] = []
        for name in names:
            mine = [g for g in groups if all(name.people & other.people for other in g)]
            if mine:
                mine[0].append(name)
            else:
                groups.append([name])
        found = []
        for group in groups:
            people = frozenset.intersection(*(n.people for n in group))
            best = max(group, key=lambda n: (_RANK[n.strength], n.end - n.start))
            strength = best.strength
            if strength == "near" and len(group) > 1:
                strength = "slip"  # twice nearly the same person
            words = [self.said.typed[i] for n in group for i in range(n.start, n.end)]
            numeral = len(words) == len(group) and all(w.text == _BORN_AS for w in words)
            found.append(
                _NamedPerson(people, strength, max(n.end - n.start for n in group), numeral, best.alone)
            )
        return found

    def _colleagues(self) -> frozenset[int]:
        """Who sits in one room with somebody that is not meant: "cùng phòng với anh Khoa, chứ không phải anh Khoa"."""
        contacts = self.index.directory.contacts
        rooms = {contacts[p].department for p in self.denied} - {""}
        if len(rooms) != 1 or self.denied != frozenset(p for n in self.said.names for p in n.people):
            return frozenset()
        told = re.search(
            r"\b(?:cung|chung) phong\b|\b(?:nguoi|anh|chi|ong) (?:kia|con lai)\b",
            " ".join(w.plain for w in self.said.typed),
        )
        return (
            frozenset(i for i, c in enumerate(contacts) if c.department in rooms) - self.denied
            if told
            else frozenset()
        )

    def decide(self) -> MessageResult:
        """Who is meant."""
        if self.colleagues and self.seeks >= SEEKS_FULL:
            return MessageResult("answer", dict.fromkeys(self.colleagues, 0.9))
        if self.phone is not None and (found := self._by_phone(self.phone)):
            return found
        named = [p for p in self.named if p.strength != "near"] or self.named
        if len(named) > 1:
            return self._several(named)
        if named and (found := self._one(named[0])):
            return found
        return self._groups()

    def _by_phone(self, phone: PhoneHit) -> MessageResult | None:
        others = [p for p in self.named if p.strength != "near" and not p.people & phone.people]
        if len(phone.people) == 1 and (phone.whole or phone.told):
            if others and phone.whole and not any(p.unmarked_numeral for p in others):
                return MessageResult("suggest", dict.fromkeys(phone.people | others[0].people, 0.6))
            return MessageResult(
                "answer", dict.fromkeys(phone.people, 1.0 if phone.whole else 0.9), certain=True
            )
        if phone.told:
            return MessageResult("suggest", dict.fromkeys(phone.people, 0.6))
        return None

    def _several(self, named: list[_NamedPerson]) -> MessageResult:
        everyone = frozenset().union(*(p.people for p in named))
        if self.seeks < SEEKS_NAMED:
            return NOBODY
        if all(len(p.people) == 1 and p.strength != "near" for p in named):
            in_order = {next(iter(p.people)): 0.9 - 0.01 * at for at, p in enumerate(named)}
            return MessageResult("answer", in_order, certain=True)
        return MessageResult("suggest", dict.fromkeys(everyone, 0.5))

    def _one(self, person: _NamedPerson) -> MessageResult | None:
        least = SEEKS_FULL if person.words > 2 else SEEKS_NAMED
        people = person.people
        fits, against = people, False
        agrees = 0
        if self.of_departments:
            fits, agrees = fits & self.of_departments, 1
            against = not fits
        blocks = [*{*(t for t, p in self.kinds.items() if p >= AGREES), *self.aliased}]
        if blocks and not against:
            mine = fits & self._people(blocks)
            if not mine and _SOMEBODY_ELSE.search(self.plain):
                return None
            if mine:
                fits, agrees = mine, agrees + 1
            elif not agrees:
                against = True
        if (
            person.words > 2
            and against
            and blocks
            and not (_CLAIMS.search(self.plain) and max(self.kinds.get(t, 0.0) for t in blocks) >= AGREES)
        ):
            against = False  # where somebody works or lives is told, not what the one called does
        if person.strength == "near" and person.words == 1 and not agrees:
            return None
        if self.seeks < least:
            return (
                MessageResult("none", {})
                if self.seeks < SEEKS_FULL or person.strength in ("given", "near")
                else None
            )
        if person.unmarked_numeral and not agrees:
            return None  # "chị hai tui": the eldest sister
        if against:
            others = self.of_departments or self._people(blocks)
            return MessageResult(
                "suggest", {**dict.fromkeys(others, 0.5), **dict.fromkeys(people, 0.6)}, tuple(blocks)
            )
        if (
            person.strength == "given"
            and person.words == 1
            and not agrees
            and (more := self._called_so(fits))
        ):
            return MessageResult("suggest", {**dict.fromkeys(more, 0.5), **dict.fromkeys(fits, 0.6)})
        weak = person.strength == "near" or person.unmarked_numeral
        if len(fits) == 1 and (not weak or agrees):
            lists = self.meaning.wants.get("helpers", 0.0) >= TAKES_LISTS and fits <= self.index.helpers
            beside = bool(self.of_departments) or lists or (person.alone and (agrees > 0 or person.words > 1))
            certain = beside or person.strength == "slip"
            return MessageResult("answer", dict.fromkeys(fits, 0.85 if weak else 0.95), (), True, certain)
        return MessageResult("suggest", dict.fromkeys(fits or people, 0.6))

    def _called_so(self, people: frozenset[int]) -> frozenset[int]:
        """Others whose middle name this person's given name is: "ông Tuấn" may be Mr Tuấn Vũ."""
        names = self.index.contact_names.names
        givens = {names[p][-1].plain for p in people}
        return frozenset(
            i for i, name in enumerate(names) if i not in people and givens & {w.plain for w in name[1:-1]}
        )

    def _groups(self) -> MessageResult:
        wants = self.meaning.wants
        outside = self._outside()
        if outside is not None and outside[1] >= OUTSIDE and wants.get("contact", 0.0) >= SEEKS_NAMED:
            return MessageResult("none", {}, (Target("gap", outside[0]),))
        if wants.get("appendix", 0.0) >= max(WHOLE_LIST, wants.get("contact", 0.0)):
            everyone = self._people(Target("block", b.id) for b in self.index.directory.blocks)
            return MessageResult("answer", dict.fromkeys(everyone, 0.9))
        if wants.get("helpers", 0.0) >= max(WHOLE, wants.get("contact", 0.0)):
            return MessageResult("answer", dict.fromkeys(self.index.helpers, 0.9), (Target("helpers", ""),))
        if self.of_departments and self.seeks >= SEEKS_IN:
            return self._of_departments()
        corrected = any(t.kind == "block" for t in self.not_meant)
        if wants.get("contact", 0.0) < (SEEKS_RATHER if corrected else SEEKS):
            return NOBODY
        return self._of_kinds()

    def _only_a_place(self, row: int) -> bool:
        """Whether nothing but the name of a place speaks for a row: "cơ quan em ở thành phố Cao Lãnh"."""
        spans = [
            key_of(self.said.typed[one.start : one.end])
            for one in self.said.told
            if any(t.kind == "block" and self.index.row(t.id) == row for t in one.targets)
        ]
        return bool(spans) and all(key in self.index.places for key in spans)

    def _outside(self) -> tuple[str, float] | None:
        """The likeliest organisation that no block of the directory stands for."""
        kinds = {k: p for k, p in self.meaning.kinds.items() if k in self.outside}
        name = max(kinds, key=lambda k: kinds[k], default="")
        return (name, kinds[name]) if name else None

    def _of_departments(self) -> MessageResult:
        people = self.of_departments - self.denied
        starts = {one.start for one in self.said.told for t in one.targets if t.kind == "department"}
        if starts & set(self.said.strangers):
            return NOBODY  # "chị Mỹ Linh phòng cấp thẻ"
        blocks = list(self.kinds)
        people = people - self._people(self.not_meant) or people
        fits = people & self._people(blocks) if blocks else people
        if not fits:
            return MessageResult(
                "suggest", dict.fromkeys(people | self._people(blocks), 0.5), (*self.departments, *blocks)
            )
        if len(self.departments) > 1 and len(fits) > 1:
            return MessageResult("suggest", dict.fromkeys(fits, 0.55), tuple(self.departments))
        return MessageResult("answer", dict.fromkeys(fits, 0.95), tuple(self.departments))

    def _of_kinds(self) -> MessageResult:
        kinds = self.meaning.kinds
        unsure = _WHETHER.search(self.plain)
        two = unsure or _FOR_TWO.search(self.plain) or _OR.search(self.plain)
        if two and len({self.index.row(t.id) for t in self.aliased}) > 1:
            both = self._people(self.aliased)
            return MessageResult("suggest", dict.fromkeys(both, 0.55), tuple(self.aliased))
        outside = self._outside()
        surest = max(self.kinds, key=lambda t: self.kinds[t], default=None)
        best = self.kinds[surest] if surest else 0.0
        if outside is not None and outside[1] >= max(AGREES, best):
            return MessageResult("none", {}, (Target("gap", outside[0]),))
        if surest is None:
            return NOBODY
        row = self.index.row(surest.id)
        rows = {self.index.row(t.id) for t in self.kinds}
        places = {r for r in rows if self._only_a_place(r)}
        if best < KIND_OF_PLACE and row in places:
            self.only_a_place = True
            return NOBODY
        rows -= places - {row}  # "phường 4 thành phố Cao Lãnh"
        targets = tuple(t for t in self.kinds if self.index.row(t.id) in rows)
        people = self._people(targets) - self.denied
        rivals = max(
            (p for k, p in kinds.items() if k in self.outside or self.index.row(k) not in (0, row, *places)),
            default=0.0,
        )
        named = {self.index.row(t.id) for t in self.aliased} == {row}  # two signs that agree
        if (
            best >= (KIND_MAYBE if named else KIND)
            and not unsure
            and len(rows) == 1
            and rivals < KIND_OTHER + 0.05
        ):
            return MessageResult("answer", dict.fromkeys(people, 0.95), targets)
        return MessageResult("suggest", dict.fromkeys(people, 0.55), targets)
