"""What a registration asks of the data: to load a dossier, to keep what was just told, to put a reminder off; and where it goes on then.

Called by the registration flow. Invariant: pure; a day or a hand-in that was told is kept once, and the way on is the same
whether the person let it be kept or not.
"""

from __future__ import annotations

from datetime import date

from flows.conversations.dossier import cards, deadline, declaration
from flows.conversations.speech.registration_answers import label_of
from flows.effects import KeepDossier, LoadDossier, PutOffReminder
from flows.engine.steps import Context


def load(context: Context) -> LoadDossier:
    return LoadDossier(context.get("dossier"))


def counting(context: Context) -> tuple[str, str]:
    """The dossier whose deadline is meant, and its day of sending; ("", "") for none."""
    if context.get("sent_on"):
        return context.get("dossier"), context.get("sent_on")
    rows = context.answers.get("dossiers") or ()
    return next(
        ((one, sent_on) for one, _, _, sent_on, stage in rows if sent_on and stage == "open"), ("", "")
    )


def put_off(context: Context) -> PutOffReminder:
    dossier, sent_on = counting(context)
    latest = deadline.ends(context.content, date.fromisoformat(sent_on)) if sent_on else 0.0
    return PutOffReminder(dossier, deadline.at(date.fromisoformat(context.get("later_on"))), latest)


def way_on(context: Context, *, asked: bool = False) -> str:
    """Where the conversation goes once what was told is kept; `asked`: consent was just given or refused."""
    unasked = not (asked or context.get("consent") or context.get("refused"))
    sent_on = context.get("told_on") or context.get("sent_on")
    if context.get("handed"):
        return "handed_in"
    if unasked and (context.get("told_on") or context.get("number") or context.get("named")):
        return "consent"
    if context.get("told_on"):
        return "deadline"
    if context.get("number") and not sent_on:
        return "sent_on"
    return "list" if context.get("platform") else "platform" if context.get("who") else "who"


def kept(
    context: Context,
    then: str,
    *,
    tick: tuple[str, ...] = (),
    untick: tuple[str, ...] = (),
    refused: bool = False,
    **changed: str,
) -> KeepDossier:
    """The registration as it is known here, with what was just told."""
    told = context.get("told_on")
    sent_on = changed.get("sent_on", told or context.get("sent_on"))
    stage = changed.get("stage", context.get("stage") or "open")
    if told and "stage" not in changed:
        stage = "open"
    if context.get("handed"):
        stage = "handed_in"
        tick = (*tick, *declaration.of_group(context, declaration.HANDING_IN))
    unticked = bool(sent_on) and declaration.LAST_OF_SENDING not in cards.done_of(context)
    if (told or context.get("handed") or unticked) and not untick:
        tick = (*declaration.sent_with_it(context), *tick)
    counts = bool(sent_on) and stage == "open"
    return KeepDossier(
        then,
        context.get("dossier") if not context.get("another") else "",
        context.get("who"),
        context.get("platform"),
        bool(context.get("code_known")),
        label=context.get("label") or label_of(context),
        name=context.get("record_name"),
        code=context.get("record_code"),
        number=changed.get("number", context.get("number")),
        sent_on=sent_on,
        stage=stage,
        done=tuple(context.answers.get("done", ())),
        tick=tick,
        untick=untick,
        anew=bool(context.get("anew")),
        refused=refused,
        reminders=deadline.reminders(context.content, date.fromisoformat(sent_on)) if counts else (),
    )


def marked(context: Context) -> KeepDossier:
    """Ticks, and what comes of them: Ghi nhận asks for the day, the papers end the countdown, the last task ends it all."""
    new = tuple(context.answers.get("marked", ()))
    done = cards.done_of(context) | {*new}
    handing = declaration.of_group(context, declaration.HANDING_IN)
    if cards.all_done(cards.tasks_of(context), done):
        return kept(context, "finished", tick=new, stage="finished")
    if handing and {*handing} <= done and {*handing} & {*new}:
        return kept(context, "handed_in", tick=new, stage="handed_in")
    if declaration.LAST_OF_SENDING in new and not context.get("sent_on"):
        return kept(context, "sent_on", tick=new)
    return kept(context, "list", tick=new)


def unmarked(context: Context) -> KeepDossier:
    new = tuple(context.answers.get("marked", ()))
    left = cards.done_of(context) - {*new}
    handing = declaration.of_group(context, declaration.HANDING_IN)
    stage = "handed_in" if handing and {*handing} <= left else "open"
    if declaration.LAST_OF_SENDING in new:
        return kept(context, "list", untick=new, stage="open", sent_on="", number="")
    return kept(context, "list", untick=new, stage=stage)


def sent_again(context: Context) -> KeepDossier:
    """The declaration ran out: it is sent again, and everything up to it stays."""
    items = [i.id for i in declaration.items_of(context)]
    over = tuple(items[items.index(declaration.LAST_OF_SENDING) :])
    return kept(context, "list", untick=over, stage="open", sent_on="", number="")
