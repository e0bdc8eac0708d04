"""The table and the picture of a run of benchmarks.names. Rule: one run, one table by kind of noise, one picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

from benchmarks.names.scoring import PARTIAL, Scores

if TYPE_CHECKING:
    from benchmarks.names.__main__ import Run

mpl.use("Agg")
OURS, BASE = "ours", "rapidfuzz WRatio"
INK, QUIET, OUR, THEIR, OTHER = "#22303c", "#9aa5ae", "#0b6e69", "#d97b29", "#7d8b96"
LABELS = {
    "full": "as registered", "nodia": "no diacritics", "partial": "some diacritics", "tonedrop": "tones lost",
    "dstroke": "đ typed d", "telex": "Telex left over", "telex_mixed": "Telex in one syllable", "vni": "VNI left over",
    "toneplace": "tone on the other vowel", "nfd": "decomposed Unicode", "iy": "i for y", "caps": "capitals",
    "spaces": "stray spaces and signs", "joined": "written as one word", "joined_part": "two syllables joined",
    "typo_sub": "neighbouring key", "typo_del": "letter missing", "typo_swap": "letters swapped",
    "typo_ins": "letter too many", "typo2": "two slips", "reg_init": "regional initial", "reg_final": "regional final",
    "hoinga": "hỏi for ngã", "mixed": "region and slip", "teencode": "teencode", "drop_mid": "middle name missing",
    "drop_fam": "family name missing", "drop_one_mid": "part of middle missing", "given_only": "given name only",
    "given_first": "given name first", "initials": "initials", "abbr": "one part shortened",
    "honorific": "title or request around", "joined+typo": "one word, slip", "telex+typo": "Telex, slip",
    "order+typo": "other order, slip", "hon+reg": "title, region", "reg2": "two regional sounds",
    "reg_dropmid": "region, no middle", "typo_dropmid": "slip, no middle", "typo_dropfam": "slip, no family",
    "abbr+typo": "shortened, slip", "teen+typo": "teencode, slip", "typo3": "three slips", "split": "space inside a syllable",
    "repeat": "letter held down", "sentence": "inside a sentence", "neg_near": "one letter off somebody",
    "neg_far": "a stranger", "neg_year": "right name, wrong year", "neg_chat": "talk, no name",
}  # fmt: skip


def _p(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile in ms."""
    return statistics.median(seconds) * 1000, statistics.quantiles(seconds, n=20)[-1] * 1000


def _share(hits: int, of: int) -> str:
    return f"{hits / of:.3f}" if of else "–"


def write(run: Run, path: Path) -> None:
    """The tables as Markdown."""
    path.write_text("\n".join(_lines(run)) + "\n", encoding="utf-8")


