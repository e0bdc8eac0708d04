"""The audit's chain: what was added is found whole, what was changed, taken out or cut off is found broken."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from data import audit
from data.tables import audit as table
from tests.houses import House


async def _noted(house: House, count: int) -> None:
    async with house.db.writing() as connection:
        for n in range(count):
            await audit.note(
                house.db, connection, house.seal, at=float(n), who="staff:can.bo", what="view", fields="name"
            )


async def test_a_chain_that_nobody_touched_is_whole(house: House) -> None:
    await _noted(house, 5)
    async with house.db.reading() as connection:
        assert await audit.first_broken(connection, house.seal) is None
        assert [e.at for e in await audit.newest(connection, 2)] == [4.0, 3.0]


@pytest.mark.parametrize("which", range(5))
async def test_a_changed_row_is_found(house: House, which: int) -> None:
    await _noted(house, 5)
    async with house.db.writing() as connection:
        await connection.execute(update(table).where(table.c.at == float(which)).values(who="staff:khac"))
        broken = await audit.first_broken(connection, house.seal)
    assert broken is not None
    assert broken > 0


@pytest.mark.parametrize("which", range(5))
async def test_a_missing_row_is_found(house: House, which: int) -> None:
    await _noted(house, 5)
    async with house.db.writing() as connection:
        await connection.execute(delete(table).where(table.c.at == float(which)))
        assert await audit.first_broken(connection, house.seal) is not None
