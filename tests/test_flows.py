"""The flows as tables: nothing leads nowhere, nothing is unreachable. Rule: these hold for every flow there will ever be."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.knowledge.content import load_content
from flows import catalog
from flows.catalog import advance
from flows.conversations import contacts, notices, questions
from flows.effects import EffectResult
from flows.engine import messages
from flows.engine.events import Answered, Pressed, Said
from flows.engine.flows import Flows
from flows.engine.state import State
from flows.engine.steps import AGAIN, MENU, RESTING, Flow
from flows.text import masking
from tests.diagram import drawn

ROOT = Path(__file__).parents[1]
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
CONTENT = load_content()
FLOWS = list(catalog.FLOWS.values())
EVERY_STEP = [(f, s) for f in FLOWS for s in f.steps]


def _next(flow: Flow, name: str) -> set[str]:
    step = flow.step(name)
    assert step is not None
    return {t for t in step.transitions.values() if t not in (AGAIN, MENU) and "/" not in t}


def _reached(flow: Flow, start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for name in _next(flow, todo.pop()) - seen:
            seen.add(name)
            todo.append(name)
    return seen


@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.name)
def test_every_step_can_be_reached_from_the_first_or_where_a_proposal_begins(flow: Flow) -> None:
    entered = (flow.steps[0].name, *flow.begun_at)
    assert set().union(*(_reached(flow, name) for name in entered)) == {s.name for s in flow.steps}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.name)
def test_every_step_can_reach_an_end_or_rests_where_the_person_can_leave(flow: Flow) -> None:
    for step in flow.steps:
        kinds = {s.kind for s in flow.steps if s.name in _reached(flow, step.name)}
        assert kinds & {"end"} or kinds & RESTING, step.name


@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.name)
def test_every_target_exists(flow: Flow) -> None:
    for step in flow.steps:
        for target in step.transitions.values():
            if target in (AGAIN, MENU):
                continue
            if "/" in target:
                assert target.split("/")[0] in catalog.FLOWS
            else:
                assert flow.step(target) is not None, (step.name, target)


@pytest.mark.parametrize(("flow", "step"), EVERY_STEP, ids=lambda x: x.name)
def test_a_call_has_a_way_on_for_every_outcome_and_no_other(flow: Flow, step: object) -> None:
    from flows.engine.steps import Step

    assert isinstance(step, Step)
    if step.asks_for is None:
        assert step.kind != "call"
    else:
        assert step.transitions.keys() == step.asks_for.outcomes


def test_every_flow_is_on_the_menu_and_has_wordings() -> None:
    assert {r.flow for r in CONTENT.routes} == set(catalog.FLOWS)
    offered = advance(State(), Said("menu", AT), CONTENT).replies[0].options
    assert all(
        catalog.FLOWS.label(name, CONTENT) in offered
        for name in catalog.FLOWS
        if not catalog.FLOWS[name].off_menu
    )


def test_the_diagram_is_fresh() -> None:
    assert (ROOT / "docs" / "flows.md").read_text(encoding="utf-8") == drawn(), "run: make docs"


def test_a_state_whose_step_is_gone_begins_its_flow_again_and_keeps_the_answers() -> None:
    old = State("password", "a_step_of_long_ago", {"screen": 3})
    turn = advance(old, Said("xin chào", AT), CONTENT)
    assert turn.state.flow == "password"
    assert turn.state.step == "situation"
    assert turn.state.answers == {"screen": 3}
    assert turn.replies[0].text == messages.RENEWED


def test_a_state_whose_flow_is_gone_leads_to_the_menu() -> None:
    turn = advance(State("a_flow_of_long_ago", "x"), Said("xin chào", AT), CONTENT)
    assert turn.state.flow == ""
    assert turn.replies[-1].options[0] == catalog.FLOWS.label("lookup", CONTENT)


def test_a_press_of_an_old_button_acts_when_its_words_are_valid_now() -> None:
    state = State("contacts", "query", options=("something", "else"))
    turn = advance(state, Pressed("Trường học", AT), CONTENT)
    assert turn.state.step == "one"


def test_a_press_of_an_old_button_asks_the_step_again_when_its_words_mean_nothing_now() -> None:
    turn = advance(State("password", "situation"), Pressed("Trường học", AT), CONTENT)
    assert turn.state.step == "situation"
    assert turn.replies[0].text == messages.OLD_BUTTON


def test_an_answer_of_the_world_that_nobody_waits_for_does_no_harm() -> None:
    turn = advance(State(), Answered(EffectResult("found", {"record_code": "8800000001"}), AT), CONTENT)
    assert turn.state.answers == {}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda f: f.name)
def test_every_flow_is_described_in_the_readme(flow: Flow) -> None:
    assert f"`{flow.name}`" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_step_where_a_person_may_rest_needs_a_label_for_the_officers_card() -> None:
    bare = replace(contacts.FLOW, steps=tuple(replace(s, label="") for s in contacts.FLOW.steps))
    with pytest.raises(ValueError, match="contacts/query has no label"):
        Flows(bare, questions.FLOW)


def test_a_transition_that_leads_nowhere_is_refused_at_import() -> None:
    lost = replace(contacts.FLOW.steps[0], transitions={"one": "nowhere"})
    with pytest.raises(ValueError, match="contacts/query leads to nowhere"):
        Flows(replace(contacts.FLOW, steps=(lost,)), questions.FLOW)


def test_the_engine_and_the_turn_name_no_flow() -> None:
    """What they need to know of a flow is declared on it; a flow's name in quotes, or an import of one, is found here."""
    for folder in ("flows/engine", "handlers/turns"):
        for path in (ROOT / folder).glob("*.py"):
            assert flows_named_in(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    "code",
    [
        'x = "lookup"',
        "y = 'helpdesk/want'",
        "from flows.conversations import notices",
        "import flows.conversations.lookup",
    ],
)
def test_a_flow_named_in_code_would_be_found(code: str) -> None:
    assert len(flows_named_in(code)) == 1


