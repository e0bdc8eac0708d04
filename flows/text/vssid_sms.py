"""The three text messages of VssID, however they were pasted: declaration received, account, one-time code.

Called by the dialogue and the secret detector. Invariant: the last two are secrets and are only recognised, never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from flows.text.dates import FULL, calendar_day, dates_in
from flows.text.fold import fold

_LONGEST = 1000  # characters; the messages have about 160
_FEWEST_DIGITS = 12  # of a dossier number


@dataclass(frozen=True, slots=True)
class Received:
    """ "BHXH Viet Nam da nhan to khai …": the dossier number, the code, and the day when the text has one."""

    number: str  # "01841.GD/2021/087"
    code: str = field(default="", repr=False)  # ten digits
    day: date | None = None


# on the folded text without blanks: the messages are read however they were broken up
_NUMBER = re.compile(
    r"(?<![0-9])([0-9]{5})[.,]?([a-z]{1,3})[/\-.]((?:19|20)[0-9]{2})[/\-.]([0-9]{3}(?:[0-9]{2})?)(?![0-9])"
)
_CODE = re.compile(r"maso(?:bhxh)?(?:la)?:?([0-9](?:[.\-]?[0-9]){9})(?![0-9])")
_RECEIVED_SMS = re.compile(r"danhan(?:duoc)?(?:to|ho)?(?:khai|so)|tiepnhan(?:to|ho)(?:khai|so)")
_ACCOUNT_SMS = re.compile(r"hoantatthutuc|thanhcong-*taikhoan|taikhoan[:.\-]*[0-9]{10}.{0,12}matkhau")
_CODE_SMS = re.compile(r"thuchienxincaplaimatkhau|maxacthuccohieuluc|ma(?:otp|xacthuc)(?:cua|de|cohieuluc)")


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_*\"'“”]+", "", fold(text))


def read_received(text: str) -> Received | None:
    """What the message that a declaration was received says; None for any other text."""
    if len(text) > _LONGEST or sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return None
    squeezed = _squeezed(text)
    number = _NUMBER.search(squeezed)
    if number is None or _RECEIVED_SMS.search(squeezed) is None:
        return None
    one, kind, year, office = number.groups()
    code = _CODE.search(squeezed)
    return Received(
        f"{one}.{kind.upper()}/{year}/{office}",
        re.sub(r"[^0-9]", "", code.group(1)) if code else "",
        _day(text),
    )


_TO_REGISTER = "GD"  # kind of a declaration for electronic transactions
_AROUND = frozenset(
    "so ma ho so cua toi tui em minh con me ma ba la day ne nay do a da thua bhxh bao hiem xa hoi vssid cap cho co duoc nhan moi"
    " to khai nghe nha nhe nghen ne de thoi ghi gium giup luu dang ky sms tin bao ve".split()
)


def read_number(text: str) -> str:
    """The number of a declaration's dossier in a text that says nothing else; "" for any other text."""
    folded = fold(text)
    if len(text) > _LONGEST or (found := _NUMBER.search(re.sub(r"\s+", "", folded))) is None:
        return ""
    one, kind, year, office = found.groups()
    words = re.findall(r"[a-z]+|[0-9]+", folded)
    told = {one, kind, year, office, one + kind}
    if kind.upper() != _TO_REGISTER or not all(word in _AROUND or word in told for word in words):
        return ""
    return f"{one}.{kind.upper()}/{year}/{office}"


def _day(text: str) -> date | None:
    """The first whole date of the text that joins its numbers by signs; a phone writes it before the message."""
    days = (
        calendar_day(found.day, found.month, found.year)
        for found in dates_in(text, FULL)
        if all(joint.strip() for joint in found.joints) and 2000 <= found.year <= 2099
    )
    return next(filter(None, days), None)


def which_secret(text: str) -> str:
    """ "account" or "code" when a text that was found to hold a secret is one of VssID's own messages, else ""."""
    if len(text) > _LONGEST:
        return ""
    squeezed = _squeezed(text)
    if _ACCOUNT_SMS.search(squeezed):
        return "account"
    return "code" if _CODE_SMS.search(squeezed) else ""
