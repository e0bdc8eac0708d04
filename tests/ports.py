"""Ports for services that are started, killed and started again on the same one."""

from __future__ import annotations

import random
import socket

# Below what systems hand out by themselves (Linux from 32768, others from 49152): nothing takes a port while its service is down.
_PORTS = range(10_000, 32_000)
_given: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody listens on, and that is given once."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port
