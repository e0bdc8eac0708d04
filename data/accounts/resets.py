"""A password set anew at the counter: asked for by one officer who saw the papers, approved by another. Called by the console.

What comes of an approval is a change like any other (changes.py), on a page that its owner opens: no officer ever types,
sees or sends a password. Invariant: who asked never approves; each act is in the audit in the same transaction.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit
from data.accounts import changes, guesses, local
from data.accounts.port import Accounts, Away, Standing
from data.budgets import DAY
from data.engine import Database
from data.limits import Limits
from data.proofs import account_key
from data.registry.keys import phone_of
from data.seal import Seal
from data.secure import pages
from data.staff import Member
from data.tables import password_resets
from flows.text.masking import mask_code, mask_phone

PAPERS = ("id_card", "passport", "vneid")
ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
_CODE = re.compile(r"[0-9]{10}")
_CANNOT: dict[Standing, str] = {
    "open": "",
    "locked": "Hệ thống tài khoản đang khóa tài khoản này. Xin mở khóa ở đó trước.",
    "none": "Không có tài khoản với mã số này, hoặc hồ sơ chưa có số điện thoại. Xin kiểm tra lại mã số.",
}


@dataclass(frozen=True, slots=True)
class Reset:
    """One that waits for a second officer. `code` and `phone` are masked; `phone` "" for the one that is registered."""

    id: str
    code: str
    phone: str
    papers: str
    asked_by: str
    at: float


@dataclass(frozen=True, slots=True)
class Counter:
    """A transaction at the counter."""

    db: Database
    connection: AsyncConnection
    seal: Seal
    limits: Limits
    member: Member
    now: float
    ours: bool = True  # whether accounts lie in this database

    async def note(self, what: str, code: str, why: str = "") -> None:
        """One row of the audit; of whose account, only a keyed hash."""
        whose = self.seal.keyed("person", code)
        note: dict[str, Any] = {"who": f"staff:{self.member.name}", "what": what, "whose": whose, "why": why}
        await audit.note(self.db, self.connection, self.seal, at=self.now, **note)


async def ask(counter: Counter, code: str, phone: str, papers: str) -> None:
    """Ask for a reset; `phone`: a new one for the account, "" to leave it. Raises ValueError with a sentence."""
    code, given = re.sub(r"[ .\-]", "", code), phone.strip()
    if not _CODE.fullmatch(code):
        raise ValueError("Mã số BHXH gồm 10 chữ số.")
    if given and phone_of(given) is None:
        raise ValueError("Số điện thoại chưa đúng.")
    if papers not in PAPERS:
        raise ValueError("Anh/chị chọn giấy tờ đã xem.")
    connection, reset = counter.connection, secrets.token_hex(16)
    held = {"code": code, "phone": phone_of(given) if given else ""}
    same = (password_resets.c.account_key == account_key(counter.seal, code)) & (
        password_resets.c.state == ASKED
    )
    await connection.execute(delete(password_resets).where(same))
    await connection.execute(
        password_resets.insert().values(
            id=reset,
            account_key=account_key(counter.seal, code),
            sealed=counter.seal.close(held, f"password reset {reset}"),
            state=ASKED,
            why=papers,
            asked_by=counter.member.id,
            at=counter.now,
        )
    )
    await counter.note("reset_asked", code, papers)


async def waiting(connection: AsyncConnection, seal: Seal, now: float) -> list[Reset]:
    """Those of the last day that wait for a second officer, the oldest first."""
    query = select(password_resets).where(password_resets.c.state == ASKED, password_resets.c.at > now - DAY)
    found = []
    for row in await connection.execute(query.order_by(password_resets.c.at)):
        held = seal.open(row.sealed, f"password reset {row.id}") or {}
        phone = mask_phone(held["phone"]) if held.get("phone") else ""
        found.append(Reset(row.id, mask_code(held["code"]), phone, row.why, row.asked_by, row.at))
    return found


async def asked_for(connection: AsyncConnection, seal: Seal, reset: str) -> tuple[str, str]:
    """(code, new phone or "") of a reset that nobody has decided yet; ("", "") where there is none."""
    row = (await connection.execute(select(password_resets).where(password_resets.c.id == reset))).first()
    held = seal.open(row.sealed, f"password reset {reset}") if row is not None else None
    return (str(held["code"]), str(held["phone"])) if held else ("", "")


async def fault(backend: Accounts | None, code: str, phone: str) -> str:
    """Why such a reset could not work, as a sentence, or "". Asks the backend: never called inside a transaction."""
    if backend is None:
        return "Ở đây chưa gửi được tin nhắn SMS, nên chưa đặt lại mật khẩu được."
    if phone and not backend.ours:
        return "Hệ thống tài khoản không nhận số điện thoại mới từ đây. Xin đổi số ở hệ thống đó trước, rồi lập lại yêu cầu."
    try:
        return _CANNOT[await backend.standing(code)]
    except Away:
        return "Hệ thống tài khoản chưa trả lời. Xin duyệt lại sau ít phút."


async def decide(counter: Counter, reset: str, *, approve: bool) -> str:
    """Approve or refuse. Approved: the token of the page that the owner opens, once. Raises ValueError with a sentence.

    Who approves has asked for the `fault` before.
    """
    connection, seal, now = counter.connection, counter.seal, counter.now
    mine = password_resets.c.id == reset
    await counter.db.lock(connection, f"reset {reset}")
    row = (await connection.execute(select(password_resets).where(mine))).first()
    if row is None or row.state != ASKED or row.at < now - DAY:
        raise ValueError("Yêu cầu này không còn chờ duyệt.")
    if approve and row.asked_by == counter.member.id:
        raise ValueError("Người lập yêu cầu không tự duyệt được; cần cán bộ thứ hai.")
    held = seal.open(row.sealed, f"password reset {reset}")
    code, phone = str(held["code"]), str(held["phone"])
    state = APPROVED if approve else REFUSED
    await connection.execute(
        update(password_resets)
        .where(mine)
        .values(state=state, sealed=None, decided_by=counter.member.id, decided_at=now)
    )
    await counter.note(f"reset_{state}", code)
    if not approve:
        return ""
    if counter.ours:
        await local.open_from_registry(connection, seal, (code,), now)
        phone = await local.phone_of(connection, seal, code, given=phone, at=now)
    await guesses.unlock(connection, seal, code, phone)
    address = f"counter:{reset}"
    opening: dict[str, Any] = {"address": address, "purpose": changes.COUNTER, "code": code}
    change = await changes.open_change(connection, seal, **opening, at=now, now=now)
    until = now + 60.0 * counter.limits.secure_link_minutes
    return await pages.open_page(
        connection, address, code_until=until, until=until, kind="password", subject=change
    )


async def forget_old(connection: AsyncConnection, now: float) -> None:
    """Those of more than a day ago that nobody decided name no account any more."""
    old = (password_resets.c.at < now - DAY) & (password_resets.c.state == ASKED)
    await connection.execute(update(password_resets).where(old).values(state=REFUSED, sealed=None))
