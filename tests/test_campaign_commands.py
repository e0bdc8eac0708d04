"""`troly campaign …`: the contract of the command line. Rule: --json prints JSON and nothing else; wrong usage is 2, refused is 1."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.__main__ import main
from data import staff
from data.engine import Database
from data.notices.audience import Audience
from data.tables import campaigns, conversations, outbox, subscriptions
from flows.conversations.notice_text import WHAT_STOPS
from tests.houses import SECRET, START

TEXT = "Từ ngày 01/12, phòng Cấp sổ, thẻ làm việc cả sáng thứ bảy."
KEYS = [
    "campaign",
    "state",
    "total",
    "pending",
    "leased",
    "sent",
    "blocked",
    "failed",
    "in_doubt",
    "withdrawn",
]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    sqlite_place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """`troly campaign …` in this process; three people opted in, two admins and an officer are on the staff."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TROLY_DATABASE_URL", sqlite_place)
    monkeypatch.setenv("TROLY_SECRET_KEY", SECRET)
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path))
    (tmp_path / "text").write_text(TEXT, encoding="utf-8")
    asyncio.run(_furnish(sqlite_place))

    def troly(*words: str) -> tuple[int, str, str]:
        try:
            code = main(["campaign", *words])
        except SystemExit as left:
            code = int(str(left.code))
        said = capsys.readouterr()
        return code, said.out, said.err

    return troly


async def _furnish(url: str) -> None:
    db = Database(url)
    try:
        async with db.writing() as connection:
            for name, role in (("lan", "admin"), ("binh", "admin"), ("can.bo", "officer")):
                await staff.add(connection, name, role, START)
            await staff.link_telegram(connection, "lan", "4242")
            for n in range(3):
                row = {"address": f"telegram:70000000{n}", "place": "{}", "person": f"p{n}"}
                row |= {"said": 0, "turns": 1, "clock": 0.0, "at": START}  # type: ignore[dict-item]
                await connection.execute(insert(conversations), [row])
                await connection.execute(
                    insert(subscriptions), [{"person": f"p{n}", "topic": "chung", "at": START}]
                )
    finally:
        await db.close()


def _written(url: str, *statements: Any) -> list[Any]:
    async def work() -> list[Any]:
        db = Database(url)
        try:
            async with db.writing() as connection:
                done = [await connection.execute(s) for s in statements]
                return done[-1].all() if done and done[-1].returns_rows else []
        finally:
            await db.close()

    return asyncio.run(work())


def _new(run: Run, *more: str, by: str = "lan") -> str:
    code, out, _ = run("new", "--text-file", "text", "--audience", "all", "--as", by, "--json", *more)
    assert code == 0
    return str(json.loads(out)["campaign"])


def _json(run: Run, *words: str, by: str = "lan") -> dict[str, Any]:
    code, out, err = run(*words, "--as", by, "--json")
    assert (code, err) == (0, ""), err
    given: dict[str, Any] = json.loads(out)
    return given


def test_a_notice_runs_from_the_command_line(run: Run) -> None:
    made = _new(run)
    assert _json(run, "count", made) == {"campaign": made, "total": 3, "doors": {"telegram": 3}}
    assert "gõ DUNG" in _json(run, "preview", made)["doors"]["telegram"][0]
    assert _json(run, "start", made)["state"] == "running"
    again = _json(run, "start", made)
    assert (again["state"], again["changed"]) == ("running", False)
    assert [_json(run, change, made)["state"] for change in ("pause", "resume", "cancel")] == [
        "paused",
        "running",
        "cancelled",
    ]


def test_what_should_be_looked_at_again_is_said_on_stderr_and_stops_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROLY_PUBLIC_URL", "https://troly.example.vn")
    words = "Kính gửi {{ho_ten}}, mã số [MÃ SỐ], <LINK>: https://troly.example.vn/ hay bit.ly/abc"
    (tmp_path / "text").write_text(words, encoding="utf-8")
    told = []
    for which in (("new", "--text-file", "text", "--audience", "all"), ("preview", "1"), ("test", "1")):
        code, out, err = run(*which, "--as", "lan", "--json")
        assert (code, out.count("\n")) == (0, 1)
        json.loads(out)
        told.append(err)
    told += [run("approve", "1", "--as", "binh", "--json")[2], run("start", "1", "--as", "lan", "--json")[2]]
    assert len(set(told)) == 1
    places, links, what_stops = told[0].splitlines()
    assert "Có chỗ chưa điền: “{{ho_ten}}”, “[MÃ SỐ]”, “<LINK>”." in places
    assert "cơ quan mình: “bit.ly/abc”." in links
    assert what_stops == f"troly: {WHAT_STOPS}"
    code, out, err = run("preview", "1", "--as", "lan", "--json")
    assert (code, err, json.loads(out)["warnings"]) == (0, "", [])  # it runs: too late to warn


def test_status_has_exactly_the_keys_of_the_contract(run: Run) -> None:
    made = _new(run)
    _json(run, "start", made)
    now = _json(run, "status", made)
    assert list(now) == KEYS
    assert (now["campaign"], now["total"], now["pending"]) == (made, 3, 3)


def test_a_campaign_is_named_by_its_number_too(run: Run) -> None:
    made = _new(run)
    assert _json(run, "status", "1")["campaign"] == made


def test_new_and_status_print_json_where_nobody_watches(run: Run) -> None:
    code, out, _ = run("new", "--text-file", "text", "--audience", "all", "--as", "lan")
    made = json.loads(out)["campaign"]
    assert json.loads(run("status", made, "--as", "lan")[1])["state"] == "draft"
    assert code == 0


