"""Finds the contact somebody asks for. Called by the contacts flow, the router and `troly directory find`.

Invariant: every typed word is explained, or contacts are offered instead of asserted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from flows.content import Block, Contact, Department, Directory, Gap
from flows.directory import filler_words
from flows.directory.index import DirectoryIndex, index_of
from flows.directory.messages.evidence import MAX_CHARS, MAX_WORDS, Evidence, evidence_in
from flows.directory.messages.meaning import meaning_of
from flows.directory.messages.phones import phones_in
from flows.directory.messages.spoken_numbers import put_together
from flows.directory.messages.verdict import Decision, MessageResult, MessageVerdict
from flows.directory.parser import MAX_NAME, read_message
from flows.directory.phrases import PhrasePiece, Target
from flows.directory.query import DirectoryQuery
from flows.text.fold import Word, tidy, words
from flows.text.syllable import is_syllable

_MAX_WORDS = 40  # nobody asks for a contact in more; the rest is not read, and then nothing is asserted
_MAX_CHARS = 600
_FEW, _SHORT = 12, 8  # words that can all be explained; words that say too little to be weighed
UNSOUGHT, SOUGHT, SURELY_SOUGHT = 0.2, 0.7, 0.88  # probabilities that a contact is sought
_AT_A_PLACE = re.compile(r"\b(?:o|tai|tren|trong|duoi) (?:thanh pho|tp|tpcl|cao lanh)\b")
_ASKED = re.compile(
    r"\b(?:ai|(?<!chung )(?<!khi )(?<!the )(?<!bua )(?<!luc )nao|so|sdt|dt|gap|goi|lien he|lh|phu trach|dau moi|kiem|tim|hoi|alo|(?:may|bao nhieu) (?:nguoi|anh|chi|ong|vi|dong chi|dc))\b"
)
_NUMBER = re.compile(r"(?<![0-9/])\+?[0-9](?:[ .()\-]{0,2}[0-9]){3,14}(?![0-9/])")
_TAIL = re.compile(r"(?:duoi|cuoi|đuôi|cuối)(?: la| là| so| số)? ?([0-9]{3,7})(?![0-9/])")
_WORD = re.compile(r"[^\W_]+")
_LETTERS_APART = re.compile(r"(?<![^\W_])(?:đ|d) ?/ ?c(?![^\W_])")
_AMPERSAND = re.compile(r"(?<=\w) ?& ?(?=\w)")


@dataclass(frozen=True, slots=True)
class Match:
    """A contact and how sure it is: 1.0 is certain."""

    contact: Contact
    score: float


@dataclass(frozen=True, slots=True)
class DirectoryResult:
    """What a query found: `answer` asserts one contact or all of a group, `suggest` asks back."""

    decision: Decision
    contacts: tuple[Match, ...] = ()
    blocks: tuple[Block, ...] = ()
    departments: tuple[Department, ...] = ()
    gap: Gap | None = None


def find_contacts(query: str, directory: Directory) -> DirectoryResult:
    """The contacts a query asks for: by name, department, block of organisations or part of a phone number.

    Never raises on any text. `answer` only when every word is explained and nobody rivals; a name that is
    nearly that of a contact is a `suggest`; for people the appendix gives nobody, `none` with the gap. Best
    contact first.
    """
    return _searched(query, index_of(directory))


@lru_cache(maxsize=4)  # asked by the reader of contacts and by the step that looks for one
def _searched(query: str, index: DirectoryIndex) -> DirectoryResult:
    directory = index.directory
    text = put_together(query[:MAX_CHARS])
    said = evidence_in(index, text) if directory.weights else None
    if said is None or not said.typed:
        return _at_first(query, index)
    few = len(said.typed) <= _FEW
    whole = len(query) <= MAX_CHARS and len(said.typed) < MAX_WORDS  # an unread rest may say anything
    first = _at_first(text, index) if few else DirectoryResult("none")
    meaning = meaning_of(said, directory.weights)
    return _chosen(
        index, first, MessageVerdict(index, said, meaning, phones_in(directory, text)), said, whole=whole
    )


def _chosen(
    index: DirectoryIndex, first: DirectoryResult, verdict: MessageVerdict, said: Evidence, *, whole: bool
) -> DirectoryResult:
    """Of two readings the one to be believed: the first explains every word of a few, the second weighs many."""
    found = verdict.decide()
    if not whole and found.decision == "answer":
        found = MessageResult("suggest", found.people, found.targets)
    if first.decision == "answer" and found.decision == "none" and _eldest(said):
        return DirectoryResult("none")  # "anh hai với anh ba em"
    if first.decision == "answer" and verdict.only_a_place and _AT_A_PLACE.search(verdict.plain):
        return replace(first, decision="suggest")  # "cơ quan em ở thành phố Cao Lãnh"
    if (first.decision == "answer" and not said.denials) or (first.gap and found.decision != "answer"):
        return first
    read = _found(index, found.decision, found.people, found.targets)
    if found.decision == "none":
        unsought = first.decision == "suggest" and (verdict.seeks < UNSOUGHT or bool(found.targets))
        return read if read.gap or said.denials or unsought else first
    few = len(said.typed) <= _FEW
    if found.decision == "answer" and few and not found.certain and not said.denials:
        if first.decision == "suggest" and found.by_name:
            return first  # what stands beside the name may belong to it
        doubtful = said.strangers or verdict.seeks < SOUGHT
        if first.decision == "none" and doubtful:
            return first  # "chau duc phuong" is no ward
    if found.certain or said.denials or (found.decision == "suggest" and len(said.typed) > _SHORT):
        return read
    if len(said.typed) > _SHORT:
        surely = verdict.seeks >= SURELY_SOUGHT and not found.by_name
        return read if surely or _asks(said) else first
    if found.decision == "suggest":
        return first
    if first.decision == "suggest":
        return read if {m.contact for m in first.contacts} == {m.contact for m in read.contacts} else first
    return read if verdict.seeks >= (SOUGHT if _asks(said) else SURELY_SOUGHT) else first


def _eldest(said: Evidence) -> bool:
    """Whether somebody is called by the order of birth: "anh hai", typed without its mark where others have theirs."""
    born = any(
        one.plain in ("anh", "chi") and next_one.text == "hai" for one, next_one in pairwise(said.typed)
    )
    return born and any(w.marked for w in said.typed) and not said.names


def _asks(said: Evidence) -> bool:
    """Whether words that ask for somebody are among them."""
    return bool(_ASKED.search(" ".join("" if w.text == "hội" else w.plain for w in said.typed)))


def _at_first(query: str, index: DirectoryIndex) -> DirectoryResult:
    """The reading that explains every word."""
    text = _AMPERSAND.sub("", tidy(query[:_MAX_CHARS]))
    tails = [m.group(1) for m in _TAIL.finditer(text)]
    numbers = tails or [m.group() for m in _NUMBER.finditer(text)]
    if numbers:
        found = _by_phone(index, numbers, (_TAIL if tails else _NUMBER).sub(" ", text), tail=bool(tails))
        if found is not None:
            return found
    typed = words(_LETTERS_APART.sub(" dongchi ", text))
    whole = len(typed) <= _MAX_WORDS and len(query) <= _MAX_CHARS and not numbers
    parted, capital = _parted(index, typed[:_MAX_WORDS], _capitals(query, typed))
    return _Verdict(read_message(index, parted, whole=whole, capital=capital)).decide()


def _capitals(query: str, typed: Sequence[Word]) -> frozenset[int]:
    """Which words began with a capital, when some did not: then capitals mark names."""
    spelt = _WORD.findall(unicodedata.normalize("NFC", query[:_MAX_CHARS]))
    shouted = all(s[0].isupper() for s in spelt) or not any(s[1:].islower() for s in spelt)
    if len(spelt) < len(typed) or shouted:
        return frozenset()
    pairs = enumerate(zip(spelt, typed, strict=False))
    return frozenset(i for i, (s, w) in pairs if s[0].isupper() and s.lower() == w.text)


def _parted(
    index: DirectoryIndex, typed: Sequence[Word], capital: frozenset[int]
) -> tuple[list[Word], frozenset[int]]:
    """The words, a word of address written together with a name cut off it: "anhhai"."""
    parted: list[Word] = []
    capitals = set()
    for i, word in enumerate(typed):
        if i in capital:
            capitals.add(len(parted))
        parted += _address_cut(index, word) or [word]
    return parted, frozenset(capitals)


def _address_cut(index: DirectoryIndex, word: Word) -> list[Word] | None:
    if len(word.plain) != len(word.text) or len(word.plain) < 5 or word.plain in index.vocabulary:
        return None
    if is_syllable(word.plain) or index.contact_names.named(word.plain):
        return None
    for size in (2, 3, 4):
        head, rest = word.plain[:size], word.plain[size:]
        if head in filler_words.ADDRESS and index.contact_names.named(rest):
            return [Word(word.text[:size], head), Word(word.text[size:], rest)]
    return None


# ---- phone numbers -------------------------------------------------------------------------------


def _by_phone(
    index: DirectoryIndex, numbers: Sequence[str], rest: str, *, tail: bool
) -> DirectoryResult | None:
    contacts = index.directory.contacts
    hits: dict[int, bool] = {}
    for number in numbers:
        digits = re.sub("[^0-9]", "", number)
        digits = digits.removeprefix("00") if len(digits) > 11 else digits
        if digits.startswith("84") and (number.startswith("+") or len(digits) >= 11):
            digits = "0" + digits[2:].removeprefix("0")
        for i, contact in enumerate(contacts):
            if contact.phone.endswith(digits) if tail else digits in contact.phone:
                hits[i] = hits.get(i, False) or digits == contact.phone
    if not hits:
        return None
    around = read_message(index, words(rest)[:_MAX_WORDS], whole=True)
    complete = any(hits.values())
    named = around.named()
    if named and not named & set(hits):
        return _found(index, "suggest", {**dict.fromkeys(hits, 0.6), **dict.fromkeys(named, 0.5)})
    if len(hits) == 1 and (complete or not around.unexplained):
        return _found(index, "answer", dict.fromkeys(hits, 1.0 if complete else 0.9))
    if around.unexplained and len(around.unexplained) > 2 and not complete:
        return None
    return _found(index, "suggest", dict.fromkeys(hits, 0.6))


# ---- words ---------------------------------------------------------------------------------------


def _found(
    index: DirectoryIndex, decision: Decision, people: Mapping[int, float], targets: Iterable[Target] = ()
) -> DirectoryResult:
    directory = index.directory
    ordered = sorted(people.items(), key=lambda item: (-item[1], item[0]))
    wanted = {(t.kind, t.id) for t in targets}
    return DirectoryResult(
        decision if people else "none",
        tuple(Match(directory.contacts[i], round(score, 3)) for i, score in ordered),
        tuple(b for b in directory.blocks if ("block", b.id) in wanted),
        tuple(d for d in directory.departments if ("department", d.id) in wanted),
        next((g for g in directory.gaps if ("gap", g.id) in wanted), None),
    )


class _Verdict:
    """What the pieces of one message say together."""

    def __init__(self, message: DirectoryQuery) -> None:
        self.said = message
        self.index = message.index
        self.before_alias = False  # whether that name comes before what else is asked: "anh Toản giám định"
        self.broken = False  # whether a name stands among words that may belong to it

    def decide(self) -> DirectoryResult:
        """What the pieces say together."""
        people = [p for p in self.said.pieces if p.role == "person"]
        aliases = self.said.aliases()
        targets = list(dict.fromkeys(t for p in aliases for t in p.targets))
        run = self.said.run(people)
        if run is not None:
            if (near := self._similar_run(run)) is not None:
                return near
            self.broken = True
            self.before_alias = bool(aliases) and run[0] < aliases[0].start
            people = [p for p in people if p.end - p.start > 1 and p.sure]
            if not people and not aliases:
                return DirectoryResult("none")
        if people and not aliases and len({p.people for p in people}) > 1:
            return self._several(people)
        if people:
            return self._one(people, targets)
        return self._groups(aliases, targets)

    def _similar_run(self, run: tuple[int, int]) -> DirectoryResult | None:
        """The people that a run of words nearly names: offered, never asserted."""
        start, end = run
        if end - start > MAX_NAME:
            return None
        near = self.said.similar(start, end)
        outside = sum(not start <= i < end for i in self.said.unexplained)
        if not near or (outside > 2 and near[0].shared < 3):
            return None
        return _found(self.index, "suggest", {n.person: max(0.05, 0.8 - 0.4 * n.cost) for n in near[:4]})

    def _several(self, people: Sequence[PhrasePiece]) -> DirectoryResult:
        everyone = {i for p in people for i in p.people}
        if self.said.unexplained or not self.said.whole or not all(p.sure for p in people):
            asked = any(p.role in ("asking", "address") for p in self.said.pieces)
            if not asked or len(self.said.unexplained) > 1:
                return DirectoryResult("none")
            return _found(self.index, "suggest", dict.fromkeys(everyone, 0.5))
        parted = all(p.form != "given" or self._parted(p) for p in people[1:])
        each = all(len(p.people) == 1 and self.said.called(p) for p in people)
        if everyone == self.index.helpers or (parted and each):
            return _found(self.index, "answer", dict.fromkeys(everyone, 0.9))
        return _found(self.index, "suggest", dict.fromkeys(everyone, 0.6))

    def _parted(self, piece: PhrasePiece) -> bool:
        """Whether a word of address or an "and" parts this name from the one before it."""
        before = self.said.before(piece.start)
        if before is None:
            return False
        word = self.said.typed[before.end - 1].plain
        if before.role == "address" and word in filler_words.GIVEN_LIKE:
            # "anh Vũ, anh Trúc", not "Vũ Anh Trúc"
            first = self.said.before(before.start)
            ahead = self.said.before(first.start) if first else None
            return ahead is not None and ahead.role == "address"
        return before.role == "address" or word in filler_words.AND_WORDS

    def _one(self, people: Sequence[PhrasePiece], targets: Sequence[Target]) -> DirectoryResult:
        """One name, perhaps with the group its owner belongs to."""
        piece = max(people, key=lambda p: (p.sure, p.end - p.start))
        candidates = frozenset(piece.people)
        groups = [g for t in targets if (g := self.index.people_of(t))]
        fitting = candidates & frozenset.union(*groups) if groups else candidates
        explained = self.said.whole and not self.said.unexplained and not self.broken
        beside = all(p.sure or candidates & self._theirs(p) for p in self.said.aliases())
        clear = explained and beside and piece.sure and not self.said.touched(piece)
        if groups and not fitting:
            aliases = self.said.aliases()
            if piece.form == "given" and not self.said.called(piece) and not all(p.sure for p in aliases):
                return DirectoryResult("none")
            everyone = dict.fromkeys(frozenset.union(*groups), 0.5) | dict.fromkeys(candidates, 0.6)
            return _found(self.index, "suggest", everyone, targets)
        if piece.form == "given":
            asked = (bool(groups) and self.said.department_told()) or self.said.called(piece)
            if clear and asked and len(fitting) == 1:
                return _found(self.index, "answer", dict.fromkeys(fitting, 0.9), targets)
            if not self.said.called(piece) or len(self.said.unexplained) > 1:
                return DirectoryResult("none")
            return _found(self.index, "suggest", dict.fromkeys(fitting, 0.5))
        if piece.form == "family":
            alone = all(p.role in ("person", "address", "asking", "filling") for p in self.said.pieces)
            if not clear or not (alone and (self.said.called(piece) or self._said_family(piece))):
                return DirectoryResult("none")
        told_apart = piece.form not in ("no_given", "several") or (piece.form == "several" and bool(groups))
        sure = clear and len(fitting) == 1 and told_apart
        whole_name = piece.sure and piece.form == "full" and piece.end - piece.start > 1
        if not sure and len(self.said.unexplained) > (3 if not whole_name else 8):
            return DirectoryResult("none")
        score = dict.fromkeys(fitting, 0.95 if sure else 0.6)
        return _found(self.index, "answer" if sure else "suggest", score, targets)

    def _theirs(self, alias: PhrasePiece) -> frozenset[int]:
        return frozenset().union(*(self.index.people_of(t) for t in alias.targets))

    def _said_family(self, piece: PhrasePiece) -> bool:
        before = self.said.before(piece.start)
        return before is not None and self.said.typed[before.end - 1].plain == "ho"

    def _groups(self, aliases: Sequence[PhrasePiece], targets: Sequence[Target]) -> DirectoryResult:
        """Blocks, departments, helpers and gaps, without a name."""
        if not targets:
            return DirectoryResult("none")
        loose = len(self.said.unexplained)
        covered = sum(p.end - p.start for p in aliases)
        if gaps := [t for t in targets if t.kind == "gap"]:
            return _found(self.index, "none", {}, gaps) if loose <= covered + 1 else DirectoryResult("none")
        if loose > covered or (loose and not self.said.whole):
            return DirectoryResult("none")
        doubtful = bool(loose) or self.before_alias or not all(p.sure for p in aliases)
        lone = all(self.said.one_syllable(p) for p in aliases)
        if lone and self.said.like_a_name():
            return DirectoryResult("none")
        if lone and not self.said.asked_who() and self.said.led_up_to():
            if any(t.kind == "helpers" for t in targets):
                return DirectoryResult("none")
            doubtful = True  # "em o xa": in a commune, or far away
        worded = any(self.said.wordy(i) for i in self.said.unexplained or [0])
        if doubtful and worded and not self.said.asked():
            return DirectoryResult("none")
        places = all(t.kind in ("department", "helpers") for t in targets) and self.said.asked_where()
        if not self.said.only_surrounded() and not self.said.asked_who() and not places:
            if not self.said.asked():
                return DirectoryResult("none")
            doubtful = True
        blocks = [t for t in targets if t.kind == "block"]
        rows = {self.index.row(t.id) for t in blocks}
        groups = [self.index.people_of(t) for t in targets if t.kind != "block"]
        if blocks:
            groups.append(frozenset().union(*(self.index.people_of(t) for t in blocks)))
        fitting = frozenset.intersection(*groups)
        one_department = sum(t.kind == "department" for t in targets) <= 1
        sure = len(rows) <= 1 and one_department and bool(fitting) and not doubtful and self.said.whole
        score = dict.fromkeys(fitting or frozenset().union(*groups), 0.95 if sure else 0.55)
        return _found(self.index, "answer" if sure else "suggest", score, targets)
