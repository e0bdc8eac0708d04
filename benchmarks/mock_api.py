"""A Bot API that says yes to everything, as light as Python allows. Rule: it measures nothing but counts and times of sendMessage."""

from __future__ import annotations

import asyncio
import re
import time

_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
_CHAT = re.compile(rb"chat_id\D{0,20}?([0-9]{3,})")
_MESSAGE = (
    b'{"ok":true,"result":{"message_id":1,"date":1790000000,"chat":{"id":1,"type":"private"},"text":"x"}}'
)
_ME = b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x","username":"x_bot","can_join_groups":false,"can_read_all_group_messages":false,"supports_inline_queries":false}}'
_TRUE = b'{"ok":true,"result":true}'


class MockApi(asyncio.Protocol):
    """One connection; `seen` maps chat ids to the times of their sendMessage calls."""

    seen: dict[int, list[float]] = {}  # noqa: RUF012  # shared on purpose: one server per process

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            header = self._buffer[:head]
            if _CHUNKED.search(header):
                end = self._buffer.find(b"0\r\n\r\n", head + 4)
                if end < 0:
                    return
                total = end + 5
            else:
                found = _LENGTH.search(header)
                total = head + 4 + (int(found.group(1)) if found else 0)
            if len(self._buffer) < total:
                return
            body, self._buffer = self._buffer[head + 4 : total], self._buffer[total:]
            self._answer(header.split(b"\r\n", 1)[0], body)

    def _answer(self, line: bytes, body: bytes) -> None:
        if b"/sendMessage" in line:
            chat = _CHAT.search(body)
            self.seen.setdefault(int(chat.group(1)) if chat else 0, []).append(time.perf_counter())
            out = _MESSAGE
        else:
            out = _ME if b"/getMe" in line else _TRUE
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(out)
            + out
        )


async def serve_mock() -> tuple[asyncio.AbstractServer, str]:
    """The server on a free loopback port, and its address."""
    server = await asyncio.get_running_loop().create_server(MockApi, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
