"""When the office is open. Rule: the hours are content; the time is handed in; holidays come with the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))  # no summer time since 1975
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

    def open_at(self, at: datetime) -> bool:
        """Whether somebody is at work at this time."""
        here = at.astimezone(VIETNAM)
        return here.weekday() in self.days and any(a <= here.time() < b for a, b in self.slots)

    def next_opening(self, at: datetime) -> datetime:
        """When the office opens next, in Vietnam's time; `at` itself while it is open.

        Raises ValueError when there are no hours at all.
        """
        here = at.astimezone(VIETNAM)
        if self.open_at(here):
            return here
        for ahead in range(8):
            day = (here + timedelta(days=ahead)).date()
            if day.weekday() in self.days:
                for begins, _ in self.slots:
                    opening = datetime.combine(day, begins, VIETNAM)
                    if opening > here:
                        return opening
        raise ValueError("the office has no hours")
