"""Another conversation's answer beside a look-up: its time does not say whether somebody was found. Rule: as in test_alike.

A neighbour's turn shares the transaction of a look-up, or waits for it. Its time is compared, by AUC, for hits and for misses.
`python -m tests.test_neighbour EACH` prints it, with the processor time that the process used meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from handlers.turns.queue import ANSWER_STEP
from tests.houses import House, open_house
from tests.test_alike import ADDRESS, FREE, Asker, Question, auc, move_in, questions

NEIGHBOUR = "web:beside"
AFTER = (
    0.0,
    0.004,
)  # seconds between the look-up and the neighbour's text: in the same transaction, and behind it


@dataclass
class Seen:
    """What a neighbour saw, in milliseconds."""

    waited: list[float]
    worked: list[float]


async def beside(house: House, question: Question, after: float) -> tuple[float, float]:
    """Milliseconds until the neighbour is answered, and of processor time until then."""
    house.clock.move(3700)
    looking = asyncio.create_task(house.say(f"{question.name} {question.fact}", ADDRESS))
    await asyncio.sleep(after)
    begun, worked = time.perf_counter(), time.process_time()
    await house.say("chào", NEIGHBOUR)
    took = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - worked)
    await looking
    await house.say("sửa thông tin", ADDRESS)
    return took


async def seen(house: House, each: int, *, more: int) -> dict[tuple[str, float], Seen]:
    """What the neighbour saw, by kind of question and moment."""
    everybody = await move_in(house, more)
    await Asker(house).agree()
    asked = [
        q
        for q in questions(everybody, 2 * each + 10, year=False, chance=random.Random(5))
        if q.kind != "many"
    ]
    found: dict[tuple[str, float], Seen] = {}
    for n, question in enumerate(asked):
        after = AFTER[n % 2]
        waited, worked = await beside(house, question, after)
        if n >= 20:  # what comes first warms everything up
            kept = found.setdefault((question.kind, after), Seen([], []))
            kept.waited.append(waited)
            kept.worked.append(worked)
    return found


def gaps(found: dict[tuple[str, float], Seen]) -> dict[tuple[str, float], tuple[float, float]]:
    """For each kind of miss and moment the AUC of waiting, and of processor time, against hits; below .5 counts as above."""

    def area(hits: Sequence[float], others: Sequence[float]) -> float:
        return 0.5 + abs(auc(hits, others) - 0.5)

    return {
        (kind, after): (
            area(found["hit", after].waited, some.waited),
            area(found["hit", after].worked, some.worked),
        )
        for (kind, after), some in found.items()
        if kind != "hit"
    }


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_a_neighbours_time_does_not_tell_a_hit_from_a_miss(place: str) -> None:
    async with open_house(place, limits=FREE, answer_step=ANSWER_STEP) as house:
        found = gaps(await seen(house, 500, more=5000))
    assert all(waited <= 0.55 for waited, _ in found.values()), found


if __name__ == "__main__":
    import sys
    import tempfile
    from pathlib import Path

    from tests.houses import Places

    async def measure() -> None:
        places = Places(Path(tempfile.mkdtemp()))
        for kind in ("sqlite", "postgresql"):
            url = await getattr(places, kind)()
            async with open_house(url, limits=FREE, answer_step=0.0) as house:
                found = await seen(house, int(sys.argv[1]), more=2000)
            for (miss, after), (waited, worked) in sorted(gaps(found).items()):
                count = len(found[miss, after].waited)
                told = f"{count} of {miss}, {1000 * after:.0f} ms after: AUC {waited:.3f}"
                print(f"{kind}: {told}, processor time {worked:.3f}", flush=True)

    asyncio.run(measure())
