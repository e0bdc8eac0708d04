"""A short list of names and every way they are typed. Called by the directory's index, parser and query.

Invariant: a name is sure only when every typed word is explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.directory.phrases import PhrasePiece
from flows.names.name_syllables import NAME_SYLLABLES
from flows.names.similarity import (
    FREQUENT,
    GUESSED,
    Diacritics,
    Kind,
    NameGap,
    Syllable,
    WordReading,
    align,
    compare_marks,
    only_slip_of,
    reach,
    read_word,
    tone_left_out,
    unlike,
)
from flows.text.fold import Word, marks, words
from flows.text.syllable import is_syllable

_FORM_WEIGHT = {"full": 2.3, "family_given": 2.0, "no_family": 2.0, "no_given": 1.6}
_MAX_TYPED = 8  # words a name may be scattered over ("ng uyen tu an hai")
_LONGEST_NAME = 6  # syllables
_REMEMBERED = 4096  # typed words whose way to every syllable is kept


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near typed words are to one name; `sure` when it may be asserted if nobody rivals it."""

    person: int
    cost: float
    shared: float  # how many syllables agree; frequent ones count half
    sure: bool


def _forms(name: Sequence[Word]) -> dict[tuple[int, ...], str]:
    """Every part of a name that people type, as positions of its syllables, and what the part is called."""
    last = len(name) - 1
    if last == 0:
        return {(0,): "given"}
    everything = tuple(range(len(name)))
    found: dict[tuple[int, ...], str] = {everything: "full"}
    for turn in range(1, len(name)):
        found[everything[turn:] + everything[:turn]] = "full"
    middle = everything[1:-1]
    for kept in range(len(middle) + 1):
        for some in combinations(middle, kept):
            found.setdefault((0, *some, last), "family_given")
            found.setdefault((last, 0, *some), "family_given")
            if some:
                found.setdefault((*some, last), "no_family")
                found.setdefault((0, *some), "no_given")
    found[(last,)] = "given"
    found[(0,)] = "family"
    return found


