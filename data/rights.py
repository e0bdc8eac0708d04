"""A person's right to their data: everything that is kept, in one value. Rule: what is kept anywhere else is added here too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, conversations, desk, people
from data.engine import Database
from data.outbox import WAITING
from data.seal import Seal
from data.tables import outbox


async def take_along(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, at: float
) -> dict[str, Any] | None:
    """Everything kept about the person at this address, as JSON values; None when nothing is. The look is in the audit."""
    found = (await conversations.load(connection, seal, [address])).get(address)
    if found is None or found.person is None:
        return None
    person = found.person
    dossier = await people.load_dossier(connection, seal, person)
    kept = await people.kept_about(connection, person)
    waiting = await connection.execute(
        select(outbox.c.lane, outbox.c.body, outbox.c.at)
        .where(outbox.c.address == address, outbox.c.state.in_(WAITING))
        .order_by(outbox.c.at)
    )
    value: dict[str, Any] = {
        "cuoc_tro_chuyen": {"kenh": address.partition(":")[0], "dang_go_do": dict(found.state.answers)},
        "dong_y": [{**c, "at": _day(c["at"])} for c in await people.consents_of(connection, person)],
        "chu_de_thong_bao": list(kept.topics),
        "so_dien_thoai_da_xac_minh": kept.phone,
        "ho_so_dang_ky": None
        if dossier is None
        else {
            "cho": dossier.who,
            "dien_thoai": dossier.platform,
            "da_xong": list(dossier.done),
            "ho_ten": dossier.name,
            "ma_so": dossier.code,
            "so_ho_so": dossier.number,
            "ngay_gui": dossier.sent_on,
        },
        "gap_can_bo": [
            {
                "phieu": ticket.number,
                "mo_luc": _day(ticket.opened_at),
                "trang_thai": ticket.state,
                "tin": [{"ai": m.who, "luc": _day(m.at), "noi": m.text} for m in messages],
            }
            for ticket, messages in await desk.about(connection, seal, person)
        ],
        "chua_gui": [
            {"loai": r.lane, "luc": _day(r.at), "noi": json.loads(r.body).get("text", "")}
            for r in waiting
            if r.body
        ],
    }
    whose = seal.keyed("person", person)
    await audit.note(db, connection, seal, at=at, who=address, what="export", whose=whose, outcome="own")
    return value


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
