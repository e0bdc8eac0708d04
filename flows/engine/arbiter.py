"""Chooses between the proposals for one message. Called by the dialogue; pure and deterministic.

Invariant: of equal scores the earlier proposal wins; one whose score does not reach what its command needs is never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.engine import trace
from flows.engine.proposals import Proposal


def ranked(proposals: Iterable[Proposal]) -> Sequence[Proposal]:
    """The proposals that are good enough for what they do, best first."""
    made = list(proposals)
    good = sorted((p for p in made if p.score >= p.command.needs), key=lambda p: -p.score)
    for p in sorted(made, key=lambda p: -p.score):
        trace.note(f"{p.score:.2f} {'' if p.score >= p.command.needs else '(too low) '}{p.why}: {p.command}")
    return good
