"""Which pairs of database and way are met in `make test`: each way on one database, each database by every second way.

The pairs that are left run in `make soak`. For fixtures that stand on `place`, as `house` does.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

DATABASES = ("sqlite", "postgresql")


def in_turns(name: str, ways: Sequence[object], ids: Sequence[str]) -> pytest.MarkDecorator:
    """Parameter `name` takes all `ways`, in turns on PostgreSQL and on SQLite, beginning with PostgreSQL."""
    return pytest.mark.parametrize(
        ("place", name),
        [
            pytest.param(base, way, id=f"{base}-{told}", marks=[] if (n + m) % 2 else [pytest.mark.soak])
            for n, base in enumerate(DATABASES)
            for m, (way, told) in enumerate(zip(ways, ids, strict=True))
        ],
        indirect=["place"],
    )


def mostly_on(database: str) -> pytest.MarkDecorator:
    """On this database in `make test`, on the other one in `make soak`."""
    return pytest.mark.parametrize(
        "place",
        [pytest.param(base, marks=[] if base == database else [pytest.mark.soak]) for base in DATABASES],
        indirect=True,
    )
