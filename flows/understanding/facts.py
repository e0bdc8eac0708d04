"""Names, dates, ID numbers, option numbers and yes/no read from a message. Called by the steps of a flow; returns None or a reason, never guesses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

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


_DATE = re.compile(r"(?<![0-9])([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*([0-9]{4})(?![0-9])")


_DATE_TIGHT = re.compile(r"(?<![0-9])([0-9]{2})([0-9]{2})([0-9]{4})(?![0-9])")


_DATE_WORDS = re.compile(r"(?<![0-9])(?:ngay )?([0-9]{1,2}) thang ([0-9]{1,2})(?: nam)? ([0-9]{4})(?![0-9])")


_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")


_DATE_SHORT = re.compile(r"(?<![0-9])[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}(?![0-9])")


_ID = re.compile(r"(?<![0-9])([0-9]{12}|[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}(?: [0-9]{3})?)(?![0-9])")


OLDEST_YEAR = 1900


def birth_date(day: int, month: int, year: int, today: date) -> str | None:
    """ "dd/mm/yyyy" when such a day exists, is not in the future and not before OLDEST_YEAR; else None."""
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    if born > today or year < OLDEST_YEAR:
        return None
    return born.strftime("%d/%m/%Y")


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
    for pattern in (_ID,):
        hits = list(pattern.finditer(bare))
        if len({re.sub(" ", "", h.group(1)) for h in hits}) > 1:
            return FactReading(None, text, "several")
        if hits:
            h = hits[0]
            rest = text[: h.start()] + " " + text[h.end() :]
            inner = read_fact(
                rest, today
            )  # a date beside an ID number is dropped from the name, the ID decides
            return FactReading(Fact(id_number=h.group(1).replace(" ", "")), inner.rest)
    dated = list(_DATE.finditer(bare)) or list(_DATE_WORDS.finditer(bare)) or list(_DATE_TIGHT.finditer(bare))
    if len({h.group(0) for h in dated}) > 1:
        return FactReading(None, text, "several")
    if dated:
        h = dated[0]
        rest = _without_label(text[: h.start()]) + " " + text[h.end() :]
        born = birth_date(int(h.group(1)), int(h.group(2)), int(h.group(3)), today)
        return (
            FactReading(Fact(born=born), _name_part(rest))
            if born
            else FactReading(None, _name_part(rest), "date")
        )
    if _DATE_SHORT.search(bare):
        return FactReading(None, text, "short_year")
    if re.search(r"(?<![0-9])[0-9]{10}(?![0-9])", bare):
        return FactReading(None, text, "code")
    years = list(_YEAR.finditer(bare))
    if len({h.group(1) for h in years}) > 1:
        return FactReading(None, text, "several")
    if years:
        h = years[0]
        year = int(h.group(1))
        rest = _without_label(text[: h.start()]) + " " + text[h.end() :]
        if OLDEST_YEAR <= year <= today.year:
            return FactReading(Fact(born=str(year)), _name_part(rest))
        return FactReading(None, _name_part(rest), "date")
    return FactReading(None, _name_part(text))


_LABELS = frozenset(
    {"sinh", "nam", "ngay", "sn"}
)  # what stands before a date: "sinh năm", "năm sinh", "ngày"


_ALSO_NAMES = frozenset({"sinh", "nam"})  # Nguyễn Văn Sinh, Nguyễn Văn Nam, Bé Năm


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


NAME_WORDS = (2, 7)  # how many words a full name has, at least and at most


_JOINED_NAME = 6  # letters that a name typed without spaces has at least


def full_name(text: str) -> str | None:
    """A person's full name in `text`, spaces tidied, or None. Two to seven words, or one long joined word."""
    tidy = " ".join(text.split())
    if not 2 <= len(tidy) <= 60 or _NAME.fullmatch(tidy) is None:
        return None
    words = tidy.replace(".", " ").split()
    if not fold(tidy).isascii():
        return None
    if NAME_WORDS[0] <= len(words) <= NAME_WORDS[1]:
        return tidy
    return tidy if len(words) == 1 and len(tidy) >= _JOINED_NAME else None
