"""Which question is asked: our finder against a linear SVM on TF-IDF, same folding, same run. Rule: the peer may learn from the development set, we may not.

    python -m benchmarks.questions SET.jsonl [SET.jsonl …]

Each line of a set: {"text": …, "topic": …}. The first set is also what the peer learns from, cross-validated, so that it is never asked
what it has learned; it answers the other sets from the whole of the first.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.knowledge.content import load_content
from flows.content import NOT_ASKED
from flows.text.fold import fold
from flows.text.normalise import normalise
from flows.understanding.question_finder import GIVEN_AWAY, find_questions, warm

FOLDS = 5
TEENCODE = frozenset(
    [
        "k",
        "ko",
        "kg",
        "hok",
        "hong",
        "hông",
        "hổng",
        "dc",
        "đc",
        "dk",
        "đk",
        "mk",
        "sdt",
        "sđt",
        "tk",
        "z",
        "v",
        "j",
        "r",
        "s",
        "lm",
        "pass",
        "ad",
        "cty",
        "hk",
        "hem",
        "dt",
        "đt",
        "vsid",
        "vô",
        "xài",
        "coi",
        "giùm",
        "tui",
        "nhiu",
        "kêu",
        "dzậy",
    ]
)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    topic: str

    @property
    def asked(self) -> bool:
        """Whether it asks something we answer."""
        return self.topic not in NOT_ASKED

    @property
    def spelling(self) -> str:
        """teencode, none (no marks) or marks."""
        words = self.text.lower().split()
        if TEENCODE & set(words):
            return "teencode"
        return "none" if fold(self.text) == self.text.lower() else "marks"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of a line, and in how many seconds of processor time."""

    line: Line
    decision: str
    topic: str
    offered: tuple[str, ...]
    shield: bool
    seconds: float


def read_set(path: Path) -> list[Line]:
    """The lines of one set."""
    return [
        Line(d["text"], d["topic"])
        for d in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if d
    ]


def ask(lines: Sequence[Line]) -> list[Answer]:
    """Every line asked of the finder."""
    content = load_content()
    out = []
    for line in lines:
        began = time.process_time()
        found = find_questions(line.text, content)
        seconds = time.process_time() - began
        offered = tuple(c.item.topic for c in found.candidates[:3]) if found.decision != "none" else ()
        out.append(Answer(line, found.decision, found.topic, offered, found.shield, seconds))
    return out


def figures(answers: Sequence[Answer]) -> dict[str, float]:
    """The figures of issue 5 over these answers; shares of 1, times in milliseconds."""
    asked = [a for a in answers if a.line.asked]
    others = [a for a in answers if not a.line.asked]
    asserted = [a for a in asked if a.decision == "answer"]
    given = [a for a in asked if a.line.topic == GIVEN_AWAY]
    times = sorted(a.seconds for a in answers)
    return {
        "texts": len(answers),
        "first": _share([a.topic == a.line.topic for a in asked]),
        "reached": _share([a.line.topic in a.offered for a in asked]),
        "asserted": _share([a.decision == "answer" for a in asked]),
        "right": _share([a.topic == a.line.topic for a in asserted]),
        "out_asserted": _share([a.decision == "answer" for a in others]),
        "shield": _share([a.shield for a in given]),
        "p95_ms": times[int(len(times) * 0.95)] * 1000 if times else 0.0,
    }


def peer(learned: Sequence[Line], asked: Sequence[Line] | None) -> list[str]:
    """What the SVM says of each line: cross-validated on `learned`, or of `asked` after learning all of it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model: Any = make_pipeline(
        TfidfVectorizer(analyzer=str.split, ngram_range=(1, 1), sublinear_tf=True), LinearSVC(C=1.0)
    )
    texts, topics = [" ".join(normalise(one.text)) or "-" for one in learned], [one.topic for one in learned]
    if asked is None:
        return [
            str(t)
            for t in cross_val_predict(
                model, texts, topics, cv=StratifiedKFold(FOLDS, shuffle=True, random_state=7)
            )
        ]
    model.fit(texts, topics)
    return [str(t) for t in model.predict([" ".join(normalise(one.text)) or "-" for one in asked])]


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0


def started() -> tuple[float, float]:
    """Processor seconds and MB that the finder's start takes, in a process of its own; the median of three."""
    import subprocess

    program = (
        "import time\nfrom pathlib import Path\nimport data.knowledge.content, flows.understanding.question_finder as f\n"
        "from data.knowledge.content import QUESTIONS, read_weights\n"
        "from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only\nfrom flows.content import Questions\n"
        "held = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * 4096 / 1e6\n"
        "m = held()\nt = time.process_time()\n"
        "q = Questions(read_questions_only(QUESTIONS_DIR), read_weights(QUESTIONS))\nf.warm(q)\n"
        "print(time.process_time() - t, held() - m)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]
    return statistics.median(float(s) for s, _ in said), statistics.median(float(m) for _, m in said)


def _main(paths: Sequence[Path]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    sets = {path.stem: read_set(path) for path in paths}
    warm(load_content().questions)
    seconds, mb = started()
    print(
        f"start: {seconds * 1000:.0f} ms, {mb:.1f} MB; all in all {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    first = next(iter(sets))
    for name, lines in sets.items():
        answers = ask(lines)
        groups = {"all": answers}
        for spelling in ("marks", "none", "teencode"):
            groups[spelling] = [a for a in answers if a.line.spelling == spelling]
        for group, some in groups.items():
            shown = "  ".join(
                f"{k} {v:.3f}" if k != "texts" else f"{k} {v:.0f}" for k, v in figures(some).items()
            )
            print(f"{name:16} {group:9} {shown}")
        try:
            said = peer(sets[first], None if name == first else lines)
        except ModuleNotFoundError as missing:
            print(
                f"benchmark: no peer, {missing.name} is missing: pip install -r requirements-bench.lock",
                file=sys.stderr,
            )
            continue
        theirs = _share([t == one.topic for t, one in zip(said, lines, strict=True) if one.asked])
        ours = figures(answers)["first"]
        print(
            f"{name:16} first: linear SVM on TF-IDF {theirs:.3f}, ours {ours:.3f}, {100 * (ours - theirs):+.1f} points"
        )
        for a in answers:
            wrong = a.decision == "answer" and a.topic != a.line.topic
            if wrong or (a.line.asked and a.line.topic not in a.offered):
                print(f"    {a.line.topic} | {a.line.text} -> {a.decision} {a.topic} {a.offered}")
    return 0


if __name__ == "__main__":
    sys.exit(_main([Path(p) for p in sys.argv[1:]]))
