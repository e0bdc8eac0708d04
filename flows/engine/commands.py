"""Words that work at every step: menu, back, stop, a person, help. Read by the engine and by the channels' buttons.

Invariant: they are looked up after the secret check and before the step's own answers.
"""

from __future__ import annotations

MENU_LABEL = "Menu"
BACK_LABEL = "Quay lại"
PERSON_LABEL = "Gặp cán bộ"
HELP_LABEL = "Trợ giúp"
ALWAYS_VALID = (MENU_LABEL, BACK_LABEL, PERSON_LABEL, HELP_LABEL)  # at every step, whatever was offered

_WORDINGS = {
    "start": (
        "start, bat dau, xin chao, chao, hello, hi, alo, alo em, hello em, hi em, em oi, xin chao em, chao em, chao e, "
        "chao anh, chao chi, chao ban, chao ad, ad oi, da chao"
    ),
    "menu": "menu, trang chu, thuc don, ve menu, menu chinh",
    "back": "quay lai, tro lai, lui lai, back, quay lui, buoc truoc",
    "stop": "huy, huy bo, thoat, dung lai, stop, cancel, khong lam nua, thoi khong lam nua",
    "person": (
        "gap can bo, gap nguoi, gap nhan vien, gap nguoi that, noi chuyen voi can bo, cho gap can bo, cho toi gap can bo, "
        "cho em gap can bo, can bo ho tro, tu van vien, tong dai"
    ),
    "help": "tro giup, help, giup toi, giup voi, giup toi voi, giup, huong dan su dung",
}
ANYWHERE = {words: what for what, wordings in _WORDINGS.items() for words in wordings.split(", ")}


def anywhere(words: str) -> str:
    """Which of start, menu, back, stop, person, help these folded words mean, else ""."""
    return ANYWHERE.get(words, "")
