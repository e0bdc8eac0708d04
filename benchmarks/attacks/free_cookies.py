"""Yes or no by ID number, asked with fresh cookies; citizens of other sources meanwhile.

    python -m benchmarks.attacks.free_cookies [--tree OTHER_CHECKOUT] [--cookies 10000] [--sources 1] [--rate 20]

The attacker is a process of its own and begins `--rate` conversations a second. What is to be seen: at most 100 answers in
all, every citizen is served, and the p95 of their turns is at most 1.2 times that without an attack.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter

from benchmarks.attacks.service import Visitor, arguments, known_people, serving, source, together

CITIZENS = 60  # of each measure, one after the other
PEOPLE = 2000


async def _ask(port: int, n: int, where: str, rate: int) -> list[str]:
    """One fresh cookie asks about one person by ID number, the right one and a wrong one in turns."""
    await asyncio.sleep(n / rate)
    people = known_people(PEOPLE)
    one = people[n % len(people)]
    number = one.id_number if n % 2 else f"0889{n:08d}"
    visitor = Visitor(port, where)
    async with visitor.talking() as say:
        await visitor.agree(say)
        return [await say(f"{one.name} {number}")]


def _kind(answer: object) -> str:
    if not isinstance(answer, str):
        return f"refused: {type(answer).__name__}"
    marks = {"Mã số BHXH: ": "yes", "Tôi không tìm thấy ai": "no", "Tôi đã nhận": "to be proven"}
    return next((kind for mark, kind in marks.items() if answer.startswith(mark)), answer[:40])


async def _attacker(port: int, cookies: int, sources: int, rate: int) -> None:
    known_people(PEOPLE)  # is not to begin late because of that
    jobs = [_ask(port, n, source(100 + n % sources), rate) for n in range(cookies)]
    done = await together(jobs, cookies)
    kinds = Counter(_kind(one[0] if isinstance(one, list) else one) for one in done)
    print(json.dumps(dict(kinds), ensure_ascii=False), flush=True)


async def _citizens(port: int, first: int, until: asyncio.Task[int] | None) -> tuple[int, list[float]]:
    """(how many were shown the way to their code, seconds of every turn), one citizen after the other."""
    served, seconds, n = 0, [], 0
    people = known_people(PEOPLE)
    while n < CITIZENS or (until is not None and not until.done()):
        citizen = Visitor(port, source(20_000 + first + n))
        one = people[-1 - (first + n) % 800]
        async with citizen.talking() as say:
            await citizen.agree(say)
            served += "chứng minh" in await say(f"{one.name} {one.born}")
            await say("OTP là gì")
            await say("Cách khác")
        seconds += citizen.seconds
        n += 1
        await asyncio.sleep(0.3)
    print(f"  citizens: {served} of {n} served", flush=True)
    return served, seconds


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


async def attack() -> None:
    given = arguments(
        cookies=(10_000, "fresh cookies"), sources=(1, "sources"), rate=(20, "conversations begun a second")
    )
    async with serving(given.tree, PEOPLE) as service:
        await _citizens(service.port, 9000, None)  # warms up
        _, calm = await _citizens(service.port, 0, None)
        begun = service.cpu, time.monotonic()
        command = [sys.executable, "-m", "benchmarks.attacks.free_cookies", "--attacker", str(service.port)]
        command += [str(given.cookies), str(given.sources), str(given.rate)]
        process = await asyncio.create_subprocess_exec(*command)
        _, attacked = await _citizens(service.port, 1000, asyncio.create_task(process.wait()))
        print(
            f"  p95 of a citizen's turn: {_p95(calm):.1f} ms without, {_p95(attacked):.1f} ms with the attack"
        )
        used, lasted = service.cpu - begun[0], time.monotonic() - begun[1]
        print(f"  the service used {used:.1f} s of processor time in {lasted:.0f} s")
        print(f"  ratio {_p95(attacked) / _p95(calm):.2f}; turns measured {len(calm)}, {len(attacked)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attacker"]:
        port_, cookies_, sources_, rate_ = map(int, sys.argv[2:])
        asyncio.run(_attacker(port_, cookies_, sources_, rate_))
    else:
        asyncio.run(attack())
