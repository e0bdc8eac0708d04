"""The key of an installation is lost, exchanged, emptied or cut short: does it start all the same, are people answered?

    python -m benchmarks.attacks.lost_key

Run in the folder of the code that is attacked. Must be: refused in one line before anything is written, and `troly doctor`
says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from benchmarks.attacks.installation import folder, said, show, troly


def _lost(key: Path) -> None:
    key.unlink()


def _exchanged(key: Path) -> None:
    key.write_text("another key altogether, and a long one as well")


def _emptied(key: Path) -> None:
    key.write_text("")


def _cut(key: Path) -> None:
    key.write_text(key.read_text()[:10])


def _half(key: Path) -> None:
    key.write_text(key.read_text()[:40])


def _attacked(happens: Callable[[Path], None]) -> dict[str, object]:
    with folder() as home:
        said(
            home, "tra cứu mã số BHXH", "Đồng ý", "Hoàng Thị Diễm Xưa"
        )  # the answer is sealed, and asked for again
        key, database = home / "var" / "secret.key", home / "var" / "troly.db"
        happens(key)
        before = hashlib.sha256(database.read_bytes()).hexdigest()
        done = troly(home, "chat", "--json", typed='{"text": "menu"}\n')
        doctor = troly(home, "doctor")
        return {
            "started": done.returncode == 0,
            "answered": '"replies": [{' in done.stdout,
            "said": done.stderr.strip().splitlines()[-1:],
            "database_unchanged": hashlib.sha256(database.read_bytes()).hexdigest() == before,
            "key_made_anew": happens is _lost and key.exists(),
            "doctor": [line for line in doctor.stdout.splitlines() if "key" in line and "FAIL" in line],
        }


def main() -> None:
    """Attack, and print the figures."""
    attacks = (_lost, _exchanged, _emptied, _cut, _half)
    show({happens.__name__.strip("_"): _attacked(happens) for happens in attacks})


if __name__ == "__main__":
    main()
