"""Access to the console: sessions, roles, and how a request becomes a page. Every page class is built on it.

Invariant: a route names its roles; nothing is shown or done before session, role, origin and CSRF token are checked.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from data import audit, staff
from data.desk import drafts
from data.staff import Member, Session
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean
from handlers.console import wording
from handlers.console.forms import csrf_token, has_csrf_token, read_form
from handlers.turns.queue import Turns
from handlers.web.answers import AWAY, RETRY_SECONDS, UNREADABLE, is_away, place_of
from handlers.web.forms import BadForm, Form
from handlers.web.origin import is_ours
from handlers.web.pages import SAME_SITE, page_headers, static_version, templates

log = logging.getLogger("troly.console")

LIVE = "x-live"  # header of a request that a page makes by itself: it is no activity; "hidden": nobody looks at the page
NOT_DONE = frozenset(
    {"not_yours", "taken", "gone", "petition_closed", "notice_no_edit"}
)  # what was typed stays
NO_DRAFT = frozenset({"csrf_token", "draft", "key"})  # fields that nobody typed
EVERYBODY = frozenset({"officer", "admin", "auditor"})
DESK = frozenset({"officer", "admin"})
ADMINS = frozenset({"admin"})
READERS = frozenset({"admin", "auditor"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of staff sessions: minutes, hours, failures a minute of one source, and of all that the log warns of, seconds
    between two live requests, characters."""

    idle_minutes: int = 15
    session_hours: int = 8
    failures_per_minute: int = 5
    alarm_per_minute: int = 50
    live_seconds: float = 2.0
    text_limit: int = 2000

    @property
    def idle(self) -> float:
        return 60.0 * self.idle_minutes

    @property
    def total(self) -> float:
        return 3600.0 * self.session_hours


