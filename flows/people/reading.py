"""A person read out of what is typed: name, birth, ID number, province, and whose data it is. Called by the look-up's steps.

A bare name is taken as it stands; only then is a name looked for amid speech. Invariant: the name is a run of words as
they were typed; what is not sure is said to be so, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from flows.content import Content
from flows.people.name_words import Run, is_joined_name, names_in, words_of
from flows.people.places import province_in
from flows.people.relations import whose
from flows.text.dates import calendar_day, written
from flows.text.fold import fold
from flows.text.spoken_dates import Birth, births_in, no_date_known

_ID = re.compile(r"(?<![0-9])(?:[0-9]{12}|[0-9]{9}|[0-9]{3} [0-9]{3} [0-9]{3}(?: [0-9]{3})?)(?![0-9])")
_TEN_DIGITS = re.compile(r"(?<![0-9])(?:[0-9]{10}|[0-9]{4}[ .][0-9]{3}[ .][0-9]{3})(?![0-9])")
_ON_PAPER = re.compile(r"\b(?:giay to|khai sinh|cccd|cmnd|can cuoc|so|the)(?: thi| no| lai| minh)* ghi\b")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PersonRead:
    """What a message says of a person; "" for what it does not say."""

    name: str = ""
    born: str = ""  # "17/01/1983" or "1983"
    id_number: str = field(default="", repr=False)
    province: str = ""  # code
    whose: str = ""  # self, mother, father, child, spouse, other
    sure: bool = True  # of the name
    speech: bool = False  # the name was found amid other words
    trouble: str = ""  # date (no such day), several, code (ten digits)
    day: int = 0  # of a date whose year is missing
    month: int = 0
    date_unknown: bool = False  # "hổng nhớ ngày"
    others: tuple[str, ...] = ()  # the names of further people

    @property
    def fact(self) -> bool:
        """Whether there is a birth date, birth year or ID number."""
        return bool(self.born or self.id_number)


def read_person(text: str, today: date, content: Content, expected: str = "") -> PersonRead:
    """What a message says of a person. `expected`: "name" or "fact", what was asked for; "" nothing of the kind."""
    typed = _one_length(text)
    folded = fold(typed)
    found, folded, typed = _numbers(folded, typed)
    births = births_in(folded, today, expected=expected)
    births = [b for b in births if b.end - b.start > 2] or births  # beside a date, two digits are a province
    found = replace(found, **_born(births), whose=whose(typed), date_unknown=no_date_known(folded))
    for birth in births:
        typed = typed[: birth.start] + "|" * (birth.end - birth.start) + typed[birth.end :]
    code, typed = province_in(typed, content)
    names = _names(typed, asked=expected == "name")
    found = replace(found, province=code)
    if not names:
        return found
    first, *more = names
    longer = [
        run for run in more if _begins_alike(run, first) or (_ON_PAPER.search(folded) and _kin(run, first))
    ]
    if longer:  # "tên …, mà giấy tờ ghi là …": one person, two spellings
        first = replace(
            longer[0] if _ON_PAPER.search(folded) or len(longer[0].words) > len(first.words) else first,
            sure=False,
        )
    others = tuple(run.text for run in more if run not in longer)
    if others and found.trouble == "several":
        found = replace(found, trouble="")
    return replace(found, name=first.text, sure=first.sure, speech=first.speech, others=others)


@lru_cache(maxsize=8)  # one message is read by several readers
def _names(typed: str, *, asked: bool) -> tuple[Run, ...]:
    """The names in a text, the likeliest first."""
    names = names_in(words_of(typed), asked=asked)
    joined = is_joined_name(typed) if not names else None
    return (Run((joined,), sure=True, speech=False),) if joined else tuple(names)


def _kin(one: Run, other: Run) -> bool:
    """Whether two names share the family's and the given name."""
    return [one.words[n].plain for n in (0, -1)] == [other.words[n].plain for n in (0, -1)]


def _begins_alike(one: Run, other: Run) -> bool:
    """Whether the shorter of two names is how the longer begins."""
    size = min(len(one.words), len(other.words))
    return [w.plain for w in one.words[:size]] == [w.plain for w in other.words[:size]]


@lru_cache(maxsize=4)
def _one_length(text: str) -> str:
    """The text with spaces tidied, in a form that folds letter by letter."""
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())
    return "".join(char if char.isascii() else _one_letter(char) for char in text)


def _one_letter(char: str) -> str:
    """The letter, or what it folds to where that is longer; raised and circled digits are signs, no numbers."""
    folded = fold(char)
    if not folded:
        return "" if unicodedata.combining(char) else " "
    if len(folded) > 1:
        return folded[:1]
    return "|" if folded.isdigit() else char


def _numbers(folded: str, typed: str) -> tuple[PersonRead, str, str]:
    """The ID number, and both texts without it; ten digits are trouble."""
    hits = list(_ID.finditer(folded))
    numbers = {hit.group().replace(" ", "") for hit in hits}
    found = PersonRead()
    if len(numbers) > 1:
        found = PersonRead(trouble="several")
    elif numbers:
        found = PersonRead(id_number=numbers.pop())
    elif tens := list(_TEN_DIGITS.finditer(folded)):
        found, hits = PersonRead(trouble="code"), tens
    for hit in hits:
        gap = "|" * (hit.end() - hit.start())
        folded = folded[: hit.start()] + gap + folded[hit.end() :]
        typed = typed[: hit.start()] + gap + typed[hit.end() :]
    return found, folded, typed


def _born(births: list[Birth]) -> dict[str, Any]:
    """What the dates of a message say together: a full day outweighs the year it lies in."""
    borns = list(dict.fromkeys(birth.born for birth in births if birth.born))
    days = [born for born in borns if "/" in born]
    if len(days) == 1 and all(days[0].endswith(born) for born in borns):
        borns = days
    if len(borns) > 1:
        return {"trouble": "several"}
    partly = next((birth for birth in births if birth.day), None)
    if borns:
        if partly and "/" not in borns[0]:
            day = calendar_day(partly.day, partly.month, int(borns[0]))
            return {"born": written(day.day, day.month, day.year)} if day else {"trouble": "date"}
        return {"born": borns[0]}
    if any(birth.trouble for birth in births):
        return {"trouble": "date"}
    return {"day": partly.day, "month": partly.month} if partly else {}
