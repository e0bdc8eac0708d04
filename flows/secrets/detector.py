"""Which typed texts hold a password or a one-time code. Called by the engine before anything else reads a text.

The text is read once into candidates (candidates.py), and each is scored by its shape and the words around it
(classifier.py, trained beforehand). Rules decide where the answer is certain: VssID's own messages, a bare number where a
code is expected, and what follows an announced password. Invariant: nothing here keeps, logs or returns the secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from flows.content import Content
from flows.scams.tales import tale_in
from flows.secrets.candidates import (
    NUMBER,
    TAIL_OF,
    candidates_of,
    is_polite,
    is_told,
    of_password,
    speaks_of_secret,
    told_by,
)
from flows.secrets.classifier import Classifier, classifier
from flows.secrets.features import features_of, features_of_announcement, features_of_answer
from flows.secrets.labels import labels_of
from flows.secrets.spelt import SOFT, YEAR, Token
from flows.secrets.tokens import tokens_of
from flows.spoken.password_topics import after_secret, answer_to
from flows.text.fold import fold
from flows.text.normalise import plain
from flows.text.vssid_sms import read_received, which_secret

OTP, PASSWORD, ANNOUNCED = "otp", "password", "announced"  # the last: a password is about to be typed
WATCHED_MESSAGES = 3  # messages after a secret or an announcement, which are judged more strictly
ENOUGH = -0.4  # logits from which a candidate is taken for a secret
ENOUGH_WHEN_WATCHED = -1.6
ENOUGH_BY_STAFF = 1.0
ENOUGH_TO_ANNOUNCE = 0.5
ENOUGH_TO_FOLLOW = -1.0
LONGEST_ANNOUNCEMENT = 120  # characters
MOST_OF_STATE = 6  # words
LONGEST_ANSWER = 9  # words of a password that is a phrase, with what is said around it
_PIECES = ("@n2", "@n3")  # two or three digits
_STATES = frozenset("van con nho quen mat tieu khong chua biet het o dau cu hoai luon thoi day du".split())
_GROUP = re.compile(r"(?<![0-9])[0-9](?:[ .\-]{0,2}[0-9]){3,7}(?![0-9])")


def secret_in(text: str, weights: bytes, *, expected: bool, watch: str = "", by_staff: bool = False) -> str:
    """ "otp" or "password" when the text holds one, else "".

    `weights`: Content.secret_weights. `expected`: the conversation is waiting for a code to be typed on the secure page, so
    that a bare number of four to eight digits is surely that code. `watch`: what the messages before held or announced (""
    nothing), see `watch_after`. `by_staff`: written by a member of staff, who explains passwords all day: what stands behind
    the word counts only where it is told ("mật khẩu là …"), and surer.
    """
    folded, trained, tokens = _read(text, weights)
    if read_received(text) is not None and speaks_of_secret(tokens) not in ("matkhau", "otp"):
        return ""  # its code and dossier number may stand close together
    candidates = [
        c for c in candidates_of(tokens, trained.known) if not by_staff or c.kind != TAIL_OF or _is_told(tokens, c.at)
    ]
    whose = which_secret(text)
    if whose == "code" and _GROUP.search(folded):
        return OTP
    if not watch:
        candidates = [c for c in candidates if c.kind != TAIL_OF or not _is_state(tokens, c.at)]
    told = any(candidate.kind != TAIL_OF for candidate in candidates)
    if whose == "account" and told and re.search(r"matkhau\W*[a-z0-9]", folded.replace(" ", "")):
        return PASSWORD
    if watch in (PASSWORD, ANNOUNCED) and _follows_password(tokens, trained, announced=watch == ANNOUNCED):
        return PASSWORD
    if _is_bare_code(tokens, waited_for=expected or bool(watch), piece=watch == OTP) or _ends_in_piece(
        tokens
    ):
        return OTP
    found = next((candidate for candidate in candidates if is_told(tokens, candidate)), None)
    if found is None:
        labels = labels_of(tokens) if candidates else ()
        scores = [trained.score(features_of(tokens, c, trained.known, labels)) for c in candidates]
        best = max(scores, default=-math.inf)
        if best < (ENOUGH_BY_STAFF if by_staff else ENOUGH_WHEN_WATCHED if watch else ENOUGH):
            return ""
        found = [c for c, score in zip(candidates, scores, strict=True) if score == best][-1]
    return PASSWORD if found.kind != NUMBER or of_password(tokens, found) else OTP


def _read(text: str, weights: bytes) -> tuple[str, Classifier, list[Token]]:
    """The text folded, the classifier in `weights`, and the tokens of the text."""
    folded, trained = " ".join(fold(text).split()), classifier(weights)
    return folded, trained, tokens_of(folded, trained.known)


def _is_told(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word for a password is followed by a sign or word that says what it is."""
    return at + 1 < len(tokens) and tokens[at + 1].name in ("la", ":", "=", "thanh")


def _is_bare_code(tokens: Sequence[Token], *, waited_for: bool, piece: bool) -> bool:
    """Whether a text is nothing but a number of four to eight digits; one that may be a year or a sum only where a code is waited for.

    `piece`: a code was typed just before, so two or three digits are more of it.
    """
    rest = [t for t in tokens if not is_polite(t)]
    if len(rest) == 1 and piece and rest[0].name in _PIECES:
        return True
    if len(rest) != 1 or rest[0].name[0] != "#":
        return False
    return waited_for or rest[0].detail not in (YEAR, SOFT)


