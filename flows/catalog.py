"""Which flows there are, in the order of the menu, and the engine bound to them. A new flow is one row here."""

from __future__ import annotations

from datetime import datetime

from flows.content import Content
from flows.conversations import (
    agency,
    check,
    contacts,
    helpdesk,
    lookup,
    my_data,
    notices,
    papers,
    password,
    petitions,
    questions,
    registration,
)
from flows.conversations.campaign import arrival, materials
from flows.conversations.officer import answers
from flows.conversations.officer.answers import BesideOfficer, HeldTicket
from flows.conversations.papers import portrait
from flows.conversations.units import contact, joining
from flows.engine import dialogue, shield
from flows.engine.events import Event
from flows.engine.flows import Flows
from flows.engine.navigation import Turn
from flows.engine.state import State

FLOWS = Flows(
    lookup.FLOW,
    registration.FLOW,
    papers.FLOW,
    agency.FLOW,
    portrait.FLOW,
    arrival.FLOW,
    materials.FLOW,
    contact.FLOW,
    joining.FLOW,
    password.FLOW,
    contacts.FLOW,
    questions.FLOW,
    check.FLOW,
    petitions.FLOW,
    helpdesk.FLOW,
    notices.FLOW,
    my_data.FLOW,
)


def advance(state: State, event: Event, content: Content) -> Turn:
    """One event of a conversation; pure. The rules are in flows/engine/dialogue.py."""
    return dialogue.advance(state, event, content, FLOWS)


def overhear(state: State, event: Event, content: Content) -> Turn:
    """One event while an officer owns the conversation: only what must not wait for the officer."""
    return dialogue.overhear(state, event, content, FLOWS)


def attend(
    state: State, event: Event, content: Content, ticket: int, officer: str, *, asked: bool
) -> BesideOfficer:
    """One event while an officer owns the conversation: what the assistant answers all the same, if anything.

    `officer`: how people call them; `asked`: what the assistant offered beside is the newest thing said.
    """
    return answers.attend(state, event, content, HeldTicket(ticket, officer, asked), FLOWS)


def after_beside(state: State, attended: BesideOfficer) -> State:
    """The state to keep after a turn that `attend` gave, with what the officer interrupted."""
    return dialogue.put_back(state, attended.below, FLOWS)


def valid_labels(state: State, content: Content, at: datetime) -> tuple[str, ...]:
    """Every wording that a press may mean now."""
    return shield.valid_labels(state, content, at, FLOWS)
