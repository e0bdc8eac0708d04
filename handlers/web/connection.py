"""uvicorn's WebSocket connection, made so that a line can be cut. Used by bot/serve.py.

uvicorn closes a line once all that was written has left; a peer that does not read keeps it open for ever that way.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

CUT_SECONDS = 1.5  # what a line has to be closed in an orderly way


class SocketConnection(WebSocketsSansIOProtocol):
    """A connection whose ASGI scope holds `state["abort"]`, which cuts it; every orderly close is followed by a cut."""

    def handle_connect(self, event: Request) -> None:
        """Begin the ASGI call."""
        super().handle_connect(event)
        if hasattr(self, "scope"):  # it was no refusal
            self.scope["state"]["abort"] = self.transport.abort

    def keepalive_timeout(self) -> None:
        """The peer did not answer a ping."""
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        """The process ends."""
        super().shutdown()
        self.loop.call_later(CUT_SECONDS, self.transport.abort)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The ASGI call is over."""
        super().on_task_complete(task)
        self.loop.call_later(CUT_SECONDS, self.transport.abort)
