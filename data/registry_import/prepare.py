"""Turns the rows of a file into rows that can be written: read, checked, hashed, sealed. Run by worker.py.

Invariant: no database here.

What goes over the pipe: a job (JSON line) in; out, frames of marshal behind their length. `Preparation` is the same
work without a pipe; small files are prepared in the importing process itself.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import signal
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any

from data.registry.keys import name_key
from data.registry_import import files
from data.registry_import.columns import COLUMNS, WITHIN, ColumnMapping, map_headings
from data.registry_import.files import Options
from data.registry_import.values import (
    READERS,
    TEXT_LIMIT,
    BadValue,
    Memory,
    birth_reader,
    is_blank,
    masked,
    read_code,
    read_household,
    read_id_number,
    read_name,
    read_phone,
    reasons,
)
from data.seal import Seal
from flows.text.fold import words

SAMPLE = 3  # rows shown, masked, before anything is written
DIGEST = 16  # bytes of a row's keyed hash
_SYLLABLES = 20_000  # syllables remembered
_NONCES = 4096  # nonces taken from the system at once

# (code, name, name key, sex, born, year, id key, phone key, sealed phone, province, household, commune, unit, digest, row)
Prepared = tuple[
    str, str, str, str, str, int, bytes | None, str | None, bytes | None, str, str, str, str, bytes, int
]
Bad = tuple[int, str, str]  # row of the file, heading, reason


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What is to be prepared; `today` yyyy-mm-dd is what makes a birth date a future one."""

    path: str
    secret: str
    today: str
    batch: int
    options: Options


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What is known before the first row is used; `rows` under the headings, None where unknown; `sample` is masked."""

    digest: str
    size: int
    kind: str
    encoding: str
    separator: str
    sheet: str
    rows: int | None
    headings_row: int
    taken: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    sample: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows up to and with the file's `upto`-th under the headings; `position`: bytes of the file read by then.

    `present`: the codes of bad rows, where they can be read: these people are in the file all the same.
    """

    rows: list[Prepared]
    bad: list[Bad]
    present: list[str]
    upto: int
    position: int


class Preparation:
    """One file, looked at and then prepared batch by batch. Raises ValueError with one sentence."""

    def __init__(self, job: ImportJob) -> None:
        self._job = job
        self._path = Path(job.path)
        self._file = files.opened(self._path)
        try:
            self._found = files.examine(self._file, self._path, job.options)
            self._mapping, self._first, self.about = self._look()
        except BaseException:
            self._file.close()
            raise

    def _look(self) -> tuple[ColumnMapping, int, ImportFacts]:
        found = self._found
        rows = files.rows(self._file, found)
        tried = ((n, map_headings(row)) for n, row in enumerate(islice(rows, WITHIN), 1))
        n, mapping = next(((n, m) for n, m in tried if m is not None), (0, None))
        if mapping is None:
            raise ValueError(
                f"{self._path.name}: no row of headings with a BHXH code (Mã số BHXH) and a name (Họ tên) in the first {WITHIN} rows"
            )
        sample = tuple(
            tuple((c, masked(_cell(row, mapping.places[c]))) for c in COLUMNS if c in mapping.places)
            for row in islice((r for r in rows if not is_blank(r)), SAMPLE)
        )
        if not sample:
            raise ValueError(f"{self._path.name} has headings and no rows under them")
        about = ImportFacts(
            digest=found.digest,
            size=found.size,
            kind=found.kind,
            encoding=found.encoding,
            separator=next((k for k, v in files.SEPARATORS.items() if v == found.separator), ""),
            sheet=found.sheet,
            rows=None if found.rows is None else max(found.rows - n, 0),
            headings_row=n,
            taken=mapping.taken,
            missing=mapping.missing,
            sample=sample,
        )
        return mapping, n, about

    def batches(self, after: int) -> Iterator[Batch]:
        """What is to be written, from behind the `after`-th row under the headings on. The last look is at the file."""
        rows = files.rows(self._file, self._found)
        skipped = sum(1 for _ in islice(rows, self._first + after))
        if skipped < self._first + after:
            raise files.changed(self._path)
        check = checker(Seal(self._job.secret), date.fromisoformat(self._job.today), self._mapping)
        upto, batch = after, self._job.batch
        while True:
            good: list[Prepared] = []
            bad: list[Bad] = []
            present: list[str] = []
            began = upto
            for row in islice(rows, batch):
                upto += 1
                if row:
                    check(row, self._first + upto, good, bad, present)
            if files.stamp_of(self._file, self._path) != self._found.stamp:
                raise files.changed(self._path)
            if upto == began:
                break
            yield Batch(good, bad, present, upto, files.position(self._file))
        if files.digest_of(self._file, self._job.options) != self._found.digest:
            raise files.changed(self._path)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _cell(row: Sequence[str], places: tuple[int, ...]) -> str:
    return " ".join(row[i] for i in places if i < len(row))


