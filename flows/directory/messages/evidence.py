"""What a message of any length holds that speaks of somebody: names, departments, kinds of organisations. Called by the search.

Invariant: evidence is collected, nothing is decided; what is said not to be meant ("không phải anh Hải") is marked so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.directory.index import DirectoryIndex
from flows.directory.messages.names import Named, named_in, strangers_in
from flows.directory.phrases import PhrasePiece, Target, best_cover
from flows.text.fold import Word, fold, tidy

MAX_WORDS = 160  # of a message that are read
MAX_CHARS = 1200
_WORD = re.compile(r"[^\W_]+")
_LETTERS_APART = re.compile(r"(?<![^\W_])(?:đ|d) ?/ ?c(?![^\W_])")
_AMPERSAND = re.compile(r"(?<=\w) ?& ?(?=\w)")
_BREAK = re.compile(r"[,.;:!?()\n]|\s-\s")
_DENIES = frozenset("khong ko k hong hok hem kg hk khum dau chang chua".split())
_DENIED_DEEDS = frozenset("phai ph fai hoi tim kiem can xin thuoc nham danh noi lay".split())
_NOT_TO_DO = frozenset("goi gap lay can tim kiem".split())
_ENDS_A_DENIAL = frozenset("ma la chu nhung thi hoi xin minh".split())
_ONLY = re.compile(r"\b(?:(?:mot|1|moi|chi) minh|rieng|chi moi|moi minh)\b")
_REACH = 4  # words from a denial to what it denies


@dataclass(frozen=True, slots=True)
class TargetWords:
    """Words that stand for a block, a department, a gap or the helpers."""

    start: int
    end: int
    targets: tuple[Target, ...]
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A message, its words, and what they hold. `parted`: words before which a comma or a stop stands."""

    typed: tuple[Word, ...]
    parted: frozenset[int]
    names: tuple[Named, ...]
    told: tuple[TargetWords, ...]
    denials: tuple[tuple[int, int], ...]  # words that only say what is not meant
    strangers: tuple[int, ...] = ()  # where the name of somebody else ends

    def departments(self) -> tuple[str, ...]:
        """The departments named, each once."""
        found = (t.id for one in self.told if not one.denied for t in one.targets if t.kind == "department")
        return tuple(dict.fromkeys(found))


def evidence_in(index: DirectoryIndex, text: str) -> Evidence:
    """What `text` holds. Any text is accepted; no more than MAX_WORDS of it are read."""
    spelt = _LETTERS_APART.sub(" dongchi ", _AMPERSAND.sub("", tidy(text[:MAX_CHARS])))
    typed: list[Word] = []
    parted: set[int] = set()
    last = 0
    for found in _WORD.finditer(spelt):
        plain = fold(found.group())
        if not plain.strip():
            continue
        if _BREAK.search(spelt, last, found.start()):
            parted.add(len(typed))
        last = found.end()
        typed.append(Word(found.group(), plain))
        if len(typed) == MAX_WORDS:
            break
    capitals = _capitals(text, typed)
    aliases = _aliases(index, typed, parted)
    names = named_in(index, typed, frozenset(parted), capitals, aliases)
    told = tuple(TargetWords(p.start, p.end, p.targets) for p in aliases)
    strangers = strangers_in(typed, capitals, names, index)
    return _with_denials(Evidence(tuple(typed), frozenset(parted), names, told, (), strangers))


def _capitals(text: str, typed: Sequence[Word]) -> frozenset[int]:
    """Which words began with a capital, unless all of it was shouted."""
    spelt = [w for w in _WORD.findall(_AMPERSAND.sub("", text[:MAX_CHARS])) if w]
    if len(spelt) < len(typed) or not any(w[1:].islower() for w in spelt):
        return frozenset()
    return frozenset(
        i
        for i, (s, w) in enumerate(zip(spelt, typed, strict=False))
        if s[0].isupper() and s.lower() == w.text
    )


