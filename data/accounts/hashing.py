"""Hashing passwords with argon2id, aside from the event loop. Used by the accounts of our own.

Invariant: one thread hashes at a time, so that whoever only talks keeps the other core; a password is compared in NFC.
"""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from data.accounts.port import Away

_T = TypeVar("_T")
NICE = 15  # of the thread that hashes


def normal(password: str) -> str:
    """The password as it is compared and hashed: the same letters however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)


def _be_nice() -> None:
    """This thread alone gives way to whoever talks: on Linux a thread has a niceness of its own."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class Hasher:
    """argon2id with `memory_kib` KiB and `passes`, one lane. At most `waiting` calls wait; one more raises Away."""

    def __init__(self, *, memory_kib: int = 19_456, passes: int = 2, waiting: int = 100) -> None:
        self._argon2 = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="argon2", initializer=_be_nice)
        self._waiting, self._limit = 0, waiting

    @functools.cached_property
    def nobodys(self) -> str:
        """What the password of an account that does not exist is compared with."""
        return self._argon2.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        """A fresh hash as a PHC string."""
        return await self._on_thread(functools.partial(self._argon2.hash, normal(password)))

    async def fits(self, kept: str, password: str) -> bool:
        """Whether this is the password; "" fits none, and takes as long."""
        fits = await self._on_thread(functools.partial(self._verified, kept, normal(password)))
        return fits and bool(kept)

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._argon2.verify(kept or self.nobodys, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _on_thread(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= self._limit:
            raise Away("too many passwords wait to be hashed")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Hash no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
