"""The private folder of files that admins upload: made by one process, emptied at its end, or at the next start after a crash.

Invariant: a file lies in a folder 0700 with mode 0600, and no file outlives its process but until another one starts.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import unicodedata
from pathlib import Path

FOLDER = "uploads"  # in the data folder
_LOCK = "lock"  # in a process's own folder: held as long as it lives
_LONGEST = 80  # characters of a file's name that are kept
_UNNAMED = "danh-sach"


class Uploads:
    """The uploads of this process, below `data_dir`. Nothing is made before the first one."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / FOLDER
        self._own: Path | None = None
        self._held = -1

    def sweep(self) -> int:
        """Delete what processes left behind that live no more; returns of how many."""
        if not self._root.is_dir():
            return 0
        swept = 0
        with _Held(self._root / ".lock"):
            for folder in self._root.iterdir():
                if folder == self._own or not folder.is_dir() or folder.is_symlink():
                    continue
                handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue  # its process lives
                else:
                    shutil.rmtree(folder)
                    swept += 1
                finally:
                    os.close(handle)
        return swept

    def new(self) -> Path:
        """A new empty folder for one upload."""
        if self._own is None:
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.chmod(self._root, 0o700)
            with _Held(self._root / ".lock"):
                own = self._root / secrets.token_hex(8)
                own.mkdir(mode=0o700)
                self._held = os.open(own / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._held, fcntl.LOCK_EX)
                self._own = own
        folder = self._own / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        return folder

    def free_bytes(self) -> int:
        """How much room there is where uploads lie."""
        place = next(p for p in (self._root, *self._root.absolute().parents) if p.exists())
        return shutil.disk_usage(place).free

    def close(self) -> None:
        """Delete all of this process."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            os.close(self._held)
            self._own = None


class _Held:
    """A lock file, held for the length of a block."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


def private_name(given: str) -> str:
    """The name under which an upload is kept: of what the browser says nothing that leads anywhere else."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split()).lstrip(". ")
    if name.lower().endswith(".gz"):
        name, packed = name[:-3], name[-3:]
    else:
        packed = ""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = ending, ""
    ending = f".{ending[:8]}" if dot else ""
    return f"{stem[: _LONGEST - len(ending) - 3].strip() or _UNNAMED}{ending}{packed}"


def remove(folder: Path) -> None:
    """Delete an upload and what was made of it."""
    shutil.rmtree(folder, ignore_errors=True)
