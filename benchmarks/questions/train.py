"""Trains the recogniser's weights from the items' own wordings and from messages of hands: `make model`.

A hand (hands/*.jsonl) is what one kind of person wrote who saw neither code nor content: {"text", "topic", "item"}. The topic is
the writer's; the item, the likeliest of that topic, was found by `benchmarks.questions.hands`. Rule: no development or test line is ever read here.
"""

from __future__ import annotations

import json
import random
import sys
from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.models import digest_of, table_of, write
from data.knowledge.question_files import QUESTIONS_DIR, read_questions_only
from flows.content import Question
from flows.text.fold import fold
from flows.text.normalise import normalise
from flows.understanding.model_file import ModelFile
from flows.understanding.question_model import KIND, Weights, Wordings, features
from flows.understanding.question_neighbours import made_ready

SEED = 7
HANDS = Path(__file__).parent / "hands"
NOT_READY = Wordings((), {}, (0,), (), ())  # no wordings: all of them are made ready at start
C = 10.0  # inverse strength of regularisation
RAREST = 3  # a feature must be in so many of the varied wordings
PRUNED = 0.012  # weights below this share of the largest are left out
CHAT = (
    ("không", "ko"),
    ("không", "k"),
    ("không", "hok"),
    ("không", "hông"),
    ("được", "dc"),
    ("được", "đc"),
    ("mật khẩu", "mk"),
    ("mật khẩu", "pass"),
    ("đăng ký", "đk"),
    ("đăng ký", "dk"),
    ("tài khoản", "tk"),
    ("số điện thoại", "sdt"),
    ("điện thoại", "đt"),
    ("gì", "j"),
    ("rồi", "r"),
    ("vậy", "z"),
    ("vậy", "v"),
    ("công ty", "cty"),
    ("làm sao", "lm s"),
    ("vào", "vô"),
    ("xem", "coi"),
    ("dùng", "xài"),
    ("bao nhiêu", "nhiêu"),
    ("đăng nhập", "đn"),
    ("thế nào", "sao"),
    ("như thế nào", "sao"),
    ("bảo hiểm", "bh"),
    ("hồ sơ", "hs"),
    ("tôi", "em"),
    ("tôi", "tui"),
    ("giúp", "giùm"),
    ("người", "ng"),
    ("e-mail", "gmail"),
    ("email", "gmail"),
    ("hướng dẫn", "hd"),
    ("liên hệ", "lh"),
    ("thông báo", "tb"),
    ("bao nhiêu", "bn"),
    ("luôn", "lun"),
    ("trường", "trg"),
    ("vợ", "vk"),
    ("chồng", "ck"),
)
BEFORE = ("ad ơi ", "cho em hỏi ", "dạ ", "em ", "cho hỏi ", "mình ", "tui ", "ad cho hỏi ", "cho tôi hỏi ")
AFTER = (
    " ạ",
    " ad",
    " vậy ad",
    " z",
    " nhỉ",
    " hả",
    " với",
    " vậy",
    " giúp em",
    " ad ơi",
    " vậy ạ",
    " hả ad",
)
# what other things people do with the verbs of our trade
OTHERS = {
    "{} bị khóa không vào được": "zalo facebook gmail ngân_hàng tiktok icloud wifi vietcombank viettel game",
    "{} lỗi gì": "zalo facebook vneid etax",
    "tài khoản {} bị khóa": "vneid zalo facebook etax thuế_điện_tử gmail",
    "đăng nhập {} không được": "zalo facebook gmail ngân_hàng tiktok wifi agribank thuế_điện_tử etax game misa",
    "không nhận được otp {}": "zalo facebook ngân_hàng momo shopee tiktok bidv viettel vietcombank",
    "lấy lại mật khẩu {}": "zalo facebook gmail ngân_hàng tiktok wifi icloud momo máy_tính điện_thoại thuế_điện_tử agribank",
    "lấy lại nick {}": "zalo facebook gmail tiktok game",
    "mật khẩu {} là gì": "wifi facebook zalo gmail máy_tính",
    "quên mk {} rồi": "zalo facebook gmail ngân_hàng wifi thuế_điện_tử cổng_dịch_vụ_công_quốc_gia",
    "đổi số điện thoại {}": "zalo facebook ngân_hàng momo agribank",
    "quên tài khoản {}": "zalo facebook gmail ngân_hàng tiktok cổng_dịch_vụ_công_quốc_gia",
    "đổi pass {}": "wifi facebook zalo gmail máy_tính ngân_hàng",
    "quên mật khẩu {}": "zalo facebook gmail wifi ngân_hàng icloud tiktok shopee viettel máy_tính momo vneid fb yahoo",
    "đổi mật khẩu {}": "zalo facebook gmail wifi ngân_hàng icloud tiktok atm fb momo",
    "lấy lại tài khoản {}": "zalo facebook gmail tiktok game fb instagram",
    "đăng ký {}": "kết_hôn khai_sinh thường_trú tạm_trú xe_máy kinh_doanh 4g học_lái_xe thi ngân_hàng nghĩa_vụ_quân_sự "
    "khai_tử kết_hôn_online hộ_kinh_doanh dự_thi wifi_viettel học_nghề hiến_máu",
    "làm {} ở đâu": "căn_cước hộ_chiếu bằng_lái sổ_đỏ giấy_khai_sinh lý_lịch_tư_pháp passport visa giấy_độc_thân cccd_gắn_chip",
    "tra cứu {}": "mã_số_thuế phạt_nguội điểm_thi vận_đơn giấy_phép_lái_xe sổ_đỏ biển_số_xe nợ_thuế tiền_điện quy_hoạch_đất",
    "bảo hiểm {}": "xe_máy ô_tô nhân_thọ prudential manulife cháy_nổ du_lịch xe_hơi daiichi vật_chất_xe",
    "cài {} trên điện thoại": "zalo facebook tiktok word momo shopee grab game youtube viber",
    "mua {} ở đâu": "điện_thoại xe_máy vé_số sim_số_đẹp thuốc đất vàng lúa_giống",
    "{} giá bao nhiêu": "vàng xăng lúa heo iphone cá_tra xoài phân_bón thịt_heo đất",
    "đổi {}": "bằng_lái_xe hộ_chiếu sim_4g tiền_đô biển_số_xe",
    "sửa {}": "xe_máy điện_thoại tủ_lạnh máy_giặt nhà ống_nước giấy_khai_sinh",
    "vay {}": "tiền_online ngân_hàng trả_góp thế_chấp_sổ_đỏ",
    "nộp {}": "thuế phạt_nguội tiền_điện học_phí phạt_giao_thông",
}


