"""Which typed texts hold a password or a one-time code. Called by the engine before anything else reads a text.

The text is read once into candidates (candidates.py), and each is scored by its shape and the words around it
(classifier.py, trained beforehand). Rules decide where the answer is certain: VssID's own messages, a bare number where a
code is expected, and what follows an announced password. Invariant: nothing here keeps, logs or returns the secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cached_property

from flows.content import Content
from flows.secrets.candidates import (
    MIXED,
    NUMBER,
    QUOTED,
    SPELT,
    TAIL,
    TAIL_OF,
    SecretCandidate,
    candidates_of,
    is_polite,
    is_spelling,
    is_told,
    of_password,
    speaks_of_secret,
    told_by,
)
from flows.secrets.classifier import Classifier, classifier
from flows.secrets.features import end_of_tail, features_of, features_of_announcement, features_of_answer
from flows.secrets.labels import labels_of
from flows.secrets.spelt import SOFT, YEAR, Token, digits_told, is_number_word
from flows.secrets.tokens import SHORTEST_MIXED, tokens_of, written
from flows.text.fold import fold
from flows.text.normalise import plain
from flows.text.vssid_sms import read_received, which_secret

OTP, PASSWORD = "otp", "password"
ANNOUNCED, PIECE = "announced", "piece"  # a password is about to be typed; a few digits alone were typed
WATCHED_MESSAGES = 3  # messages after a secret or an announcement, which are judged more strictly
ENOUGH = 0.15  # logits from which a candidate is taken for a secret
ENOUGH_WHEN_WATCHED = -1.2
ENOUGH_BY_STAFF, ENOUGH_TOLD_BY_STAFF = 1.5, 4.0  # the second: of what stands behind the word for a password
ENOUGH_TO_ANNOUNCE = 0.5
ENOUGH_TO_FOLLOW = -2.3
LONGEST_ANNOUNCEMENT = 120  # characters
MOST_OF_STATE = 6  # words
LONGEST_ANSWER = 9  # words of a password that is a phrase, with what is said around it
MOST_PIECES = 6  # tokens of a password in pieces
_BITS = frozenset(("@n1", "@n2", "@n3", "@short", "roi", "chu", "so"))
_PLACED = frozenset("dau cuoi giua roi sau ke tiep theo so chu @part".split())
_HARMLESS = frozenset(("@who", "@par", "@n1", "@time", "@date", "@line", "@money", "@percent", "@version"))
_PIECES = ("@n2", "@n3")  # two or three digits
_STATES = frozenset("van con nho quen mat tieu khong chua biet het o dau cu hoai luon thoi day du".split())
_GROUP = re.compile(r"(?<![0-9])[0-9](?:[ .\-]{0,2}[0-9]){3,7}(?![0-9])")


class SecretReading:
    """A text as the shield reads it, made once a turn: its tokens, and its candidates with their scores at their first use."""

    def __init__(self, text: str, weights: bytes) -> None:
        self.text = text
        self.trained = classifier(weights)
        self.written = written(" ".join(fold(text).split()))
        self.tokens = tokens_of(self.written, self.trained.known)

    @cached_property
    def candidates(self) -> list[SecretCandidate]:
        """Where a secret may stand."""
        return list(candidates_of(self.tokens, self.trained.known))

    @cached_property
    def scores(self) -> dict[SecretCandidate, float]:
        """How likely each candidate is a secret, in logits."""
        labels = labels_of(self.tokens) if self.candidates else []
        known = self.trained.known
        return {c: self.trained.score(features_of(self.tokens, c, known, labels)) for c in self.candidates}


def secret_in(
    text: str,
    weights: bytes,
    *,
    expected: bool,
    watch: str = "",
    by_staff: bool = False,
    seen: SecretReading | None = None,
) -> str:
    """ "otp" or "password" when the text holds one, else "".

    `weights`: Content.secret_weights. `expected`: the conversation is waiting for a code to be typed on the secure page, so
    that a bare number of four to eight digits is surely that code. `watch`: what the messages before held or announced (""
    nothing), see `watch_after`. `by_staff`: written by a member of staff, who explains passwords all day: what stands behind
    the word counts only where it is told ("mật khẩu là …"), and surer. `seen`: the text, where it was read before.
    """
    seen = seen or SecretReading(text, weights)
    tokens = seen.tokens
    if read_received(text) is not None and speaks_of_secret(tokens) not in ("matkhau", "otp"):
        return ""  # its code and dossier number may stand close together
    candidates = [
        c
        for c in seen.candidates
        if not by_staff or c.kind in (NUMBER, MIXED) or (c.kind == TAIL_OF and _is_told(tokens, c.at))
    ]
    whose = which_secret(text)
    if whose == "code" and _GROUP.search(seen.written):
        return OTP
    strict = watch not in ("", PIECE)
    if not strict:
        candidates = [c for c in candidates if c.kind != TAIL_OF or not _is_state(tokens, c.at)]
    told = any(candidate.kind != TAIL_OF for candidate in candidates)
    if whose == "account" and told and re.search(r"matkhau\W*[a-z0-9]", seen.written.replace(" ", "")):
        return PASSWORD
    if watch in (PASSWORD, ANNOUNCED) and _follows_password(
        tokens, seen.trained, announced=watch == ANNOUNCED
    ):
        return PASSWORD
    if watch and _is_part(tokens):
        return PASSWORD
    if (
        _is_bare_code(tokens, waited_for=expected or strict)
        or (watch in (OTP, PIECE) and _is_piece(tokens))
        or _ends_in_piece(tokens)
    ):
        return PASSWORD if watch in (PASSWORD, ANNOUNCED) and not expected else OTP
    found = next((candidate for candidate in candidates if is_told(tokens, candidate)), None)
    if found is None:
        enough = ENOUGH_BY_STAFF if by_staff else ENOUGH_WHEN_WATCHED if strict else ENOUGH
        best = max((seen.scores[candidate] for candidate in candidates), default=-math.inf)
        if best < enough:
            return ""
        found = [c for c in candidates if seen.scores[c] == best][-1]
        if by_staff and found.kind == TAIL_OF and best < ENOUGH_TOLD_BY_STAFF:
            return ""
    return _kind_of(seen, found)


def _kind_of(seen: SecretReading, found: SecretCandidate) -> str:
    """Which secret a candidate is; of a word for a password with nothing but a number behind it the number decides."""
    if found.kind == TAIL_OF:
        behind = [
            c
            for c in seen.candidates
            if c.kind == NUMBER and 0 < c.at - found.at <= TAIL and seen.scores[c] > ENOUGH
        ]
        found = behind[0] if behind else found
    if found.kind == NUMBER:
        spelt = any(c.kind == SPELT and seen.scores[c] > ENOUGH for c in seen.candidates)
        return PASSWORD if spelt or of_password(seen.tokens, found) else OTP
    return PASSWORD


def without_secret(seen: SecretReading) -> str:
    """The folded text without what may be a secret or a piece of one: no number, no mixed word, nothing told of a password."""
    gone = {
        n for n, token in enumerate(seen.tokens) if token.name[0] in "#~@" and token.name not in _HARMLESS
    }
    gone |= {n for n, token in enumerate(seen.tokens) if is_spelling(token)}
    for candidate, score in seen.scores.items():
        if score < ENOUGH_WHEN_WATCHED:
            continue
        end = candidate.at + 1
        if candidate.kind == TAIL_OF:
            end = end_of_tail(seen.tokens, candidate.at)
            gone |= set(range(candidate.at + 1, end))
            continue
        if candidate.kind == SPELT:
            end = (
                max(n for n in range(candidate.at, min(candidate.at + 24, len(seen.tokens))) if n in gone) + 1
            )
        elif candidate.kind == QUOTED:
            end = next(n for n in range(candidate.at + 1, len(seen.tokens)) if seen.tokens[n].name == '"')
        gone |= set(range(candidate.at, end))
    kept = [seen.written[t.start : t.end] for n, t in enumerate(seen.tokens) if n not in gone]
    return " ".join(kept).replace("matkhau", "mat khau")


def _is_told(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word for a password is followed by a sign or word that says what it is."""
    return at + 1 < len(tokens) and tokens[at + 1].name in ("la", ":", "=", "thanh")


