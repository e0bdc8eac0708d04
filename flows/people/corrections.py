"""Corrections of what was said before: "à lộn, tháng 11 chớ hổng phải tháng 12", "Nguyễn Văn Anh mới đúng". Called by flows' readers.

Invariant: a correction tells the right words from the wrong ones; the old value is never lost when the new one does not hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from flows.text.dates import calendar_day, written
from flows.text.fold import fold
from flows.text.spoken_dates import OLDEST_YEAR, births_in, number_said, year_said

_NOT = r"(?:(?:khong|ko|k|kg|hong|hok|hem|hg|kh) phai|dau (?:co )?phai|khong la)"
_MOVED = r"(?:da|a|ah|u|ua|i|y|o|oi|chet|chet cha|thoi|thoi chet|khoan|trời|troi|xin loi|sorry|sr|ma|ma khoan|e|em|tui|toi|con|minh|co|chi|anh|nay|hoi nay|nay gio|luc nay)"
_SLIP = r"(?:(?:ghi|go|noi|bam|nhan|viet|danh|doc|khai|nho|dua|gui)? ?(?:lon|nham|sai)(?: mat)?(?: roi)?|quen|lo tay|ghi thieu)"
_PATTERNS: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern), score)
    for pattern, score in (
        # X chớ hổng phải Y; X, không phải Y
        (rf"^(?P<right>.+?)(?:,? (?:cho|chu|ma) |, ?| )(?:dau )?{_NOT}(?: la)? (?P<wrong>.+?)(?: dau| nua)?$", 0.92),
        # hổng phải Y mà là X; hổng phải Y, X mới đúng
        (rf"^(?:{_MOVED},? )*{_NOT}(?: la)? (?P<wrong>.+?)(?: dau)?(?:,| ma la| ma| la|\.) ?(?P<right>.+?)(?: moi (?:dung|phai|chinh xac))?$", 0.92),
        (rf"^(?:{_MOVED},? )*{_NOT}(?: la)? (?P<wrong>.+?)(?: dau)?$", 0.85),
        (r"^(?P<wrong>.+?) (?:la )?(?:sai|nham|lon) roi$", 0.82),
        # Y à lộn X
        (rf"^(?P<wrong>[^,]*[0-9a-z][^,]*?),? (?:a|y|i|ua) (?:{_SLIP}|khong)(?:,|:| la)* ?(?P<right>.+)$", 0.9),
        (rf"^(?:{_MOVED},? )*{_SLIP}(?:,|:|\.| la| thanh)* ?(?P<right>.+?)(?: moi (?:dung|phai|chinh xac))?$", 0.92),
        (r"^(?P<right>.+?) (?:moi|mới) (?:dung|phai|chuan|chinh xac)(?: nha| a| ne)?$", 0.9),
        (rf"^(?:{_MOVED},? )*(?:sua|doi|chinh|dinh chinh|noi|ghi|cap nhat)(?: lai)?(?: giup| gium| dum| cho)*(?: (?:em|tui|toi|con|minh|chi|anh|co))?(?:,|:| la| thanh| qua)* ?(?P<right>.+)$", 0.86),
        (r"^(?:(?:a|y|i|ua|da|u|khoan) )*(?:a|y|i|ua|khoan),? (?:khong|hong|ko|k|quen|(?:em|tui|toi|con|minh) quen|la|(?:em|tui|toi|con|minh) la)(?:,|:| la)* ?(?P<right>.+)$", 0.88),
        (r"^(?:y|i|ua|a) (?P<right>(?:nam |thang |ngay |mung )?[0-9]+(?: |$).*)$", 0.8),
    )
)  # fmt: skip  # reason: a table of patterns
_OPENED = re.compile(
    rf"\b{_NOT}\b|\b(?:lon|nham|sai)\b|\bmoi (?:dung|phai|chuan|chinh xac)\b|\b(?:sua|doi|chinh|dinh chinh|noi|ghi|cap nhat) (?:lai|ngay|nam|thang|ten|so|tinh|ho|qua|thanh)\b"
    r"|^(?:da )?(?:a|y|i|ua|khoan),? (?:khong|hong|ko|k|quen|la|em|tui|toi|con|minh|nam|thang|ngay|mung|[0-9])|\bdinh chinh\b|\bquen\b"
)
_LEAD = re.compile(rf"(?:{_MOVED},? )*(?:{_SLIP}(?: roi)?(?:[,:.]+ ?| la | ))?(?:ma )?")
_TENTATIVE = re.compile(
    r"\b(?:phai (?:khong|hong|ko|k|hem|hon)|dung (?:khong|hong|ko|k|hem)|sai (?:gi|o dau)|co (?:sai|nham|lon))\b"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right and what was wrong, in the words typed; "" for what is not said. `sure`: how surely it is a correction."""

    right: str
    wrong: str
    sure: float


