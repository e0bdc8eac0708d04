"""How well kinds of messages and second questions are told, by authors that were left out. Rule: who is measured taught nothing.

    python -m benchmarks.talk [--hand NAME …]

Without --hand every author is left out in turn. Intervals are of 95 %: Wilson's for one author, Student's over several.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.talk import acts, follow
from benchmarks.talk.follow import Judged, judged, questions
from benchmarks.talk.texts import HANDS, messages
from flows.content import NOT_ASKED, SMALL_TALK
from flows.understanding.acts import ASKING, act_features
from flows.understanding.follow_ups import surely

PAIRS = (
    *(("question", "statement"), ("question", "trouble"), ("question", "wish"), ("trouble", "statement")),
    *(
        ("trouble", "done"),
        ("yes", "ack"),
        ("yes", "no"),
        ("stop", "no"),
        ("stop", "skip"),
        ("done", "not_yet"),
    ),
)
NOT_TO_ANSWER = ("statement", "chat", "ack", "thanks", "yes", "no", "done")
SURE = 0.5
T_95 = {
    1: 12.7,
    2: 4.3,
    3: 3.18,
    4: 2.78,
    5: 2.57,
    6: 2.45,
    7: 2.36,
    8: 2.31,
    9: 2.26,
}  # Student's, by degrees of freedom


def of_one(hits: int, many: int) -> str:
    """A share with Wilson's interval."""
    if not many:
        return "-"
    p, z = hits / many, 1.96
    middle = (p + z * z / (2 * many)) / (1 + z * z / many)
    half = z * math.sqrt(p * (1 - p) / many + z * z / (4 * many * many)) / (1 + z * z / many)
    return f"{p:.3f} [{middle - half:.3f}, {middle + half:.3f}] of {many}"


