"""Which of the offered titles a message names by its content ("cái quen mật khẩu kia"). Called by the dialogue before a list of questions or people.

Rule: a word counts for a title when no other title has it, as it is or by what it means.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.text.fold import fold
from flows.text.normalise import normalise
from flows.understanding.answers.spoken import spoken

_SAME = (  # folded words, and what they are counted as
    ("khong nho", " quen "), ("het nho", " quen "), ("khong biet mat khau", " quen mat khau "), ("lay lai mat khau", " quen mat khau "),
    ("khong thay", " khongden "), ("khong nhan", " khongden "), ("khong ve", " khongden "), ("khong toi", " khongden "), ("chua toi", " khongden "), ("khong gui", " khongden "),
    ("khong den", " khongden "), ("chua nhan", " khongden "), ("chua thay", " khongden "), ("chua ve", " khongden "), ("khong co ma", " khongden otp "), ("chua co ma", " khongden otp "),
    ("cai dat", " tai "), ("cai app", " tai app "), ("download", " tai "), ("lay app", " tai app "), ("ung dung", " app "), ("doi mat", " doi mat "), ("ma so", " maso "),
    (" ma otp ", " otp "), (" ma khongden ", " otp khongden "),
)  # fmt: skip  # reason: reads as the table it is
_EMPTY = frozenset(
    "cai vu chuyen viec do kia nay a nha em chi anh toi minh la thi ma ve o dau sao nao gi khong co duoc cho hoi muon can de cua va voi "
    "roi hoai luon day tim cach lam nhu the bi con hay mot vssid app".split()
)  # fmt: skip  # reason: as above
ENOUGH = 0.85


def named(text: str, titles: Sequence[str]) -> dict[int, float]:
    """The number of the one title that a message names, with its score; nothing when none or several are named."""
    said = spoken(text)
    own = _meant(fold(said.text.replace(" má ", " me ").replace(" mà ", " ") if said.marked else said.text))
    of_titles = [
        _meant(f" {fold(' '.join(normalise(title)))} ") | _meant(f" {fold(spoken(title).text)} ")
        for title in titles
    ]
    counts = []
    for at, words in enumerate(of_titles):
        others = set().union(*(w for i, w in enumerate(of_titles) if i != at)) if len(titles) > 1 else set()
        counts.append(len((own & words) - others))
    best = max(counts, default=0)
    if not best or counts.count(best) > 1 or said.count > 14 or (best == 1 and said.count > 7):
        return {}
    other = max((c for i, c in enumerate(counts) if i != counts.index(best)), default=0)
    return {} if other else {counts.index(best): ENOUGH}


def _meant(text: str) -> frozenset[str]:
    padded = f" {' '.join(text.replace(',', ' ').split())} "
    for spelling, meaning in _SAME:
        padded = padded.replace(f" {spelling.strip()} ", f" {meaning.strip()} ")
    return frozenset(padded.split()) - _EMPTY