def flows_named_in(code: str) -> list[str]:
    """Names of flows in string constants, and imports of conversations, in Python code; docstrings may speak of them."""
    tree = ast.parse(code)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if (
                id(node) not in docs and text.split("/")[0] in catalog.FLOWS
            ):
                found.append(text)
            case ast.ImportFrom(module=str(module)) if module.startswith("flows.conversations"):
                found.append(module)
            case ast.Import(names=names):
                found += [name.name for name in names if name.name.startswith("flows.conversations")]
    return found


@pytest.mark.parametrize("text", ["DUNG", "dừng", "Dừng.", " DUNG ", "ngừng nhận thông báo", "dung nhan tin"])
def test_a_stop_word_ends_the_notices(text: str) -> None:
    assert notices.is_stop_word(text)


@pytest.mark.parametrize("text", ["dung", "đúng", "Đúng", "dung roi", "dừng lại", "đừng", "DUNG ROI"])
def test_a_small_dung_is_no_stop_word(text: str) -> None:
    assert not notices.is_stop_word(text)


def test_an_aside_lies_on_top_of_what_is_under_way_and_survives_json() -> None:
    below = State("lookup", "fact", {"name": "tran thi be ba"}, ("lookup/name",), ("Menu",))
    turn = advance(below, Said("gặp cán bộ", AT), CONTENT)
    kept = State.from_json(turn.state.to_json())
    assert kept.flow == "helpdesk"
    assert State.from_json(kept.under) == replace(below, options=())
    assert kept.answers["about_who"] == "tran T. B. B."
    back = advance(kept, Answered(EffectResult("waiting", {"ticket_number": "1"}), AT), CONTENT)
    again = advance(back.state, Said("chờ tiếp", AT), CONTENT)
    assert (again.state.flow, again.state.step) == ("lookup", "fact")
    assert again.state.answers == below.answers
    assert again.state.history == below.history


def test_the_card_hides_the_middle_of_numbers_and_dates() -> None:
    shown = masking.mask_text("mã 8800000001, CCCD 088083000001, sinh 17/01/1983, gọi 0900 000 001, phòng 12")
    assert shown == "mã •••••••001, CCCD •••••••••001, sinh ••/••/1983, gọi •••••••001, phòng 12"
