"""What an officer sees of a conversation before claiming it: where it stands, what failed, who it is; all masked.

Made when the flow `helpdesk` begins, from the state that it interrupts. Invariant: nothing the person typed is here
but a name cut to initials and a masked code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.content import Content
from flows.engine.flows import Flows
from flows.engine.state import LOST, State
from flows.text.masking import mask_code, mask_name

_LOST = "trợ lý không hiểu hai lần liền"
_FIELDS = ("about_place", "about_failed", "about_who")


def about(state: State, content: Content, flows: Flows) -> Mapping[str, Any]:
    """The card's fields for a conversation that stands here; a digression is described by what lies under it."""
    flow, step = flows.find(state.flow, state.step)
    if flow is not None and flow.begins_with is about:  # asked for again: the card stays
        return {key: value for key, value in state.answers.items() if key in _FIELDS}
    if flow is not None and flow.digression and state.under:
        return about(State.from_json(state.under), content, flows)
    title = flows.label(flow.name, content) if flow else "Menu"
    failed = [step.failed] if step and step.failed else []
    if state.misses >= LOST:
        failed.append(_LOST)
    return {
        "about_place": f"{title} › {step.label}" if step and step.label else title,
        "about_failed": "; ".join(failed),
        "about_who": _who(state.answers),
    }


def _who(answers: Mapping[str, Any]) -> str:
    """A name as family name and initials, a code with its middle hidden; "" when nothing is known."""
    name, code = (
        str(answers.get("record_name") or answers.get("name") or ""),
        str(answers.get("record_code") or ""),
    )
    parts = [mask_name(name)] if name.strip() else []
    if len(code) == 10:
        parts.append(mask_code(code))
    return ", mã ".join(parts)
