"""Letters and digits that were spoken one by one, put together: "xê nờ tê tê" is CNTT, "không chín một" is 091. Called by the search.

Invariant: other words stay as they came, and digits are joined only where so many stand together that they are a number.
"""

from __future__ import annotations

import re

from flows.text.dictated import written

_LETTERS = (
    (r"(?:x[êe]|c[êe]) (?:n[ờo]|en|anh n[ờo]) t[êe] t[êe]", "CNTT"),
    (r"u b[êe] (?:n[ờo]|en) (?:d[êe]|đ[êe])", "UBND"),
    (r"b[êe] h[áa]t (?:y|i) t[êe]", "BHYT"),
    (r"b[êe] h[áa]t (?:[íi]ch|[íi]t|x[ờo]) h[áa]t", "BHXH"),
    (r"t[êe] t[êe] (?:và |v[àa] )?p[êe] t[êe] (?:đ|d)[êe] t[êe]", "TT&PTĐT"),
    (r"v[éeíi] s[áa]t (?:ai|i) [đd][iíê]|vi [ée]t [ée]t ai [đd]i", "VssID"),
)
_SPOKEN = tuple((re.compile(rf"(?<!\w){way}(?!\w)", re.IGNORECASE), name) for way, name in _LETTERS)
_DIGITS = {
    **dict.fromkeys(("không", "khong", "hông", "zero"), "0"),
    **dict.fromkeys(("một", "mot", "mốt"), "1"),
    "hai": "2",
    "ba": "3",
    **dict.fromkeys(("bốn", "bon", "tư", "tu"), "4"),
    **dict.fromkeys(("năm", "nam", "lăm", "lam", "nhăm"), "5"),
    **dict.fromkeys(("sáu", "sau"), "6"),
    **dict.fromkeys(("bảy", "bay", "bẩy"), "7"),
    **dict.fromkeys(("tám", "tam"), "8"),
    **dict.fromkeys(("chín", "chin"), "9"),
}
_ONE = rf"(?:{'|'.join(sorted(_DIGITS, key=len, reverse=True))}|[0-9]{{1,4}})"
_RUN = re.compile(rf"(?<!\w){_ONE}(?:[ ,.\-]{{1,2}}{_ONE}){{2,13}}(?!\w)", re.IGNORECASE)
_HUNDREDS = re.compile(r"(?<!\w)([^\W_]+) (?:trăm|tram) (?:lẻ|le|linh) ([^\W_]+)(?!\w)", re.IGNORECASE)
_TIMES = re.compile(r"(?<!\w)(hai|ba|bốn|bon|2|3|4) con ([^\W_]+)(?!\w)", re.IGNORECASE)  # "ba con tám"
_BESIDE = re.compile(r"(?:đuôi|duoi|cuối|cuoi|đầu|dau|số|so|kết thúc|ket thuc|là|la)\W*$", re.IGNORECASE)
_A_NUMBER, _A_PART = (
    6,
    3,
)  # spoken digits that are a number of their own; that are part of one beside such a word


def put_together(text: str) -> str:
    """The text with spoken letters and digits written."""
    text = _HUNDREDS.sub(r"\1 không \2", written(text))
    for pattern, name in _SPOKEN:
        text = pattern.sub(name, text)
    return _RUN.sub(_number, _TIMES.sub(_repeated, text))


def _repeated(found: re.Match[str]) -> str:
    times, digit = (_DIGITS.get(w.lower(), w) for w in found.groups())
    return " ".join([digit] * int(times)) if digit.isdigit() and len(digit) == 1 else found.group()


def _number(found: re.Match[str]) -> str:
    words = re.findall(r"[^\W_]+", found.group().lower())
    spoken = [w for w in words if not w.isdigit()]
    beside = _BESIDE.search(found.string[: found.start()])
    enough = len(words) >= (_A_PART if beside else _A_NUMBER)
    return "".join(_DIGITS.get(w, w) for w in words) if spoken and enough else found.group()
