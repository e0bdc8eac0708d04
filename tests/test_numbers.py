"""Pasted numbers: the table of what they can be, and what is said of them. Rule: tests/numbers_table.txt decides; a person reads it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.knowledge.content import load_content
from flows import catalog
from flows.catalog import advance
from flows.engine.events import Said
from flows.engine.state import State
from flows.secrets import detector
from flows.text.normalise import clean
from flows.understanding.numbers import KINDS, read_numbers
from flows.understanding.numbers_explained import explained
from tests.timing import allowed, cpu_seconds

CONTENT = load_content()
PROVINCES = frozenset(p.code for p in CONTENT.provinces)
TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
TABLE = [
    tuple(line.rsplit(" | ", 1))
    for line in (Path(__file__).parent / "numbers_table.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
NUMBERS = [(text, meant) for text, meant in TABLE if meant != "-"]


def _meant(text: str) -> str:
    numbers = read_numbers(clean(text), TODAY, PROVINCES, CONTENT.office.hotline_digits)
    return (
        " + ".join(", ".join(" ".join([m.kind, m.value, *m.warnings]) for m in n.meanings) for n in numbers)
        or "-"
    )


def test_the_table_has_two_hundred_inputs_of_every_kind() -> None:
    assert len({text for text, _ in TABLE}) >= 200
    assert set(KINDS) <= {m.split()[0] for _, meant in NUMBERS for m in re.split(r", | \+ ", meant)}


@pytest.mark.parametrize(("text", "meant"), TABLE, ids=lambda x: x[:40])
def test_a_number_is_what_the_table_says(text: str, meant: str) -> None:
    assert _meant(text) == meant


@pytest.mark.parametrize(("text", "meant"), NUMBERS, ids=lambda x: x[:40])
def test_a_pasted_number_is_explained_and_not_said_back_whole(text: str, meant: str) -> None:
    if meant.startswith("phone 0918055455"):
        return  # of the directory: its own flow tells whose it is
    said = explained(clean(text), CONTENT, TODAY)
    assert said is not None
    assert 20 <= len(said.text) <= 330
    digits = re.sub(r"[^0-9]", "", said.text)
    for value in re.findall(r"[0-9]{9,}", meant):
        kind = meant.split()[0]
        assert value not in digits or kind == "money", said.text
    asked = ", " in meant and " + " not in meant
    assert (len(said.asks) > 1) is asked
    assert all(flow in catalog.FLOWS for flow in said.flows)


@pytest.mark.parametrize(("text", "meant"), NUMBERS, ids=lambda x: x[:40])
def test_a_pasted_number_is_taken_for_no_secret(text: str, meant: str) -> None:
    assert detector.secret_in(clean(text), CONTENT.secret_weights, expected=False) == ""


def test_several_meanings_are_asked_about_and_the_answer_is_understood_without_the_number() -> None:
    asked = advance(State(), Said("0900000001", AT), CONTENT)
    assert asked.replies[-1].options == ("Số điện thoại", "Mã số BHXH", "Mã hộ gia đình", "Menu")
    assert "0900000001" not in str(asked.state.to_json())
    told = advance(asked.state, Said("ma ho gia dinh", AT), CONTENT)
    assert "KHÔNG phải mã số BHXH" in told.replies[0].text
    assert told.replies[0].options == (catalog.FLOWS.label("lookup", CONTENT), "Menu")


def test_in_the_middle_of_a_flow_the_number_is_explained_and_the_step_asked_again() -> None:
    state = State("registration", "who", options=("Cá nhân tự do",))
    turn = advance(state, Said("088183000001", AT), CONTENT)
    assert (turn.state.flow, turn.state.step) == ("registration", "who")
    assert "CCCD" in turn.replies[0].text
    assert turn.replies[-1].text == "Anh/chị đăng ký cho ai?"
    assert "088183000001" not in str(turn.state.to_json())


def test_in_the_middle_of_a_flow_a_meaning_can_be_chosen_while_the_step_stands() -> None:
    state = State("registration", "who", options=("Cá nhân tự do",))
    asked = advance(state, Said("8700000001", AT), CONTENT)
    told = advance(asked.state, Said("mã số bhxh", AT), CONTENT)
    assert told.replies[0].text.startswith("Vậy đó là mã số BHXH.")
    assert (told.state.flow, told.state.step) == ("registration", "who")


@pytest.mark.parametrize(
    "text",
    ["1" * 200, "1 " * 100, "8.-" * 66, "gd4" * 66, "0l" * 100, "17/01/" * 33, "01841.gd/2021/087" * 11],
)
def test_a_hostile_text_takes_at_most_five_milliseconds(text: str) -> None:
    took = cpu_seconds(lambda: read_numbers(text, TODAY, PROVINCES, CONTENT.office.hotline_digits))
    assert took <= allowed(0.005)
