"""Files of every kind and every kind of damage. Rule: what can be read is read the same; what cannot is refused in one sentence before anything is written."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import io
import random
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from data.registry import keys
from data.registry_import.columns import COLUMNS, column_of, map_headings
from data.registry_import.dates import birth_reader
from data.registry_import.files import Options
from data.registry_import.fonts import TCVN3_TABLE
from data.registry_import.prepare import ImportJob, Preparation
from data.registry_import.rows import name_reader
from data.registry_import.values import (
    BadValue,
    masked,
    read_code,
    read_household,
    read_id_number,
    read_name,
    read_phone,
    read_province,
    read_sex,
    read_text,
)
from data.seal import Seal
from flows.text.fold import join_key
from tests.houses import SECRET
from tests.imports import HEADINGS, TODAY, all_imports, bring, kept, people, reported, text, written

VIETNAMESE = (
    "Mã số BHXH",
    "Họ và tên",
    "Giới tính",
    "Ngày sinh",
    "Số CCCD/CMND",
    "Mã tỉnh",
    "Số điện thoại",
    "Mã hộ",
    "Xã/Phường",
    "Đơn vị",
)
read_born = birth_reader(datetime.date(2026, 11, 24))


def prepared(path: Path, **options: str) -> Preparation:
    """The file, looked at."""
    return Preparation(ImportJob(str(path), SECRET, TODAY, 1000, Options(**options)))


def names_in(path: Path, **options: str) -> list[str]:
    """The names that a file brings."""
    work = prepared(path, **options)
    found = [row[1] for batch in work.batches(0) for row in batch.rows]
    work.close()
    return found


def in_tcvn3(words: str) -> bytes:
    """As an old font's file has it; capitals with tones are drawn by another font."""
    places = {c: i for i, c in enumerate(TCVN3_TABLE)}
    return bytes(places.get(c, places.get(c.lower(), 63)) for c in words)


def in_windows_1258(words: str) -> bytes:
    """Letters with their shape, tones behind them, as that code page has it."""
    out = bytearray()
    for char in words:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = next(p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out += base.encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


ENCODERS = {
    "utf-8": str.encode,
    "utf-8 with mark": lambda words: words.encode("utf-8-sig"),
    "utf-8 decomposed": lambda words: unicodedata.normalize("NFD", words).encode(),
    "utf-16 little": lambda words: b"\xff\xfe" + words.encode("utf-16-le"),
    "utf-16 big": lambda words: b"\xfe\xff" + words.encode("utf-16-be"),
    "windows-1258": in_windows_1258,
    "tcvn3": in_tcvn3,
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODERS)
def test_every_encoding_and_separator_is_found_out(
    tmp_path: Path, encoding: str, separator: str, packed: bool
) -> None:
    rows = people(60)
    raw = ENCODERS[encoding](text(rows, VIETNAMESE, separator))
    path = tmp_path / f"people.{'tsv' if separator == chr(9) else 'csv'}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    work = prepared(path)
    assert work.about.encoding == encoding.split(" ")[0]
    assert {c for _, c in work.about.taken} == set(COLUMNS)
    work.close()
    lower = encoding == "tcvn3"  # its capitals with tones cannot be told from small letters
    found = names_in(path)
    assert (
        [n.lower() for n in found] == [r[1].lower() for r in rows] if lower else found == [r[1] for r in rows]
    )


def test_an_encoding_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(in_tcvn3(text(people(5))))
    assert prepared(path, encoding="tcvn3").about.encoding == "tcvn3"
    with pytest.raises(ValueError, match=r"people\.csv không phải UTF-8"):
        prepared(path, encoding="utf-8")


def test_capitals_of_old_fonts_become_capitals(tmp_path: Path) -> None:
    rows = [["8800000001", "NGUYễN THị BéBA"], ["8800000002", "Trần Thị Bé"]]
    path = tmp_path / "people.csv"
    path.write_bytes(in_tcvn3(text(rows, VIETNAMESE[:2])))
    assert names_in(path)[0].startswith("NGUYỄN THỊ")
    assert names_in(path)[1] == "Trần Thị Bé"


def test_the_table_of_old_fonts_holds_every_letter_once() -> None:
    letters = [c for c in TCVN3_TABLE[0xA1:] if c != "\ufffe"]
    assert len(letters) == len(set(letters)) == 74
    assert all(unicodedata.is_normalized("NFC", c) and c.isalpha() for c in letters)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("upper", [True, False])
def test_vietnamese_headings_are_known_with_and_without_marks(marked: bool, upper: bool) -> None:
    for heading, column in zip(VIETNAMESE, COLUMNS, strict=True):
        typed = heading if marked else join_key(heading)
        assert column_of(typed.upper() if upper else typed) == column


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Mã số BHXH (*)", "code"),
        ("MÃ SỐ\nBHXH", "code"),
        ("ho va ten", "name"),
        ("Ngày, tháng, năm sinh (dd/mm/yyyy)", "born"),
        ("Năm sinh", "born"),
        ("Giới tính (Nam/Nữ)", "sex"),
        ("SĐT", "phone"),
        ("CCCD/CMND", "id_number"),
        ("Số định danh cá nhân", "id_number"),
        ("id_number", "id_number"),
        ("Mã số thuế", ""),
        ("Số thẻ BHYT", ""),
        ("Ghi chú", ""),
        ("", ""),
        ("=cmd", ""),
    ],
)
def test_headings_as_offices_write_them(heading: str, column: str) -> None:
    assert column_of(heading) == column


