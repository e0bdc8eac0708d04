"""When the office is open. Rule: the hours are content; the time is handed in; holidays come with the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from flows.calendar.working_days import Calendar

VIETNAM = timezone(timedelta(hours=7))  # no summer time since 1975
LONGEST = 40  # days that are looked through
DAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")


@dataclass(frozen=True, slots=True)
class Hours:
    """Working days (Monday is 0) and their slots, in Vietnam's time."""

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    slots: tuple[tuple[time, time], ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))

    @property
    def told(self) -> str:
        """The hours as people read them: "thứ hai đến thứ sáu, 7:30–11:30 và 13:30–17:00"."""
        slots = " và ".join(f"{a.hour}:{a.minute:02}–{b.hour}:{b.minute:02}" for a, b in self.slots)
        whole = self.days == tuple(range(self.days[0], self.days[-1] + 1)) if len(self.days) > 2 else False
        names = [DAYS[d] for d in self.days]
        return f"{f'{names[0]} đến {names[-1]}' if whole else ', '.join(names)}, {slots}"

    def works_on(self, day: date, calendar: Calendar | None = None) -> bool:
        """Whether the office has hours on this day; `calendar`: of its days off, and of weekend days that are worked."""
        if calendar is None:
            return day.weekday() in self.days
        return day in calendar.worked or (day.weekday() in self.days and day not in calendar.off)

    def open_at(self, at: datetime, calendar: Calendar | None = None) -> bool:
        """Whether somebody is at work at this time."""
        here = at.astimezone(VIETNAM)
        return self.works_on(here.date(), calendar) and any(a <= here.time() < b for a, b in self.slots)

    def worked_seconds(self, begin: datetime, end: datetime, calendar: Calendar | None = None) -> float:
        """How long the office was open between two times, in seconds; of the last LONGEST days at most."""
        first, last = begin.astimezone(VIETNAM), end.astimezone(VIETNAM)
        day, total = max(first.date(), last.date() - timedelta(days=LONGEST)), 0.0
        while day <= last.date():
            for opens, closes in self.slots if self.works_on(day, calendar) else ():
                a = max(first, datetime.combine(day, opens, VIETNAM))
                b = min(last, datetime.combine(day, closes, VIETNAM))
                total += max(0.0, (b - a).total_seconds())
            day += timedelta(days=1)
        return total

    def next_opening(self, at: datetime, calendar: Calendar | None = None) -> datetime:
        """When the office opens next, in Vietnam's time; `at` itself while it is open.

        Raises ValueError when there are no hours at all.
        """
        here = at.astimezone(VIETNAM)
        if self.open_at(here, calendar):
            return here
        for ahead in range(LONGEST):
            day = (here + timedelta(days=ahead)).date()
            if self.works_on(day, calendar):
                for begins, _ in self.slots:
                    opening = datetime.combine(day, begins, VIETNAM)
                    if opening > here:
                        return opening
        raise ValueError("the office has no hours")
