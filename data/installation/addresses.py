"""Where people come in from outside: the address of the page, and of the Telegram bot as it told us its name.

Written by the Telegram door when it starts, read by effects that hand out a link. Invariant: nothing here is about a person.
"""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import office_facts

log = logging.getLogger("troly.telegram")
_TELEGRAM = "telegram bot"


async def keep_telegram_name(db: Database, name: str) -> None:
    """Remember what the bot is called; "" forgets it. A failure costs the links to the bot and is only logged."""
    insert = db.insert(office_facts).values(name=_TELEGRAM, value=name)
    changed = insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value})
    try:
        async with db.writing() as connection:
            await connection.execute(changed)
    except SQLAlchemyError as wrong:
        log.warning("what the bot is called could not be kept: %s", type(wrong).__name__)


async def links_to(connection: AsyncConnection, public_address: str, payload: str) -> list[str]:
    """The links that begin with this payload: the page's, and the Telegram bot's where there is one."""
    query = select(office_facts.c.value).where(office_facts.c.name == _TELEGRAM)
    bot = await connection.scalar(query)
    telegram = [f"https://t.me/{bot}?start={payload}"] if bot else []
    return [f"{public_address}/?start={payload}", *telegram]
