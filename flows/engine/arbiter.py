"""Chooses between the proposals for one message. Called by the dialogue; pure and deterministic.

Invariant: of equal scores the earlier proposal wins; one whose score does not reach what its command needs is never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.engine import trace
from flows.engine.proposals import Proposal


def ranked(proposals: Iterable[Proposal]) -> Sequence[Proposal]:
    """The proposals that are good enough for what they do, best first."""
    made = sorted(proposals, key=lambda p: -p.score)
    if trace.wanted():
        for p in made:
            low = "" if p.score >= p.command.needs else "(too low) "
            trace.note(f"{p.score:.2f} {low}{p.why}: {p.command}")
    return [p for p in made if p.score >= p.command.needs]
