"""Posted forms: reading them within limits, their CSRF token, and what every form that edits something does.

Called by access.py before a page acts, and by the pages that edit. Invariant: a form is small text fields, never a file.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from data.seal import Seal

if TYPE_CHECKING:
    from handlers.console.access import Visit

FORM_LIMIT = 65536  # bytes of a posted form
FORM_FIELDS = 60


class _TooLong(Exception):
    """More bytes came than a form may have."""


@dataclass(frozen=True, slots=True)
class Form:
    """A posted form: text without NUL, with \\n line ends."""

    posted: FormData = field(default_factory=FormData)

    def get(self, name: str) -> str:
        """The first value of a field; "" when it is absent."""
        return (self.all(name) or [""])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field (ticked boxes)."""
        values = (value for value in self.posted.getlist(name) if isinstance(value, str))
        return [v.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n") for v in values]


async def read_form(request: Request) -> Form | None:
    """What was posted; None when it is too long, has too many fields or a file."""
    left = FORM_LIMIT

    async def counted() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLong
        return message

    try:
        bounded = Request(request.scope, counted)
        return Form(await bounded.form(max_files=0, max_fields=FORM_FIELDS, max_part_size=FORM_LIMIT))
    except (HTTPException, MultiPartException, _TooLong):
        return None


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
