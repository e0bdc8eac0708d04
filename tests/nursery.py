"""Where `troly` processes are born quickly: everything is imported once, then each is a fork. Rule: the child is a process
of its own, with its own standard streams, environment and folder; it runs `bot.__main__.main` like the command does, or
the `main` of another module, which is imported once, too."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 65536  # bytes of a wish


class Born:
    """A process: its streams, and what it leaves at its end."""

    def __init__(
        self, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader, rest: asyncio.StreamReader
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self._rest = rest  # what it complained of, then its exit code on a line of its own

    async def told(self, typed: str = "") -> tuple[int, str, str]:
        """Type this, close its input, and read to its end; returns exit code, stdout and stderr."""
        self.stdin.write(typed.encode())
        self.stdin.close()
        said, (code, complaints) = await asyncio.gather(self.stdout.read(), self.end())
        return code, said.decode(), complaints

    async def end(self) -> tuple[int, str]:
        """Close its input, and wait; returns the exit code and what came on stderr."""
        self.stdin.close()
        *complaints, code = (await self._rest.read()).decode().splitlines()
        return int(code), "\n".join(complaints)


class Nursery:
    """A process that forks on request; `close` ends it, its children end with their input."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
        self._pid = os.posix_spawn(
            sys.executable,
            command,
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), theirs.fileno())],
        )
        theirs.close()

    async def bear(
        self, arguments: Sequence[str], env: Mapping[str, str], folder: Path, module: str = "bot.__main__"
    ) -> Born:
        """`troly ARGUMENTS` with these environment variables, in this folder; or `main(ARGUMENTS)` of `module`."""
        ours, theirs = [], []
        for way in ("in", "out", "rest"):
            read, write = os.pipe()
            ours.append(write if way == "in" else read)
            theirs.append(read if way == "in" else write)
        job = {"arguments": list(arguments), "env": dict(env), "folder": str(folder), "module": module}
        wish = json.dumps(job).encode()
        assert len(wish) <= LONGEST
        socket.send_fds(self._socket, [wish], theirs)
        for fd in theirs:
            os.close(fd)
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(ours[0], "wb")
        )
        stdin = asyncio.StreamWriter(transport, protocol, None, loop)
        readers = []
        for fd in ours[1:]:
            reader = asyncio.StreamReader(limit=2**20)
            await loop.connect_read_pipe(
                lambda r=reader: asyncio.StreamReaderProtocol(r), os.fdopen(fd, "rb")
            )  # type: ignore[misc]
            readers.append(reader)
        return Born(stdin, *readers)

    def close(self) -> None:
        """End the nursery; it goes when its socket does."""
        self._socket.close()
        os.waitpid(self._pid, 0)


def _serve(requests: socket.socket) -> None:
    import bot.app
    from data.knowledge.content import load_content
    from flows.directory.search import find_contacts

    assert bot.app
    find_contacts("đầu mối", load_content().directory)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # what is here already need not be copied into each child by the collector
    while True:
        wish, fds, _, _ = socket.recv_fds(requests, LONGEST, 3)
        if not wish:
            return
        job = json.loads(wish)
        main = importlib.import_module(job["module"]).main
        if os.fork() == 0:
            requests.close()
            _wait_for(job, fds, main)
        for fd in fds:
            os.close(fd)


def _wait_for(wish: dict[str, object], fds: list[int], main: object) -> None:
    """Fork again, wait for it, and say its exit code; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        for n, fd in enumerate(fds):
            os.dup2(fd, n)
            os.close(fd)
        code = 1
        try:
            for name in [n for n in os.environ if n.startswith("TROLY_")]:
                del os.environ[name]
            os.environ.update(wish["env"])  # type: ignore[call-overload]  # read from JSON
            os.chdir(str(wish["folder"]))
            sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  # for the process's whole life
            sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115
            code = main(wish["arguments"])  # type: ignore[operator]
        except BaseException:  # noqa: BLE001  # whatever it is, the test must see it
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    for fd in fds[:2]:
        os.close(fd)
    _, status = os.waitpid(child, 0)
    os.write(fds[2], f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
