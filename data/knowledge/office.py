"""The content files people edit, as frozen values. Rule: a file is taken whole or refused in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from data.knowledge.yaml_block import _Block, _read, _refuse_repeats
from flows.calendar.office_hours import Hours
from flows.content import (
    Office,
    Province,
    Source,
)

_PROVINCE_CODE = re.compile(r"\d{2}")


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """What `office.yaml` holds."""

    office: Office
    receiving_agency: str  # one or two sentences, said as they stand
    working_days: int  # working days a declaration stays valid
    sources: dict[str, Source]  # Source.id -> Source, in the file's order


def read_provinces(path: Path) -> tuple[Province, ...]:
    """The provinces in `path` (YAML), in order: codes of two digits and folded aliases, each standing once.

    Raises ValueError with one sentence naming file and key. Source: the administrative codes of 2021.
    """
    top = _read(path)
    provinces = tuple(_province(entry) for entry in top.blocks("provinces"))
    _refuse_repeats(top, "provinces", [province.code for province in provinces])
    _refuse_repeats(top, "provinces", [alias for province in provinces for alias in province.aliases])
    top.close()
    return provinces


def read_office(path: Path) -> OfficeFile:
    """The office file in `path` (YAML); `working_days` are working days, the sources are keyed by id.

    Raises ValueError with one sentence naming file and key. Source: letter 416, and those the file names.
    """
    top = _read(path)
    block = top.block("office")
    office = Office(
        name=block.text("name"),
        hotline=block.text("hotline"),
        provinces=tuple(_code(block, "province", code) for code in block.texts("province")),
        portal=block.text("portal"),
        nearest=block.text("nearest"),
        hours=_hours(block),
    )
    block.close()
    value = OfficeFile(
        office=office,
        receiving_agency=top.text("receiving_agency"),
        working_days=top.count("working_days"),
        sources=_sources(top),
    )
    top.close()
    return value


def _province(entry: _Block) -> Province:
    code = _code(entry, "code", entry.text("code"))
    province = Province(code=code, name=entry.text("name"), aliases=_aliases(entry))
    entry.close()
    return province


def _code(entry: _Block, key: str, code: str) -> str:
    if not _PROVINCE_CODE.fullmatch(code):
        raise entry.wrong(key, f"phải là hai chữ số, đang là “{code}”")
    return code


def _source(entry: _Block) -> Source:
    source = Source(
        id=entry.text("id"),
        title=entry.text("title"),
        short=entry.text("short"),
        valid_from=entry.day("valid_from"),
        valid_to=entry.day_or_none("valid_to"),
        last_verified=entry.day("last_verified"),
    )
    if source.valid_to is not None and source.valid_to < source.valid_from:
        raise entry.wrong("valid_to", f"({source.valid_to}) trước valid_from ({source.valid_from})")
    entry.close()
    return source


_DAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
_SLOT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def _hours(office: _Block) -> Hours:
    block = office.block("hours")
    days = tuple(_DAYS.index(day) for day in block.choices("days", _DAYS))
    slots = []
    for slot in block.texts("slots"):
        found = _SLOT.fullmatch(slot)
        a, b, c, d = (int(n) for n in found.groups()) if found else (0, 0, 0, 0)
        if not found or (a, b) >= (c, d):
            raise block.wrong("slots", f"mỗi ca ghi như 07:30-11:30, đang là {slot!r}")
        slots.append((time(a, b), time(c, d)))
    block.close()
    return Hours(days, tuple(slots))


def _sources(top: _Block) -> dict[str, Source]:
    listed = [_source(entry) for entry in top.blocks("sources")]
    _refuse_repeats(top, "sources", [source.id for source in listed])
    return {source.id: source for source in listed}


def _known(entry: _Block, key: str, sources: dict[str, Source]) -> Source:
    return sources[entry.choice(key, tuple(sources))]


def _aliases(entry: _Block) -> tuple[str, ...]:
    aliases = entry.texts("aliases")
    for alias in aliases:
        if not alias.isascii() or alias != alias.lower():
            raise entry.wrong("aliases", f"ghi “{alias}”, phải không dấu và chữ thường")
    return aliases