def test_a_family_name_in_a_column_of_its_own_is_joined(tmp_path: Path) -> None:
    rows = [["8800000001", "Nguyễn Thị", "Lan"]]
    path = written(tmp_path / "people.csv", rows, ("Mã BHXH", "Họ và chữ lót", "Tên"))
    assert names_in(path) == ["Nguyễn Thị Lan"]


def test_two_headings_for_one_column_are_refused() -> None:
    with pytest.raises(ValueError, match="hai tiêu đề cùng nghĩa id_number"):
        map_headings(["Mã số BHXH", "Họ tên", "CCCD", "CMND"])


def test_titles_above_the_headings_blank_lines_and_short_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = ["BẢO HIỂM XÃ HỘI", "", "Danh sách,,,", "STT;x", "Họ tên,Ghi chú,Mã số,Đơn vị"]
    lines += [
        "Trần An,,8800000001",
        "",
        ",,,",
        'Lê "Bình",x,8800000002,Y,',
        "Võ Ba",
        "Tô Tư,x,8800000003,Y,thừa",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    work = prepared(path)
    batches = list(work.batches(0))
    work.close()
    assert [r[1] for b in batches for r in b.rows] == ["Trần An", 'Lê "Bình"']
    (short, shifted) = [b for x in batches for b in x.bad]
    assert short == (10, "Mã số", "thiếu mã số BHXH")
    assert shifted[0] == 11 and "nhiều ô hơn dòng tiêu đề" in shifted[2]
    assert dict(work.about.taken)["Ghi chú"] == ""
    assert set(work.about.missing) == set(COLUMNS) - {"code", "name", "unit"}


def test_what_is_shown_before_writing_names_nobody(tmp_path: Path) -> None:
    rows = people(5)
    work = prepared(written(tmp_path / "people.csv", rows))
    work.close()
    shown = repr(work.about.sample)
    assert len(work.about.sample) == 5
    for row in rows:
        assert all(value not in shown for value in row if len(value) > 2)
    assert masked("Nguyễn Văn An") == "N***** V** A*"
    assert masked("0900000012") == "0*********"
    assert masked("17/01/1983") == "1*/**/****", "a sign begins no new word"


# --- workbooks ---


def workbook(path: Path, rows: list[list[object]], *, sheets: int = 1) -> Path:
    """A workbook whose last sheet has these rows."""
    book = openpyxl.Workbook()
    for n in range(sheets - 1):
        book.worksheets[0].append([f"hướng dẫn {n}"])
        book.create_sheet()
    for row in rows:
        book.worksheets[-1].append(row)
    book.save(path)
    return path


async def test_a_workbook_is_imported_like_the_text_it_holds(sqlite_place: str, tmp_path: Path) -> None:
    rows = people(80)
    await bring(sqlite_place, written(tmp_path / "people.csv", rows))
    from_text = await kept(sqlite_place)
    cells: list[list[object]] = [["Danh sách"], [], list(VIETNAMESE)]
    for row in rows:
        day, month, year = map(int, row[3].split("/"))
        cells.append(
            [row[0], row[1], "Nam" if row[2] == "M" else "Nữ", datetime.date(year, month, day), *row[4:]]
        )
    tally = await bring(sqlite_place, workbook(tmp_path / "people.xlsx", cells, sheets=2))
    assert (tally.new, tally.changed, tally.unchanged, tally.bad) == (0, 0, 80, 0)
    assert {c: r[:-1] for c, r in (await kept(sqlite_place)).items()} == {
        c: r[:-1] for c, r in from_text.items()
    }


def test_numbers_in_cells_keep_the_zeros_that_their_format_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã số", "Họ tên", "Ngày sinh", "CCCD", "SĐT"])
    sheet.append([120000001, "Trần An", 1983, 88083000001, 900000012])
    sheet.append([120000002, "Lê Bình", datetime.date(1983, 1, 17), 88083000002, "900.000.013"])
    for cell, form in ((sheet["A2"], "0" * 10), (sheet["D2"], "0" * 12), (sheet["D3"], "0" * 12)):
        cell.number_format = form
    path = tmp_path / "people.xlsx"
    book.save(path)
    work = prepared(path)
    (batch,) = work.batches(0)
    work.close()
    (row,) = batch.rows
    seal = Seal(SECRET)
    assert (row[0], row[4]) == ("0120000001", "1983")
    assert row[6] == keys.id_key(seal, "088083000001")
    assert seal.open(row[8], "registry 0120000001") == "0900000012"
    assert [(n, c) for n, c, _ in batch.bad] == [(3, "Mã số")]
    assert "9 chữ số" in batch.bad[0][2]


def test_a_sheet_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    book = openpyxl.Workbook()
    for title, code in (("Một", "8800000001"), ("Hai", "8800000002")):
        sheet = book.create_sheet(title)
        sheet.append(["Mã số", "Họ tên"])
        sheet.append([code, f"Trần {title}"])
    book.save(path)
    assert names_in(path, sheet="Hai") == ["Trần Hai"]
    assert names_in(path) == ["Trần Một", "Trần Hai"], "all of them, where none is named"
    assert prepared(path, sheet="Hai").about.unread == ("Một",)
    with pytest.raises(ValueError, match=r"không có trang tính “Ba”.*Một, Hai"):
        prepared(path, sheet="Ba")


def test_texts_that_cells_share_are_read(tmp_path: Path) -> None:
    """Excel keeps texts apart from the cells; openpyxl does not write so, so this is put together by hand."""
    plain = workbook(tmp_path / "plain.xlsx", [["Mã số", "Họ tên"], ["8800000001", "Trần An"]])
    texts = ("Mã số", "Họ tên", "8800000001", "Lê Thị Bình")
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = "".join(f"<si><t>{t}</t></si>" for t in texts)
    cells = [f'<c r="{"AB"[n % 2]}{n // 2 + 1}" t="s"><v>{n}</v></c>' for n in range(4)]
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            body = old.read(part).decode()
            if part.endswith("sheet1.xml"):
                sheet = f'<row r="1">{"".join(cells[:2])}</row><row r="2">{"".join(cells[2:])}</row>'
                body = f'<worksheet xmlns="{ns}"><sheetData>{sheet}</sheetData></worksheet>'
            elif part == "xl/sharedStrings.xml":
                continue
            elif part == "[Content_Types].xml" and "sharedStrings" not in body:
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                body = body.replace(
                    "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                )
            new.writestr(part, body)
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{ns}">{shared}</sst>')
    assert names_in(path) == ["Lê Thị Bình"]


# --- damage ---


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) * 2 // 3]


GOOD = text(people(40)).encode()
DAMAGED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "trống"),
    "blank": ("a.csv", b"\r\n \r\n", "trống"),
    "empty gz": ("a.csv.gz", gzip.compress(b""), "trống"),
    "only headings": ("a.csv", text([]).encode(), "không có dòng nào bên dưới"),
    "no headings": ("a.csv", GOOD.split(b"\r\n", 1)[1], "không có dòng tiêu đề"),
    "no code": ("a.csv", GOOD.replace(b"code", b"kode", 1), "không có dòng tiêu đề"),
    "wrong suffix": ("a.pdf", GOOD, "chỉ đọc được"),
    "cut gz": ("a.csv.gz", _cut(gzip.compress(GOOD)), "cắt cụt hoặc hỏng"),
    "gz without its end": ("a.csv.gz", gzip.compress(GOOD)[:-3], "cắt cụt hoặc hỏng"),
    "changed gz": ("a.csv.gz", gzip.compress(GOOD)[:-8] + b"12345678", "cắt cụt hoặc hỏng"),
    "gz that is none": ("a.csv.gz", GOOD, "không được nén"),
    "workbook as text": ("a.csv", b"PK\x03\x04" + b"x" * 99, "đuôi .xlsx"),
    "text as workbook": ("a.xlsx", GOOD, "không phải bảng tính .xlsx"),
    "old workbook": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "kiểu cũ"),
    "broken workbook": ("a.xlsx", b"PK\x03\x04" + b"x" * 999, "không đọc được như một bảng tính"),
    "zip that is no workbook": ("a.xlsx", b"zip", "không đọc được như một bảng tính"),
    "pdf": ("a.csv", b"%PDF-1.7\n" + GOOD, "không phải bảng dữ liệu"),
    "binary": ("a.csv", bytes(range(256)) * 9, "không phải văn bản"),
    "no sense in any encoding": ("a.csv", GOOD + b"\xff\xfe\x81\x8a", "không viết bằng"),
    "utf-16 that is cut": (
        "a.csv",
        b"\xff\xfe" + GOOD.decode().encode("utf-16-le")[:-1],
        "không viết bằng",
    ),
    "one endless line": ("a.csv", b"code,name\n" + b"x" * 5_000_000, "dòng dài hơn"),
    "an endless cell": ("a.csv", b"code,name\n8800000001," + b"x" * 200_000, "field larger"),
}


