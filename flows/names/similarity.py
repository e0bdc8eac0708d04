"""How far a typed name is from a known one. Called by the directory search and, for its word tables, by the name index.

Invariant: what differs is said (kind, marks, cost), so that a caller can refuse to guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from operator import itemgetter

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.names.name_syllables import NAME_SYLLABLES
from flows.names.spellings import CHAT, HEARD, spellings
from flows.text.fold import Word, fold, marks
from flows.text.syllable import decoded, is_syllable, parts, teencode


class Kind(StrEnum):
    """Why a typed syllable is taken for a known one, from the surest to none."""

    SAME = "same"
    SPELLING = "spelling"  # i/y, Telex, VNI, teencode: two spellings of one syllable
    INITIAL = "initial"
    REGIONAL = "regional"  # as it is heard: v/d/gi, n/ng, t/c ...
    TYPO = "typo"  # one slip of the finger
    OTHER = "other"


COST = {
    Kind.SAME: 0.0,
    Kind.SPELLING: 0.05,
    Kind.INITIAL: 0.15,
    Kind.REGIONAL: 0.25,
    Kind.TYPO: 0.35,
    Kind.OTHER: 1.0,
}
GUESSED = frozenset({Kind.REGIONAL, Kind.TYPO})


class Diacritics(StrEnum):
    """What the typed diacritics say about a syllable."""

    AGREE = "agree"
    SILENT = "silent"  # none typed
    SLIP = "slip"  # hỏi for ngã, a tone or a hat left out
    CONFLICT = "conflict"  # another syllable was meant


_AGAINST = {Diacritics.CONFLICT: 0.4, Diacritics.SLIP: 0.05}


_NAMES_IN_ORDER = sorted(NAME_SYLLABLES)
# Syllables in so many names that sharing one says nothing.
FREQUENT = frozenset({"van", "thi", "huu"})

_KEY_NEIGHBOURS = {
    key: frozenset(row[max(0, i - 1) : i] + row[i + 1 : i + 2])
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for i, key in enumerate(row)
}
_KEYS_ABOVE = {
    "a": "qw", "s": "we", "d": "er", "f": "rt", "g": "ty", "h": "yu", "j": "ui", "k": "io", "l": "op",
    "z": "as", "x": "sd", "c": "df", "v": "fg", "b": "gh", "n": "hj", "m": "jk",
}  # fmt: skip  # reason: as above


def neighbours(one: str, other: str) -> bool:
    """Whether two keys lie side by side on a QWERTY keyboard."""
    return (
        other in _KEY_NEIGHBOURS.get(one, ())
        or other in _KEYS_ABOVE.get(one, "")
        or one in _KEYS_ABOVE.get(other, "")
    )


_ONE_SOUND = 1.5 * HEARD  # more is two sounds off, or a sound and another spelling


@lru_cache(maxsize=4096)
def _spelled(known: str) -> dict[str, float]:
    return spellings(known)


def sound_alike(one: str, other: str) -> bool:
    """Whether two folded syllables differ by one sound that regions mix: in onset or rime, not in both."""
    costs = (_spelled(one).get(other, 9.0), _spelled(other).get(one, 9.0))
    return min(costs) < _ONE_SOUND


def with_one_less(word: str) -> set[str]:
    """The word, and the word without each of its letters: two words one slip apart have one of these in common."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _finger_slip(typed: str, known: str) -> bool:
    """Whether two words one slip apart (OSA) differ as fingers slip: a key missing, added, swapped, or beside."""
    if len(typed) != len(known):
        return True
    changed = [(a, b) for a, b in zip(typed, known, strict=True) if a != b]
    return len(changed) == 2 or neighbours(*changed[0])


def one_slip(typed: str, known: str) -> bool:
    """Whether a slip of the finger, or one that leaves no Vietnamese syllable, makes the typed word of the known one."""
    near = OSA.distance(typed, known, score_cutoff=1) <= 1
    return near and (not is_syllable(typed) or _finger_slip(typed, known))


