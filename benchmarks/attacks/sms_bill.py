"""What an attack on the SMS bill costs: one phone, one account, one source, a thousand sources, people with sequential numbers.

    python -m benchmarks.attacks.sms_bill [--tree OTHER_CHECKOUT] [--sources 1000]

The attacker knows names and birth dates of real people. What is to be seen: at most 500 SMS in all.
"""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.attacks.service import Service, Visitor, arguments, known_people, serving, source, together
from data.registry.records import Person

PEOPLE = 2000
AT_ONCE = 25


async def _ask(port: int, where: str, people: Sequence[Person], cookie: str = "") -> None:
    """One conversation that asks for a code of each of these people."""
    visitor = Visitor(port, where, cookie) if cookie else Visitor(port, where)
    async with visitor.talking() as say:
        await visitor.agree(say)
        for one in people:
            await say(f"{one.name} {one.born}")
            await say("Nhận mã OTP")
            await say("sửa thông tin")


async def _import(tree: Path, folder: Path, people: Sequence[Person]) -> None:
    """Give each of these people a phone of their own; the demo's share a hundred."""
    columns = ("code", "name", "sex", "born", "id_number", "province", "phone")
    file = folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(columns)
        rows.writerows([getattr(one, column) for column in columns] for one in people)
    command = [sys.executable, "-m", "bot", "registry", "import", str(file), "--json"]
    env = dict(os.environ) | {"TROLY_DATA_DIR": str(folder)}
    process = await asyncio.create_subprocess_exec(*command, cwd=tree, env=env)
    if await process.wait():
        raise RuntimeError("the people could not be imported")


async def attack() -> None:
    given = arguments(sources=(1000, "sources of the widest attack"))
    people = [replace(one, phone=f"09{n:08d}") for n, one in enumerate(known_people(PEOPLE))]
    async with serving(given.tree, PEOPLE) as service:
        port = service.port
        await _import(given.tree, service.folder, people)
        await _tell(service, "one phone, 60 cookies and sources", [
            _ask(port, source(n), people[:1]) for n in range(60)
        ])  # fmt: skip
        await _tell(service, "one account, 30 people", [_ask(port, source(100), people[1:31], "A" * 32)])
        await _tell(service, "one source, 200 cookies and people", [
            _ask(port, source(101), [one]) for one in people[31:231]
        ])  # fmt: skip
        await _tell(service, f"{given.sources} sources, sequential numbers", [
            _ask(port, source(1000 + n), [people[231 + n % 1200]]) for n in range(given.sources)
        ])  # fmt: skip
        print(f"in all: {service.sms()} SMS")


async def _tell(service: Service, what: str, jobs: Sequence[Awaitable[None]]) -> None:
    before = service.sms()
    refused = [one for one in await together(jobs, AT_ONCE) if isinstance(one, Exception)]
    print(f"{what}: {service.sms() - before} SMS, {len(refused)} conversations refused", flush=True)


if __name__ == "__main__":
    asyncio.run(attack())