@pytest.mark.parametrize("damage", DAMAGED)
async def test_a_damaged_file_is_refused_in_one_sentence_and_nothing_is_written(
    sqlite_place: str, tmp_path: Path, damage: str
) -> None:
    name, raw, says = DAMAGED[damage]
    if raw == b"zip":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as zipped:
            zipped.writestr("letter.txt", "hello")
        raw = made.getvalue()
    (tmp_path / name).write_bytes(raw)
    before = await kept(sqlite_place)
    with pytest.raises(ValueError, match=says) as refused:
        await bring(sqlite_place, tmp_path / name)
    assert "\n" not in str(refused.value)
    assert await kept(sqlite_place) == before
    assert [i for i in await all_imports(sqlite_place) if i["row"]] == []


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ValueError, match="this is a folder"):
        prepared(tmp_path / "folder.csv")
    with pytest.raises(ValueError, match="no such file"):
        prepared(tmp_path / "nothing.csv")


@pytest.mark.parametrize("seed", range(20))
def test_a_workbook_with_changed_bytes_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    raw = bytearray(
        workbook(tmp_path / "good.xlsx", [["code", "name"], ["8800000001", "Trần An"]]).read_bytes()
    )
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 6)):
        raw[chance.randrange(4, len(raw))] = chance.randrange(256)
    path = tmp_path / "bad.xlsx"
    path.write_bytes(bytes(raw))
    with contextlib.suppress(ValueError):
        names_in(path)


