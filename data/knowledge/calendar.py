"""Reads `calendar.yaml`: days off and worked weekends. Rule: a wrong day is refused in one sentence that names file, year and day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from flows.calendar.working_days import Calendar


def read_calendar(path: Path) -> Calendar:
    """The calendar in `path` (YAML): for each year the days off on Monday to Friday and the Saturdays and Sundays worked.

    Raises ValueError with one sentence naming file and place. Source: the public holidays and swaps the file names.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        years = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["years"]  # noqa: S506  # both are safe loaders
        off = frozenset(day for entry in years for day in _days(entry, "closed"))
        worked = frozenset(day for entry in years for day in _days(entry, "worked"))
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as wrong:
        raise ValueError(f"{path.name}: không đọc được ({wrong})") from wrong
    if any(day.weekday() >= 5 for day in off) or any(day.weekday() < 5 for day in worked):
        raise ValueError(
            f"{path.name}: closed phải từ thứ Hai đến thứ Sáu, worked phải là thứ Bảy hoặc Chủ nhật"
        )
    return Calendar(off, worked)


def _days(entry: dict[str, Any], key: str) -> list[date]:
    return [date.fromisoformat(f"{entry['year']}-{day}") for day in entry[key]]
