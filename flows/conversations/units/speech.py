"""What a unit's officer and the staff say in their own words: "ai tới đâu rồi", "nhắc mấy cô chưa nộp", "đừng cho trường coi".

Read by the flows unit and joining. Invariant: pure; what ends being seen is done wherever it is said, what shows people is asked of
the database, which tells nobody but the contact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.engine.proposals import Begin, Proposal, Reading, Say
from flows.entries import unit_code_in

_WHOLE = {"gv": "giao vien", "nv": "nhan vien", "cn": "cong nhan", "nld": "nguoi lao dong"}
_WHOLE |= {"dv": "don vi", "ktoan": "ke toan", "ns": "nhan su", "dk": "dang ky"}  # as officers of units write
_SHORTENED = re.compile(rf"\b(?:{'|'.join(_WHOLE)})\b")
_SURE, _WATCHES = 0.945, 0.965
_BY_OTHERS = re.compile(  # of whom is spoken: the unit's officer is somebody else
    r"\b(?:ke toan|nhan su|dau moi|co quan|cong ty|truong|sep)(?: \w+){0,3} (?:chua|khong|ko|hong|keu|noi|bao|bieu|bat|doi|hoi|gui|nop|dua|giu|thu|lam mat|nghi)\b"
    r"|\b(?:nop|dua|gui|giao|hoi)(?: \w+){0,3} (?:ke toan|nhan su|dau moi)\b"
)
_PEOPLE = (
    r"(?:(?:may|cac|tung|nhung|moi|bao nhieu|tat ca|toan bo)(?: \w+)? )?(?:nhan vien|giao vien|cong nhan|nguoi lao dong|anh em|chi em|dong nghiep|vien chuc|can bo|may co|cac co"
    r"|may chi|cac chi|may anh|may em|moi nguoi|may nguoi|ca truong|toan truong|ca cong ty|don vi|truong (?:toi|tui|em|minh)|cong ty (?:toi|tui|em|minh)|co quan (?:toi|tui|em|minh))"
)
_WHO = r"\b(?:ai|co ai|nhung ai|nguoi nao|may nguoi|bao nhieu nguoi|co nao|chi nao|may co nao)\b"
_HOW_FAR = (
    r"\b(?:toi dau|den dau|toi buoc|den buoc|dang o buoc|lam xong|xong chua|chua xong|xong roi|chua lam|chua nop|da nop|nop chua|nop roi|chua dang ky|dang ky chua|da dang ky|dang ky xong|dang ky roi"
    r"|sap het han|het han|qua han|tre han|tre|tien do)\b"
)
_WHERE = re.compile(
    rf"(?:{_WHO}.*{_HOW_FAR}|{_HOW_FAR}.*{_WHO}|{_PEOPLE}.*{_HOW_FAR}|\btien do (?:cua )?(?:{_PEOPLE})|\b(?:xem|coi|cho coi|cho xem) (?:danh sach )?{_PEOPLE})"
)
_REMIND = re.compile(
    rf"\b(?:nhac|giuc)(?: nho| giup| gium| dum| ho| het| luon)* (?:{_PEOPLE}|may nguoi|nhung nguoi|nguoi|ai|ho|het|tat ca|ca dam)\b(?: \w+)*?(?: (?:tre|chua|sap|cham|di|giup|gium|dum|het|nop|lam|dang ky))"
)
_INVITE = re.compile(
    r"\b(?:(?:xin|cho|gui|lay|can|muon|tao|lam|in|dua)(?: \w+){0,4} (?:link|duong dan|duong link|ma qr|qr|ma moi|ma don vi)|link|ma qr|duong dan)(?: \w+){0,3} (?:cho|de|gui) (?:\w+ ){0,3}?"
    r"(?:nhan vien|giao vien|cong nhan|anh em|chi em|moi nguoi|may co|cac co|don vi|truong|nguoi lao dong|dong nghiep|to|ca truong)\b"
    r"|\b(?:dang ky|lap)(?: \w+)? don vi\b|\bmoi (?:may|cac|moi|toan bo)? ?(?:nhan vien|giao vien|cong nhan|anh em|may co|cac co|nguoi lao dong) (?:vao|vo|dang ky)\b"
)
_LIST = re.compile(
    r"\b(?:in|xuat|tai|lay|lam|cho|gui|can)(?: \w+){0,4} danh sach(?: \w+){0,6} (?:nop|bhxh|bao hiem|co diem|chi diem|anh hai|anh toan|don vi|nhan vien|giao vien|cong nhan|ban giao|ho ten|ma so|excel|pdf)\b"
    r"|\bdanh sach (?:nop|ban giao|ho ten|ho va ten|ten va ma so|nhan vien|giao vien)\b|\b(?:file|tep) excel\b|\bxuat excel\b"
)
_ROLE = re.compile(
    r"\b(?:ke toan|nhan su|van thu|dau moi|hieu truong|hieu pho|to truong|truong phong|phu trach|quan ly|to chuc hanh chinh|chu tich|giam doc|chu doanh nghiep|lam (?:ben )?bao hiem)\b"
)
_MANY = re.compile(
    r"\b(?:[0-9]{1,4}|may|may chuc|may tram|gan [0-9]+|hon [0-9]+|tat ca|toan bo|toan the|ca)(?: cai)? (?:co|thay|giao vien|cong nhan|nhan vien|nguoi|anh em|chi em|lao dong|nguoi lao dong|vien chuc|can bo"
    r"|nhan su|truong|cong ty|co quan|don vi|xa|phuong|khoa|phong|xuong)\b|\b(?:anh em|chi em) (?:trong|o)\b"
)
_NEEDS = re.compile(
    r"\b(?:theo doi|quan ly|lap danh sach|lap|dang ky|dk|dang ki|lam|cai|vssid|giup|ho tro|nhac|biet ai)\b"
)
_MANAGES = re.compile(
    r"\b(?:theo doi|quan ly|lap danh sach)(?: \w+){0,5} (?:nhan vien|giao vien|cong nhan|don vi|ca truong|anh em|moi nguoi|nguoi trong|may co|cac co)\b"
    r"|\b(?:dang ky|dang ki|dk|lam)(?: \w+){0,3} cho (?:ca|toan|toan bo|tat ca|[0-9]+|may chuc|may tram) (?:\w+ )?(?:don vi|truong|cong ty|co quan|nhan vien|giao vien|cong nhan|nguoi|co)\b"
    r"|\bdon vi (?:cua )?(?:toi|tui|em|minh|chi|anh)$|\b(?:biet|coi|xem)(?: \w+){0,2} (?:ai|nguoi nao)(?: \w+){0,4} (?:trong|o) (?:truong|cong ty|co quan|don vi)\b"
)
_NO_MORE = re.compile(
    r"\b(?:khong|ko|hong|thoi|ngung|het|khoi)(?: \w+)? (?:theo doi|quan ly|lam dau moi|phu trach)\b|\b(?:bo|xoa|huy)(?: \w+)? (?:don vi|danh sach)\b"
)
_TO_HANG_UP = re.compile(
    r"\b(?:in|dan|treo)\b.*\b(?:bang tin|tuong|dan|treo|qr|cong truong)\b|\b(?:ma )?qr\b"
)
_LEAVES = re.compile(
    r"\b(?:roi|ra khoi|thoat|ra) (?:khoi )?(?:danh sach )?(?:don vi|danh sach cua (?:truong|don vi|cong ty))\b"
    r"|\b(?:khong|ko|k|hong|hok|dung|thoi|khoi|ngung|het)(?: \w+){0,4} (?:cho|de)(?: \w+){0,2} (?:don vi|truong|cong ty|co quan|ke toan|sep|dau moi)(?: \w+){0,3} (?:xem|coi|thay|theo doi|biet)\b"
    r"|\brut(?: \w+){0,4} (?:khoi|cho) (?:\w+ )?(?:don vi|truong|cong ty|co quan)\b"
)
_SILENCES = re.compile(
    r"\b(?:don vi|truong|cong ty|co quan|ke toan|dau moi)(?: \w+){0,2} (?:dung|khoi|thoi|khong duoc|ngung)(?: \w+){0,2} nhac\b"
    r"|\b(?:dung|khoi|thoi|khong|ko|ngung)(?: \w+){0,3} (?:cho|de) (?:don vi|truong|cong ty|co quan|ke toan)(?: \w+){0,2} nhac\b"
)
_TURNS_DOWN = re.compile(r"\b(?:khong|ko|hong|chua|dung|khoi|thoi) (?:can|muon|phai)\b")
_MINE = re.compile(
    r"\b(?:toi|tui|em|minh|con)(?: \w+){0,2} (?:toi|den|dang o|o) (?:dau|buoc)\b|\b(?:cua|ho so) (?:toi|tui|em|minh)\b"
)
_STAFF = re.compile(
    r"\b(?:nhan vien|giao vien|cong nhan|nguoi lao dong|anh em|chi em|dong nghiep|vien chuc|moi nguoi|(?:may|cac|co) (?:co|chi|anh|em|nguoi|ban))\b"
)
_SEES = re.compile(
    r"\b(?:don vi|truong|cong ty|co quan|ke toan|sep|dau moi|nguoi khac|ai)(?: \w+){0,5} (?:thay|xem|coi|biet)(?: \w+){0,2}"
    r" (?:gi|duoc|dc|khong|het|viec|ho so|toi|tui|em|minh|nhung gi)\b"
)
_SEES_ALONE = re.compile(
    r"\bai (?:thay|xem|coi|biet)\b|\b(?:thay|xem|coi|biet) (?:gi|nhung gi)\b|\bbat buoc\b|\bco sao khong\b|\bde lam gi\b"
)
_UNIT = re.compile(r"\b(?:don vi|truong|cong ty|co quan|ke toan|sep|dau moi)\b")
_SEEN = (
    "Dạ, đơn vị chỉ thấy sau khi anh/chị mở đường dẫn của đơn vị và đồng ý: họ tên, mã số, đang ở việc nào, hạn nộp; ngoài ra không thấy gì. Không bắt buộc; "
    "coi đơn vị nào đang thấy thì gõ “dữ liệu của tôi”, thôi cho xem thì gõ “rời đơn vị”."
)


def contact_reads(reading: Reading) -> Iterator[Proposal]:
    """The officer's wishes, at any step but one where any words are an answer."""
    if reading.step is not None and reading.step.takes_any:
        return
    words = _SHORTENED.sub(lambda one: _WHOLE[one[0]], reading.input.plain)
    if _TURNS_DOWN.search(words) or unit_code_in(reading.input.text):
        return
    here = reading.is_at("unit")
    step = _wish(words) or (_said_there(words) if here else "")
    of_mine = _MINE.search(words) and not _STAFF.search(words)
    if _SEES.search(words) and not (here or _STAFF.search(words)):
        return
    if step and not (step == "where" and of_mine and not here):
        yield Proposal(_SURE, f"the unit: {step}", Begin("unit", "", step))
    elif not here and (_MANAGES.search(words) or _is_officer(words)):
        yield Proposal(_WATCHES, "wants to watch a unit", Begin("unit"))


