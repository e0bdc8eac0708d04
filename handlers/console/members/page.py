"""The page of members of staff: add, role, display name, remove. Made by `Console`.

Invariant: every change is a row in the audit in the same transaction; nobody changes their own role or removes themselves, so an
admin is always left.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from data import audit, staff
from data.staff import Member
from flows.text.normalise import clean
from handlers.console import wording
from handlers.console.access import ADMINS, AccessControl, PageRefused, PageRoute, Visit
from handlers.desk import Desk

HOME = "/console/staff"


class RefusedForm(Exception):
    """What is wrong in a form: the id of its field, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field)
        self.field, self.sentence = field, sentence


class MembersPage:
    """Who works here."""

    def __init__(self, access: AccessControl, officers_desk: Desk) -> None:
        self._turns = access.turns
        self._desk = officers_desk
        one = f"{HOME}/{{member}}"
        self.entries = [
            PageRoute("GET", HOME, ADMINS, self.listed, nav="Nhân viên"),
            PageRoute("POST", HOME, ADMINS, self.add),
            PageRoute("POST", f"{one}/role", ADMINS, self.role),
            PageRoute("POST", f"{one}/name", ADMINS, self.name),
            PageRoute("POST", f"{one}/remove", ADMINS, self.remove),
        ]

    async def listed(self, visit: Visit) -> Response:
        """Everybody on the staff, by name."""
        return await self._shown(visit)

    async def _shown(self, visit: Visit, wrong: RefusedForm | None = None) -> Response:
        async with self._turns.db.reading() as connection:
            members = await staff.members(connection)
        return visit.page(
            "console/members.html",
            status=422 if wrong else 200,
            members=members,
            error=wrong.sentence if wrong else "",
            error_at=wrong.field if wrong else "",
            form=visit.form,
        )

    async def add(self, visit: Visit) -> Response:
        """Take somebody on."""
        name, role = clean(visit.form.get("name")).lower(), visit.form.get("role")
        called = clean(visit.form.get("called"))
        turns = self._turns
        if role not in wording.ROLES:
            return await self._shown(visit, RefusedForm("role-officer", wording.NO_ROLE))
        try:
            async with turns.db.writing() as connection:
                if await staff.by_name(connection, name) is not None:
                    raise RefusedForm("name", wording.NAME_TAKEN)
                try:
                    await staff.add(connection, name, role, turns.clock())
                except ValueError:
                    raise RefusedForm("name", wording.BAD_NAME) from None
                await _call(connection, name, called, "called")
                await self._note(connection, visit, "staff_added", f"{name} ({wording.ROLES[role]})")
        except RefusedForm as wrong:
            return await self._shown(visit, wrong)
        return visit.go(f"{HOME}?note=staff_added")

    async def role(self, visit: Visit) -> Response:
        """Give a member another role; it holds from their next request on."""
        member, role = await self._other(visit), visit.form.get("role")
        if role not in wording.ROLES:
            return await self._shown(visit, RefusedForm(f"role-{member.name}", wording.NO_ROLE))
        async with self._turns.db.writing() as connection:
            await staff.change_role(connection, member.name, role)
            await self._note(connection, visit, "staff_role", f"{member.name} → {wording.ROLES[role]}")
        if role == "auditor":
            await self._desk.gone(member.id)
        return visit.go(f"{HOME}?note=staff_role")

    async def name(self, visit: Visit) -> Response:
        """How people call a member."""
        member = await self._member(visit)
        called = clean(visit.form.get("called"))
        try:
            async with self._turns.db.writing() as connection:
                await _call(connection, member.name, called, f"called-{member.name}")
                await self._note(connection, visit, "staff_renamed", member.name)
        except RefusedForm as wrong:
            return await self._shown(visit, wrong)
        return visit.go(f"{HOME}?note=staff_named")

    async def remove(self, visit: Visit) -> Response:
        """Take a member off the staff: their sessions end, their tickets go back to the queue."""
        member = await self._other(visit)
        if visit.form.get("sure") != "yes":
            return await self._shown(visit, RefusedForm(f"sure-{member.name}", wording.NOT_SURE))
        async with self._turns.db.writing() as connection:
            await staff.remove(connection, member.name, self._turns.clock())
            await self._note(connection, visit, "staff_removed", member.name)
        await self._desk.gone(member.id)
        return visit.go(f"{HOME}?note=staff_removed")

    async def _member(self, visit: Visit) -> Member:
        async with self._turns.db.reading() as connection:
            found = await staff.by_name(connection, visit.request.path_params["member"])
        if found is None:
            raise PageRefused(404, "Không có nhân viên này", wording.NO_MEMBER)
        return found

    async def _other(self, visit: Visit) -> Member:
        found = await self._member(visit)
        if found.id == visit.member.id:
            raise PageRefused(409, "Không tự đổi được", wording.NOT_ONESELF)
        return found

    async def _note(self, connection: AsyncConnection, visit: Visit, what: str, why: str) -> None:
        turns = self._turns
        await audit.note(
            *(turns.db, connection, turns.seal), at=turns.clock(), who=visit.who, what=what, why=why
        )


async def _call(connection: AsyncConnection, name: str, called: str, field: str) -> None:
    try:
        await staff.rename(connection, name, called)
    except ValueError:
        raise RefusedForm(field, wording.BAD_CALLED) from None
