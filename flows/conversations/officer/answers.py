"""What is answered at once while an officer has the conversation: the person's data, the hotline, and going back to the assistant.

Everything else is the officer's to answer. Invariant: nobody leaves an officer by one word; what is asked is confirmed, and what
the person wrote goes into the ticket all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from flows.content import Content
from flows.conversations.officer.words import officer
from flows.engine import commands, dialogue
from flows.engine.events import Event, Pressed, Said
from flows.engine.flows import Flows
from flows.engine.navigation import Turn, words_of
from flows.engine.state import State
from flows.engine.steps import Reply
from flows.spoken.rights import leaves_ticket
from flows.text.normalise import plain
from flows.understanding.facts import number_of

BACK_TO_BOT, LEAVE, STAY = "Về trợ lý", "Rời, về trợ lý", "Ở lại với cán bộ"
_BACK = frozenset(
    {
        *(
            "ve tro ly",
            "thoi ve tro ly",
            "ve lai tro ly",
            "quay lai tro ly",
            "quay ve tro ly",
            "tro ly",
            "thoi tro ly",
        ),
        *("cho toi ve tro ly", "noi chuyen voi tro ly", "khong can can bo nua", "thoi khong can can bo nua"),
        *("thoi ve lai tro ly", "roi ve tro ly", "roi can bo"),
    }
)
_CONFIRMS = frozenset(
    {plain(LEAVE), "roi", "co", "dong y", "dung", "u", "phai", "ve tro ly", "thoi ve tro ly"}
)
_STAYS = frozenset({plain(STAY), "o lai", "khong", "ko", "khong roi", "thoi"})
_HOTLINE = frozenset(
    {
        *(
            "tong dai",
            "hotline",
            "so tong dai",
            "so hotline",
            "so dien thoai tong dai",
            "cho xin so tong dai",
        ),
        *(
            "cho so tong dai",
            "goi tong dai so may",
            "so tong dai la gi",
            "tong dai so may",
        ),
    }
)
_ANSWERED = frozenset({"menu", "back", "stop", "person", "help"})  # of the words that work anywhere
_SAID_TO_OFFICERS = frozenset({"giup", "giup voi", "giup toi", "giup toi voi"})
LONGEST = 60  # characters of a text in which leaving is heard: a longer one tells something


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A ticket that an officer has: its number, how people call the officer, and whether the assistant's question is the
    newest thing said."""

    number: int
    officer: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class BesideOfficer:
    """What is done with an event. `how`: officer (it is theirs alone), told, asks (a question that waits for its answer),
    leaves, or beside (`turn` goes on with its effects; `below` is what the officer interrupted)."""

    how: Literal["officer", "told", "asks", "leaves", "beside"]
    turn: Turn
    below: Mapping[str, Any] = field(default_factory=dict)


def attend(state: State, event: Event, content: Content, held: HeldTicket, flows: Flows) -> BesideOfficer:
    """What the assistant answers although an officer has the conversation; pure."""
    offered = (
        number_of(words_of(event), len(state.options)) if held.asked and isinstance(event, Said) else None
    )
    if offered is not None and isinstance(event, Said):
        event = Pressed(state.options[offered - 1], event.at)
    words = plain(words_of(event))
    below = dialogue.interrupted(state, flows)
    calm = dialogue.put_back(State(memory=state.memory, watch=state.watch), below, flows)
    leaving = held.asked and state.options[:1] == (LEAVE,)
    if words == plain(LEAVE) or (leaving and words in _CONFIRMS):
        return BesideOfficer("leaves", Turn(calm))
    if words == plain(STAY) or (leaving and words in _STAYS):
        return _told(calm, f"Dạ, {_who(held)} vẫn đang trả lời anh/chị tại đây.", ())
    turn = dialogue.beside(state, event, content, flows, asked=held.asked)
    if turn is not None:
        return BesideOfficer("beside", turn, below)
    if words in _BACK or (words and len(words) <= LONGEST and leaves_ticket(words_of(event), close=False)):
        return BesideOfficer("asks", *_turn_with(calm, _question(held), (LEAVE, STAY)))
    command = commands.anywhere(words)
    if (command in _ANSWERED and words not in _SAID_TO_OFFICERS) or _asks_hotline(words, content):
        return _told(calm, _notice(held, content), (BACK_TO_BOT, flows.label("my_data", content)))
    return BesideOfficer("officer", Turn(state))


def _asks_hotline(words: str, content: Content) -> bool:
    return words in _HOTLINE or words.replace(" ", "") == content.office.hotline_digits


def _turn_with(state: State, text: str, options: tuple[str, ...]) -> tuple[Turn]:
    kept = replace(state, options=options) if options else state
    return (Turn(kept, (Reply(text, options=options),)),)


def _told(state: State, text: str, options: tuple[str, ...]) -> BesideOfficer:
    return BesideOfficer("told", *_turn_with(state, text, options))


def _who(held: HeldTicket) -> str:
    return officer(held.officer) if held.officer else "cán bộ"


def _notice(held: HeldTicket, content: Content) -> str:
    who = _who(held)
    return (
        f"{who[0].upper()}{who[1:]} đang trả lời anh/chị tại đây, phiếu số {held.number}; anh/chị cứ viết, cán bộ đọc được. "
        f"Gấp thì gọi tổng đài {content.office.hotline}."
    )


def _question(held: HeldTicket) -> str:
    return f"Anh/chị rời {_who(held)}, về lại với trợ lý? Phiếu số {held.number} sẽ khép lại; cần nữa thì gõ “gặp cán bộ”."
