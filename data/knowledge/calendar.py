"""Reads calendar.yaml: days off and worked weekends. Called by load_content; a fault raises ValueError with one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from data.knowledge.yaml_block import YamlBlock, read_yaml
from flows.calendar.working_days import Calendar


def read_calendar(path: Path) -> Calendar:
    """For each year the days off on Monday to Friday and the Saturdays and Sundays worked.

    Source: the public holidays and swaps the file names.
    """
    top = read_yaml(path)
    off: set[date] = set()
    worked: set[date] = set()
    for entry in top.blocks("years"):
        year = entry.count("year")
        off |= _days(entry, year, "closed", weekend=False)
        worked |= _days(entry, year, "worked", weekend=True)
        entry.close()
    expected_from = top.count("expected_from")
    top.close()
    return Calendar(frozenset(off), frozenset(worked), expected_from)


def _days(entry: YamlBlock, year: int, key: str, *, weekend: bool) -> set[date]:
    try:
        days = {date.fromisoformat(f"{year}-{day}") for day in entry.any_texts(key)}
    except ValueError as wrong:
        raise entry.wrong(key, f"có ngày không đọc được ({wrong})") from wrong
    if any((day.weekday() >= 5) != weekend for day in days):
        right = "thứ Bảy hoặc Chủ nhật" if weekend else "từ thứ Hai đến thứ Sáu"
        raise entry.wrong(key, f"phải là ngày {right}")
    return days
