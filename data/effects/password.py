"""Changing the password of an account: the page is opened, its code sent again, its outcome looked up.

What is typed on the page never comes here: handlers/passwords/ acts on it. Invariant: nothing here depends on whether
there is such an account, but for what its owner has proven already.
"""

from __future__ import annotations

from datetime import UTC, datetime

from data import budgets, people, proofs
from data.accounts import changes
from data.accounts.changes import ChangeContext, PasswordChange
from data.effects.handler import handles
from data.effects.turn_context import TurnContext, one_time_page, person
from data.registry.keys import phone_key
from data.secure import pages
from flows.effects import (
    CheckPasswordChange,
    EffectResult,
    OpenPasswordPage,
    ProveOwnPhone,
    ResendPasswordCode,
)
from flows.text.masking import mask_phone

_SAID = {
    changes.OPEN: "open",
    changes.PREPARED: "code",
    changes.COMMITTING: "working",
    changes.DONE: "done",
    changes.REFUSED: "refused",
    changes.UNCLEAR: "unclear",
    changes.ENDED: "over",
}


def context_of(turn: TurnContext) -> ChangeContext:
    """What the functions of data/accounts/changes.py need of a turn."""
    services = turn.services
    return ChangeContext(
        *(services.db, turn.connection, services.seal, services.limits, services.office),
        taker=turn.taker,
        at=turn.stamp,
        now=turn.now,
    )


@handles(ProveOwnPhone)
async def prove_own_phone(turn: TurnContext, effect: ProveOwnPhone) -> EffectResult:
    key = phone_key(turn.services.seal, effect.phone)
    await people.prove_phone(turn.connection, await person(turn), key, turn.stamp)
    return EffectResult("proven")


@handles(OpenPasswordPage)
async def open_password_page(turn: TurnContext, effect: OpenPasswordPage) -> EffectResult:
    services, connection = turn.services, turn.connection
    if not services.sends_sms:
        return EffectResult("off")
    proven = ""
    if effect.purpose == changes.FORGOTTEN:
        known = turn.person and await people.proven_phone(connection, turn.person)
        if not known:
            return EffectResult("unproven")
        proven = known
    refused = await proofs.pause_of_codes(connection, turn.taker, services.limits, turn.stamp)
    spent = await budgets.spent(connection, budgets.pages(services.limits), turn.taker, turn.stamp)
    if refused is not None:
        facts = {"seconds": str(refused.seconds), "pause_of": refused.of or None}
        return EffectResult(refused.outcome, facts)
    if spent is not None:
        if spent.of == budgets.CONVERSATION:
            return EffectResult("spent")
        return EffectResult("paused", {"seconds": str(spent.seconds), "pause_of": spent.of})
    await budgets.take(connection, turn.taker, turn.stamp, budgets.PAGE)
    change = await changes.open_change(
        connection,
        services.seal,
        address=turn.address,
        purpose=effect.purpose,
        code=effect.code,
        proven=proven,
        at=turn.stamp,
        now=turn.now,
    )
    page = await one_time_page(turn, kind="password", subject=change)
    return EffectResult("ready", {**page, "change": change, "left": None, "phone": None})


async def _own(turn: TurnContext, change: str) -> PasswordChange | None:
    """The change, if it was begun in this conversation."""
    found = await changes.load(turn.connection, turn.services.seal, change)
    return found if found is not None and found.address == turn.address else None


@handles(ResendPasswordCode)
async def resend_password_code(turn: TurnContext, effect: ResendPasswordCode) -> EffectResult:
    found = await _own(turn, effect.change)
    page = await pages.page_at(turn.connection, turn.address)
    if found is None or found.state != changes.PREPARED or page is None or page.until < turn.stamp:
        return EffectResult("over")
    sent = await changes.send_code(context_of(turn), found, leaves=bool(found.phone))
    if sent.row:
        turn.codes_out.append(sent.row)
    facts = {"seconds": str(sent.seconds), "pause_of": sent.of or None}
    if sent.outcome == "sent":
        until = datetime.fromtimestamp(sent.until, UTC).isoformat()
        facts = {"until": until, "phone": shown_phone(found)}
    return EffectResult(sent.outcome, facts)


def shown_phone(change: PasswordChange) -> str | None:
    """The phone as it is said in the chat: only to whoever typed the old password."""
    return mask_phone(change.phone) if change.purpose == changes.CHANGE and change.phone else None


@handles(CheckPasswordChange)
async def check_password_change(turn: TurnContext, effect: CheckPasswordChange) -> EffectResult:
    found = await _own(turn, effect.change)
    said = "over" if found is None else _SAID[found.state]
    page = await pages.page_at(turn.connection, turn.address)
    if said in ("open", "code") and (page is None or page.until < turn.stamp):
        said = "over"
    return EffectResult(said)
