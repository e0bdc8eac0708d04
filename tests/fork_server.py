"""A fork server: `troly` processes start by fork from one that has imported everything. Used by tests that need many processes.

Each is a process of its own, with its own standard streams, environment and folder; it runs `bot.__main__.main` as the
command does, or the `main` of another module. There is one server for all workers of a test run: it imports once for all of
them. It and its processes are killed when the test run ends, however that ends (on Linux).
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests import run_folder

ROOT = Path(__file__).parent.parent
LONGEST = 65536  # bytes of a request
END_SECONDS = 60.0  # until a process that was told to end has failed to


class Process:
    """A forked process; one that writes to a log has no streams."""

    def __init__(
        self,
        pid: int,
        end: Coroutine[Any, Any, int],
        stdin: asyncio.StreamWriter | None = None,
        stdout: asyncio.StreamReader | None = None,
        stderr: asyncio.StreamReader | None = None,
    ) -> None:
        self.pid = pid
        self._in, self._out, self._err = stdin, stdout, stderr
        self._end = asyncio.create_task(end)

    @property
    def stdin(self) -> asyncio.StreamWriter:
        assert self._in is not None
        return self._in

    @property
    def stdout(self) -> asyncio.StreamReader:
        assert self._out is not None
        return self._out

    @property
    def ended(self) -> bool:
        return self._end.done()

    async def wait(self) -> int:
        """Its exit code once it has ended, negative for the signal that ended it."""
        return await asyncio.wait_for(asyncio.shield(self._end), END_SECONDS)

    async def told(self, typed: str = "") -> tuple[int, str, str]:
        """Type this, close its input, and read to its end; returns exit code, stdout and stderr."""
        self.stdin.write(typed.encode())
        self.stdin.close()
        out, (code, err) = await asyncio.gather(self.stdout.read(), self.close())
        return code, out.decode(), err

    async def close(self) -> tuple[int, str]:
        """Close its input, and wait; returns the exit code and what came on stderr."""
        assert self._err is not None
        self.stdin.close()
        err = (await self._err.read()).decode()
        return await self.wait(), err.rstrip("\n")

    def send_signal(self, number: signal.Signals) -> None:
        """To this process alone, unless it has ended."""
        if not self.ended:
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """kill -9; returns when it is gone by that very signal."""
        assert not self.ended, "it has ended before it was killed"
        os.kill(self.pid, signal.SIGKILL)
        assert await self.wait() == -signal.SIGKILL


async def run_command(arguments: Sequence[str], env: Mapping[str, str], folder: Path, log: Path) -> Process:
    """`troly ARGUMENTS` as people run it, without the fork server; all it prints is appended to the log."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("troly")), *arguments),
            cwd=folder,
            env={**others, **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            preexec_fn=_die_with_parent,
        )
    return Process(process.pid, process.wait())


def begin() -> None:
    """Start the run's server; it lives as long as this process, and imports what it needs while tests are collected."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(_address()))
        listener.listen()
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "tests.fork_server", str(listener.fileno())],
            {**os.environ, "PYTHONPATH": str(ROOT)},
            file_actions=[(os.POSIX_SPAWN_DUP2, listener.fileno(), listener.fileno())],
        )


def _address() -> Path:
    return run_folder.shared() / "fork_server"


class ForkServer:
    """The run's server, which is started where nobody has; starts processes. `close` lets go of it."""

    def __init__(self) -> None:
        if not _address().exists():
            begin()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.connect(str(_address()))

    async def spawn(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str],
        folder: Path,
        *,
        module: str = "bot.__main__",
        imports: Sequence[str] = (),
        before: str = "",
        log: Path | None = None,
    ) -> Process:
        """`troly ARGUMENTS` with these environment variables, in this folder; or `main(ARGUMENTS)` of `module`.

        `imports` are imported once for all processes; `before`, "module:function", is called in the new process ahead
        of `main`; with a `log` all it prints is appended there, and its input is empty.
        """
        job = {"arguments": list(arguments), "env": dict(env), "folder": str(folder), "module": module}
        job |= {"imports": list(imports), "before": before}
        request = json.dumps(job).encode()
        assert len(request) <= LONGEST
        report, theirs = os.pipe()
        if log is not None:
            written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._send(request, os.open(os.devnull, os.O_RDONLY), written, os.dup(written), theirs)
            reports = await _reader(report)
            return Process(await _number(reports), _number(reports))
        (stdin, ours), (stdout, out), (stderr, err) = os.pipe(), os.pipe(), os.pipe()
        self._send(request, stdin, out, err, theirs)
        reports = await _reader(report)
        streams = await _writer(ours), await _reader(stdout), await _reader(stderr)
        return Process(await _number(reports), _number(reports), *streams)

    def _send(self, request: bytes, *fds: int) -> None:
        socket.send_fds(self._socket, [request], fds)
        for fd in fds:
            os.close(fd)

    def close(self) -> None:
        self._socket.close()


