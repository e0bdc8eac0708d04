"""An outside Bot API server to test against. Rule: what we add to lo-bot and teremok is named as ours.

Theirs: the wire, update queues, long polls, webhook delivery, secrets, limits (lo-bot-api-emulator); parse
modes, lengths, keyboard rules (teremok). Ours, each marked "ours:" below: the record of calls, a user name in
getMe, the answer to sendContact, topics (lo-bot knows none), scripted faults, updates of kinds that lo-bot refuses to queue, and fingers
that press what was last shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiogram.methods import AnswerCallbackQuery, SendMessage
from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator
from teremok.validation import ApiRuleViolation, validate_method

TOKEN = "7777777777:SYNTHETIC-token_of-no-real-bot-0000000"
WAIT = 60.0  # seconds until a test that waits for something gives up

_RULES: dict[str, type[Any]] = {"sendMessage": SendMessage, "answerCallbackQuery": AnswerCallbackQuery}


@dataclass(frozen=True)
class Call:
    """One call of the bot: its method, its fields with JSON decoded, and the message id it got, if any."""

    method: str
    fields: dict[str, Any]
    message_id: int = 0

    @property
    def chat(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        """The text as a person reads it: we send no markup."""
        assert "parse_mode" not in self.fields
        return str(self.fields.get("text", ""))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        markup = self.fields.get("reply_markup") or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [b if isinstance(b, dict) else {"text": b} for row in rows for b in row]

    @property
    def topic(self) -> int:
        """The topic it was sent to; 0 outside of topics."""
        return int(self.fields.get("message_thread_id", 0))

    @property
    def labels(self) -> list[str]:
        return [b["text"] for b in self.buttons]


@dataclass
class Fault:
    """ours: a scripted refusal of the next `times` calls of `method` (any if ""), for one chat or for all."""

    status: int
    description: str
    method: str = "sendMessage"
    chat: int = 0
    times: int = 1
    retry_after: int = 0
    only: Callable[[dict[str, Any]], bool] = field(default=lambda fields: True)


class Emulator(LoBotApiEmulator):  # type: ignore[misc]  # lo-bot has no type hints
    """lo-bot on a loopback port; `calls` of the bot were taken, those in `refused` were not."""

    def __init__(self) -> None:
        super().__init__(allow_insecure_loopback_webhooks=True, max_updates=100_000)
        self.calls: list[Call] = []
        self.refused: list[tuple[Call, int]] = []
        self.files: list[dict[str, Any]] = []  # ours: what came as a file and was taken
        self.faults: list[Fault] = []
        self.base = ""
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()
        self._message_id = 1000
        self._raw: deque[str] = deque()

    async def start(self, port: int = 0) -> Emulator:
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        port = self._runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what is asked of it

    async def handle(self, request: web.Request) -> web.Response:
        """ours: a body handed to `answer_with` is the answer to the next getUpdates, to the letter."""
        if self._raw and request.match_info["method"] == "getUpdates":
            return web.Response(text=self._raw.popleft(), content_type="application/json")
        answer: web.Response = await super().handle(request)
        return answer

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        """Faults first, then teremok's rules, then lo-bot's; then the call is on record."""
        call = Call(method, {name: _decoded(name, value) for name, value in fields.items()})
        try:
            self._fail_if_told(call)
            _check_with_teremok(call)
            if method == "sendContact":
                result = self._send_contact(call)
            else:
                known = {name: value for name, value in fields.items() if name != "message_thread_id"}
                result = super().validate(method, known, uploads)  # ours: topics are only on record
        except ApiRefusal as refusal:
            self.refused.append((call, refusal.status))
            self._changed.set()
            raise
        self.files += uploads.values()
        if method == "getMe":
            result["username"] = "troly_test_bot"  # ours: lo-bot has none
        number = result["message_id"] if isinstance(result, dict) and "message_id" in result else 0
        if method != "getUpdates":
            self.calls.append(Call(call.method, call.fields, number))
        self._changed.set()
        return result

    def _send_contact(self, call: Call) -> dict[str, Any]:
        """ours: lo-bot does not model sendContact."""
        if not call.fields.get("phone_number") or not call.fields.get("first_name"):
            raise ApiRefusal("Bad Request: phone number or first name is empty")
        self.next_id += 1
        return {"message_id": self.next_id, "date": 1, "chat": {"id": call.chat, "type": "private"}}

    def _fail_if_told(self, call: Call) -> None:
        for fault in self.faults:
            mine = (
                fault.method in ("", call.method) and fault.chat in (0, call.chat) and fault.only(call.fields)
            )
            if mine and fault.times > 0:
                fault.times -= 1
                parameters = {"retry_after": fault.retry_after} if fault.retry_after else None
                raise ApiRefusal(fault.description, fault.status, parameters)

    # -- what people do

    async def people_send(self, update: dict[str, Any], *, number: int | None = None) -> int:
        """Queue one update as lo-bot does; kinds it refuses are queued by us all the same (ours)."""
        kinds = set(update) - {"update_id"}
        if kinds <= {"message", "callback_query"} and number is None:
            sent: int = await self.enqueue_update(update, token=TOKEN)
            return sent
        inbox = self._update_queues._state(TOKEN)  # ours: edited_message, my_chat_member, malformed, repeated
        async with inbox.condition:
            number = inbox.next_id if number is None else number
            inbox.next_id = max(inbox.next_id, number + 1)
            inbox.updates.append({"update_id": number, **copy.deepcopy(update)})
            inbox.condition.notify_all()
        await self.deliver_updates(token=TOKEN)
        return number

    async def enqueue_all(self, updates: list[dict[str, Any]]) -> list[int]:
        """ours: queue several at once, so that one poll sees them together."""
        inbox = self._update_queues._state(TOKEN)
        numbers = []
        async with inbox.condition:
            for update in updates:
                numbers.append(inbox.next_id)
                inbox.updates.append({"update_id": inbox.next_id, **copy.deepcopy(update)})
                inbox.next_id += 1
            inbox.condition.notify_all()
        return numbers

    def answer_with(self, body: str) -> None:
        """ours: the next getUpdates gets exactly this body."""
        self._raw.append(body)

    async def write(self, person: int, text: str) -> int:
        return await self.people_send(self.message(person, text=text))

    def message(self, person: int, **content: Any) -> dict[str, Any]:
        """A message of a private chat as Telegram makes it; `content` is text=…, contact=…, sticker=…"""
        self._message_id += 1
        return {
            "message": {
                "message_id": self._message_id,
                "date": 1_790_000_000,
                "from": {"id": person, "is_bot": False, "first_name": "Lan"},
                "chat": {"id": person, "type": "private", "first_name": "Lan"},
                **content,
            }
        }

    def press_of(self, person: int, data: str, *, message_id: int = 1) -> dict[str, Any]:
        """A press of an inline button with this callback data."""
        self._message_id += 1
        return {
            "callback_query": {
                "id": f"press-{self._message_id}",
                "from": {"id": person, "is_bot": False, "first_name": "Lan"},
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": message_id,
                    "date": 1_790_000_000,
                    "chat": {"id": person, "type": "private"},
                    "text": "…",
                },
            }
        }

    def shown(self, person: int, label: str) -> tuple[Call, dict[str, Any]]:
        """ours: the newest button of this label that the person sees, and the message it is on."""
        for call in reversed(self.calls):
            if call.method == "sendMessage" and call.chat == person:
                for button in call.buttons:
                    if button["text"] == label:
                        return call, button
        raise AssertionError(f"no button {label!r}; newest: {[c.labels for c in self.calls[-3:]]}")

    async def press(self, person: int, label: str) -> int:
        """ours: press the newest button of this label, inline or of the keyboard."""
        call, button = self.shown(person, label)
        if "callback_data" in button:
            return await self.people_send(
                self.press_of(person, button["callback_data"], message_id=call.message_id)
            )
        if button.get("request_contact"):
            raise AssertionError("use `share` for the button that shares a phone number")
        return await self.write(person, label)

    async def share(self, person: int, phone: str, *, user_id: int | None, **more: Any) -> int:
        """A shared contact; `user_id` is whose it is as Telegram says, None when it says nothing."""
        contact: dict[str, Any] = {"phone_number": phone, "first_name": "Lan"}
        if user_id is not None:
            contact["user_id"] = user_id
        return await self.people_send(self.message(person, contact=contact, **more))

    # -- waiting for it

    async def until(self, true: Callable[[], Any]) -> None:
        """Wait until `true()` is, looking again after each call of the bot; fails after WAIT seconds."""
        async with asyncio.timeout(WAIT):
            while not true():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):  # an acknowledgement shows only inside lo-bot
                    await asyncio.wait_for(self._changed.wait(), 0.02)

    async def called(self) -> None:
        """Wait for the next call of the bot."""
        self._changed.clear()
        await self._changed.wait()

    def to(self, person: int, method: str = "sendMessage") -> list[Call]:
        """The calls of this method for one person, oldest first."""
        return [c for c in self.calls if c.method == method and c.chat == person]

    def texts(self, person: int) -> list[str]:
        return [c.text for c in self.to(person)]

    async def heard(self, person: int, count: int) -> list[str]:
        """The texts sent to a person once there are at least `count`."""
        await self.until(lambda: len(self.to(person)) >= count)
        return self.texts(person)

    def pending(self) -> int:
        """How many updates are not acknowledged yet."""
        return len(self._update_queues._state(TOKEN).updates)

    async def acknowledged(self) -> None:
        """Wait until every queued update is acknowledged."""
        await self.until(lambda: self.pending() == 0)


def _decoded(name: str, value: Any) -> Any:
    if name in ("reply_markup", "commands", "menu_button", "allowed_updates") and isinstance(value, str):
        return json.loads(value)
    return value


def _check_with_teremok(call: Call) -> None:
    rules = _RULES.get(call.method)
    if rules is None:
        return
    try:
        validate_method(None, rules.model_validate({"parse_mode": None, **call.fields}))  # type: ignore[arg-type]  # it asks a bot only for defaults
    except ApiRuleViolation as violation:
        raise ApiRefusal(violation.description) from None
