"""Accounts behind an HTTP service: TROLY_ACCOUNTS=http. Implements the port of data/accounts/port.py by docs/accounts-api.yaml.

What may be repeated (preparing, asking) is repeated a few times where no answer comes. Invariant: a commit is posted once for
each time somebody calls `commit`; what its silence means is found out by asking.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import httpx
import msgspec

from data.accounts.port import Away, Prepared, Standing, State, Wanted
from data.registry.keys import phone_key
from data.seal import Seal

_T = TypeVar("_T")
log = logging.getLogger("troly.accounts")

CHANGES = "password-changes/"
TRIES = 3
APART = 0.3  # seconds between two tries


class _PrepareAnswer(msgspec.Struct):
    outcome: Literal["ready", "wrong", "same", "locked"]
    phone: str = ""
    phone_changed_at: datetime | None = None


class _AccountAnswer(msgspec.Struct):
    state: Literal["open", "locked", "none"]


class _StateAnswer(msgspec.Struct):
    state: Literal["prepared", "done", "refused", "none"]


@dataclass(frozen=True, slots=True)
class RemoteAccounts:
    """The service at `url`, which knows us by a bearer token. `seconds`: how long one answer may take."""

    client: httpx.AsyncClient
    url: str
    token: str = field(repr=False)
    seal: Seal = field(repr=False)
    seconds: float = 5.0

    async def prepare(self, wanted: Wanted) -> Prepared:
        """Repeated under the same id where no answer comes: preparing again replaces what was prepared."""
        body: dict[str, Any] = {"account": wanted.code, "new_password": wanted.new}
        if wanted.old is not None:
            body["old_password"] = wanted.old
        answer = await self._asked("PUT", CHANGES + wanted.change, body)
        told = _read(answer, _PrepareAnswer)
        if told.outcome == "ready" and wanted.old is None and not wanted.vouched:
            theirs = phone_key(self.seal, told.phone)
            if theirs != wanted.phone_key:  # it is prepared there, and nobody will ever commit it
                return Prepared("wrong")
        changed = told.phone_changed_at.timestamp() if told.phone_changed_at else None
        return Prepared(told.outcome, told.phone, changed)

    async def commit(self, change: str) -> State:
        """Posted once."""
        return _read(await self._once("POST", f"{CHANGES}{change}/commit"), _StateAnswer).state

    async def state(self, change: str) -> State:
        return _read(await self._asked("GET", CHANGES + change), _StateAnswer).state

    async def standing(self, code: str) -> Standing:
        return _read(await self._asked("GET", f"accounts/{code}"), _AccountAnswer).state

    @property
    def ours(self) -> bool:
        return False

    async def _asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """The answer to what may be asked again."""
        for left in reversed(range(TRIES)):
            try:
                return await self._once(method, path, body)
            except Away:
                if not left:
                    raise
                await asyncio.sleep(APART)
        raise AssertionError("the last try returns or raises")

    async def _once(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        url = f"{self.url.rstrip('/')}/v1/{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with asyncio.timeout(self.seconds):
                answer = await self.client.request(method, url, json=body, headers=headers)
        except (httpx.HTTPError, TimeoutError) as wrong:
            raise Away(type(wrong).__name__) from None
        if answer.status_code != 200:
            log.warning("the accounts service answered %d", answer.status_code)
            raise Away(f"HTTP {answer.status_code}")
        return answer


def _read(answer: httpx.Response, shape: type[_T]) -> _T:
    """The answer as the contract says it is. Raises Away for anything else: nothing is known then."""
    try:
        return msgspec.json.decode(answer.content, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError):
        log.warning("the accounts service answered what the contract does not know")
        raise Away("unreadable") from None
