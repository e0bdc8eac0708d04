"""Spoken wordings as patterns: a text as clauses of words in one spelling, and patterns over them with gaps.

Read by the readers of rights, scam tales and password troubles. Invariant: order counts, and no wording reaches over a
comma or a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flows.text.addresses import ADDRESS, host_of, opened_up
from flows.text.chat_spelling import MARKED, PHRASES, WORDS
from flows.text.fold import fold, tidy
from flows.text.syllable import decoded

LINK, OFFICIAL, APK, MONEY = (
    "@link",
    "@official",
    "@apk",
    "@money",
)  # words that stand for an address, a file, a sum
GAP = 4  # words that ".." passes over
MOST_PASSED = 60  # words that "..." passes over
LONGEST_READ = 1200  # characters

_MAY_BE_APART = re.compile(r"ch[aấ]m|\[\.|\(\.| \.|\. ")
_STORES = frozenset({"play.google.com", "apps.apple.com"})
_EVERYDAY = frozenset({"gmail.com", "yahoo.com", "google.com", "google.com.vn", "hotmail.com", "icloud.com"})
_FILE = re.compile(r"[\w.-]*\.apk(?![a-z0-9])")
_PIECE = re.compile(r"@[a-z]+|[0-9]+(?:[.,][0-9]+)*[^\W\d_]*|[^\W\d_]+[0-9]*|[.,;:!?\n…()“”\"–—]")
_SUM = re.compile(
    r"[0-9]+(?:[.,][0-9]+)*(?:k|tr|trieu|triệu|ngan|ngàn|nghìn|d|đ|vnd|cu|củ)|[0-9]{2,3}[.,]000"
)
_RUN = re.compile(r"(.)\1{2,}")
_JOINS = frozenset({"chứ", "chớ", "nhưng", "nhưng mà"})  # what follows is another statement
_BREAKS = frozenset('.,;:!?\n…()“”"–—')
_SPACED = {
    meant: phrase
    for phrase, meant in PHRASES.items()
    if phrase.replace(" ", "") == meant and all(len(word) > 1 for word in phrase.split())
}
_TOLD_APART = frozenset(
    {"mà", "má", "gấp", "đúng", "khối", "đừng"}
)  # "ma" is a code, "gap" to meet, "dung" to stop, "khoi" no need: marked so or not at all
_PERSON_SPOKEN_OF = {"ổng": ("ong", "ay"), "bả": ("ba", "ay"), "cổ": ("co", "ay"), "chả": ("ong", "ay")}
_DO_NOT = re.compile(
    r"(?<!\S)dung(?= (?:co )?(?:gui|ngung|tat|huy|xoa|rut|chuyen|keu|goi|lo|bao|cho|hoi|lam|doc|bam|luu|giu|dua|tra|bo)(?!\S))"
)
# read otherwise than in questions: what is asked, told, sent is told apart here
_OWN = {
    "e": "em",
    "cccd": "cccd",
    "hỏng": "khong",
    "ảnh": "anh",
    "kiu": "keu",
    "gởi": "gui",
    "ck": "chuyen khoan",
    "xoá": "xoa",
    "huỷ": "huy",
}
_OWN |= {word: word for word in "keu bieu coi xem lo lon linh tin nhan st lam mail".split()}
_OWN |= {
    "ns": "noi",
    "mún": "muon",
    "thui": "thoi",
    "thoai": "thoi",
    "hok": "khong",
    "hủy": "huy",
    "rep": "rep",
}


# pairs that are one word, so that "bo", "bao", "nhan" alone are what one does
_PAIRS = {
    pair: pair.replace(" ", "")
    for pair in "can bo, bo sung, bao hiem, thong bao, ho so, bao nhieu, bao lau, bao gio, can cuoc, nhan vien, tin nhan, bo nho, thong tin, dong bo, toan bo, bo qua, noi bo, noi dung, lao dong, danh sach, dau moi, dong chi, cong bo, phan bo".split(
        ", "
    )
}
_PAIR = re.compile(rf"(?<!\S)(?:{'|'.join(_PAIRS)})(?!\S)")


def _paired(line: str) -> str:
    return _PAIR.sub(lambda found: _PAIRS[found.group()], line)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words up to a comma or full stop: `words` folded in one spelling, `typed` with their marks; `asks`: "?" ends it."""

    words: tuple[str, ...]
    typed: tuple[str, ...]
    asks: bool
    line: str  # the words, each with a blank behind it
    known: frozenset[str]  # the words