# --- values ---


@pytest.mark.parametrize(
    ("typed", "is_"),
    [
        ("17/01/1983", ("17/01/1983", 1983)),
        ("7/1/1983", ("07/01/1983", 1983)),
        ("17-01-1983", ("17/01/1983", 1983)),
        ("17.1.1983", ("17/01/1983", 1983)),
        ("1983-01-17", ("17/01/1983", 1983)),
        ("1983-01-17 00:00:00", ("17/01/1983", 1983)),
        ("1983-01-17T00:00:00Z", ("17/01/1983", 1983)),
        ("1983", ("1983", 1983)),
        ("01/1983", ("1983", 1983)),
        ("30333", ("17/01/1983", 1983)),
        ("'17/01/1983", ("17/01/1983", 1983)),
        ("24/11/2026", ("24/11/2026", 2026)),
        ("29/02/2024", ("29/02/2024", 2024)),
        ("  ", ("", 0)),
        ("29/02/2023", None),
        ("31/04/1990", None),
        ("01/17/1983", None),
        ("00/00/1950", ("1950", 1950)),
        ("13/1983", None),
        ("17/01/83", None),
        ("25/11/2026", None),
        ("2027", None),
        ("1899", None),
        ("1850-01-01", None),
        ("99999", None),
        ("１９８３", None),
        ("không rõ", None),
        ("#VALUE!", None),
        ("1,98E+03", None),
    ],
)
def test_birth_dates(typed: str, is_: tuple[str, int] | None) -> None:
    if is_ is None:
        with pytest.raises(BadValue):
            read_born(typed)
    else:
        assert read_born(typed) == is_