def _said_there(words: str) -> str:
    """What is only clear while one speaks of the unit."""
    if _NO_MORE.search(words):
        return "drop"
    return "invite" if _TO_HANG_UP.search(words) else ""


def _is_officer(words: str) -> bool:
    """ "tui là kế toán trường, có 18 cô cần đăng ký": whose work it is, how many, and what for."""
    return all(pattern.search(words) for pattern in (_ROLE, _MANY, _NEEDS)) and not _BY_OTHERS.search(words)


def _wish(words: str) -> str:
    for step, pattern in (("remind", _REMIND), ("page", _LIST), ("invite", _INVITE), ("where", _WHERE)):
        if pattern.search(words):
            return step
    return ""


def joining_reads(reading: Reading) -> Iterator[Proposal]:
    """The code of a unit's link; and that no unit is to see or remind any more."""
    code = unit_code_in(reading.input.text)
    if code:
        yield Proposal(0.99, "a unit's code", Begin("joining", "", "", {"unit_code": code}))
        return
    if reading.step is not None and reading.step.takes_any:
        return
    words = reading.input.plain
    if _SILENCES.search(words):
        yield Proposal(0.985, "no unit is to remind", Begin("joining", "", "silence"))
    elif _LEAVES.search(words):
        yield Proposal(0.985, "no unit is to see", Begin("joining", "", "leave"))
    elif reading.is_at("joining") and _SEES_ALONE.search(words):
        yield Proposal(_SURE, "what a unit would see", Say(_SEEN))
    elif _SEES.search(words) and _UNIT.search(words) and not (reading.is_at("unit") or _STAFF.search(words)):
        yield Proposal(0.9, "what a unit sees", Say(_SEEN))
