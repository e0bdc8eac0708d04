"""Runs the preparation of rows: in a process of its own for large files, in a thread for small ones. Used by run.py.

Invariant: only a few batches wait in memory, and the process ends with its import.
"""

from __future__ import annotations

import asyncio
import json
import marshal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from data.registry_import.files import opened
from data.registry_import.prepare import Batch, ImportFacts, ImportJob, Preparation

APART_ABOVE = 300_000  # bytes of a file that is worth a process of its own
_AHEAD = 4 << 20  # bytes of prepared rows that may wait in this process (twice that, see asyncio's streams)


class ReaderStopped(ValueError):
    """The process that reads the file was ended from outside."""


class ParserProcess(Protocol):
    """Prepares one file. All of it raises ValueError with one sentence."""

    about: ImportFacts

    def batches(self, after: int) -> AsyncIterator[Batch]:
        """The batches behind this row."""
        ...

    async def write_bad_rows(self, report: Path, out: Path, most: int) -> int:
        """Behind the last batch: write the rows that this report names into a new workbook; how many they are."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


def look(path: Path) -> None:
    """Raises ValueError with one sentence when this is plainly no file that can be imported."""
    opened(path).close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


async def started(job: ImportJob, *, behind: bool = False) -> ParserProcess:
    """A worker that has looked at the file. `behind`: always a process of its own, and all else goes before it."""
    if behind or await asyncio.to_thread(_size, Path(job.path)) > APART_ABOVE:
        return await _ChildProcess.started(job, behind=behind)
    return _InProcess(await asyncio.to_thread(Preparation, job))


class _InProcess:
    def __init__(self, work: Preparation) -> None:
        self._work = work
        self.about = work.about

    async def batches(self, after: int) -> AsyncIterator[Batch]:
        batches = self._work.batches(after)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            yield batch

    async def write_bad_rows(self, report: Path, out: Path, most: int) -> int:
        return await asyncio.to_thread(self._work.write_bad_rows, report, out, most)

    async def close(self) -> None:
        self._work.close()


class _ChildProcess:
    def __init__(self, process: Process) -> None:
        self._process = process
        self.about: ImportFacts

    @classmethod
    async def started(cls, job: ImportJob, *, behind: bool = False) -> _ChildProcess:
        # -P: a folder called "data" where the command is given must not be taken for ours
        command = (sys.executable, "-P", "-m", "data.registry_import.prepare", *["behind"][: int(behind)])
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=_AHEAD)
        made = cls(process)
        try:
            await made._tell(json.dumps(asdict(job)))
            _, about = await made._heard()
            made.about = ImportFacts(**about)
        except BaseException:
            await made.close()
            raise
        return made

    async def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def _heard(self) -> tuple[Any, ...]:
        assert self._process.stdout is not None
        try:
            length = int.from_bytes(await self._process.stdout.readexactly(4), "big")
            frame: tuple[Any, ...] = marshal.loads(await self._process.stdout.readexactly(length))  # noqa: S302  # our own process wrote it
        except asyncio.IncompleteReadError:
            raise ReaderStopped(
                "the process that reads the file was ended; give the same command again to go on"
            ) from None
        if frame[0] == "wrong":
            raise ValueError(frame[1])
        return frame

    async def batches(self, after: int) -> AsyncIterator[Batch]:
        await self._tell(str(after))
        while (frame := await self._heard())[0] == "batch":
            yield Batch(*frame[1:])

    async def write_bad_rows(self, report: Path, out: Path, most: int) -> int:
        await self._tell(json.dumps([str(report), str(out), most]))
        return int((await self._heard())[1])

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
