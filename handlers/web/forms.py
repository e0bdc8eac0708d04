"""Posted forms, read within limits. Called by the secure page and by the console's forms.

Invariant: a form is small text fields, never a file; no more of it is read than its limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

MOST_FIELDS = 60  # of one form
_TOO_MUCH = ("Too many", "exceeded")  # in what Starlette says of a form beyond its limits


class BadForm(Exception):
    """What was posted is no form that can be taken: `status` 413 where it is too long, 400 where it cannot be read."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


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


async def posted(request: Request, *, limit: int, fields: int = MOST_FIELDS) -> Form:
    """The form of a request, of at most `limit` bytes. Raises BadForm."""
    left = limit

    async def counted() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BadForm(413)
        return message

    try:
        bounded = Request(request.scope, counted)
        return Form(await bounded.form(max_files=0, max_fields=fields, max_part_size=limit))
    except (HTTPException, MultiPartException) as wrong:
        said = wrong.detail if isinstance(wrong, HTTPException) else wrong.message
        raise BadForm(413 if any(word in said for word in _TOO_MUCH) else 400) from None
