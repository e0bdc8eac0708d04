"""A simulated year of an office, seeded: rows as the assistant writes them, for the tests of the report.

Invariant: nobody is real; the same seed and size give the same rows.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from data.tables import (
    audit,
    campaigns,
    conversations,
    dossiers,
    misses,
    outbox,
    petitions,
    scam_reports,
    tickets,
    ticks,
)
from flows.calendar.office_hours import VIETNAM
from flows.spoken.petitions import CATEGORIES

FIRST = datetime(2026, 1, 1, tzinfo=VIETNAM).timestamp()
AFTER = datetime(2027, 1, 1, tzinfo=VIETNAM).timestamp()
DOORS = {"telegram": 0.55, "web": 0.3, "zalo": 0.145, "zalobot": 0.005}  # the last one has small groups
ITEMS = ("ho_ten", "ma_so_bhxh", "giay_to", "tinh", "dien_thoai", "ghi_nhan", "b3.6", "b3.7", "b4.2")


def year(people: int, seed: int = 102) -> dict[Any, list[dict[str, Any]]]:
    """Rows by table for so many people."""
    chance = random.Random(seed)
    at = lambda: chance.uniform(FIRST, AFTER)  # noqa: E731  # short, and here only
    rows: dict[Any, list[dict[str, Any]]] = {
        table: []
        for table in (
            conversations,
            dossiers,
            ticks,
            audit,
            tickets,
            petitions,
            campaigns,
            outbox,
            misses,
            scam_reports,
        )
    }
    doors = chance.choices([*DOORS], [*DOORS.values()], k=people)
    for n, door in enumerate(doors):
        address, person, when = f"{door}:{n}", f"p{n}", at()
        rows[conversations].append(
            {
                "address": address,
                "place": "{}",
                "answers": None,
                "person": person,
                "owner": "bot",
                "said": 3,
                "turns": chance.randrange(4),
                "clock": 0.0,
                "at": when,
            }
        )
        if chance.random() < 0.4:
            who = chance.choices(["employee", "individual", "child"], [70, 29, 1])[0]
            for m in range(1 if chance.random() < 0.8 else 6):  # six in one hand are one person
                rows[dossiers].append(
                    {
                        "id": f"d{n}.{m}",
                        "person": person,
                        "who": who,
                        "platform": "android",
                        "code_known": True,
                        "started": when,
                        "at": when,
                    }
                )
                done = chance.sample(ITEMS, chance.randrange(len(ITEMS)))
                rows[ticks] += [{"dossier": f"d{n}.{m}", "item": item, "at": at()} for item in done]
        for _ in range(chance.choices([0, 1, 2, 12], [40, 40, 19, 1])[0]):
            outcome = chance.choices(["found", "none", "verify", "record"], [30, 20, 48, 2])[0]
            rows[audit].append(
                {"at": at(), "who": address, "what": "look", "whose": f"k{n}", "outcome": outcome}
            )
        if chance.random() < 0.02:
            outcome = chance.choices(["change", "forgotten", "counter"], [60, 38, 2])[0]
            rows[audit].append(
                {"at": at(), "who": address, "what": "password_changed", "whose": f"k{n}", "outcome": outcome}
            )
        if chance.random() < 0.1:
            claimed = when + chance.expovariate(1 / 3600) if chance.random() < 0.9 else None
            state = "closed" if claimed and chance.random() < 0.95 else "waiting"
            number = len(rows[tickets]) + 1
            rows[tickets].append(
                {
                    "id": f"t{n}",
                    "number": number,
                    "address": address,
                    "state": state,
                    "fence": 1,
                    "reason": "",
                    "opened_at": when,
                    "claimed_at": claimed,
                }
            )
        if chance.random() < 0.05:
            number = len(rows[petitions]) + 1
            category = chance.choices([*CATEGORIES], [30, 20, 10, 15, 10, 8, 6, 1])[0]
            state = chance.choices(["sent", "assigned", "answered", "withdrawn"], [10, 10, 75, 5])[0]
            rows[petitions].append(
                {
                    "id": f"k{n}",
                    "number": number,
                    "address": address,
                    "door": door,
                    "category": category,
                    "state": state,
                    "due": "2026-12-31",
                    "sent_at": when,
                }
            )
    for n in range(12):
        started = FIRST + n * 30.4 * 86400
        rows[campaigns].append(
            {
                "id": f"c{n}",
                "number": n + 1,
                "text": "x",
                "audience": "{}",
                "office_hours": False,
                "once": False,
                "state": "done",
                "total": people // 20,
                "made_by": "a",
                "at": started,
                "started_at": started,
            }
        )
        for m in range(people // 20):
            state = chance.choices(["sent", "blocked", "failed"], [97, 2.5, 0.5])[0]
            door = chance.choices(["telegram", "zalo"], [90, 10])[0]
            rows[outbox].append(
                {
                    "id": n * 10**7 + m + 1,
                    "lane": "notice",
                    "door": door,
                    "address": f"{door}:{m}",
                    "campaign": f"c{n}",
                    "state": state,
                    "holder": "",
                    "fence": 1,
                    "leased_until": 0.0,
                    "attempts": 1,
                    "due": started,
                    "at": started,
                }
            )
    rows[misses] += [
        {"words": f"cau la {n}", "count": max(1, 40 - n), "first_at": FIRST, "last_at": AFTER - 1}
        for n in range(60)
    ]
    rows[scam_reports] += [
        {
            "report_key": f"s{n}",
            "thing": thing,
            "shown": "",
            "signs": "",
            "count": n,
            "first_at": FIRST,
            "last_at": AFTER - 1,
        }
        for n, thing in enumerate(["link", "phone", "link", "account", "message", "message", "message"])
    ]
    return rows


async def fill(connection: AsyncConnection, people: int, seed: int = 102) -> dict[Any, list[dict[str, Any]]]:
    """Write such a year, and give it back."""
    rows = year(people, seed)
    for table, made in rows.items():
        for start in range(0, len(made), 5000):
            await connection.execute(table.insert(), made[start : start + 5000])
    return rows
