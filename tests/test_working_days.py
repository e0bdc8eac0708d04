"""The office's calendar against the holidays package, day by day. Rule: where they differ, the difference is in this file with its reason."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from data.knowledge.calendar import read_calendar

CALENDAR = read_calendar(Path(__file__).parents[1] / "data" / "content" / "calendar.yaml")
OVERRIDES = {  # letter 12729/VPCP-KGVX of 25/12/2025, which the package has not
    date(2026, 1, 2): False,
    date(2026, 1, 10): True,
}
NO_LAW_YET = [
    date(year, 11, 24) for year in (2026, 2027)
]  # Ngày Văn hóa Việt Nam: worked until a law says otherwise


def plainly(day: date, listed: holidays.HolidayBase) -> bool:
    """Whether a day is worked, by the package and the overrides alone."""
    if day in OVERRIDES:
        return OVERRIDES[day]
    if day in NO_LAW_YET:
        return day.weekday() < 5
    return day in listed.weekend_workdays or (day.weekday() < 5 and day not in listed)


def test_every_day_of_2020_to_2027_is_worked_as_the_package_and_the_overrides_say() -> None:
    """Red without 2/1/2026 in calendar.yaml, or without 22/8/2026."""
    listed = holidays.country_holidays("VN", years=range(2019, 2029))
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(2922)]
    assert days[-1] == date(2027, 12, 31)
    worked = {day for day in days if plainly(day, listed)}
    assert [day for day in days if CALENDAR.is_working(day) != (day in worked)] == []
    for sent in days[:-30]:  # ten working days after each, counted one by one
        day, left = sent, 10
        while left:
            day += timedelta(days=1)
            left -= day in worked
        assert CALENDAR.nth_after(sent, 10) == day
        assert CALENDAR.between(sent, day) == 10


@pytest.mark.parametrize(("year", "expected"), [(2026, False), (2027, True), (2028, True)])
def test_years_that_were_not_announced_yet_are_said_to_be_expected(year: int, expected: bool) -> None:
    assert (year >= CALENDAR.expected_from) == expected