def _plain_syllable(syllable: str) -> str:
    """The name key of a syllable of nothing but letters in NFC; "" for any other."""
    if syllable.isalpha() and unicodedata.is_normalized("NFC", syllable):
        return " ".join(w.text for w in words(syllable))
    return ""


def name_reader() -> Callable[[str], tuple[str, str]]:
    """`read_name` and `data.registry.keys.name_key` for many names: syllable by syllable, each remembered."""
    known = Memory(_plain_syllable, _SYLLABLES)

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


def checker(
    seal: Seal, today: date, mapping: ColumnMapping
) -> Callable[[Sequence[str], int, list[Prepared], list[Bad], list[str]], None]:
    """A function that puts one row to the good or to the bad ones. Blank rows are neither."""
    places = mapping.places
    columns = tuple(c for c in COLUMNS if c in places)
    headings = {c: next(h for h, taken in mapping.taken if taken == c) for c in columns}
    width = 1 + max(i for p in places.values() for i in p)
    nowhere = width  # an empty cell behind every row
    at_code, at_sex, at_born, at_id, at_province, at_phone, at_household, at_commune, at_unit = (
        places[c][0] if c in places else nowhere for c in COLUMNS if c != "name"
    )
    at_names = places["name"]
    read_born = birth_reader(today)
    borns, sexes, provinces = Memory(read_born), Memory(READERS["sex"]), Memory(READERS["province"])
    communes, units = Memory(READERS["commune"]), Memory(READERS["unit"])
    read_both = name_reader()
    keyed_id, keyed_phone = seal.keyed_many("id"), seal.keyed_many("phone")
    close, row_digest = (
        seal.close_many(_NONCES),
        hashlib.blake2b(key=seal.key_for("registry row"), digest_size=DIGEST),
    )

    def check(
        row: Sequence[str], number: int, good: list[Prepared], bad: list[Bad], present: list[str]
    ) -> None:
        cells = [*row[:width], *[""] * (width + 1 - len(row[:width]))]
        raw_name = cells[at_names[0]] if len(at_names) == 1 else _cell(cells, at_names)
        try:
            code = cells[at_code]
            if not (len(code) == 10 and code.isascii() and code.isdigit()):
                code = read_code(code)
            name, key = read_both(raw_name)
            sex = sexes[cells[at_sex]]
            born, year = borns[cells[at_born]]
            id_number = cells[at_id]
            if id_number and not (len(id_number) == 12 and id_number.isascii() and id_number.isdigit()):
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
            texts = {c: _cell(cells, places[c]) for c in columns}
            with suppress(BadValue):
                present.append(read_code(texts["code"]))
            bad.extend((number, headings[column], reason) for column, reason in reasons(texts, read_born))
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


# --- over a pipe ---


def put(out: IO[bytes], frame: tuple[Any, ...]) -> None:
    """One frame: its length in four bytes, then the values."""
    body = marshal.dumps(frame)
    out.write(len(body).to_bytes(4, "big") + body)
    out.flush()


def main() -> int:
    """Prepare what stdin says: the job, then the row to begin behind; "" there means that nothing more is wanted."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who imports decides when to stop
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints does not mix with the frames
    told = json.loads(sys.stdin.readline())
    told["options"] = Options(**told["options"])
    try:
        work = Preparation(ImportJob(**told))
        put(out, ("about", asdict(work.about)))
        after = sys.stdin.readline().strip()
        if after:
            for b in work.batches(int(after)):
                put(out, ("batch", b.rows, b.bad, b.present, b.upto, b.position))
            put(out, ("end",))
    except BrokenPipeError:
        os._exit(0)
    except (ValueError, OSError) as wrong:
        put(
            out,
            ("wrong", f"{wrong.strerror}: {wrong.filename}" if isinstance(wrong, OSError) else str(wrong)),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
