"""Another user of the machine reads what the service has on disk while it runs.

    python -m benchmarks.attacks.other_user_reads

Run as root, in the folder of the code that is attacked: the reader is a process that became "nobody". Must be: 0 files, 0
words, wherever the database lies, also where the folder and the file were there before with wider modes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
from pathlib import Path

from benchmarks.attacks.installation import folder, greeting, said, serving, show
from tests.ports import free_port

NOBODY = 65534
WORDS = "Hoàng Thị Diễm Xưa"


def _read_as_nobody(*tops: Path) -> dict[str, object]:
    """By a fork that became another user: that user could not start this interpreter."""
    with multiprocessing.get_context("fork").Pool(1, _become_nobody) as pool:
        return pool.apply(_read_all, (tops,))


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _read_all(tops: tuple[Path, ...]) -> dict[str, object]:
    names, words = set(), 0
    for file in {Path(at, name) for top in tops for at, _, files in os.walk(top) for name in files}:
        try:
            words += file.read_bytes().count(WORDS.encode())
        except OSError:
            continue
        names.add(file.name)
    return {"readable": sorted(names), "words": words}


async def _attacked(home: Path, *, elsewhere: bool, there_before: bool) -> dict[str, object]:
    place = home / "elsewhere" if elsewhere else home / "var"
    settings = {"TROLY_DATABASE_URL": f"sqlite+aiosqlite:///{place / 'troly.db'}"} if elsewhere else {}
    if there_before:
        (home / "var").mkdir(mode=0o755)
        place.mkdir(mode=0o755, exist_ok=True)
        sqlite3.connect(place / "troly.db").close()
        (place / "troly.db").touch(0o644)
        (place / "troly.db").chmod(0o644)
    with serving(home, free_port(), **settings) as process:
        await greeting(process)
        said(home, "tra cứu mã số BHXH", "Đồng ý", f"{WORDS} 17/01/1983", **settings)
        return _read_as_nobody(home / "var", place)


async def main() -> None:
    """Attack, and print the figures."""
    if os.geteuid() != 0:
        raise SystemExit("only root can become another user to try this")
    os.umask(0o022)
    found = {}
    for name, elsewhere, there_before in (
        ("in the data folder", False, False),
        ("folder and file were there, 0755 and 0644", False, True),
        ("TROLY_DATABASE_URL elsewhere", True, False),
        ("elsewhere, and there before", True, True),
    ):
        with folder() as home:
            found[name] = await _attacked(home, elsewhere=elsewhere, there_before=there_before)
    show(found)


if __name__ == "__main__":
    asyncio.run(main())