@pytest.mark.parametrize(
    ("typed", "is_"),
    [
        ("0900000012", "0900000012"),
        ("900000012", "0900000012"),
        ("+84 900 000 012", "0900000012"),
        ("84900000012", "0900000012"),
        ("0900.000.012", "0900000012"),
        ("(090) 0000012", "0900000012"),
        ('="0900000012"', "0900000012"),
        ("900000012.0", "0900000012"),
        ("01200000012", "0700000012"),
        ("1690000012", "0390000012"),
        ("", ""),
        ("0277 3851234", None),
        ("0900000012/0900000013", None),
        ("0100000012", None),
        ("090000001", None),
        ("không có", ""),
        ("9E+08", None),
    ],
)
def test_phones(typed: str, is_: str | None) -> None:
    if is_ is None:
        with pytest.raises(BadValue):
            read_phone(typed)
    else:
        assert read_phone(typed) == is_
        assert not is_ or keys.phone_of(is_) == is_


@pytest.mark.parametrize(
    ("read", "typed", "is_"),
    [
        (read_code, " 8800 000-001 ", "8800000001"),
        (read_code, '="0800000001"', "0800000001"),
        (read_code, "880000001", None),
        (read_code, "HC4888800000001", None),
        (read_code, "8,8E+09", None),
        (read_code, "８８００００００００", None),
        (read_code, "", None),
        (read_sex, "NỮ", "F"),
        (read_sex, "nu", "F"),
        (read_sex, "1", "M"),
        (read_sex, "2", "F"),
        (read_sex, "0", "F"),
        (read_sex, "", ""),
        (read_sex, "3", None),
        (read_id_number, "088 083 000001", "088083000001"),
        (read_id_number, "350000001", "350000001"),
        (read_id_number, "88083000001", None),
        (read_id_number, "C1234567", None),
        (read_province, "87", "87"),
        (read_province, "8", None),
        (read_province, "087", "87"),
        (read_household, "8899000001", "8899000001"),
        (read_household, "88990000011", None),
        (read_name, "  Trần\u00a0 Thị\tBé Ba ", "Trần Thị Bé Ba"),
        (read_name, unicodedata.normalize("NFD", "Trần Thị Bé Ba"), "Trần Thị Bé Ba"),
        (read_name, "H'Hen Niê", "H'Hen Niê"),
        (read_name, "Trần\u200b An\x00", "Trần An"),
        (read_name, "8800000001", None),
        (read_name, "...", None),
        (read_name, "A" * 81, None),
        (read_text, "x" * 81, None),
        (read_text, "#REF!", None),
    ],
)
def test_other_values(read: object, typed: str, is_: str | None) -> None:
    assert callable(read)
    if is_ is None:
        with pytest.raises(BadValue):
            read(typed)
    else:
        assert read(typed) == is_


