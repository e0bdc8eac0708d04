"""Turns of a talk about contacts, as people tell them: another work place in a story, the numbers once more, "ghi ông Vũ chớ hổng phải ông Toàn".

Joins the `reads` of the contacts flow. Invariant: only while contacts are spoken of; of a story the last work place that is not denied counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.content import Contact
from flows.conversations.speech.contacts import by_block, listed
from flows.directory.contact_facts import ContactFacts, grouped, of_block
from flows.directory.follow_ups import points_at_somebody, seeks_a_yes, told_by_others
from flows.directory.mention import mentioned_in
from flows.engine.memory import age
from flows.engine.proposals import Answer, Command, Proposal, Reading, Say, Show
from flows.engine.steps import Parsed
from flows.text.fold import words
from flows.text.spoken_clauses import spoken_clauses

FLOW = "contacts"
RECENT = 3  # turns since contacts were shown, in which a work place told is whom they want
_AT_REST = ("", FLOW, "questions")
_PLACE, _CHANGED, _SAID_AGAIN = 0.8, 0.91, 0.88
_TURNED = re.compile(
    r"\b(?:lon|nham|a khong|y khong|khoan|moi dung|khong phai|hong phai|gio (?:no|la|lam)|hay la|con (?:vo|chong|ck|vk|con|ma|ba|anh|em|thang|may)|nghi cho)\b"
)
_DENIED = re.compile(
    r"\b(?:khong|hong|ko|k|dau|cho|chu)(?: co)?(?: phai)?(?: la)? (?:\w+ ){0,2}?(?:gi|dau|nao|nua)\b|\b(?:khong|hong|ko|dau) phai\b|\b(?:gi|dau|nao)$"
)
_SOUGHT = re.compile(r"\b(?:lien he|gap|phong|bo phan|nguoi ben)\b")  # it is asked for, not told
_SLIP = re.compile(
    r"\b(?:(?:khong|hong|ko|dau) phai )?(?:tui|toi|em|minh|con|c|e)? ?(?:noi|ghi|go|nho) (?:lon|nham)(?: nua)?\b"
)
_WORKS = re.compile(
    r"\b(?:lam|man|o|trong|ben|cua|cho|ban cho|day|truc|thuoc|la|dung)\b|\bcong ty\b|\bcty\b|\btruong\b"
)
_OWNED = re.compile(
    r"\b(?:cua rieng|rieng cua|chu mo|tu mo|tu lap|ong chu|ba chu|gia dinh mo|nha mo|xuong nho|co so nho|cua tu nhan|cua (?:nguoi ta|ong|ba) mo)\b"
)
_PRIVATE = "doanh-nghiep-tu-nhan"
_NUMBERS = re.compile(
    r"\b(?:so|sdt|dt|so dien thoai)\b(?: \w+){0,3}? (?:ong|ba|anh|chi|co|chu|nguoi|ng|ho|nguoi ta)\b|\b(?:ong|ba|anh|chi|nguoi|ng)(?: \w+){0,2}? so (?:may|gi|bao nhieu)\b"
    r"|\b(?:doc|noi|ghi|nhac|cho)(?: \w+){0,3} so\b(?: \w+){0,4}? (?:lai|lan nua|nua|cham|coi)\b|\b(?:doc|noi|nhac) lai(?: \w+){0,2} so\b"
)
_OTHER_NUMBERS = re.compile(r"\bso (?:tai khoan|the|so|can cuoc|ho so|tien|bao hiem|bhxh|cccd)\b|\bma so\b")
_OFF_HOURS = re.compile(
    r"\b(?:chu nhat|chu nhut|cn|thu bay|t7|ngay le|khuya|ban dem|toi|gio nay|nghi trua|buoi trua|tan so)\b.*\b(?:bat may|nghe may|goi|keu|lien lac|boc may|tra loi)\b"
)
_THIS_ONE = re.compile(r"\b(?:cho|chu) (?:hong|khong|ko|k|hok) phai\b")
LONG = 40  # words


def reads(reading: Reading) -> Iterator[Proposal]:
    """What the contacts flow makes of a told message beside contacts shown or blocks asked about."""
    state, said = reading.state, reading.input
    here = state.flow == FLOW
    near = 0 < age(state.memory, "contacts") <= RECENT
    if (
        state.flow not in _AT_REST
        or not (here or near)
        or len(said.words) > LONG
        or told_by_others(said.plain)
    ):
        return
    ids = reading.recall("contacts").split()
    shown = [c for i in ids if (c := reading.context.content.directory.contact(i))] if near else []
    if shown:
        yield from _about_them(reading, shown)
    if reading.recall("warned") or len(said.words) < 3:
        return
    yield from _place(reading, shown)


def _about_them(reading: Reading, shown: list[Contact]) -> Iterator[Proposal]:
    content, plain = reading.context.content, reading.input.plain
    mentions = mentioned_in(reading.input.text, content.directory)
    remember = {"contacts": " ".join(c.id for c in shown)}
    if _THIS_ONE.search(plain):
        kept, _, _ = plain.partition(_THIS_ONE.search(plain).group())  # type: ignore[union-attr]  # just found
        typed = kept.split()
        one = [c for c in shown if words(c.name)[-1].plain in typed]
        if len(one) == 1:
            said = f"Dạ đúng, {one[0].name}, số {grouped(one[0].phone)}."
            yield Proposal(_CHANGED, "contacts: this one, not that", Say(said, reminds=False), remember)
            return
    if mentions.rows or mentions.departments:
        return
    points = points_at_somebody(words(reading.input.text))
    if _OFF_HOURS.search(plain) and (said := ContactFacts(content, shown).answer("hours", shown)):
        yield Proposal(0.86, "contacts: out of hours", Say(said, reminds=False), remember)
    elif (
        _NUMBERS.search(plain)
        and not _OTHER_NUMBERS.search(plain)
        and (points or "nguoi" in plain or len(shown) == 1)
    ):
        step, keep = listed([c.id for c in shown])
        yield _show(reading, _SAID_AGAIN, "the numbers again", step, {**keep, "again": "yes"})


def _place(reading: Reading, shown: list[Contact]) -> Iterator[Proposal]:
    """Another work place that is told: its contacts, or which of several it is."""
    content, plain = reading.context.content, reading.input.plain
    turned = bool(_TURNED.search(plain))
    if seeks_a_yes(plain) and not (turned or reading.input.has("cung", "luon")):
        return
    blocks = _last_place(reading)
    if not blocks:
        return
    score = _CHANGED if turned else _PLACE
    if len(blocks) > 1:
        yield _show(reading, score, "which block is told", "by_block", by_block(blocks, unsure=True))
        return
    block = content.directory.block(blocks[0])
    people = [c.id for c in of_block(content, blocks[0])]
    step, keep = listed(people, block.name if block else "", blocks)
    if people == [c.id for c in shown]:
        keep["again"] = "yes"
    yield _show(reading, score, "a work place is told", step, keep)


def _last_place(reading: Reading) -> tuple[str, ...]:
    """The blocks that the last clause names which does not deny them."""
    directory = reading.context.content.directory
    clauses = spoken_clauses(reading.input.text) or [reading.input.text]
    for clause in reversed(clauses):
        plain = _SLIP.sub(" ", " ".join(w.plain for w in words(clause)))
        if _OWNED.search(plain):
            return (_PRIVATE,)
        mentions = mentioned_in(clause, directory)
        if mentions.departments or mentions.names or _SOUGHT.search(plain):
            return ()
        rows = mentions.rows
        if rows and _WORKS.search(plain) and not _DENIED.search(plain):
            return rows[-1]
    return ()


def _show(reading: Reading, score: float, why: str, step: str, keep: dict[str, str | None]) -> Proposal:
    here = reading.step if reading.is_at(FLOW) else None
    command: Command = (
        Answer(Parsed(step, keep)) if here and step in here.transitions else Show(FLOW, step, keep)
    )
    return Proposal(score, f"contacts: {why}", command)
