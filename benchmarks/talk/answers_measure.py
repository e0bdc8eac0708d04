"""How natural answers are understood, per question and per hand: `python -m benchmarks.talk.answers_measure [--leave-one-out] [-v] [FOLDER HAND …]`.

`--leave-one-out`: each hand by weights learnt without it; needs scikit-learn (requirements-bench.lock).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from benchmarks.talk.answers import BY_NAME, FOLDER, NAMED, STEPS, Row, answers, days, hands, no_answers
from data.knowledge.content import ANSWERS, read_weights
from flows.understanding.answers.days import day_of
from flows.understanding.answers.meanings import SURE, judged
from flows.understanding.answers.named import named
from flows.understanding.answers.spoken import spoken


class Judged(NamedTuple):
    """One row, what was asserted, and the scores."""

    row: Row
    said: str
    scores: dict[str, float]

    @property
    def right(self) -> bool:
        """The option that was meant, or nothing where none was."""
        return self.said == self.row.meant or {self.said, self.row.meant} == {"truong-hoc", "co-so-giao-duc"}


def judge(row: Row, weights: bytes) -> Judged:
    """What a message is taken to mean."""
    said = spoken(row.text)
    scores = judged(said, STEPS[row.step], weights)
    if row.step == BY_NAME:
        for number, score in named(row.text, NAMED).items():
            tag = ("first", "second", "third")[number]
            if score > max(scores.values(), default=0.0) or score >= SURE:
                scores = {t: min(s, 1 - score) for t, s in scores.items()} | {tag: score}
    best = max(scores, key=lambda tag: scores[tag], default="")
    return Judged(row, best if best and scores[best] >= SURE else "", scores)


def interval(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    if not of:
        return 0.0, 1.0
    p, z = right / of, 1.96
    middle, half = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def told(title: str, every: Iterable[Judged]) -> str:
    """One line: how many are right, and how many were asserted wrongly."""
    every = list(every)
    right = sum(one.right for one in every)
    wrong = sum(bool(one.said) and not one.right for one in every)
    low, high = interval(right, len(every))
    return f"{title:14} {right:4}/{len(every):<4} {100 * right / max(1, len(every)):5.1f} % ({100 * low:.1f}–{100 * high:.1f}), wrong {wrong}"


def main(arguments: Sequence[str]) -> int:
    """Print the figures; -v the messages that were not understood."""
    words = [a for a in arguments if not a.startswith("-")]
    folder, names = (Path(words[0]), words[1:]) if words else (FOLDER, list(hands()))
    weights: dict[str, bytes] = {}
    if "--leave-one-out" in arguments:
        from benchmarks.talk.answers_train import fitted
        from flows.understanding.model_file import packed

        weights = {hand: packed(fitted([h for h in hands() if h != hand])) for hand in names}
    else:
        weights = dict.fromkeys(names, read_weights(ANSWERS))
    good = [judge(row, weights[hand]) for hand in names for row in answers(hand, folder)]
    bad = [judge(row, weights[hand]) for hand in names for row in no_answers(hand, folder)]
    if "-v" in arguments:
        for one in good:
            if not one.right:
                best = dict(sorted(one.scores.items(), key=lambda s: -s[1])[:2])
                print(f"{one.row.hand[:5]} {one.row.step:12} {one.row.meant:12} {best} | {one.row.text}")
    if "-n" in arguments:
        for one in bad:
            if one.said:
                print(
                    f"{one.row.step:12} {one.row.act:9} {one.said} {one.scores[one.said]} | {one.row.text[:110]}"
                )
    for step in STEPS:
        print(told(step, (one for one in good if one.row.step == step)))
    for hand in names:
        print(told(hand, (one for one in good if one.row.hand == hand)))
    print(told("all", good))
    false = Counter(one.row.step for one in bad if one.said)
    print(
        f"false answers: {sum(false.values())} of {len(bad)}, {100 * sum(false.values()) / max(1, len(bad)):.2f} per 100; {false.most_common(8)}"
    )
    told_days = [(row, day_of(row.text, date(2026, 11, 30))) for hand in names for row in days(hand, folder)]
    hit = [str(day) == row.meant for row, day in told_days]
    print(
        f"days: {sum(hit)} of {len(hit)}",
        [(r.text, r.meant, str(d)) for (r, d), ok in zip(told_days, hit, strict=True) if not ok],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