@lru_cache(maxsize=4096)
def only_slip_of(typed: str) -> str:
    """The one syllable of names that a folded word, itself none, can be a slip of the finger of; "" when it may be several."""
    if is_syllable(typed):
        return ""
    near = process.extract(typed, _NAMES_IN_ORDER, scorer=OSA.distance, score_cutoff=1, limit=None)
    found = [name for name, _, _ in near if _finger_slip(typed, name)]
    return found[0] if len(found) == 1 else ""


@lru_cache(maxsize=65536)
def syllable_kind(typed: str, known: str) -> Kind:
    """How one folded typed word (already decoded) reaches one known folded syllable."""
    if typed == known:
        return Kind.SAME
    if typed.replace("y", "i") == known.replace("y", "i") or known in teencode(typed):
        return Kind.SPELLING
    if _spelled(known).get(typed, 9.0) <= CHAT and not is_syllable(typed):
        return Kind.SPELLING
    if sound_alike(typed, known):
        return Kind.REGIONAL
    if len(typed) > 1 and len(known) > 1 and one_slip(typed, known):
        return Kind.TYPO
    for reading in teencode(typed):
        if sound_alike(reading, known):
            return Kind.REGIONAL
    return Kind.OTHER


def is_initial(typed: str, known: str) -> bool:
    """Whether a folded word abbreviates a syllable: by its first letter or consonants ("ng", "ph")."""
    return typed == known[:1] or (len(typed) <= 3 and typed == parts(known)[0] and len(known) > len(typed))


@lru_cache(maxsize=16384)
def compare_marks(typed: str, known: str) -> Diacritics:
    """What the diacritics of a typed syllable say about a known one with (nearly) the same letters.

    Both are accented lower-case NFC. Missing marks are silent, other marks are evidence: "hùng" conflicts
    with "hưng".
    """
    tone_a, shapes_a = marks(typed)
    tone_b, shapes_b = marks(known)
    if not tone_a and not shapes_a:
        return Diacritics.SILENT if tone_b or shapes_b else Diacritics.AGREE
    if shapes_a - shapes_b:
        return Diacritics.CONFLICT
    if tone_a != tone_b and tone_a and {tone_a, tone_b} != {"hoi", "nga"}:
        return Diacritics.CONFLICT
    return Diacritics.AGREE if (tone_a, shapes_a) == (tone_b, shapes_b) else Diacritics.SLIP


def tone_left_out(typed: str, known: str) -> bool:
    """Whether a syllable has marks typed but not the tone of the known one: "tuân" for "tuấn"."""
    tone, shapes = marks(typed)
    return bool(shapes) and not tone and bool(marks(known)[0])


@dataclass(frozen=True, slots=True)
class WordReading:
    """One typed word and what it may stand for: `words` from the likeliest, always at least one."""

    typed: Word
    words: tuple[Word, ...]

    @property
    def plain(self) -> str:
        """The likeliest reading, folded."""
        return self.words[0].plain


@lru_cache(maxsize=8192)
def read_word(word: Word) -> WordReading:
    """A typed word with its Telex, VNI and teencode readings; a syllable stands for itself alone."""
    if is_syllable(word.plain) or not word.plain.isascii():
        return WordReading(word, (word,))
    found: dict[Word, None] = {}
    if accented := decoded(word.text):
        found[Word(accented, fold(accented))] = None
    for plain in teencode(word.plain):
        found[Word(plain, plain)] = None
    found[word] = None
    return WordReading(word, tuple(found))


@dataclass(frozen=True, slots=True)
class Syllable:
    """How one typed word reaches one syllable of a name."""

    kind: Kind
    marks: Diacritics
    as_read: Word
    cost: float  # 0 for the same syllable, 1 for another one


def _step(kind: Kind, said: Diacritics, as_read: Word) -> Syllable:
    return Syllable(kind, said, as_read, min(1.0, COST[kind] + _AGAINST.get(said, 0.0)))


def unlike(as_read: Word) -> Syllable:
    """A typed word that is none of a syllable."""
    return _step(Kind.OTHER, Diacritics.SILENT, as_read)


