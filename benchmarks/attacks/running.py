"""A `troly serve --demo` of any checkout, in a temporary folder, with the open files a service usually gets. Used beside it."""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FILES = (1024, 4096)  # soft and hard limit of open files, as most systems give them
START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Running:
    """A service: its port and its process."""

    port: int
    pid: int

    def memory(self, what: str = "VmRSS") -> int:
        """MB it takes now; "VmHWM": took at most."""
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) // 1024


def tree() -> Path:
    """The checkout that is attacked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=Path(__file__).resolve().parents[2])
    return Path(parser.parse_known_args()[0].tree).resolve()


def _few_files() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, FILES)


@contextmanager
def running(code: Path, **settings: str) -> Iterator[Running]:
    """The service of this checkout with these settings."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        given = {"DATA_DIR": folder, "PORT": str(port), "DEMO_PEOPLE": "100", "DEMO_READERS": "0", **settings}
        env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
        env |= {f"TROLY_{name}": value for name, value in given.items()} | {"PYTHONPATH": str(code)}
        command = [sys.executable, "-P", "-m", "bot", "serve", "--demo"]
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=env, stdout=log, stderr=log, preexec_fn=_few_files
            )
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(port):
                assert process.poll() is None, (Path(folder) / "log").read_text()
                assert time.monotonic() < until, (Path(folder) / "log").read_text()
                time.sleep(0.1)
            yield Running(port, process.pid)
        finally:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
