"""A person's right to their data: everything that is kept, in one value, and erased.

Invariant: what is kept anywhere else is added to both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, conversations, outbox, people, petitions
from data.accounts import changes
from data.desk import drafts, persons, search
from data.engine import Database
from data.outbox import OTP, WAITING
from data.outbox.rows import open_body
from data.people import dossiers, reminders, units
from data.seal import Seal
from data.secure import pages, papers
from data.tables import cases
from data.tables import conversations as conversation_rows
from data.tables import outbox as outbox_rows


async def take_along(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, at: float
) -> dict[str, Any] | None:
    """Everything kept about the person at this address, as JSON values; None when nothing is. The look is in the audit.

    Nobody is known there before the first consent; an officer may have written to them all the same.
    """
    found = (await conversations.load(connection, seal, [address])).get(address)
    if found is None:
        return None
    on_paper = await papers.kept_for(connection, seal, address)
    if found.person is None and not on_paper and not await persons.has_tickets(connection, None, address):
        return None
    person = found.person
    kept = await people.kept_about(connection, person) if person else people.NOTHING_KEPT
    agreed = await people.consents_of(connection, person) if person else []
    registered = await dossiers.all_of(connection, seal, person) if person else []
    waiting = await connection.execute(
        select(outbox_rows.c.id, outbox_rows.c.lane, outbox_rows.c.sealed, outbox_rows.c.at)
        .where(
            outbox_rows.c.address == address,
            outbox_rows.c.lane != OTP,
            outbox_rows.c.state.in_(WAITING),
        )
        .order_by(outbox_rows.c.at)
    )
    value: dict[str, Any] = {
        "cuoc_tro_chuyen": {"kenh": address.partition(":")[0], "dang_go_do": dict(found.state.answers)},
        "dong_y": [{**c, "at": _day(c["at"])} for c in agreed],
        "chu_de_thong_bao": list(kept.topics),
        "so_dien_thoai_da_xac_minh": kept.phone,
        "dung_chung_giua_cac_kenh": kept.shares,
        "ho_so_dang_ky": [
            {
                "goi_la": dossier.label,
                "cho": dossier.who,
                "dien_thoai": dossier.platform,
                "da_xong": list(dossier.done),
                "ho_ten": dossier.name,
                "ma_so": dossier.code,
                "so_ho_so": dossier.number,
                "ngay_gui": dossier.sent_on,
                "toi_dau": dossier.stage,
                "se_nhac": [_day(due) for due in await reminders.waiting_for(connection, dossier.id)],
            }
            for dossier in registered
        ],
        "don_vi_theo_doi": [
            {"ten": unit.name, "loai": unit.kind, "ma": unit.code}
            for unit in (await units.of_contact(connection, seal, person) if person else [])
        ],
        "don_vi_xem": [
            {
                "don_vi": told["unit"],
                "tu": _day(told["at"]),
                "ho_ten": told["name"],
                "ma_so": told["code"],
                "nhac": not told["silent"],
            }
            for told in (await units.told_of(connection, seal, person) if person else [])
        ],
        "giay_in_va_lich": [
            {"luc": _day(made), "tep": paper.name, "noi": paper.as_json()} for made, paper in on_paper
        ],
        "gap_can_bo": [
            {
                "phieu": ticket.number,
                "mo_luc": _day(ticket.opened_at),
                "trang_thai": ticket.state,
                "tin": [{"ai": m.who, "luc": _day(m.at), "noi": m.text} for m in messages],
            }
            for ticket, messages in await persons.about(connection, seal, person, address)
        ],
        "doi_mat_khau": await changes.told_of(connection, address),
        "phan_anh": [
            {
                "ma": petition.code,
                "gui_luc": _day(petition.sent_at),
                "trang_thai": petition.state,
                "noi_dung": petition.text,
                "ten": petition.name,
                "so_dien_thoai": petition.phone,
                "tin": [{"ai": line.who, "luc": _day(line.at), "noi": line.text} for line in said],
            }
            for petition, said in await petitions.about(connection, seal, person)
        ],
        "chua_gui": [
            {
                "loai": r.lane,
                "luc": _day(r.at),
                "noi": open_body(seal, r.id, address, r.sealed).get("text", ""),
            }
            for r in waiting
            if r.sealed is not None
        ],
    }
    whose = seal.keyed("person", person or address)
    await audit.note(db, connection, seal, at=at, who=address, what="export", whose=whose, outcome="own")
    return value


async def erase(
    db: Database, connection: AsyncConnection, person: str | None, address: str, stamp: float, now: float
) -> None:
    """Take all consent back and erase what it allowed, at every address of the person's; the -wal is emptied after the commit.

    `stamp` is the person's time. What the turn at `address` goes on with is the turn's to keep.
    """
    if person is not None:
        await people.withdraw(connection, person, address.partition(":")[0], stamp)
    await drafts.erase(connection, person, address)
    await search.forget(connection, person, address)
    await persons.erase(connection, person, address, now)
    theirs = conversation_rows.c.person == person if person is not None else false()
    found = await connection.execute(select(conversation_rows.c.address).where(theirs))
    addresses = {address, *found.scalars()}
    await petitions.erase(connection, person, sorted(addresses), now)
    await outbox.wipe_addresses(connection, sorted(addresses), now)
    await changes.erase(connection, sorted(addresses))
    await connection.execute(delete(cases).where(cases.c.address.in_(addresses)))
    for one in sorted(addresses):
        await pages.close_pages(connection, one)
        await papers.forget(connection, one)
    await connection.execute(
        update(conversation_rows)
        .where(theirs, conversation_rows.c.address != address)
        .values(place="{}", answers=None)
    )
    db.scrub_after_commit()


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
