"""Parts of a name left out, shortened, turned round or wrapped in talk, and compounds of all kinds. Rule: as noise.py, knows no matcher."""

from __future__ import annotations

import random

from benchmarks.names.noise import (
    Kept,
    Kind,
    Syllables,
    Typed,
    _dressed,
    _keep,
    _one,
    _typo,
    bare,
    caps,
    dstroke,
    full,
    hoinga,
    iy,
    joined,
    joined_part,
    mixed,
    nfd,
    nodia,
    partial,
    reg2,
    reg_final,
    reg_init,
    regional_final,
    regional_initial,
    repeat,
    slips,
    spaces,
    split,
    teencode,
    telex,
    telex_mixed,
    tonedrop,
    toneplace,
    vni,
)

_TITLES = ("anh", "chị", "cô", "chú", "bác", "ông", "bà", "em", "dì", "thầy", "a.", "c.", "bs", "gv", "đ/c")
_OPENINGS = [
    "cho hỏi {}", "cho em hỏi {}", "cho tôi hỏi {}", "tìm {}", "tra cứu {}", "xin mã số của {}", "cho em xin mã số bhxh của {}",
    "kiểm tra giúp {}", "tra giúp tôi {}", "làm ơn tìm giúp {}",
]  # fmt: skip
_TAILS = ["", "", " ạ", " với", " a", " nha", " giùm", " dùm em", " được không", " nhé"]
CHAT = [
    "chào bạn", "cảm ơn nhiều nha", "hôm nay có làm việc không", "mấy giờ đóng cửa", "tôi quên mật khẩu rồi", "alo",
    "ok em", "sao lâu quá vậy", "không vào được ứng dụng", "cho hỏi chút", "máy tôi báo lỗi hoài", "đăng ký ở đâu",
    "bữa nay nghỉ lễ hả", "thẻ bảo hiểm hết hạn chưa", "vâng ạ", "để tôi coi lại", "phiền anh chút xíu", "mạng yếu quá",
    "khi nào có kết quả", "tôi ở xa lắm", "hướng dẫn lại đi", "dạ dạ", "gửi rồi đó", "chưa nhận được tin nhắn",
    "cần giấy tờ gì", "bị khóa tài khoản", "tải về bằng cách nào", "nộp hồ sơ qua mạng", "ai trực vậy", "thử lại sau nha",
]  # fmt: skip


def _without_middle(s: Syllables) -> tuple[Syllables, Kept] | None:
    if len(s) < 3:
        return None
    left = [s[0], s[-1]]
    return left, Kept((bare(s[0]), bare(s[-1])), frozenset({"middle"}))


def _without_family(s: Syllables) -> tuple[Syllables, Kept] | None:
    if len(s) < 3:
        return None
    return s[1:], Kept(tuple(bare(w) for w in s[1:]), frozenset({"family"}))


def drop_mid(s: Syllables, chance: random.Random) -> Typed | None:
    found = _without_middle(s)
    return Typed(_dressed(found[0], chance), found[1]) if found else None


def drop_fam(s: Syllables, chance: random.Random) -> Typed | None:
    found = _without_family(s)
    return Typed(_dressed(found[0], chance), found[1]) if found else None


def drop_one_mid(s: Syllables, chance: random.Random) -> Typed | None:
    if len(s) < 4:
        return None
    at = chance.randrange(1, len(s) - 1)
    left = [*s[:at], *s[at + 1 :]]
    return Typed(_dressed(left, chance), Kept(tuple(bare(w) for w in left), frozenset({"one"})))


def given_only(s: Syllables, chance: random.Random) -> Typed:
    return Typed(_dressed(s[-1:], chance), Kept((bare(s[-1]),), frozenset({"family", "middle"})))


def _turned(s: Syllables, chance: random.Random) -> Syllables | None:
    if len(s) < 3:
        return None
    return [*s[1:], s[0]] if chance.random() < 0.6 else [s[-1], *s[:-1]]


def given_first(s: Syllables, chance: random.Random) -> Typed | None:
    turned = _turned(s, chance)
    return Typed(_dressed(turned, chance), _keep(s)) if turned else None


def initials(s: Syllables, chance: random.Random) -> Typed | None:
    if len(s) < 3:
        return None
    given = s[-1] if chance.random() < 0.5 else bare(s[-1])
    letters = [bare(w)[0] for w in s[:-1]]
    gap = chance.choice([".", ". ", " ", "."])
    text = gap.join(letters) + (gap if gap != " " else " ") + given
    patterns = (*(f"{x}*" for x in letters), bare(given))
    return Typed(text.title() if chance.random() < 0.6 else text, Kept(patterns))


