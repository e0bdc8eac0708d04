"""A console over a house, and members signed in to it. Rule: requests go through the whole application, as a browser's would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir
from typing import Any

import httpx

from data import desk, staff
from data.desk import Ticket, TicketCard
from data.limits import Limits
from data.staff import Member
from handlers.console import Console, ImportLimits, ImportRuns, Rules, Sending
from handlers.desk import Desk
from handlers.web.chat import Web
from tests.houses import SECRET, House

HERE = "http://127.0.0.1:8080"
_addresses = count(1)


def csrf_token_in(page: str) -> str:
    """The CSRF token that the forms of a page carry."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
    assert found is not None, page[:2000]
    return found.group(1)


@dataclass
class Office:
    """A house with its console, as one application."""

    house: House
    address: str = HERE
    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)
    telegram: bool = False
    import_limits: ImportLimits = field(default_factory=ImportLimits)
    folder: Path = field(
        default_factory=lambda: Path(gettempdir()) / token_hex(8)
    )  # of uploads; not there before one

    def __post_init__(self) -> None:
        self.imports = ImportRuns(
            self.house.db,
            self.house.seal,
            secret=SECRET,
            data_dir=self.folder,
            limits=self.import_limits,
            clock=self.house.clock,
        )
        self.console = Console(
            self.house.turns,
            Desk(self.house.turns, say={}),
            address=self.address,
            rules=self.rules,
            limits=self.limits,
            sending=Sending({} if self.telegram else {"telegram": "TROLY_TELEGRAM_TOKEN"}),
            imports=self.imports,
            accounts=self.house.passwords.accounts if self.house.passwords is not None else None,
        )
        self.app = Web(
            self.house.turns,
            address=self.address,
            demo=False,
            text_limit=2000,
            frames_per_minute=100,
            code_sender=None,
            say_elsewhere={},
            staff_pages=self.console.routes,
        ).app

    def browser(self, source: str = "127.0.0.1") -> httpx.AsyncClient:
        """Somebody's browser, signed in to nothing, at this address of the network."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(source, 4711))
        return httpx.AsyncClient(transport=transport, base_url=self.address)

    async def member(self, name: str, role: str) -> Member:
        """The member of this name, taken on if need be."""
        async with self.house.db.writing() as connection:
            found = await staff.by_name(connection, name)
            return found or await staff.add(connection, name, role, self.house.clock())

    async def link(self, name: str, seconds: float = 300.0) -> str:
        """A one-time link for a member."""
        now = self.house.clock()
        async with self.house.db.writing() as connection:
            member = await staff.by_name(connection, name)
            assert member is not None
            token = await staff.new_link(connection, member.id, until=now + seconds, at=now)
        return f"/console/sign-in/{token}"

    async def signed_in(self, role: str, name: str = "") -> Signed:
        """A browser of a member of this role, signed in by a link."""
        name = name or f"{role}.{next(_addresses)}"
        member = await self.member(name, role)
        browser = self.browser()
        link = await self.link(name)
        response = await browser.post(
            link, data={"csrf_token": csrf_token_in((await browser.get(link)).text)}
        )
        assert response.status_code == 303, response.text
        page = await browser.get("/console")
        assert page.status_code == 200, page.text
        return Signed(self, browser, member, csrf_token_in(page.text))

    async def ticket(self, want: str = "Tra cứu mã số", address: str = "", *words: str) -> Ticket:
        """A citizen's ticket that waits, with these words in it."""
        house = self.house
        address = address or f"web:{next(_addresses):032x}"
        await house.say("xin chào", address)
        async with house.db.writing() as connection:
            made, _ = await desk.open_ticket(
                house.db,
                connection,
                house.seal,
                address=address,
                person=None,
                card=TicketCard(want, "Tra cứu: họ tên", "Không tìm thấy", "T••• Ba"),
                at=house.clock(),
            )
            for text in words:
                await desk.receive(connection, house.seal, made.id, "citizen", text, house.clock())
        return made

    async def rows(self, table: Any) -> list[tuple[Any, ...]]:
        """Every row of a table, to see what changed."""
        async with self.house.db.reading() as connection:
            return sorted(map(tuple, await connection.execute(table.select())), key=repr)


@dataclass
class Signed:
    """A member at their browser."""

    office: Office
    browser: httpx.AsyncClient
    member: Member
    csrf_token: str

    async def look(self, path: str, *, live: bool = False) -> httpx.Response:
        """Open a page; `live`: as the page itself asks."""
        return await self.browser.get(path, headers={"X-Live": "1"} if live else {})

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Post a form with its CSRF token."""
        return await self.browser.post(path, data={"csrf_token": self.csrf_token, **fields}, headers=headers)
