"""What a typed word may have been meant as: a cost for every syllable of a vocabulary, 0 the same, each slip adding.

Called by the name index. The costs are those of a noisy channel (about -log of how likely the slip is, a wrong key .4).
Invariant: the work is done once per word and vocabulary, so it does not grow with the number of names.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.names.similarity import neighbours, with_one_less
from flows.names.spellings import CHAT, spellings
from flows.text.fold import fold, marks
from flows.text.syllable import is_syllable, loosely_decoded, parts, teencode

Costs = NDArray[np.float32]

FAR = 9.0  # not this syllable
_KEPT = 4096  # words whose costs are remembered
_LONGEST_WORD = 14  # letters; in a longer one no slip is looked for

INITIAL, ONSET = 0.22, 0.15
REPEATED = 0.14
SWAPPED, MISSING, EXTRA, BESIDE, CHANGED = 0.33, 0.36, 0.42, 0.42, 0.66
REAL = 0.06  # what was typed is a syllable of a name itself
TWO = 0.92
USUAL = {"thi", "van"}  # middle names of half of all people: a slip or an abbreviation is rather of these
USUAL_LESS = 0.05
DECODED, LOOSE = 0.01, 0.06

TONES_LOST, MARKS_LOST, SHAPE_LOST, STROKE_LOST, HOI_NGA, CONFLICT = 0.03, 0.004, 0.03, 0.01, 0.04, 0.24


def slip_cost(typed: str, known: str) -> float:
    """What one slip of the finger costs that turns one folded syllable into another; FAR when it takes more."""
    a, b = len(typed), len(known)
    if abs(a - b) > 1:
        return FAR
    i = 0  # the first letter that differs
    shorter = min(a, b)
    while i < shorter and typed[i] == known[i]:
        i += 1
    if a < b:
        return MISSING if typed[i:] == known[i + 1 :] else FAR
    if a > b:
        if typed[i + 1 :] != known[i:]:
            return FAR
        twice = (i > 0 and typed[i] == typed[i - 1]) or (i + 1 < a and typed[i] == typed[i + 1])
        return REPEATED if twice else EXTRA
    if i == a:
        return FAR
    if typed[i + 1 :] == known[i + 1 :]:
        return BESIDE if neighbours(typed[i], known[i]) else CHANGED
    swapped = typed[i : i + 2] == known[i : i + 2][::-1] and typed[i + 2 :] == known[i + 2 :]
    return SWAPPED if swapped else FAR


def _squeezed(plain: str) -> str:
    return "".join(c for i, c in enumerate(plain) if i == 0 or c != plain[i - 1])


def _by_cut(words: Iterable[str]) -> dict[str, list[str]]:
    """Words by what they are, and by what is left of them when one letter is left out."""
    found: dict[str, list[str]] = {}
    for word in words:
        for text in with_one_less(word):
            found.setdefault(text, []).append(word)
    return found


def _one_slip_away(plain: str, by_cut: dict[str, list[str]]) -> set[str]:
    """Every other word that one slip may turn into this one, and some that are farther."""
    return {word for text in with_one_less(plain) for word in by_cut.get(text, ())} - {plain}


def accent_cost(typed: tuple[str, frozenset[str]], known: tuple[str, frozenset[str]]) -> float:
    """What the typed marks say against the marks of a syllable: silence costs next to nothing, contradiction .24."""
    if typed == known:
        return 0.0
    tone, shapes = typed
    true_tone, true_shapes = known
    if not tone and not shapes:
        return MARKS_LOST
    missing, extra = true_shapes - shapes, bool(shapes - true_shapes)
    cost = 0.0
    if tone != true_tone:
        cost = TONES_LOST if not tone else HOI_NGA if {tone, true_tone} == {"hoi", "nga"} else CONFLICT
    cost += CONFLICT if extra else 0.0
    cost += STROKE_LOST if "đ" in missing else 0.0
    return cost + (SHAPE_LOST if missing - {"đ"} and not extra else 0.0)


class SpellingCost:
    """The vocabulary of an index, and what typed words may be in it. Syllable 0 is none; others count from 1."""

    def __init__(self, syllables: Iterable[str]) -> None:
        self.syllables: list[str] = [""]
        self.ids: dict[str, int] = {}
        self.folds: list[str] = []
        self.fold_ids: dict[str, int] = {}
        self._fold_of: list[int] = [-1]
        self._spelled: dict[str, list[tuple[int, float]]] = {}
        self._starts: dict[str, list[int]] = {}
        self._classes: dict[tuple[str, frozenset[str]], int] = {("", frozenset()): 0}
        self._class_of: list[int] = [0]
        self._remembered = lru_cache(maxsize=_KEPT)(self._costs)
        self._accents_against = lru_cache(maxsize=_KEPT)(self._accent_costs)
        self.slipped = lru_cache(maxsize=_KEPT)(self._slipped)
        self.grow(syllables)

    def grow(self, syllables: Iterable[str]) -> None:
        """Take more accented syllables in; known ones stay what they are."""
        for text in syllables:
            if text in self.ids:
                continue
            self.ids[text] = len(self.syllables)
            self.syllables.append(text)
            plain = fold(text)
            if plain not in self.fold_ids:
                self._take(plain)
            self._fold_of.append(self.fold_ids[plain])
            self._class_of.append(self._classes.setdefault(marks(text), len(self._classes)))
        self.fold_of = np.array(self._fold_of, dtype=np.int32)
        self.class_of = np.array(self._class_of, dtype=np.int32)
        self._cut = _by_cut(self.folds)
        self._heard_cut = _by_cut(self._spelled)
        self._short = np.array([len(known) <= 3 for known in self.folds], dtype=bool)
        self._usual = np.array([n for n, known in enumerate(self.folds) if known in USUAL], dtype=np.intp)
        for remembered in (self._remembered, self._accents_against, self.slipped):
            remembered.cache_clear()

    def _take(self, plain: str) -> None:
        number = self.fold_ids[plain] = len(self.folds)
        self.folds.append(plain)
        for text, cost in spellings(plain).items():
            self._spelled.setdefault(text, []).append((number, cost))
        onset = parts(plain)[0] if is_syllable(plain) else ""
        for start in {plain[:1], onset}:
            if start and start != plain:
                self._starts.setdefault(start, []).append(number)

    def knows(self, plain: str) -> bool:
        """Whether a folded word is a syllable of some name."""
        return plain in self.fold_ids

    def _slipped(self, plain: str) -> float:
        """What the nearest syllable costs that one slip turns into this folded piece; FAR when there is none."""
        return min((slip_cost(plain, known) for known in _one_slip_away(plain, self._cut)), default=FAR)

    def costs(self, text: str, *, initials: bool = True) -> Costs:
        """The cost of each syllable for a typed lower-case NFC word; FAR where it cannot be meant. Do not write to it.

        `initials`: whether the word may abbreviate a syllable; a given name is not abbreviated.
        """
        return self._remembered(text, initials)

    def _costs(self, text: str, initials: bool) -> Costs:
        best = np.full(len(self.syllables), FAR, dtype=np.float32)
        for meant, dearer in self._meanings(text):
            plain = fold(meant)
            by_fold = self._two_slips(plain)
            for number, cost in self._similar(plain, initials).items():
                by_fold[number] = min(cost, by_fold[number])
            if initials:
                usual = by_fold[self._usual]
                by_fold[self._usual] -= np.where((usual >= SWAPPED) | np.isclose(usual, ONSET), USUAL_LESS, 0)
            costs = by_fold[self.fold_of] + self._accents_against(marks(meant))[self.class_of]
            np.minimum(best, costs + np.float32(dearer), out=best)
        best[best >= FAR] = FAR
        best[0] = FAR
        return best

    def _meanings(self, text: str) -> list[tuple[str, float]]:
        """The ways to take a typed word: accented text, and what it costs to take it so."""
        found = [(text, 0.0)]
        if not is_syllable(fold(text)):
            read = loosely_decoded(text)
            if read is not None and read != text:
                found.append((read, DECODED if is_syllable(fold(read)) else LOOSE))
        return found

    def _accent_costs(self, typed: tuple[str, frozenset[str]]) -> Costs:
        return np.array([accent_cost(typed, known) for known in self._classes], dtype=np.float32)

    def _two_slips(self, plain: str) -> Costs:
        """What each folded syllable costs that is two slips away, FAR elsewhere; one more at the end, FAR."""
        found = np.full(len(self.folds) + 1, FAR, dtype=np.float32)
        if 2 <= len(plain) <= _LONGEST_WORD:
            more = REAL if self._is_real(plain) else 0.0
            [distances] = process.cdist(
                [plain], self.folds, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
            )
            short = self._short if len(plain) > 3 else True
            found[:-1] = np.where(distances == 2, np.where(short, TWO + 0.15 + more, TWO + more), FAR)
        return found

    def _is_real(self, plain: str) -> bool:
        """Whether a folded word is a syllable, of a name or of the language."""
        return plain in self.fold_ids or is_syllable(plain)

    def _similar(self, plain: str, initials: bool) -> dict[int, float]:
        """The folded syllables a folded word may be meant as, those two slips away left out."""
        found: dict[int, float] = {}

        def note(number: int, cost: float) -> None:
            if cost < found.get(number, FAR):
                found[number] = cost

        real = plain in self.fold_ids
        more = REAL if self._is_real(plain) else 0.0
        if real:
            note(self.fold_ids[plain], 0.0)
        for number, cost in self._spelled.get(plain, ()):
            note(number, cost)
        if len(plain) <= 3 and initials:
            for number in self._starts.get(plain, ()):
                note(number, INITIAL if len(plain) == 1 else ONSET)
        if len(plain) > _LONGEST_WORD:
            return found
        if len(plain) == 1:
            for known in self._cut.get(plain, ()):
                if len(known) == 2:
                    note(self.fold_ids[known], MISSING + REAL)
            return found
        squeezed = _squeezed(plain)
        if squeezed != plain and not real:
            for text in {squeezed, squeezed.replace("u", "uu")}:
                if text in self.fold_ids:
                    note(self.fold_ids[text], REPEATED)
                for number, cost in self._spelled.get(text, ()):
                    note(number, REPEATED + cost)
        for known in _one_slip_away(plain, self._cut):
            note(self.fold_ids[known], slip_cost(plain, known) + more)
        for parsed in _one_slip_away(plain, self._heard_cut):
            slip = slip_cost(plain, parsed) + more
            for number, cost in self._spelled[parsed] if slip < FAR else ():
                note(number, slip + cost)
        for reading in teencode(plain):
            if reading in self.fold_ids:
                note(self.fold_ids[reading], CHAT + 0.04)
        return found
