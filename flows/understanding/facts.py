"""Names, dates, ID numbers, option numbers and yes/no read from a message. Called by the steps of a flow and the router.

Invariant: nothing is guessed; what cannot be read is None or a reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from flows.text.dates import (
    FULL,
    IN_WORDS,
    SHORT_YEAR,
    TIGHT,
    YEAR,
    TypedDate,
    calendar_day,
    dates_in,
    written,
)
from flows.text.fold import fold
from flows.text.normalise import plain


def number_of(text: str, limit: int) -> int | None:
    """The option number typed ("2", "2.", "so 2"), from 1 to `limit`, or None."""
    found = re.fullmatch(r"(?:so |chon )?([0-9]{1,2})[.)]?", fold(text).strip())
    if found is None:
        return None
    n = int(found.group(1))
    return n if 1 <= n <= limit else None


def yes_or_no(text: str) -> bool | None:
    """True for an agreement, False for a refusal, None for anything else."""
    words = plain(text)
    if words in {"khong", "ko", "k", "kg", "hong", "hok", "khong dong y", "thoi", "tu choi", "no"}:
        return False
    if words in {"co", "dong y", "dc", "duoc", "ok", "oke", "u", "uh", "da", "vang", "da dong y", "yes", "y"}:
        return True
    return None


@dataclass(frozen=True, slots=True)
class Fact:
    """The second fact of a look-up. Exactly one field is set."""

    born: str = ""  # "17/01/1983" or "1983"
    id_number: str = field(default="", repr=False)  # 9 or 12 digits


_ID = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}(?: [0-9]{3})?)(?![0-9])")
_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")
OLDEST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class FactReading:
    """What a message held besides its words."""

    fact: Fact | None
    rest: str  # the text without the fact
    trouble: str = ""  # "date" (no such day), "short_year" (two digits of a year), "several" (more than one fact of a kind), "code" (ten digits), "" fine


def read_fact(text: str, today: date) -> FactReading:
    """The birth date, birth year or ID number in a message, and what is left of the text.

    An ID number is preferred to a date, a full date to a year. Ten digits are neither: trouble "code".
    """
    bare = fold(text)
    if len(bare) != len(text):  # folding may change lengths on exotic input: then work on the folded text
        text = bare
    ids = list(_ID.finditer(bare))
    if len({hit.group().replace(" ", "") for hit in ids}) > 1:
        return FactReading(None, text, "several")
    if ids:
        rest = text[: ids[0].start()] + " " + text[ids[0].end() :]
        # a date beside an ID number is dropped from the name: the number decides
        return FactReading(Fact(id_number=ids[0].group().replace(" ", "")), read_fact(rest, today).rest)
    dates = dates_in(bare, FULL) or dates_in(bare, IN_WORDS) or dates_in(bare, TIGHT)
    if not dates and any(short.signs_only() for short in dates_in(bare, SHORT_YEAR)):
        return FactReading(None, text, "short_year")
    if not dates and _TEN_DIGITS.search(bare):
        return FactReading(None, text, "code")
    dates = dates or dates_in(bare, YEAR)
    if len({found.text for found in dates}) > 1:
        return FactReading(None, text, "several")
    if not dates:
        return FactReading(None, _name_part(text))
    rest = _name_part(_without_label(text[: dates[0].start]) + " " + text[dates[0].end :])
    born = _born(dates[0], today)
    return FactReading(Fact(born=born), rest) if born else FactReading(None, rest, "date")


def _born(found: TypedDate, today: date) -> str:
    """The birth date or year as it is kept; "" when there is no such day, or it is in the future or before OLDEST_YEAR."""
    if found.text.isdigit() and len(found.text) == 4:
        return found.text if OLDEST_YEAR <= found.year <= today.year else ""
    day = calendar_day(found.day, found.month, found.year)
    if day is None or day > today or day.year < OLDEST_YEAR:
        return ""
    return written(found.day, found.month, found.year)


# What stands before a date ("sinh năm", "ngày"), and which of them are names too: Nguyễn Văn Sinh, Nguyễn Văn Nam, Bé Năm.
_LABELS = frozenset({"sinh", "nam", "ngay", "sn"})
_ALSO_NAMES = frozenset({"sinh", "nam"})


def _without_label(before: str) -> str:
    """What stands before a date, without "sinh năm" and the like at its end; a name that is such a word stays.

    "Trần Thị Bé Ba sinh" -> "Trần Thị Bé Ba"; "Nguyễn Văn Nam sinh" -> "Nguyễn Văn Nam".
    """
    words = before.split()
    n = len(words)
    while n and plain(words[n - 1]) in _LABELS:
        n -= 1
    name, label = words[:n], words[n:]
    if not label or not name or name[-1][-1] in ",;:." or plain(label[0]) not in _ALSO_NAMES:
        return " ".join(name)
    if any(w.istitle() for w in name):
        belongs = label[0].istitle() and (n < 4 or len(label) == 1)
    elif [plain(w) for w in label[:2]] in (["sinh", "nam"], ["sinh", "ngay"]):
        belongs = False
    else:  # all in one case: the fewer words are left, the surer it is a name
        belongs = n < (4 if plain(label[0]) == "nam" else 3)
    return " ".join([*name, label[0]]) if belongs else " ".join(name)


_FILLER = re.compile(
    r"(?i)\b(?:s[oố] (?:cccd|cmnd|c[aă]n c[uư][oớ]c)|cccd|cmnd|cmt|c[aă]n c[uư][oớ]c|t[eê]n l[aà]|"
    r"h[oọ] (?:v[aà] )?t[eê]n|t[eê]n|t[oô]i l[aà]|em l[aà]|m[iì]nh l[aà])\b[ :]*"
)


def _name_part(text: str) -> str:
    return " ".join(_FILLER.sub(" ", text).replace(",", " ").replace(";", " ").replace(":", " ").split())


_NAME = re.compile(r"[^\W\d_]+(?:[.'’ -]+[^\W\d_]+)*\.?")
_NAME_WORDS = (2, 7)  # how many words a full name has, at least and at most
_JOINED_NAME = 6  # letters that a name typed without spaces has at least


def full_name(text: str) -> str | None:
    """A person's full name in `text`, spaces tidied, or None. Two to seven words, or one long joined word."""
    tidy = " ".join(text.split())
    if not 2 <= len(tidy) <= 60 or _NAME.fullmatch(tidy) is None:
        return None
    words = tidy.replace(".", " ").split()
    if not fold(tidy).isascii():
        return None
    if _NAME_WORDS[0] <= len(words) <= _NAME_WORDS[1]:
        return tidy
    return tidy if len(words) == 1 and len(tidy) >= _JOINED_NAME else None
