"""Half a request on each of 1,100 connections from one address, and a citizen at another address meanwhile.

    python -m benchmarks.attacks.half_requests [--tree OTHER_CHECKOUT] [--connections N]

Printed: how many the service held, whether and how soon the citizen got the chat page, and how many halves were still open
after half a minute.
"""

from __future__ import annotations

import contextlib
import http.client
import selectors
import socket
import sys
import time

from benchmarks.attacks.running import Running, running, tree

ATTACKER, CITIZEN = "127.0.0.2", "127.0.0.3"
LATER = 30.0  # seconds
PATIENCE = 10.0  # seconds a citizen waits for a page


def halves(service: Running, number: int) -> list[socket.socket]:
    """Connections with half a request; those that were refused at once are left out."""
    opened = []
    for _ in range(number):
        one = socket.socket()
        one.settimeout(2)
        try:
            one.bind((ATTACKER, 0))
            one.connect(("127.0.0.1", service.port))
            one.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: y")
        except OSError:
            one.close()
            continue
        opened.append(one)
    return opened


def still_open(sockets: list[socket.socket]) -> int:
    """How many the service has neither answered nor closed."""
    ended = 0
    with selectors.DefaultSelector() as ready:
        for one in sockets:
            ready.register(one, selectors.EVENT_READ)
        ended = len(ready.select(0))
    return len(sockets) - ended


def page(service: Running) -> float | None:
    """Seconds until a citizen has the chat page; None when there is none."""
    began = time.monotonic()
    client = http.client.HTTPConnection("127.0.0.1", service.port, PATIENCE, source_address=(CITIZEN, 0))
    with contextlib.closing(client), contextlib.suppress(OSError, http.client.HTTPException):
        client.request("GET", "/")
        if client.getresponse().status == 200:
            return time.monotonic() - began
    return None


def main() -> None:
    """Attack once."""
    number = int(sys.argv[sys.argv.index("--connections") + 1]) if "--connections" in sys.argv else 1100
    with running(tree()) as service:
        opened = halves(service, number)
        time.sleep(1)
        held = still_open(opened)
        times = [page(service) for _ in range(5)]
        time.sleep(LATER)
        served = [t for t in times if t is not None]
        print(
            f"{number} half requests: {held} held, citizen served {len(served)} of 5 times"
            + (f" in at most {max(served) * 1000:.0f} ms" if served else "")
            + f", {still_open(opened)} still open {LATER:.0f} s later, citizen then "
            + ("served" if page(service) is not None else "NOT served")
        )
        for one in opened:
            one.close()


if __name__ == "__main__":
    main()
