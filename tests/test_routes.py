"""Every route of the web door over real HTTP: who gets what, under which headers. Rule: a new route without its row is red."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
import websockets
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from handlers.web.chat import Web
from tests.fork_server import ForkServer
from tests.houses import House
from tests.screens import RealServer

WHO = ("nobody", "visitor", "other")
DEAD = "A" * 43
HTML_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
}


@dataclass(frozen=True)
class Row:
    """One way to call a route: what nobody, the visitor whose talk it is, and another visitor get."""

    route: str  # "METHOD path", as the door declares it
    path: str  # {live}: the token of the visitor's secure page
    statuses: tuple[int, int, int]
    kind: str = "html"  # html, json, file
    form: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    why: str = ""

    def __str__(self) -> str:
        return f"{self.route} {self.path} {self.why}".strip()


FORM = {"csrf_token": "{csrf_token}", "otp": "123"}
MATRIX = (
    Row("GET /", "/", (200, 200, 200)),
    Row("MOUNT /chat/static", "/chat/static/style.css", (200, 200, 200), "file"),
    Row("MOUNT /chat/static", "/chat/static/chat.js", (200, 200, 200), "file"),
    Row("MOUNT /chat/static", "/chat/static/..%2f..%2fweb_chat.py", (404, 404, 404), why="outside"),
    Row("MOUNT /chat/static", "/chat/static/%2e%2e/templates/chat.html", (404, 404, 404), why="outside"),
    Row("MOUNT /chat/static", "/chat/static/", (404, 404, 404), why="no listing"),
    # the address of a secure page is the right to it: the person may come from Telegram, without any cookie
    Row("GET /secure/{token}", "/secure/{live}", (200, 200, 200)),
    Row("GET /secure/{token}", f"/secure/{DEAD}", (410, 410, 410), why="unknown"),
    Row("GET /secure/{token}", "/secure/..%2f", (404, 404, 404), why="two parts"),
    Row("POST /secure/{token}", "/secure/{live}", (422, 422, 422), form=FORM, why="three digits"),
    Row(
        "POST /secure/{token}",
        "/secure/{live}",
        (422, 422, 422),
        form={**FORM, "otp": "१२३४५६"},
        why="other digits",
    ),
    Row(
        "POST /secure/{token}",
        "/secure/{live}",
        (403, 403, 403),
        form={"otp": "123456"},
        why="without the form",
    ),
    Row(
        "POST /secure/{token}",
        "/secure/{live}",
        (403, 403, 403),
        form={**FORM, "otp": "123456"},
        headers={"sec-fetch-site": "cross-site"},
        why="from another site",
    ),
    Row(
        "POST /secure/{token}",
        "/secure/{live}",
        (413, 413, 413),
        form={**FORM, "otp": "1" * 9000},
        why="too long",
    ),
    Row("POST /secure/{token}", f"/secure/{DEAD}", (410, 410, 410), form=FORM, why="unknown"),
    Row("GET /papers/{token}", f"/papers/{DEAD}", (410, 410, 410), why="unknown"),
    Row("GET /papers/{token}", "/papers/..%2f", (404, 404, 404), why="two parts"),
    Row(
        "GET /papers/{token}/qr.svg",
        f"/papers/{DEAD}/qr.svg",
        (200, 200, 200),
        "picture",
        why="it is its address drawn",
    ),
    Row("GET /unit/{token}", f"/unit/{DEAD}", (410, 410, 410), why="unknown"),
    Row("GET /unit/{token}/list.xlsx", f"/unit/{DEAD}/list.xlsx", (410, 410, 410), why="unknown"),
    Row("GET /unit/{token}/list.pdf", f"/unit/{DEAD}/list.pdf", (410, 410, 410), why="unknown"),
    Row("POST /unit/{token}/remind", f"/unit/{DEAD}/remind", (410, 410, 410), form=FORM, why="unknown"),
    Row("POST /chat/picture", "/chat/picture", (403, 409, 409), "json", form={}, why="nobody asked for one"),
    Row("POST /telegram/webhook", "/telegram/webhook", (404, 404, 404), form={}, why="no Telegram here"),
    Row("GET /healthz", "/healthz", (200, 200, 200), "json"),
    Row("GET /readyz", "/readyz", (200, 200, 200), "json"),
)
# the socket is no plain request; its rows are the test of its own below
SOCKET = "SOCKET /chat/socket"
WEBHOOKS = {"POST /telegram/webhook"}  # answered before the routes where the channel is set up
NO_ROUTES = (
    "/nothing",
    "/console/",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/chat/socket",
    "/secure/",
    "/.env",
)


def names(routes: list[BaseRoute]) -> set[str]:
    """Every route as "METHOD path"; HEAD goes with GET."""
    out = set()
    for route in routes:
        if isinstance(route, Route):
            out |= {f"{method} {route.path}" for method in (route.methods or {"ANY"}) if method != "HEAD"}
        elif isinstance(route, WebSocketRoute):
            out.add(f"SOCKET {route.path}")
        elif isinstance(route, Mount):
            out.add(f"MOUNT {route.path}")
        else:
            out.add(f"UNKNOWN {route!r}")
    return out


async def test_every_route_has_its_row(sqlite_house: House) -> None:
    door = Web(
        sqlite_house.turns,
        address="http://127.0.0.1:8080",
        demo=True,
        text_limit=2000,
        frames_per_minute=100,
        code_sender=None,
        say_elsewhere={},
    )
    assert names(list(door.app.routes)) == {row.route for row in MATRIX} - WEBHOOKS | {SOCKET}


@dataclass
class Served:
    """A real service, two visitors' cookies, and the first one's secure page with its CSRF token."""

    server: RealServer
    cookies: dict[str, dict[str, str]]
    live: str
    csrf_token: str

    def fill(self, text: str) -> str:
        return text.replace("{live}", self.live).replace("{csrf_token}", self.csrf_token)

    async def call(self, row: Row, who: str, method: str = "") -> httpx.Response:
        method = method or row.route.split()[0].replace("MOUNT", "GET")
        async with httpx.AsyncClient(base_url=self.server.address, cookies=self.cookies[who]) as client:
            data = None if row.form is None else {k: self.fill(v) for k, v in row.form.items()}
            return await client.request(method, self.fill(row.path), data=data, headers=row.headers)

    def line(self, who: str, origin: str | None = None) -> websockets.connect:
        cookie = "; ".join(f"{k}={v}" for k, v in self.cookies[who].items())
        return websockets.connect(
            self.server.address.replace("http", "ws") + "/chat/socket",
            additional_headers={"Cookie": cookie} if cookie else {},
            origin=origin,  # type: ignore[arg-type]  # the library's own alias of str
        )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer) -> AsyncIterator[Served]:
    server = RealServer(tmp_path_factory.mktemp("routes"), fork_server)
    await server.start()
    try:
        cookies: dict[str, dict[str, str]] = {"nobody": {}}
        for who in ("visitor", "other"):
            async with httpx.AsyncClient(base_url=server.address) as client:
                cookies[who] = dict((await client.get("/")).cookies)
        one = Served(server, cookies, "", "")
        link = ""
        async with one.line("visitor") as line:
            for n, words in enumerate(("tra cuu", "Đồng ý", "Trần Thị Bé Ba 17/01/1983", "Nhận mã OTP")):
                await line.send(json.dumps({"id": f"m{n}", "text": words}))
                frame = json.loads(await line.recv())
                link = next((r["link"] for r in frame["replies"] if "link" in r), "")
        assert link.startswith(f"{server.address}/secure/"), frame
        one.live = link.rpartition("/")[2]
        async with httpx.AsyncClient() as client:
            found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', (await client.get(link)).text)
        assert found is not None
        one.csrf_token = found.group(1)
        yield one
    finally:
        await server.stop()
    assert "Traceback" not in server.words()


def assert_html(response: httpx.Response) -> None:
    """The headers that every page of ours has."""
    assert {k: response.headers.get(k) for k in HTML_HEADERS} == HTML_HEADERS
    policy = {part.strip() for part in response.headers["content-security-policy"].split(";")}
    connect = {part for part in policy if part.startswith("connect-src ")}
    assert policy - connect == POLICY
    assert connect == {f"connect-src 'self' ws://{response.url.netloc.decode()}"}
    assert "<script>" not in response.text
    assert not re.search(
        r"\bstyle=|\bon[a-z]+=|https?://(?!www\.w3\.org/)", re.sub(r"[^\x00-\x7f]", "", response.text)
    )


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("row", MATRIX, ids=str)
async def test_each_caller_gets_what_the_matrix_says(served: Served, row: Row, who: str) -> None:
    response = await served.call(row, who)
    assert response.status_code == row.statuses[WHO.index(who)]
    assert "server" not in response.headers
    if row.kind == "html" or response.status_code == 404:
        assert_html(response)
    else:
        kind = {"json": "application/json", "file": "text/", "picture": "image/svg+xml"}[row.kind]
        assert response.headers["content-type"].startswith(kind)
    if row.kind == "file" and response.status_code == 200:
        assert response.headers["x-content-type-options"] == "nosniff"
    gets_a_cookie = row.route == "GET /" and who == "nobody"
    assert ("set-cookie" in response.headers) is gets_a_cookie
    if gets_a_cookie:
        cookie = response.headers["set-cookie"]
        value, *marks = cookie.split("; ")
        assert re.fullmatch(r"troly_visitor=[\w-]{32}", value)
        lasts = next(mark for mark in marks if re.fullmatch(r"Max-Age=\d+", mark))
        assert {*marks} - {lasts} == {"HttpOnly", "Path=/", "SameSite=lax"}


@pytest.mark.asyncio(loop_scope="module")
async def test_a_look_without_a_body_is_answered_like_a_look(served: Served) -> None:
    for row in MATRIX:
        if row.route.startswith(("GET", "MOUNT")):
            head = await served.call(row, "visitor", "HEAD")
            assert (head.status_code, head.content) == (row.statuses[1], b""), str(row)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_no_route_is_a_kind_page_with_every_header(served: Served) -> None:
    for path in NO_ROUTES:
        response = await served.call(Row("GET ?", path, (404, 404, 404)), "visitor")
        assert response.status_code == 404, path
        assert_html(response)
    for row in MATRIX:
        if not row.route.startswith("MOUNT"):
            for method in ("PUT", "DELETE", "PATCH"):
                response = await served.call(row, "visitor", method)
                assert response.status_code == 404, f"{method} {row}"
                assert_html(response)


@pytest.mark.asyncio(loop_scope="module")
async def test_only_visitors_on_our_own_page_get_a_line_and_each_their_own_talk(served: Served) -> None:
    """The row of SOCKET: nobody 403, visitor and other 101; another origin 403 for everyone."""
    evil, ours = "https://evil.example", served.server.address
    for who, origin in (
        ("nobody", None),
        ("nobody", ours),
        ("visitor", evil),
        ("other", evil),
        ("visitor", "null"),
    ):
        with pytest.raises(websockets.InvalidStatus) as no:
            async with served.line(who, origin):
                pass
        assert no.value.response.status_code == 403, (who, origin)
    seen = {}
    for who in ("visitor", "other"):
        async with served.line(who, ours) as line:
            await line.send('{"after": 0}')
            seen[who] = json.loads(await line.recv())
    assert seen["visitor"]["at"] == {"flow": "lookup", "step": "code"}
    assert seen["other"]["at"] is None
    assert seen["other"]["replies"] == []
    assert seen["other"]["conversation"] != seen["visitor"]["conversation"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_file_of_the_present_version_is_kept_by_the_browser_and_another_is_asked_for(
    served: Served,
) -> None:
    async with httpx.AsyncClient(base_url=served.server.address) as client:
        page = (await client.get("/")).text
        addresses = sorted(set(re.findall(r'(?:src|href)="(/chat/static/[^"]+)"', page)))
        assert len(addresses) == 3
        for address in addresses:
            assert "immutable" in (await client.get(address)).headers["cache-control"]
            assert (await client.get(address.split("?")[0])).headers["cache-control"] == "no-cache"
