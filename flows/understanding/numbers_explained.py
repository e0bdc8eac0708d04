"""What is said of a pasted number: what it is, in one or two sentences, and what can be done next. Called by the dialogue.

Invariant: a number that belongs to somebody is never said back whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flows.content import Content
from flows.text.masking import mask_code, mask_number
from flows.text.normalise import same_words
from flows.text.vssid_sms import Received
from flows.understanding.number_shapes import CODE_DIGITS
from flows.understanding.numbers import KINDS, Meaning, Number, read_numbers


@dataclass(frozen=True, slots=True)
class Pasted:
    """An explanation; `asks` are the kinds between which the person must choose, `flows` what can be done next."""

    text: str
    asks: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()


def explained(text: str, content: Content, today: date) -> Pasted | None:
    """What a text that is just numbers means; None for any other text, and for a phone of the directory."""
    numbers = read_numbers(
        text, today, frozenset(p.code for p in content.provinces), content.office.hotline_digits
    )
    if not numbers or any(_is_listed(m, content) for n in numbers for m in n.meanings):
        return None
    if len(numbers) > 1:
        lines = "\n".join(f"• {_line(n, content)}" for n in numbers)
        return Pasted(f"Tin này có {len(numbers)} số:\n{lines}\nAnh/chị gửi từng số một, tôi nói rõ hơn.")
    meanings = numbers[0].meanings
    if not numbers[0].asks:
        return Pasted(_said(meanings[0], content), flows=_NEXT.get(meanings[0].kind, ()))
    kinds = " hay ".join(_called(m) for m in meanings)
    known = _WARN["lookalike"] if any("lookalike" in m.warnings for m in meanings) else ""
    ask = f"Số {_shown(meanings[0])} có thể là {kinds}; tôi không đoán thay. Anh/chị cho biết đó là số nào?"
    return Pasted(f"{known} {ask}".strip(), asks=tuple(KINDS[m.kind] for m in meanings))


def chosen(words: str, offered: tuple[str, ...], content: Content) -> Pasted | None:
    """What is said when the person has chosen between the kinds that were `offered`; None when these words are none."""
    for kind, label in KINDS.items():
        if label in offered and same_words(words, label):
            return Pasted(f"Vậy đó là {_lower(label)}. {_about(kind, content)}", flows=_NEXT.get(kind, ()))
    return None


def received(message: Received, content: Content) -> str:
    """What the message that a declaration was received says; its code with the middle hidden."""
    code = f" của mã số {mask_code(message.code)}" if message.code else ""
    return (
        f"Tin này báo BHXH đã nhận tờ khai{code}, số hồ sơ {message.number}. Tờ khai có hiệu lực {content.working_days} ngày "
        f"làm việc: trong hạn đó anh/chị nộp giấy cho cơ quan BHXH. ({content.checklist.source.short})"
    )


def _shown(meaning: Meaning) -> str:
    """A number as it may be said back: with its middle or all but its end hidden, unless it tells nothing of anybody."""
    value = meaning.value
    if meaning.kind in ("code", "household", "card") and len(value) >= CODE_DIGITS:
        return mask_code(value)
    if meaning.kind == "hotline":
        return f"{value[:4]} {value[4:]}"
    return value if meaning.kind in ("date", "year", "money", "dossier") else mask_number(value)


def _is_listed(meaning: Meaning, content: Content) -> bool:
    return meaning.kind == "phone" and any(c.phone == meaning.value for c in content.directory.contacts)


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _called(meaning: Meaning) -> str:
    off, name = _off(meaning), _lower(KINDS[meaning.kind])
    if meaning.kind == "code":
        return f"mã số BHXH gõ {off}" if off else "mã số BHXH (cũng là số thẻ BHYT mẫu mới)"
    if meaning.kind == "phone" and "no_zero" in meaning.warnings:
        return "số điện thoại thiếu số 0 ở đầu"
    if off:
        return f"{name} gõ {off}"
    return "số thẻ BHYT thiếu chữ ở đầu" if meaning.kind == "card" and "letters" in meaning.warnings else name


def _off(meaning: Meaning) -> str:
    """How many digits are missing or too many, in words; "" when none."""
    for warning in meaning.warnings:
        what, _, n = warning.partition(":")
        if what in ("short", "long"):
            return f"{'thiếu' if what == 'short' else 'thừa'} {n} số"
    return ""


def _line(number: Number, content: Content) -> str:
    meanings = number.meanings
    kinds = " hoặc ".join(_called(m) for m in meanings)
    return f"{_shown(meanings[0])}: {'có thể là ' if number.asks else ''}{kinds}"


# -- sentences

_ABOUT = {
    "code": "Đây là tên đăng nhập VssID, cũng là số in trên sổ BHXH và 10 số cuối của thẻ BHYT.",
    "card": "10 số cuối của thẻ BHYT cũ, hoặc cả 10 số trên thẻ mẫu mới, chính là mã số BHXH.",
    "household": "Mã hộ cũng có 10 số nhưng KHÔNG phải mã số BHXH; đừng dùng nó để đăng ký hay đăng nhập VssID.",
    "phone": "Mỗi người dùng một số riêng để đăng ký VssID; mã OTP gửi về số đã đăng ký.",
    "landline": "Số bàn không nhận được tin nhắn OTP; đăng ký VssID cần số di động của chính mình.",
    "hotline": "Đó là tổng đài chăm sóc khách hàng của BHXH Việt Nam.",
    "cmnd": "CMND 9 số đã hết hiệu lực, anh/chị nên dùng CCCD 12 số; dữ liệu BHXH cũ có thể vẫn ghi CMND.",
    "cccd": "Có họ tên kèm số này thì tra được mã số BHXH.",
    "passport": "Người chưa có CCCD dùng hộ chiếu khi kê khai VssID.",
    "dossier": "Anh/chị giữ số này để hỏi cơ quan BHXH hồ sơ tới đâu.",
    "date": "Tra mã số BHXH cần thêm họ và tên.",
    "year": "Tra mã số BHXH cần thêm họ và tên.",
    "money": "Tôi không tính mức đóng hay mức hưởng; anh/chị hỏi cán bộ hoặc tổng đài {hotline}.",
    "tax": "Mã số thuế không dùng cho VssID; cơ quan BHXH dùng mã số BHXH hoặc số CCCD.",
    "bank": "VssID không hỏi số tài khoản hay thẻ ngân hàng; xin đừng gửi cho ai.",
    "unknown": "Nó không giống số nào của BHXH; anh/chị xem lại có gõ thừa hay thiếu không.",
}
_NEXT: dict[str, tuple[str, ...]] = {
    "code": ("registration", "password"),
    "card": ("registration", "password"),
    "household": ("lookup",),
    "phone": ("registration", "contacts"),
    "landline": ("registration", "contacts"),
    "cmnd": ("lookup",),
    "cccd": ("lookup",),
    "passport": ("registration",),
    "dossier": ("registration",),
    "date": ("lookup",),
    "year": ("lookup",),
    "tax": ("lookup",),
}
_WARN = {
    "lookalike": "Trong số có chữ O hay chữ l, tôi đọc là số 0 và số 1; anh/chị xem lại.",
    "spaces": "Khi nhập vào VssID, anh/chị bỏ dấu cách và dấu chấm.",
    "nine": "Nếu anh/chị định gửi mã số BHXH thì còn thiếu 1 số.",
    "no_zero": "Số thiếu số 0 ở đầu.",
    "bad_phone": "Không có số điện thoại nào như vậy; anh/chị xem lại từng số.",
    "level": "Ký tự thứ 3 của thẻ phải từ 1 đến 5 (mức hưởng); anh/chị dò lại.",
    "letters": "Thẻ mẫu cũ có hai chữ cái ở đầu; anh/chị xem có gõ sót không.",
    "shape": "Số hồ sơ có dạng 01234.GD/2026/087; anh/chị chép lại cả chữ lẫn dấu gạch.",
    "future": "Phần năm chưa tới; anh/chị dò lại từng số.",
    "year": "Năm sinh trong số CCCD không khớp với ngày sinh vừa gõ; anh/chị xem lại.",
    "sex": "Số này ghi giới tính khác với điều anh/chị vừa gõ; anh/chị xem lại.",
    "no_day": "Ngày đó không có trên lịch; anh/chị xem lại.",
    "short_year": "Anh/chị ghi đủ 4 số của năm nhé.",
}


def _about(kind: str, content: Content) -> str:
    return _ABOUT[kind].format(hotline=content.office.hotline)


def _said(meaning: Meaning, content: Content) -> str:
    """One or two sentences, and what to look at twice."""
    off, name, shown = _off(meaning), _lower(KINDS[meaning.kind]), _shown(meaning)
    if off:
        warnings = _own_warnings(meaning)
        return f"{shown} trông như {name} nhưng {off}. Anh/chị dò lại từng số. {warnings}".strip()
    if meaning.kind == "unknown":
        return f"Số này có {len(meaning.value)} chữ số. {_about('unknown', content)}"
    wrong = next((w.partition(":")[2] for w in meaning.warnings if w.startswith("not:")), "")
    if wrong:
        first = f"{shown} là {name}, không phải {_lower(KINDS[wrong])}."
    elif meaning.kind in _SURE:
        now = f", nay đầu số là {meaning.value[:3]}" if "old" in meaning.warnings else ""
        first = f"{_SURE[meaning.kind].format(shown)}{now}."
    else:
        first = f"{shown} có dạng {name}{_of_whom(meaning, content)}."
    about = "" if "bad_phone" in meaning.warnings else _about(meaning.kind, content)
    if meaning.kind == "hotline" and meaning.value != content.office.hotline_digits:
        about = f"Đó không phải tổng đài BHXH; tổng đài BHXH là {content.office.hotline}."
    return " ".join(p for p in (first, _own_warnings(meaning), about) if p)


def _own_warnings(meaning: Meaning) -> str:
    said = [_WARN[w] for w in meaning.warnings if w in _WARN]
    if "province" in meaning.warnings:
        where = "3 số đầu" if meaning.kind == "cccd" else "Số thứ 4 và 5"
        said.append(f"{where} không ứng với tỉnh nào; anh/chị dò lại.")
    return " ".join(said)


def _of_whom(meaning: Meaning, content: Content) -> str:
    """What the parts of an ID number tell: sex, birth year, province; of a card: its form."""
    if meaning.kind == "card" and len(meaning.value) == CODE_DIGITS:
        return " mẫu mới"
    if meaning.kind != "cccd" or not meaning.born:
        return ""
    where = next((p.name for p in content.provinces if p.code == meaning.province), "")
    told = f"{'nữ' if meaning.sex == 'f' else 'nam'}, sinh năm {meaning.born}"
    return f" ({told}, khai sinh ở {where})" if where else f" ({told})"


_SURE = {
    "phone": "{} là số điện thoại di động",
    "landline": "{} là số điện thoại bàn",
    "hotline": "{} là số tổng đài",
    "dossier": "{} là số hồ sơ",
    "date": "{} là ngày tháng",
    "year": "{} giống một năm sinh",
    "money": "Đây là một số tiền",
    "tax": "{} là mã số thuế",
    "bank": "{} là số tài khoản hoặc thẻ ngân hàng",
}
