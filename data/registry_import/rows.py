"""Turns one row of a file into one person who can be written: read, checked, hashed, sealed. Used by prepare.py and write.py.

Invariant: no database here; a row is good, or bad with each of its reasons.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any

from data.registry.keys import name_key
from data.registry_import.columns import COLUMNS
from data.registry_import.dates import birth_reader
from data.registry_import.fonts import FONTS, VIETNAMESE, writing_of
from data.registry_import.survey import Table
from data.registry_import.values import (
    NOT_HURRIED,
    READERS,
    TEXT_LIMIT,
    BadValue,
    Memory,
    is_blank,
    read_code,
    read_household,
    read_id_number,
    read_name,
    read_phone,
    read_sex_of_three_numbers,
    read_text,
    reasons,
)
from data.seal import Seal
from flows.text.fold import words

DIGEST = 16  # bytes of a row's keyed hash
_SYLLABLES = 20_000  # syllables remembered
_NONCES = 4096  # nonces taken from the system at once

# (code, name, name key, sex, born, year, id key, phone key, sealed phone, province, household, commune, unit, digest, row)
Prepared = tuple[
    str, str, str, str, str, int, bytes | None, str | None, bytes | None, str, str, str, str, bytes, int
]
Bad = tuple[int, str, str]  # row of the file, heading, reason


Check = Callable[[Sequence[str], int, list[Prepared], list[Bad], list[str]], None]


def cell(row: Sequence[str], places: tuple[int, ...]) -> str:
    return " ".join(row[i] for i in places if i < len(row))


def _plain_syllable(syllable: str) -> str:
    """The name key of a syllable of nothing but Vietnamese letters; "" for any other, which is to be read carefully."""
    careful = syllable.lower() in NOT_HURRIED or not syllable.isalpha()
    if careful or (
        not syllable.isascii()
        and (
            not VIETNAMESE.issuperset(c for c in syllable if not c.isascii()) or writing_of(syllable) in FONTS
        )
    ):
        return ""
    return " ".join(w.text for w in words(syllable))


def name_reader(font: str = "") -> Callable[[str], tuple[str, str]]:
    """`read_name` and `data.registry.keys.name_key` for many names: syllable by syllable, each remembered."""
    known = Memory(_plain_syllable, _SYLLABLES)
    if font:
        return lambda text: ((name := read_name(text, font)), name_key(name))

    def read(text: str) -> tuple[str, str]:
        syllables = text.split()
        keys = [known[s] for s in syllables]
        if keys and "" not in keys:
            name, key = " ".join(syllables), " ".join(keys)
            if len(name) <= TEXT_LIMIT and len(key) <= TEXT_LIMIT:
                return name, key
        name = read_name(text)
        return name, name_key(name)

    return read


def readers_of(today: date, table: Table) -> dict[str, Callable[[str], Any]]:
    """How the cells of each column of this table are read; that of births gives (date or year, year)."""
    fonts = table.fonts
    readers = READERS | {
        "born": birth_reader(today, table.dates),
        "name": partial(read_name, font=fonts.get("name", "")),
        "commune": partial(read_text, font=fonts.get("commune", "")),
        "unit": partial(read_text, font=fonts.get("unit", "")),
    }
    if table.zeros_and_twos:
        readers["sex"] = read_sex_of_three_numbers
    return readers


def checker(seal: Seal, today: date, table: Table) -> Check:
    """A function that puts one row to the good or to the bad ones. Blank rows are neither."""
    places = table.mapping.places
    columns = tuple(c for c in COLUMNS if c in places)
    headings = {c: table.mapping.heading(c) for c in columns}
    fonts, readers = table.fonts, readers_of(today, table)
    width = 1 + max(i for p in places.values() for i in p)
    nowhere = width  # an empty cell behind every row
    at_code, at_sex, at_born, at_id, at_province, at_phone, at_household, at_commune, at_unit = (
        places[c][0] if c in places else nowhere for c in COLUMNS if c != "name"
    )
    at_names = places["name"]
    borns, sexes, provinces, communes, units = (
        Memory(readers[c]) for c in ("born", "sex", "province", "commune", "unit")
    )
    read_both = name_reader(fonts.get("name", ""))
    keyed_id, keyed_phone = seal.keyed_many("id"), seal.keyed_many("phone")
    close, row_digest = (
        seal.close_many(_NONCES),
        hashlib.blake2b(key=seal.key_for("registry row"), digest_size=DIGEST),
    )

    def check(
        row: Sequence[str], number: int, good: list[Prepared], bad: list[Bad], present: list[str]
    ) -> None:
        cells = [*row[:width], *[""] * (width + 1 - len(row[:width]))]
        raw_name = cells[at_names[0]] if len(at_names) == 1 else cell(cells, at_names)
        try:
            code = cells[at_code]
            if not (len(code) == 10 and code.isascii() and code.isdigit()):
                code = read_code(code)
            name, key = read_both(raw_name)
            sex = sexes[cells[at_sex]]
            born, year = borns[cells[at_born]]
            id_number = cells[at_id]
            if id_number and not (
                len(id_number) == 12
                and id_number.isascii()
                and id_number.isdigit()
                and id_number[:3] != "000"
            ):
                id_number = read_id_number(id_number)
            province = provinces[cells[at_province]]
            phone = cells[at_phone]
            if phone and not (
                len(phone) == 10
                and phone.isascii()
                and phone.isdigit()
                and phone[0] == "0"
                and phone[1] in "35789"
            ):
                phone = read_phone(phone)
            household = cells[at_household]
            if household and not (len(household) == 10 and household.isascii() and household.isdigit()):
                household = read_household(household)
            commune = communes[cells[at_commune]]
            unit = units[cells[at_unit]]
        except BadValue:
            if is_blank(row):
                return
            texts = {c: cell(cells, places[c]) for c in columns}
            with suppress(BadValue):
                present.append(read_code(texts["code"]))
            bad.extend((number, headings[column], reason) for column, reason in reasons(texts, readers))
            return
        digest = row_digest.copy()
        digest.update(
            "\x1f".join(
                (code, name, sex, born, id_number, province, phone, household, commune, unit)
            ).encode()
        )
        good.append(
            (
                code,
                name,
                key,
                sex,
                born,
                year,
                keyed_id(id_number)[:16] if id_number else None,
                keyed_phone(phone).hex() if phone else None,
                close(phone, f"registry {code}") if phone else None,
                province,
                household,
                commune,
                unit,
                digest.digest(),
                number,
            )
        )

    return check
