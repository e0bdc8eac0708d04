"""A full turn over the Telegram webhook against bare echoes, in one run. Rule: ratios are the result; absolute figures are an indication.

    python -m benchmarks.turn [--updates 2000] [--rounds 3]

Ours: dedupe, state, reply in the ledger, durable commit, acknowledge, sendMessage, mark. The peers: sendMessage. Each server is a
process of its own; driver and mock Bot API are this process. Completed means that the mock has seen the sendMessage.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.mock_api import MockApi, serve_mock

SECRET = "bench-secret-bench"
CONNECTIONS = 32
_updates = count(1)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _start(which: str, api: str, port: int, folder: str) -> subprocess.Popen[bytes]:
    env = dict(os.environ)
    if which == "ours":
        env |= {
            "TROLY_DATA_DIR": folder,
            "TROLY_PORT": str(port),
            "TROLY_TELEGRAM_TOKEN": "1:BENCH",
            "TROLY_TELEGRAM_API_BASE": api,
            "TROLY_TELEGRAM_MODE": "webhook",
            "TROLY_TELEGRAM_WEBHOOK_SECRET": SECRET,
            "TROLY_LOG_LEVEL": "WARNING",
        }
        command = [sys.executable, "-m", "bot", "serve"]
    else:
        command = [sys.executable, "-m", "benchmarks.peers", which, api, str(port)]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _update(chat: int, text: str) -> bytes:
    n = next(_updates)
    who = {"id": chat, "is_bot": False, "first_name": "A"}
    message = {
        "message_id": n,
        "date": 1790000000,
        "chat": {"id": chat, "type": "private"},
        "from": who,
        "text": text,
    }
    return json.dumps({"update_id": n, "message": message}).encode()


async def _post(session: aiohttp.ClientSession, url: str, body: bytes) -> bool:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    async with session.post(url, data=body, headers=headers) as answer:
        await answer.read()
        return answer.status == 200


def _used(pid: int) -> float:
    """Seconds of a processor that a process has used, as Linux counts them."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _ready(session: aiohttp.ClientSession, url: str, chat: int) -> None:
    """Wait until a first update has been answered."""
    for _ in range(600):
        try:
            if await _post(session, url, _update(chat, "xin chào")) and MockApi.seen.get(chat):
                return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit(f"{url} did not come up")


async def measure(which: str, api: str, updates: int, chats: Any) -> tuple[float, list[float], float]:
    """Completed turns a second, the times from post to sendMessage, and a turn's processor time, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        process = _start(which, api, port, folder)
        url = f"http://127.0.0.1:{port}/telegram/webhook"
        try:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            async with aiohttp.ClientSession(connector=connector) as session:
                await _ready(session, url, next(chats))
                for _ in range(200):
                    await _post(session, url, _update(next(chats), "xin chào"))
                todo = [next(chats) for _ in range(updates)]
                began_at: dict[int, float] = {}
                waiting = iter(todo)

                async def drive() -> None:
                    for chat in waiting:
                        began_at[chat] = time.perf_counter()
                        assert await _post(session, url, _update(chat, "xin chào"))

                began, used = time.perf_counter(), _used(process.pid)
                await asyncio.gather(*(drive() for _ in range(CONNECTIONS)))
                while any(chat not in MockApi.seen for chat in todo):
                    await asyncio.sleep(0.002)
                ended = max(MockApi.seen[chat][0] for chat in todo)
                took = [MockApi.seen[c][0] - began_at[c] for c in todo]
                return updates / (ended - began), took, (_used(process.pid) - used) / updates
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


async def shares(turns: int = 600) -> dict[str, float]:
    """Milliseconds of one turn in the flows alone, and with the data; 32 conversations at once."""
    from datetime import UTC, datetime

    from data import migrate
    from data.effects.handler import EffectHandler
    from data.effects.turn_context import Services
    from data.engine import Database
    from data.knowledge.content import load_content
    from data.limits import Limits
    from data.seal import Seal
    from flows.catalog import advance
    from flows.engine.events import Said
    from flows.engine.state import State
    from handlers.turns.queue import Turns
    from handlers.turns.types import at_once

    content, at = load_content(), datetime(2026, 11, 23, tzinfo=UTC)
    began = time.perf_counter()
    for _ in range(turns):
        advance(State(), Said("xin chào", at), content)
    flows = (time.perf_counter() - began) / turns
    with tempfile.TemporaryDirectory() as folder:
        db, seal = Database(f"sqlite+aiosqlite:///{folder}/troly.db"), Seal("x" * 40)
        await migrate.upgrade(db)
        services = Services(db, seal, Limits(), content.office, "http://x")
        house = Turns(db, seal, EffectHandler(services), content)
        await house.start()
        began = time.perf_counter()
        for first in range(0, turns, 32):
            await asyncio.gather(
                *(
                    house.take(f"telegram:{first + n}", "1", at_once(Said("xin chào", at)), pushed=True)
                    for n in range(32)
                )
            )
        data = (time.perf_counter() - began) / turns
        await house.stop()
        await db.close()
    return {"flows": flows * 1000, "data": (data - flows) * 1000}


def growth() -> float:
    """Megabytes by which the process grows from 10,000 to 110,000 conversations, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth"], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout)["growth_mb"])


def help_seconds() -> float:
    """The best of five `troly --help`."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(
            [Path(sys.executable).parent / "troly", "--help"], check=True, stdout=subprocess.DEVNULL
        )
        times.append(time.perf_counter() - began)
    return min(times)


async def run(updates: int, rounds: int) -> dict[str, Any]:
    """Everything, as one dictionary."""
    server, api = await serve_mock()
    chats = count(1000)
    speeds: dict[str, list[float]] = {"aiogram": [], "ours": [], "ptb": []}
    times: dict[str, list[float]] = {name: [] for name in speeds}
    useds: dict[str, list[float]] = {name: [] for name in speeds}
    for n in range(rounds):
        for name in speeds:
            speed, took, used = await measure(name, api, updates, chats)
            speeds[name].append(speed)
            times[name] += took
            useds[name].append(used)
            print(f"round {n + 1} {name}: {speed:.0f}/s, {used * 1000:.2f} ms of processor", file=sys.stderr)
    server.close()
    result: dict[str, Any] = {}
    for name, values in speeds.items():
        cut = statistics.quantiles(times[name], n=100)
        result[name] = {
            "per_second": round(statistics.median(values), 1),
            "p50_ms": round(cut[49] * 1000, 1),
            "p99_ms": round(cut[98] * 1000, 1),
            "processor_ms": round(statistics.median(useds[name]) * 1000, 3),
        }
    for peer in ("aiogram", "ptb"):
        ratios = [o / p for o, p in zip(speeds["ours"], speeds[peer], strict=True)]
        result[f"ours_to_{peer}"] = round(statistics.median(ratios), 3)
        lighter = [p / o for o, p in zip(useds["ours"], useds[peer], strict=True)]
        result[f"ours_to_{peer}_in_processor_time"] = round(statistics.median(lighter), 3)
    result["share_ms"] = {k: round(v, 3) for k, v in (await shares()).items()}
    whole = 1000 / result["ours"]["per_second"]
    result["share_ms"]["door"] = round(whole - sum(result["share_ms"].values()), 3)
    result["growth_mb_100k_conversations"] = round(growth(), 1)
    result["help_seconds"] = round(help_seconds(), 3)
    return result


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(json.dumps(asyncio.run(run(args.updates, args.rounds)), indent=2))


if __name__ == "__main__":
    main()
