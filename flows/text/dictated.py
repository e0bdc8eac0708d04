"""What a telephone wrote for words it does not know, put back: "vi ét ai đi" is VssID, "ô ti pi" is OTP. Called before a message is read.

Invariant: only names that no Vietnamese sentence holds otherwise are changed; the other words stay letter by letter as they came.
"""

from __future__ import annotations

import re

# Names of letters as they are spoken, English or Vietnamese, with and without marks.
_V, _S = r"(?:v[iíìêeéè]|vờ|vơ)", r"(?:[éêeè]t|[éêe]s|ét[- ]?sì|sờ|ếch|ết[- ]?sờ)"
_I_D = r"(?:a[iíyỉ] ?[đd][iíêeề]|i ?[đd][iíêeề])"
_HEARD = (
    (re.compile(rf"\b{_V} {_S}(?: {_S})? {_I_D}(?!\w)", re.IGNORECASE), "VssID"),
    (re.compile(r"\bv ?s ?s ?i ?d\b|\bvss i ?d\b|\bv ss ?id\b|\bvsid\b", re.IGNORECASE), "VssID"),
    (re.compile(rf"\b{_V} (?:en|nờ) [eiêé] {_I_D}(?!\w)", re.IGNORECASE), "VNeID"),
    (re.compile(r"\b[ôoồ] ?(?:t[êeiíì]) ?(?:p[êeiíì])(?!\w)", re.IGNORECASE), "OTP"),
    (re.compile(r"\bmã (?:xổ|sổ|xố|sồ)(?!\w)(?! (?:hộ|xố|số))", re.IGNORECASE), "mã số"),
    (re.compile(r"\bcái áp(?=\s)(?! (?:suất|lực|dụng))", re.IGNORECASE), "cái app"),
    (re.compile(r"\b(?:ai|i|ay) ?(?:phôn|phon|fôn)(?!\w)", re.IGNORECASE), "iPhone"),
    (re.compile(r"\b(?:sam|săm|xam) (?:sung|xung|sum)(?!\w)", re.IGNORECASE), "Samsung"),
    (re.compile(r"\b(?:ốp|óp|ôp) (?:pô|pồ|bô|po)(?!\w)", re.IGNORECASE), "OPPO"),
    (re.compile(r"\b(?:i|ai|y) ?(?:meo|mêu|mêo|mêu|meo)(?!\w)", re.IGNORECASE), "email"),
    (re.compile(r"\bbảo (?:hỉm|hỉêm|hỉểm|hỉm)(?!\w)|\bbảo hĩm(?!\w)", re.IGNORECASE), "bảo hiểm"),
)
# No other message is looked at twice: one of these stands in all of the above.
_MAY_HOLD = re.compile(
    r"v ?s ?s|vsid|\b[ée]t\b|ê[ts]\b|[ée]s\b|sờ|ếch|t[êeiíì] ?p[êeiíì]|\bmã [xs][ổốồ]|\báp\b|ph[ôo]n|fôn|\bs[aă]m |xam |[óốô]p |m[eê][ou]\b|h[ỉĩ]",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """The text with misheard names written as they are."""
    if not _MAY_HOLD.search(text):
        return text
    for pattern, name in _HEARD:
        text = pattern.sub(name, text)
    return text
