"""Reads office.yaml and provinces.yaml, and the sources that other content files name too. Called by load_content.

Invariant: a file is taken whole, or refused by ValueError with one sentence that names file and key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from data.knowledge.yaml_block import YamlBlock, read_yaml
from flows.calendar.office_hours import Hours
from flows.content import Letterhead, Office, Province, Source

_PROVINCE_CODE = (re.compile(r"\d{2}"), "hai chữ số")
_DAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
_SLOT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """What `office.yaml` holds."""

    office: Office
    receiving_agency: str  # one or two sentences, said as they stand
    working_days: int  # working days a declaration stays valid
    sources: dict[str, Source]  # Source.id -> Source, in the file's order


def read_provinces(path: Path) -> tuple[Province, ...]:
    """The provinces in `path` (YAML), in order: codes of two digits and folded aliases, each standing once.

    Source: the administrative codes of 2021.
    """
    top = read_yaml(path)
    provinces = tuple(
        entry.record(Province, code=entry.text("code", form=_PROVINCE_CODE), aliases=folded_aliases(entry))
        for entry in top.blocks("provinces")
    )
    top.once("provinces", [province.code for province in provinces])
    top.once("provinces", [alias for province in provinces for alias in province.aliases])
    top.close()
    return provinces


def read_office(path: Path) -> OfficeFile:
    """The office file in `path` (YAML); the sources are keyed by id. Source: letter 416, and those the file names."""
    top = read_yaml(path)
    block = top.block("office")
    codes = block.texts("province")
    for code in codes:
        if not _PROVINCE_CODE[0].fullmatch(code):
            raise block.wrong("province", f"phải là {_PROVINCE_CODE[1]}, đang là “{code}”")
    letterhead = block.block("letterhead").record(Letterhead)
    office = block.record(Office, hours=_hours(block.block("hours")), provinces=codes, letterhead=letterhead)
    return top.record(OfficeFile, office=office, sources=sources_of(top))


def source_of(entry: YamlBlock) -> Source:
    """One source, its days in order."""
    return entry.record(Source, **entry.validity())


def sources_of(top: YamlBlock) -> dict[str, Source]:
    """The sources listed in a file, by id."""
    listed = [source_of(entry) for entry in top.blocks("sources")]
    top.once("sources", [source.id for source in listed])
    return {source.id: source for source in listed}


def folded_aliases(entry: YamlBlock) -> tuple[str, ...]:
    """Other names, as people type them without marks."""
    aliases = entry.texts("aliases")
    for alias in aliases:
        if not alias.isascii() or alias != alias.lower():
            raise entry.wrong("aliases", f"ghi “{alias}”, phải không dấu và chữ thường")
    return aliases


def _hours(block: YamlBlock) -> Hours:
    days = tuple(_DAYS.index(day) for day in block.choices("days", _DAYS))
    slots = []
    for slot in block.texts("slots"):
        found = _SLOT.fullmatch(slot)
        a, b, c, d = (int(n) for n in found.groups()) if found else (0, 0, 0, 0)
        if (a, b) >= (c, d):
            raise block.wrong("slots", f"mỗi ca ghi như 07:30-11:30, đang là {slot!r}")
        slots.append((time(a, b), time(c, d)))
    block.close()
    return Hours(days, tuple(slots))