def varied(text: str, chance: random.Random) -> list[str]:
    """A wording with its marks off, in chat spelling, politely framed, and with a slip of the finger."""
    out = [text, fold(text)]
    for _ in range(2):
        said = text.lower()
        for written, chat in CHAT:
            if chance.random() < 0.45:
                said = said.replace(written, chat)
        if chance.random() < 0.5:
            said = fold(said)
        if chance.random() < 0.35:
            said = chance.choice(BEFORE) + said
        if chance.random() < 0.35:
            said += chance.choice(AFTER)
        out.append(said)
    words = fold(text).split()
    at = chance.randrange(len(words))
    word = words[at]
    if len(word) > 3:
        i = chance.randrange(1, len(word))
        slipped = (
            word[:i] + word[i + 1 :]
            if chance.random() < 0.5
            else word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
        )
        out.append(" ".join([*words[:at], slipped, *words[at + 1 :]]))
    if len(words) > 4:
        gone = chance.randrange(len(words))
        out.append(" ".join(words[:gone] + words[gone + 1 :]))
    return out


def told_by_hands(questions: tuple[Question, ...], without: str = "") -> Iterator[tuple[str, str]]:
    """The hands' messages and their items, without those of items that are gone and of the hand named `without`."""
    known = {question.id for question in questions}
    for path in sorted(HANDS.glob("*.jsonl")):
        rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        yield from (
            (row["text"], row["item"]) for row in rows if row["item"] in known and path.stem != without
        )