def _shortened(s: Syllables, chance: random.Random) -> tuple[Syllables, Kept] | None:
    """One syllable before the last cut to its beginning."""
    if len(s) < 2:
        return None
    at = chance.randrange(len(s) - 1)
    plain = bare(s[at])
    onset = next(
        (o for o in ("ngh", "ng", "nh", "th", "tr", "ch", "ph", "kh", "gi", "qu") if plain.startswith(o)),
        plain[0],
    )
    short = onset if chance.random() < 0.5 and len(onset) < len(plain) else plain[0]
    words = list(s)
    words[at] = short + chance.choice([".", "", "."])
    patterns = [bare(w) for w in s]
    patterns[at] = f"{short}*"
    return words, Kept(tuple(patterns))


def abbr(s: Syllables, chance: random.Random) -> Typed | None:
    found = _shortened(s, chance)
    return Typed(_dressed(found[0], chance), found[1]) if found else None


def _wrapped(text: str, chance: random.Random, *, talk: bool) -> str:
    titled = f"{chance.choice(_TITLES)} {text}" if chance.random() < 0.8 or not talk else text
    out = chance.choice(_OPENINGS).format(titled) if talk else titled
    out += chance.choice(_TAILS)
    return out if chance.random() < 0.6 else bare(out)


def honorific(s: Syllables, chance: random.Random) -> Typed:
    name = _dressed(s, chance)
    return Typed(_wrapped(name, chance, talk=chance.random() < 0.4), _keep(s), name)


SINGLE: dict[str, Kind] = {
    "full": full, "nodia": nodia, "partial": partial, "tonedrop": tonedrop, "dstroke": dstroke, "telex": telex,
    "telex_mixed": telex_mixed, "vni": vni, "toneplace": toneplace, "nfd": nfd, "iy": iy, "caps": caps, "spaces": spaces,
    "joined": joined, "joined_part": joined_part, "typo_sub": _typo(1, "sub"), "typo_del": _typo(1, "del"),
    "typo_swap": _typo(1, "swap"), "typo_ins": _typo(1, "ins"), "typo2": _typo(2), "reg_init": reg_init,
    "reg_final": reg_final, "hoinga": hoinga, "mixed": mixed, "teencode": teencode, "drop_mid": drop_mid,
    "drop_fam": drop_fam, "drop_one_mid": drop_one_mid, "given_only": given_only, "given_first": given_first,
    "initials": initials, "abbr": abbr, "honorific": honorific,
}  # fmt: skip


# -- compounds


def _then_slip(first: Kind) -> Kind:
    def kind(s: Syllables, chance: random.Random) -> Typed | None:
        made = first(s, chance)
        out = slips(made.text.lower(), chance, 1) if made else None
        return Typed(out, made.kept) if made and out else None

    return kind


def _hon_reg(s: Syllables, chance: random.Random) -> Typed | None:
    change = chance.choice([regional_initial, regional_final])
    changed = _one(s, lambda w: change(w, chance), chance)
    name = _dressed(changed, chance) if changed else ""
    return Typed(_wrapped(name, chance, talk=False), _keep(s), name) if changed else None


def _reg_dropmid(s: Syllables, chance: random.Random) -> Typed | None:
    found = _without_middle(s)
    if not found:
        return None
    change = chance.choice([regional_initial, regional_final])
    changed = _one(found[0], lambda w: change(w, chance), chance)
    return Typed(_dressed(changed, chance), found[1]) if changed else None


def _sentence(s: Syllables, chance: random.Random) -> Typed:
    name = _dressed(s, chance)
    return Typed(_wrapped(name, chance, talk=True), _keep(s), name)


COMPOUND: dict[str, Kind] = {
    "joined+typo": _then_slip(joined), "telex+typo": _then_slip(telex), "order+typo": _then_slip(given_first),
    "hon+reg": _hon_reg, "reg2": reg2, "reg_dropmid": _reg_dropmid, "typo_dropmid": _then_slip(drop_mid),
    "typo_dropfam": _then_slip(drop_fam), "abbr+typo": _then_slip(abbr), "teen+typo": _then_slip(teencode),
    "typo3": _typo(3), "split": split, "repeat": repeat, "sentence": _sentence,
}  # fmt: skip