class ContactNames:
    """The names of a directory, ready to be searched. Built once."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(words(name) for name in names)
        self._parts: dict[str, list[tuple[int, str, tuple[Word, ...]]]] = {}
        self._heads: set[str] = set()  # what some part begins with
        for person, name in enumerate(self.names):
            for spots, form in _forms(name).items():
                part = tuple(name[i] for i in spots)
                key = "".join(w.plain for w in part)
                self._parts.setdefault(key, []).append((person, form, part))
                self._heads.update(key[:size] for size in range(1, len(key) + 1))
        self._syllables = tuple(dict.fromkeys(word for name in self.names for word in name))
        self._givens = frozenset(name[-1].plain.replace("y", "i") for name in self.names)
        self._folded = [word.plain for word in self._syllables]
        self._initials = {
            first: frozenset(i for i, plain in enumerate(self._folded) if plain[0] == first)
            for first in {plain[0] for plain in self._folded}
        }
        self._plain = frozenset(word.plain for word in self._syllables)
        self._spots = [tuple(self._syllables.index(word) for word in name) for name in self.names]
        self._row = lru_cache(maxsize=_REMEMBERED)(self._reached)

    def has(self, word: Word) -> bool:
        """Whether a folded word is a syllable of some name."""
        return word.plain in self._plain

    def named(self, joined: str) -> bool:
        """Whether folded letters without spaces are a name or a part of one."""
        return joined in self._parts

    def _reached(self, reading: WordReading) -> tuple[Syllable, ...]:
        """How a typed word reaches every syllable of the list."""
        found = [unlike(reading.words[0])] * len(self._syllables)
        for word in reading.words:
            near = process.extract(word.plain, self._folded, scorer=OSA.distance, score_cutoff=2, limit=None)
            spots = {spot for _, _, spot in near}
            if len(word.plain) <= 3:
                spots |= self._initials.get(word.plain[0], frozenset())
            for spot in spots:
                if found[spot].kind is Kind.OTHER:
                    found[spot] = reach(reading, self._syllables[spot])
        return tuple(found)

    def _table(self, rows: Sequence[Sequence[Syllable]], person: int) -> list[list[Syllable]] | None:
        """How each typed word reaches each syllable of one name; None when their numbers are too far apart."""
        spots = self._spots[person]
        if not rows or len(rows) > len(spots) + 1 or len(spots) > _LONGEST_NAME:
            return None
        return [[row[spot] for spot in spots] for row in rows]

    def exact(self, typed: Sequence[WordReading], start: int) -> list[PhrasePiece]:
        """The names and parts of names that begin at this word, whatever their spelling, order and spaces."""
        found: list[PhrasePiece] = []
        heads = [""]
        for end in range(start + 1, min(start + _MAX_TYPED, len(typed)) + 1):
            options = [w.plain for w in typed[end - 1].words][:6]
            heads = [head + option for head, option in product(heads, options)][:24]
            heads = [head for head in heads if head in self._heads]
            if not heads:
                break
            for head in heads:
                if head in self._parts:
                    found += self._pieces(self._parts[head], typed, start, end)
        return found

    def _pieces(
        self,
        entries: list[tuple[int, str, tuple[Word, ...]]],
        typed: Sequence[WordReading],
        start: int,
        end: int,
    ) -> list[PhrasePiece]:
        people_of: dict[tuple[str, bool], list[int]] = {}
        for person, form, part in entries:
            people = people_of.setdefault((form, _agrees(typed[start:end], part)), [])
            if person not in people:
                people.append(person)
        size = end - start
        whole = tuple(sorted({p for f in _FORM_WEIGHT for p in people_of.get((f, True), ())}))
        pieces: list[PhrasePiece] = []
        # those that the typed marks deny first, then those that they allow
        for (form, agrees), people in sorted(people_of.items(), key=lambda item: item[0][1]):
            named = tuple(people)
            if not agrees:
                weight = 0.5 * size
            elif form in _FORM_WEIGHT:
                weight = _FORM_WEIGHT[form] * max(size, len(entries[0][2]))
                named, form = whole, form if len(whole) == 1 else "several"
            else:
                weight = 1.0 if form == "given" else 0.6
            pieces.append(PhrasePiece(start, end, "person", weight, (), agrees, named, form))
        return pieces

    def initials(self, typed: Sequence[WordReading], start: int) -> list[PhrasePiece]:
        """The names whose first words are abbreviated here: "N.T.Hải", "Ng. Tuấn Hải", "L Vũ"."""
        found: list[PhrasePiece] = []
        for end in range(start + 2, min(start + 5, len(typed)) + 1):
            if not any(w.plain.replace("y", "i") in self._givens for w in typed[end - 1].words):
                continue  # what is abbreviated ends in a given name in full
            window = typed[start:end]
            if end == start + 2:
                window = _letters_apart(window)
            if not any(_abbreviated(r.typed.plain) for r in window):
                continue
            people = []
            rows = [self._row(reading) for reading in window]
            for person, name in enumerate(self.names):
                table = self._table(rows, person) if len(window) <= len(name) else None
                if table is None or any(all(s.kind is Kind.OTHER for s in row) for row in table):
                    continue
                gap = align(table)
                if _sure(window, name, gap, strict=False) and list(gap.at) == sorted(gap.at):
                    people.append(person)
            if people:
                form, weight = "family_given" if len(people) == 1 else "several", 2.0 * (end - start)
                found.append(PhrasePiece(start, end, "person", weight, (), True, tuple(people), form))
        return found

    def similar(self, typed: Sequence[WordReading], *, strict: bool) -> list[Likeness]:
        """The people a run of words may mean, the nearest first; people who share too little are left out.

        `strict` when the typist writes diacritics: then a syllable of names is never taken for another.
        """
        found = []
        typed_rows = [self._row(reading) for reading in typed]
        all_syllables = all(is_syllable(r.typed.plain) for r in typed)
        joined = Word("".join(r.typed.text for r in typed), "".join(r.typed.plain for r in typed))
        for person, name in enumerate(self.names):
            if len(name) == 1:
                if _ends_in(typed, name[0]):
                    found.append(Likeness(person, 0.5, 1.0, sure=False))
                continue
            options = [tuple(typed)]
            whole = "".join(w.plain for w in name)
            torn = len(typed) > len(name) and not all_syllables
            other_size = (torn or len(typed) < len(name)) and len(joined.plain) >= 5
            if other_size and OSA.distance(joined.plain, whole, score_cutoff=2) <= 2:
                options.append(_cut_like(joined, name))
            best: Likeness | None = None
            for option in options:
                rows = typed_rows if option is options[0] else [self._row(reading) for reading in option]
                table = self._table(rows, person)
                if table is None or not _worth(table, name):
                    continue
                gap = align(table)
                sure = _sure(option, name, gap, strict=strict)
                if best is None or (sure, -gap.cost) > (best.sure, -best.cost):
                    best = Likeness(person, gap.cost, _shared(name, gap), sure)
            if best is not None and (best.sure or best.shared >= 2):
                found.append(best)
        return sorted(found, key=lambda near: (not near.sure, near.cost))


def _worth(table: Sequence[Sequence[Syllable]], name: Sequence[Word]) -> bool:
    """Whether a name can be near at all: every word reaches it, or enough of them do to share two syllables."""
    shares = [max(_share(step, word) for step, word in zip(row, name, strict=True)) for row in table]
    return sum(shares) >= 2 or all(shares)


def _share(step: Syllable, known: Word) -> float:
    """How much of a syllable was typed; one that half the country carries counts half."""
    if step.kind is Kind.OTHER:
        return 0.0
    one = 0.5 if known.plain in FREQUENT or step.kind is Kind.INITIAL else 1.0
    if step.marks is Diacritics.CONFLICT:
        return one * 0.5
    if step.kind in GUESSED:
        return one * (0.6 if is_syllable(step.as_read.plain) else 0.85)
    return one


def _agrees(window: Sequence[WordReading], part: tuple[Word, ...]) -> bool:
    """Whether the typed diacritics allow this part of a name."""
    readings = [
        [word for word in reading.words if word.plain == known.plain]
        for reading, known in zip(window, part, strict=False)
    ]
    if len(window) != len(part) or not all(readings):
        text = "".join(r.typed.text for r in window)
        return not any(r.typed.marked for r in window) or text == "".join(w.text for w in part)
    for fitting, known in zip(readings, part, strict=True):
        if all(compare_marks(w.text, known.text) is Diacritics.CONFLICT for w in fitting):
            return False
    return not _given_lacks_tone([(fitting[0], known) for fitting, known in zip(readings, part, strict=True)])


def _given_lacks_tone(pairs: Sequence[tuple[Word, Word]]) -> bool:
    """Whether the given name alone lacks its tone although its hat was typed: "Lê Minh Tuân" is another man.

    Missing marks are no evidence otherwise: people leave them out of any syllable.
    """
    *others, (typed, known) = pairs
    return tone_left_out(typed.text, known.text) and not any(_loses_tone(t, k) for t, k in others)


def _abbreviated(plain: str) -> bool:
    """Whether a folded word may be the first letters of a name."""
    return plain.isalpha() and (
        len(plain) == 1 or plain in ("ng", "ngh", "ph", "tr", "th", "qu", "ch", "kh", "nh")
    )


def _letters_apart(window: Sequence[WordReading]) -> Sequence[WordReading]:
    """The first word as letters of their own when it can only be initials: "QLH Trúc", "lt vu"."""
    first = window[0].typed
    if not 2 <= len(first.plain) <= 4 or not first.plain.isalpha() or is_syllable(first.plain):
        return window
    if len(first.text) != len(first.plain):
        return window
    return [
        *(read_word(Word(t, p)) for t, p in zip(first.text, first.plain, strict=True)),
        *window[1:],
    ]


def _ends_in(typed: Sequence[WordReading], given: Word) -> bool:
    """Whether the words are somebody's whole name that ends in this given name: all we know of a helper."""
    last = [w for w in typed[-1].words if w.plain == given.plain]
    fits = any(compare_marks(w.text, given.text) is not Diacritics.CONFLICT for w in last)
    return fits and 2 <= len(typed) <= 4 and all(r.plain in NAME_SYLLABLES for r in typed[:-1])


