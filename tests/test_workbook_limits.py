"""Workbooks that are larger than they look. Rule: each is refused in one sentence, before memory or time are gone."""

from __future__ import annotations

import gzip
import resource
from pathlib import Path

import pytest

from benchmarks.attacks.xlsx_bomb import HEAD, KINDS, NS, PERSON, sheet, workbook
from data.registry_import import files
from data.registry_import.archive import WorkbookLimits
from data.registry_import.files import Options, examine, opened, rows
from data.registry_import.sheets import Workbook

SMALL = WorkbookLimits(
    packed=300_000,
    unpacked=2 << 20,
    entries=100,
    whole_part=50_000,
    whole_tags=500,
    sheets=3,
    cells=5000,
    row_tags=1000,
    loose_tags=1000,
    text=100_000,
    seconds=5.0,
)


def read(path: Path, limits: WorkbookLimits) -> list[list[str]]:
    with path.open("rb") as file:
        book = Workbook(file, path, limits)
        return [list(row) for row in book.rows(book.sheets[0].title)]


BOMBS: dict[str, tuple[dict[str, str | bytes], str]] = {
    "text": ({"xl/sharedStrings.xml": f"<sst {NS}><si><t>{'a' * (3 << 20)}</t></si></sst>"}, "MB khi giải nén"),
    "long text": ({"xl/sharedStrings.xml": f"<sst {NS}><si><t>{'a' * 200_000}</t></si></sst>"}, "một ô dài hơn"),
    "attribute": ({"xl/s.xml": sheet(f"<row a='{'a' * 200_000}'/>")}, "một ô dài hơn"),
    "parts of a text": ({"xl/sharedStrings.xml": f"<sst {NS}><si>{'<r/>' * 1001}</si></sst>"}, "quá nhiều phần"),
    "cells of a row": ({"xl/s.xml": sheet(f"<row>{'<c/>' * 1001}</row>")}, "quá nhiều phần"),
    "cells": ({"xl/s.xml": sheet(f"<row>{'<c/>' * 900}</row>" * 6)}, "dòng hoặc ô"),
    "far row": ({"xl/s.xml": sheet("<row r='1048577'/>")}, "dòng hoặc ô"),
    "junk before": ({"xl/s.xml": sheet(before="<x/>" * 1001)}, "quá nhiều"),
    "deep": ({"xl/s.xml": sheet("<row>" + "<x>" * 40 + "</x>" * 40 + "</row>")}, "quá nhiều phần"),
    "styles": ({"xl/styles.xml": f"<styleSheet {NS}><cellXfs>{'<xf/>' * 501}</cellXfs></styleSheet>"}, "kiểu ô"),
    "whole part": ({"xl/styles.xml": f"<styleSheet {NS}>{' ' * 60_000}</styleSheet>"}, "kiểu ô"),
    "entries": ({f"xl/{n}": b"" for n in range(100)}, "tệp con"),
    "entities": ({"xl/sharedStrings.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><sst><si>&d;</si></sst>"}, "hỏng"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_workbook_beyond_a_limit_is_refused_in_one_sentence(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "people.xlsx"
    more, why = BOMBS[bomb]
    workbook(path, more)
    with pytest.raises(ValueError, match=why) as refused:
        read(path, SMALL)
    assert str(refused.value).startswith("people.xlsx ")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 200


def test_time_is_a_limit_too_and_size_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    workbook(path, {"xl/s.xml": sheet("<row><c/></row>" * 500)})
    assert len(read(path, SMALL)) == 502
    with pytest.raises(ValueError, match="đọc quá lâu"):
        read(path, WorkbookLimits(seconds=0.0))
    workbook(path, {"xl/x": bytes(range(256)) * 40})
    path.write_bytes(path.read_bytes() + bytes(300_000))
    with pytest.raises(ValueError, match="hơn 0 MB"):
        read(path, SMALL)


def test_parts_with_names_of_other_places_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "people.xlsx"
    workbook(path, {"../../outside": b"x", "/etc/outside": b"x", "..\\outside": b"x"})
    assert read(path, SMALL) == [["code", "name"], ["8800000001", "Trần An"]]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["in", "people.xlsx"]


def test_a_sheet_that_does_not_say_its_size_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    rows_of_it = "".join(f"<row r='{n}'><c r='B{n}'><v>{n}</v></c></row>" for n in (5, 4, 9))
    body = f"<worksheet {NS}><sheetData>{HEAD}{PERSON}{rows_of_it}</sheetData><x/></worksheet>"
    workbook(path, {"xl/s.xml": body})
    with opened(path) as file:
        found = examine(file, path, Options())
        assert found.workbook is not None
        title = found.workbook.sheets[0].title
        assert [list(row) for row in rows(file, found, title)][2:] == [
            [],
            [],
            ["", "5"],
            [],
            [],
            [],
            ["", "9"],
        ]


def test_a_packed_text_that_does_not_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LARGEST_TEXT", 2 << 20)
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"code,name\n" + b"\n" * (3 << 20)))
    with opened(path) as file, pytest.raises(ValueError, match="quá lớn"):
        examine(file, path, Options())


def test_memory_stays_where_it_is_whatever_the_workbook_holds(tmp_path: Path) -> None:
    """Two million styles in 16 KB. The other kinds, each in a process of its own: python -m benchmarks.attacks.xlsx_bomb."""
    path = tmp_path / "people.xlsx"
    KINDS["styles"](path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match="quá lớn đối với một bảng tính"):
        read(path, WorkbookLimits())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # kilobytes
