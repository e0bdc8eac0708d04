"""Draws docs/flows.md from the flows' tables. Rule: the picture is made, never edited; a test says when it is stale."""

from __future__ import annotations

from flows import catalog
from flows.engine.steps import AGAIN, MENU, Flow, Step

_SHAPES = {
    "ask": ("[", "]"),
    "choose": ("([", "])"),
    "checklist": ("[[", "]]"),
    "wait": ("[/", "/]"),
    "call": ("{{", "}}"),
    "show": (">", "]"),
    "end": ("((", "))"),
}


def _node(flow: Flow, step: Step) -> str:
    left, right = _SHAPES[step.kind]
    label = f"{step.name}<br/>{step.asks_for.__name__}" if step.asks_for else step.name
    return f'    {flow.name}_{step.name}{left}"{label}"{right}'


def _edges(flow: Flow, step: Step) -> list[str]:
    lines = []
    for outcome, target in sorted(step.transitions.items()):
        if target in (AGAIN, MENU):
            continue
        to = target.rstrip("/").replace("/", "_") if "/" in target else f"{flow.name}_{target}"
        arrow = f'-- "{outcome}" -->' if outcome else "-->"
        lines.append(f"    {flow.name}_{step.name} {arrow} {to}")
    return lines


def drawn() -> str:
    """The whole page, as Markdown with one Mermaid diagram per flow."""
    parts = [
        "# The flows",
        "",
        "Made from the tables in `flows/` by `make docs`. A rectangle asks, a rounded one offers choices, a hexagon awaits an",
        "effect, a slanted one waits, a double one is the checklist, a circle ends at the menu. A step that asks itself again,",
        "and the words that work anywhere (menu, quay lại, hủy, gặp cán bộ, trợ giúp), are not drawn.",
        "",
    ]
    for flow in catalog.FLOWS.values():
        parts += [f"## `{flow.name}`: {flow.title}", "", "```mermaid", "flowchart TD"]
        parts += [_node(flow, step) for step in flow.steps]
        for step in flow.steps:
            parts += _edges(flow, step)
        parts += ["```", ""]
    return "\n".join(parts)


if __name__ == "__main__":
    print(drawn(), end="")
