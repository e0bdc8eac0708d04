"""Finds the responsible contact somebody asks for. Rule: explain every typed word, or do not assert; offer a near miss."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from flows.content import Block, Contact, Department, Directory, Gap
from flows.names import speech
from flows.names.fold import Word, fold, tidy, words
from flows.names.near import NAME_SYLLABLES, Marks, Reading, compare_marks, read_word
from flows.names.phrases import MAX_WINDOW, PhraseBook, Piece, Target, best_cover
from flows.names.roster import Roster
from flows.names.syllable import is_syllable

_MAX_WORDS = 40  # nobody asks for a contact in more; the rest is not read, and then nothing is asserted
_MAX_CHARS = 600
_MAX_TAIL = 5  # words of an organisation's own name
MAX_NAME = 7  # words one name may be scattered over
_NUMBER = re.compile(r"(?<![0-9/])\+?[0-9](?:[ .\-]{0,2}[0-9]){3,14}(?![0-9/])")
_LETTERS_APART = re.compile(r"(?<![^\W_])(?:đ|d) ?/ ?c(?![^\W_])")
_AMPERSAND = re.compile(r"(?<=\w) ?& ?(?=\w)")

Decision = Literal["answer", "suggest", "none"]


@dataclass(frozen=True, slots=True)
class Match:
    """A contact and how sure it is: 1.0 is certain."""

    contact: Contact
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found. `answer` asserts one contact or all of a group, `suggest` asks back, `none` has nobody."""

    decision: Decision
    contacts: tuple[Match, ...] = ()
    blocks: tuple[Block, ...] = ()
    departments: tuple[Department, ...] = ()
    gap: Gap | None = None


