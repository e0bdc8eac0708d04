"""How a whole query may be read as a name: what was wrapped around it, joined, or torn apart. Called by the name index.

Invariant: nothing is stripped for good; every reading has its price. "anh" asks for a man and is a middle name; so both
readings stand beside each other, the stripped one a little dearer, and the names decide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate
from typing import Protocol

from flows.text import politeness
from flows.text.fold import Word, fold, words
from flows.text.politeness import plain_words

MAX_CHARS = 400  # nobody writes a longer request for one name; the rest is not read
MAX_WORDS = 24
LONGEST = 8  # words of a name

_before = """
    tra cuu tim kiem ma so bhxh the cua dum gium ten la nguoi ad admin hello hi lay xem biet coi nay sdt lai vo chong
    me cha ban ho shop oi y
"""
_after = """
    voi dum giup gium ha day do di vay duoc khong ko k hok hong thanks tks luon ad shop bhxh roi may gi nay sn vs
"""
_phrases = (
    "tra cuu", "cho hoi", "xin hoi", "cho em", "cho toi", "cho minh", "cho con", "ma so", "ma bhxh", "so bhxh", "giup em",
    "giup toi", "giup minh", "giup con", "dong chi", "d c", "ho ten", "ho va ten", "ten la", "nguoi ten", "cam on", "thong tin",
    "bao hiem", "xa hoi", "bao hiem xa hoi", "nhan vien", "can tim", "muon tra", "muon tim", "em muon", "toi muon", "xin ma",
    "dum em", "dum toi", "dum minh", "gium em", "gium toi", "voi a", "di a", "nhe a", "em can", "toi can", "tra giup", "tim giup",
    "kiem giup", "kiem tra", "tra dum", "tim dum", "tra gium", "sinh nam", "tra ma", "xem giup", "duoc khong", "duoc ko", "em voi",
    "minh voi", "toi voi", "ma cua", "so cua", "em cam on", "so the", "so so", "cap lai", "con trai", "con gai", "chu ho", "toi ten",
    "em ten", "minh ten", "ba con", "lam on", "vui long", "nhieu a", "cam on nhieu", "ma ho", "a oi", "anh oi", "chi oi", "em oi",
)  # fmt: skip  # reason: a word list
# From one of these words on, a query tells where somebody lives or when they were born.
_places = "o tai xa huyen tinh tp ap sinh quan que thuoc"
# How the words of both lists are written that could be syllables of names.
_proper = """
    anh chị em cô chú bác bà ba cậu mợ dì di dượng thím thầy ông cháu con cho tra tìm kiếm mã số giúp muốn cần tôi tui mình
    tên là người đã dạ vâng thưa nhờ lấy xem biết coi này với lại vợ chồng mẹ má cha bạn họ hộ hỏi nhé nha nhen hen hả ha
    đây đó do đi vậy không hông ơi luôn rồi mấy gì nay mà
"""
_PROPER: dict[str, set[str]] = {}
for _text in _proper.split():
    _PROPER.setdefault(fold(_text), set()).add(_text)
# hỏi written for ngã, and back
_MARKS = {
    t.translate(str.maketrans("ảẩẻểỏổởủửỷỉ", "ãẫẽễõỗỡũữỹĩ")): {t} for ts in _PROPER.values() for t in ts
}
_MARKS |= {t: {t} for ts in _PROPER.values() for t in ts}
_families = """
    nguyen tran le pham huynh phan vo vu dang truong bui do ho duong ngo doan ly lam hoang mai cao dinh luu chau luong ha
    thai trinh dao to thach quach ta tang vuong kieu diep phung hua lai ong trieu tong la ton lu
