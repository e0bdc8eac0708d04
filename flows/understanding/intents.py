"""Which flow a free text means. Called by the engine for what a step did not understand, and for exact names of flows.

Invariant: a wish has a score; the engine weighs it against what else the text may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process

from flows.content import Content, Route
from flows.people.reading import read_person
from flows.text import politeness
from flows.text.normalise import plain, plain_wording
from flows.text.politeness import DENIALS
from flows.understanding.facts import full_name, read_fact
from flows.understanding.input import Input

PLAUSIBLE = 80.0  # rapidfuzz score from which a wording may be a route's phrase
_POLITE = politeness.plain_words(
    politeness.SPEAKER, politeness.RESPECT, politeness.PARTICLES, politeness.REQUESTS, politeness.WISHES
).union("anh chi chau ad admin duoc dc lam on vui long ban bac co chu ai nao the".split())
_ASKING = frozenset("sao gi j nao dau khong ko k hok hong may bao ha chua nhu ai mo chi neu".split())


def named(text: str, content: Content, routes: tuple[Route, ...]) -> tuple[str, str]:
    """The flow that a text names exactly, by its label or a known phrase, and what it should read first; ("", "") for none."""
    words = plain(text)
    if not words:
        return "", ""
    if labelled := next((r.flow for r in routes if words == plain_wording(r.label)), ""):
        return labelled, ""
    core = _without_politeness(words)
    for r, phrases, _ in _phrases(routes):
        if words in phrases or (core in phrases and _is_wish(words)):
            return r.flow, text if r.reads_opening else ""
    ways_out = {alias for t in content.password.troubles for alias in t.aliases}
    if words in ways_out or core in ways_out:
        return "password", text
    return "", ""


def wishes(message: Input, routes: tuple[Route, ...]) -> Iterator[tuple[str, float, str]]:
    """The flows that a text wants begun in other words: the flow, how likely, and what it should read first."""
    text, words = message.text, message.plain
    if (sure := _names_somebody(message)) > 0:
        yield "lookup", sure, text
        return
    best: dict[str, tuple[float, str]] = {}
    for name, score, opening in _wished(text, words, routes):
        best[name] = (score, opening)
    parts = [part for part in _PARTS.split(text) if part.strip()]
    head = _FOR_WHOM.match(text)
    if head and _is_wish(words) and len(head.group().split()) < len(message.words):
        parts.append(head.group())  # "tra mã số cho cô tên là …"
    if (
        len(message.words) > _AT_LENGTH or len(parts) > 1
    ):  # the request of a letter stands in one of its parts
        for part in parts:
            asked = plain(part)
            if _REQUESTS.search(asked) and len(asked.split()) <= _AT_LENGTH + 4:
                for name, score, opening in _wished(part, asked, routes):
                    if score - 0.04 > best.get(name, (0.0, ""))[0]:
                        best[name] = (score - 0.04, opening)
    for name, (score, opening) in best.items():
        yield name, score, opening


_AT_LENGTH = 10  # words: in a longer message the request is looked for part by part
_PARTS = re.compile(r"[.,;:!?\n]+")
_KIN = "chi|chu|co|di|bac|ba|ong|ngoai|noi|cau|mo|thim|anh|em|con|chau|me|ma|tui|toi|minh"
_FOR_WHOM = re.compile(
    rf"^.{{4,50}}? cho (?:{_KIN}|chị|chú|cô|dì|bác|bà|ông|ngoại|nội|cậu|mợ|thím|cháu|mẹ|má|tôi|mình)(?= |$)",
    re.IGNORECASE,
)
_REQUESTS = re.compile(
    rf"\bcho (?:{_KIN})\b|\b(?:xin|bieu|chi|nho|de nghi|kinh (?:de nghi|mong|nho|hoi|xin)|mong|can|muon|huong dan|giup|gium|dum|cho (?:toi|em|tui|con|minh|chau|bac|hoi|biet))\b"
)


def _wished(text: str, words: str, routes: tuple[Route, ...]) -> Iterator[tuple[str, float, str]]:
    """The flows that these words want begun."""
    if (
        any(r.flow == "lookup" for r in routes)
        and _CODE_FOR.search(words)
        and not _NOT_THE_CODE.search(words)
    ):
        yield "lookup", 0.84, ""
    core = _without_politeness(words) or words
    padded = f" {core} "
    size = max(len(core.split()), 1)
    asking = 0.0 if _is_wish(words) else 0.5 if _HOW.search(words) else 0.26
    cue = 0.05 if _WANTED & set(words.split()) else 0.0
    for r, _, phrases in _phrases(routes):
        said = [p for p in phrases if p in padded and f" {p} " in padded and _wanted_in(padded, p)]
        best = max((0.55 + 0.35 * len(p.split()) / size for p in said), default=0.0)
        others = [p for p in phrases if p not in said] if said else phrases
        if near := process.extractOne(core, others, scorer=fuzz.ratio, score_cutoff=PLAUSIBLE):
            best = max(best, 0.5 + 0.4 * (near[1] - PLAUSIBLE) / (100 - PLAUSIBLE))
        score = best + cue - asking
        if best and score >= 0.3:
            opening = text if r.reads_opening else _after_phrase(text, r.flow, routes)
            yield r.flow, min(score, 0.92), opening


_HOW = re.compile(r"\b(?:the nao|nhu nao|ra sao|bang cach nao)\b")


def _wanted_in(padded: str, phrase: str) -> bool:
    """Whether a phrase that stands in the words is not denied just before; `padded`: the words with a blank at both ends."""
    before = padded.partition(f" {phrase} ")[0]
    return not DENIALS.intersection(before.split()[-2:])


_WANTED = frozenset("giup gium dum muon can cho nho di luon lien voi xin".split())


_ADDRESSED = re.compile(
    r"\b(?:(?:anh|cac|quy|em|co|dong) chi|chi oi|^(?:da |thua )?chi\b"
    r"|(?:cho|cua|bieu|voi|giup|gium|dum|la) (?:chu|chi)\b(?! (?:cho|do|$))|(?:^|con |em |chau )chi (?:ngoai|noi|ba|ong|bac|di|co|chu|tui|toi|em|giup|gium|dum)\b"
    r"|may (?:android|iphone|samsung|xiaomi|oppo|vivo|em|toi|tui|con|chu|chi)\b|(?:tho|cai|chiec) may\b|bao hiem)"
)  # no "chi" that asks, no "chứ", no "mấy"


def _is_wish(words: str) -> bool:
    """Whether the words ask for something to be done ("tra mã số giùm"), not about it."""
    return not _ASKING & set(_ADDRESSED.sub(" ", words).split())


# The code itself is wanted: "tra mã giùm", "cho hỏi mã số bảo hiểm của …", "coi số sổ bảo hiểm".
_CODE = r"(?:ma|ma so|ms|so so|so bao hiem|so bhxh|so bhyt)"
_CODE_ASKED = re.compile(
    rf"\b(?:tra|tra cuu|kiem|tim|coi|xem|xin|cho|hoi|lay|biet|can|nho|de nghi|cung cap|xac dinh|muon|quen|mat)\b.*\b{_CODE}\b"
    rf"|\b{_CODE}\b.*\b(?:tra|tra cuu|kiem|tim|la gi|bao nhieu|so may|coi|xem|may|gium|giup|dum)\b|\btra (?:cuu )?(?:gium|giup|dum|cho)\b"
)
_NOT_THE_CODE = re.compile(
    r"\bma (?:otp|xac nhan|xac thuc|qr|khach|pin)\b|\bmat khau\b|\b(?:bam|doi|cho hoai|nhan)(?: \w+){0,2} ma\b(?! so)|\bma\b(?: \w+)? (?:mot|hai|ba|bon|nam|may|vai|nhieu|[0-9]) lan\b|\b(?:khong|hong|ko|khoi|dung) (?:can |muon |phai )?(?:tra|kiem|tim)\b"
)


# "con tra mã bảo hiểm cho dì": somebody's code, and for whom.
_CODE_FOR = re.compile(
    rf"^(?:(?:{_KIN}|da|alo|oi|nho|lam on|a) )*(?:tra|tra cuu|kiem|tim|coi|xem)(?: (?:gium|giup|dum|lai|cai|con|ho))* {_CODE}(?: (?:bao hiem|bhxh|xa hoi|so))*"
    rf"(?: (?:gium|giup|dum))* (?:cho |cua )?(?:{_KIN})\b(?!.*\b(?:duoc|dc) (?:khong|ko|hong|hok|k)\b)"
)


def asks_for_code(words: str) -> bool:
    """Whether folded words ask for somebody's social-insurance code, or to look somebody up."""
    return _CODE_ASKED.search(words) is not None and not _NOT_THE_CODE.search(words)


def _names_somebody(message: Input) -> float:
    """How surely a name with a date or ID number asks for a look-up; 0 for neither. Amid speech the code must be asked for."""
    if not any(char.isdigit() for char in message.text) and not asks_for_code(message.plain):
        return 0.0
    person = read_person(message.text, date(2100, 1, 1), message.content)
    told = person.fact or person.trouble == "several" or person.day > 0
    if not (person.name and person.sure and told):
        return 0.0
    return 0.84 if not person.speech else 0.82 if asks_for_code(message.plain) else 0.0


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
def _phrases(routes: tuple[Route, ...]) -> tuple[tuple[Route, frozenset[str], tuple[str, ...]], ...]:
    """Each route with all its phrases, and with those of several words."""
    known = []
    for r in routes:
        all_of_it = {plain(r.label), *r.phrases, *(_without_politeness(p) for p in r.phrases)} - {""}
        known.append((r, frozenset(all_of_it), tuple(sorted(p for p in all_of_it if " " in p))))
    return tuple(known)
