"""What the attacks on an installation share: folders, and commands of the code that stands in the present directory."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
CITIZEN, BORN, CODE, PHONE = "Lê Thị Ngoài Đời", "02/03/1984", "8800900001", "0900000077"  # synthetic


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that others may enter, as a home folder often is."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment of a command that keeps its things in `home`/var."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
    return {**others, "TROLY_DATA_DIR": str(home / "var"), "PYTHONPATH": str(Path.cwd()), **settings}


def troly(home: Path, *words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    command = [sys.executable, "-m", "bot", *words]
    env = environment(home, **settings)
    return subprocess.run(
        command, env=env, input=typed, capture_output=True, text=True, check=False, umask=0o022
    )


def said(home: Path, *texts: str, **settings: str) -> list[dict[str, Any]]:
    """What `troly chat --json` answers to these texts."""
    typed = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = troly(home, "chat", "--json", typed=typed, **settings)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def bring_in_a_citizen(home: Path) -> None:
    """An office's registry of one."""
    file = home / "people.csv"
    file.write_text(f"code,name,sex,born,phone,province\n{CODE},{CITIZEN},F,{BORN},{PHONE},87\n", "utf-8")
    done = troly(home, "registry", "import", str(file))
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(home: Path, port: int, *words: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`troly serve` with these words, ended behind the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", *words],
        env=environment(home, TROLY_PORT=str(port), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        umask=0o022,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


async def greeting(process: subprocess.Popen[str]) -> list[str]:
    """What it prints until it serves or ends."""
    lines: list[str] = []
    assert process.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        while line := await asyncio.to_thread(process.stdout.readline):
            lines.append(line.rstrip("\n"))
            if "Ctrl-C" in line:
                break
    return lines


def show(figures: Mapping[str, object]) -> None:
    """Print what an attack found."""
    print(json.dumps(figures, ensure_ascii=False, indent=2))