@lru_cache(maxsize=4)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, as far as it is read; empty ones are left out."""
    read = _FILE.sub(f" {APK} ", tidy(text[:LONGEST_READ]))
    read = ADDRESS.sub(
        lambda m: f" {_address(m.group())} ", opened_up(read) if _MAY_BE_APART.search(read) else read
    )
    out: list[Clause] = []
    words: list[str] = []
    typed: list[str] = []
    for piece in [*_PIECE.findall(read), "\n"]:
        if piece in _JOINS and words:
            out.append(_clause(words, typed, asks=False))
            words, typed = [], []
        elif piece not in _BREAKS:
            spelt = _spelt(piece)
            words += spelt
            typed += [piece] * len(spelt)
        elif words:
            out.append(_clause(words, typed, piece == "?"))
            words, typed = [], []
    return tuple(out)


def _clause(words: list[str], typed: list[str], asks: bool) -> Clause:
    """A clause with its pairs joined; what was typed of a pair is its first word."""
    line = _paired(" ".join(words))
    joined, kept, at = tuple(_DO_NOT.sub("đừng", line).split() if "dung" in typed else line.split()), [], 0
    for word in joined:
        kept.append(typed[at])
        at += 2 if word in _PAIRS.values() and word != words[at] else 1
    return Clause(joined, tuple(kept), asks, " ".join(joined) + " ", frozenset(joined))


def _address(address: str) -> str:
    """The word that stands for an address; a mailbox or search page is none."""
    host = host_of(address)
    return OFFICIAL if host.endswith(".gov.vn") or host in _STORES else host if host in _EVERYDAY else LINK


@lru_cache(maxsize=4096)
def _spelt(piece: str) -> tuple[str, ...]:
    """One typed piece as one or more folded words in one spelling."""
    if piece[0] in "@0123456789":
        return (MONEY,) if _SUM.fullmatch(piece) else (fold(piece),)
    short = _RUN.sub(r"\1", piece)
    if short in _TOLD_APART:
        return (short,)
    if short in _PERSON_SPOKEN_OF:
        return _PERSON_SPOKEN_OF[short]
    folded = fold(short)
    own = _OWN.get(piece) or _OWN.get(short) or _OWN.get(folded)
    known = own or MARKED.get(short) or WORDS.get(folded)
    if known is None:
        real = decoded(short) if len(folded) >= 3 else None
        known = fold(real) if real else folded
    return tuple(fold(_SPACED.get(known, known)).split())


@dataclass(frozen=True, slots=True)
class SpokenWording:
    """A pattern over the words of one clause, made by `wording`."""

    expression: re.Pattern[str]
    needs: tuple[frozenset[str], ...]  # of each of these a word must occur: what cannot match is not searched

    def search(self, clause: Clause) -> re.Match[str] | None:
        """Where it stands in `clause.line`, None for nowhere."""
        known = clause.known
        for need in self.needs:  # a loop: this runs some hundred times a message
            if need.isdisjoint(known):
                return None
        return self.expression.search(clause.line)


@lru_cache(maxsize=2048)
def wording(pattern: str) -> SpokenWording:
    """A pattern over the folded words of one clause.

    "gap|noi_chuyen .. can_bo|nhan_vien": words one after the other; "|" parts what may stand at one place ("$" as the
    last: or the end of the clause), "_" joins the words of one of them, ".." passes over up to four words, "..." over
    any; "?" at the end of a place makes it optional; "^" and "$" are the ends of the clause.
    """
    out, needs = "", []
    for place in pattern.split():
        if place in ("..", "..."):
            out += rf"(?:\S+ ){{0,{GAP if place == '..' else MOST_PASSED}}}"
        elif place == "$":
            out += r"\Z"
        elif place != "^":
            optional, may_end = place.endswith("?"), place.endswith("|$")
            parts = [
                _paired(p.replace("_", " ")) for p in place.removesuffix("?").removesuffix("|$").split("|")
            ]
            ends = r"|\Z" if may_end else ""
            out += f"(?:(?:{'|'.join(map(re.escape, parts))}) {ends}){'?' if optional else ''}"
            if not (optional or may_end):
                needs.append(frozenset(part.split(" ")[0] for part in parts))
    return SpokenWording(re.compile((r"\A" if pattern[0] == "^" else r"(?<!\S)") + out), tuple(needs))


@dataclass(frozen=True, slots=True)
class _WordingGroup:
    """Several wordings that are looked for together."""

    every: tuple[SpokenWording, ...]
    needs: (
        frozenset[str] | None
    )  # one of these words must occur for any of them to be found; None: that is not known


@lru_cache(maxsize=1024)
def _wordings(patterns: tuple[str, ...]) -> _WordingGroup:
    every = tuple(map(wording, patterns))
    if not all(one.needs for one in every):
        return _WordingGroup(every, None)
    return _WordingGroup(every, frozenset().union(*(min(one.needs, key=len) for one in every)))


def heard(clause: Clause, patterns: Iterable[str]) -> re.Match[str] | None:
    """The first of these wordings that stands in a clause, as a match over `clause.line`; None for none."""
    wanted = _wordings(patterns if isinstance(patterns, tuple) else tuple(patterns))
    if wanted.needs is not None and wanted.needs.isdisjoint(clause.known):
        return None
    return next((found for one in wanted.every if (found := one.search(clause))), None)


def heard_in(text: str, patterns: Iterable[str]) -> bool:
    """Whether one of these wordings stands in one of the clauses of a text."""
    return any(heard(clause, patterns) for clause in clauses(text))