def read_correction(text: str) -> Correction | None:
    """The correction that a message is, None for other messages. A question whether something is right is none."""
    text = " ".join(text.split())
    folded = fold(text)
    if len(folded) != len(text):
        text = folded
    stripped = folded.rstrip(" .!…")
    folded = stripped
    if not _OPENED.search(folded) or _TENTATIVE.search(folded) or folded.endswith("?"):
        return None
    for pattern, sure in _PATTERNS:
        hit = pattern.match(folded)
        if hit is not None:
            parts = hit.groupdict()
            right = text[slice(*hit.span("right"))] if parts.get("right") else ""
            lead = _LEAD.match(fold(right))
            right = right[lead.end() :] if lead and len(fold(right)) == len(right) else right
            wrong = text[slice(*hit.span("wrong"))] if parts.get("wrong") else ""
            return Correction(right.strip(" ,.:"), wrong.strip(" ,.:"), sure)
    return None


_PART = re.compile(
    r"(?:^|[ ,])(?P<part>ngay|mung|mong|thang|nam) (?:sinh )?(?:la )?(?P<number>[0-9]{1,4}|[a-z]+(?: [a-z]+)?)(?![0-9/])"
)
_ALONE = re.compile(r"(?<![0-9/])(?P<number>[0-9]{1,4})(?![0-9/])")
_PART_OF = {"ngay": 0, "mung": 0, "mong": 0, "thang": 1, "nam": 2}


@dataclass(frozen=True, slots=True)
class NewDate:
    """A corrected date: `born` as it is kept, or "" with the words of what does not hold."""

    born: str
    said: str = ""


def corrected_date(born: str, correction: Correction, today: date) -> NewDate | None:
    """The birth date or year with its correction; None when the words hold no part of a date.

    A part that is named ("tháng 11", "76") takes the place of the same part; the others stay.
    """
    right = fold(correction.right)
    old = _parts(born)
    given = _given(right, fold(correction.wrong), old, today)
    if given is None:
        return None
    if isinstance(given, str):
        return NewDate(given) if given else NewDate("", correction.right)
    day, month, year = (new or was for new, was in zip(given, old, strict=True))
    if not day and not month:
        return NewDate(str(year)) if OLDEST_YEAR <= year <= today.year else NewDate("", correction.right)
    if not year:
        return None
    found = calendar_day(day, month, year)
    if found is None or found > today or year < OLDEST_YEAR:
        return NewDate("", f"{day:02}/{month:02}/{year}")
    return NewDate(written(day, month, year))


def _parts(born: str) -> tuple[int, int, int]:
    if "/" in born:
        day, month, year = (int(part) for part in born.split("/"))
        return day, month, year
    return 0, 0, int(born) if born else 0


_Given = tuple[int, int, int]


