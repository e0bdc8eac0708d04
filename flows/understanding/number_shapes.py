"""The numbers in a text, as they are written: runs of digits, cards, dates, money, dossier numbers. Called by numbers.py.

Invariant: only shapes are found here; what a number is, numbers.py says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from flows.text.dates import FULL, MONTH, SHORT_YEAR

CODE_DIGITS, CMND_DIGITS, CCCD_DIGITS, CARD_LENGTH = 10, 9, 12, 15


@dataclass(frozen=True, slots=True)
class NumberShape:
    """A number as it stands in the text: `shape` dossier, date, year, money or digits; `letters` before the digits."""

    shape: str
    digits: str = field(repr=False)
    letters: str = ""
    plus: bool = False
    grouped: bool = False  # in thousands, with points or commas
    warnings: tuple[str, ...] = ()


# -- taking apart

_DOSSIER = re.compile(
    r"(?<![0-9a-z])([0-9]{4,6}) ?[.,]? ?([a-z]{1,3}) ?[/\-. ] ?((?:19|20)[0-9]{2}) ?[/\-. ] ?([0-9]{2,5})(?![0-9])"
)
_MONEY_UNIT = r"(?:trieu|tr|nghin|ngan|ty|dong|vnd|vnđ|k|d)"
_MONEY = re.compile(
    rf"(?<![0-9.,])([0-9]{{1,3}}(?:[.,][0-9]{{3}}){{1,4}}|[0-9]{{1,12}}(?:[.,][0-9]{{1,2}})?) ?{_MONEY_UNIT}(?: ?{_MONEY_UNIT})*\b"
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,4}")
_CARD = re.compile(r"(?<![0-9a-z])[a-z]{2}[ .\-]?[0-9](?:[ .\-]?[0-9oil|]){7,15}(?![0-9a-z])")
_LEVEL_APART = re.compile(r"[a-z]{2}[ .\-][0-9][ .\-]")
_ONE_LETTER = re.compile(r"(?<![0-9a-z])[a-z] ?[0-9]{7,13}(?![0-9a-z])")
_DIGITS = re.compile(r"(?<![0-9a-z])[+(]?[0-9oil|](?:[ .\-()]{0,2}[0-9oil|])*[)]?(?![0-9a-z])")
LIKE = str.maketrans("oil|", "0111")


def taken_apart(text: str) -> tuple[list[tuple[NumberShape, str]], str]:
    """The numbers of a folded text in order, each with the text between it and the one before; and all but the numbers."""
    found: list[tuple[int, int, NumberShape]] = []

    def take(pattern: re.Pattern[str], make: Callable[[re.Match[str]], Iterable[NumberShape]]) -> None:
        nonlocal text
        for hit in list(pattern.finditer(text)):
            pieces = list(make(hit))
            if pieces:
                found.extend((hit.start(), hit.end(), p) for p in pieces)
                text = text[: hit.start()] + " " * (hit.end() - hit.start()) + text[hit.end() :]

    take(_DOSSIER, _dossier)
    take(_MONEY, lambda h: [NumberShape("money", _only_digits(h.group(1)))])
    take(FULL, _dates)
    take(SHORT_YEAR, _dates)
    take(MONTH, lambda h: [NumberShape("month", f"{int(h['month']):02}/{h['year']}")])
    take(_CARD, _cards)
    take(_ONE_LETTER, lambda h: [NumberShape("digits", h.group()[1:].strip(), h.group()[0])])
    take(_DIGITS, lambda h: _runs(h.group()))
    found.sort(key=lambda f: f[0])
    ends = [0, *(end for _, end, _ in found)]
    return [(piece, text[ends[n] : start]) for n, (start, _, piece) in enumerate(found)], text


def _dossier(hit: re.Match[str]) -> Iterator[NumberShape]:
    tidy = f"{hit.group(1)}.{hit.group(2).upper()}/{hit.group(3)}/{hit.group(4)}"
    warnings = ("spaces",) if " " in hit.group() else ()
    if len(hit.group(1)) != 5:
        warnings = (*warnings, f"short:{5 - len(hit.group(1))}" if len(hit.group(1)) < 5 else "long:1")
    if len(hit.group(4)) < 3:
        warnings = (*warnings, "shape")
    yield NumberShape("dossier", tidy, warnings=warnings)


def _dates(hit: re.Match[str]) -> Iterator[NumberShape]:
    """A date whose two joints are the same; blanks and dots may join it only when its year has four digits."""
    joint, year = hit["first"].strip(), hit["year"]
    whole = (1900 <= int(year) <= 2099) if len(year) == 4 else joint == "/"
    alike = joint == hit["second"].strip() and max(map(len, hit.group("first", "second"))) <= 3
    ends = hit.string[hit.end() : hit.end() + 1] not in tuple("./-")
    if alike and whole and ends and 1 <= int(hit["day"]) <= 31 and 1 <= int(hit["month"]) <= 12:
        yield NumberShape("date", f"{int(hit['day']):02}/{int(hit['month']):02}/{year}")


def _cards(hit: re.Match[str]) -> Iterator[NumberShape]:
    raw = hit.group()
    letters, rest = raw[:2], raw[2:]
    count = sum(c.isdigit() or c in "oil|" for c in rest)
    joined = rest[0].isdigit() or _LEVEL_APART.match(raw) is not None
    if sum(c.isdigit() for c in rest) < 8 or (count != CARD_LENGTH - 2 and not joined):
        return  # "ho 8799000001" is a household's code, "HC 4 87 …" a card
    yield NumberShape("digits", _only_digits(rest.translate(LIKE)), letters, warnings=_look(rest))


def _runs(raw: str) -> list[NumberShape]:
    """One number, or two that stand side by side: "8800000001 8899000001"."""
    if sum(c.isdigit() for c in raw) < 4:
        return []
    if _GROUPED.fullmatch(raw.strip()) and not raw.startswith("0"):
        return [NumberShape("digits", _only_digits(raw), grouped=True, warnings=("spaces",))]
    parts = raw.split()
    lengths = [len(_only_digits(p)) for p in parts]
    if len(parts) > 1 and min(lengths) >= 4 and max(lengths) >= CMND_DIGITS:
        return [p for part in parts for p in _runs(part)]
    digits = _only_digits(raw.translate(LIKE))
    return [NumberShape("digits", digits, plus=raw.startswith("+"), warnings=_look(raw.strip("()+ ")))]


def _look(raw: str) -> tuple[str, ...]:
    """What is odd about how a number is written."""
    odd = {"lookalike": "oil|", "spaces": " .-()"}
    return tuple(name for name, chars in odd.items() if any(c in chars for c in raw))


def _only_digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
