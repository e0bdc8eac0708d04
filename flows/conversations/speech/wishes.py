"""A flow that is wanted in the words of everyday, as a proposal. Called by the readers of the flows that do it.

Invariant: where any words are an answer nothing is a wish; a flow that is under way is not begun again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.engine.proposals import Begin, Proposal, Reading, Say
from flows.spoken.wishes import declined, names_the_thing, tells_trouble, wished

ALONE, ALONE_HERE, NOT_WANTED = 0.84, 0.7, 0.72
LEFT = "Dạ, vậy tôi không làm việc đó. Anh/chị cần hỏi gì, cứ nhắn."
FIRST = "Dạ, mình làm việc này trước."


def wanted(reading: Reading, name: str, about: Mapping[str, str] | None = None) -> Iterator[Proposal]:
    """The wish for the flow `name` that a message holds; `about` is remembered with it."""
    if reading.step is not None and reading.step.takes_any:
        return
    said, here = reading.input, reading.state.flow
    remembered = about or {}
    if here == name:
        if reading.state.step == "consent" and said.has("truoc", "trc") and names_the_thing(name, said):
            yield Proposal(ALONE_HERE, f"{name} first", Say(FIRST))
        return
    if here == "" and declined(name, said):
        yield Proposal(NOT_WANTED, f"does not want {name}", Say(LEFT, answers=False))
    elif (score := wished(name, said)) > 0:
        opening = said.text if reading.context.flows[name].reads_opening and tells_trouble(said) else ""
        yield Proposal(score, f"wants {name}", Begin(name, opening), remember=remembered)
    elif (here == "" or (reading.step is not None and reading.step.done)) and names_the_thing(name, said):
        yield Proposal(ALONE, f"names {name}", Begin(name), remember=remembered)