"""
FAMILIES = frozenset(_families.split())
ADDRESS = plain_words(politeness.ADDRESS) | {"chau", "con"}
_WISHING = (politeness.CALLS, politeness.REQUESTS, politeness.WISHES)
BEFORE = ADDRESS | frozenset(_before.split()) | plain_words(politeness.SPEAKER, politeness.RESPECT, *_WISHING)
AFTER = frozenset(_after.split()) | plain_words(politeness.PARTICLES, politeness.SOUTHERN_PARTICLES)
PHRASES = frozenset(_phrases)
PLACES = frozenset(_places.split())
_HARD, _ADDRESS, _SOFT, _FAMILY, _TAIL, _PLACE = 0.004, 0.03, 0.06, 0.2, 0.13, 0.1
_SAID = 0.02  # a particle, written as one writes it among words with marks
_THIN = 0.3  # one word is left of several: hardly a name
_BOTH = 0.15  # doubtful words were left out at both ends
_SOMEWHERE = 0.8  # a family name stands amid words we do not know

JOINED, TORN = 0.03, 0.12
_KNOWN = 0.25  # what was taken apart is a syllable as it stands


class Vocabulary(Protocol):
    """What an index knows of words."""

    def knows(self, word: Word) -> bool:
        """Whether the folded word is a syllable of some name."""

    def family(self, word: Word) -> bool:
        """Whether it is a family name that many have."""

    def family_next(self, typed: Sequence[Word], at: int) -> bool:
        """Whether a family name, or a word that is none of ours, stands at this place."""

    def piece(self, plain: str) -> float:
        """What a folded syllable costs where it is cut out of a longer word: the rarer the dearer; 9 when it is none."""

    def slipped(self, plain: str) -> float:
        """What the nearest syllable costs that a slip turns into this; 9 when there is none."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One reading of a query: the words of the name, and what the reading costs.

    `doubtful`: words were left out that could belong to the name; `turned`: the given name was taken to stand first.
    """

    words: tuple[Word, ...]
    cost: float
    doubtful: bool = False
    turned: bool = False
    cut: bool = False  # the words were cut otherwise than typed


def typed_words(text: str) -> tuple[Word, ...]:
    """The words of a query, numbers left out; `NguyenVanHai` is cut where a capital follows a small letter."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARS])
    cut = "".join(
        " " + c if spot and c.isupper() and text[spot - 1].islower() else c for spot, c in enumerate(text)
    )
    return tuple(w for w in words(cut)[:MAX_WORDS] if not w.plain.isdigit())


def _said(word: Word, listed: frozenset[str]) -> bool:
    """Whether a word is one of the list as far as its marks tell: "hà" is not "hả"."""
    if word.plain not in listed:
        return False
    proper = _PROPER.get(word.plain)
    return proper is None or not word.marked or bool(_MARKS.get(word.text, {word.text}) & proper)


_Cuts = dict[int, tuple[float, bool]]  # words to strip from one end: what it costs, whether it is doubtful


def _phrase(words: Sequence[Word]) -> bool:
    return " ".join(w.plain for w in words) in PHRASES


def _heads(typed: Sequence[Word], known: Vocabulary) -> _Cuts:
    """Every way to strip a beginning. Words that can be no part of a name always go.

    It is doubtful when the last word stripped may be the name's own first.
    """
    reach: _Cuts = {0: (0.0, False)}
    passed: set[int] = set()
    for at in range(len(typed)):
        if at not in reach:
            continue
        for size in (3, 2, 1):
            bit = typed[at : at + size]
            if len(bit) < size or not (_phrase(bit) if size > 1 else _said(bit[0], BEFORE)):
                continue
            step, unsure = _HARD, False
            if size == 1 and (known.knows(bit[0]) or len(bit[0].plain) == 1):
                before_name = known.family_next(typed, at + 1)
                called = bit[0].plain in ADDRESS and before_name
                family = known.family(bit[0]) and not called
                step = _FAMILY if family else _ADDRESS if called else _SOFT
                unsure = family or not before_name
            else:
                passed.add(at)
            _keep_least(reach, at + size, (reach[at][0] + step, unsure))
    return {at: cut for at, cut in reach.items() if at not in passed}


def _tails(typed: Sequence[Word], known: Vocabulary) -> _Cuts:
    """Every way to strip an end; doubtful when a word that may be a given name goes, and no marks say otherwise."""
    marked = any(w.marked for w in typed)
    reach: _Cuts = {0: (0.0, False)}
    passed: set[int] = set()
    for at in range(len(typed)):
        if at not in reach:
            continue
        cost, doubt = reach[at]
        end = len(typed) - at
        for size in (3, 2, 1):
            bit = typed[max(0, end - size) : end]
            if len(bit) < size or not (_phrase(bit) if size > 1 else _said(bit[0], AFTER)):
                continue
            soft = size == 1 and known.knows(bit[0])
            proper = _PROPER.get(bit[0].plain, {bit[0].text})
            unsure = soft and (not marked or bit[0].text not in proper)
            step = _HARD if not soft else _TAIL if unsure else _SAID
            _keep_least(reach, at + size, (cost + step, doubt or unsure))
            if not soft and (size > 1 or len(bit[0].plain) > 1):
                passed.add(at)
        for size in range(2, min(7, end - 1)) if at == 0 else ():
            word = typed[end - size]
            if word.plain in PLACES:
                soft = known.knows(word)
                _keep_least(reach, size, (cost + (_PLACE if soft else _HARD), doubt or soft))
                if not soft:
                    passed.add(0)
    return {at: cut for at, cut in reach.items() if at not in passed}


