"""What offices really send: for every kind of fault the file as it came in, and others of its kind. Rule: the right value, or one sentence that says why not."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from benchmarks.attacks.xlsx_bomb import BOOK, NS, sheet, workbook
from data.registry import keys
from data.registry_import.files import Options
from data.registry_import.fonts import _VNI, TCVN3_TABLE
from data.registry_import.prepare import ImportFacts, ImportJob, Preparation
from data.registry_import.write import TWICE
from data.seal import Seal
from tests.houses import SECRET
from tests.imports import TODAY

Rows = Sequence[Sequence[object]]
CODE, NAME, BORN = "Mã số BHXH", "Họ và tên", "Ngày sinh"
THREE = ("Trần Văn Mẫu", "Lê Thị Thử", "Võ Thị Nháp", "Ngô Văn Giả", "Đỗ Thị Tạm")
FIELDS = ("code", "name", "key", "sex", "born", "year", "id", "phone_key", "phone", "province", "household", "commune", "unit")  # fmt: skip


def codes(number: int) -> list[str]:
    return [f"88000001{n:02d}" for n in range(1, number + 1)]


def people_with(headings: Sequence[str], *columns: Sequence[object]) -> list[list[object]]:
    """A table of synthetic people with these further columns."""
    count = len(columns[0])
    rows = zip(codes(count), (THREE * 9)[:count], *columns, strict=True)
    return [[CODE, NAME, *headings], *(list(row) for row in rows)]


def book(
    path: Path,
    rows: Rows,
    *,
    merges: Sequence[str] = (),
    formats: dict[str, str] | None = None,
    mac: bool = False,
    more: dict[str, Rows] | None = None,
) -> Path:
    made = openpyxl.Workbook()
    if mac:
        made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for n, (title, cells) in enumerate({"Danh sách": rows, **(more or {})}.items()):
        page = made.worksheets[0] if n == 0 else made.create_sheet()
        page.title = title
        for r, row in enumerate(cells, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    page.cell(r, c).value = value  # type: ignore[union-attr]  # no merged cell yet
    for cell, form in (formats or {}).items():
        made.worksheets[0][cell].number_format = form
    for area in merges:
        made.worksheets[0].merge_cells(area)
    made.save(path)
    return path


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with one of its parts changed by hand."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    assert old in parts[part].decode(), part
    parts[part] = parts[part].decode().replace(old, new).encode()
    with zipfile.ZipFile(path, "w") as after:
        for name, body in parts.items():
            after.writestr(name, body)
    return path


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


class Read:
    """A file, read: its people by code, its bad rows as (row, reason), what was said before."""

    def __init__(self, path: Path, **options: str) -> None:
        work = Preparation(ImportJob(str(path), SECRET, TODAY, 3, Options(**options)))
        self.about: ImportFacts = work.about
        self.people: dict[str, dict[str, Any]] = {}
        self.bad: list[tuple[int, str]] = []
        seal = Seal(SECRET)
        for batch in work.batches(0):
            for row in batch.rows:
                person = dict(zip(FIELDS, row[:13], strict=True))
                person["phone"] = seal.open(row[8], f"registry {row[0]}")
                if self.people.setdefault(row[0], person) != person:
                    self.bad.append((self.about.place(row[14])[1], TWICE))
            self.bad += [(self.about.place(n)[1], reason) for n, _, reason in batch.bad]
        work.close()

    def column(self, name: str) -> list[Any]:
        return [p[name] for p in self.people.values()]


@pytest.fixture
def at(tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: tmp_path / name


At = Callable[[str], Path]


# --- quotes and line breaks ---

LINES = [f"{c},{n},17/01/1983,ghi chú" for c, n in zip(codes(40), THREE * 8, strict=True)]
HEAD = f"{CODE},{NAME},{BORN},Ghi chú"


def _with_quote(line: int, old: str, new: str, *more: tuple[int, str, str]) -> str:
    lines = LINES.copy()
    for n, was, is_ in ((line, old, new), *more):
        assert was in lines[n]
        lines[n] = lines[n].replace(was, is_)
    return "\n".join([HEAD, *lines, ""])


QUOTES = {
    "never closed": (_with_quote(2, "ghi chú", '"chờ bổ sung'), 4),
    "closed far below": (_with_quote(2, "ghi chú", '"chờ', (30, "ghi chú", 'hết"')), 4),
    "closed in the next row": (_with_quote(6, "Lê Thị Thử", '"Lê Thị Thử', (7, "Võ", 'x",Võ')), 8),
    "opened in a name": (_with_quote(0, "Trần Văn Mẫu", '"Trần Văn Mẫu'), 2),
    "a cell goes on behind it": (_with_quote(5, "ghi chú", '"Xã" cũ'), 7),
    "between quoted cells": (_with_quote(3, "ghi chú", '"a', (4, "8800000105", '"8800000105"')), 5),
}


@pytest.mark.parametrize("kind", QUOTES)
def test_a_quote_that_swallows_rows_is_refused_with_its_line(at: At, kind: str) -> None:
    """Seen to fail: 3 of 40 people, "bad 0"."""
    text, line = QUOTES[kind]
    with pytest.raises(ValueError, match=rf"dòng {line}: dấu nháy") as refused:
        Read(csv(at("a.csv"), text))
    assert "\n" not in str(refused.value)


def test_cells_of_several_lines_and_quotes_that_are_meant_are_read(at: At) -> None:
    lines = [
        LINES[0].replace("ghi chú", '"hai dòng\nlà được"'),
        LINES[1].replace("Lê Thị Thử", '"Lê ""Tí"" Thử"'),
    ]
    lines.append(LINES[2].replace("Võ Thị Nháp", '"Võ Thị\nNháp"'))
    read = Read(csv(at("a.csv"), "\n".join(['"Mã số\nBHXH",Họ và tên,Ngày sinh,Ghi chú', *lines, ""])))
    assert read.column("name") == ["Trần Văn Mẫu", 'Lê "Tí" Thử', "Võ Thị Nháp"]
    assert read.bad == []


def test_rows_that_a_line_break_parted_or_a_comma_shifted_are_bad(at: At) -> None:
    lines = LINES[:6]
    lines[1] = "8800000102,Lê Thị\nThử,02/05/1979,ghi chú"
    lines[3] = "8800000104,Ngô Văn Giả, con ông Ba,17/01/1983,x"
    read = Read(csv(at("a.csv"), "\n".join([HEAD, *lines, ""])))
    assert [row for row, _ in read.bad] == [3, 4, 6]
    assert "ngắt đôi" in read.bad[0][1] and "nhiều ô hơn" in read.bad[2][1]
    assert sorted(read.people) == [c for c in codes(6) if c not in ("8800000102", "8800000104")]


# --- dates ---

day = datetime.date
DATES: dict[str, tuple[list[object], dict[int, str | None]]] = {
    "half swapped": (
        ["17/01/1983", "25/12/1979", day(1990, 5, 1), day(1975, 11, 3), "30/06/1968"],
        {0: "17/01/1983", 1: "25/12/1979", 2: None, 3: None, 4: "30/06/1968"},
    ),
    "half swapped, one cell that is surely right": (
        ["17/01/1983", day(1990, 5, 1), day(1975, 11, 23)],
        {0: "17/01/1983", 1: None, 2: "23/11/1975"},
    ),
    "half swapped with years of two digits": (["17/01/83", day(1990, 5, 1)], {0: None, 1: None}),
    "half swapped into ISO": (["17/01/1983", "1990-05-01"], {0: "17/01/1983", 1: None}),
    "day and month are the same": (["17/01/1983", day(1990, 5, 5)], {0: "17/01/1983", 1: "05/05/1990"}),
    "both are used as they should be": (
        ["17/01/1983", "02/05/1979", day(1990, 5, 1), day(1990, 5, 21)],
        {0: "17/01/1983", 1: "02/05/1979", 2: "01/05/1990", 3: "21/05/1990"},
    ),
    "some typed the month first": (
        ["17/01/1983", "01/25/1979", "05/06/1990", "07/07/1990"],
        {0: "17/01/1983", 1: None, 2: None, 3: "07/07/1990"},
    ),
    "all typed the month first": (
        ["01/17/1983", "12/25/1979", "05/06/1990", "06/30/1968"],
        {0: "17/01/1983", 1: "25/12/1979", 2: "06/05/1990", 3: "30/06/1968"},
    ),
    "years in cells for dates": ([1983, 1979, 32874], {0: "1983", 1: "1979", 2: "01/01/1990"}),
    "without separators": (["170183", "20579", "10183"], {0: None, 1: None, 2: None}),
    "a time that is not midnight": (
        [datetime.datetime(1983, 1, 16, 17), datetime.datetime(1983, 1, 17)],  # noqa: DTZ001  # as a workbook has it
        {0: None, 1: "17/01/1983"},
    ),
    "only the year is known": (
        ["//1979", "00/00/1990", "../../1975", "--/--/1960", "1983"],
        {0: "1979", 1: "1990", 2: "1975", 3: "1960", 4: "1983"},
    ),
}


@pytest.mark.parametrize("kind", DATES)
@pytest.mark.parametrize("mac", [False, True])
def test_a_column_of_dates_is_judged_as_a_whole(at: At, kind: str, mac: bool) -> None:
    cells, right = DATES[kind]
    formats = {f"C{n + 2}": "dd/mm/yyyy" for n, c in enumerate(cells) if isinstance(c, int)}
    if mac and kind == "years in cells for dates":
        cells = [*cells[:2], 32874 - 1462]
    read = Read(book(at("a.xlsx"), people_with([BORN], cells), formats=formats, mac=mac))
    found = {n: read.people[c]["born"] if c in read.people else None for n, c in enumerate(codes(len(cells)))}
    assert found == right
    assert {row - 2 for row, _ in read.bad} == {n for n, born in right.items() if born is None}


@pytest.mark.parametrize(
    ("form", "born"),
    [
        ("yyyy", "1990"),
        ("mm/yyyy", "1990"),
        ('"năm "yyyy', "1990"),
        ("[$-42A]dd mmmm yyyy", "17/01/1990"),
        ("d-mmm-yy", "17/01/1990"),
        ("dd/mm", None),
        ("h:mm", None),
        ("[h]:mm", None),
    ],
)
def test_a_date_is_what_its_format_shows(at: At, form: str, born: str | None) -> None:
    read = Read(book(at("a.xlsx"), people_with([BORN], [day(1990, 1, 17)]), formats={"C2": form}))
    assert read.column("born") == ([] if born is None else [born])
    assert born is not None or "kiểu ngày" in read.bad[0][1]


@pytest.mark.parametrize(
    ("typed", "born"),
    [
        ("1983-01-16T17:00:00.000Z", "17/01/1983"),
        ("1979-12-24T17:00:00Z", "25/12/1979"),
        ("1979-12-24T17:00:00+00:00", "25/12/1979"),
        ("1968-06-29T16:00:00.000Z", "30/06/1968"),  # clocks of the South until 1975
        ("1983-01-16T16:00:00.000Z", None),
        ("1983-01-17T00:00:00.000Z", "17/01/1983"),
        ("1983-01-17T00:00:00+07:00", "17/01/1983"),
        ("1983-01-16 17:00:00", None),
        ("1983-01-17T03:30:00Z", None),
        ("1983-01-17 00:00:00.000", "17/01/1983"),
        ("17/01/1983 00:00", "17/01/1983"),
        ("17/01/1983 12:00:00 SA", "17/01/1983"),
        ("17/01/1983 17:00", None),
        ("1983-13-01", None),
        ("05/06/1905", None),  # 1983, by a spreadsheet that took the year for a day
        ("1905-06-05", None),
    ],
)
def test_times_and_zones_never_move_a_day(at: At, typed: str, born: str | None) -> None:
    read = Read(csv(at("a.csv"), f"code,name,born\n8800000101,Trần Mẫu,{typed}\n"))
    assert read.column("born") == ([] if born is None else [born])
    assert len(read.bad) == (born is None)


# --- formulas, formats, merged cells, headings ---


def test_a_formula_without_a_value_is_said_and_never_empty(at: At) -> None:
    rows = people_with([BORN, "Số CCCD", "Xã"], ["=DATE(1983,1,17)"], ['="088"&"083000301"'], ['=A2&"x"'])
    read = Read(book(at("a.xlsx"), rows))
    assert read.people == {} and len(read.bad) == 3
    assert all("công thức chưa có kết quả" in reason for _, reason in read.bad)


def test_formulas_with_values_that_nobody_calculated_are_said_too(at: At) -> None:
    """As some libraries write them: a 0 for each, and a note that Excel should calculate on opening."""
    cells = "".join(
        f"<c r='{c}' t='inlineStr'><is><t>{t}</t></is></c>"
        for c, t in (("A3", "8800000101"), ("B3", "Trần Mẫu"))
    )
    head = "<row r='1'>" + "".join(
        f"<c r='{c}1' t='inlineStr'><is><t>{t}</t></is></c>" for c, t in (("A", CODE), ("B", NAME), ("C", "Số CCCD"), ("D", "Đơn vị"))
    ) + "</row>"  # fmt: skip
    row = f"<row r='3'>{cells}<c r='C3'><f>1+1</f><v>0</v></c><c r='D3' t='str'><f>IF(1,\"\")</f><v></v></c></row>"
    body = sheet().split("<sheetData>")[0] + f"<sheetData>{head}{row}</sheetData></worksheet>"
    workbook(at("a.xlsx"), {"xl/s.xml": body, "xl/workbook.xml": BOOK.replace("</workbook>", "<calcPr fullCalcOnLoad='1'/></workbook>")})  # fmt: skip
    assert [reason[:14] for _, reason in Read(at("a.xlsx")).bad] == ["ô là công thức"]
    workbook(at("b.xlsx"), {"xl/s.xml": body})
    assert Read(at("b.xlsx")).column("unit") == [""], "an empty text is what the formula gives"


ZEROS = [
    '"0"#',
    "000 000 000 000",
    "000000000000;@",
    "0000-0000-0000",
    r"\0###########",
    "000000000000_)",
    "0###########",
]


@pytest.mark.parametrize("form", ZEROS)
def test_zeros_that_a_format_shows_are_read(at: At, form: str) -> None:
    read = Read(book(at("a.xlsx"), people_with(["Số CCCD"], [88083000801]), formats={"C2": form}))
    assert read.column("id") == [keys.id_key(Seal(SECRET), "088083000801")]


def test_a_format_without_a_leading_zero_shows_none(at: At) -> None:
    read = Read(book(at("a.xlsx"), people_with(["Số CCCD"], [88083000801]), formats={"C2": "0##########"}))
    assert "11 chữ số" in read.bad[0][1]


def test_merged_cells_show_their_text_in_each_row(at: At) -> None:
    rows = people_with(["Xã", "Đơn vị"], ["Xã Thử", None, None, "Xã B"], ["Trường A", None, None, "Chung"])
    rows[4][3] = None
    read = Read(book(at("a.xlsx"), rows, merges=["C2:C4", "D2:D4", "C5:D5"]))
    assert [(p["commune"], p["unit"]) for p in read.people.values()] == [("Xã Thử", "Trường A")] * 3
    assert read.bad == [(5, "ô bị gộp với cột bên trái; hãy bỏ gộp ô và ghi từng cột")]
    for area in ("A2:A3", "B2:B3", "C2:C3"):
        read = Read(book(at("b.xlsx"), people_with(["Số CCCD"], ["088083000801"] * 3), merges=[area]))
        assert [row for row, _ in read.bad] == [3] and "mỗi người phải có ô riêng" in read.bad[0][1]


TALL = [
    [CODE, NAME, "Năm sinh", None, "Số điện thoại"],
    [None, None, "Nam", "Nữ", None],
    ["8800000101", "Trần Văn Mẫu", 1983, None, "0900000001"],
    ["8800000102", "Lê Thị Thử", None, 1979, "0900000002"],
    ["8800000103", "Võ Thị Nháp", None, "17/01/1990", "0900000003"],
]


@pytest.mark.parametrize("merges", [["C1:D1", "A1:A2", "B1:B2", "E1:E2"], ["C1:D1"], []])
def test_headings_of_two_rows_give_year_and_sex(at: At, merges: list[str]) -> None:
    read = Read(book(at("a.xlsx"), [["DANH SÁCH THAM GIA"], *TALL], merges=[
        "".join(c if not c.isdigit() else str(int(c) + 1) for c in m) for m in merges
    ]))  # fmt: skip
    assert read.column("born") == ["1983", "1979", "17/01/1990"]
    assert read.column("sex") == ["M", "F", "F"]
    assert read.column("phone") == ["0900000001", "0900000002", "0900000003"] and read.bad == []


def test_headings_of_day_month_and_year_are_joined(at: At) -> None:
    rows = [
        [CODE, NAME, "Ngày sinh", None, None],
        [None, None, "Ngày", "Tháng", "Năm"],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
    ]
    rows += [
        ["8800000101", "Trần Mẫu", 7, 12, 1983],
        ["8800000102", "Lê Thử", None, None, 1979],
        ["8800000103", "Võ Nháp", 31, 2, 1979],
    ]  # type: ignore[list-item]  # numbers in cells
    read = Read(book(at("a.xlsx"), rows, merges=["C1:E1"]))
    assert read.column("born") == ["07/12/1983", "1979"]
    assert read.bad == [(6, "ngày sinh không có thật")]


@pytest.mark.parametrize(
    ("heading", "marks", "sexes"),
    [
        ("Nữ", [None, "x", "X"], ["M", "F", "F"]),
        ("Nam", ["✓", None, None], ["M", "F", "F"]),
        ("Nữ", [None, None, None], ["", "", ""]),
        ("Nữ", [None, "nữ", 1], ["M", "F", "F"]),
    ],
)
def test_a_column_that_marks_a_sex_is_read(
    at: At, heading: str, marks: list[object], sexes: list[str]
) -> None:
    read = Read(book(at("a.xlsx"), people_with([heading, "Năm sinh"], marks, [1983, 1979, 1990])))
    assert read.column("sex") == sexes
    assert read.bad == []


def test_marks_that_mean_nothing_clear_are_refused_with_their_row(at: At) -> None:
    with pytest.raises(ValueError, match=r"dòng 3, cột “Nữ”: ô không phải dấu x"):
        Read(book(at("a.xlsx"), people_with(["Nữ"], ["x", "hưu trí"])))
    both = people_with(["Nam", "Nữ"], ["x", None, "x"], [None, "x", "x"])
    read = Read(book(at("b.xlsx"), both))
    assert read.column("sex") == ["M", "F"]
    assert [row for row, _ in read.bad] == [4]


def test_sexes_by_number_with_zero_and_two_are_nobodys(at: At) -> None:
    read = Read(
        csv(at("a.csv"), "code,name,sex\n8800000101,Trần Mẫu,1\n8800000102,Lê Thử,0\n8800000103,Võ Nháp,2\n")
    )
    assert read.column("sex") == ["M"] and len(read.bad) == 2


def test_one_heading_for_two_numbers_and_headings_far_down(at: At) -> None:
    above: list[list[object]] = [["BẢO HIỂM XÃ HỘI"], [], *[[f"Căn cứ {n}"] for n in range(10)]]
    rows = [["STT", "Mã số BHXH/Mã định danh", "Họ, chữ đệm và tên (in hoa)", "Số ĐT di động (nếu có)"]]
    rows += [["1", "8800000101", "TRẦN VĂN MẪU", "0900000001"], ["2", "088083002601", "LÊ THỊ THỬ", ""]]
    read = Read(book(at("a.xlsx"), [*above, *rows]))
    assert read.column("phone") == ["0900000001"]
    assert read.bad == [(15, "mã số BHXH có 12 chữ số; đây có thể là số định danh cá nhân")]
    with pytest.raises(ValueError, match=r"dòng 2 có “Họ và tên”.*chưa có mã số BHXH"):
        Read(book(at("b.xlsx"), [["Danh sách"], [NAME, BORN, "Xã"], ["Trần Mẫu", "1983", "A"]]))


# --- letters ---


def in_tcvn3(text: str) -> str:
    places = {c: chr(i) for i, c in enumerate(TCVN3_TABLE) if i > 127}
    return "".join(places.get(c, places.get(c.lower(), c)) for c in text)


def in_vni(text: str) -> str:
    signs = {v: k for k, v in reversed(_VNI.items())}
    return "".join(signs.get(c, c) for c in text)


@pytest.mark.parametrize(("font", "write"), [("TCVN3", in_tcvn3), ("VNI", in_vni)])
@pytest.mark.parametrize("headings", [True, False])
def test_fonts_of_before_are_recovered_in_workbooks_and_texts(
    at: At, font: str, write: Callable[[str], str], headings: bool
) -> None:
    names = ["Trần Văn Mẫu", "Lê Thị Thử", "Nguyễn Thị Bé", "Phương Đức Hoà", "Tran Van An", "Vũ Cá"]
    head = [write(h) if headings else h for h in (CODE, NAME)]
    rows = [head, *([c, write(n)] for c, n in zip(codes(6), names, strict=True))]
    for path in (book(at("a.xlsx"), rows), csv(at("a.csv"), "\n".join(",".join(r) for r in rows))):
        read = Read(path)
        assert read.column("name") == names
        assert f"phông cũ {font}" in " ".join(read.about.findings)


@pytest.mark.parametrize(("font", "write"), [("TCVN3", in_tcvn3), ("VNI", in_vni)])
def test_some_cells_in_a_font_of_before_are_named_not_stored(
    at: At, font: str, write: Callable[[str], str]
) -> None:
    names = ["Trần Văn Mẫu", write("Lê Thị Thử"), "Nguyễn Thị Bé", "Lê Bá"]
    read = Read(book(at("a.xlsx"), [[CODE, NAME], *([c, n] for c, n in zip(codes(4), names, strict=True))]))
    assert read.column("name") == ["Trần Văn Mẫu", "Nguyễn Thị Bé"]
    assert [row for row, _ in read.bad] == [3, 5] and all("phông cũ" in reason for _, reason in read.bad)


@pytest.mark.parametrize(
    "name", ["Müller", "François Nguyễn", "H'Hen Niê", "Ðào Văn Ðộ", "Lê Bá", "José Bé", "Y Bhiu Êban"]
)
def test_other_letters_are_letters(at: At, name: str) -> None:
    assert Read(csv(at("a.csv"), f"code,name\n8800000101,{name}\n")).column("name") == [
        name.replace("Ð", "Đ")
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Nguy?n Th? B?", "mất chữ"),
        ("Nguy\ufffdn Th\ufffd", "mất chữ"),
        ("Tr?n", "mất chữ"),
        ("NULL", "ghi tạm"),
        ("nan", "ghi tạm"),
        ("N/A", "ghi tạm"),
        ("không có", "ghi tạm"),
        ("-", "ghi tạm"),
        ("#N/A", "báo lỗi"),
        ("Tráº§n VÄƒn Máº«u", "mã hoá hai lần"),
        ("TrÇn V¨n MÉu", None),
        ("Trần @ Mẫu", "ký tự lạ"),
        ("Жуков", "La-tinh"),
    ],
)
def test_names_that_are_none_are_never_stored(at: At, name: str, why: str | None) -> None:
    read = Read(csv(at("a.csv"), f"code,name\n8800000101,{name}\n8800000102,Lê Thị Thử\n"))
    assert read.column("name")[-1] == "Lê Thị Thử"
    assert (why or "phông cũ TCVN3") in read.bad[0][1]


def test_headings_that_lost_their_letters_are_said(at: At) -> None:
    with pytest.raises(ValueError, match="dòng 1: tiêu đề bị mất chữ"):
        Read(csv(at("a.csv"), "M? s? BHXH,H? v? t?n\n8800000101,Nguy?n\n"))


def test_cells_in_which_nothing_is_written_in_words_are_empty(at: At) -> None:
    for nothing in ("Không có", "không", "-", "x", "NULL", "nan", "N/A", "0"):
        read = Read(
            csv(
                at("a.csv"),
                f"code,name,born,id_number,phone\n8800000101,Trần Mẫu,{nothing},{nothing},{nothing}\n",
            )
        )
        assert read.bad == [], nothing
        assert (read.column("born"), read.column("id"), read.column("phone")) == ([""], [None], [None])
    lost = Read(csv(at("a.csv"), "code,name,commune,unit\n8800000101,Trần Mẫu,Ph??ng 1,T?\n"))
    assert len(lost.bad) == 2


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Đồng Tháp", "87"),
        ("Tỉnh Đồng Tháp", "87"),
        ("dong thap", "87"),
        ("87 - Đồng Tháp", "87"),
        ("087", "87"),
        ("TP. Hồ Chí Minh", "79"),
        ("Thành phố Cần Thơ", "92"),
        ("1", None),
        ("Đồng Nhai", None),
        ("86 - Đồng Tháp", None),
        ("870", None),
    ],
)
def test_provinces_by_name_and_code(at: At, typed: str, code: str | None) -> None:
    read = Read(csv(at("a.csv"), f"code,name,province\n8800000101,Trần Mẫu,{typed}\n"))
    assert read.column("province") == ([] if code is None else [code])


# --- sheets, styles, other files ---


def test_every_sheet_with_headings_is_read_and_the_others_are_said(at: At) -> None:
    more = {f"Xã {n}": [[CODE, NAME], [f"880000020{n}", THREE[n]], ["1", "x y"]] for n in (2, 3)}
    other: dict[str, Rows] = {
        "Khác": [["Tên", "Số"], ["Trần Ba", "8800000301"]],
        "Ghi chú": [["chỉ có chữ"]],
        "Trống": [],
    }
    read = Read(book(at("a.xlsx"), people_with([BORN], ["17/01/1983"]), more={**more, **other}))
    assert sorted(read.people) == ["8800000101", "8800000202", "8800000203"]
    assert [title for title, _, _ in read.about.sheets] == ["Danh sách", "Xã 2", "Xã 3"]
    assert read.about.unread == ("Khác",)
    assert [row for row, _ in read.bad] == [3, 3], "as its own sheet numbers it"
    assert Read(at("a.xlsx"), sheet="Xã 2").about.unread == ("Danh sách", "Xã 3", "Khác")


STYLES = {
    "an empty fill": ('<patternFill patternType="gray125" />', ""),
    "a font family of its own": ('<family val="2" />', '<family val="34" />'),
    "a short colour": ('<color theme="1" />', '<color rgb="000"/>'),
    "a colour that is none": ('<color theme="1" />', '<color rgb="rot"/>'),
    "an alignment nobody knows": ("<cellStyleXfs", '<x:y xmlns:x="z"/><cellStyleXfs'),
    "an underline nobody knows": ('<family val="2" />', '<u val="wave"/>'),
}


@pytest.mark.parametrize("kind", STYLES)
def test_styles_that_are_not_needed_do_not_stop_a_file(at: At, kind: str) -> None:
    path = book(at("a.xlsx"), people_with([BORN], [day(1983, 1, 17), "02/05/1979"]))
    assert Read(changed(path, "xl/styles.xml", *STYLES[kind])).column("born") == ["17/01/1983", "02/05/1979"]


def test_names_views_and_missing_parts_do_not_stop_a_file_either(at: At) -> None:
    path = book(at("a.xlsx"), people_with([BORN], ["17/01/1983"]))
    changed(
        path, "xl/workbook.xml", "<sheets>", "<bookViews><workbookView activeTab='x'/></bookViews><sheets>"
    )
    changed(path, "xl/workbook.xml", "</sheets>", "</sheets><definedNames><definedName name='_x' localSheetId='9'>#REF!</definedName></definedNames>")  # fmt: skip
    assert len(Read(path).people) == 1
    strict = changed(path, "xl/worksheets/sheet1.xml", "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")  # fmt: skip
    assert len(Read(strict).people) == 1, "Strict workbooks differ in their namespaces"


HTML = f"<html><meta charset=utf-8><table><tr><td>{CODE}</td></tr></table></html>"
OTHER: dict[str, tuple[str, bytes, str]] = {
    "a web page named .xls": ("a.xls", HTML.encode(), "là trang web"),
    "a web page named .xlsx": ("a.xlsx", HTML.encode(), "là trang web"),
    "a web page named .csv": ("a.csv", b"\xef\xbb\xbf\r\n" + HTML.encode(), "là trang web"),
    "an old workbook": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "kiểu cũ"),
    "a password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    "XML of 2003": ("a.xlsx", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "Excel 2003"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHER)
def test_other_files_are_called_what_they_are(at: At, kind: str) -> None:
    name, raw, says = OTHER[kind]
    at(name).write_bytes(raw)
    with pytest.raises(ValueError, match=says) as refused:
        Read(at(name))
    assert "\n" not in str(refused.value)


def test_an_opendocument_and_a_letter_are_called_what_they_are(at: At) -> None:
    for name, parts, says in (
        ("o", ("mimetype", "content.xml"), "OpenDocument"),
        ("w", ("word/document.xml",), "văn bản"),
    ):
        with zipfile.ZipFile(at(f"{name}.xlsx"), "w") as made:
            for part in parts:
                made.writestr(part, "x")
        with pytest.raises(ValueError, match=says):
            Read(at(f"{name}.xlsx"))
    assert NS in sheet()
