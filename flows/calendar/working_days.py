"""Working days by the calendar of the office. Rule: the days off are content; counting begins on the next working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 400  # days that are looked through


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off that fall on Monday to Friday, and Saturdays and Sundays that are worked.

    `expected_from`: the first year whose days off were not announced yet.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    expected_from: int = 9999

    def is_working(self, day: date) -> bool:
        """Whether the office works on this day."""
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def nth_after(self, day: date, n: int) -> date:
        """The n-th working day after `day`, which itself does not count. Raises ValueError when there is none."""
        for ahead in range(1, LONGEST):
            later = day + timedelta(days=ahead)
            n -= self.is_working(later)
            if n == 0:
                return later
        raise ValueError("no such working day")

    def between(self, day: date, last: date) -> int:
        """How many working days there are after `day` up to and with `last`; 0 when it is past."""
        days = min((last - day).days, LONGEST)
        return sum(self.is_working(day + timedelta(days=ahead)) for ahead in range(1, days + 1))
