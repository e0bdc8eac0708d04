"""What a notice costs: the whole worker against bare `Bot.send_message` on the same transport. Rule: same run, same concurrency, same fake.

The worker takes rows, sends, and marks durably on a SQLite file, with the pace off. Times come from the fake's ledger, which is
written by a process of its own. Prints one JSON object; ratios are medians over rounds in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from telegram import Bot

from bot.worker import Worker
from data import migrate
from data.engine import Database
from data.notices import runs
from data.seal import Seal
from handlers.delivery.sender import Sender
from handlers.telegram.notices import AiohttpRequest, TelegramChannel
from tests.emulator import TOKEN
from tests.fake_telegram import FakeTelegram, fake_telegram
from tests.recipients import accounts, campaign_state, opt_in_many, states, write_campaign

IN_FLIGHT = 25
TEXT = "Văn phòng BHXH nghỉ lễ từ ngày 30/4 đến hết ngày 3/5. Việc gấp xin gọi 1900 9068."


Took = tuple[float, float]  # seconds by the wall, and of this process's processors


async def bare(server: FakeTelegram, people: int) -> Took:
    """What so many bare calls of Bot.send_message take."""
    request = AiohttpRequest(IN_FLIGHT)
    await request.initialize()
    bot = Bot(TOKEN, base_url=f"{server.base}/bot", request=request, get_updates_request=request)
    waiting = iter(accounts(people))

    async def send() -> None:
        for account in waiting:
            await bot.send_message(account, TEXT)

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send() for _ in range(IN_FLIGHT)))
    took = time.perf_counter() - began, time.process_time() - used
    await request.shutdown()
    return took


async def whole(server: FakeTelegram, people: int, folder: Path) -> Took:
    """From the first notice on the wire to the last mark on disk; processors from start to stop."""
    db = Database(f"sqlite+aiosqlite:///{folder}/troly.db")
    await migrate.upgrade(db)
    await opt_in_many(db, people)
    campaign = await write_campaign(db, TEXT)
    async with db.writing() as connection:
        while await runs.fill(db, connection, campaign, time.time()):
            pass
    channel = TelegramChannel(TOKEN, server.base, key=lambda text: "0" * 24, connections=IN_FLIGHT)
    seal = Seal("x" * 40)
    sender = Sender(
        *("telegram", channel, db),
        seal=seal,
        token_key="bench",
        holder="me",
        rate=10**6,
        in_flight=IN_FLIGHT,
        alone=True,
    )
    before = len(server.calls())
    worker = Worker(db, [sender], seal=seal, open_at=lambda at: True)
    used = time.process_time()
    await worker.start()
    while await campaign_state(db, campaign) != "done":
        await asyncio.sleep(0.25)
    await worker.stop()
    used = time.process_time() - used
    assert await states(db, campaign) == {"sent": people}
    async with db.reading() as connection:
        last = (await connection.exec_driver_sql("SELECT max(sent_at) FROM outbox")).scalar_one()
    await db.close()
    calls = server.calls()[before:]
    assert len(calls) == people
    return float(last) - (calls[0].at + time.time() - time.monotonic()), used


async def run(people: int, rounds: int) -> dict[str, Any]:
    """Everything, as one dictionary."""
    bares, wholes = [], []
    with tempfile.TemporaryDirectory() as name:
        async with fake_telegram(Path(name) / "api") as server:
            await bare(server, 200)
            for n in range(rounds):
                folder = Path(name) / str(n)
                folder.mkdir()
                bares.append(await bare(server, people))
                wholes.append(await whole(server, people, folder))
                print(
                    f"round {n + 1}: bare {people / bares[-1][0]:.0f}/s, worker {people / wholes[-1][0]:.0f}/s",
                    file=sys.stderr,
                )
    ratios = [[w[k] / b[k] for w, b in zip(wholes, bares, strict=True)] for k in (0, 1)]
    return {
        "bare_per_second": round(people / statistics.median(took for took, _ in bares)),
        "worker_per_second": round(people / statistics.median(took for took, _ in wholes)),
        "worker_to_bare": round(statistics.median(ratios[0]), 3),
        "worker_to_bare_in_processor_time": round(statistics.median(ratios[1]), 3),
        "bare_processor_ms": round(1000 * statistics.median(used for _, used in bares) / people, 3),
        "worker_processor_ms": round(1000 * statistics.median(used for _, used in wholes) / people, 3),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(json.dumps(uvloop.run(run(args.people, args.rounds)), indent=2))


if __name__ == "__main__":
    main()
