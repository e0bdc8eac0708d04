"""Hostile texts as first name, message and file name from Telegram, and as an officer's words to it. Rule: none is refused, none is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from data import outbox
from data.desk import SIGNED
from data.engine import Database
from data.outbox import Outgoing
from data.seal import Seal, secret_of
from flows.text.normalise import clean
from tests.emulator import Emulator
from tests.fork_server import ForkServer
from tests.test_black_box import Service
from tests.test_hostile import PAYLOADS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("black_box")]

FIRST = 50_001  # the first of their Telegram ids


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def service(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[Service]:
    server = await Emulator().start()
    folder = tmp_path_factory.mktemp("hostile")
    made = Service(folder, server, "polling", fork_server, TROLY_RATE_TELEGRAM="200")
    try:
        await made.start()
        yield made
    finally:
        await made.close()
        await server.stop()


async def test_whatever_people_are_called_and_send_is_answered(service: Service) -> None:
    server = service.server
    for n, payload in enumerate(PAYLOADS, start=FIRST):
        text = payload.encode("utf-8", "replace").decode()  # Telegram's own wire holds no lone surrogates
        for content in ({"text": text}, {"document": _file(text)}):
            update = server.message(n, **content)
            update["message"]["from"]["first_name"] = text[:64] or "x"
            await server.people_send(update)
    people = range(FIRST, FIRST + len(PAYLOADS))
    for some in range(FIRST, people.stop, 20):
        await server.until(
            lambda some=some: all(len(server.to(n)) >= 2 for n in people if n < some + 20)  # type: ignore[misc]  # a default
        )
    assert server.refused == []
    assert "Traceback" not in service.log()


async def test_an_officers_words_arrive_as_they_were_written(service: Service) -> None:
    server = service.server
    said = {n: SIGNED + clean(p) for n, p in enumerate(PAYLOADS, start=FIRST) if clean(p)}
    seal = Seal(secret_of(service.folder / "var"))
    rows = [
        outbox.officer_row(Outgoing(outbox.new_id(), f"telegram:{n}", None, {"text": text}), seal, at=0.0)
        for n, text in said.items()
    ]
    db = Database(f"sqlite+aiosqlite:///{service.folder / 'var' / 'troly.db'}")
    try:
        async with db.writing() as connection:
            await outbox.put(connection, rows)
    finally:
        await db.close()
    for n, text in said.items():
        await server.until(lambda n=n, text=text: any(c.text == text for c in server.to(n)))  # type: ignore[misc]  # defaults
    assert server.refused == []


def _file(name: str) -> dict[str, object]:
    return {"file_id": "x", "file_unique_id": "x", "file_name": name[:200], "file_size": 10}
