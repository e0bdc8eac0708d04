"""The flows an assistant has, and what the engine asks of them as a whole: a step by its name, the menu, who reads what.

Built once by flows/catalog.py and handed to every call of the engine. Invariant: a flow or step that is missing
something its user would run into is refused here, at import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flows.content import Content, Route
from flows.engine.commands import HELP_LABEL, PERSON_LABEL
from flows.engine.steps import AGAIN, MENU, RESTING, Flow, Reply, Step

_OFFERED_AS_COMMAND = {"person": PERSON_LABEL}


class Flows(Mapping[str, Flow]):
    """Flows by their name, in the order of the menu.

    Raises ValueError for a transition that leads nowhere, or a step without a label where a person may rest.
    """

    def __init__(self, *flows: Flow) -> None:
        self._flows = {flow.name: flow for flow in flows}
        self.digressions = frozenset(flow.name for flow in flows if flow.digression)
        self.questions = next(flow for flow in flows if flow.shows is not None)
        self.purposes = {purpose: called for flow in flows for purpose, called in flow.purposes.items()}
        # of the content last asked about
        self._routes: tuple[tuple[Route, ...], tuple[Route, ...]] | None = None
        self._by_command = {flow.command: flow.name for flow in flows if flow.command}
        for flow in flows:
            for step in flow.steps:
                self._check(flow, step)

    def _check(self, flow: Flow, step: Step) -> None:
        for target in step.transitions.values():
            begins, leads_to_flow, _ = target.partition("/")
            if target not in (AGAIN, MENU) and not (begins in self if leads_to_flow else flow.step(target)):
                raise ValueError(f"{flow.name}/{step.name} leads to {target}, which does not exist")
        if missing := [name for name in flow.begun_at if flow.step(name) is None]:
            raise ValueError(f"{flow.name} is entered at {missing}, which does not exist")
        if step.kind in RESTING and not step.label:
            raise ValueError(f"{flow.name}/{step.name} has no label for the officer's card")

    def __getitem__(self, name: str) -> Flow:
        return self._flows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._flows)

    def __len__(self) -> int:
        return len(self._flows)

    def find(self, flow: str, step: str) -> tuple[Flow | None, Step | None]:
        """The flow and step of these names; None for what does not exist (any more)."""
        found = self._flows.get(flow)
        return found, found.step(step) if found else None

    def of_command(self, command: str) -> str:
        """The flow that a command word begins; raises KeyError when no flow declares it."""
        return self._by_command[command]

    def label(self, flow: str, content: Content) -> str:
        """What the flow is called on the menu."""
        return next((r.label for r in content.routes if r.flow == flow), self._flows[flow].title)

    def routes(self, content: Content) -> tuple[Route, ...]:
        """The wordings that begin flows: those of the content, and those that a flow declares of itself."""
        if self._routes is None or self._routes[0] is not content.routes:
            known = {route.flow for route in content.routes}
            own = [f for f in self._flows.values() if f.triggers or f.name not in known]
            all_routes = (*content.routes, *(Route(f.name, f.title, f.triggers) for f in own))
            made = (replace(r, reads_opening=self._flows[r.flow].reads_opening) for r in all_routes)
            self._routes = content.routes, tuple(made)
        return self._routes[1]

    def menu(self, content: Content, *, again: bool = False) -> Reply:
        """The menu, as it is said; `again`: without the greeting."""
        first, last = (
            [
                self.label(f.name, content)
                for f in self._flows.values()
                if not f.command and not f.off_menu and f.last_on_menu is is_last
            ]
            for is_last in (False, True)
        )
        options = (*first, *(_OFFERED_AS_COMMAND[command] for command in self._by_command), HELP_LABEL, *last)
        if again:
            return Reply("Anh/chị chọn một việc:", options=options)
        return Reply(
            f"Chào anh/chị, tôi là trợ lý VssID của {content.office.name}. Tôi giúp được gì?\n"
            "Anh/chị bấm chọn, gõ số, hoặc viết câu hỏi; không dấu cũng được.",
            options=options,
        )

    def help_text(self, content: Content) -> str:
        """What the assistant can do, and the words that work anywhere."""
        lines = "\n".join(
            f"• {self.label(name, content)}" for name, f in self._flows.items() if not f.by_link
        )
        return (
            f"Tôi làm được những việc này:\n{lines}\n"
            "Lúc nào cũng gõ được: menu (về đầu), quay lại (lùi một bước), hủy (thôi), gặp cán bộ. "
            "Xin đừng gửi mật khẩu, mã OTP hay ảnh giấy tờ vào đây. "
            f"Cần người hỗ trợ, anh/chị gọi tổng đài {content.office.hotline}."
        )
