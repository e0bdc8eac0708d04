"""Whose an installation is: demo or office, with which key, and who else can read its files. Rule: what does not fit is refused before anything is written."""

from __future__ import annotations

import asyncio
import io
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from bot.__main__ import main
from bot.app import open_database, opened, seal_of
from bot.commands import doctor
from bot.settings import BadSetting, Settings, load
from data import migrate, outbox
from data.engine import Database
from data.installation import demo, key_check, private_files
from data.seal import Seal, key_file, secret_of
from data.tables import conversations, imports, office_facts, registry
from tests.fork_server import ForkServer
from tests.houses import SECRET, START, House, Places, make_demo, open_house

LAN = "web:lan"


def settings_for(folder: Path, url: str = "", **given: Any) -> Settings:
    return load({}, dotenv=None, data_dir=folder / "var", database_url=url, **given)


async def closed(settings: Settings, **given: Any) -> None:
    """Open the database as a command does, and close it."""
    db = await open_database(settings, **given)
    await db.close()


async def is_refused(settings: Settings, says: str, **given: Any) -> None:
    with pytest.raises(BadSetting, match=says) as caught:
        async with opened(settings, **given):
            pass
    assert "\n" not in str(caught.value)


# -- demo or office


async def test_a_database_made_for_the_office_is_never_a_demo(tmp_path: Path) -> None:
    """Even with an empty registry. Seen to fail: `fill` marked whatever had an empty registry."""
    office = settings_for(tmp_path)
    await closed(office)
    before = (tmp_path / "var" / "troly.db").read_bytes()
    await is_refused(settings_for(tmp_path, sms="demo"), "--demo is for .* made-up", with_demo=True)
    await is_refused(settings_for(tmp_path, sms="demo"), "TROLY_SMS=demo is for .* made-up")
    assert (tmp_path / "var" / "troly.db").read_bytes() == before
    async with opened(office, like_its_demo=True) as app:
        assert app.gateway is None
        assert not await demo.is_demo(app.db)


async def test_a_database_made_for_a_demo_is_served_as_one_only(tmp_path: Path) -> None:
    given = {"sms": "demo", "demo_people": 5, "demo_readers": 0}
    for _ in range(2):  # `make run` twice
        async with opened(settings_for(tmp_path, **given), with_demo=True) as app:
            assert app.gateway is not None
    await is_refused(settings_for(tmp_path), "is a demo .* add --demo")
    async with opened(settings_for(tmp_path), like_its_demo=True) as app:
        assert app.gateway is not None


async def test_on_postgresql_too(places: Places, tmp_path: Path) -> None:
    url = await places.postgresql()
    office = settings_for(tmp_path, url, secret_key=SECRET, sms="demo")
    await is_refused(office, "--demo is for", with_demo=True)
    await make_demo(url)
    await is_refused(settings_for(tmp_path, url, secret_key=SECRET), "is a demo")
    db = Database(url)
    await migrate.downgrade(db, "base")
    await db.close()
    await is_refused(office, "run 'troly migrate'", with_demo=True)
    await closed(office, as_demo=True, migrating=True)
    async with opened(office, with_demo=True) as app:
        assert await demo.is_demo(app.db)
    await places.leave(url)


def test_a_demo_takes_made_up_people_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROLY_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    asyncio.run(closed(settings_for(tmp_path), as_demo=True))
    file, told = tmp_path / "people.csv", io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    for code, taken in (("8800900001", 0), ("8700900002", 1)):
        file.write_text(f"code,name\n{code},Lê Thị Hoa\n", encoding="utf-8")
        assert main(["registry", "import", str(file), "--json"]) == taken
    assert "troly: this database is a demo of made-up people" in told.getvalue()


@pytest.mark.parametrize(
    ("real", "stays"), [("nothing", True), ("imported", False), ("code", False), ("telegram", False)]
)
async def test_of_the_demos_of_before_those_stay_that_nobody_real_wrote_to(
    place: str, real: str, stays: bool
) -> None:
    """Until 0006 --demo marked any database whose registry it found empty."""
    await make_demo(place)
    db = Database(place)
    await migrate.downgrade(db, "0006")
    async with db.writing() as connection:
        if real == "imported":
            counts = dict.fromkeys(("row", "new", "changed", "unchanged", "bad"), 0)
            await connection.execute(
                insert(imports), [{"file": "x", "digest": "", "state": "done", "at": 0.0, **counts}]
            )
        elif real == "code":
            await connection.execute(
                update(registry).where(registry.c.code == "8800000001").values(code="8700000001")
            )
        elif real == "telegram":
            row = {"address": "telegram:1", "place": "{}", "said": 0, "turns": 0, "clock": 0.0, "at": 0.0}
            await connection.execute(insert(conversations), [row])
    await migrate.upgrade(db, seal=Seal(SECRET))
    assert await demo.is_demo(db) is stays
    await db.close()


# -- the key


def _lost(key: Path) -> None:
    key.unlink()


def _exchanged(key: Path) -> None:
    key.write_text("another key altogether, and a long one as well")


def _emptied(key: Path) -> None:
    key.write_text("")


def _cut(key: Path) -> None:
    key.write_text(key.read_text()[:31])


def _half(key: Path) -> None:
    key.write_text(key.read_text()[:40])