def _is_bare_code(tokens: Sequence[Token], *, waited_for: bool) -> bool:
    """Whether a text is nothing but a number of four to eight digits; one that may be a year or a sum only where a code is waited for."""
    rest = [t for t in tokens if not is_polite(t)]
    if len(rest) != 1 or rest[0].name[0] != "#":
        return False
    return waited_for or rest[0].detail not in (YEAR, SOFT)


def _is_piece(tokens: Sequence[Token]) -> bool:
    """Whether a text is nothing but two or three digits, also in words, and where they stand: "rồi 29", "ba số đầu 482"."""
    rest = [t.name for t in tokens if not is_polite(t) and t.name not in _PLACED]
    return bool(rest) and (
        rest in (["@n2"], ["@n3"])
        or (len(rest) <= MOST_PIECES and all(map(is_number_word, rest)) and 1 < digits_told(rest) <= 3)
    )


def _is_part(tokens: Sequence[Token]) -> bool:
    """Whether a short text tells a part of a secret: "khúc sau là xoài"."""
    return len(tokens) <= MOST_PIECES and any(t.name == "@part" for t in tokens)


def _ends_in_piece(tokens: Sequence[Token]) -> bool:
    """Whether the text ends in the first digits of a code: "mã otp nè 482"."""
    at = max((n for n, t in enumerate(tokens) if not is_polite(t)), default=-1)
    return at > 0 and tokens[at].name in _PIECES and told_by(tokens, at) == "code"