def _lacks_tone(name: Sequence[Word], gap: NameGap) -> bool:
    same = {a: s.as_read for a, s in zip(gap.at, gap.steps, strict=True) if a >= 0 and s.kind is Kind.SAME}
    pairs = [(same[spot], name[spot]) for spot in sorted(same)]
    return len(name) - 1 in same and _given_lacks_tone(pairs)


def _loses_tone(typed: Word, known: Word) -> bool:
    return bool(marks(known.text)[0]) and not marks(typed.text)[0]


def _cut_like(joined: Word, name: Sequence[Word]) -> tuple[WordReading, ...]:
    """A joined word cut into as many parts as the name has, each as near to its syllable as can be."""
    size = len(joined.plain)
    text = joined.text if len(joined.text) == size else joined.plain
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, (0,))}
    for syllable in name:
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for start, (cost, cuts) in best.items():
            for end in range(
                start + max(1, len(syllable.plain) - 1), min(size, start + len(syllable.plain) + 1) + 1
            ):
                total = cost + OSA.distance(joined.plain[start:end], syllable.plain)
                if end not in following or total < following[end][0]:
                    following[end] = (total, (*cuts, end))
        best = following
    if size not in best:
        return (read_word(joined),)
    cuts = best[size][1]
    return tuple(read_word(Word(text[a:b], joined.plain[a:b])) for a, b in pairwise(cuts))


