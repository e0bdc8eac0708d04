"""Files and folders that only their owner may read. Called before the database is opened, and by `troly doctor`.

Invariant: rights are taken from what is ours only; a folder that others share is left as it is, and refused where they
could put files of theirs into the place of ours.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

_OTHERS = 0o077
_WRITE = 0o022
_SYSTEM = tuple(
    Path(p) for p in ("/", "/var", "/usr", "/usr/local")
)  # what lies right in these is everybody's


@dataclass(frozen=True, slots=True)
class PrivateFolder:
    """A folder and the files of ours in it, as patterns."""

    path: Path
    ours: tuple[str, ...]

    def files(self) -> Iterator[Path]:
        """Those that exist; links are somebody else's files."""
        for pattern in self.ours:
            yield from (p for p in sorted(self.path.glob(pattern)) if p.is_file() and not p.is_symlink())


def folders_of(data_dir: Path, database_url: str) -> list[PrivateFolder]:
    """The data folder, and the folder of a SQLite file that lies elsewhere."""
    url = make_url(database_url)
    ours = ["secret.key", ".secret.*.new", "serve.lock", "import-*.csv"]
    if url.get_backend_name() != "sqlite":
        return [PrivateFolder(data_dir, tuple(ours))]
    file = Path(str(url.database))
    mine = (file.name, f"{file.name}-*", f"{file.name}.*.lock")
    if file.parent.resolve() == data_dir.resolve():
        return [PrivateFolder(data_dir, (*ours, *mine))]
    return [PrivateFolder(data_dir, tuple(ours)), PrivateFolder(file.parent, mine)]


def make_private(folders: Iterable[PrivateFolder]) -> None:
    """Make the folders where they are missing, and take everybody else's rights from them and from our files.

    Raises ValueError with one sentence where that is not ours to do and others could change what lies there.
    """
    for folder in folders:
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _mode(folder.path) & _OTHERS and _is_ours(folder.path):
            os.chmod(folder.path, 0o700)
        if _mode(folder.path) & _WRITE:
            raise ValueError(
                f"others may write in {folder.path}: give the service a folder of its own, mode 0700"
            )
        for file in folder.files():
            if _mode(file) & _OTHERS:
                try:
                    os.chmod(file, 0o600)
                except PermissionError:
                    raise ValueError(
                        f"{file} can be read by others and is not ours: chown and chmod 600 it"
                    ) from None


def open_to_others(folders: Iterable[PrivateFolder]) -> list[str]:
    """What others could read or change, a line each with how to mend it."""
    found = []
    for folder in folders:
        if not folder.path.is_dir():
            continue
        if _mode(folder.path) & _OTHERS:
            found.append(f"{folder.path} is open to others: chmod 700 {folder.path}")
        found += [
            f"{file} can be read by others: chmod 600 {file}"
            for file in folder.files()
            if _mode(file) & _OTHERS
        ]
    return found


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_ours(folder: Path) -> bool:
    about = folder.stat()
    return (
        about.st_uid == os.geteuid()
        and not about.st_mode & stat.S_ISVTX
        and folder.resolve().parent not in _SYSTEM
        and folder.resolve() != Path("/")
    )
