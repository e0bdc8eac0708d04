"""Which of the options that stand before a person a message answers with. Called by the dialogue for each typed message at a step with choices.

Wordings by meaning (wordings_steps.py, wordings_topics.py), then who and which device the message tells (told.py), then trained weights.
Invariant: a tag that was not asked for is never in the result; a question gets at most half of its score unless its wording asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from flows.understanding.answers.notices_told import topics_meant
from flows.understanding.answers.phrases import NO_HIT, PhraseHit, found, look_for
from flows.understanding.answers.spoken import Spoken, spoken
from flows.understanding.answers.told import facts_in, is_parent
from flows.understanding.answers.trained import Ruled, counted, knows, probability
from flows.understanding.answers.wordings_steps import STEPS
from flows.understanding.answers.wordings_topics import BLOCKS, NEVER, TOPICS
from flows.understanding.input import Input

WHOLE = 0.9  # a wording that is the whole of a short message is sure
SHORT = 3  # words
LEAST = 0.1  # what is lower is left out
SHARE_WORTH = 0.1  # of a wording that covers the whole message
SURE = 0.6  # a tag with less is not asserted
WORDINGS: Mapping[str, str] = {**STEPS, **TOPICS, **BLOCKS}


@lru_cache(maxsize=256)
def _lines(tag: str) -> tuple[tuple[float, tuple[str, ...]], ...]:
    out = []
    for line in WORDINGS[tag].strip().splitlines():
        score, _, wordings = line.partition(" ")
        out.append(
            (float(score), tuple(w.strip().replace("(", "").replace(")", "") for w in wordings.split(" / ")))
        )
    return tuple(out)


_NOWHERE = replace(NO_HIT, hits=0)


def by_wording(tag: str, said: Spoken) -> tuple[float, PhraseHit]:
    """The best score of a tag's wordings in a message, and where it was found."""
    best, where, hits, value = 0.0, NO_HIT, 0, 0.0
    for score, wordings in _lines(tag):
        for wording in wordings:
            hit = look_for(wording, said)
            hits += hit.strength > 0
            worth = score * hit.strength + SHARE_WORTH * hit.share
            if hit.strength and worth > value:
                best, where, value = score * hit.strength, hit, worth
    return best, replace(where, hits=hits) if hits else _NOWHERE


_TOLD = {"employee": "who", "individual": "who", "child": "who", "android": "device", "ios": "device"}
_STRONGER = (  # (this one, than these) where both are found and neither is clearly better
    ("forgotten_email", "forgotten no_otp old_phone remembers first_password locked"),
    ("first_password", "forgotten no_otp locked remembers"),
    ("locked", "forgotten no_otp"),
    ("forgotten", "remembers"),
    ("no_otp", "old_phone"),
    ("look_up", "unknown known done"),
    ("unknown", "known"),
    ("not_received", "received again"),
    ("again", "received"),
    ("trouble", "done"),
    ("not_yet", "done yes"),
    ("undo", "done trouble not_yet"),
    ("how", "done trouble list look_up"),
    ("all", "done list how"),
    ("list", "done all"),
    ("no", "yes"),
    ("other", "solved"),
    ("not_it", "right"),
    ("none_of_these", "first second third"),
    ("anew", "continue"),
    ("edit", "otp share resend another other_ways"),
    ("other_ways", "otp share resend"),
    ("later", "withdraw"),
    ("leave", "stay"),
    ("another", "register"),
    ("export", "keep erase"),
    ("stop", "keep"),
    ("erase", "keep"),
    ("everything", "general register card"),
    ("card", "general register"),
    ("share", "otp"),
    ("drop_card", "stop keep"),
    ("drop_general", "stop keep"),
    ("drop_register", "stop keep"),
    ("add_card", "keep"),
    ("add_general", "keep"),
    ("add_register", "keep"),
    ("ubnd-xa-phuong", "doanh-nghiep-tu-nhan"),
    ("co-so-y-te", "truong-hoc ubnd-xa-phuong doanh-nghiep-tu-nhan doanh-nghiep-nha-nuoc"),
    ("truong-hoc", "ubnd-xa-phuong doanh-nghiep-tu-nhan co-so-giao-duc"),
    ("doanh-nghiep-nha-nuoc", "doanh-nghiep-tu-nhan ubnd-xa-phuong"),
)
_CLOSE = 0.04
TOLD_HIT = PhraseHit(1.0, 0.6, at_start=True, hits=2)