def _given(right: str, wrong: str, old: _Given, today: date) -> _Given | str | None:
    """The parts of a date that are given anew; a whole date as it is kept, "" for none such; None for no date."""
    births = births_in(right, today)
    whole = next((b for b in births if b.born and "/" in b.born), None)
    if whole is not None:
        return whole.born
    if any(b.trouble for b in births):
        return ""
    if partly := next((b for b in births if b.day), None):
        return partly.day, partly.month, next((int(b.born) for b in births if b.born), 0)
    if births:
        return 0, 0, int(births[0].born)
    parts = [0, 0, 0]
    for hit in _PART.finditer(right):
        at = _PART_OF[hit["part"]]
        number = year_said(hit["number"], today) if at == 2 else number_said(hit["number"])
        if number is not None:
            parts[at] = number
    if any(parts):
        return parts[0], parts[1], parts[2]
    alone = _ALONE.search(right)
    if alone is None:
        return None
    return _which(int(alone["number"]), alone["number"], wrong, old, today)


def _which(number: int, said: str, wrong: str, old: _Given, today: date) -> _Given | str | None:
    """A number alone takes the place of the part that was called wrong, else of the only part it can be."""
    called = _ALONE.search(wrong)
    false = int(called["number"]) if called else None
    named = _PART.search(wrong)
    if named is not None and named["number"].isdigit():
        at = _PART_OF[named["part"]]
    elif false is not None and false in (old[0], old[1]) and old[0] != old[1]:
        at = 0 if false == old[0] else 1
    elif len(said) == 4 or number > 31 or not old[0] or (false is not None and false % 100 == old[2] % 100):
        at = 2
    elif number > 12:
        at = 0
    else:
        return None  # day or month: it is asked
    if at == 2:
        year = year_said(said, today)
        return (0, 0, year) if year else ""
    return (number, 0, 0) if at == 0 else (0, number, 0)


_NAME_LABELS = re.compile(
    r"(?:^|(?<= ))(?:ten|chu|lot|chu lot|dem|la|co|them|thieu|nua|lan|nha|a|ne|do|ma|chu dem|ho|cuoi|moi|dung|thi|co dau|dau (?:sac|huyen|hoi|nga|nang)|khong dau|nghen|nghe|nhe|hen)(?= |$)"
)
_INSERTED = re.compile(
    r"\b(?:thieu|con thieu|co|them)(?: them)? (?:lot )?(?:chu )?(?:lot )?[^ ]+(?: nua| lan| nua lan)|\bthieu (?:chu )?"
)
ALIKE = 60.0  # rapidfuzz ratio from which a part of a name is a correction of another


def corrected_name(name: str, right: str, wrong: str) -> str:
    """The name with a part of it replaced ("Trúc Ly hông phải Trúc Lý") or put in ("thiếu chữ Mỹ"); "" when it is unclear."""
    words = name.split()
    new = _name_part(right)
    if not 1 <= len(new) < len(words):
        return ""
    if name[:1].isupper() and not name.isupper():
        new = [word[:1].upper() + word[1:] for word in new]
    plain_words, plain_new = [fold(w) for w in words], [fold(w) for w in new]
    false = [fold(w) for w in _name_part(wrong)]
    for at in range(len(words) - len(false), -1, -1) if false else ():
        if plain_words[at : at + len(false)] == false:
            return " ".join([*words[:at], *new, *words[at + len(false) :]])
    if len(new) == 1 and _INSERTED.search(fold(right)) and plain_new[0] not in plain_words:
        return " ".join([*words[:-1], *new, words[-1]])
    tail = plain_words[-len(new) :]
    alike = fuzz.ratio(" ".join(tail), " ".join(plain_new)) >= ALIKE
    return " ".join([*words[: -len(new)], *new]) if alike and words[-len(new) :] != new else ""


def _name_part(text: str) -> list[str]:
    """The words of a piece of a name, without what says that it is one."""
    folded = fold(text)
    if len(folded) != len(text):
        return []
    kept = text
    for hit in _NAME_LABELS.finditer(folded):
        if not text[hit.start()].isupper():
            kept = kept[: hit.start()] + " " * (hit.end() - hit.start()) + kept[hit.end() :]
    return [word for word in re.findall(r"[^\W\d_]+", kept) if word]
