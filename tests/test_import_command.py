"""`troly registry import` as it shows itself to a person. Rule: the command's own words, on a fresh installation in a folder."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from data.registry_import.report import BadRows
from data.spreadsheet import new_file
from tests.imports import FACTS, HEADINGS, people, written


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("TROLY_DATABASE_URL", "TROLY_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def test_the_mapping_is_shown_before_and_the_counts_after(
    house: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = people(40)
    rows[7][3] = "31/02/1990"
    headings = ["Mã số BHXH", "Họ và tên", *HEADINGS[2:]]
    file = written(house / "now.csv", [[*r, "x"] for r in rows], [*headings, "Ghi\tchú \x1b[31m"])
    assert main(["registry", "import", str(file), "--progress"]) == 0
    out, err = capsys.readouterr()
    assert "now.csv: bảng mã utf-8, cột ngăn bằng dấu phẩy, tiêu đề ở dòng 1, 40 dòng bên dưới" in err
    assert "“Mã số BHXH” là mã số BHXH" in err
    assert "được bỏ qua" in err and "\x1b[31m" not in err
    assert "import: " in err, "the bar"
    assert not any(row[0] in out + err or row[1] in out + err or row[6] in out + err for row in rows)
    assert "new 39, changed 0, unchanged 0, gone 0, bad 1" in out
    report = house / "var" / "import-1-bad.csv"
    assert str(report) in out
    assert report.read_text(encoding="utf-8-sig").splitlines()[1].startswith('"9","born",')

    fewer = written(house / "fewer.csv", people(30))
    remove = ["registry", "import", str(fewer), "--remove-gone"]
    assert main([*remove, "--yes"]) == 1
    assert "10 of 39 people (26 %) are not in the file" in capsys.readouterr().err
    for answer, left in (("no\n", "nobody was removed"), ("yes\n", "removed 10 who were gone")):
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        gone = f"gone-{answer.strip()}.csv"
        assert main([*remove, "--gone-count", "10", "--gone-report", gone]) == 0
        out, err = capsys.readouterr()
        assert left in out + err
        assert "10 of " in err and "Xã 3" in err, "how many, and where"
        assert not any(row[0] in err or row[1] in err for row in rows), "shown masked"
    assert people_in(capsys) == 30
    assert main(["registry", "undo-removal"]) == 0
    assert "brought back 10" in capsys.readouterr().out
    assert people_in(capsys) == 40
    assert main(["registry", "undo-removal"]) == 1
    assert "nobody was removed in the last 30 days" in capsys.readouterr().err


def people_in(capsys: pytest.CaptureFixture[str]) -> int:
    assert main(["registry", "stats", "--json"]) == 0
    return int(json.loads(capsys.readouterr().out)["people"])


class _Terminal:
    def __init__(self, line: str) -> None:
        self._line = line

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._line


def test_json_is_all_there_is_on_stdout_and_nothing_is_left_of_a_dry_run(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(house / "now.csv", people(10))
    assert main(["registry", "import", str(file), "--dry-run", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert err == ""
    assert (told["new"], told["dry_run"], told["report"], told["encoding"]) == (10, True, None, "utf-8")
    assert main(["registry", "stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"] == 0


def test_a_file_that_is_not_there_makes_no_database(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["registry", "import", "nothing.csv"]) == 1
    assert capsys.readouterr().err == "troly: nothing.csv: there is no such file\n"
    assert not (house / "var").exists()


def test_no_file_that_is_there_is_written_over_or_deleted(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen to fail: `--report people.csv` deleted the file that was imported, before a row was read."""
    rows = people(10)
    rows[3][3] = "31/02/1990"
    file = written(house / "people.csv", rows)
    before = file.read_bytes()
    (house / "link.csv").symlink_to(file)
    (house / "hard.csv").hardlink_to(file)
    (house / "dangling.csv").symlink_to(house / "nowhere")
    (house / "other.csv").write_text("kept")
    for option in ("--report", "--gone-report"):
        for name in ("people.csv", "./people.csv", "link.csv", "hard.csv", "dangling.csv", "other.csv"):
            assert main(["registry", "import", "people.csv", option, name]) == 1, name
            said = capsys.readouterr()
            assert said.err.count("\n") == 1 and "is there already and is not written over" in said.err
            assert said.out == ""
    assert (file.read_bytes(), (house / "other.csv").read_text()) == (before, "kept")


def test_a_report_is_new_whole_and_private_and_one_of_another_import_is_put_aside(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = people(10)
    rows[3][3] = "31/02/1990"
    file = written(house / "people.csv", rows)
    (house / "var").mkdir()
    (house / "var" / "import-1-bad.csv").write_text("of an older database")
    assert main(["registry", "import", str(file), "--report", "bad.csv"]) == 0
    assert "the rows that were not taken, with reasons: bad.csv" in capsys.readouterr().out
    report = house / "bad.csv"
    assert report.stat().st_mode & 0o777 == 0o600
    assert report.read_text(encoding="utf-8-sig").splitlines()[1].startswith('"5","born",')
    assert sorted(p.name for p in house.glob("*bad*")) == ["bad.csv"], "and nothing half written beside it"
    assert not (house / "var" / "import-1-bad.csv").exists()
    assert (house / "var" / "import-1-bad.csv.1").read_text() == "of an older database"
    shutil.copy(file, house / "var" / "import-2-bad.csv")
    again = house / "var" / "import-2-bad.csv"
    assert main(["registry", "import", str(again)]) == 1
    assert "its report would be written there" in capsys.readouterr().err
    assert again.read_bytes() == file.read_bytes()


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    wanted = tmp_path / "out.csv"

    def written_until(trouble: Callable[[], object]) -> None:
        with new_file(wanted) as file:
            file.write("half")
            trouble()

    with pytest.raises(KeyError):
        written_until(lambda: {}["disk full"])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="is there already"):
        written_until(lambda: wanted.write_text("somebody else's"))
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert wanted.read_text() == "somebody else's"


def test_a_report_goes_on_without_lines_of_rows_that_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    first = BadRows(path, FACTS, 0)
    first.add([(3, "code", "thiếu"), (9, "name", "thiếu"), (12, "name", "thiếu")])
    first.close()
    second = BadRows(path, FACTS, 10)
    second.add([(12, "name", "thiếu"), (15, "born", "sai")])
    second.close()
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [line[0] for line in lines] == ["Dòng", "3", "9", "12", "15"]
