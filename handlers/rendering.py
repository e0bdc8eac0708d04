"""How pages are made: templates, the version of the static files, the headers. Rule: no page leaves without its headers."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

PAGES = Path(__file__).parent / "pages"
SAME_SITE = ("same-origin", "none", "")  # Sec-Fetch-Site of a form that is ours


def templates() -> Environment:
    """The templates of all pages; everything that is put into them is escaped."""
    return Environment(
        loader=FileSystemLoader(PAGES / "templates"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def static_version() -> str:
    """Ten hexadecimal digits that change whenever a static file does."""
    digest = hashlib.sha256()
    for path in sorted((PAGES / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def page_headers(*, https: bool, connect: str = "'self'", referrer: str = "no-referrer") -> dict[str, str]:
    """The headers of an HTML page. `connect`: what scripts may call.

    `referrer`: a page with forms whose Origin is checked needs "same-origin"; without referrers browsers send "null".
    """
    headers = {
        "content-security-policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src {connect}; form-action 'self'; base-uri 'none'; object-src 'none'; "
            "frame-ancestors 'none'; manifest-src 'self'"
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