def _aliases(index: DirectoryIndex, typed: Sequence[Word], parted: set[int]) -> list[PhrasePiece]:
    pieces: list[PhrasePiece] = []
    for start in range(len(typed)):
        for piece in index.phrase_table.beginning(typed, start):
            if piece.end - start == 2 and start + 1 in parted:
                continue  # "bệnh viện nha, trường học": no "nhà trường"
            if piece.role in ("alias", "other") or (piece.role == "filling" and piece.end - piece.start > 1):
                pieces.append(piece)
        after = index.after_name.get(typed[start].plain)
        if after and start and typed[start - 1].plain in ("phong", "ben"):
            pieces.append(PhrasePiece(start - 1, start + 1, "alias", 3.5, (after,)))
    return [p for p in best_cover(pieces, len(typed)) if p.role == "alias"]


def _with_denials(said: Evidence) -> Evidence:
    """The evidence with what is denied marked: "không phải anh Hải", "chứ không phải trường"."""
    typed = said.typed
    denials: list[tuple[int, int]] = []
    names, told = list(said.names), list(said.told)
    spot = 0
    while spot < len(typed) - 1:
        start = _begins_denial(typed, spot)
        if not start:
            spot += 1
            continue
        end = _denied_until(said, start)
        if _ONLY.search(
            " ".join(w.plain for w in typed[start : start + 4])
        ):  # "không phải kiếm một mình ông Quyến"
            names = [n for n in names if not start <= n.start < start + 6]
            denials.append((spot, start))
            spot = start
            continue
        spans = [*((n.start, n.end) for n in names), *((t.start, t.end) for t in told)]
        hits = [last for first, last in spans if start <= first < end]
        names = [replace(n, denied=True) if start <= n.start < end else n for n in names]
        told = [replace(t, denied=True) if start <= t.start < end else t for t in told]
        end = max([end, *hits])
        denials.append((spot, end if hits else min(end, start + 2)))
        spot = max(spot + 1, end)
    return replace(said, names=tuple(names), told=_said_before(told), denials=tuple(denials))


def _begins_denial(typed: Sequence[Word], spot: int) -> int:
    """Where that begins which is denied here; 0 when nothing is."""
    ahead = [w.plain for w in typed[spot : spot + 3]]
    if ahead[0] == "bo" and len(typed) > spot + 3 and "di" in (w.plain for w in typed[spot + 2 : spot + 5]):
        return spot + 1  # "bỏ ông Tuấn đi"
    if spot and typed[spot - 1].plain in ("phai", "co"):
        return 0  # "phải không", "có phải"
    if ahead[0] in ("chu", "cho") and ahead[1] in _DENIES and len(ahead) > 2 and ahead[2] in _DENIED_DEEDS:
        return spot + 3
    if ahead[0] in ("khoi", "dung") and ahead[1] in _NOT_TO_DO:
        return spot + 2  # "khỏi gọi anh Toàn"
    return spot + 2 if ahead[0] in _DENIES and ahead[1] in _DENIED_DEEDS else 0


def _said_before(told: Sequence[TargetWords]) -> tuple[TargetWords, ...]:
    """What is denied was not meant where it was said before either: "lau dọn ở phòng khám mà đâu phải người phòng khám"."""
    denied = {t for one in told if one.denied for t in one.targets}
    last = max((one.end for one in told if one.denied), default=0)
    return tuple(
        replace(one, denied=True) if one.end <= last and denied.issuperset(one.targets) else one
        for one in told
    )


def _denied_until(said: Evidence, start: int) -> int:
    for spot in range(start, min(start + _REACH, len(said.typed))):
        if said.typed[spot].plain == "viec":
            return start  # "không phải việc của ảnh"
        if spot > start and (spot in said.parted or said.typed[spot].plain in _ENDS_A_DENIAL):
            return spot
    return min(start + _REACH, len(said.typed))
