"""Which flow a free text means. Called by the engine for what a step did not understand, and for exact names of flows.

Invariant: when two flows are plausible both are given back; none is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from flows.content import NOT_ASKED, Content, Route
from flows.directory.search import find_contacts
from flows.text import politeness
from flows.text.normalise import plain
from flows.understanding.facts import full_name, read_fact
from flows.understanding.question_finder import QuestionResult, find_questions

SURE = 92.0  # rapidfuzz score from which a wording counts as a route's phrase
PLAUSIBLE = 80.0
PARTLY = 60.0  # below this the phrase is but a part of what was written
FOREIGN = 0.5  # probability from which a text is nothing we answer
GAP = 6.0  # two flows closer than this are both plausible
_POLITE = politeness.plain_words(
    politeness.SPEAKER, politeness.RESPECT, politeness.PARTICLES, politeness.REQUESTS, politeness.WISHES
).union("anh chi chau ad admin duoc dc k ko khong lam on vui long ban bac co chu ai nao the".split())
_ASKING = frozenset("sao gi j nao dau khong ko k hok hong may bao ha chua nhu ai mo chi neu".split())


@dataclass(frozen=True, slots=True)
class Routed:
    """`flow` when one is meant; `between` when several are plausible; `opening` is what the flow should read first."""

    flow: str = ""
    between: tuple[str, ...] = ()
    opening: str = ""
    asks: QuestionResult | None = None  # a question that is answered, or of which some are offered


def route(text: str, content: Content, routes: tuple[Route, ...], *, loosely: bool) -> Routed:
    """The flow that a text means. Strictly: a menu label or a known phrase. Loosely: also near wordings, a contact
    that is asked for, or a name with a birth date."""
    words = plain(text)
    if labelled := next((r.flow for r in routes if words == plain(r.label)), "") if words else "":
        return Routed(labelled)
    core = _without_politeness(words)
    for r, phrases in _phrases(routes):
        if words in phrases or (core in phrases and _is_wish(words)):
            return Routed(r.flow, opening=text if r.reads_opening else "")
    ways_out = {alias for t in content.password.troubles for alias in t.aliases}
    if words in ways_out or core in ways_out:
        return Routed("password", opening=text)
    return _loosely(text, words, core, content, routes, ways_out) if loosely and words else Routed()


def _loosely(
    text: str, words: str, core: str, content: Content, routes: tuple[Route, ...], ways_out: set[str]
) -> Routed:
    if _is_name_and_fact(text):
        return Routed("lookup", opening=text)
    scored: dict[str, float] = {}
    whole: dict[str, float] = {}
    for r, phrases in _phrases(routes):
        best = max((_score(core or words, p) for p in phrases), default=0.0)
        scored[r.flow] = max(scored.get(r.flow, 0.0), best)
        whole[r.flow] = max((fuzz.ratio(core or words, p) for p in phrases), default=0.0)
    ranked = sorted(scored.items(), key=lambda kv: -kv[1])
    found = find_questions(text, content)
    asked = find_contacts(text, content.directory)
    wanted = found.item if found.decision == "answer" else None
    named = _after_phrase(text, "lookup", routes) if scored["lookup"] >= SURE else ""
    if named and _is_name_and_fact(named):
        return Routed("lookup", opening=named)
    if asked.decision == "answer" and len(core.split()) < 3:  # hardly more than a name or a block
        return Routed("contacts", opening=text)
    if (
        (max(whole.values()) < SURE or not _is_wish(words))
        and wanted is not None
        and wanted.opens != "asked"
        and not (wanted.opens == "wanted" and scored[wanted.next] >= SURE and _is_wish(words))
    ):
        if wanted.next == "contacts" and asked.decision == "answer":
            return Routed("contacts", opening=text)
        return Routed(asks=found)
    known = {w for _, phrases in _phrases(routes) for p in phrases for w in p.split()}
    elsewhere = found.item is not None and found.item.topic == "ngoai_pham_vi"
    if (
        elsewhere
        and not set(core.split()) <= known
        and asked.decision == "none"
        and found.candidates[0].score >= FOREIGN
    ):
        return Routed(asks=found)
    if any(f" {alias} " in f" {words} " for alias in ways_out if alias.count(" ") >= 2):
        return Routed("password", opening=text)
    if asked.decision == "answer":
        return Routed("contacts", opening=text)
    sure = [flow for flow, score in ranked if score >= SURE]
    if sure:
        close = tuple(f for f, s in ranked if s >= PLAUSIBLE and ranked[0][1] - s < GAP)
        if len(close) > 1:
            return Routed(between=close)
        flow = ranked[0][0]
        if found.decision == "suggest" and whole[flow] < PARTLY:
            return Routed(asks=found)
        reads_opening = any(r.reads_opening for r in routes if r.flow == flow)
        return Routed(flow, opening=text if reads_opening else _after_phrase(text, flow, routes))
    if asked.decision == "suggest" or asked.gap is not None:
        return Routed("contacts", opening=text)
    if wanted is not None:
        return Routed(wanted.next) if wanted.opens == "asked" else Routed(asks=found)
    plausible = tuple(f for f, s in ranked if s >= PLAUSIBLE)
    if plausible:
        return Routed(between=plausible[:3])
    if found.decision == "suggest" or (found.item and found.item.topic in NOT_ASKED):
        return Routed(asks=found)
    return Routed()


def _score(words: str, phrase: str) -> float:
    if len(phrase) < 4:
        return 100.0 if phrase in words.split() else 0.0
    whole = fuzz.ratio(words, phrase)
    inside = fuzz.partial_ratio(phrase, words) if len(words) > len(phrase) else 0.0
    return max(whole, inside if f" {phrase[:3]}" in f" {words}" else inside - 8)


def _is_wish(words: str) -> bool:
    """Whether the words ask for something to be done ("tra mã số giùm"), not about it."""
    return not _ASKING & set(words.split())


def _is_name_and_fact(text: str) -> bool:
    reading = read_fact(text, date.max)
    return reading.fact is not None and full_name(reading.rest) is not None


def _after_phrase(text: str, flow: str, routes: tuple[Route, ...]) -> str:
    """What follows the phrase that started a look-up: "tra ma so Tran Thi Be Ba 17/01/1983" -> the name and date."""
    if flow != "lookup":
        return ""
    words = text.split()
    phrases = sorted((p for r in routes if r.flow == flow for p in r.phrases), key=len, reverse=True)
    for phrase in phrases:
        n = len(phrase.split())
        for i in range(len(words) - n + 1):
            if plain(" ".join(words[i : i + n])) == phrase:
                rest = " ".join(words[i + n :])
                rest = rest.removeprefix("cho ").removeprefix("của ").removeprefix("cua ").strip()
                reading = read_fact(rest, date.max)
                return rest if reading.fact or full_name(reading.rest) else ""
    return ""


def _without_politeness(words: str) -> str:
    return " ".join(w for w in words.split() if w not in _POLITE)


@lru_cache(maxsize=8)
def _phrases(routes: tuple[Route, ...]) -> tuple[tuple[Route, frozenset[str]], ...]:
    return tuple(
        (r, frozenset({plain(r.label), *r.phrases, *(_without_politeness(p) for p in r.phrases)} - {""}))
        for r in routes
    )