def _lines(run: Run) -> Iterator[str]:
    kinds = list(run.scores(OURS).kinds)
    compound = [k for k in kinds if "+" in k or k in ("reg2", "reg_dropmid", "typo_dropmid", "typo_dropfam", "typo3", "split", "repeat", "sentence")]  # fmt: skip
    single = [k for k in kinds if k not in compound]
    yield "# Names: ours against what others would use"
    yield ""
    yield "Written by `python -m benchmarks.names --sets ../shared/eval` (packages: requirements-bench.lock); every figure is of this one run."
    yield (
        f"Registry of {run.people:,} synthetic people, {run.names:,} different folded names; {len(run.cases)} queries of the development"
        " sets, every way asked the same query before the next one. A birth year, where it is given, narrows the names for everybody."
    )
    yield ""
    yield (
        "Peers get folded queries and folded names (lower case, no diacritics, đ as d); ours gets what was typed. *First*, *five*: the right"
        " name is first, or among five. *Asserted*, *wrong*, *nobody*: on the half of each kind that no threshold was tuned on, how many"
        " queries were answered with certainty and rightly (of all that mean somebody), with certainty and wrongly (of the same), and how many of the queries"
        " that mean nobody were answered with certainty. A peer's thresholds (score, and lead over the second) are those that assert most on the"
        " other half with at most one wrong in a hundred."
    )
    yield ""
    yield "![by kind of noise](names.png)"
    yield ""
    base50, base95 = _p(run.base)
    yield f"| way | first | five | compound first | compound five | asserted | wrong | nobody | p50 ms | p95 ms | p50 / base | p95 / base |"  # noqa: F541  # lines up with the others
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for name, result in run.results.items():
        main, hard = run.scores(name, single), run.scores(name, compound)
        judged = run.scores(name, single, judged=True)
        p50, p95 = _p(result.seconds)
        speed = (
            [f"{p50:.1f}", f"{p95:.1f}", f"{p50 / base50:.3f}", f"{p95 / base95:.3f}"]
            if result.timed
            else ["–"] * 4
        )
        yield _row(
            f"**{name}**" if name == OURS else name,
            _share(main.people.first, main.people.n), _share(main.people.five, main.people.n),
            _share(hard.people.first, hard.people.n), _share(hard.people.five, hard.people.n),
            _share(judged.people.asserted, judged.people.n), _share(judged.people.wrong, judged.people.n),
            f"{judged.nobody.wrong} of {judged.nobody.n}", *speed,
        )  # fmt: skip
    yield ""
    whole = run.scores(OURS, single).whole
    nobody = run.scores(OURS, single).nobody
    yield (
        f"Ours over both halves: of the {whole.n} queries that leave the whole name {_share(whole.asserted, whole.n)} asserted;"
        f" {run.scores(OURS).people.wrong} of {run.scores(OURS).people.n} asserted wrongly; {nobody.wrong} of {nobody.n} that mean nobody asserted."
    )
    yield (
        f"Base: `rapidfuzz.process.extract` (WRatio) over the folded name of every person, p50 {base50:.0f} ms, p95 {base95:.0f} ms"
        f" ({len(run.base)} queries). Times are of queries without a year, over the {run.names:,} different names."
    )
    yield (
        "pg_trgm: the PostgreSQL that comes with the tests has no such extension, so its similarity is computed here and its time is not"
        " told. FTS5: trigrams of the query joined by OR, ordered by bm25."
    )
    for title, group in (("One kind of noise", single), ("Compounds", compound)):
        yield ""
        yield f"## {title}"
        yield ""
        yield "Right name first / among five; for those who mean nobody: asserted on the judged half."
        yield ""
        yield "| kind | n | " + " | ".join(run.results) + " |"
        yield "|---|---|" + "---|" * len(run.results)
        by = {name: run.scores(name) for name in run.results}
        judged_by = {name: run.scores(name, judged=True) for name in run.results}
        for kind in group:
            cells = [_cell(by[name], judged_by[name], kind) for name in run.results]
            yield _row(f"{LABELS.get(kind, kind)} `{kind}`", str(by[OURS].kinds[kind].n), *cells)
    if run.outside:
        yield from _outside(run)


def _outside(run: Run) -> Iterator[str]:
    yield ""
    yield "## An outside check"
    yield ""
    yield (
        "The same kinds made by another hand that knew only their list (`python -m benchmarks.names.noise_sets`), ours only."
        " Its slips fall anywhere, also on one- and two-letter syllables, and its regional sounds are applied wherever they can be."
    )
    for name, scores in run.outside.items():
        yield ""
        yield f"`{name}`: " + (
            f"first {_share(scores.people.first, scores.people.n)}, five {_share(scores.people.five, scores.people.n)}, asserted wrongly"
            f" {scores.people.wrong} of {scores.people.n}"
            + (
                f", of those who mean nobody asserted {scores.nobody.wrong} of {scores.nobody.n}"
                if scores.nobody.n
                else ""
            )
            + f"; whole names asserted {_share(scores.whole.asserted, scores.whole.n)}."
        )
        yield ""
        yield "| kind | n | first | five | asserted | wrong |"
        yield "|---|---|---|---|---|---|"
        for kind, t in scores.kinds.items():
            told = (
                ["–"] * 3
                if kind.startswith("neg_")
                else [_share(x, t.n) for x in (t.first, t.five, t.asserted)]
            )
            yield _row(f"{LABELS.get(kind, kind)} `{kind}`", str(t.n), *told, str(t.wrong))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(scores: Scores, judged: Scores, kind: str) -> str:
    tally = scores.kinds[kind]
    if kind.startswith("neg_"):
        return f"{judged.kinds[kind].wrong} of {judged.kinds[kind].n}"
    return f"{tally.first / tally.n:.2f} / {tally.five / tally.n:.2f}"


# -- the picture


