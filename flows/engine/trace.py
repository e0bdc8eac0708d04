"""Why a turn went as it did: the proposals of the last message, kept only while somebody listens (`troly chat --why`).

Invariant: nothing is heard unless `start` was called, and it goes nowhere but to whoever called it.
"""

from __future__ import annotations

_heard: list[str] | None = None


def start() -> None:
    """Listen from now on."""
    global _heard
    _heard = []


def wanted() -> bool:
    """Whether somebody listens: only then is a reason worth wording."""
    return _heard is not None


def note(line: str) -> None:
    """Say a reason; nothing happens when nobody listens."""
    if _heard is not None:
        _heard.append(line)


def stop() -> list[str]:
    """What was said since `start`; nobody listens any more."""
    global _heard
    heard, _heard = _heard or [], None
    return heard
