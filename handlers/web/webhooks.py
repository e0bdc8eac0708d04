"""Takes what channels post: who calls is checked first, then the body is read, within limits. Called by server.py.

Invariant: of a caller who is refused not one byte of the body is read; what a door takes is answered only once it has
committed or refused it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from handlers.doors import Webhook

RETRY = {"Retry-After": "1"}  # seconds until a channel may post again


class Webhooks:
    """The webhooks of one process. `at_once`: how many bodies may be read or acted on at a time."""

    def __init__(self, webhooks: Mapping[str, Webhook], at_once: int) -> None:
        self._webhooks = webhooks
        self._at_once = at_once
        self._inside = 0

    def at(self, scope: Scope) -> Webhook | None:
        """The webhook that is called, or None."""
        return self._webhooks.get(scope.get("path", "")) if scope.get("method") == "POST" else None

    async def answer(self, webhook: Webhook, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one call and answer it."""
        reply = webhook.refused(scope["headers"])
        if reply is None and _announced(scope) > webhook.body_limit:
            reply = 413, {}
        if reply is None and self._inside >= self._at_once:
            reply = 503, RETRY
        if reply is None:
            self._inside += 1
            try:
                body = await _body(receive, webhook.body_limit)
                reply = (503, RETRY) if body is None else await webhook.take(scope["headers"], body)
            finally:
                self._inside -= 1
        status, given = reply
        headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        headers.append((b"content-length", b"0"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})


def _announced(scope: Scope) -> int:
    """How long the caller says the body is; 0 where it does not say."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said[:20]) if said.isdigit() else 0


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The body, with at most one piece beyond `limit`; None where the caller went away."""
    body, more = bytearray(), True
    while more and len(body) <= limit:
        piece = await receive()
        if piece["type"] == "http.disconnect":
            return None
        body += piece.get("body", b"")
        more = piece.get("more_body", False)
    return bytes(body)
