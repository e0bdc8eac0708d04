"""The report of a dry run: what a clerk reads before anything is written. Rule: files as offices make them; values are masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.imports import people, written
from tests.test_registry_cases import BORN, CODE, NAME, book, people_with


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("TROLY_DATABASE_URL", "TROLY_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def test_columns_samples_findings_and_reasons_are_told_in_words(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people(400)
    for n in range(12):
        rows[n][3] = f"0{n % 9 + 1}/2{n % 8 + 1}/1988"
    rows[20][0], rows[21][0], rows[30][6] = "880000001", "88000000", "12"
    for row in rows:
        row[8] = ""
    headings = [CODE, NAME, "Giới tính", BORN, "Số CCCD", "Tỉnh", "SĐT", "Mã hộ", "Xã", "Đơn vị"]
    file = written(house / "xã.csv", [[*r, "x"] for r in rows], [*headings, "Ghi chú"])
    assert main(["registry", "import", str(file), "--dry-run"]) == 0
    out, err = capsys.readouterr()
    for told in (
        "xã.csv: bảng mã utf-8, cột ngăn bằng dấu phẩy, tiêu đề ở dòng 1, 400 dòng bên dưới",
        "“SĐT” là số điện thoại",
        "“Ghi chú” được bỏ qua",
        "! cột “Ngày sinh”: 12 ngày viết tháng trước ngày",
        "! cột “Xã”: không có giá trị nào",
        "10 dòng mẫu như sẽ lưu, đã che:",
        "cột “Ngày sinh”: ngày sinh viết tháng trước ngày; hãy ghi dd/mm/yyyy (dòng 2, dòng 3, dòng 4)",
        "1 cột “SĐT”: không phải một số điện thoại di động (dòng 32)",
    ):
        assert told in err, f"{told}\n{err}"
    assert not any(row[0] in err or row[1] in err or row[4] in err for row in rows)
    assert "would be new" in out

    assert main(["registry", "import", str(file), "--dry-run", "--json"]) == 0
    told_all = json.loads(capsys.readouterr().out)
    assert len(told_all["sample"]) == 10
    cells = {one["column"]: one for one in told_all["column_counts"] if one["column"]}
    assert (cells["phone"]["bad"], cells["commune"]["taken"]) == (1, 0)
    assert cells["code"]["taken"] == told_all["new"] == 400 - told_all["bad"]
    assert max(r["cells"] for r in told_all["reasons"]) == told_all["reasons"][0]["cells"]


def test_a_sample_is_what_would_be_stored_and_says_why_it_is_not(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = (["1983-01-16T17:00:00.000Z", "1990", "31/02/1990"], ["0", "x", "1"], ["84900000001", "", "0900 000 003"])  # fmt: skip
    made = people_with([BORN, "Giới tính", "SĐT"], *columns)
    made[2][3] = "nu"
    path = book(house / "a.xlsx", made, more={"Xã hai": [[CODE, NAME], ["8800000077", "Võ Thị Nháp"]]})
    assert main(["registry", "import", str(path), "--dry-run", "--json"]) == 0
    sample = json.loads(capsys.readouterr().out)["sample"]
    assert [row["place"] for row in sample] == [*(f"trang “Danh sách” dòng {n}" for n in (2, 3, 4)), "trang “Xã hai” dòng 2"]  # fmt: skip
    first, second, third, _ = (row["cells"] for row in sample)
    assert (first["born"], first["sex"], first["phone"]) == ("1*/**/****", "Nữ", "0*********")
    assert (second["born"], second["sex"], second["phone"]) == ("1***", "Nữ", "")
    assert third["sex"] == "Nam"
    assert sample[2]["bad"] == ["ngày sinh: ngày sinh không có thật"]
    assert [row["bad"] for row in sample[:2]] == [[], []]


def test_there_are_never_more_reasons_in_memory_than_the_limit() -> None:
    from data.import_check.counts import MOST_REASONS, ReasonCounts

    counts = ReasonCounts()
    counts.add((n, "code", f"lý do {n}") for n in range(MOST_REASONS + 50))
    counts.add([(1, "code", "lý do 0"), (2, "code", "lý do 0")])
    found = counts.sorted()
    assert len(found) == MOST_REASONS + 1
    assert (found[0].reason, found[0].cells) == ("các lý do khác", 50)
    assert sum(one.cells for one in found) == MOST_REASONS + 52
