"""Which known phrases a message holds, and the reading that explains most of it. Called by the directory's index and parser.

Invariant: longer and exact readings come before shorter ones and slips.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.directory.filler_words import CONNECTING
from flows.names.name_syllables import NAME_SYLLABLES
from flows.names.similarity import (
    Diacritics,
    compare_marks,
    neighbours,
    sound_alike,
    with_one_less,
)
from flows.text.fold import Word
from flows.text.syllable import is_syllable

Role = Literal[
    "alias", "person", "address", "asking", "filling", "other"
]  # other: a thing that is no contact
TargetKind = Literal["block", "department", "contact", "gap", "helpers"]
_SHORTEST_KEY, _LONGEST_KEY = 6, 60  # letters of an alias that may be typed with a slip
_TWO_SLIPS_FROM = 14  # letters from which two slips are forgiven
_HEAD = 12  # letters
_REMEMBERED = 4096  # typed windows whose nearest aliases are kept
_WEIGHT = {"alias": 2.0, "asking": 1.9, "address": 1.85, "filling": 1.8, "other": 1.45}  # a word
MAX_WINDOW = 9  # words; the longest alias of the appendix has eight


@dataclass(frozen=True, slots=True)
class Target:
    """What an alias stands for."""

    kind: TargetKind
    id: str


@dataclass(frozen=True, slots=True)
class PhrasePiece:
    """The words `start` to `end` (exclusive) of a message, read as one thing."""

    start: int
    end: int
    role: Role
    weight: float
    targets: tuple[Target, ...] = ()
    sure: bool = True  # an exact reading, or a slip that could not be another word
    people: tuple[int, ...] = ()  # positions in the directory
    form: str = ""  # which part of the name was typed: full, family_given, no_family, no_given, given, family


def key_of(typed: Sequence[Word]) -> str:
    """What two spellings of a phrase share: folded, joined, y as i, small words inside left out."""
    last = len(typed) - 1
    kept = (w.plain for i, w in enumerate(typed) if not (0 < i < last and w.plain in CONNECTING))
    return "".join(kept).replace("y", "i")


class PhraseTable:
    """Phrases by their key. Built once, then only read."""

    def __init__(self) -> None:
        self.entries: dict[str, list[tuple[tuple[Word, ...], Role, tuple[Target, ...]]]] = {}
        self.long_keys: dict[int, list[str]] = {}  # the keys of aliases, by length
        self.plain_words: dict[str, set[str]] = {}  # every word of every phrase, by its fold
        self._heads: set[str] = set()  # what some key begins with, at most _HEAD letters
        self._alias_words: set[str] = set()
        self._one_less: dict[str, list[str]] = {}  # short keys by what one letter less leaves
        self._about: dict[int, list[str]] = {}  # see `_keys_about`; made when first asked for
        self._like = lru_cache(maxsize=_REMEMBERED)(self._nearest)

    def add(self, spelt: tuple[Word, ...], role: Role, *targets: Target) -> None:
        """Enter one phrase; the same phrase may be entered for several targets."""
        for word in spelt:
            self.plain_words.setdefault(word.plain, set()).add(word.text)
        key = key_of(spelt)
        known = self.entries.setdefault(key, [])
        if not known:
            self._heads.update(key[:size] for size in range(1, _HEAD + 1))
        if (spelt, role, targets) not in known:
            known.append((spelt, role, targets))
        if role == "alias":
            self._alias_words.update(word.plain for word in spelt)
        if role == "alias" and len(key) >= _SHORTEST_KEY:
            keys = self.long_keys.setdefault(len(key), [])
            if key not in keys:
                keys.append(key)
                for less in with_one_less(key) if len(key) <= _TWO_SLIPS_FROM else ():
                    self._one_less.setdefault(less, []).append(key)

    def beginning(self, typed: Sequence[Word], start: int) -> Iterator[PhrasePiece]:
        """The phrases that begin at this word, the shortest first."""
        inside = ""  # the key of the words so far, were more to follow
        for end in range(start + 1, min(start + MAX_WINDOW, len(typed)) + 1):
            word = typed[end - 1].plain.replace("y", "i")
            if piece := self._exact(inside + word, typed, start, end):
                yield piece
            if end - start == 1 or word not in CONNECTING:
                inside += word
            if inside[:_HEAD] not in self._heads:
                return

    def _exact(self, key: str, typed: Sequence[Word], start: int, end: int) -> PhrasePiece | None:
        """The phrase that these words are, when their diacritics do not speak against it."""
        entries = self.entries.get(key)
        if entries and end - start > 1 and is_syllable(key):
            entries = [e for e in entries if len(e[0]) > 1]  # "vu a" is no "vựa"
        elif entries and end - start == 1:  # "mai" is no "mấy"
            entries = [
                e for e in entries if e[1] == "alias" or len(e[0]) > 1 or e[0][0].plain == typed[start].plain
            ]
        return self._piece(entries, typed, start, end, sure=True, exact=True) if entries else None

    def words_of_aliases(self, typed: Sequence[Word]) -> list[int]:
        """How many of the first 0, 1, 2 … words stand in some alias: `nearly` bears two of a window that do not."""
        return list(accumulate((w.plain in self._alias_words for w in typed), initial=0))

    def nearly(self, typed: Sequence[Word], start: int, end: int) -> PhrasePiece | None:
        """The alias these words are but for a slip or two; `sure` when the slip can be no other word."""
        window = typed[start:end]
        if len(window) > 2 and sum(w.plain in self._alias_words for w in window) < len(window) - 2:
            return None
        key = key_of(window)
        if (
            not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY
            or key in self.entries
            or (len(window) == 1 and is_syllable(window[0].plain))
        ):
            return None
        hits = self._like(key)
        if not hits:
            return None
        best, distance = hits[0]
        entries = [e for e in self.entries[best] if not _other_code(window, e[0])]
        if len(window) > 1 and (key_of(window[1:]) in self.entries or key_of(window[:-1]) in self.entries):
            entries = [e for e in entries if len(e[0]) >= len(window)]  # a phrase and a word beside it
        if not entries:
            return None
        rivals = [self.entries[k] for k, d in hits[1:] if d == distance]
        clear = all({t for e in r for t in e[2]} == {t for e in entries for t in e[2]} for r in rivals)
        sure = clear and any(self._is_slip(window, spelt, distance) for spelt, _, _ in entries)
        return self._piece(entries, typed, start, end, sure=sure, exact=False)

    def _nearest(self, key: str) -> tuple[tuple[str, int], ...]:
        """The nearest keys of aliases and how many slips away, at most three, within one slip (two when long)."""
        if len(key) < _TWO_SLIPS_FROM:
            others = {other for less in with_one_less(key) for other in self._one_less.get(less, ())}
            near = [(o, 1) for o in sorted(others) if OSA.distance(key, o, score_cutoff=1) <= 1]
        else:
            keys = self._keys_about(len(key))
            hits = process.extract(key, keys, scorer=OSA.distance, score_cutoff=2, limit=3)
            near = [(other, int(distance)) for other, distance, _ in hits]
        return tuple(sorted(near, key=lambda hit: hit[1])[:3])

    def _keys_about(self, size: int) -> list[str]:
        """The keys of aliases at most two letters shorter or longer, the shortest first."""
        keys = self._about.get(size)
        if keys is None:
            keys = [key for near in range(size - 2, size + 3) for key in self.long_keys.get(near, ())]
            self._about[size] = keys
        return keys

    def _is_slip(self, window: Sequence[Word], spelt: Sequence[Word], distance: int) -> bool:
        """Whether the words differ from the phrase by something that fingers or ears do, not by another word."""
        if len(window) != len(spelt):
            return distance == 1  # a space too many or too few beside one slip
        if distance > 1:  # "dam" for "giam" is two letters and one sound
            others = [(w.plain, s.plain) for w, s in zip(window, spelt, strict=True) if w.plain != s.plain]
            return len(others) == 1 and sound_alike(*others[0])
        alike = sum(w.plain == s.plain for w, s in zip(window, spelt, strict=True))
        for word, known in zip(window, spelt, strict=True):
            a, b = word.plain, known.plain
            if a == b or not is_syllable(a) or a.replace("y", "i") == b.replace("y", "i"):
                continue
            if doubled(a, b):
                continue
            if alike < 2 and (a in NAME_SYLLABLES or a in self.plain_words):
                return False  # beside one other word, a word we know may be meant: "gia đình", no "giám định"
            if sound_alike(a, b) or len(a) < len(b):
                continue
            if len(a) > len(b):
                return False
            changed = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
            if len(changed) == 1 and not neighbours(*changed[0]):
                return False
        return True

    @staticmethod
    def _piece(
        entries: Iterable[tuple[tuple[Word, ...], Role, tuple[Target, ...]]],
        typed: Sequence[Word],
        start: int,
        end: int,
        *,
        sure: bool,
        exact: bool,
    ) -> PhrasePiece | None:
        window = typed[start:end]
        roles: dict[Role, None] = {}
        targets: dict[Target, None] = {}
        for spelt, role, meant in entries:
            if against(window, spelt, strictly=role in ("alias", "other")):
                continue
            roles[role] = None
            targets.update(dict.fromkeys(meant))
        if not roles:
            return None
        role = next(iter(sorted(roles, key=("alias", "asking", "address", "filling", "other").index)))
        size = end - start
        per_word = _WEIGHT[role]
        if size == 1 and role != "alias":
            per_word -= 0.9
        weight = per_word * size - (0.3 if role == "alias" else 0.0) - (0.0 if exact else 0.7)
        return PhrasePiece(start, end, role, weight, tuple(targets), sure)


def against(window: Sequence[Word], spelt: Sequence[Word], *, strictly: bool = True) -> bool:
    """Whether the typed diacritics speak against the phrase; `strictly`, of a single word they must agree."""
    if len(window) != len(spelt):
        return False
    alone = strictly and len(window) == 1  # "Trương" is no "trường"
    refused = (Diacritics.CONFLICT, Diacritics.SLIP) if alone else (Diacritics.CONFLICT,)
    return any(
        w.marked and w.plain == s.plain and compare_marks(w.text, s.text) in refused
        for w, s in zip(window, spelt, strict=True)
    )


def _other_code(window: Sequence[Word], spelt: Sequence[Word]) -> bool:
    """Whether another word stands where the phrase has a code: "phòng in" is no "phòng IT", "csgt" no "csgd"."""
    return len(window) == len(spelt) <= 2 and any(
        w.plain != s.plain
        and ((len(s.plain) <= 2 and is_syllable(w.plain)) or (_code(w.plain) and _code(s.plain)))
        for w, s in zip(window, spelt, strict=True)
    )


def _code(plain: str) -> bool:
    return not set(plain) & set("aeiouy")


def doubled(typed: str, known: str) -> bool:
    """Whether one letter of the known word was typed twice."""
    return any(a == b and typed[:i] + typed[i + 1 :] == known for i, (a, b) in enumerate(pairwise(typed)))


def best_cover(pieces: Iterable[PhrasePiece], size: int) -> list[PhrasePiece]:
    """The non-overlapping pieces of greatest weight, in order; what no piece covers stays unexplained."""
    ending: list[list[PhrasePiece]] = [[] for _ in range(size + 1)]
    for piece in pieces:
        ending[piece.end].append(piece)
    best: list[tuple[float, PhrasePiece | None]] = [(0.0, None)] * (size + 1)
    for end in range(1, size + 1):
        best[end] = (best[end - 1][0], None)
        for piece in ending[end]:
            weight = best[piece.start][0] + piece.weight
            if weight > best[end][0]:
                best[end] = (weight, piece)
    chosen: list[PhrasePiece] = []
    spot = size
    while spot > 0:
        chosen_here = best[spot][1]
        if chosen_here is None:
            spot -= 1
        else:
            chosen.append(chosen_here)
            spot = chosen_here.start
    return chosen[::-1]