def draw(run: Run, path: Path) -> None:
    """Right first by kind of noise, ours, WRatio and the best of the other peers; and speed against rightness."""
    import matplotlib.pyplot as plt

    by = {name: run.scores(name) for name in run.results}
    kinds = [k for k in by[OURS].kinds if not k.startswith("neg_")]
    others = [name for name in by if name not in (OURS, BASE)]

    def first(name: str, kind: str) -> float:
        return by[name].kinds[kind].share("first")

    kinds.sort(key=lambda k: (first(OURS, k) - max(first(n, k) for n in [BASE, *others]), first(OURS, k)))
    with mpl.rc_context(
        {"font.family": "DejaVu Sans", "font.size": 9, "axes.edgecolor": QUIET, "text.color": INK}
    ):
        figure = plt.figure(figsize=(12.5, 10.4), facecolor="white")
        left = figure.add_axes((0.185, 0.055, 0.40, 0.875))
        for y, kind in enumerate(kinds):
            ours, base, best = first(OURS, kind), first(BASE, kind), max(first(n, kind) for n in others)
            left.plot(
                [min(base, best, ours), ours],
                [y, y],
                color="#d9e0e5",
                lw=2.2,
                zorder=1,
                solid_capstyle="round",
            )
            left.scatter(base, y, s=30, color=THEIR, zorder=2)
            left.scatter(best, y, s=30, facecolor="white", edgecolor=OTHER, linewidth=1.2, zorder=3)
            left.scatter(ours, y, s=42, color=OUR, zorder=4)
        left.set_yticks(range(len(kinds)), [LABELS.get(k, k) for k in kinds])
        left.set_ylim(-0.8, len(kinds) - 0.2)
        left.set_xlim(-0.02, 1.03)
        left.set_xlabel("right name first, share of queries")
        _plain(left)
        figure.text(0.02, 0.962, "Which name comes first, by kind of noise", fontsize=14, fontweight="bold")
        figure.text(
            0.02, 0.942, f"{run.people:,} synthetic people; {len(run.cases):,} development queries, half of those of one kind of noise with a birth year",
            fontsize=9, color="#5b6770",
        )  # fmt: skip
        for x, colour, edge, text in (
            (0.655, OUR, OUR, "ours"),
            (0.715, THEIR, THEIR, "rapidfuzz WRatio"),
            (0.845, "white", OTHER, "best of the other peers"),
        ):
            figure.text(x + 0.012, 0.913, text, fontsize=9.5, va="center")
            mark = figure.add_axes((x, 0.905, 0.01, 0.016))
            mark.scatter(0, 0, s=42, facecolor=colour, edgecolor=edge)
            mark.axis("off")
        _speed(figure.add_axes((0.725, 0.50, 0.25, 0.34)), run, by)
        _asserted(figure.add_axes((0.745, 0.075, 0.215, 0.30)), run)
        figure.savefig(path, dpi=110)
        plt.close(figure)


def _plain(axes: mpl.axes.Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(axis="x", color="#eef1f3", zorder=0)
    axes.set_axisbelow(True)


def _speed(axes: mpl.axes.Axes, run: Run, by: dict[str, Scores]) -> None:
    for name, result in run.results.items():
        if not result.timed:
            continue
        p50, p95 = _p(result.seconds)
        y = by[name].people.share("first")
        colour = OUR if name == OURS else THEIR if name == BASE else OTHER
        axes.plot([p50, p95], [y, y], color=colour, lw=1.6, alpha=0.6)
        axes.scatter(p50, y, s=36, color=colour, zorder=3)
        axes.annotate(
            name.replace("rapidfuzz ", ""),
            (p50, y),
            textcoords="offset points",
            xytext=(0, 7),
            ha="center",
            fontsize=8,
        )
    axes.set_xscale("log")
    axes.set_ylim(0.4, 1.02)
    axes.margins(x=0.18)
    axes.set_xlabel("ms a query: median, line to the 95th percentile")
    axes.set_title("Speed, and right first over all kinds", fontsize=10.5, fontweight="bold", loc="left")
    _plain(axes)
    axes.grid(axis="y", color="#eef1f3")


def _asserted(axes: mpl.axes.Axes, run: Run) -> None:
    rows = []
    for name in run.results:
        scores = run.scores(name, [k for k in run.scores(name).kinds if k not in PARTIAL], judged=True)
        rows.append(
            (name, scores.people.share("asserted"), scores.people.wrong, scores.nobody.wrong, scores.nobody.n)
        )
    rows.reverse()
    for y, (name, share, wrong, false, of) in enumerate(rows):
        axes.barh(y, share, height=0.62, color=OUR if name == OURS else THEIR if name == BASE else "#c3ccd2")
        axes.text(
            share + 0.015,
            y,
            f"{share:.2f}   {wrong} wrong, {false} of {of} nobodies",
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(rows)), [n.replace("rapidfuzz ", "") for n, *_ in rows])
    axes.set_xlim(0, 1.35)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_xlabel("asserted rightly, share of queries with the whole name")
    axes.set_title("What is said with certainty", fontsize=10.5, fontweight="bold", loc="left")
    _plain(axes)