def _shared(name: Sequence[Word], gap: NameGap) -> float:
    """How many syllables of the name were typed."""
    return sum(_share(step, name[spot]) for spot, step in zip(gap.at, gap.steps, strict=True) if spot >= 0)


def _sure(typed: Sequence[WordReading], name: Sequence[Word], gap: NameGap, *, strict: bool) -> bool:
    """Whether this may be asserted: every word explained, the given name typed, at most one guess."""
    against = gap.conflict or _lacks_tone(name, gap) or gap.count(Kind.OTHER)
    if against or not gap.given or len(typed) > gap.size:
        return False
    given = next(s for a, s in zip(gap.at, gap.steps, strict=True) if a == gap.size - 1)
    guesses = [(s, name[a].plain) for a, s in zip(gap.at, gap.steps, strict=True) if s.kind in GUESSED]
    if gap.count(Kind.INITIAL):
        first = 0 in gap.at  # an initial speaks for the family name, or for all but the given name
        return not guesses and given.kind in (Kind.SAME, Kind.SPELLING) and first and len(typed) >= 2
    if not guesses:
        return len(typed) >= 2
    if len(typed) < 3 or len(guesses) > 2 or len(guesses) == len(typed):
        return False
    many = len(guesses) > (1 if gap.size < 4 else 2) or len(typed) - len(guesses) < 2
    if many and not all(only_slip_of(step.as_read.plain) == known for step, known in guesses):
        return False
    return not any(_another_syllable(step, known, strict=strict) for step, known in guesses)


def _another_syllable(step: Syllable, known: str, *, strict: bool) -> bool:
    """Whether what is taken for a slip may be a syllable of its own."""
    plain = step.as_read.plain
    name = plain in NAME_SYLLABLES
    if step.kind is Kind.TYPO:
        return name or (is_syllable(plain) and strict)
    return name and (strict or {plain[0], known[0]} == {"h", "q"})
