"""What can be said of a pasted message, address, phone or account number: a verdict with its reasons. Called by flows/conversations/check.py.

Invariant: nothing is ever called safe, and no listed number vouches for who calls with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.content import Content
from flows.scams.addresses import FOREIGN, addresses_in
from flows.scams.recogniser import ScamChance
from flows.scams.tales import signs_in
from flows.text.normalise import plain

Level = Literal["danger", "unknown", "known", "listed"]
Thing = Literal["link", "phone", "account", "message"]
SURE = 0.6  # probability from which on a message sounds like a scam
PERHAPS = 0.25  # from this on it is looked at as a message
LONG = 12  # words of a text that is surely a pasted message

_NUMBER = re.compile(r"(?<![\w.,/@-])\+?[0-9](?:[ .\-]{0,2}[0-9]){3,15}(?![\w/]|[.,][0-9])")
_ACCOUNT = re.compile(
    r"\b(?:stk|so tk|so tai khoan|tai khoan(?: ca nhan| ngan hang)?|tk|ngan hang|chuyen khoan vao|ck vao)\b"
)
_PHONE = re.compile(r"0[35789][0-9]{8}|02[0-9]{8,9}|1[89]00[0-9]{4,6}")
_VERSION = re.compile(r"\bvssid (?:[2-9](?: [0-9])?|plus|pro)\b")

REASONS: Mapping[str, str] = {
    "lookalike": "địa chỉ {shown} nhái tên của ngành mà không có trong danh sách thật",
    "shortener": "địa chỉ rút gọn {shown} giấu trang thật ở sau",
    "stray": "địa chỉ {shown} không có trong danh sách thật của BHXH",
    "version": "“VssID 4.0” hay bản mới gửi qua đường dẫn là giả; VssID chỉ tải ở CH Play, App Store",
    "threat": "hối thúc, dọa khóa thẻ, khóa tài khoản",
    "code": "đòi mã OTP hay mật khẩu, BHXH không bao giờ hỏi",
    "money": "đòi chuyển tiền, đóng phí, hay hứa cho tiền",
    "papers": "đòi hình căn cước, giấy tờ, khuôn mặt",
    "app": "kêu cập nhật, cài ứng dụng hay cho xem màn hình",
    "helper": "nhận làm giùm để lấy tiền, giấy tờ",
    "poses": "xưng là cán bộ, mà ai cũng xưng được",
    "learnt": "lời lẽ giống các tin lừa đảo đã gặp",
}


@dataclass(frozen=True, slots=True)
class ScamVerdict:
    """What was found. `subject`: host or digits, "" for a message without either; `signs`: keys of REASONS."""

    level: Level
    thing: Thing
    subject: str = field(default="", repr=False)
    signs: tuple[str, ...] = ()


def verdict_of(text: str, content: Content, chance: ScamChance) -> ScamVerdict | None:
    """The verdict on what is in a text; None when there is nothing in it to be checked."""
    hosts = addresses_in(text, content.official)
    foreign = [host for host, kind in hosts.items() if kind in FOREIGN]
    signs = tuple(_signs(text, content, chance))
    number = _number_in(text)
    if foreign:
        return ScamVerdict("danger", "link", foreign[0], signs)
    if number and _account(text, number):
        return ScamVerdict("danger" if signs else "unknown", "account", number, signs)
    if number and not hosts and signs in ((), ("learnt",)):
        return ScamVerdict(
            _of_number(number, content), "phone", number
        )  # who has it is not known; so it is said
    if signs:
        return ScamVerdict("danger", "phone" if number else "message", number, signs)
    if hosts:
        kind = next(iter(hosts.values()))
        known: Level = (
            "known" if kind in ("official", "store") else "listed" if kind == "state" else "unknown"
        )
        return ScamVerdict(known, "link", next(iter(hosts)))
    if number:
        return ScamVerdict(_of_number(number, content), "phone", number)
    if chance.either >= PERHAPS or len(plain(text).split()) >= LONG:
        return ScamVerdict("unknown", "message")
    return None


def _signs(text: str, content: Content, chance: ScamChance) -> Iterator[str]:
    kinds = set(addresses_in(text, content.official).values())
    yield from (sign for sign, kind in _BY_ADDRESS.items() if kind in kinds)
    if _VERSION.search(plain(text)):
        yield "version"
    if chance.either >= SURE or kinds & FOREIGN:
        signs = signs_in(text)
        demands = [demand for demand in signs.demands if demand in REASONS or demand == "threat"]
        yield from demands
        if signs.poses:
            yield "poses"
        if not demands and not signs.poses and not kinds & FOREIGN:
            yield "learnt"


_BY_ADDRESS = {"lookalike": "lookalike", "shortener": "shortener", "stray": "unknown"}


def _number_in(text: str) -> str:
    """The digits of the first phone or account number, "" for none; +84 is written 0."""
    for hit in _NUMBER.finditer(text):
        digits = re.sub("[^0-9]", "", hit.group())
        digits = f"0{digits[2:]}" if hit.group().startswith(("+84", "84")) and len(digits) == 11 else digits
        if _PHONE.fullmatch(digits) or _account(text, digits) or digits == "8079":
            return digits
    return ""


def _account(text: str, digits: str) -> bool:
    """Whether a number is said to be a bank account."""
    return len(digits) >= 6 and bool(_ACCOUNT.search(plain(text))) and not digits.startswith("1900")


def _of_number(digits: str, content: Content) -> Level:
    if any(digits == one.digits for one in content.official.numbers):
        return "known"
    return "listed" if any(digits == one.phone for one in content.directory.contacts) else "unknown"


def said(verdict: ScamVerdict, content: Content) -> str:
    """The verdict as it is said: what it is, why, what to do, the hotline."""
    hotline = content.office.hotline
    if verdict.level == "danger":
        what = {"link": "đường dẫn này", "phone": "chuyện này", "account": "số tài khoản này"}.get(
            verdict.thing, "tin này"
        )
        shown = _defused(verdict.subject)
        why = "\n".join(f"• {REASONS[sign].format(shown=shown)}" for sign in dict.fromkeys(verdict.signs))
        return (
            f"Coi chừng, {what} có dấu hiệu lừa đảo:\n{why}\nĐừng bấm, đừng đọc mã, đừng chuyển tiền, đừng gửi giấy tờ. "
            f"Muốn chắc thì tự gọi {hotline}."
        )
    if verdict.thing == "link":
        return _of_link(verdict, content)
    if verdict.thing == "message":
        return (
            "Tôi chưa thấy dấu hiệu rõ trong tin này, nhưng vậy chưa có nghĩa là tin thật: tên và số người gửi giả được. "
            f"Đừng đọc mã, đừng chuyển tiền, đừng bấm đường dẫn lạ. Muốn chắc thì tự gọi {hotline}."
        )
    if verdict.level == "known":
        number = next(one for one in content.official.numbers if one.digits == verdict.subject)
        return (
            f"{number.shown} đúng là {number.name}. Nhưng số hiện trên máy giả được: ai gọi tới xưng số này mà đòi mã, đòi tiền, đòi giấy tờ "
            f"thì cúp máy, rồi tự bấm {hotline} gọi hỏi."
        )
    if verdict.level == "listed":
        return (
            f"Số này trùng với một số trong danh sách đầu mối ({content.directory.source.short}), nhưng danh sách không xác nhận được ai đang gọi: "
            f"số hiện trên máy giả được. Đừng đọc mã, đừng chuyển tiền. Muốn chắc thì tự gọi {hotline}."
        )
    what = "Số tài khoản này" if verdict.thing == "account" else "Số này"
    return (
        f"{what} không có trong danh sách nào của tôi, nên tôi chưa kết luận được. Đừng đọc mã, đừng chuyển tiền, đừng gọi lại. "
        f"Muốn chắc thì tự gọi {hotline}."
    )


def _of_link(verdict: ScamVerdict, content: Content) -> str:
    hotline, source = content.office.hotline, content.sources[content.official.source].short
    address = next((one for one in content.official.addresses if one.host == verdict.subject), None)
    if address is not None:
        return (
            f"{address.host} đúng là {address.name} ({source}). Địa chỉ giả hay khác một chữ, anh/chị so từng chữ; vào đó cũng đừng đọc mã "
            f"OTP cho ai. Chưa chắc thì gọi {hotline}."
        )
    if verdict.subject in content.official.stores:
        return (
            f"{verdict.subject} là cửa hàng ứng dụng. Tìm đúng “VssID” của Bảo hiểm xã hội Việt Nam rồi mới cài; ứng dụng gửi qua tin nhắn "
            f"thì đừng cài. Chưa chắc thì gọi {hotline}."
        )
    if verdict.level == "listed":
        return (
            f"Đuôi .{content.official.state} là của cơ quan nhà nước, nhưng địa chỉ này không có trong danh sách của BHXH mà tôi biết. Anh/chị so từng chữ, "
            f"đừng nhập mã hay mật khẩu VssID ở đó. Muốn chắc thì gọi {hotline}."
        )
    return f"Địa chỉ này không có trong danh sách nào của tôi, nên tôi chưa kết luận được. Đừng nhập mã, mật khẩu. Muốn chắc thì gọi {hotline}."


def _defused(host: str) -> str:
    """An address that nobody can press."""
    return host.replace(".", " . ")