class PageRefused(Exception):
    """A page or a form that is refused: status, title, and a sentence that says why."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(title)
        self.status, self.title, self.message = status, title, message


@dataclass(frozen=True, slots=True)
class Live:
    """A part of a page that is asked for again while it is open; `tag` changes with its HTML."""

    address: str
    html: Markup
    tag: str


@dataclass(slots=True)
class Visit:
    """One request of a member who may make it."""

    access: AccessControl
    request: Request
    session: Session
    form: Form = field(default_factory=Form)

    @property
    def member(self) -> Member:
        return self.session.member

    @property
    def who(self) -> str:
        """How the audit calls this member."""
        return f"staff:{self.member.name}"

    @property
    def live(self) -> bool:
        """Whether the page asks by itself, not the person."""
        return self.request.method == "GET" and LIVE in self.request.headers

    @property
    def looked_at(self) -> bool:
        """Whether somebody may be looking: not a page in the background that asks by itself."""
        return not self.live or self.request.headers[LIVE] != "hidden"

    @property
    def left(self) -> dict[str, str]:
        """A header with the seconds until the session ends without activity, and at the latest."""
        rules, now = self.access.rules, self.access.turns.clock()
        seen_at = self.session.seen_at if self.live else now
        idle, total = seen_at + rules.idle - now, self.session.at + rules.total - now
        return {"x-session-left": f"{max(0, int(min(idle, total)))} {max(0, int(total))}"}

    @property
    def fragment(self) -> str:
        """Which live part is asked for; "" for the whole page."""
        return self.request.query_params.get("fragment", "")

    @property
    def csrf_token(self) -> str:
        """What every form of this session carries."""
        return csrf_token(self.access.turns.seal, self.session.key)

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> Response:
        """The page; `note` in the address becomes its sentence."""
        note = wording.NOTES.get(self.request.query_params.get("note", ""))
        context.setdefault("left", self.left["x-session-left"])
        return self.access.page(
            self.request,
            template,
            status,
            member=self.member,
            csrf_token=self.csrf_token,
            note=note,
            path=self.request.url.path,
            nav=[e for e in self.access.entries if e.nav and self.member.role in e.roles],
            **context,
        )

    def part(self, address: str, template: str, /, **context: Any) -> Live:
        """A live part, to be put into a page with `live()` or sent alone with `send`."""
        html = self.access.render(template, member=self.member, csrf_token=self.csrf_token, **context)
        return Live(address, Markup(html), hashlib.sha256(html.encode()).hexdigest()[:16])  # noqa: S704  # rendered with escaping just now

    def send(self, part: Live) -> Response:
        """The part alone; 304 when the page has it already."""
        headers = self.access.headers() | {"etag": f'"{part.tag}"'} | self.left
        if self.request.headers.get("if-none-match") == f'"{part.tag}"':
            return Response(status_code=304, headers=headers)
        return HTMLResponse(str(part.html), headers=headers)

    def go(self, address: str) -> Response:
        """To another page, after a form was taken."""
        return Response(status_code=303, headers=self.access.headers() | {"location": address})

    async def note(
        self, what: str, *, whose: str = "", fields: str = "", why: str = "", outcome: str = ""
    ) -> None:
        """One row in the audit, in a transaction of its own. `whose` is a keyed hash."""
        turns = self.access.turns
        async with turns.db.writing() as connection:
            await audit.note(
                turns.db,
                connection,
                turns.seal,
                at=turns.clock(),
                who=self.who,
                what=what,
                whose=whose,
                fields=fields,
                why=why,
                outcome=outcome,
            )


@dataclass(frozen=True, slots=True)
class PageRoute:
    """One route: who may use it. No roles: everybody in the world (signing in). `nav`: its words in the menu."""

    method: str
    path: str
    roles: frozenset[str]
    act: Callable[[Visit], Awaitable[Response]] | Callable[[Request], Awaitable[Response]]
    nav: str = ""
    takes_file: bool = (
        False  # `act` reads what is posted itself, and compares the CSRF token before it keeps any of it
    )

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class AccessControl:
    """Checks each request and makes its pages."""

    def __init__(self, turns: Turns, *, address: str, rules: Rules) -> None:
        self.turns = turns
        self.rules = rules
        self.address = address
        self.https = address.startswith("https://")
        self.cookie = "__Host-troly_staff" if self.https else "troly_staff"
        self.entries: list[PageRoute] = []
        self._templates = templates()
        self._templates.globals.update(
            static_version=static_version(),
            office_name=turns.content.office.name,
            hotline=turns.content.office.hotline,
            live_seconds=rules.live_seconds,
            live=_live,
            draft=_draft,
            words=wording,
        )
        self._templates.filters["clock"] = wording.clock_time
        self._templates.filters["moment"] = wording.moment

    # -- pages

    def headers(self) -> dict[str, str]:
        """The headers of every answer."""
        return page_headers(https=self.https, referrer="same-origin")

    def render(self, template: str, /, **context: Any) -> str:
        return self._templates.get_template(template).render(now=self.turns.clock(), **context)

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        return HTMLResponse(self.render(template, **context), status, headers=self.headers())

    def refused(self, request: Request, status: int, title: str, message: str) -> Response:
        """A page that says why not."""
        return self.page(
            request,
            "notice.html",
            status,
            title=title,
            message=message,
            tone="error",
            link="/console",
            link_label="Về bàn làm việc",
            help=wording.STAFF_HELP,
        )

    # -- who it is

    async def _session_of(self, request: Request) -> Session | None:
        """Who is signed in with this request's cookie."""
        cookie = request.cookies.get(self.cookie, "")
        if not cookie or len(cookie) > 100:
            return None
        async with self.turns.db.reading() as connection:
            return await staff.session(
                connection,
                cookie,
                self.turns.clock(),
                idle=self.rules.idle,
                total=self.rules.total,
            )

    def route(self, entry: PageRoute) -> Route:
        """The route of an entry, with everything that is checked before it."""

        async def endpoint(request: Request) -> Response:
            try:
                return await self._answered(entry, request)
            except PageRefused as no:
                return self.refused(request, no.status, no.title, no.message)
            except BadForm as bad:
                too_long = (413, "Quá dài", wording.TOO_LONG)
                return self.refused(request, *(too_long if bad.status == 413 else UNREADABLE))
            except ClientDisconnect:
                raise
            except Exception as wrong:  # noqa: BLE001  # whatever is wrong, the answer has its headers and says nothing of it
                log.error("%s failed: %s%s", entry, type(wrong).__name__, place_of(wrong))
                if is_away(wrong):
                    away = self.refused(request, *AWAY)
                    away.headers["retry-after"] = str(RETRY_SECONDS)
                    return away
                return self.refused(request, 500, "Có trục trặc", wording.TROUBLE)

        return Route(entry.path, endpoint, methods=[entry.method])

    async def _answered(self, entry: PageRoute, request: Request) -> Response:
        post = request.method == "POST"
        if "\0" in request.url.path or any("\0" in value for _, value in request.query_params.multi_items()):
            raise PageRefused(404, "Không có trang này", wording.NO_PAGE)  # nothing of ours has a NUL
        if post and not self._is_ours(request):
            raise PageRefused(403, "Không nhận", wording.FOREIGN)
        if not entry.roles:
            return await entry.act(request)  # type: ignore[arg-type]  # an entry without roles takes the request itself
        session = await self._session_of(request)
        if session is None:
            form = await read_form(request) if post and not entry.takes_file else Form()
            kept = await self._kept_for_later(request, form)
            return self.page(request, "console/signed_out.html", 401, typed=form.get("text"), kept=kept)
        visit = Visit(self, request, session)
        if not visit.live:
            await self._seen(session)
        if session.member.role not in entry.roles:
            raise PageRefused(403, "Không có quyền", wording.NOT_YOURS)
        if post and not entry.takes_file:
            form = await read_form(request)
            if not has_csrf_token(form, self.turns.seal, session.key):
                raise PageRefused(403, "Trang đã cũ", wording.OLD_FORM)
            visit.form = form
        response = await entry.act(visit)  # type: ignore[arg-type]  # an entry with roles takes a visit
        await self._sent(visit, response)
        return response

    async def _sent(self, visit: Visit, response: Response) -> None:
        """What was taken is no draft any more."""
        note = response.headers.get("location", "").partition("note=")[2]
        if response.status_code == 303 and visit.form.get("draft") and note not in NOT_DONE:
            async with self.turns.db.writing() as connection:
                await drafts.drop(connection, visit.member.id, visit.form.get("draft"))

    async def _kept_for_later(self, request: Request, form: Form) -> bool:
        """Keep what was typed under a session that ended meanwhile, as a draft of its member's."""
        cookie = request.cookies.get(self.cookie, "")
        if not form.get("draft") or not cookie or len(cookie) > 100:
            return False
        turns = self.turns
        async with turns.db.reading() as connection:
            session = await staff.ended(connection, cookie)
        if session is None or not has_csrf_token(form, turns.seal, session.key):
            return False
        return await self.keep_draft(session.member, form)

    async def keep_draft(self, member: Member, form: Form) -> bool:
        """Keep what stands in a form as this member's draft; False when it is too long, or seems to hold a secret."""
        fields = {name: form.get(name) for name in form.posted if name not in NO_DRAFT}
        turns = self.turns
        if any(trouble_in(clean(f), turns.content.staff_weights) == "secret" for f in fields.values()):
            return False
        async with turns.db.writing() as connection:
            return await drafts.keep(
                turns.db, connection, turns.seal, member.id, form.get("draft"), fields, turns.clock()
            )

    def _is_ours(self, request: Request) -> bool:
        """Whether a form was posted from a page of ours."""
        if request.headers.get("sec-fetch-site", "") not in SAME_SITE:
            return False
        return is_ours(request.headers.get("origin"), request.headers.get("host"), self.address)

    async def _seen(self, session: Session) -> None:
        now = self.turns.clock()
        if now - session.seen_at >= 1.0:
            async with self.turns.db.writing() as connection:
                await staff.seen(connection, session.key, now)


def _draft(form: str) -> Markup:
    """The field that names a form whose text is kept while it is typed, until it was taken."""
    return Markup('<input type="hidden" name="draft" value="{}">').format(form)


def _live(part: Live) -> Markup:
    """The attributes of an element that holds a live part."""
    return Markup('data-live="{}" data-tag="{}"').format(part.address, part.tag)