@pytest.mark.parametrize("happens", [_lost, _exchanged, _emptied, _cut, _half])
async def test_with_another_key_nothing_starts_and_nothing_is_written(
    tmp_path: Path, happens: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    await closed(settings)
    key, database = key_file(settings.data_dir), settings.data_dir / "troly.db"
    happens(key)
    before = database.read_bytes()
    await is_refused(settings, "is missing|not the one|no whole key")
    assert database.read_bytes() == before
    assert key.exists() is (happens is not _lost)
    monkeypatch.setattr(doctor, "load", lambda: settings)
    (finding,) = (f for f in await doctor.examine() if f.what.startswith("key:"))
    assert not finding.ok
    assert "put" in finding.what


async def test_a_database_of_before_is_judged_by_what_is_sealed_in_it(place: str, tmp_path: Path) -> None:
    """It has no check value yet; the demo people's phones are sealed."""
    other = settings_for(tmp_path, place, secret_key="another key altogether, and a long one as well")
    await is_refused(other, "not the one")
    right = settings_for(tmp_path, place, secret_key=SECRET)
    await closed(right)
    db = Database(place)
    async with db.writing() as connection:
        await connection.execute(delete(registry))
        assert await key_check.fits(connection, Seal(SECRET))
        assert not await key_check.keep(db, connection, seal_of(other))
    await db.close()
    await is_refused(other, "not the one")


def test_a_key_is_on_disk_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail: the file was made first and filled then."""

    def stopped(*given: Any) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as cut:
        cut.setattr(os, "fsync", stopped)
        with pytest.raises(OSError, match="power cut"):
            secret_of(tmp_path)
    assert list(tmp_path.iterdir()) == []
    made = secret_of(tmp_path)
    assert secret_of(tmp_path) == made
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]


# -- who can read the files


def modes(folder: Path) -> dict[str, str]:
    return {p.name: oct(stat.S_IMODE(p.stat().st_mode)) for p in (folder, *folder.iterdir())}


@pytest.mark.parametrize("there_before", [False, True])
async def test_nobody_else_reads_what_a_command_writes(
    fork_server: ForkServer, tmp_path: Path, there_before: bool
) -> None:
    """Wherever the database lies, and whatever modes folder and files had before."""
    data, place = tmp_path / "var", tmp_path / "elsewhere"
    if there_before:
        for path in (data / "serve.lock", place / "troly.db", data / "import-1-bad.csv"):
            path.parent.mkdir(exist_ok=True)
            path.touch()
            path.chmod(0o666)
            path.parent.chmod(0o777)
    env = {"TROLY_DATA_DIR": str(data), "TROLY_DATABASE_URL": f"sqlite+aiosqlite:///{place}/troly.db"}
    process = await fork_server.spawn(["chat", "--json"], env, tmp_path)
    process.stdin.write(b'{"text": "menu"}\n')
    assert "replies" in json.loads(await process.stdout.readline())
    while_it_runs = modes(data) | modes(place)
    assert (await process.close())[0] == 0
    assert {"troly.db", "troly.db-wal", "troly.db-shm", "secret.key"} <= set(while_it_runs)
    assert {mode for name, mode in while_it_runs.items() if name in ("var", "elsewhere")} == {"0o700"}
    assert {mode for name, mode in while_it_runs.items() if name not in ("var", "elsewhere")} == {"0o600"}


def test_a_folder_that_others_write_in_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    folders = private_files.folders_of(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/troly.db")
    with pytest.raises(ValueError, match=r"others may write in .* a folder of its own"):
        private_files.make_private(folders)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
    assert private_files.open_to_others(folders) == [f"{tmp_path} is open to others: chmod 700 {tmp_path}"]


async def test_the_doctor_says_what_others_can_read_and_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    await closed(settings)
    monkeypatch.setattr(doctor, "load", lambda: settings)
    assert [f.what for f in await doctor.examine() if not f.ok] == []
    database = settings.data_dir / "troly.db"
    database.chmod(0o644)
    settings.data_dir.chmod(0o755)
    assert [f.what for f in await doctor.examine() if not f.ok] == [
        f"{settings.data_dir} is open to others: chmod 700 {settings.data_dir}",
        f"{database} can be read by others: chmod 600 {database}",
    ]


# -- what an earlier version kept as it was


async def test_what_waits_is_sealed_by_the_migration_and_still_arrives(place: str, tmp_path: Path) -> None:
    db = Database(place)
    await migrate.downgrade(db, "0006")
    words = {"text": "Sổ màu tím biếc", "options": ["Menu"]}
    row = outbox.outbox_row(7, "officer", LAN, START, number=1)
    row |= {"body": json.dumps(words, ensure_ascii=False), "answer": ""}
    columns = ", ".join(row)
    async with db.writing() as connection:
        into = f"INSERT INTO outbox ({columns}) VALUES ({', '.join(f':{c}' for c in row)})"  # noqa: S608  # names of columns
        await connection.execute(text(into), row)
    with pytest.raises(ValueError, match="troly migrate"):
        await migrate.upgrade(db)
    await closed(settings_for(tmp_path, place, secret_key=SECRET), migrating=True)
    await db.close()
    async with open_house(place) as house:
        async with house.db.reading() as connection:
            (waiting,) = await outbox.unseen(connection, house.seal, LAN, 0)
            facts = (await connection.execute(office_facts.select())).all()
        assert waiting.body == words
        assert waiting.proactive
        assert "key check" in {fact.name for fact in facts}
        assert await all_bytes(house, "tím biếc") == 0


async def all_bytes(house: House, words: str) -> int:
    from tests.test_shield import everything_kept

    return (await everything_kept(house)).count(words.encode())