def test_every_flag_of_new_is_kept(run: Run, sqlite_place: str) -> None:
    run(
        *("new", "--text-file", "text", "--audience", "door=telegram,web topic=chung", "--as", "lan"),
        *("--office-hours", "--once"),
    )
    kept = _written(sqlite_place, campaigns.select())[0]
    assert (kept.office_hours, kept.once) == (True, True)
    assert Audience.from_json(kept.audience) == Audience(doors=("telegram", "web"), topics=("chung",))


def test_a_test_goes_to_the_linked_telegram_account(run: Run, sqlite_place: str) -> None:
    made = _new(run)
    _json(run, "test", made)
    rows = _written(sqlite_place, outbox.select())
    assert [(r.lane, r.address, r.campaign) for r in rows] == [("officer", "telegram:4242", None)]
    assert run("test", made, "--as", "binh")[0] == 1  # no linked account


def test_a_second_admin_approves_above_the_limit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROLY_NOTICE_APPROVAL_ABOVE", "2")
    made = _new(run)
    assert run("start", made, "--as", "lan")[0] == 1
    assert run("approve", made, "--as", "lan")[0] == 1
    assert _json(run, "approve", made, by="binh")["changed"]
    assert _json(run, "start", made)["state"] == "running"


def _deliver(url: str, made: str, states: list[str]) -> None:
    rows = [
        {
            "id": n + 1,
            "lane": "notice",
            "door": "telegram",
            "address": f"telegram:70000000{n}",
            "campaign": made,
            "state": state,
            "holder": "",
            "fence": 1,
            "leased_until": 0.0,
            "attempts": 1,
            "answer": "=1+1",
            "due": START,
            "at": START,
        }
        for n, state in enumerate(states)
    ]
    _written(url, insert(outbox).values(rows), update(campaigns).values(filled_to=None))


def test_recipients_come_in_pages_masked(run: Run, sqlite_place: str) -> None:
    made = _new(run)
    _json(run, "start", made)
    _deliver(sqlite_place, made, ["sent", "failed", "sent"])
    first = _json(run, "recipients", made, "--limit", "2")
    rest = _json(run, "recipients", made, "--limit", "2", "--after", str(first["next"]))
    both = first["recipients"] + rest["recipients"]
    assert [(r["account"], r["state"]) for r in both] == [
        ("•••000", "sent"),
        ("•••001", "failed"),
        ("•••002", "sent"),
    ]
    assert rest["next"] is None
    assert [r["id"] for r in _json(run, "recipients", made, "--state", "failed")["recipients"]] == [2]


def test_what_failed_can_be_retried(run: Run, sqlite_place: str) -> None:
    made = _new(run)
    _json(run, "start", made)
    _deliver(sqlite_place, made, ["in_doubt", "failed", "sent"])
    _json(run, "retry", made)
    assert _json(run, "status", made)["in_doubt"] == 1
    _json(run, "retry", made, "--in-doubt")
    assert _json(run, "status", made)["pending"] == 2


def test_an_export_is_utf8_with_a_mark_and_no_formula(run: Run, sqlite_place: str, tmp_path: Path) -> None:
    made = _new(run)
    _json(run, "start", made)
    _deliver(sqlite_place, made, ["sent", "failed", "sent"])
    told = _json(run, "export", made, "--out", "out.csv")
    raw = (tmp_path / "out.csv").read_bytes()
    assert (told["rows"], raw[:3]) == (3, b"\xef\xbb\xbf")
    assert raw.count(b"'=1+1") == 3
    assert raw.count(b"\r\n") == 4
    lines = run("export", made, "--as", "lan", "--json")[1].splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["sent", "failed", "sent"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status", "1"), 2),  # nobody is named
        (("launch", "1", "--as", "lan"), 2),
        (("new", "--audience", "all", "--as", "lan"), 2),
        ((), 2),
        (("status", "7", "--as", "lan"), 1),
        (("status", "1", "--as", "nobody"), 1),
        (("status", "1", "--as", "can.bo"), 1),
        (("start", "1", "--as", "can.bo"), 1),
        (("pause", "1", "--as", "lan"), 1),
        (("recipients", "1", "--as", "lan", "--state", "lost"), 1),
        (("recipients", "1", "--as", "lan", "--limit", "0"), 1),
        (("preview", "1", "--as", "lan", "--door", "fax"), 1),
        (("new", "--text-file", "none", "--audience", "all", "--as", "lan"), 1),
        (("new", "--text-file", "text", "--audience", "everybody", "--as", "lan"), 1),
        (("new", "--text-file", "text", "--audience", "block=x", "--as", "lan"), 1),
        (("new", "--text-file", "bytes", "--audience", "all", "--as", "lan"), 1),
        (("new", "--text-file", "empty", "--audience", "all", "--as", "lan"), 1),
    ],
)
def test_what_cannot_be_done_says_so_in_one_line(
    run: Run, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    _new(run)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").write_bytes(b"")
    got, out, err = run(*words, *(["--json"] if words else []))
    assert (got, out) == (code, "")
    assert code == 2 or (err.startswith("troly: ") and err.count("\n") == 1), err


def test_a_real_process_reads_standard_input_and_prints_one_object(
    run: Run, sqlite_place: str, tmp_path: Path
) -> None:
    troly = Path(sys.executable).with_name("troly")
    done = subprocess.run(
        [troly, "campaign", "new", "--text-file", "-", "--audience", "all", "--as", "lan", "--json"],
        input=TEXT.encode(),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(json.loads(done.stdout)) == ["campaign"]
    kept = _written(sqlite_place, campaigns.select())[0]
    assert kept.text == TEXT
