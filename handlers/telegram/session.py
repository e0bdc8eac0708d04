"""How aiogram's Bot reaches Telegram: one JSON body a call, and an answer that is read only as far as somebody wants it.

Rule: only what sends a file is a form. aiogram's own session quotes a form and makes objects of every answer, which takes longer than the call.
"""

from __future__ import annotations

from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, FormData

SENDS_FILE = "sendDocument"
_JSON = {"Content-Type": "application/json"}
# results that are what JSON gives
_AS_IT_COMES: dict[Any, type] = {bool: bool, dict[str, Any]: dict, list[Any]: list}


class JsonSession(AiohttpSession):
    """aiogram's session with a JSON body and a shorter way back; errors are aiogram's own."""

    _timeouts: dict[float, ClientTimeout]

    async def create_session(self) -> ClientSession:
        """The one client session; it keeps no cookies."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                connector=self._connector_type(**self._connector_init), cookie_jar=DummyCookieJar()
            )
            self._timeouts = {}
        return self._session

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """Call `method`; raises as aiogram's session does."""
        session = await self.create_session()
        seconds = self.timeout if timeout is None else timeout
        limit = self._timeouts.get(seconds)
        if limit is None:
            limit = self._timeouts[seconds] = ClientTimeout(total=seconds)
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        body: FormData | bytes
        if method.__api_method__ == SENDS_FILE:
            body, headers = self.build_form_data(bot, method), None
        else:
            body, headers = method.model_dump_json(exclude_none=True, warnings=False).encode(), _JSON
        try:
            async with session.post(url, data=body, headers=headers, timeout=limit) as answer:
                status, said = answer.status, await answer.read()
        except TimeoutError as wrong:
            raise TelegramNetworkError(method=method, message="Request timeout error") from wrong
        except ClientError as wrong:
            raise TelegramNetworkError(method=method, message=f"{type(wrong).__name__}: {wrong}") from wrong
        kind = _AS_IT_COMES.get(method.__returning__)
        if status == 200 and kind is not None:
            taken = self._taken(said)
            if isinstance(taken, kind):
                return cast(TelegramType, taken)
        text = said.decode("utf-8", "replace")
        return cast(TelegramType, self.check_response(bot, method, status, text).result)

    def _taken(self, said: bytes) -> Any:
        """The result in an answer that says yes; None in any other."""
        try:
            answer = self.json_loads(said)
        except (ValueError, RecursionError):
            return None
        return answer.get("result") if isinstance(answer, dict) and answer.get("ok") is True else None


def is_passing(wrong: BaseException) -> bool:
    """Whether asking again may help: the network, the server, an answer that was cut off."""
    passing = TelegramNetworkError | TelegramServerError | ClientDecodeError | OSError
    return isinstance(wrong, passing) and not isinstance(wrong, TelegramEntityTooLarge)
