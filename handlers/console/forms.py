"""Posted forms: reading them within limits, their CSRF token, and what every form that edits something does.

Called by access.py before a page acts, and by the pages that edit. Invariant: a form is small text fields, never a file.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from data.seal import Seal
from handlers.web.forms import Form, posted

if TYPE_CHECKING:
    from handlers.console.access import Visit

FORM_LIMIT = 65536  # bytes of a posted form


async def read_form(request: Request) -> Form:
    """What was posted. Raises BadForm."""
    return await posted(request, limit=FORM_LIMIT)


def csrf_token(seal: Seal, key: str) -> str:
    """The value that a form of this session (or of this sign-in link) must carry."""
    return seal.keyed("console form", key)


def has_csrf_token(form: Form, seal: Seal, key: str) -> bool:
    """Whether the form carries the token of this session (or link)."""
    return hmac.compare_digest(form.get("csrf_token").encode(), csrf_token(seal, key).encode())


async def kept_or_again(
    visit: Visit, keep: Callable[[], Awaitable[str]], again: Callable[[str], Awaitable[Response]]
) -> Response:
    """Keep what was posted and go to the address that `keep` gives; or show the form again.

    Again without a sentence when only a preview was asked for, with it when `keep` refuses by a ValueError.
    """
    if visit.form.get("only_look"):
        return await again("")
    try:
        return visit.go(await keep())
    except ValueError as refused:
        return await again(str(refused))
