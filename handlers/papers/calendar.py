"""A calendar file (.ics, RFC 5545) of the dates of a paper. Pure; imported when the first one is drawn.

Invariant: the same dates have the same UIDs, so that a file taken again changes the entries instead of doubling them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from flows.calendar.office_hours import VIETNAM
from flows.paper import Date, Paper

_SINCE = 1_735_689_600  # 2025-01-01; a sequence is a number of 31 bits
LASTS = timedelta(minutes=30)  # an entry with a time


def calendar(paper: Paper, back: str, made: datetime) -> bytes:
    """The file's bytes, with CRLF; times are UTC, so that no time zone table is needed."""
    file = Calendar()
    file.add("prodid", "-//Tro ly VssID//VI")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", paper.title)
    for one in paper.dates:
        file.add_component(_entry(one, back, made))
    return bytes(file.to_ical())


def _entry(one: Date, back: str, made: datetime) -> Event:
    entry, day = Event(), date.fromisoformat(one.day)
    entry.add("uid", f"{one.id}@tro-ly-vssid")
    entry.add("summary", one.title)
    entry.add("description", f"{one.text}\n{back}" if back else one.text)
    entry.add("class", "PRIVATE")
    entry.add("dtstamp", made)  # a newer file with the same UID takes the place of the older
    entry.add("sequence", int(made.timestamp()) - _SINCE)
    if not one.at:
        entry.add("dtstart", day)
        entry.add("dtend", day + timedelta(days=1))
        entry.add("transp", "TRANSPARENT")
        return entry
    begins = datetime.combine(day, time.fromisoformat(one.at), VIETNAM).astimezone(UTC)
    entry.add("dtstart", begins)
    entry.add("dtend", begins + LASTS)
    rings = Alarm()
    rings.add("action", "DISPLAY")
    rings.add("description", one.title)
    rings.add("trigger", timedelta())
    entry.add_component(rings)
    return entry
