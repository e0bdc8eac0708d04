"""What kind of message a text is: question, answer, wish, thanks … , each with its probability. Called through `Input.acts`.

A linear model (benchmarks/talk/train.py, decision 0011) of words, first and last words, and classes of words by meaning.
Invariant: pure Python, and the probabilities add up to one; they are calibrated on authors that were left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from flows.text.fold import fold
from flows.text.normalise import normalise, plain
from flows.understanding import model_file
from flows.understanding.question_model import TEXT_READ, features, side_by_side, softmax, summed

KIND = "acts"  # of its file
# What the assistant said just before; "" when that is not known. do: something is to be done on the phone; told: an answer.
Before = Literal["", "start", "yes_no", "fact", "do", "told"]
ASKING = ("question", "trouble")  # acts that ask for something to be known
_MEANINGS = {
    "asks": "gi j chi sao dau ai may nao nhieu bn",
    "not": "khong ko k kg kh hong hok hem khum hk hog hum chang hg",
    "done": "roi r rui oi xong xg",
    "particle": "a ah ne nha nhe nghe nghen hem hen he ad z vay v do da luon lun ta ha ak nhen ui",
    "kin": "em e anh a chi c co chu bac con chau ban me ma ba ong toi tui t minh mk mik ho no may cau thay",
    "family": "me ma ba bo cha vo chong vk ck ong noi ngoai cau di thim bac con chau nhoc be thang nho trai gai re ut hai tu nam sau",
    "help": "giup gium dum ho nho lam on muon can xin cho",
    "trouble": "loi sai quay trang den treo dung lag bi mat het hu quen khoa van",
    "stop": "thoi khoi dep nghi bo huy ngung dung",
    "later": "mai mot toi chieu sang tuan sau chut xiu ti lat bua khac hen de doi cho",
    "thanks": "cam on thanks tks thank camon tot gioi hay",
    "greeting": "chao hello hi alo helo",
    "bye": "bye tam biet pp baibai",
    "not_yet": "dang chua con",
    "back": "quay lai tiep tuc truoc nay",
    "slip": "lon nham a ua y",
    "yes": "ok oke oki okie okela u uh uhm um uk da vang duoc dc phai dung roi",
    "anger": "mia buc tuc chan te phien ngu dm vl vcl cc dien lau",
    "person": "can bo nguoi nhan vien nv gap goi dien thoai noi chuyen so sdt",
    "scam": "otp ma link tien chuyen khoan zalo goi cong lua",
}
_MEANINGS_OF: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, words in _MEANINGS.items() if word in words.split())
    for word in " ".join(_MEANINGS.values()).split()
}
_FRAME = frozenset(  # words around what is said
    "a ah ne nha nhe nghen hen em con chi anh oi ad z vay do ta luon di da co chu bac e c ha he nghe lun v minh toi tui t".split()
)
_LENGTHS = (1, 2, 3, 4, 6, 10, 16)
_SIGNS = {"?": 1.5, "!": 0.5, ",": 0.5}


def act_features(text: str, before: Before = "") -> dict[str, float]:
    """What is counted of a text, each with its weight."""
    text = text[:TEXT_READ]
    typed = plain(text).split()
    found = features(normalise(text))
    found |= {f"r:{word}": 0.7 for word in typed} | {f"rb:{one}_{two}": 0.7 for one, two in pairwise(typed)}
    found |= {f"has:{sign}": weight for sign, weight in _SIGNS.items() if sign in text}
    found["marked" if fold(text) != text.lower() else "unmarked"] = 0.3
    if any(char.isdigit() for char in text):
        found["digits"] = 1.0
    if any(char > "\U0001f2ff" for char in text):
        found["picture"] = 0.5
    if typed:
        found |= _edges(typed)
    meanings = [_MEANINGS_OF.get(word, ()) for word in typed]
    found |= {f"k:{name}": 1.0 for names in meanings for name in names}
    found |= {f"kl:{name}": 1.0 for names in meanings[-2:] for name in names}
    found |= {f"kf:{name}": 1.0 for names in meanings[:2] for name in names}
    found |= {f"kb:{one}_{two}": 0.5 for a, b in pairwise(meanings) for one in a for two in b if one != two}
    if before:
        found |= _after(before, typed, meanings)
    return found


def _edges(typed: Sequence[str]) -> dict[str, float]:
    """How a text begins and ends, and how long it is."""
    core = [word for word in typed if word not in _FRAME]
    ends = {f"first:{typed[0]}": 1.0, f"last:{typed[-1]}": 1.0}
    if len(typed) > 1:
        ends |= {f"first2:{typed[0]}_{typed[1]}": 1.0, f"last2:{typed[-2]}_{typed[-1]}": 1.0}
    ends |= {f"core first:{core[0]}": 1.0, f"core last:{core[-1]}": 1.0} if core else {"only frame": 1.5}
    return ends | {f"length:{max(n for n in _LENGTHS if n <= len(typed))}": 1.0}


def _after(before: Before, typed: Sequence[str], meanings: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """What is said after what."""
    found = {f"after {before}": 0.7}
    if len(typed) <= 4:
        found[f"after {before}, short"] = 0.7
    if typed:
        found |= {f"after {before}, first:{typed[0]}": 0.4, f"after {before}, last:{typed[-1]}": 0.4}
    return found | {f"after {before}, k:{name}": 0.3 for names in meanings for name in names}


def act_chances(text: str, weights: bytes, before: Before = "") -> dict[str, float]:
    """The probability of each act. `weights`: Content.acts_weights."""
    return _model(weights).chances(act_features(text, before))


class ActModel(NamedTuple):
    """The trained part. `rows`: for each feature its rarity, and its weights for all acts side by side."""

    acts: tuple[str, ...]
    bias: tuple[float, ...]
    scale: float
    rows: Mapping[str, tuple[float, int]]

    def chances(self, found: Mapping[str, float]) -> dict[str, float]:
        """The probability of each act for a text with these features."""
        sums, square = summed(
            (count * row[0], row[1]) for name, count in found.items() if (row := self.rows.get(name))
        )
        norm = self.scale / math.sqrt(square) if square else 0.0
        scores = (s * norm + b for s, b in zip(sums(len(self.acts)), self.bias, strict=True))
        return dict(zip(self.acts, softmax(scores), strict=True))


@lru_cache(maxsize=2)
def _model(data: bytes) -> ActModel:
    """The weights in a file's bytes, unpacked when they are first needed. Raises ValueError for other bytes."""
    return unpacked(model_file.unpacked(data, KIND))


def unpacked(file: model_file.ModelFile) -> ActModel:
    """The model that a file holds."""
    acts, rarities = tuple(file.words["acts"]), (rarity / 1000 for rarity in file.arrays["rarities"])
    lanes = side_by_side(file.arrays["weights"], len(acts))
    rows = dict(zip(file.words["features"], zip(rarities, lanes, strict=True), strict=True))
    return ActModel(acts, tuple(file.arrays["bias"]), file.arrays["scale"][0], rows)