@lru_cache(maxsize=32768)
def reach(reading: WordReading, known: Word) -> Syllable:
    """The best way from a typed word to a known syllable, over all its readings."""
    best = unlike(reading.words[0])
    for index, word in enumerate(reading.words):
        kind = syllable_kind(word.plain, known.plain)
        if word.plain != reading.typed.plain:  # never two guesses in one
            kind = {Kind.SAME: Kind.SPELLING, Kind.TYPO: Kind.OTHER}.get(kind, kind)
        if kind is Kind.OTHER and is_initial(word.plain, known.plain):
            kind = Kind.INITIAL
        silent = kind in (Kind.OTHER, Kind.INITIAL)
        found = _step(kind, Diacritics.SILENT if silent else compare_marks(word.text, known.text), word)
        if found.cost + 0.01 * index < best.cost:
            best = found
    return best


@dataclass(frozen=True, slots=True)
class NameGap:
    """How a whole typed name reaches a known one.

    `steps[i]` says how typed word i reaches syllable `at[i]` of the name (-1: no syllable is left for it).
    `cost` is 0 for the same name and grows by up to 1 for each word or syllable that does not fit.
    """

    cost: float
    steps: tuple[Syllable, ...]
    at: tuple[int, ...]
    size: int

    @property
    def given(self) -> bool:
        """Whether the given name was typed, in whatever spelling."""
        return any(
            a == self.size - 1 and s.kind is not Kind.OTHER for a, s in zip(self.at, self.steps, strict=True)
        )

    @property
    def conflict(self) -> bool:
        """Whether a typed diacritic speaks against the name."""
        return any(s.marks is Diacritics.CONFLICT for s in self.steps)

    def count(self, *kinds: Kind) -> int:
        """How many typed words are of these kinds."""
        return sum(s.kind in kinds for s in self.steps)


_DROPPED_FAMILY, _DROPPED_MIDDLE, _DROPPED_GIVEN, _TURNED, _EXTRA = 0.3, 0.15, 0.9, 0.1, 1.0


def _dropped(at: tuple[int, ...], size: int) -> float:
    costs = (
        [_DROPPED_FAMILY, *[_DROPPED_MIDDLE] * (size - 2), _DROPPED_GIVEN] if size > 1 else [_DROPPED_GIVEN]
    )
    return sum(cost for spot, cost in enumerate(costs) if spot not in at)


@lru_cache(maxsize=512)
def _orders(typed: int, size: int) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Every way to lay `typed` words on `size` syllables: in order, or turned (given name first)."""
    found: dict[tuple[int, ...], float] = {}
    for turn in range(size):
        turned = tuple(range(turn, size)) + tuple(range(turn))
        for spots in combinations(turned, min(typed, size)):
            at = spots
            if typed == size + 1:
                for extra in range(typed):
                    wide = (*at[:extra], -1, *at[extra:])
                    found.setdefault(wide, _EXTRA + (_TURNED if turn else 0.0))
                continue
            found.setdefault(at, _dropped(at, size) + (_TURNED if list(at) != sorted(at) else 0.0))
    return tuple(found.items())


_NOWHERE = unlike(Word("", ""))


def align(table: Sequence[Sequence[Syllable]]) -> NameGap:
    """The cheapest way to lay typed words on the syllables of a name; `table[word][syllable]` says each pair.

    At least one word, at most one more than syllables, at most six syllables. Order may be turned; family, middle or given
    name may be missing.
    """
    size = len(table[0])
    costs = [[step.cost for step in row] for row in table]
    best: tuple[float, tuple[int, ...]] = (float("inf"), ())
    for at, cost in _orders(len(table), size):
        if cost < best[0]:
            for row, spot in enumerate(at):
                cost += costs[row][spot] if spot >= 0 else 0.0
            best = min(best, (cost, at), key=itemgetter(0))
    steps = tuple(table[row][spot] if spot >= 0 else _NOWHERE for row, spot in enumerate(best[1]))
    return NameGap(best[0], steps, best[1], size)
