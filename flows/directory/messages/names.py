"""Who is named anywhere in a message: whole names, names with slips, given names behind a word of address. Called by evidence.py.

Invariant: a syllable that may be another person's name is no slip; what touches a name and may belong to it makes it a near miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz.distance import OSA

from flows.directory import filler_words
from flows.directory.index import DirectoryIndex
from flows.directory.phrases import PhrasePiece
from flows.directory.query import may_be
from flows.names.name_syllables import FORMS, NAME_SYLLABLES
from flows.names.similarity import (
    FREQUENT,
    Diacritics,
    Kind,
    WordReading,
    compare_marks,
    reach,
    read_word,
    tone_left_out,
)
from flows.text.fold import Word
from flows.text.syllable import is_syllable

Strength = Literal["sure", "slip", "near", "given"]
_FORMS_OF_A_NAME = frozenset({"full", "family_given", "no_family", "several", "no_given"})
_CALLED = frozenset("anh chi ong ba co chu bac thay dc dongchi a c cau duong thim mo ten sep cb".split())
_CALLED_MARKED = frozenset("chị ông bà cô chú bác thầy đc cậu mợ dì dượng thím".split())
_CALLED_BY_LETTER = frozenset("a c o".split())
# Words that may stand before a name and are syllables of names too.
_BEFORE = frozenset(
    "anh chi ong ba co chu bac so la ten hoi goi gap kiem cua tim cho gap voi hay dong".split()
)
_BEHIND = frozenset("la ben phong lo so kia do nay coi con o nha may voi va".split())
_AFTER = frozenset(
    "ben phong lo so thoi kia do nay coi con dang la day phu trach bao may voi va hay hoai sang chieu mai nhan o xai dung"
    " thi nha nghe hen ha ta van luon di ong ba co chu anh chi em no moi nguoi khong vay dau chua cho ma ra vo loi nho gium nua chung".split()
)


@dataclass(frozen=True, slots=True)
class Named:
    """Words that name somebody: `people` are the positions of those they may mean.

    sure: a name; slip: a name but for slips that are no other name; near: nearly a name; given: a given name alone.
    """

    start: int
    end: int
    people: frozenset[int]
    strength: Strength
    denied: bool = False
    alone: bool = False  # whether no word beside it may be one more syllable of the name


def named_in(
    index: DirectoryIndex,
    typed: Sequence[Word],
    parted: frozenset[int],
    capitals: frozenset[int],
    aliases: Iterable[PhrasePiece],
) -> tuple[Named, ...]:
    """The people named, in the order of the words, none of them overlapping another."""
    reader = _Reader(index, typed, parted, capitals, aliases)
    rank = {"sure": 3, "slip": 2, "given": 1, "near": 0}
    found = sorted(reader.all(), key=lambda n: (-(n.end - n.start), -rank[n.strength], n.start))
    chosen: list[Named] = []
    for one in found:
        if not any(one.start < other.end and other.start < one.end for other in chosen):
            chosen.append(one)
    return tuple(
        replace(one, alone=reader.alone(one.start, one.end)) for one in sorted(chosen, key=lambda n: n.start)
    )


def strangers_in(
    typed: Sequence[Word], capitals: frozenset[int], names: Sequence[Named], index: DirectoryIndex
) -> tuple[int, ...]:
    """Where somebody of another name is called: "chị Mỹ Linh phòng chế độ"; the words behind these names."""
    found = []
    named = {i for one in names for i in range(one.start, one.end)}
    for spot in range(1, len(typed)):
        word, before = typed[spot], typed[spot - 1]
        if (
            spot in named
            or before.plain not in _CALLED - {"ten"}
            or (before.marked and before.text not in _CALLED_MARKED)
        ):
            continue
        other = word.plain in NAME_SYLLABLES and (not word.marked or word.text in FORMS.get(word.plain, ()))
        if not other or (spot not in capitals and (word.plain in _AFTER or word.plain in index.small_words)):
            continue
        end = spot + 1
        while end < len(typed) and end in capitals and typed[end].plain in NAME_SYLLABLES:
            end += 1
        found.append(end)
    return tuple(found)


class _Reader:
    def __init__(
        self,
        index: DirectoryIndex,
        typed: Sequence[Word],
        parted: frozenset[int],
        capitals: frozenset[int],
        aliases: Iterable[PhrasePiece],
    ) -> None:
        self.index, self.typed, self.parted, self.capitals = index, typed, parted, capitals
        self.readings = [read_word(word) for word in typed]
        self.names = index.contact_names.names
        self.marked = any(word.marked for word in typed)
        # in an alias of several words, or sure to be a department's
        self.taken = {i for p in aliases if p.end - p.start > 1 for i in range(p.start, p.end)}
        self.people_with: dict[str, list[int]] = {}
        for person, name in enumerate(self.names):
            for syllable in name:
                self.people_with.setdefault(syllable.plain, []).append(person)
        self.families = {name[0].plain for name in self.names if len(name) > 1}

    def all(self) -> Iterator[Named]:
        """Every reading; they may overlap."""
        known = [
            self.index.contact_names.has(r.words[0]) or self.index.contact_names.has(r.typed)
            for r in self.readings
        ]
        for start in range(len(self.typed)):
            yield from self._exact(start)
            for size in (4, 3, 2):
                end = start + size
                if (
                    end <= len(self.typed)
                    and any(known[start:end])
                    and not any(i in self.parted for i in range(start + 1, end))
                ):
                    yield from self._nearly(start, end)
            yield from self._given(start)

    def alone(self, start: int, end: int) -> bool:
        """Whether no word beside these may be one more syllable of the name."""
        ahead = start == 0 or start in self.parted or self._no_syllable(start - 1, _BEFORE | _CALLED)
        return ahead and (end >= len(self.typed) or end in self.parted or self._no_syllable(end, _BEHIND))

    def _no_syllable(self, spot: int, but: frozenset[str]) -> bool:
        word = self.typed[spot]
        if word.plain == "la" and (spot == 0 or self.typed[spot - 1].plain in _CALLED):
            return False
        return word.plain in but or not self._a_name_or_word(word)

    def _exact(self, start: int) -> Iterator[Named]:
        for piece in self.index.contact_names.exact(self.readings, start):
            several = piece.form in _FORMS_OF_A_NAME and piece.end - piece.start > 1
            if not piece.sure or not piece.people or not (several or piece.form == "full"):
                continue
            if any(i in self.parted for i in range(piece.start + 1, piece.end)):
                continue
            size = piece.end - piece.start
            last = self.typed[piece.end - 1].plain
            if size == 2 and self.typed[start].plain in _CALLED and not self._called(start):
                # "anh khoa" is a word of address and a given name as well
                other = self._family_before(start)
                yield Named(start, piece.end, frozenset(piece.people), "near" if other else "given")
                continue
            if size == 2 and last in ("hai", "vu", "toan") and set(range(start, piece.end)) & self.taken:
                continue
            touched = self._family_before(piece.start) if piece.form != "full" else self._family_before(start)
            touched = touched or self._more_behind(piece.end)
            strength: Strength = "near" if touched or piece.form == "no_given" else "sure"
            yield Named(piece.start, piece.end, frozenset(piece.people), strength)

    def _family_before(self, start: int) -> bool:
        """Whether a family name that is not part of it stands right before a name."""
        if not start or start in self.parted:
            return False
        return self._a_family(start - 1) or self._may_be_a_family(start - 1)

    def _may_be_a_family(self, spot: int) -> bool:
        """Whether a word that is not known to be anything else may be a family name: "ho tuan vu", "quach thi hong truc"."""
        word = self.typed[spot]
        if word.plain in _BEFORE or spot in self.taken:
            return False
        begins = spot == 0 or spot in self.parted or self.typed[spot - 1].plain in _CALLED
        if begins and may_be(word, filler_words.FAMILY_LIKE):
            return True
        if word.plain not in NAME_SYLLABLES:
            return False
        if word.marked and word.text not in FORMS.get(word.plain, ()):
            return False
        if spot in self.capitals:
            return True
        return word.plain in ("thi", "van") or (begins and word.plain not in self.index.vocabulary)

    def _a_family(self, spot: int) -> bool:
        word = self.typed[spot]
        known = word.plain in filler_words.FAMILIES or word.plain in self.families
        if not known or (word.marked and word.text not in FORMS.get(word.plain, ())):
            return False
        return not (
            word.marked and word.plain in ("dang", "le", "dinh") and word.text not in ("đặng", "lê", "đinh")
        )

    def _more_behind(self, end: int) -> bool:
        """Whether one more syllable of a name stands right behind."""
        if end >= len(self.typed) or end in self.parted or end in self.taken:
            return False
        word = self.typed[end]
        after = self.typed[end + 1] if end + 1 < len(self.typed) and end + 1 not in self.parted else None
        if (
            word.plain in ("thi", "van")
            and not word.marked
            and after is not None
            and self._a_name_or_word(after)
        ):
            return True  # "vu thi nhan"
        if word.plain not in NAME_SYLLABLES or word.plain in _AFTER or word.plain in self.index.small_words:
            return False
        if self.index.contact_names.has(word) and word.plain != self.typed[end - 1].plain:
            return True  # "nguyen hai tuan" is not Mr Hải
        if word.marked and word.text not in FORMS.get(word.plain, ()):
            return False
        return end in self.capitals or word.plain not in self.index.vocabulary

    def _called(self, spot: int) -> bool:
        """Whether a word of address stands right before this word."""
        if not spot or spot in self.parted:
            return False
        before = self.typed[spot - 1]
        if before.plain not in _CALLED:
            return False
        if (
            before.plain in ("anh", "chi")
            and spot > 1
            and self._a_family(spot - 2)
            and spot - 1 not in self.parted
        ):
            return False  # "lưu anh tuấn"
        if before.plain in _CALLED_BY_LETTER:
            return before.text == before.plain
        return before.plain == "dongchi" or self._is_address(before)

    def _is_address(self, word: Word) -> bool:
        forms = self.index.addresses.get(word.plain, [])
        return not word.marked or any(compare_marks(word.text, f) is not Diacritics.CONFLICT for f in forms)

    def _given(self, spot: int) -> Iterator[Named]:
        """A given name behind a word of address, with or without a slip."""
        word = self.typed[spot]
        party = spot > 1 and self.typed[spot - 1].plain == "chi" and self.typed[spot - 2].plain == "dong"
        if not (self._called(spot) or party):
            return
        if spot in self.taken and not party and spot not in self.capitals:
            return
        if self._more_behind(spot + 1):
            return
        exact, slips = set(), set()
        for person, name in enumerate(self.names):
            given = name[-1]
            if word.plain == given.plain:
                marks = compare_marks(word.text, given.text)
                toneless = tone_left_out(word.text, given.text)
                if (
                    marks is not Diacritics.CONFLICT
                    and not toneless
                    and not (
                        self.marked
                        and not word.marked
                        and given.marked
                        and word.plain in filler_words.BORN_AS
                    )
                ):
                    exact.add(person)
            elif (
                len(word.plain) > 2
                and (not is_syllable(word.plain) or spot in self.capitals)
                and not self._a_name_or_word(word)
                and OSA.distance(word.plain, given.plain) == 1
            ):
                slips.add(person)
            elif not is_syllable(word.plain) and reach(self.readings[spot], given).kind in (
                Kind.SPELLING,
                Kind.SAME,
            ):
                exact.add(person)
        if exact:
            yield Named(spot, spot + 1, frozenset(exact), "given")
        elif slips:
            yield Named(spot, spot + 1, frozenset(slips), "near")

    @staticmethod
    def _a_name_or_word(word: Word) -> bool:
        return word.plain in NAME_SYLLABLES and (not word.marked or word.text in FORMS.get(word.plain, ()))

    def _nearly(self, start: int, end: int) -> Iterator[Named]:
        """These words as a whole name, or one without its family name, with slips."""
        window = self.typed[start:end]
        for person in sorted({p for r in self.readings[start:end] for p in self._sharing(r)}):
            name = self.names[person]
            if len(name) < 2 or len(window) < 2:
                continue
            for part in (name, name[1:]) if len(name) == len(window) + 1 else (name,):
                if len(part) != len(window):
                    continue
                found = self._likeness(start, window, part, whole=part is name)
                if found:
                    yield Named(start, end, frozenset({person}), found)

    def _sharing(self, reading: WordReading) -> Iterable[int]:
        """Those with this syllable in their names."""
        return (p for word in reading.words for p in self.people_with.get(word.plain, ()))

    def _likeness(
        self, start: int, window: Sequence[Word], name: Sequence[Word], *, whole: bool
    ) -> Strength | None:
        same = slips = others = rare = far = heard = 0
        for at, (word, known) in enumerate(zip(window, name, strict=True)):
            kind = self._syllable(start + at, word, known, first=whole and at == 0)
            same += kind == "same"
            slips += kind == "slip"
            far += kind == "far"
            others += kind == "other"
            heard += kind == "heard"
            rare += kind == "same" and known.plain not in FREQUENT
            if kind == "none":
                return None
        if (same + slips < 2 and not (same and others)) or not same:
            return None
        if far:  # two letters off: only where all the rest agrees
            return "slip" if whole and same == len(name) - 1 and same >= 2 and far == 1 else None
        if not slips and not others and not heard:
            if not whole:
                return None
            return "near" if self._touched(start, len(window)) else "sure"
        if not whole:
            return "near" if same + slips == len(name) or same else None
        touched = self._touched(start, len(window))
        if others + heard == 0 and not touched and (same >= 2 or (same == 1 and rare)) and slips <= 2:
            return "slip"
        if heard == 1 and same >= 3 and not touched:
            return "slip"
        return "near" if same >= 2 else None

    def _touched(self, start: int, size: int) -> bool:
        return self._family_before(start) or self._more_behind(start + size)

    def _syllable(self, spot: int, word: Word, known: Word, *, first: bool) -> str:
        """How a typed word reaches a syllable of a name: same, slip, other (another name's syllable), none."""
        if word.plain == known.plain:
            marks = compare_marks(word.text, known.text)
            toneless = tone_left_out(word.text, known.text)
            return "same" if marks is not Diacritics.CONFLICT and not toneless else "other"
        kind = reach(self.readings[spot], known).kind
        if kind is Kind.SAME or kind is Kind.SPELLING:
            return "same"
        near = OSA.distance(word.plain, known.plain) == 1 or kind not in (Kind.OTHER, Kind.INITIAL)
        if not near and len(word.plain) > 3 and OSA.distance(word.plain, known.plain) == 2:
            return "none" if self._a_name_or_word(word) or word.plain in self.index.vocabulary else "far"
        if not near or len(word.plain) < 2:
            return "none"
        if self._a_name_or_word(word) or (first and is_syllable(word.plain) and word.marked):
            return "heard" if kind is Kind.REGIONAL else "other"
        return "slip"
