"""How sure it is that a message answers with an option: trained weights over what the wordings found and the message's words. Called by meanings.py.

The weights are a linear model (benchmarks/talk/train.py). Invariant: pure Python, and the result does not depend on the order of the features.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flows.text.fold import fold
from flows.understanding.answers.phrases import NO_HIT, PhraseHit, look_for
from flows.understanding.answers.spoken import Spoken
from flows.understanding.model_file import unpacked

KIND = "answers"  # of its file
LIFT = 0.7  # logits; before a closed question an answer is likelier than among the texts of the training (answers_measure --leave-one-out)
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


Counted = tuple[str, str, float]  # a table of the weights, what is counted, and how much it counts


def counted(said: Spoken, tag: str, ruled: Mapping[str, Ruled], wanted: frozenset[str]) -> Iterator[Counted]:
    """What is counted of one option for a message; `ruled`: of all options that stand before the person."""
    own = ruled.get(tag, Ruled())
    others = max((r.score for t, r in ruled.items() if t != tag and t in wanted), default=0.0)
    score, other, length = _step(own.score, _SCORES), _step(others, _SCORES), _step(said.count, _LENGTHS)
    share = _step(own.hit.share, _SHARES)
    yield "", "bias", 1.0
    yield "tag", tag, 1.0
    yield "tag, length", f"{tag} {length}", 0.5
    yield "tag, score", f"{tag} {score}", 1.0
    yield "score", f"{score}", 1.0
    yield "score, other", f"{score} {other}", 1.0
    yield "score, length", f"{score} {length}", 1.0
    yield "score, share", f"{score} {share}", 1.0
    yield "score, share, length", f"{score} {share} {length}", 1.0
    yield "score, asks", f"{score} {said.asks}", 1.0
    yield "score, start", f"{score} {own.hit.at_start}", 1.0
    yield "score, hits", f"{score} {min(own.hit.hits, 4)}", 1.0
    yield "score, clauses", f"{score} {min(said.clauses, 3)}", 1.0
    if score:
        yield "", "ahead", max(-1.0, min(1.0, 4 * (own.score - others)))
    for cue in cues_of(said):
        yield "cue, score", f"{cue} {score}", 1.0
        yield "cue, tag", f"{cue} {tag}", 1.0
        yield "cue, share, score", f"{cue} {share} {score}", 1.0
    words, pairs = _words_of(said)
    theirs = f"words {_SAME.get(tag, tag)}"
    for word in words:
        yield "words", word, 0.25
        yield theirs, word, 0.5
        if score:
            yield "words where found", word, 0.25
    for pair in pairs:
        yield "words", pair, 0.15
        yield theirs, pair, 0.35


@lru_cache(maxsize=4)
def _words_of(said: Spoken) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a message and its pairs of words, each once."""
    words = [w for w in fold(said.text).split() if w != ","]
    return tuple(dict.fromkeys(words)), tuple(dict.fromkeys(f"{one}_{two}" for one, two in pairwise(words)))


def features_of(
    said: Spoken, tag: str, ruled: Mapping[str, Ruled], wanted: frozenset[str]
) -> dict[str, float]:
    """What is counted of one option, by the names of the weights' file; for the training."""
    return {f"{table}:{name}": value for table, name, value in counted(said, tag, ruled, wanted)}


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


def knows(said: Spoken, data: bytes) -> bool:
    """Whether a word of the message was learnt: of signs, pictures and strange words nothing is to be told."""
    learnt = _model(data)[1]["words"]
    return any(word in learnt for word in _words_of(said)[0])


def probability(found: Iterable[Counted], data: bytes) -> float:
    """How sure it is, 0..1."""
    bias, tables = _model(data)
    total = LIFT + bias + math.fsum(tables[table].get(name, 0.0) * value for table, name, value in found)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=4)
def _model(data: bytes) -> tuple[float, Mapping[str, dict[str, float]]]:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    file = unpacked(data, KIND)
    [bias], [scale] = file.arrays["bias"], file.arrays["scale"]
    tables: dict[str, dict[str, float]] = defaultdict(dict)
    for feature, weight in zip(file.words["features"], file.arrays["weights"], strict=True):
        table, _, name = feature.partition(":")
        tables[table][name] = weight * scale
    return bias * scale, tables