def ruled_by(said: Spoken, wanted: frozenset[str]) -> dict[str, Ruled]:
    """What the wordings say of each tag, before one option is preferred to another."""
    facts = facts_in(said)
    notices = topics_meant(said) if any(tag.startswith(("drop_", "add_")) for tag in wanted) else {}
    out: dict[str, Ruled] = {}
    for tag in sorted(wanted):
        if tag in _TOLD:
            score = 0.93 if facts.get(_TOLD[tag]) == tag else 0.0
            if tag == "individual" and not facts.get("who") and is_parent(said):
                score = 0.82
            one = Ruled(score * (0.6 if said.asks else 1.0), TOLD_HIT)
        elif tag.startswith(("drop_", "add_")):
            one = Ruled(notices.get(tag, 0.0) * (0.6 if said.asks else 1.0), TOLD_HIT)
        elif tag in WORDINGS:
            one = Ruled(*by_wording(tag, said))
        else:
            continue
        if one.score and not (tag in NEVER and any(found(w, said) for w in NEVER[tag].split(" / "))):
            out[tag] = one
    return _preferred(out)


def meanings(message: Input, wanted: frozenset[str]) -> dict[str, float]:
    """For each tag in `wanted` how surely the message answers with it, 0..1; a tag that it does not answer with is missing.

    At most one of them is SURE.
    """
    said = spoken(message.text)
    if not said.count and not said.opens_yes:
        return {}
    return judged(said, wanted, message.content.answer_weights)


def tags() -> frozenset[str]:
    """Every tag that can be scored."""
    notices = {f"{way}_{topic}" for way in ("drop", "add") for topic in ("card", "general", "register")}
    return frozenset({*WORDINGS, *_TOLD, *notices})


def facts_told(message: Input) -> dict[str, str]:
    """What a message tells on the way, for later steps and for memory: who, relation, device, code; only what it states surely."""
    return facts_in(spoken(message.text))


def judged(said: Spoken, wanted: frozenset[str], weights: bytes) -> dict[str, float]:
    """The trained weights' judgement of each tag."""
    ruled = ruled_by(said, wanted)
    if not ruled and not knows(said, weights):
        return {}
    scores = {tag: probability(counted(said, tag, ruled, wanted), weights) for tag in wanted}
    plain = [tag for tag, one in ruled.items() if one.score >= WHOLE and one.hit.share >= 1 and not said.asks]
    if len(plain) == 1 and said.count <= SHORT:
        scores[plain[0]] = max(scores[plain[0]], WHOLE)
    best = max(scores, key=lambda tag: (scores[tag], tag), default="")
    return {
        tag: round(score if tag == best else min(score, 1 - scores[best], SURE - 0.05), 3)
        for tag, score in scores.items()
        if score >= LEAST
    }


def _preferred(ruled: dict[str, Ruled]) -> dict[str, Ruled]:
    """The scores with those halved that another one beats."""
    beaten: set[str] = set()
    for tag, weaker in _STRONGER:
        if tag in ruled and tag not in beaten:
            beaten |= {
                w for w in weaker.split() if w in ruled and ruled[w].score <= ruled[tag].score + _CLOSE
            }
    best = max((one.score for tag, one in ruled.items() if tag not in beaten), default=0.0)
    return {
        tag: Ruled(one.score * 0.5, one.hit) if tag in beaten or one.score < best - _CLOSE else one
        for tag, one in ruled.items()
    }
