"""150 strangers who each post 1 MB to the Telegram webhook without its secret, and hold the end of it back.

    python -m benchmarks.attacks.webhook_flood [--tree OTHER_CHECKOUT]

Printed: how many were answered 401 before their body was whole, and what the service's memory grew by.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from benchmarks.attacks.running import Running, running, tree

STRANGERS = 150
BODY = 1_000_000  # bytes, under the webhook's limit
HELD = 10.0  # seconds for which the last byte is held back
HEAD = b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def stranger(service: Running, answered: list[bytes]) -> None:
    """Post all but the last byte, and look whether there is an answer."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", service.port), HELD) as one:
        one.sendall(HEAD % BODY)
        sent = 0
        with contextlib.suppress(OSError):
            while sent < BODY - 1:
                sent += one.send(b"x" * min(65536, BODY - 1 - sent))
        answered.append(one.recv(12))


def main() -> None:
    """Attack once."""
    settings = {
        "TELEGRAM_TOKEN": "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "TELEGRAM_API_BASE": "http://127.0.0.1:9",
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_WEBHOOK_SECRET": "a-webhook-secret-of-an-attack_01",
        "PUBLIC_URL": "https://troly.example.vn",
    }
    with running(tree(), **settings) as service:
        time.sleep(2)
        before, answered = service.memory(), list[bytes]()
        threads = [threading.Thread(target=stranger, args=(service, answered)) for _ in range(STRANGERS)]
        for thread in threads:
            thread.start()
        time.sleep(HELD / 2)
        during = service.memory()
        for thread in threads:
            thread.join()
        refused = sum(a.endswith(b"401") for a in answered)
        print(
            f"{STRANGERS} strangers, {BODY:,} bytes each: {refused} refused before the body was whole, "
            f"memory {before} -> {during} MB (at most {service.memory('VmHWM')} MB)"
        )


if __name__ == "__main__":
    main()