def _is_state(tokens: Sequence[Token], at: int) -> bool:
    """Whether what follows the word for a password only says how it is: "mật khẩu vẫn nhớ", "mật khẩu quên mất rồi"."""
    tail = [t.name for t in tokens[at + 1 :] if not is_polite(t)]
    return 0 < len(tail) <= MOST_OF_STATE and all(name in _STATES for name in tail)


def watch_after(
    text: str, found: str, before: tuple[str, int], weights: bytes, seen: SecretReading | None = None
) -> tuple[str, int]:
    """What to expect after a message, and for how many more: of what was found in it, or what it announced.

    A message that is nothing but two or three digits may be the first piece of a code (PIECE). `seen`: as in `secret_in`.
    """
    seen = seen or SecretReading(text, weights)
    announced = "" if found == OTP else announced_in(seen)
    if announced or found:
        return announced or found, WATCHED_MESSAGES
    kind, left = before
    if not kind and _begins_in_pieces(seen.tokens):
        return PIECE, 1
    if kind == ANNOUNCED:  # an announcement is for the next message only
        kind = PASSWORD
    return (kind, left - 1) if left > 1 else ("", 0)


def announced_in(seen: SecretReading) -> str:
    """OTP or ANNOUNCED when a text that holds neither says that a code or password follows ("mật khẩu của tôi là", "em nhận được otp rồi")."""
    if len(seen.written) > LONGEST_ANNOUNCEMENT:
        return ""
    word = speaks_of_secret(seen.tokens)
    if not word or any(candidate.kind != TAIL_OF for candidate in seen.candidates):
        return ""
    if seen.trained.score(features_of_announcement(seen.tokens, seen.trained.known)) < ENOUGH_TO_ANNOUNCE:
        return ""
    return ANNOUNCED if word == "matkhau" else OTP


def breaks_off(seen: SecretReading) -> bool:
    """Whether a text breaks off where the secret would stand: "mật khẩu của tôi là", "otp nè:"."""
    last_word = plain(seen.text).rpartition(" ")[2]
    if seen.text.rstrip()[-1:] not in (":", "=") and last_word not in ("la", "day", "ne", "nay"):
        return False
    return bool(announced_in(seen))


def is_fragment(seen: SecretReading, watch: str) -> bool:
    """Whether a text may be a piece of a secret that is told over several messages: nothing of it is shown to anybody."""
    rest = [t for t in seen.tokens if not is_polite(t)]
    if watch or not rest:
        return bool(watch)
    return (
        all(t.name[0] in "#~@" or is_spelling(t) for t in rest)
        or _is_piece(seen.tokens)
        or _is_part(seen.tokens)
    )


def _begins_in_pieces(tokens: Sequence[Token]) -> bool:
    """Whether a text may be the first piece of a secret that nobody announced."""
    named = any(t.name in _PLACED for t in tokens)
    alone = [t.name for t in tokens if not is_polite(t)] == ["@n3"]
    return alone or _is_part(tokens) or (named and _is_piece(tokens))


def _follows_password(tokens: Sequence[Token], trained: Classifier, *, announced: bool) -> bool:
    """Whether a text after a password or its announcement is one: a mixed word, after an announcement also a few words."""
    if any(t.name == "~" and t.detail.startswith("free") for t in tokens):
        return True
    rest = [t for t in tokens if not is_polite(t)]
    if (
        rest
        and len(rest) <= MOST_PIECES
        and all(t.name in _BITS or t.name[0] in "#~" or is_spelling(t) for t in rest)
    ):
        return True
    if not announced or len(tokens) > LONGEST_ANSWER:
        return False
    if len(rest) == 1 and len(rest[0].name) <= SHORTEST_MIXED and rest[0].name not in trained.known:
        return True
    return trained.score(features_of_answer(tokens, trained.known)) >= ENOUGH_TO_FOLLOW


def bare_digits(text: str) -> int:
    """How many digits a text has that is nothing but a number, at most LONGEST_CODE; else 0."""
    whole = re.fullmatch(r"[0-9](?:[ .\-]?[0-9]){2,7}", text.strip()) is not None
    return sum(c.isdigit() for c in text) if whole else 0


def is_known_phone(text: str, content: Content) -> bool:
    """Whether a few digits alone are part of a telephone number of the directory, which is public anyway."""
    digits = "".join(c for c in text if c.isdigit())
    return bare_digits(text) > 0 and any(digits in c.phone for c in content.directory.contacts)
