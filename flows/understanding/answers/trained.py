"""How sure it is that a message answers with an option: trained weights over what the wordings found and the message's words. Called by meanings.py.

The weights are a linear model (benchmarks/talk/train.py). Invariant: pure Python, and the result does not depend on the order of the features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flows.text.fold import fold
from flows.understanding.answers.phrases import NO_HIT, PhraseHit, look_for
from flows.understanding.answers.spoken import Spoken
from flows.understanding.model_file import unpacked

KIND = "answers"  # of its file
LIFT = 0.8  # logits; before a closed question an answer is likelier than among the texts of the training (answers_measure --leave-one-out)
_LENGTHS = (1, 2, 3, 5, 8, 12, 18)
_SCORES = (0.01, 0.4, 0.55, 0.8, 0.87, 0.91, 0.94)
_SHARES = (0.2, 0.4, 0.6, 0.85)
_SAME = {  # tags whose words are learnt together
    "resend": "again", "keep": "stay", "right": "solved", "list": "list", "next": "continue",
    "none_of_these": "not_it", "withdraw": "leave", "stop": "leave",
}  # fmt: skip  # reason: reads as the table it is


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the wordings say of one tag."""

    score: float = 0.0
    hit: PhraseHit = NO_HIT


def _step(value: float, limits: tuple[float, ...]) -> int:
    return sum(value >= limit for limit in limits)


def features_of(
    said: Spoken, tag: str, ruled: Mapping[str, Ruled], wanted: frozenset[str]
) -> dict[str, float]:
    """What is counted of one option for a message; `ruled`: of all options that stand before the person."""
    own = ruled.get(tag, Ruled())
    others = max((r.score for t, r in ruled.items() if t != tag and t in wanted), default=0.0)
    score, other, length = _step(own.score, _SCORES), _step(others, _SCORES), _step(said.count, _LENGTHS)
    share = _step(own.hit.share, _SHARES)
    out = {
        "bias": 1.0,
        f"tag:{tag}": 1.0,
        f"score:{score}": 1.0,
        f"score:{score} tag:{tag}": 1.0,
        f"score:{score} other:{other}": 1.0,
        f"score:{score} length:{length}": 1.0,
        f"score:{score} share:{share}": 1.0,
        f"score:{score} share:{share} length:{length}": 1.0,
        f"score:{score} asks:{said.asks}": 1.0,
        f"score:{score} start:{own.hit.at_start}": 1.0,
        f"score:{score} hits:{min(own.hit.hits, 4)}": 1.0,
        f"score:{score} clauses:{min(said.clauses, 3)}": 1.0,
        f"tag:{tag} length:{length}": 0.5,
    }
    if score:
        out["ahead"] = max(-1.0, min(1.0, 4 * (own.score - others)))
    for cue in cues_of(said):
        out |= {
            f"cue:{cue} score:{score}": 1.0,
            f"cue:{cue} tag:{tag}": 1.0,
            f"cue:{cue} share:{share} score:{score}": 1.0,
        }
    words = [w for w in fold(said.text).split() if w != ","]
    common = _SAME.get(tag, tag)
    for word in words:
        out[f"w:{word}"] = 0.25
        out[f"t:{common}:{word}"] = 0.5
        if score:
            out[f"s:{word}"] = 0.25
    for one, two in pairwise(words):
        out[f"t:{common}:{one}_{two}"] = 0.35
        out[f"w:{one}_{two}"] = 0.15
    return out


_CUES = {  # what else a message may be
    "trouble": "không|chưa được|ra|thấy|vào|chạy|nổi|hiện / ~lỗi|văng|treo|đơ|trắng_bóc|mờ|báo_sai|đứng_im / <no> * nhận|có * nào",
    "scam": "~xưng|lừa|link|chuyển_tiền|kết_bạn|mạo_danh|giả|lỡ|họ|đối_tượng|zalo / ~kêu|đòi|bắt|xin|lỡ * đọc|gửi|chuyển|chụp|mã|hình|nhập / ~truy_cập|bấm_vào|cap_nhat_tai|hình_căn_cước",
    "person": "~cán_bộ|nhân_viên|người_thật|tổng_đài|gặp|liên_hệ|phụ_trách|hotline|nói_chuyện / số|gọi * ai|anh|chị|cán_bộ",
    "wish": "~nhờ|giúp|giùm|muốn|vui_lòng|đề_nghị|xin|cần / đăng_ký|tra|đổi|tìm|ngưng|bật * cho|giúp|đi|luôn",
    "anger": "~bực|chán|dở|ngu|tệ|mệt|kỳ_cục|điên|vcl|vl|đm|bó_tay|lừa_dân|hành|quá_trời|gì_mà|kiểu_gì|mất_thời_gian|ngáo|dẹp",
    "repeat": "~nói|giải_thích|viết|nhắc * lại|gọn|ngắn|dễ|rõ / không|chưa|hok * hiểu|hỉu|kịp|rõ / ~là_sao|dài_quá|khó_hiểu|tóm",
    "tells": "~tôi|em|chị|mình|nhà|bên|công_ty|chồng|con|má * làm|bán|ở|đi|có|bị|mới|hay|nghe",
}


@lru_cache(maxsize=4)
def cues_of(said: Spoken) -> tuple[str, ...]:
    """What else the message may be than an answer."""
    return tuple(
        cue for cue, ws in _CUES.items() if any(look_for(f"?:{w}", said).strength for w in ws.split(" / "))
    )


def probability(found: Mapping[str, float], data: bytes) -> float:
    """How sure it is, 0..1."""
    bias, known = _model(data)
    total = LIFT + bias + math.fsum(known.get(name, 0.0) * value for name, value in found.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=4)
def _model(data: bytes) -> tuple[float, Mapping[str, float]]:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    file = unpacked(data, KIND)
    [bias], [scale] = file.arrays["bias"], file.arrays["scale"]
    weights = (weight * scale for weight in file.arrays["weights"])
    return bias * scale, dict(zip(file.words["features"], weights, strict=True))