def of_several(name: str, shares: dict[str, float]) -> str:
    """The mean over authors with its interval, and the worst."""
    values = list(shares.values())
    mean, worst = statistics.mean(values), min(shares, key=lambda hand: shares[hand])
    if len(values) == 1:
        return f"{name}: {mean:.3f}"
    half = T_95.get(len(values) - 1, 2.0) * statistics.stdev(values) / math.sqrt(len(values))
    spread = " ".join(f"{hand} {share:.3f}" for hand, share in shares.items())
    return f"{name}: {mean:.3f} ± {half:.3f}, worst {worst} {shares[worst]:.3f} ({spread})"


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean over acts of the harmonic mean of precision and recall."""
    right = Counter(t for t, s in zip(truth, said, strict=True) if t == s)
    meant, told = Counter(truth), Counter(said)
    return statistics.mean(2 * right[act] / (meant[act] + told[act]) for act in meant)


def show_acts(hands: Sequence[str]) -> None:
    """The kinds of messages of these hands, each told by what all the others taught."""
    for placed in (True, False):
        accuracy: dict[str, float] = {}
        f1: dict[str, float] = {}
        asking: dict[str, float] = {}
        errors: Counter[tuple[str, str]] = Counter()
        many: Counter[str] = Counter()
        hits = 0
        for hand in hands:
            model = acts.model_of([other for other in HANDS if other != hand])
            every = messages(hand)
            found = [model.chances(act_features(m.text, m.before if placed else "")) for m in every]
            said = [max(chances, key=lambda act: chances[act]) for chances in found]
            truth = [m.act for m in every]
            right = sum(t == s for t, s in zip(truth, said, strict=True))
            hits += right
            accuracy[hand], f1[hand] = right / len(every), macro_f1(truth, said)
            asks = [sum(c[act] for act in ASKING) >= SURE for c in found]
            asking[hand] = statistics.mean((t in ASKING) == a for t, a in zip(truth, asks, strict=True))
            errors.update((t, s) for t, s in zip(truth, said, strict=True) if t != s)
            many.update(truth)
        print(f"acts, what was said before {'known' if placed else 'not known'}")
        print("  " + of_several("accuracy", accuracy), "all", of_one(hits, many.total()))
        print("  " + of_several("macro F1", f1))
        print("  " + of_several("asks or not", asking))
        pairs = (f"{a}>{b} {errors[a, b]}/{many[a]} {b}>{a} {errors[b, a]}/{many[b]}" for a, b in PAIRS)
        print("  taken for another: " + "; ".join(pairs))
        print("  most: " + "; ".join(f"{a}>{b} {n}" for (a, b), n in errors.most_common(12)))


def _ranks(one: Judged, *, after: bool) -> list[int]:
    """The best three items."""
    items = questions().items
    chances = one.found.chances if after else one.found.alone
    allowed = [n for n, q in enumerate(items) if q.topic not in NOT_ASKED] if after else range(len(items))
    return sorted(allowed, key=lambda n: -chances[n])[:3]


def show_follow(
    hands: Sequence[str], every: Sequence[Judged], sure: dict[str, dict[bool, tuple[float, ...]]]
) -> None:
    """Second questions of these hands, and what is not to be answered."""
    asked = [one for one in every if one.act == "question" and one.want is not None and one.hand in hands]
    for after, name in ((False, "text alone"), (True, "after the item before")):
        some = [one for one in asked if (one.found.before is not None) == after]
        new = [o for o in some if o.want is not None]
        for most, called in ((1, "right first"), (3, "among three")):
            shares = {
                hand: statistics.mean(o.want in _ranks(o, after=after)[:most] for o in new if o.hand == hand)
                for hand in hands
            }
            print(of_several(f"second questions, {name}, {called}", shares))
    for after, name in ((False, "text alone"), (True, "after an item")):
        some = [one for one in every if one.hand in hands and (one.found.before is not None) == after]
        scored = [
            (0.0 if follow.small(one.found) else surely(sure[one.hand][after], one.seen), one) for one in some
        ]
        real = [(p, one) for p, one in scored if one.act == "question"]
        over = [one for p, one in real if p >= SURE]
        print(
            f"confidence, {name}: answered at {SURE} {of_one(len(over), len(real))}, of those right "
            f"{of_one(sum(o.right for o in over), len(over))}"
        )
        for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
            within = [(p, one) for p, one in scored if low <= p < high]
            if within:
                mean = statistics.mean(p for p, _ in within)
                print(
                    f"    {low:.1f}-{min(high, 1):.1f}: mean {mean:.2f}, right {of_one(sum(o.right for _, o in within), len(within))}"
                )
        idle = [(p, one) for p, one in scored if one.act in NOT_TO_ANSWER]
        shares = {hand: statistics.mean(p >= SURE for p, one in idle if one.hand == hand) for hand in hands}
        print("  " + of_several(f"answered though nothing is asked, {len(idle)} lines", shares))
        wrong = Counter(one.act for p, one in scored if one.act != "question" and p >= SURE)
        print(f"    by act: {dict(wrong)}; the decision of the text alone would be: {_asserted(idle)}")


def _asserted(idle: Sequence[tuple[float, Judged]]) -> str:
    """How many of these an item's probability alone would have answered."""
    from flows.understanding.question_finder import ASSERTED

    items = questions().items
    hits = 0
    for _, one in idle:
        topics: Counter[str] = Counter()
        for item, p in zip(items, one.found.alone, strict=True):
            topics[item.topic] += p  # type: ignore[assignment]  # shares, not whole numbers
        [(topic, p)] = topics.most_common(1)
        hits += p >= ASSERTED and topic not in SMALL_TALK
    return of_one(hits, len(idle))


def main(hands: Sequence[str]) -> int:
    """Measure these hands, each with the others learnt."""
    show_acts(hands)
    everyone = {hand: list(judged(hand, [h for h in HANDS if h != hand])) for hand in HANDS}
    sure = {}
    for hand in hands:
        others = [h for h in HANDS if h != hand]
        beside = [one for h in others for one in everyone[h]] if len(hands) > 1 else None
        rest = [*beside, *follow.judged_alone(others)] if beside else follow.all_judged(others)
        sure[hand] = {after: follow.fitted_sureness(rest, after=after) for after in (False, True)}
    show_follow(hands, [one for some in everyone.values() for one in some], sure)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hand", action="append", choices=HANDS)
    sys.exit(main(parser.parse_args().hand or HANDS))
