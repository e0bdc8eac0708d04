"""The day that a person tells: "bữa hôm kia á", "thứ sáu tuần rồi", "cách đây 3 bữa", "19/4". Called by the steps that ask when something was done.

Invariant: a day of the past or today; what may mean several days is vague and no day, as are days of the lunar calendar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from flows.text.dates import calendar_day
from flows.text.fold import fold
from flows.understanding.answers.spoken import spoken


@dataclass(frozen=True, slots=True)
class Day:
    """What was read: `day` when it is sure; `vague` when a day was told that cannot be counted from; `future` when it is still to come."""

    day: date | None = None
    vague: bool = False
    future: bool = False


OLDEST = 365  # days; a day and month without a year is not older
_ONES = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
}  # fmt: skip  # reason: reads as the table it is
_ONE = "mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin"
_COUNT = (
    rf"(?:[0-9]{{1,3}}|muoi (?:{_ONE})|(?:hai|ba) muoi(?: (?:{_ONE}))?|(?:hai|ba) (?:{_ONE})|{_ONE}|muoi)"
)
_NUMBER = re.compile(
    r"(?<![0-9/.-])([0-3]?[0-9]) ?(?:[/.-]|thang) ?(1[0-2]|0?[1-9])(?: ?(?:[/.-]|nam) ?((?:20)?[0-9]{2}))?(?![0-9/])"
)
_DAY_OF_MONTH = re.compile(
    rf"(?:ngay|hom|bua|tay|moi|mung|mong) ({_COUNT})(?: tay)?(?: (?:thang|t) ?({_COUNT}|nay|roi|truoc|qua))?(?: |$)"
)
_WESTERN = re.compile(rf"({_COUNT}) tay(?: (?:thang|t) ?({_COUNT}|nay|roi|truoc))?")
_IN_WORDS = re.compile(
    rf"({_COUNT}) thang ({_COUNT}|nay|roi|truoc|gieng|chap)(?: nam ({_COUNT}|[0-9]{{4}}|nay|ngoai|truoc))?(?: |$)"
)
_AGO = re.compile(
    rf"(?:cach day|cach nay|cach)(?: khoang| chung| tam)? ({_COUNT}) (ngay|bua|hom|tuan|thang)|({_COUNT}) (ngay|bua|hom|tuan) (?:truoc|roi|nay)(?! nua)"
)
_SEVERAL = re.compile(
    r"(?:may|vai|chuc|it) (?:ngay|bua|hom|tuan|thang|chuc)|hom (?:bua|no|truoc)|bua (?:hom|no|truoc)|hom ray|may nay|lau roi|hoi truoc|dot truoc|bua kia|"
    r"hoi (?:dau|cuoi|giua) |(?:dau|cuoi|giua) (?:tuan|thang|nam)|tuan (?:roi|truoc|qua|nay)|thang (?:roi|truoc|qua|nay)|nam ngoai|hom nao|bua nao|mot(?= |$)"
)
_WEEKDAYS = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tu": 2,
    "4": 2,
    "bon": 2,
    "nam": 3,
    "5": 3,
    "sau": 4,
    "6": 4,
    "bay": 5,
    "7": 5,
}
_WEEKDAY = re.compile(
    r"(?:thu|t) ?(hai|ba|tu|bon|nam|sau|bay|[2-7])(?= |$)|(chu nhat|chu nhut|chua nhut|chua nhat|cn)(?= |$)"
)
_LUNAR = re.compile(r"(?:^| )(?:mung|mong|ram|gieng|chap|am lich|am|(?<!mua tam )ta)(?= |$)")
_FUTURE = re.compile(
    r"(?:^| )(?:ngay mai|bua mai|sang mai|chieu mai|toi mai|mai moi|mai|mot|tuan sau|tuan toi|thang sau|thang toi)(?= |$)"
)
_DAYS_BACK = (  # wording, days back; the longest first
    (r"hom kia kia|bua kia kia", 3),
    (r"hom kia|bua hom kia|ngay kia|hom kia", 2),
    (r"hom qua|bua qua|ngay qua|toi qua|dem qua|hoi hom|chieu qua|sang qua|trua qua|hom qwa|qua(?= a| ne| nha|$)|hoi toi|hoi dem|hoi khuya", 1),
    (r"hom nay|bua nay|ngay nay|sang nay|trua nay|chieu nay|toi nay|nay(?= a| ne| nha|$)|hoi nay|luc nay|khi nay|hoi sang|hoi trua|hoi chieu|hoi sang nay|"
     r"moi (?:vua|gui|bam|nop|lam|xong|day|hoi|ghi|nay|tuc)|vua (?:gui|bam|nop|lam|xong|moi|roi|nay|ghi)|nay gio|ban nay|ban sang|ngay bay gio|bay gio|luc sang|luc trua|tuc thi|"
     r"(?:^| )nay(?= (?:moi|gui|bam|ne|a|luon)|$)|may phut truoc|tieng truoc|[0-9]+ phut|[0-9]+ tieng", 0),
)  # fmt: skip  # reason: as above
_DAYS_BACK_WORDS = tuple(
    (re.compile(rf"(?:^| )(?:{wording})(?= |$|,)"), back) for wording, back in _DAYS_BACK
)
_TURNED = re.compile(
    r"(?:khong phai|chu khong|dau phai|chu dau|cho khong phai|cho khong)(?: la| phai)? (.*?)(?= ma | la |,|$)"
)
_RIGHT = re.compile(r"(.*?)(?: la)? moi (?:dung|phai|la|chinh xac)")
_SLIP = re.compile(r"(?:^| )(?:nham|a khong|a quen|quen|khong phai)(?: roi)?(?= |$)")


def day_of(text: str, today: date) -> date | None:
    """The day a message tells, None when it tells none for sure."""
    return read_day(text, today).day


def read_day(text: str, today: date) -> Day:
    """The day in a message; of several the one that is said to be right, or that comes after a slip."""
    tidied = text.lower()
    if re.search(r"\bkìa\b", tidied):
        tidied = re.sub(r"\b(hôm|bữa) kìa\b", r"\1 kia kia", tidied)
    tidied = re.sub(r"(?<=\d)\s*[-–.]\s*(?=\d)", "/", tidied)
    folded = " ".join(re.sub(r"[^a-z0-9/,]+", " ", _folded(tidied)).replace(",", " , ").split())
    folded = re.sub(r"\bchua nh[au]t\b", "chu nhat", folded)
    for said in _parts(folded):
        found = _day_in(said.strip(" ,"), today)
        if found != Day():
            return found
    return Day()


def _folded(text: str) -> str:
    pieces = re.findall(r"\d+(?:/\d+)+|[^\s,;.!?]+|[,;.!?]", text)
    out = []
    for piece in pieces:
        if piece[0].isalpha():
            out.append(fold(spoken(piece).text.strip(" ,")))
        else:
            out.append("," if piece in ",;.!?" else piece)
    return " ".join(out)


def _parts(folded: str) -> list[str]:
    """The parts of a message in the order in which they count: what is said to be right, what follows a slip, the whole."""
    right = _RIGHT.search(folded)
    without = _TURNED.sub(" ", folded)
    parts = []
    if right:
        parts.append(_SLIP.split(right[1])[-1].rpartition(",")[2] or right[1])
        parts.append(right[1])
    if without != folded:
        parts.append(without)
    slips = _SLIP.split(without)
    if len(slips) > 1:
        parts += [slips[-1], slips[0]]
    return [*parts, without, folded]


def _count(words: str) -> int:
    if words.isdigit():
        return int(words)
    values = words.split()
    if len(values) == 1:
        return _ONES[words]
    if values[0] == "muoi":
        return 10 + _ONES[values[1]]
    tens = _ONES[values[0]] * 10
    rest = [v for v in values[1:] if v != "muoi"]
    return tens + (_ONES.get(rest[0], 1) if rest else 0)


def _month(words: str, today: date) -> int:
    if words in ("nay", ""):
        return today.month
    if words in ("roi", "truoc", "qua"):
        return 12 if today.month == 1 else today.month - 1
    return _count(words)


def _dated(day: int, month: int, year: int, today: date) -> Day:
    """A day and month, the latest one that has been when the year is not told."""
    if year:
        found = calendar_day(day, month, year + 2000 if year < 100 else year)
        return Day(future=True) if found and found > today else Day(found)
    for guess in (today.year, today.year - 1):
        found = calendar_day(day, month, guess)
        if found and found <= today and (today - found).days <= OLDEST:
            return Day(found)
    return Day(future=calendar_day(day, month, today.year) is not None)


def _day_in(text: str, today: date) -> Day:
    if _LUNAR.search(text) and not re.search(r" nam (?:20)?[0-9]{2}| tay(?: |$)", text):
        return Day(vague=True)
    if hit := _NUMBER.search(text):
        day, month = int(hit[1]), int(hit[2])
        if 1 <= day <= 31:
            return _dated(day, month, int(hit[3] or 0), today)
    if hit := _IN_WORDS.search(text):
        if hit[2] not in ("gieng", "chap"):
            year = hit[3] or ""
            told = (
                today.year
                if year == "nay"
                else today.year - 1
                if year in ("ngoai", "truoc")
                else int(year)
                if year.isdigit()
                else 0
            )
            if 1 <= _month(hit[2], today) <= 12:
                return (
                    _of_month(_count(hit[1]), hit[2], today)
                    if hit[2] in ("nay", "roi", "truoc")
                    else _dated(_count(hit[1]), _month(hit[2], today), told, today)
                )
        return Day(vague=True)
    for form in (_WESTERN, _DAY_OF_MONTH):
        if (
            (hit := form.search(text + " "))
            and 1 <= _count(hit[1]) <= 31
            and not re.match(r"(?:truoc|roi|nay)(?: |$)", text[hit.end(1) :].strip())
        ):
            if (
                form is _DAY_OF_MONTH
                and hit[0].startswith(("hom", "bua", "moi"))
                and not hit[1].isdigit()
                and hit[2] is None
                and " " not in hit[1]
            ):
                continue  # "hôm ba …" is no date
            return _of_month(_count(hit[1]), hit[2] or "", today)
    return _counted(text, today)


def _of_month(day: int, month: str, today: date) -> Day:
    """A day of this month, or of the last one when it has not been yet."""
    back = month in ("roi", "truoc", "qua")
    if month and month not in ("nay", "roi", "truoc", "qua"):
        return _dated(day, _count(month), 0, today)
    first = today.replace(day=1)
    for start in () if back else (first,):
        found = calendar_day(day, start.month, start.year)
        if found and found <= today:
            return Day(found)
        if month == "nay":
            return Day(future=True)
    before = first - timedelta(days=1)
    found = calendar_day(day, before.month, before.year)
    return Day(found) if found else Day(vague=True)


def _counted(text: str, today: date) -> Day:
    """A day told by counting back, or by its name in the week."""
    weekday = _WEEKDAY.search(text)
    ago = _AGO.search(text)
    if ago and not weekday:
        number, unit = (ago[1], ago[2]) if ago[1] else (ago[3], ago[4])
        days = _count(number) * (7 if unit == "tuan" else 1)
        return Day(today - timedelta(days=days)) if unit != "thang" and days <= OLDEST else Day(vague=True)
    for wording, back in _DAYS_BACK_WORDS:
        if hit := wording.search(text):
            found = today - timedelta(days=back)
            if weekday and _number_of(weekday) != found.weekday():
                return Day(vague=True)  # the two do not agree
            if hit[0].strip() in ("hoi hom",) and re.search(r"hoi hom (?:bua|no|ray)", text):
                break
            return Day(found)
    if weekday:
        return _in_week(text, _number_of(weekday), today)
    if _SEVERAL.search(text):
        return Day(vague=True)
    if _FUTURE.search(f" {text}"):
        return Day(future=True)
    return Day()


def _number_of(hit: re.Match[str]) -> int:
    return 6 if hit[2] else _WEEKDAYS[hit[1]]


def _in_week(text: str, number: int, today: date) -> Day:
    """A day of the week: the last one that has been; of the week before when that is said."""
    monday = today - timedelta(days=today.weekday())
    if re.search(r"tuan (?:truoc|roi) nua|(?<!thu )(?:hai|2) tuan truoc", text):
        return Day(monday + timedelta(days=number - 14))
    if re.search(r"tuan (?:roi|truoc|qua|vua)", text):
        return Day(monday + timedelta(days=number - 7))
    if "tuan nay" in text:
        found = monday + timedelta(days=number)
        return Day(found) if found <= today else Day(future=True)
    if re.search(r"tuan (?:sau|toi)|(?:sap|se|dinh) ", text):
        return Day(future=True)
    back = (today.weekday() - number) % 7
    if back == 0:  # today, or a week ago
        return Day(today - timedelta(days=7)) if re.search(r"(?:roi|truoc)(?: |$)", text) else Day(vague=True)
    return Day(today - timedelta(days=back))
