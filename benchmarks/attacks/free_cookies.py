"""Yes or no by ID number, asked with fresh cookies; citizens of other sources meanwhile.

    python -m benchmarks.attacks.free_cookies [--tree OTHER_CHECKOUT] [--cookies 10000] [--sources 1] [--rate 20]

The attacker is a process of its own and begins `--rate` conversations a second, ten seconds on and ten seconds off, so that
what else the machine does weighs on both. What is to be seen: at most 100 answers in all, every citizen is served, and the
p95 of their turns is at most 1.2 times that without an attack.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import Counter

from benchmarks.attacks.service import Visitor, arguments, known_people, serving, source, together

WARM_UP = 20  # citizens before the attack
WINDOW = 10.0  # seconds of attack, and of none
PEOPLE = 2000


async def _ask(port: int, n: int, where: str, rate: int) -> list[str]:
    """One fresh cookie asks about one person by ID number, the right one and a wrong one in turns."""
    await asyncio.sleep(n / rate + n // (rate * WINDOW) * WINDOW)
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
    print(time.monotonic(), flush=True)
    jobs = [_ask(port, n, source(100 + n % sources), rate) for n in range(cookies)]
    done = await together(jobs, cookies)
    kinds = Counter(_kind(one[0] if isinstance(one, list) else one) for one in done)
    print(json.dumps(dict(kinds), ensure_ascii=False), flush=True)


async def _citizens(
    port: int, first: int, until: asyncio.Task[int] | None
) -> list[tuple[float, list[float]]]:
    """(when a citizen began, seconds of every turn), one after the other until the task is done, else a few."""
    served, seen = 0, []
    people = known_people(PEOPLE)
    while len(seen) < WARM_UP if until is None else not until.done():
        n = first + len(seen)
        citizen, one, begun = Visitor(port, source(20_000 + n)), people[-1 - n % 800], time.monotonic()
        try:
            async with citizen.talking() as say:
                await citizen.agree(say)
                served += "chứng minh" in await say(f"{one.name} {one.born}")
                await say("OTP là gì")
                await say("Cách khác")
        except OSError as wrong:  # not served, which is counted
            print(f"  a citizen was refused: {type(wrong).__name__}")
        seen.append((begun, citizen.seconds))
        await asyncio.sleep(0.1)
    print(f"  citizens: {served} of {len(seen)} served", flush=True)
    return seen


def _p95(citizens: list[list[float]]) -> float:
    return 1000 * statistics.quantiles([t for turns in citizens for t in turns], n=20)[-1]


async def attack() -> None:
    given = arguments(
        cookies=(10_000, "fresh cookies"), sources=(1, "sources"), rate=(20, "conversations begun a second")
    )
    async with serving(given.tree, PEOPLE) as service:
        await _citizens(service.port, 9000, None)
        command = [sys.executable, "-m", "benchmarks.attacks.free_cookies", "--attacker", str(service.port)]
        command += [str(given.cookies), str(given.sources), str(given.rate)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        start = float(await process.stdout.readline())
        seen = await _citizens(service.port, 0, asyncio.create_task(process.wait()))
        print("attacker:", (await process.stdout.read()).decode().strip())
        windows: dict[bool, list[list[float]]] = {True: [], False: []}
        for begun, turns in seen:
            if turns:
                windows[(begun - start) % (2 * WINDOW) < WINDOW].append(turns)
        calm, attacked = _p95(windows[False]), _p95(windows[True])
        print(f"  p95 of a citizen's turn: {calm:.1f} ms without, {attacked:.1f} ms with the attack")
        print(f"  ratio {attacked / calm:.2f}; citizens {len(windows[False])} and {len(windows[True])}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attacker"]:
        port_, cookies_, sources_, rate_ = map(int, sys.argv[2:])
        asyncio.run(_attacker(port_, cookies_, sources_, rate_))
    else:
        asyncio.run(attack())