class _Index:
    """A directory made ready for searching."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.roster = Roster([c.name for c in directory.contacts])
        self.book = PhraseBook()
        self.helpers = frozenset(i for i, c in enumerate(directory.contacts) if c.helper)
        self.after_name: dict[str, Target] = {}
        add = self.book.add
        for phrase in speech.FILLING_PHRASES:
            add(phrase, "filling")
        for phrase in speech.ASKING:
            add(phrase, "asking")
        for phrase in speech.ADDRESS_PHRASES:
            add(phrase, "address")
        for department in directory.departments:
            target = Target("department", department.id)
            for alias in dict.fromkeys((department.name, *department.aliases)):
                bare = alias.removeprefix("Phòng ").removeprefix("phòng ")
                single = len(words(bare)) == 1 and is_syllable(fold(bare))
                for prefix in ("phòng ", "p ", "bên ", "bộ phận ", "cán bộ "):
                    add(prefix + bare, "alias", target)
                if not single or len(bare) < 3:
                    add(bare, "alias", target)
                else:
                    self.after_name[fold(bare)] = target  # an everyday word ("thu") needs its "phòng", or a name before it
        for block in directory.blocks:
            for alias in dict.fromkeys((block.name, *block.aliases)):
                add(alias, "alias", Target("block", block.id))
                first, *rest = words(alias)
                if first.plain in speech.PLACE_WORDS and (place := [w.text for w in rest if w.plain != "pho"]):
                    add(" ".join(place), "filling")  # where an organisation is says nothing about its kind
                add("khối " + alias, "alias", Target("block", block.id))
        for gap in directory.gaps:
            for alias in dict.fromkeys((gap.name, *gap.aliases)):
                add(alias, "alias", Target("gap", gap.id))
        for alias in directory.helpers_aliases:
            add(alias, "alias", Target("helpers", ""))
        for i, contact in enumerate(directory.contacts):
            for alias in contact.aliases:
                self.book.add(alias, "alias", Target("contact", str(i)))

    def people_of(self, target: Target) -> frozenset[int]:
        """Positions of the contacts that a block, a department or the helpers stand for."""
        contacts = self.directory.contacts
        if target.kind == "helpers":
            return self.helpers
        if target.kind == "contact":
            return frozenset({int(target.id)})
        if target.kind == "block":
            return frozenset(i for i, c in enumerate(contacts) if target.id in c.blocks)
        if target.kind == "department":
            return frozenset(i for i, c in enumerate(contacts) if c.department == target.id)
        return frozenset()

    def row(self, block_id: str) -> int:
        """The row of the appendix that a block stands in."""
        block = self.directory.block(block_id)
        return block.row if block else 0


@lru_cache(maxsize=4)
def _index(directory: Directory) -> _Index:
    return _Index(directory)


def find_contacts(query: str, directory: Directory) -> Found:
    """The responsible contacts a query asks for: by name, department, block of organisations or part of a phone number.

    Never raises on any text. `answer` only when every word is explained and nobody rivals; a name that is nearly that of
    a contact is a `suggest`; for people the appendix gives nobody, `none` with the gap. Best contact first.
    """
    index = _index(directory)
    text = _AMPERSAND.sub("", tidy(query[:_MAX_CHARS]))
    numbers = [m.group() for m in _NUMBER.finditer(text)]
    if numbers:
        found = _by_phone(index, numbers, _NUMBER.sub(" ", text))
        if found is not None:
            return found
    typed = words(_LETTERS_APART.sub(" dongchi ", text))
    whole = len(typed) <= _MAX_WORDS and len(query) <= _MAX_CHARS
    return _Message(index, typed[:_MAX_WORDS], whole=whole and not numbers).decide()


# ---- phone numbers -------------------------------------------------------------------------------------------------


def _by_phone(index: _Index, numbers: Sequence[str], rest: str) -> Found | None:
    contacts = index.directory.contacts
    hits: dict[int, bool] = {}
    for number in numbers:
        digits = re.sub("[^0-9]", "", number)
        digits = digits.removeprefix("00") if len(digits) > 11 else digits
        if digits.startswith("84") and (number.startswith("+") or len(digits) >= 11):
            digits = "0" + digits[2:].removeprefix("0")
        for i, contact in enumerate(contacts):
            if digits in contact.phone:
                hits[i] = hits.get(i, False) or digits == contact.phone
    if not hits:
        return None
    around = _Message(index, words(rest)[:_MAX_WORDS], whole=True)
    complete = any(hits.values())
    named = around.named()
    if named and not named & set(hits):
        return _found(index, "suggest", {**dict.fromkeys(hits, 0.6), **dict.fromkeys(named, 0.5)})
    if len(hits) == 1 and (complete or not around.unexplained):
        return _found(index, "answer", dict.fromkeys(hits, 1.0 if complete else 0.9))
    if around.unexplained and len(around.unexplained) > 2 and not complete:
        return None
    return _found(index, "suggest", dict.fromkeys(hits, 0.6))


# ---- words ---------------------------------------------------------------------------------------------------------


def _found(index: _Index, decision: Decision, people: dict[int, float], targets: Iterable[Target] = ()) -> Found:
    directory = index.directory
    ordered = sorted(people.items(), key=lambda item: (-item[1], item[0]))
    wanted = {(t.kind, t.id) for t in targets}
    return Found(
        decision,
        tuple(Match(directory.contacts[i], round(score, 3)) for i, score in ordered),
        tuple(b for b in directory.blocks if ("block", b.id) in wanted),
        tuple(d for d in directory.departments if ("department", d.id) in wanted),
        next((g for g in directory.gaps if ("gap", g.id) in wanted), None),
    )


class _Message:
    """One query read as pieces: aliases, people, words of address, asking and filling, and what stays unexplained."""

    def __init__(self, index: _Index, typed: Sequence[Word], *, whole: bool) -> None:
        self.index = index
        self.typed = typed
        self.whole = whole
        self.broken = False  # whether a name stands among words that may belong to it
        self.readings = [read_word(word) for word in typed]
        self.marked = any(word.marked for word in typed)
        pieces = self._exact_pieces()
        self.pieces = best_cover(pieces, len(typed))
        known = any(p.role in ("alias", "person") for p in self.pieces)
        doubtful = self._run([p for p in self.pieces if p.role == "person"]) is not None
        if self.unexplained or doubtful or not known:
            self.pieces = best_cover(pieces + self._near_names() + self._near_pieces(), len(typed))
        self._call_away()
        self._name_organisations()
        self._departments_after_names()

    # -- reading

    def _exact_pieces(self) -> list[Piece]:
        pieces: list[Piece] = []
        size = len(self.typed)
        for start in range(size):
            word = self.typed[start]
            if word.plain in speech.ADDRESS:
                pieces.append(Piece(start, start + 1, "address", 0.95))
            elif word.plain in speech.FILLING:
                pieces.append(Piece(start, start + 1, "filling", 0.9))
            pieces += self.index.roster.exact(self.readings, start)
            pieces += self.index.roster.initials(self.readings, start)
            for end in range(start + 1, min(start + MAX_WINDOW, size) + 1):
                if piece := self.index.book.exact(self.typed, start, end):
                    after_address = start and self.typed[start - 1].plain in speech.ADDRESS
                    if end - start == 1 and after_address and word.plain in NAME_SYLLABLES:
                        continue  # "chị Huyền" is no district
                    pieces.append(piece)
        return pieces

    def _departments_after_names(self) -> None:
        """ "A Hưng thu": the everyday word of a department, right after somebody addressed."""
        for spot in self.unexplained:
            target = self.index.after_name.get(self.typed[spot].plain)
            before = self._before(spot)
            if target is None or self.typed[spot].marked or before is None or before.role != "person":
                continue
            called = self._before(before.start)
            if before.form not in ("given", "family") or (called is not None and called.role == "address"):
                piece = Piece(spot, spot + 1, "alias", 0.0, (target,))
                self.pieces = sorted([*self.pieces, piece], key=lambda p: p.start)

    def _near_names(self) -> list[Piece]:
        """The one name that a run of words is but for a slip, when nobody rivals it."""
        run = self._run([p for p in self.pieces if p.role == "person"])
        if run is None or run[1] - run[0] > MAX_NAME:
            return []
        start, end = run
        starts = [start]
        if start and _may_be(self.typed[start - 1], {"anh": "anh"}):
            starts.append(start - 1)
        for first in starts:
            near = self.index.roster.near(self.readings[first:end], strict=self.marked)
            if near and near[0].sure and (len(near) == 1 or not near[1].sure or near[1].cost >= near[0].cost + 0.4):
                return [Piece(first, end, "person", 2.1 * max(2, end - first), (), True, (near[0].person,), "full")]
        return []

    def _near_pieces(self) -> list[Piece]:
        """Aliases with a slip in them, in windows that hold a word nothing else explains."""
        pieces: list[Piece] = []
        tried = 0
        for spot in self.unexplained[:6] or range(min(4, len(self.typed))):
            for start in range(max(0, spot - 4), spot + 1):
                for end in range(spot + 1, min(start + 7, len(self.typed)) + 1):
                    if tried > 60:
                        return pieces
                    tried += 1
                    if piece := self.index.book.nearly(self.typed, start, end):
                        pieces.append(piece)
        return pieces

    @property
    def unexplained(self) -> list[int]:
        """Positions of the words that no piece covers."""
        covered = {i for p in self.pieces for i in range(p.start, p.end)}
        return [i for i in range(len(self.typed)) if i not in covered]

    def _call_away(self) -> None:
        """ "Anh Hải ơi" calls somebody, it asks for nobody: such words become filling."""
        for spot, word in enumerate(self.typed):
            if word.plain not in speech.CALLING or spot == 0:
                continue
            start = spot - 1
            named = self._before(spot)
            if named is not None and named.role == "person" and named.form not in ("given", "family"):
                self._replace(spot, spot + 1, "filling")
                continue
            if start > 0 and self.typed[start - 1].plain in speech.ADDRESS:
                start -= 1
            self._replace(start, spot + 1, "filling")

    def _replace(self, start: int, end: int, role: Literal["filling"]) -> None:
        kept = [p for p in self.pieces if p.end <= start or p.start >= end]
        self.pieces = sorted([*kept, Piece(start, end, role, 0.0)], key=lambda p: p.start)

    def _name_organisations(self) -> None:
        """The words after a kind of organisation may be its own name: "trường THCS Nguyễn Huệ", "phường 1"."""
        for piece in list(self.pieces):
            if piece.role != "alias" or not any(t.kind == "block" for t in piece.targets):
                continue
            end = piece.end
            while end < len(self.typed) and end - piece.end < _MAX_TAIL and self._proper(end, first=end == piece.end):
                end += 1
            inside = [p for p in self.pieces if p.start >= piece.end and p.end <= end]
            if any(p.role == "person" and p.sure and (p.form != "family" or end - piece.end == 1)
                   and (p.form != "given" or end - piece.end == 1) for p in inside):
                continue
            if end == piece.end or any(p.start < end < p.end for p in self.pieces):
                continue
            if piece.end - piece.start == 1 and self._family_too(piece.start) and not self.typed[piece.end].plain.isdigit():
                self._unsure(piece)  # "truong my duyen" is a school or Ms Trương
            self._replace(piece.end, end, "filling")

    def _family_too(self, spot: int) -> bool:
        word = self.typed[spot]
        return not word.marked and word.plain in NAME_SYLLABLES

    def _unsure(self, piece: Piece) -> None:
        self.pieces[self.pieces.index(piece)] = replace(piece, sure=False)

    def _proper(self, spot: int, *, first: bool) -> bool:
        """Whether a word can belong to the own name of an organisation."""
        word = self.typed[spot]
        covering = next((p for p in self.pieces if p.start <= spot < p.end), None)
        if covering is not None and covering.end - covering.start > 1 and covering.role != "person":
            return False
        if covering is not None and covering.role == "alias" and any(t.kind != "block" for t in covering.targets):
            return False
        if covering is not None and covering.role in ("alias", "asking"):
            return covering.role == "alias"
        if first and covering is not None and covering.role in ("filling", "address"):
            ahead = [self._plain_name(i) for i in range(spot + 1, min(spot + 3, len(self.typed)))]
            needed = 1 if covering.role == "filling" and _may_be(word, speech.FAMILY_LIKE) else 2
            if ahead[:needed] != [True] * needed:
                return False
        if first and not word.marked and word.plain in speech.NOT_A_PROPER_NAME:
            return False
        if word.plain.isdigit() or not is_syllable(word.plain) or len(word.plain) == 1:
            return True
        after_family = not first and covering is None and self.typed[spot - 1].plain in speech.FAMILIES
        return after_family or word.plain in NAME_SYLLABLES or word.plain in speech.PLACE_SYLLABLES

    def _plain_name(self, spot: int) -> bool:
        """Whether a word is a syllable of names and nothing else that we know."""
        plain = self.typed[spot].plain
        known = plain in speech.FILLING or plain in speech.ADDRESS
        return plain in NAME_SYLLABLES and not (known and plain not in ("an", "van", "thi"))

    # -- people

    def named(self) -> set[int]:
        """The people whose names the message holds for sure."""
        return {i for p in self.pieces if p.role == "person" and p.sure for i in p.people}

    def _before(self, position: int) -> Piece | None:
        return next((p for p in self.pieces if p.end == position), None)

    def _touched(self, piece: Piece) -> bool:
        """Whether a filling word that touches a name may be one more syllable of it."""
        before = self._before(piece.start)
        if before is not None and before.role == "filling" and piece.form not in ("full", "family_given", "family"):
            last = self.typed[before.end - 1]
            if before.end - before.start == 1 and _may_be(last, speech.FAMILY_LIKE):
                return not (piece.form == "given" and last.plain in ("minh", "con"))
        after = next((p for p in self.pieces if p.start == piece.end), None)
        if after is not None and after.role in ("filling", "address") and after.end - after.start == 1:
            follows = next((p for p in self.pieces if p.start == after.end), None)
            addresses = after.role == "address" and follows is not None and follows.role == "person"
            return not addresses and _may_be(self.typed[after.start], speech.GIVEN_LIKE)
        return False

    def _called(self, piece: Piece) -> bool:
        """Whether a single given name is meant as a name: addressed, asked for, or all there is."""
        before = self._before(piece.start)
        if before is not None and (before.role == "address" or self.typed[before.end - 1].plain in ("so", "gap")):
            return True
        if any(p.role == "asking" and p.end <= piece.start for p in self.pieces):
            return True
        return all(p.role in ("person", "address") for p in self.pieces) and not self.unexplained

    def _asked(self) -> bool:
        """Whether the message asks for somebody at all."""
        return any(p.role == "asking" for p in self.pieces) or any(w.plain in speech.WHO for w in self.typed)

    # -- deciding

    def decide(self) -> Found:
        """What the pieces say together."""
        people = [p for p in self.pieces if p.role == "person"]
        aliases = self._aliases()
        targets = list(dict.fromkeys(t for p in aliases for t in p.targets))
        run = self._run(people)
        if run is not None:
            near = self._near_run(run)
            if near is not None:
                return near
            self.broken = True
            people = [p for p in people if p.end - p.start > 1 and p.sure]
            if not people and not aliases:
                return Found("none")
        if people and not aliases and len({p.people for p in people}) > 1:
            return self._several(people)
        if people:
            return self._one(people, targets)
        return self._groups(aliases, targets)

    def _aliases(self) -> list[Piece]:
        aliases = [p for p in self.pieces if p.role == "alias"]
        elsewhere = [p for p in aliases if self.typed[p.start].plain not in speech.PLACE_WORDS]
        return elsewhere if any(t.kind == "block" for p in elsewhere for t in p.targets) else aliases

    def _run(self, people: Sequence[Piece]) -> tuple[int, int] | None:
        """The words that look like one name which no single piece explains, or None."""
        loose = set(self.unexplained)
        spots = sorted(loose | {i for p in people for i in range(p.start, p.end)})
        if not spots:
            return None
        groups: list[list[int]] = [[spots[0]]]
        for spot in spots[1:]:
            gap = [p for p in self.pieces if groups[-1][-1] < p.start < spot]
            between = range(groups[-1][-1] + 1, spot)
            bridged = len(between) == 1 and gap and gap[0].role in ("address", "filling")
            family_first = any(p.form in ("family", "no_given") and p.end == between.start for p in people)
            if not between or (bridged and (family_first or between.start - 1 in loose)):
                groups[-1] += [*between, spot]
            else:
                groups.append([spot])
        for group in groups:
            start, end = group[0], group[-1] + 1
            inside = [p for p in people if start <= p.start < end]
            if len(inside) == 1 and inside[0].sure and (inside[0].start, inside[0].end) == (start, end):
                continue
            if len(inside) > 1 and all(p.form == "given" and p.sure for p in inside) and not loose & set(group):
                continue
            return start, end
        return None

    def _near_run(self, run: tuple[int, int]) -> Found | None:
        """The people that a run of words nearly names: offered, never asserted."""
        start, end = run
        if end - start > MAX_NAME:
            return None
        near = self.index.roster.near(self.readings[start:end], strict=self.marked)
        outside = sum(not start <= i < end for i in self.unexplained)
        if not near or (outside > 2 and near[0].shared < 3):
            return None
        return _found(self.index, "suggest", {n.person: max(0.05, 0.8 - 0.4 * n.cost) for n in near[:4]})

    def _wordy(self, spot: int) -> bool:
        """Whether a word is a real word or a number, not a slip."""
        plain = self.typed[spot].plain
        return is_syllable(plain) or plain[0].isdigit()

    def _several(self, people: Sequence[Piece]) -> Found:
        everyone = {i for p in people for i in p.people}
        if self.unexplained or not self.whole or not all(p.sure for p in people):
            asked = any(p.role in ("asking", "address") for p in self.pieces) and len(self.unexplained) <= 1
            return _found(self.index, "suggest" if asked else "none", dict.fromkeys(everyone, 0.5) if asked else {})
        parted = all(
            p.form != "given" or ((b := self._before(p.start)) is not None and self._parts_names(b)) for p in people[1:]
        )
        if everyone == self.index.helpers or (parted and all(len(p.people) == 1 and self._called(p) for p in people)):
            return _found(self.index, "answer", dict.fromkeys(everyone, 0.9))
        return _found(self.index, "suggest", dict.fromkeys(everyone, 0.6))

    def _parts_names(self, piece: Piece) -> bool:
        return piece.role == "address" or self.typed[piece.end - 1].plain in speech.AND_WORDS

    def _one(self, people: Sequence[Piece], targets: Sequence[Target]) -> Found:
        """One name, perhaps with the group its owner belongs to."""
        piece = max(people, key=lambda p: (p.sure, p.end - p.start))
        candidates = frozenset(piece.people)
        groups = [g for t in targets if (g := self.index.people_of(t))]
        fitting = candidates & frozenset.union(*groups) if groups else candidates
        clear = self.whole and not self.unexplained and not self.broken and piece.sure and not self._touched(piece)
        if groups and not fitting:
            aliases = self._aliases()
            if piece.form == "given" and not self._called(piece) and not all(p.sure for p in aliases):
                return Found("none")
            everyone = dict.fromkeys(candidates, 0.6) | dict.fromkeys(frozenset.union(*groups), 0.5)
            return _found(self.index, "suggest", everyone | dict.fromkeys(candidates, 0.6), targets)
        if piece.form == "given":
            asked = bool(groups) or self._called(piece)
            if clear and asked and len(fitting) == 1:
                return _found(self.index, "answer", dict.fromkeys(fitting, 0.9), targets)
            near = self._called(piece) and len(self.unexplained) <= 1
            return _found(self.index, "suggest", dict.fromkeys(fitting, 0.5)) if near else Found("none")
        if piece.form == "family":
            alone = all(p.role in ("person", "address", "asking", "filling") for p in self.pieces)
            if not clear or not (alone and (self._called(piece) or self._said_family(piece))):
                return Found("none")
        told_apart = piece.form not in ("no_given", "several") or (piece.form == "several" and bool(groups))
        sure = clear and len(fitting) == 1 and told_apart
        if not sure and len(self.unexplained) > 3:
            return Found("none")
        return _found(self.index, "answer" if sure else "suggest", dict.fromkeys(fitting, 0.95 if sure else 0.6), targets)

    def _said_family(self, piece: Piece) -> bool:
        before = self._before(piece.start)
        return before is not None and self.typed[before.end - 1].plain == "ho"

    def _groups(self, aliases: Sequence[Piece], targets: Sequence[Target]) -> Found:
        """Blocks, departments, helpers and gaps, without a name."""
        if not targets:
            return Found("none")
        loose = len(self.unexplained)
        covered = sum(p.end - p.start for p in aliases)
        gaps = [t for t in targets if t.kind == "gap"]
        if gaps:
            return _found(self.index, "none", {}, gaps) if loose <= covered + 1 else Found("none")
        if loose > covered or not self.whole and loose:
            return Found("none")
        doubtful = loose or not all(p.sure for p in aliases)
        if doubtful and not self._asked() and any(self._wordy(i) for i in self.unexplained or [0]):
            return Found("none")
        blocks = [t for t in targets if t.kind == "block"]
        rows = {self.index.row(t.id) for t in blocks}
        groups = [self.index.people_of(t) for t in targets if t.kind != "block"]
        if blocks:
            groups.append(frozenset().union(*(self.index.people_of(t) for t in blocks)))
        fitting = frozenset.intersection(*groups)
        sure = len(rows) <= 1 and bool(fitting) and not loose and self.whole and all(p.sure for p in aliases)
        people = fitting or frozenset().union(*groups)
        if len([t for t in targets if t.kind == "department"]) > 1:
            sure = False
        return _found(self.index, "answer" if sure else "suggest", dict.fromkeys(people, 0.95 if sure else 0.55), targets)


def _may_be(word: Word, names: dict[str, str]) -> bool:
    """Whether a typed word may be one of these syllables of names: its diacritics do not speak against it."""
    known = names.get(word.plain)
    return known is not None and (not word.marked or compare_marks(word.text, known) is not Marks.CONFLICT)


__all__ = ["Decision", "Found", "Match", "Reading", "find_contacts"]