def _keep_least(reach: _Cuts, at: int, found: tuple[float, bool]) -> None:
    if at not in reach or found < reach[at]:
        reach[at] = found


def wordings(typed: Sequence[Word], known: Vocabulary, longest: int) -> list[Wording]:
    """The readings that strip words from both ends, the cheapest first; none is longer than `longest` words."""
    found = []
    tails = _tails(typed, known)
    for head, (head_cost, head_doubt) in _heads(typed, known).items():
        for tail, (tail_cost, tail_doubt) in tails.items():
            said = tuple(typed[head : len(typed) - tail])
            if head + tail < len(typed) and len(said) <= longest:
                doubtful = head_doubt or tail_doubt
                cost = head_cost + tail_cost
                if len(said) == 1 and head + tail:
                    cost += _THIN
                elif len(said) == 2 and doubtful:
                    cost += _THIN / 2
                found.append(Wording(said, cost + (_BOTH if head_doubt and tail_doubt else 0.0), doubtful))
    return nsmallest(10, found, key=lambda w: w.cost)


def amid(typed: Sequence[Word], known: Vocabulary) -> list[Wording]:
    """Readings that begin at a family name somewhere in the text, for requests in words we do not know."""
    starts = [at for at in range(len(typed)) if known.family(typed[at])]
    said = [tuple(typed[at : at + size]) for at in starts for size in (3, 4) if at + size <= len(typed)]
    return [Wording(words, _SOMEWHERE, doubtful=True) for words in said[:6]]


def recut(wording: Wording, known: Vocabulary, *, most: int = 6, slips: int = 1) -> list[Wording]:
    """The same letters cut elsewhere: joined words parted, torn ones put together, at most `slips` pieces misspelled."""
    text = "".join(w.text for w in wording.words)
    plain = "".join(w.plain for w in wording.words)
    if len(text) != len(plain) or not 3 <= len(plain) <= 40:
        return []
    ends = list(accumulate(len(word.plain) for word in wording.words))
    breaks = set(ends)
    spans = zip(wording.words, [0, *ends], ends, strict=False)
    whole = [(start, end) for word, start, end in spans if known.knows(word)]  # syllables as they stand
    best: list[dict[tuple[int, tuple[int, ...]], float]] = [{} for _ in range(len(plain) + 1)]
    best[0][0, ()] = 0.0
    for start in range(len(plain)):
        here = best[start]
        if not here:
            continue
        kept = nsmallest(most + 2, here.items(), key=lambda item: item[1])
        for end in range(start + 1, min(len(plain), start + 8) + 1):
            bit = plain[start:end]
            straight = known.piece(bit)
            across = TORN * sum(b in breaks for b in range(start + 1, end))
            joined = 0.0 if end in breaks else JOINED
            for (used, cuts), cost in kept:
                if straight < 9.0:
                    _keep(best[end], (used, (*cuts, end)), cost + straight + across + joined)
                elif used < slips and len(bit) > 1 and (slip := known.slipped(bit)) < 9.0:
                    _keep(best[end], (used + 1, (*cuts, end)), cost + slip + across + joined)
    found = []
    for (_, cuts), _cost in nsmallest(most, best[-1].items(), key=lambda item: item[1]):
        if len(cuts) > LONGEST or set(cuts) == breaks:
            continue
        starts = (0, *cuts[:-1])
        pieces = tuple(Word(text[a:b], plain[a:b]) for a, b in zip(starts, cuts, strict=True))
        inner = sum(c not in breaks for c in cuts)
        torn = len(breaks - set(cuts))
        parted = sum(any(a < c < b for c in cuts) for a, b in whole)
        cost = wording.cost + JOINED * (inner > 0) + TORN * torn
        cost += (_KNOWN if len(wording.words) > 1 else 2 * _KNOWN) * parted
        found.append(Wording(pieces, cost, wording.doubtful, cut=True))
    return found


def _keep(
    into: dict[tuple[int, tuple[int, ...]], float], key: tuple[int, tuple[int, ...]], cost: float
) -> None:
    if cost < into.get(key, 99.0):
        into[key] = cost


def turns(wording: Wording, cost: float) -> list[Wording]:
    """The same words with the given name first, or the family name last."""
    said = wording.words
    if len(said) < 2:
        return []
    orders = [(*said[1:], said[0])]
    if len(said) > 2:
        orders.append((said[-1], *said[:-1]))
    return [
        Wording(order, wording.cost + cost, wording.doubtful, turned=True, cut=wording.cut)
        for order in orders
    ]