async def _number(report: asyncio.StreamReader) -> int:
    line = await report.readline()
    assert line, "the fork server has ended"
    return int(line)


async def _reader(fd: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb")
    )
    return reader


async def _writer(fd: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), os.fdopen(fd, "wb")
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


# -- the server's own process


def _serve(listener: socket.socket) -> None:
    """Do what is asked for, for as long as the process that began it lives."""
    _die_with_parent()
    import bot.app
    from data.knowledge.content import load_content
    from flows.directory.search import find_contacts
    from flows.secrets import detector

    assert bot.app
    content = load_content()
    find_contacts("đầu mối", content.directory)  # what these two read once is read here
    detector.secret_in("mật khẩu của tôi", content.secret_weights, expected=False)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    imported: set[str] = set()
    with selectors.DefaultSelector() as workers:
        workers.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in workers.select():
                asking = key.fileobj
                assert isinstance(asking, socket.socket)
                if asking is listener:
                    workers.register(listener.accept()[0], selectors.EVENT_READ)
                elif not _did(asking, imported, [listener, *(k.fileobj for k in workers.get_map().values())]):
                    workers.unregister(asking)
                    asking.close()


def _did(asking: socket.socket, imported: set[str], ours: Sequence[Any]) -> bool:
    """Start a process for a worker; False when it has let go."""
    try:
        request, fds, _, _ = socket.recv_fds(asking, LONGEST, 4)
    except ConnectionError:  # it was killed
        return False
    if not request:
        return False
    job = json.loads(request)
    wanted = {*job["imports"], job["module"], job["before"].partition(":")[0]} - {""}
    for name in wanted - imported:
        importlib.import_module(name)
    if wanted - imported:
        imported |= wanted
        gc.collect()
        gc.freeze()  # what is here already need not be copied into each child by the collector
    if os.fork() == 0:
        for one in ours:
            one.close()
        _watch(job, fds)
    for fd in fds:
        os.close(fd)
    return True


def _watch(job: dict[str, Any], fds: list[int]) -> None:
    """Fork again, say the new process's id, wait for it, and say its exit code; never returns."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, report = fds
    child = os.fork()
    if child == 0:
        _die_with_parent()
        os.close(report)
        _become(job, streams)
    for fd in streams:
        os.close(fd)
    os.write(report, f"{child}\n".encode())
    _, status = os.waitpid(child, 0)
    os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _become(job: dict[str, Any], streams: list[int]) -> None:
    """Run what was asked for in this process; never returns."""
    for n, fd in enumerate(streams):
        os.dup2(fd, n)
        os.close(fd)
    code = 1
    try:
        for name in [n for n in os.environ if n.startswith("TROLY_")]:
            del os.environ[name]
        os.environ.update(job["env"])
        os.chdir(job["folder"])
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115  # for the process's whole life
        sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115  # as above
        sys.stderr = open(2, "w", encoding="utf-8")  # noqa: SIM115  # as above
        if job["before"]:
            module, _, function = job["before"].partition(":")
            getattr(sys.modules[module], function)()
        code = sys.modules[job["module"]].main(job["arguments"])
    except BaseException:  # noqa: BLE001  # whatever it is, the test must see it
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
