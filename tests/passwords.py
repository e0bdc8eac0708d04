"""Changing passwords in tests: from the first word to the page, the code, and what came of it. Used by several tests.

Rule: what a person types on the page goes through `Passwords`, as the page and the terminal call it.
"""

from __future__ import annotations

from data.installation.demo import PASSWORD
from handlers.passwords import PageAnswer, Passwords, Told
from handlers.turns.json_contract import TypedPassword
from tests.houses import House

NEW = "cây bàng lá đỏ"


def passwords_of(house: House) -> Passwords:
    assert house.passwords is not None, "a house with accounts"
    return house.passwords


async def page_opened(house: House, code: str, address: str = "terminal:t") -> str:
    """A person asks to change the password of this account; the change whose page is open."""
    await house.say("doi mat khau", address)
    taken = await house.tell({"press": "Đồng ý"}, address)
    if taken.place[1] != "account":
        await house.say("doi mat khau", address)
    taken = await house.say(code, address)
    assert taken.place == ("password", "page"), taken
    return await passwords_of(house).page_open_at(address)


async def typed(
    house: House,
    change: str,
    old: str = PASSWORD,
    new: str = NEW,
    *,
    repeat: str | None = None,
    source: str = "",
) -> PageAnswer:
    """What the first form of the page posts."""
    given = TypedPassword(old, new, new if repeat is None else repeat)
    return await passwords_of(house).submit(change, given, Told(source))


async def asked_for_a_code(house: House, code: str, address: str = "terminal:t") -> PageAnswer:
    """Up to the code, which waits in the outbox."""
    return await typed(house, await page_opened(house, code, address))


async def code_for(house: House, code: str, address: str = "terminal:t") -> tuple[str, str]:
    """(change, the code that was sent for it)."""
    change = await page_opened(house, code, address)
    assert (await typed(house, change)).outcome == "sent"
    await house.code_sender.deliver()
    return change, next(sms.text[:6] for sms in reversed(house.sms) if sms.text[:6].isdigit())


def other(code: str, n: int = 1) -> str:
    """A code that is not this one."""
    return f"{(int(code) + n) % 10**6:06d}"
