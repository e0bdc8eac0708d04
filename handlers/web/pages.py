"""Makes pages: templates, the version of the static files, headers. Called by all routes. Invariant: no page leaves without its headers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from flows.content import Office

PAGES = Path(__file__).parents[1] / "pages"
SAME_SITE = ("same-origin", "none", "")  # Sec-Fetch-Site of a form that is ours


def templates() -> Environment:
    """The templates of all pages; everything that is put into them is escaped."""
    return Environment(
        loader=FileSystemLoader(PAGES / "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Makes the public pages of one office: chat, secure page, notices."""

    def __init__(self, office: Office, *, address: str) -> None:
        self.office = office
        self.https = address.startswith("https://")
        self.version = static_version()
        self._templates = templates()

    def html(
        self, template: str, request: Request, status: int = 200, ancestors: str = "'none'", **context: Any
    ) -> HTMLResponse:
        """A page with its headers; `ancestors`: which sites may frame it."""
        text = self._templates.get_template(template).render(
            office_name=self.office.name, hotline=self.office.hotline, static_version=self.version, **context
        )
        return HTMLResponse(text, status, headers=self.headers(request, ancestors))

    def headers(self, request: Request, ancestors: str = "'none'") -> dict[str, str]:
        """The headers of a public page; its script may call the chat socket."""
        socket = f"{'wss' if self.https else 'ws'}://{request.url.netloc}"
        return page_headers(https=self.https, connect=f"'self' {socket}", ancestors=ancestors)

    def notice(
        self, request: Request, status: int, title: str, message: str, tone: str = "error"
    ) -> HTMLResponse:
        """One sentence and a way back."""
        return self.html("notice.html", request, status, title=title, message=message, tone=tone)


def static_version() -> str:
    """Ten hexadecimal digits that change whenever a static file does."""
    digest = hashlib.sha256()
    for path in sorted((PAGES / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def page_headers(
    *, https: bool, connect: str = "'self'", referrer: str = "no-referrer", ancestors: str = "'none'"
) -> dict[str, str]:
    """The headers of an HTML page. `connect`: what scripts may call. `ancestors`: which sites may frame it.

    `referrer`: a page with forms whose Origin is checked needs "same-origin"; without referrers browsers send "null".
    """
    headers = {
        "content-security-policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src {connect}; form-action 'self'; base-uri 'none'; object-src 'none'; "
            f"frame-ancestors {ancestors}; manifest-src 'self'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": referrer,
        "cache-control": "no-store",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        "cross-origin-opener-policy": "same-origin",
    }
    if https:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return headers