@given(st.text(max_size=120))
@settings(max_examples=120, deadline=None)
def test_names_read_in_a_hurry_are_the_names_read_carefully(name: str) -> None:
    try:
        careful = read_name(name), keys.name_key(read_name(name))
    except BadValue:
        with pytest.raises(BadValue):
            name_reader()(name)
        return
    assert name_reader()(name) == careful


_CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ("8800000001", "Trần An", "Nữ", "17/01/1983", "1983", "088083000001", "87", "0900000012")
    ),
    st.integers().map(str),
    st.dates().map(str),
)


@given(st.lists(st.lists(_CELLS, max_size=12), min_size=1, max_size=6))
@example([["#NAME?"]])  # an error of the spreadsheet among the first rows, which are shown as a sample
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_cell_holds_its_row_is_taken_or_told(tmp_path: Path, rows: list[list[str]]) -> None:
    first = ["8800000009", "Lê Bình", *[""] * 8]
    try:
        path = written(tmp_path / "people.csv", [first, *rows])
    except UnicodeEncodeError:  # lone surrogates are in no file
        return
    work = prepared(path)
    batches = list(work.batches(0))
    work.close()
    taken = [r for b in batches for r in b.rows]
    refused = {row for b in batches for row, _, _ in b.bad}
    if taken and taken[0][0] == "8800000009":
        assert taken[0][1] == "Lê Bình"
    else:  # beside a cell in a font of before, letters that may be either are nobody's to guess
        assert refused
    assert len(taken) + len(refused) <= len(rows) + 1
    for row in taken:
        assert len(row[0]) == 10 and row[0].isdigit()
        assert row[1] and len(row[1]) <= 80 and row[2]
        assert "\0" not in "".join(c for c in row if isinstance(c, str))
        assert len(row[4]) in (0, 4, 10) and len(row[10]) <= 10 and len(row[11]) <= 80


@given(st.lists(st.lists(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.none(), st.datetimes(), st.times()), max_size=10), min_size=1, max_size=5))  # fmt: skip
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_cell_of_a_workbook_holds_there_is_no_traceback(
    tmp_path: Path, rows: list[list[object]]
) -> None:
    try:
        path = workbook(tmp_path / "people.xlsx", [list(HEADINGS), ["8800000009", "Lê Bình"], *rows])
    except (IllegalCharacterError, ValueError, OverflowError):
        return
    taken = names_in(path)
    marked = any(isinstance(cell, str) and not cell.isascii() for row in rows for cell in row)
    # beside letters that may be of a font of before, whose letters a name has is nobody's to guess
    assert taken[:1] == ["Lê Bình"] or (marked and not taken)


def test_bulk_hashes_and_seals_are_the_ones_that_are_looked_for() -> None:
    seal = Seal(SECRET)
    keyed, close = seal.keyed_many("phone"), seal.close_many(2)
    for n in range(5):
        phone = f"090000001{n}"
        assert keyed(phone).hex() == seal.keyed("phone", phone)
        assert seal.open(close(phone, f"registry {n}"), f"registry {n}") == phone
    assert len({close("0900000012", "x")[:12] for _ in range(9)}) == 9, "no nonce twice"
    with pytest.raises(ValueError, match="sealed with another"):
        seal.open(close("0900000012", "registry 1"), "registry 2")


async def test_a_report_of_a_workbook_names_its_rows_as_the_workbook_does(
    sqlite_place: str, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "p.xlsx", [["Danh sách"], ["Mã số", "Họ tên"], ["8800000001", "A B"], [], ["1", "C D"]]
    )
    await bring(sqlite_place, path)
    assert [line[0] for line in reported(path)] == ["5"]