def _ends_in_piece(tokens: Sequence[Token]) -> bool:
    """Whether the text ends in the first digits of a code: "mã otp nè 482"."""
    at = max((n for n, t in enumerate(tokens) if not is_polite(t)), default=-1)
    return at > 0 and tokens[at].name in _PIECES and told_by(tokens, at) == "code"


def _is_state(tokens: Sequence[Token], at: int) -> bool:
    """Whether what follows the word for a password only says how it is: "mật khẩu vẫn nhớ", "mật khẩu quên mất rồi"."""
    tail = [t.name for t in tokens[at + 1 :] if not is_polite(t)]
    return 0 < len(tail) <= MOST_OF_STATE and all(name in _STATES for name in tail)


def watch_after(text: str, found: str, before: tuple[str, int], weights: bytes) -> tuple[str, int]:
    """What to expect after a message, and for how many more: of what was found in it, or what it announced."""
    announced = "" if found == OTP else announced_in(text, weights)
    if announced or found:
        return announced or found, WATCHED_MESSAGES
    kind, left = before
    if kind == ANNOUNCED:  # an announcement is for the next message only
        kind = PASSWORD
    return (kind, left - 1) if left > 1 else ("", 0)


def announced_in(text: str, weights: bytes) -> str:
    """OTP or ANNOUNCED when a text that holds neither says that a code or password follows ("mật khẩu của tôi là", "em nhận được otp rồi")."""
    if len(" ".join(fold(text).split())) > LONGEST_ANNOUNCEMENT:
        return ""
    _, trained, tokens = _read(text, weights)
    word = speaks_of_secret(tokens)
    if not word or any(candidate.kind != TAIL_OF for candidate in candidates_of(tokens)):
        return ""
    if trained.score(features_of_announcement(tokens, trained.known)) < ENOUGH_TO_ANNOUNCE:
        return ""
    return ANNOUNCED if word == "matkhau" else OTP


def is_announcement(text: str, weights: bytes) -> bool:
    """Whether a text breaks off where the secret would stand: "mật khẩu của tôi là", "otp nè:"."""
    last_word = plain(text).rpartition(" ")[2]
    if text.rstrip()[-1:] not in (":", "=") and last_word not in ("la", "day", "ne", "nay"):
        return False
    return bool(announced_in(text, weights)) and not tale_in(text)[0]  # or somebody else asks for it


def forewarning(content: Content) -> str:
    """The warning for somebody who is about to type a secret."""
    return (
        "Xin đừng gõ mật khẩu hay mã OTP vào đây, tôi không cần và không ai ở BHXH hỏi. Chỉ nhập trên ứng dụng VssID. "
        f"Cần giúp, anh/chị gõ “quên mật khẩu” hoặc gọi {content.office.hotline}."
    )


def _follows_password(tokens: Sequence[Token], trained: Classifier, *, announced: bool) -> bool:
    """Whether a text after a password or its announcement is one: a mixed word, after an announcement also a few words."""
    if any(t.name == "~" and t.detail.startswith("free") for t in tokens):
        return True
    if not announced or len(tokens) > LONGEST_ANSWER:
        return False
    return trained.score(features_of_answer(tokens, trained.known)) >= ENOUGH_TO_FOLLOW


def bare_digits(text: str) -> int:
    """How many digits a text has that is nothing but a number, at most LONGEST_CODE; else 0."""
    whole = re.fullmatch(r"[0-9](?:[ .\-]?[0-9]){2,7}", text.strip()) is not None
    return sum(c.isdigit() for c in text) if whole else 0


def is_known_phone(text: str, content: Content) -> bool:
    """Whether a few digits alone are part of a telephone number of the directory, which is public anyway."""
    digits = "".join(c for c in text if c.isdigit())
    return bare_digits(text) > 0 and any(digits in c.phone for c in content.directory.contacts)


_MESSAGES = {
    "account": (
        "Đó có vẻ là tin cấp tài khoản VssID. Anh/chị tự nhập mật khẩu trong tin vào màn hình Đăng nhập của ứng dụng VssID, rồi "
        "đổi mật khẩu ngay. "
    ),
    "code": (
        "Đó có vẻ là tin mã xác thực của VssID: tin ghi “cấp lại mật khẩu” dù anh/chị đang đổi mật khẩu. Anh/chị nhập mã đó vào "
        "VssID trong 5 phút. "
    ),
}


def warning(secret: str, content: Content, *, text: str = "") -> str:
    """What the person is told after a secret was typed into the chat; `text` tells whether it was one of VssID's messages.

    A question in which the secret stood is answered too.
    """
    what = "mã OTP" if secret == "otp" else "mật khẩu"
    whose = which_secret(text)
    said = (
        f"Tin vừa rồi có vẻ chứa {what}. Tôi không lưu và không đọc tin đó; nếu được, anh/chị xóa nó khỏi cuộc trò "
        f"chuyện. {_MESSAGES.get(whose, '')}Xin đừng gõ {what} vào đây hay đưa cho bất kỳ ai, kể cả người xưng là "
        "cán bộ BHXH. Chỉ nhập trên ứng dụng VssID hoặc trang bảo mật mà tôi gửi đường dẫn. "
        f"Nghi bị lộ, anh/chị gọi {content.office.hotline}."
    )
    beside = (
        "" if whose or not text else _GIVEN if tale_in(text)[1] else answer_to(after_secret(text), content)
    )
    return f"{said}\n{beside}" if beside else said


_GIVEN = "Đã lỡ đưa cho người khác thì đổi mật khẩu VssID ngay, gọi tổng đài và báo công an nơi gần nhất."
