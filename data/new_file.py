"""A file that a command writes for its caller. Called by the commands that take the name of one.

Invariant: it is whole or not there, only its owner reads it, and nothing that was there before is written over.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def refuse_taken(path: Path) -> None:
    """Raises ValueError with one sentence when no new file can be made there."""
    if os.path.lexists(path):
        raise ValueError(
            f"{path} is there already and is not written over: give another name, or move it away"
        )
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent} is no folder")


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """Write a file in UTF-8; it appears under its name at the end of the block, if that ends well. Raises ValueError."""
    refuse_taken(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # only the owner may read it
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)  # unlike a rename it never takes the place of another file
        except FileExistsError:
            refuse_taken(path)
            raise
        except OSError:  # a file system without links
            refuse_taken(path)
            os.rename(name, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
