"""Proof that a phone is the person's: one-time codes. Rule: an attempt is counted before it is compared."""

from __future__ import annotations

import hmac
import json
import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import budgets, outbox
from data.budgets import DAY, HOUR, Taker
from data.engine import Database, fetch
from data.limits import Limits
from data.seal import Seal
from data.tables import cases, failures_in_a_row, otp_failures, otps
from flows.content import Office

DIGITS = 6
TEN_MINUTES = 600.0
CASE_LIFE = DAY
CLOCK_SLACK = 60.0  # seconds by which the clocks of two processes may differ
ALL_SMS = (
    "budget sms"  # who holds this lock counts all SMS and sends one: so all together never send too many
)
_NOBODY = (
    "nobody"  # the row on which failures of nobody are counted in a row: as many steps, and nothing follows
)
_COUNT_IN_A_ROW = (
    "INSERT INTO failures_in_a_row (account_key, count) VALUES (?1, 1)"
    " ON CONFLICT (account_key) DO UPDATE SET count = failures_in_a_row.count + 1"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What codes are counted on. `account` (the record) and `phone` bound what leaves, and are never told; `question`
    (conversation, name and fact) bounds what is asked, and is: so no wait or refusal says that somebody exists.
    """

    account: str
    phone: str
    question: str


@dataclass(frozen=True, slots=True)
class Case:
    """A look-up waiting for proof; `codes` are the records it fits. The keys exist even when it fits nobody."""

    id: str
    address: str
    codes: tuple[str, ...]
    keys: Keys


async def open_case(
    connection: AsyncConnection, address: str, codes: Sequence[str], keys: Keys, at: float
) -> str:
    """Keep what a look-up fits until it is proven; returns the case's id, 128 random bits."""
    case = secrets.token_hex(16)
    await connection.execute(
        cases.insert().values(
            id=case, address=address, codes=json.dumps(list(codes)), at=at, **_columns(keys)
        )
    )
    return case


def _columns(keys: Keys) -> dict[str, str]:
    return {"account_key": keys.account, "phone_key": keys.phone, "question_key": keys.question}


async def load_case(connection: AsyncConnection, case: str, address: str) -> Case | None:
    """The case, if it belongs to this conversation."""
    row = (
        await connection.execute(select(cases).where(cases.c.id == case, cases.c.address == address))
    ).first()
    if row is None:
        return None
    keys = Keys(row.account_key, row.phone_key, row.question_key)
    return Case(row.id, row.address, tuple(json.loads(row.codes)), keys)


async def alone_with(db: Database, connection: AsyncConnection, case: Case) -> None:
    """Codes of one record, and of one phone that several records share, are sent and compared one at a time."""
    await db.lock(connection, f"otp {case.keys.account}")
    await db.lock(connection, f"otp phone {case.keys.phone}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no code is sent or compared now: "wait" or "paused" with seconds, or "spent". `of`: whose bound a pause is."""

    outcome: str
    seconds: int = 0
    of: str = ""


async def refusal(
    connection: AsyncConnection, case: Case, taker: Taker, limits: Limits, at: float
) -> Refusal | None:
    """What the person is told: that this conversation or source asked too often, or all together. None: not yet.

    Nothing here depends on whom the case fits, but for what all were sent together.
    """
    if await told_failures(connection, case, at) >= limits.otp_failures_of_one_source:
        return Refusal("spent")
    asked = await _sent(connection, otps.c.question_key == case.keys.question, at)
    refused = _too_often(asked, limits, at)
    spent = await budgets.spent(connection, budgets.codes(limits), taker, at)
    return refused or _pause(spent)


async def pause_of_codes(
    connection: AsyncConnection, taker: Taker, limits: Limits, at: float
) -> Refusal | None:
    """Whether no code is compared now: too many wrong ones of this conversation, of this source, or of all together."""
    return _pause(await budgets.spent(connection, budgets.typed_codes(limits), taker, at))


def _pause(spent: budgets.Spent | None) -> Refusal | None:
    if spent is None:
        return None
    if spent.of == budgets.CONVERSATION:
        return Refusal("spent")
    return Refusal("paused", spent.seconds, spent.of)


async def held_back(connection: AsyncConnection, case: Case, taker: Taker, limits: Limits, at: float) -> bool:
    """Whether nothing may leave for this record or its phone now, to this source or to anybody. Never told."""
    closed = await shut(connection, case, taker, limits, at)
    keys = (otps.c.account_key == case.keys.account) | (otps.c.phone_key == case.keys.phone)
    sent = await _sent(connection, keys, at)
    return closed or _too_often(sent, limits, at) is not None


async def owners_refusal(
    connection: AsyncConnection, case: Case, taker: Taker, limits: Limits, at: float
) -> Refusal | None:
    """What `held_back` keeps to itself, for somebody who may be told: who typed the account's password, or proved its phone."""
    if await shut(connection, case, taker, limits, at):
        return Refusal("spent")
    keys = (otps.c.account_key == case.keys.account) | (otps.c.phone_key == case.keys.phone)
    return _too_often(await _sent(connection, keys, at), limits, at)


async def shut(connection: AsyncConnection, case: Case, taker: Taker, limits: Limits, at: float) -> bool:
    """Whether nothing of this record is compared: too many wrong ones today, from this source today, or in a row."""
    failed = await failures(connection, case, at)
    theirs = await _failed(connection, _of_record(case) & (otp_failures.c.source_key == taker.source), at)
    query = select(failures_in_a_row.c.count).where(failures_in_a_row.c.account_key == case.keys.account)
    in_a_row = (await connection.execute(query)).scalar() or 0
    return (
        failed >= limits.otp_failures_per_day
        or theirs >= limits.otp_failures_of_one_source
        or in_a_row >= limits.otp_failures_in_a_row
    )


async def _sent(connection: AsyncConnection, which: ColumnElement[bool], at: float) -> list[float]:
    """When codes were sent in the last 24 hours, the newest first."""
    query = select(otps.c.at).where(which, otps.c.at > at - DAY).order_by(otps.c.at.desc())
    times = [r.at for r in await connection.execute(query)]
    if times and times[0] > at:
        await come_back(connection, at)
    return [min(time, at) for time in times]


def _too_often(sent: Sequence[float], limits: Limits, at: float) -> Refusal | None:
    """Whether codes sent at these times, newest first and none ahead of `at`, forbid another one now."""
    if sent and at - sent[0] < limits.otp_resend_seconds:
        return Refusal("wait", math.ceil(limits.otp_resend_seconds - (at - sent[0])))
    for span, allowed in (
        (TEN_MINUTES, limits.otp_per_10_minutes),
        (HOUR, limits.otp_per_hour),
        (DAY, limits.otp_per_day),
    ):
        within = [t for t in sent if t > at - span]
        if len(within) >= allowed:
            return (
                Refusal("wait", math.ceil(within[allowed - 1] + span - at))
                if span < DAY
                else Refusal("spent")
            )
    return None


async def come_back(connection: AsyncConnection, at: float) -> None:
    """The clock went back: what lies ahead of it was done just now, and ages from here. Codes from ahead open nothing."""
    ahead = otps.c.at > at
    await connection.execute(
        update(otps).where(ahead, otps.c.at > at + CLOCK_SLACK).values(mac="", live=False)
    )
    await connection.execute(update(otps).where(ahead).values(at=at))
    await connection.execute(update(otp_failures).where(otp_failures.c.at > at).values(at=at))
    await budgets.come_back(connection, at)


def fresh_code() -> str:
    """Six digits by chance, leading zeros included."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


async def new_code(
    connection: AsyncConnection, seal: Seal, case: Case, limits: Limits, at: float, *, leaves: bool
) -> tuple[str, float]:
    """A code for the case and its end. Where it `leaves`, older codes of the same record open nothing any more, on every
    channel, and look alive to whoever asked for them. Where it does not, it opens nothing and counts on nobody.
    """
    code = fresh_code()
    otp, until = secrets.token_hex(16), at + 60.0 * limits.otp_minutes
    keys = case.keys if leaves else _nobodys(case.keys)
    mac = _mac(seal, otp, code)
    await connection.execute(
        update(otps).where(otps.c.account_key == keys.account, otps.c.mac != "").values(mac="")
    )
    await connection.execute(
        otps.insert().values(
            id=otp,
            case_id=case.id,
            mac=mac if leaves else "",
            tries=0,
            live=True,
            until=until,
            at=at,
            **_columns(keys),
        )
    )
    return code, until


def _nobodys(keys: Keys) -> Keys:
    """Keys that count on no record and no phone, for the same question."""
    return Keys(secrets.token_hex(32), secrets.token_hex(32), keys.question)


def _mac(seal: Seal, otp: str, code: str) -> str:
    return seal.keyed("otp", f"{otp} {code}")


async def compare_code(
    connection: AsyncConnection,
    seal: Seal,
    case: Case,
    code: str,
    limits: Limits,
    at: float,
    *,
    taker: Taker,
) -> tuple[str, int]:
    """("right" | "wrong" | "expired" | "spent", comparisons left). The attempt is counted first, in one statement.

    A code that opens nothing, and one of a record that is shut to this source, is told "wrong" like any other.
    """
    told = await told_failures(connection, case, at)
    closed = await shut(connection, case, taker, limits, at)
    if told >= limits.otp_failures_of_one_source:
        return "spent", 0
    newest = (
        select(otps.c.id)
        .where(otps.c.case_id == case.id)
        .order_by(otps.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    counted = (
        await connection.execute(
            update(otps)
            .where(
                *(otps.c.id == newest, otps.c.live, otps.c.tries < limits.otp_tries),
                *(otps.c.until >= at, otps.c.at <= at + CLOCK_SLACK),  # the clock may have gone back
            )
            .values(tries=otps.c.tries + 1)
            .returning(otps.c.id, otps.c.mac, otps.c.tries)
        )
    ).first()
    if counted is None:
        row = (await connection.execute(select(otps.c.tries).where(otps.c.id == newest))).first()
        return ("spent" if row and row.tries >= limits.otp_tries else "expired"), 0
    compared = bool(counted.mac) and not closed
    if _matches(counted.mac if compared else "", _mac(seal, counted.id, code)):
        await connection.execute(update(otps).where(otps.c.id == counted.id).values(live=False, mac=""))
        await end_row(connection, case.keys.account)
        return "right", 0
    keys = case.keys if compared else _nobodys(case.keys)
    await count_failure(connection, keys, taker, at, in_a_row=keys.account if compared else _NOBODY)
    failure = budgets.FAILURE if compared else budgets.NO_FAILURE
    await budgets.take(connection, taker, at, budgets.WRONG, failure)
    left = limits.otp_tries - counted.tries
    return ("wrong", left) if left else ("spent", 0)


async def count_failure(
    connection: AsyncConnection, keys: Keys, taker: Taker, at: float, *, in_a_row: str = ""
) -> None:
    """One more wrong try of these keys today, and in a row."""
    await connection.execute(otp_failures.insert().values(at=at, source_key=taker.source, **_columns(keys)))
    await fetch(connection, _COUNT_IN_A_ROW, in_a_row or keys.account)


def _matches(kept: str, typed: str) -> bool:
    return hmac.compare_digest(kept, typed)


async def end_row(connection: AsyncConnection, account_key: str) -> None:
    """Wrong codes in a row begin anew for this record: the right one was typed, or the office has seen the person."""
    await connection.execute(delete(failures_in_a_row).where(failures_in_a_row.c.account_key == account_key))


def account_key(seal: Seal, code: str) -> str:
    """What the codes of this record are counted on."""
    return seal.keyed("account", code)


async def owner_to_warn(connection: AsyncConnection, case: Case, limits: Limits, at: float) -> bool:
    """Whether today's last wrong code of this record was just typed, and its phone was not told in the last 24 hours."""
    failed = await failures(connection, case, at)
    told = await budgets.count(connection, budgets.WARNING, case.keys.phone, at)
    return failed >= limits.otp_failures_per_day and not told


async def take_warning(
    db: Database, connection: AsyncConnection, case: Case, taker: Taker, limits: Limits, at: float
) -> bool:
    """Count one warning of the phone's owner; False where no more messages may be sent now."""
    await db.lock(connection, ALL_SMS)
    if await budgets.spent(connection, budgets.messages(limits), taker, at):
        return False
    await budgets.take(connection, Taker(case.keys.phone, taker.source), at, budgets.WARNING)
    return True


def _of_record(case: Case) -> ColumnElement[bool]:
    return (otp_failures.c.account_key == case.keys.account) | (otp_failures.c.phone_key == case.keys.phone)


async def failures(connection: AsyncConnection, case: Case, at: float) -> int:
    """Wrong codes in the last 24 hours for this record or its phone, whatever the channel; sending again resets nothing."""
    return await _failed(connection, _of_record(case), at)


async def told_failures(connection: AsyncConnection, case: Case, at: float) -> int:
    """Wrong codes in the last 24 hours for this question of this conversation, whomever it fits."""
    return await _failed(connection, otp_failures.c.question_key == case.keys.question, at)


async def _failed(connection: AsyncConnection, which: ColumnElement[bool], at: float) -> int:
    query = select(func.count()).select_from(otp_failures).where(which, otp_failures.c.at > at - DAY)
    return int((await connection.execute(query)).scalar_one())


async def forget_old(connection: AsyncConnection, at: float) -> None:
    """Wipe the hashes of codes past their time, and rows nothing counts any more; bring rows back that a clock put ahead."""
    await come_back(connection, at)
    await budgets.forget_old(connection, at)
    await connection.execute(
        update(otps).where(otps.c.until < at, otps.c.mac != "").values(mac="", live=False)
    )
    await connection.execute(delete(otps).where(otps.c.at < at - DAY))
    await connection.execute(delete(otp_failures).where(otp_failures.c.at < at - DAY))
    await connection.execute(delete(cases).where(cases.c.at < at - CASE_LIFE))


def sms_text(code: str, limits: Limits, office: Office) -> str:
    """The message that carries a code: ASCII, one segment, with what it is for and who never asks for it."""
    return (
        f"{code} la ma xac thuc tra cuu ma so BHXH tren Tro ly VssID, dung trong {limits.otp_minutes} phut. "
        f"Khong dua ma cho bat ky ai. Hoi {office.hotline_digits}."
    )


def warning_text(office: Office) -> str:
    """What the owner of a phone is told when a day's wrong codes are used up: ASCII, one segment."""
    return (
        "BHXH: co nguoi nhap sai ma xac thuc cua ban nhieu lan, hom nay khong gui ma nua. "
        f"Can bo BHXH khong bao gio hoi ma nay. Can ho tro, goi {office.hotline_digits}."
    )


async def queue_sms(
    connection: AsyncConnection,
    seal: Seal,
    case: Case,
    phone: str,
    text: str,
    *,
    at: float,
    until: float,
    leaves: bool,
) -> int:
    """Put the message into the outbox, encrypted; where it does not leave, a decoy of the same making. Returns the row's id."""
    row_id = outbox.new_id()
    sealed = seal.close({"to": phone, "text": text}, f"outbox {row_id}")
    row = outbox.otp_row(row_id, case.address, sealed if leaves else None, at=at, expires=until)
    await outbox.put(connection, [row])
    return row_id
