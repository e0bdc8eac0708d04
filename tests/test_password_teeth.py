"""The tests behind docs/promises.md about passwords can fail: each is run with what it protects taken away, and must.

Rule: a protection is taken away at its own place, and nothing else is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from data import proofs
from data.accounts import changes, hashing, local
from data.accounts.hashing import Hasher
from data.accounts.local import LocalAccounts
from data.accounts.port import Away
from data.tables import accounts, otps
from handlers.passwords import Passwords
from tests import test_password_change as promised
from tests.houses import House, open_house

Off = Callable[[pytest.MonkeyPatch], None]


def codes_that_last(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = proofs.new_code

    async def lasts(connection: Any, *given: Any, **named: Any) -> Any:
        made = await fresh(connection, *given, **named)
        await connection.execute(update(otps).values(until=otps.c.until + 3600.0))
        return made

    monkeypatch.setattr(proofs, "new_code", lasts)


def older_codes_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = proofs.new_code

    async def beside(connection: Any, *given: Any, **named: Any) -> Any:
        before = (await connection.execute(select(otps.c.id, otps.c.mac))).all()
        made = await fresh(connection, *given, **named)
        for one in before:
            await connection.execute(update(otps).where(otps.c.id == one.id).values(mac=one.mac))
        return made

    monkeypatch.setattr(proofs, "new_code", beside)


def wrong_codes_that_count_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*given: Any) -> bool:
        return False

    monkeypatch.setattr(proofs, "shut", never)


def success_that_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def moved(context: Any, change: Any) -> tuple[int, ...] | None:
        done = await changes.move(context, change, changes.DONE, before=(changes.COMMITTING, changes.UNCLEAR))
        return () if done else None

    monkeypatch.setattr(changes, "succeeded", moved)


def changes_that_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*given: Any) -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(changes, "take_up", none)


def unknown_accounts_that_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = LocalAccounts.prepare

    async def tells(self: LocalAccounts, wanted: Any) -> Any:
        async with self._db.reading() as connection:
            found = await connection.execute(select(accounts.c.code).where(accounts.c.code == wanted.code))
            if found.first() is None:
                raise Away("no such account")
        return await prepare(self, wanted)

    monkeypatch.setattr(LocalAccounts, "prepare", tells)


def codes_that_leave_for_any_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    send = changes.send_code

    async def leaves(context: Any, change: Any, **named: Any) -> Any:
        return await send(context, replace(change, phone=change.phone or "0900000055"), leaves=True)

    monkeypatch.setattr(changes, "send_code", leaves)


def phones_that_never_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def quietly(connection: Any, seal: Any, code: str, phone: str, at: float) -> bool:
        row = local.account_row(seal, code, phone, at, password="")
        kept = {name: row[name] for name in ("phone", "phone_key")}
        await connection.execute(update(accounts).where(accounts.c.code == code).values(**kept))
        return True

    monkeypatch.setattr(local, "change_phone", quietly)


def passwords_that_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    normal = hashing.normal
    monkeypatch.setattr(hashing, "normal", lambda password: normal(password)[:72])


def letters_as_they_were_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "normal", lambda password: password)


def passwords_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Hasher.hash

    async def beside(self: Hasher, password: str) -> str:
        return f"{await fresh(self, password)} {password}"

    monkeypatch.setattr(Hasher, "hash", beside)


def passwords_that_are_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = Passwords._submitted

    async def logs(self: Passwords, change: Any, given: Any, *rest: Any) -> Any:
        logging.getLogger("troly.passwords").debug("typed: %s", given.old)
        return await submitted(self, change, given, *rest)

    monkeypatch.setattr(Passwords, "_submitted", logs)


Promise = Callable[..., Awaitable[None]]
ROWS: list[tuple[Off, Promise, dict[str, Any]]] = [
    (codes_that_last, promised.test_a_code_lives_for_five_minutes, {}),
    (older_codes_that_stay, promised.test_one_code_lives_for_an_account_over_all_channels_and_actions, {}),
    (
        wrong_codes_that_count_nothing,
        promised.test_sending_again_and_new_pages_give_no_more_than_ten_wrong_codes_a_day,
        {},
    ),
    (
        success_that_ends_nothing,
        promised.test_with_success_other_pages_codes_and_proofs_end_and_it_is_announced,
        {},
    ),
    (changes_that_are_left, promised.test_what_a_dead_process_left_committing_is_finished_and_told, {}),
    (unknown_accounts_that_are_told, promised.test_a_known_and_an_unknown_account_are_told_the_same, {}),
    (
        codes_that_leave_for_any_phone,
        promised.test_with_another_phone_the_same_is_said_and_no_code_leaves,
        {},
    ),
    (phones_that_never_changed, promised.test_after_a_change_of_phone_a_forgotten_password_rests, {}),
    (passwords_that_are_cut, promised.test_long_passwords_are_taken_whole, {"length": 128}),
    (letters_as_they_were_typed, promised.test_the_same_letters_composed_otherwise_are_the_same_password, {}),
]


@pytest.mark.parametrize(("off", "promise", "given"), ROWS, ids=[off.__name__ for off, _, _ in ROWS])
async def test_without_its_protection_the_test_of_a_promise_fails(
    sqlite_place: str, monkeypatch: pytest.MonkeyPatch, off: Off, promise: Promise, given: dict[str, Any]
) -> None:
    async with open_house(sqlite_place, accounts="local") as house:
        assert isinstance(house, House)
        off(monkeypatch)
        with pytest.raises(AssertionError):
            await promise(house, **given)


@pytest.mark.parametrize("off", [passwords_that_are_kept, passwords_that_are_logged])
async def test_a_password_that_lay_somewhere_would_be_found(
    sqlite_place: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, off: Off
) -> None:
    off(monkeypatch)
    with pytest.raises(AssertionError):
        await promised.test_what_was_typed_lies_nowhere(sqlite_place, caplog)
