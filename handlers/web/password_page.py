"""The secure page on which a password is changed: two forms, one after the other, at one address. Called by secure_page.py.

Invariant: what was typed is put into no page again, and no page says whether there is such an account.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from data import proofs
from data.accounts import changes
from data.accounts.changes import PasswordChange
from data.secure.pages import Page
from flows.text.masking import mask_code
from handlers.passwords import PageAnswer, Passwords, Told
from handlers.passwords.wording import TYPED_AGAIN, rules_for, sentence
from handlers.turns.json_contract import TypedPassword
from handlers.turns.types import TurnResult
from handlers.web.forms import Form
from handlers.web.pages import Pages
from handlers.web.source import Sources

FORM_LIMIT = 65_536  # bytes: three passwords of a thousand letters, each written with percent signs
STATUS = {"away": 503, "paused": 429, "wait": 429}
STRENGTHS = ("rất dễ đoán", "dễ đoán", "tạm được", "khá mạnh", "mạnh")
BACK = "Anh/chị quay lại cuộc trò chuyện để làm tiếp."
DONE_TITLE = "Đã xong"
DONE = "Mật khẩu đã đổi xong. Anh/chị quay lại cuộc trò chuyện; trang này không dùng nữa."
_WAITS = (changes.OPEN, changes.PREPARED)


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """Shows the form that a change waits for, and takes it."""

    passwords: Passwords
    pages: Pages
    sources: Sources
    say: Callable[[TurnResult], Awaitable[None]]
    say_elsewhere: Mapping[str, Callable[[TurnResult], None]]
    run_errands: Callable[[TurnResult], None]

    async def show(
        self,
        request: Request,
        token: str,
        page: Page,
        now: float,
        csrf_token: str,
        answer: PageAnswer | None = None,
    ) -> Response:
        """The form that is wanted now, with what came of the last one."""
        change = await self.passwords.change(page.subject)
        if change is None or change.state not in _WAITS:
            return self._over(request, change, answer)
        limits = self.passwords.limits
        outcome = answer.outcome if answer is not None else ""
        error = sentence(outcome, answer.facts, limits) if answer is not None else ""
        facts = answer.facts if answer is not None else {}
        wants_code = change.state == changes.PREPARED and outcome not in TYPED_AGAIN
        until = page.code_until if wants_code else page.until
        return self.pages.html(
            "password.html",
            request,
            STATUS.get(outcome, 422 if error else 200),
            wants_code=wants_code,
            asks_old=change.purpose == changes.CHANGE,
            account=mask_code(change.code),
            error=error,
            bad={
                "differs": "repeat",
                "old_wrong": "old",
                "old_spent": "old",
                "wrong": "otp",
                "digits": "otp",
            }.get(outcome, "new" if error else ""),
            rules=rules_for(limits),
            least=limits.password_min,
            most=limits.password_max,
            digits=proofs.DIGITS,
            minutes=limits.otp_minutes,
            strength=STRENGTHS[facts["strength"]] if "strength" in facts else "",
            until=datetime.fromtimestamp(until, UTC).isoformat(),
            now=datetime.fromtimestamp(now, UTC).isoformat(),
            action=f"/secure/{token}",
            csrf_token=csrf_token,
            once=secrets.token_hex(16),
        )

    async def take(
        self, request: Request, token: str, page: Page, now: float, csrf_token: str, form: Form
    ) -> Response:
        """Act on what was posted, and show what comes next."""
        source, door = self.sources.of(request), page.address.partition(":")[0]
        told = Told(source, pushed=door in self.say_elsewhere, shown=door == "web")
        code, began = "".join(form.get("otp").split()), time.monotonic()
        once = _act(form)
        if form.get("act") == "resend":
            answer = await self.passwords.resend(page.subject, told, once)
        elif form.get("act") == "code":
            if len(code) != proofs.DIGITS or not (code.isascii() and code.isdigit()):
                answer = PageAnswer("digits")
            else:
                answer = await self.passwords.confirm(page.subject, code, told, once)
        else:
            given = TypedPassword(form.get("old"), form.get("new"), form.get("repeat"))
            answer = await self.passwords.submit(page.subject, given, told, once)
        if answer.result is not None:
            await self._say(door, answer.result)
        now += time.monotonic() - began
        fresh = await self._page_again(page, answer)
        return await self.show(request, token, fresh, now, csrf_token, answer)

    async def _say(self, door: str, result: TurnResult) -> None:
        if door in self.say_elsewhere:
            self.say_elsewhere[door](result)
        elif door == "web":
            await self.say(result)
        self.run_errands(result)

    async def _page_again(self, page: Page, answer: PageAnswer) -> Page:
        """The page with the time its newest code has."""
        until = answer.facts.get("until")
        if not until:
            return page
        code_until = datetime.fromisoformat(until).timestamp()
        return Page(page.address, page.kind, code_until, page.until, page.subject, page.done)

    def _over(self, request: Request, change: PasswordChange | None, answer: PageAnswer | None) -> Response:
        """Nothing is taken here any more: say what became of it."""
        state = answer.outcome if answer is not None else change.state if change is not None else "over"
        limits = self.passwords.limits
        match state:
            case changes.DONE:
                return self.pages.notice(request, 200, DONE_TITLE, DONE, "done")
            case changes.COMMITTING | "working":
                text = f"{sentence('working', {}, limits)}"
                return self.pages.notice(request, 200, "Đang đổi", text)
            case changes.UNCLEAR:
                return self.pages.notice(request, 200, "Chưa rõ", sentence("unclear", {}, limits))
            case changes.REFUSED:
                return self.pages.notice(request, 200, "Chưa đổi được", sentence("refused", {}, limits))
        facts = answer.facts if answer is not None else {}
        text = sentence(state, facts, limits) or sentence("over", {}, limits)
        return self.pages.notice(request, 410, "Không dùng được nữa", f"{text} {BACK}")


def _act(form: Form) -> str:
    """What two posts of one form have in common: the number it was shown with. "" for a form that has none."""
    shown_with, button = form.get("once"), form.get("act")
    return hashlib.sha256(f"{button} {shown_with}".encode()).hexdigest()[:32] if shown_with else ""