def examples(questions: tuple[Question, ...], without: str = "") -> tuple[list[dict[str, float]], list[str]]:
    """Features and item ids of every wording and of the hands' messages, in varied forms."""
    chance = random.Random(SEED)
    found: list[dict[str, float]] = []
    ids: list[str] = []
    for text, item in told_by_hands(questions, without):
        for said in varied(text, chance)[:2]:
            found.append(features(normalise(said)))
            ids.append(item)
    for question in questions:
        for text in (*question.wordings, *question.titles):
            for said in varied(text, chance):
                found.append(features(normalise(said)))
                ids.append(question.id)
    for frame, things in OTHERS.items():
        for thing in things.split():
            for said in varied(frame.format(thing.replace("_", " ")), chance)[:4]:
                found.append(features(normalise(said)))
                ids.append("ngoai-pham-vi")
    return found, ids


def digest(questions: tuple[Question, ...]) -> str:
    """Of what the weights are trained from."""
    return digest_of(zip(*examples(questions), strict=True))


def train(questions: tuple[Question, ...], without: str = "") -> Weights:
    """The weights, learnt without the hand of that name. Needs scikit-learn (requirements-bench.lock)."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import normalize

    found, ids = examples(questions, without)
    names, counts = table_of([(one, n) for n, one in enumerate(found)], RAREST)
    often = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log((1 + counts.shape[0]) / (1 + often)) + 1
    table = normalize(counts.multiply(rarity.astype(np.float32)).tocsr())
    model: Any = LogisticRegression(C=C, max_iter=120, tol=1e-3).fit(table, ids)
    largest = float(np.abs(model.coef_).max())
    scale = largest / 127
    whole = np.rint(model.coef_ / scale).astype(int)
    whole[np.abs(model.coef_) < PRUNED * largest] = 0
    classes = [np.flatnonzero(column) for column in whole.T]
    learned = Weights(  # without the wordings: those need the rarities
        digest(questions),
        tuple(str(c) for c in model.classes_),
        tuple(round(float(b), 4) for b in model.intercept_),
        scale,
        {name: row for row, name in enumerate(names)},
        [min(65535, round(float(r) * 1000)) for r in rarity],
        [0, *accumulate(map(len, classes))],
        [int(c) for row in classes for c in row],
        [int(whole[c, row]) for row, some in enumerate(classes) for c in some],
        NOT_READY,
    )
    return replace(learned, wordings=made_ready(questions, learned.rarity, learned.rarest()))


def file_of(weights: Weights) -> ModelFile:
    """The weights as `flows.understanding.question_model.unpacked` reads them."""
    ready = weights.wordings
    ids, marks, counts = zip(*ready.items, strict=True) if ready.items else ((), (), ())
    arrays: dict[str, array[Any]] = {
        "bias": array("d", weights.bias),
        "scale": array("d", [weights.scale]),
        "rarities": array("H", weights.rarities),
        "starts": array("I", weights.starts),
        "weight_classes": array("B", weights.numbers),
        "weights": array("b", weights.weights),
        "item_wordings": array("H", counts),
        "wording_starts": array("I", ready.starts),
        "wordings": array("H", ready.at),
        "wording_lengths": array("d", ready.lengths),
    }
    words = {
        "classes": list(weights.classes),
        "features": list(weights.places),
        "items": list(ids),
        "item_marks": list(marks),
        "wording_features": list(ready.places),
    }
    return ModelFile(KIND, weights.digest, arrays, words)


if __name__ == "__main__":
    sys.exit(write(lambda: file_of(train(read_questions_only(QUESTIONS_DIR)))))
