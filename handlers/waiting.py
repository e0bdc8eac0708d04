"""Waiting for work that runs beside: one way for all doors."""

from __future__ import annotations

import asyncio
from typing import Any


async def all_done(tasks: set[asyncio.Task[Any]]) -> None:
    """Return when the set is empty; each task takes itself out of it, and more may come in meanwhile."""
    while tasks:
        await asyncio.wait(set(tasks))
