"""Whether a text is about an account that is not ours: gmail, a bank, VNeID. Called by the question finder.

Invariant: only where a word for an account stands beside the other's name, and nothing of ours is named.
"""

from __future__ import annotations

from collections.abc import Sequence

OURS = frozenset({"vssid", "bhxh", "baohiem", "bhyt", "bhtn"})
_BETWEEN = frozenset(
    {"cua", "app", "vi", "email", "trang", "cong", "ben", "cai", "em", "e", "toi", "minh", "tren"}
)
_SECRETS = frozenset({"matkhau", "otp"})
_ACCOUNTS = _SECRETS | {"taikhoan", "nick", "dangnhap"}
# whose account, in normalised words, and which words before the name say that the account itself is meant
_OTHER_ACCOUNTS: dict[tuple[str, ...], frozenset[str]] = {
    ("mangkhac",): _ACCOUNTS,
    ("zalo",): _ACCOUNTS,
    ("gmail",): _ACCOUNTS,
    ("cong", "quoc", "gia"): _ACCOUNTS,
    ("dvcqg",): _ACCOUNTS,
    ("dich", "vu", "cong"): _ACCOUNTS,  # unless that of the insurance is named
    ("etax",): _ACCOUNTS,
    ("thue",): _ACCOUNTS,
    ("misa",): _ACCOUNTS,
    ("nganhang",): _SECRETS | {"dangnhap"},  # a pension is paid to an account at a bank
    ("vneid",): _SECRETS,  # logging in with VNeID is ours to explain
    ("dinhdanh",): _SECRETS,
    ("viettel",): _SECRETS,
    ("may", "tinh"): frozenset({"matkhau"}),
    ("laptop",): frozenset({"matkhau"}),
}
_FAR = 3  # words that may stand between


def is_about_another_account(words: Sequence[str]) -> bool:
    """Whether normalised words ask about an account elsewhere: "lay lai matkhau email gmail", not "matkhau gui ve email gmail"."""
    if OURS.intersection(words):
        return False
    for name, account_words in _OTHER_ACCOUNTS.items():
        for at in range(1, len(words) - len(name) + 1):
            if tuple(words[at : at + len(name)]) != name:
                continue
            before = next((w for w in reversed(words[max(0, at - _FAR - 1) : at]) if w not in _BETWEEN), "")
            if before in account_words:
                return True
    return False
