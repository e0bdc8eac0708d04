"""Which topics a sentence chooses, adds or leaves out: "the bhyt thoi", "lấy hết luôn đi", "bỏ cái đăng ký ra". Called by the flow notices.

Invariant: at least one topic is left; ending the notices is read elsewhere (rights.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flows.spoken.polarity import stance_in
from flows.spoken.wordings import Clause, clauses, heard

_NAMED: Mapping[str, tuple[str, ...]] = {
    "chung": ("chung|chung_chung|tong_hop|tin_chung|thong_bao_chung|cho_ba_con",),
    "dang_ky": ("dang_ky|dk|vssid|app|mo_tai_khoan|vu_dang_ky|nhac_han|nhac_nop|han_nop",),
    "bhyt": ("bhyt|the|y_te|kham_benh|kham_chua_benh|the_kham|bao_hiem_y_te|the_bh",),
}
_ALL = (
    "tat_ca|ca_ba|ca_3|day_du|full|moi_thu|cai_gi_cung|gi_cung|cai_nao_cung|du_het|het_rao",
    "gui|lay|nhan|bao|chon|muon|cho het",
    "het luon|rao|di|nha|tron|ca|cho|$",
)
_OUT = (
    "bo|bot|khoi|dep|tat|huy|ngung|dung|thoi|loai|cat|go|khong_can|khong_lay|khong_nhan|khong_muon|tru|khong .. {}",
    "{} .. bo|bot|khoi|dep|tat|huy|ngung|thoi_khoi|khong_can|khong_lay|cat|loai ..",
)
_IN = (
    "them|lay|nhan|giu|bat|cho|gui|bao|con|chi|muon|can|dang_ky_them .. {}",
    "{} .. giu|lay|thoi|du|de_lai|nua|them|con",
)
_ONLY = ("chi|moi|rieng .. {}", "{} .. thoi nha|a|em|con|chi|di|do|$", "{} .. la_du|du_roi|la_duoc")
_REST = re.compile(r"\b(?:còn|con)(?= (?:cái |cai |vụ |vu )?(?:thẻ|the|tin|đăng|dang|lại|lai|vssid)\b)")


def _stated(patterns: Sequence[str], topic: str, clause: Clause) -> bool:
    name = _NAMED[topic][0]
    return heard(clause, [p.replace("{}", name) for p in patterns]) is not None


def topics_chosen(text: str, topics: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """The topics wanted after this sentence; empty when it does not choose any. `now`: those that are wanted already."""
    said = clauses(_REST.sub(", còn", text.lower()))
    out = {t for t in topics for c in said if _stated(_OUT, t, c) and not _stated(_ONLY, t, c)}
    named = {t for t in topics for c in said if heard(c, _NAMED[t])} - out
    if out:
        kept = set(now or topics) - out
        return tuple(t for t in topics if t in kept | (named & kept))
    if any(heard(c, _ALL) for c in said) and not any(
        heard(c, ("bo|dep|tat|ngung|dung|huy .. het|tat_ca|gui",)) for c in said
    ):
        return tuple(topics)
    only = any(_stated(_ONLY, t, c) for t in named for c in said)
    if not named or any(stance_in(c, ("sao|gi|the_nao",)) for c in said if c.asks):
        return ()
    more = any(heard(c, ("them",)) for c in said)
    if now and (more or not only) and any(_stated(_IN, t, c) for t in named for c in said):
        return tuple(t for t in topics if t in {*now, *named})
    return tuple(t for t in topics if t in named) if only or not now else ()
