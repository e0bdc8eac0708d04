"""Sentences with a secret and harmless sentences with numbers, made by the hundred. Rule: every made value is pretend; the same seed makes the same texts.

Two sets of templates: the ones here were at hand while the shield was tuned; those of tests/secret_texts_blind.py were
written before and only measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from flows.text.fold import fold


class Made(NamedTuple):
    """`before` is the message before ("" none); `secret` what must leave no trace, as it stands in `text` ("" harmless)."""

    before: str
    text: str
    secret: str
    template: str


SECRETS = (
    "mã OTP là {otp}",
    "otp {otp}",
    "mã xác nhận của em {otp}",
    "em nhận được mã {otp} rồi ad",
    "tin nhắn gửi về số {otp}, nhập ở đâu vậy",
    "nó báo mã {otp} hết hạn",
    "gõ {otp} mà không được",
    "nhập {otp} hoài nó báo sai",
    "{otp} là mã của tôi phải không",
    "mã đăng nhập {otp}",
    "dạ {otp} ạ",
    "ad xem giúp mã {otp} đúng chưa",
    "sms ghi {otp} la ma xac thuc",
    "đọc giúp em otp {otp_words}",
    "mã là {otp_words}",
    "{otp_words}",
    "{otp_apart}",
    "mã xác thực {otp_apart} nha",
    "{otp}. Ban dang thuc hien xin cap lai mat khau dang nhap Cong giao dich dien tu BHXH Viet Nam. Ma xac thuc co hieu luc trong vong 5 phut",
    "ma xac thuc cua ban la {otp}, hieu luc 5 phut",
    "otp của em nè || {otp}",
    "mã xác thực là || {otp_words}",
    "otp {otp} || gõ {otp2} mà",
    "mật khẩu của em là {pw}",
    "mk: {pw}",
    "pass của tôi {pw}",
    "mk em là {pw_phrase}",
    "mật khẩu là {pw_phrase}",
    "mật khẩu mới {pw} sao không đăng nhập được",
    "mật khẩu tạm thời {pw_short}",
    "mật khẩu đầu tiên là {pw_short} phải không",
    "tk {code} mk {pw}",
    "Hoan tat thu tuc thanh cong --- Tai Khoan: {code}- Mat Khau: {pw_short}",
    "{pw_signs}",
    "em đổi thành {pw_mixed} rồi",
    "dùng {pw_signs} để đăng nhập mà báo sai",
    "{code}, {pw_mixed}",
    "mk là || {pw}",
    "mật khẩu của tôi: || {pw_phrase}",
    "mật khẩu là {otp_words}",
)

HARMLESS = (
    "mã số BHXH {code}",
    "số BHXH của em là {code} ạ",
    "{code} là mã số BHXH hay mã hộ",
    "{name} sinh {date}",
    "{cccd}",
    "số cccd {cccd}",
    "chứng minh cũ {cmnd}",
    "điện thoại {phone}",
    "liên hệ {phone} gặp ai",
    "hotline 19009068",
    "nhà {house} đường {street}",
    "số nhà {house}, khóm {small}",
    "đóng {money} một tháng",
    "hết {money}",
    "{money} là đúng chưa",
    "đơn vị có {count} lao động",
    "còn {count} học sinh chưa có thẻ",
    "điều {small} khoản {small2} luật {law}",
    "quyết định {count}/QĐ-BHXH",
    "mẫu {form}",
    "{time} hôm nay",
    "làm việc từ {time} tới {time}",
    "ngày {date} lúc {time}",
    "hồ sơ {dossier}",
    "thẻ {card}",
    "mã hộ {household}",
    "mst {tax}",
    "lỗi {count} khi đăng nhập",
    "năm {year} tôi nghỉ việc",
    "đóng từ {month} tới {month2}",
    "giai đoạn {year}-{year}",
    "mật khẩu có {small} ký tự",
    "quên mật khẩu lần thứ {small}",
    "mật khẩu hết hạn sau {small} ngày",
    "chưa có otp, số em {phone}",
    "otp tới lúc {time} mà hết hạn",
    "không nhận được mã otp từ ngày {date}",
    "mã otp gửi tới {phone} phải không",
    "phòng {count} tầng {small}",
    "biển số 66P1-{plate}",
    "stk {bank}",
    "vssid bản 1.{small}.{small2}",
    "cài trên android {small}",
    "lớp {small}A{small2}",
    "còn thiếu {small} tháng",
    "soạn BH MK {code} gửi 8079",
    "gửi 8079 có mất phí không",
    "đầu mối {count}",
    "xã có {count} dân",
    "tra mã số cho {name} {year}",
)

_ONSETS = (
    "hoa",
    "lan",
    "mai",
    "xuan",
    "conmeo",
    "vssid",
    "Nguyen",
    "dongthap",
    "senhong",
    "Tram",
    "beba",
    "ngoc",
)
_PHRASES = (
    "con mèo {n}",
    "hoa sen {n}",
    "đồng tháp mười {n}",
    "bé ba {n}",
    "mùa nước nổi {n}",
    "hoa hồng vàng",
    "sáo sậu tháp mười",
)
_SIGNS = "@#$!*"
_STREETS = ("Nguyễn Huệ", "30/4", "Lý Thường Kiệt", "Tôn Đức Thắng", "Phạm Hữu Lầu", "Quốc lộ 30")
_NAMES = ("Trần Thị Bé Ba", "Nguyễn Văn An", "Lê Thị Hồng Gấm", "Võ Minh Khang", "Huỳnh Ngọc Sương")
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _digits(chance: random.Random, n: int) -> str:
    """Never a year, and no run that is money by its zeros."""
    while True:
        made = "".join(chance.choice("0123456789") for _ in range(n))
        if not (n == 4 and made[:2] in ("19", "20")) and not made.endswith("000"):
            return made


def _otp(chance: random.Random) -> str:
    return _digits(chance, chance.choice((4, 5, 6, 6, 6, 6, 7, 8)))


def _apart(digits: str, chance: random.Random) -> str:
    way = chance.randrange(3)
    if way == 0:
        return " ".join(digits)
    if way == 1:
        return "-".join(digits)
    half = len(digits) // 2
    return f"{digits[:half]} {digits[half:]}"


def _password(chance: random.Random) -> str:
    word = chance.choice(_ONSETS)
    way = chance.randrange(4)
    if way == 0:
        return f"{word}{_digits(chance, chance.choice((2, 3, 4)))}"
    if way == 1:
        return f"{word.title()}{chance.choice(_SIGNS)}{_digits(chance, 4)}"
    if way == 2:
        return _digits(chance, chance.choice((6, 8)))
    return f"{word}{chance.choice(_ONSETS).lower()}{_digits(chance, 2)}"


def filled(slot: str, chance: random.Random) -> str:  # a table of slots
    n = chance.randrange
    match slot:
        case "otp" | "otp2":
            return _otp(chance)
        case "otp_words":
            words = [_DIGITS[int(d)] for d in _otp(chance)]
            return " ".join(words)
        case "otp_apart":
            return _apart(_digits(chance, chance.choice((4, 6, 6, 8))), chance)
        case "pw" | "pw2":
            return _password(chance)
        case "pw_short":
            return chance.choice((_digits(chance, 4), _digits(chance, 6), f"xK{n(10, 99)}qd"))
        case "pw_mixed":
            return f"{chance.choice(_ONSETS)}{_digits(chance, 4)}"
        case "pw_signs":
            return f"{chance.choice(_ONSETS).title()}{chance.choice(_SIGNS)}{_digits(chance, chance.choice((2, 4)))}"
        case "pw_phrase":
            return chance.choice(_PHRASES).format(n=n(10, 999))
        case "code" | "code2":
            return f"88{n(10**8):08}"
        case "household":
            return f"8899{n(10**6):06}"
        case "card":
            return f"GD487{88}{n(10**8):08}"
        case "cccd":
            return f"088{n(4)}{n(100):02}{n(10**6):06}"
        case "cmnd":
            return f"350{n(10**6):06}"
        case "phone" | "phone2":
            return chance.choice(
                ("09000000{:02}", "0900 000 0{:02}", "0900.000.0{:02}", "+84 900 000 0{:02}")
            ).format(n(100))
        case "date":
            sep = chance.choice("/-.")
            return (
                sep.join((f"{n(1, 29):02}", f"{n(1, 13):02}", str(n(1950, 2026))))
                if n(2)
                else f"{n(1, 29)}/{n(1, 13)}/{n(1950, 2026)}"
            )
        case "month" | "month2":
            return f"{n(1, 13):02}/{n(2005, 2026)}"
        case "year":
            return str(n(1950, 2027))
        case "time":
            return chance.choice(
                (f"{n(7, 18)}h{n(10, 60)}", f"{n(7, 18)}:{n(10, 60)}", f"{n(7, 18)} giờ", f"{n(7, 18)}h")
            )
        case "house":
            return chance.choice((str(n(1, 2000)), f"{n(1, 400)}/{n(1, 90)}", f"{n(1, 400)}A"))
        case "street":
            return chance.choice(_STREETS)
        case "money":
            return chance.choice(
                (
                    f"{n(1, 90)}.{n(1, 999):03}.000đ",
                    f"{n(10, 999)}.000 đồng",
                    f"{n(1, 90)} triệu",
                    f"{n(10, 999)}k",
                    f"{n(10, 990)}000đ",
                )
            )
        case "count":
            return str(n(20, 9000))
        case "small" | "small2":
            return str(n(1, 13))
        case "law":
            return f"{n(10, 99)}/{n(2008, 2026)}/QH{n(12, 16)}"
        case "form":
            return chance.choice(("TK1-TS", "D02-LT", "C14-TS", "01", "mẫu số 01", "14-HSB", "D01-TS"))
        case "dossier":
            return f"{n(10**5):05}.GD/{n(2021, 2027)}/087"
        case "tax":
            return f"14{n(10**8):08}"
        case "bank":
            return "".join(str(n(10)) for _ in range(chance.choice((10, 12, 13, 14))))
        case "plate":
            return f"{n(10**5):05}"
        case "name":
            return chance.choice(_NAMES)
    raise KeyError(slot)


def written(text: str, chance: random.Random) -> str:
    """With marks, without, in chat spelling, in capitals."""
    way = chance.randrange(4)
    if way == 0:
        return text
    if way == 1:
        return fold(text) if text.islower() else "".join(fold(c) if c.islower() else c for c in text)
    if way == 2:
        plain = "".join(fold(c) if not c.isupper() else c for c in text)
        for long, short in (
            ("khong", "ko"),
            ("duoc", "dc"),
            ("mat khau", "mk"),
            ("roi", "r"),
            ("minh", "mk"),
        ):
            if chance.random() < 0.5 and f" {long} " in f" {plain} " and long != "minh":
                plain = f" {plain} ".replace(f" {long} ", f" {short} ").strip()
        return plain
    return text if any(c in text for c in "@#$!*") else text.capitalize()


def made(templates: tuple[str, ...], each: int, seed: int) -> Iterator[Made]:
    """`each` texts of every template."""
    chance = random.Random(seed)
    for template in templates:
        for _ in range(each):
            text, secret = template, ""
            while "{" in text:
                before, _, rest = text.partition("{")
                slot, _, after = rest.partition("}")
                value = filled(slot, chance)
                if slot.startswith(("otp", "pw")):
                    secret = value
                text = f"{before}{value}{after}"
            first, _, second = text.rpartition(" || ")
            yield Made(written(first, chance), written(second, chance), secret, template)
