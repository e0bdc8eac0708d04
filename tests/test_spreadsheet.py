"""No cell of a CSV file that we write is taken for a formula, and every other cell comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest

from data.spreadsheet import csv_line, safe_cell

# The guard of the exports let the cells with white space in front pass; the guard of the import reports kept NUL.
ALIVE = [
    "=1+1",
    "+84900",
    "-1",
    "@SUM(A1)",
    "=cmd|'x'!A0",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tword",
    " =1+1",
    "   +84900",
    "\u00a0=1",
    "\u2003@SUM(A1)",
    " \t=1",
    "\0=1",
    " \0=1",
    "\0 -1",
    "＝1+1",
]
PLAIN = [
    "",
    " ",
    "Ngày sinh",
    "0900000001",
    "a=b",
    "a - b",
    " Lê Tuấn Vũ",
    'says "no"',
    "two\nlines",
    "a,b;c\td",
]


@pytest.mark.parametrize("value", ALIVE)
def test_a_cell_that_would_be_calculated_is_text(value: str) -> None:
    assert safe_cell(value) == "'" + value.replace("\0", "")


@pytest.mark.parametrize("value", PLAIN)
def test_any_other_cell_stays_as_it_is(value: str) -> None:
    assert safe_cell(value) == value


def test_a_line_is_read_back_cell_by_cell() -> None:
    line = csv_line([*ALIVE, *PLAIN])
    assert "\0" not in line
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line, newline=""))) == [safe_cell(v) for v in [*ALIVE, *PLAIN]]
