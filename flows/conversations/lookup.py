"""Tra cứu mã số BHXH: a name and one fact, then proof of the registered phone (proof.py).

Invariant: a record is shown in full only after proof; without it at most the code and the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.content import Content
from flows.conversations.consent import consent_steps
from flows.conversations.proof import FORGET, other_ways, pause_prompt, proof_steps
from flows.conversations.speech.lookup import one_at_a_time, reads
from flows.effects import FindPeople
from flows.engine.events import Event, Said
from flows.engine.steps import AGAIN, Choice, Context, Flow, Parsed, Prompt, Step, ask, call, choose, end
from flows.people.places import without_kind
from flows.people.reading import PersonRead, read_person
from flows.secrets import detector
from flows.text.dates import calendar_day, written
from flows.text.fold import fold, join_key
from flows.text.normalise import plain
from flows.text.spoken_dates import is_said_year

YEAR_DIGITS = 4

CONSENT = (
    "Để tra cứu mã số BHXH, tôi cần dùng họ tên, ngày sinh hoặc số CCCD mà anh/chị gõ, và số điện thoại để xác minh. "
    "Thông tin chỉ dùng cho lần tra cứu này, số giấy tờ bị xóa ngay khi xong, mỗi lần xem đều được ghi sổ. "
    "Anh/chị có thể từ chối, hoặc rút lại bất cứ lúc nào (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)

_TROUBLE = {
    "date": "Ngày hoặc năm đó không có trên lịch. Anh/chị xem lại giúp tôi, ví dụ 17/01/1983.",
    "several": "Tin có nhiều hơn một ngày hoặc một số giấy tờ, tôi không dám chọn thay. Anh/chị gửi lại một thứ thôi nhé.",
    "code": (
        "Số 10 chữ số trông giống mã số BHXH, mã hộ hoặc số điện thoại; ở đây tôi cần ngày sinh, năm sinh, "
        "hoặc số CMND (9 số)/CCCD (12 số)."
    ),
}


def _flow() -> Flow:
    return Flow(
        "lookup",
        "Tra cứu mã số BHXH",
        (
            *consent_steps(
                "lookup",
                CONSENT,
                then="name",
                refused=lambda context: f"Không sao, tôi không lưu gì cả. {other_ways(context.content)}",
            ),
            ask(
                "name",
                "Anh/chị cho biết họ và tên người cần tra. Có thể gửi luôn ngày sinh hoặc số CCCD trong một tin, "
                "ví dụ: Trần Thị Bé Ba 17/01/1983.",
                label="nhập họ tên",
                parse=_parse_name,
                hint="Tôi chưa nhận ra họ và tên. Anh/chị gõ đủ họ, chữ lót và tên, ví dụ: Trần Thị Bé Ba.",
                transitions={
                    "partly": "fact",
                    "complete": "search",
                    "unsure": "name_perhaps",
                    "again": AGAIN,
                },
                brief=lambda s: "Anh/chị cho biết họ và tên người cần tra.",
            ),
            choose(
                "name_perhaps",
                lambda s: (
                    f"Có phải anh/chị tìm {s.get('unsure')}{_born(s)}? Chưa đúng thì gõ lại họ tên đầy đủ giúp tôi."
                ),
                _perhaps,
                label="hỏi lại họ tên",
                parse=_parse_name,
                transitions={
                    "partly": "fact",
                    "complete": "search",
                    "wrong": "name",
                    "unsure": AGAIN,
                    "again": AGAIN,
                },
            ),
            ask(
                "fact",
                _asks_fact,
                label="nhập ngày sinh hoặc số giấy tờ",
                parse=_parse_fact,
                choices=(Choice("Đổi tỉnh", "province", words="tinh khac, doi tinh"),),
                hint="Tôi cần ngày sinh (17/01/1983), năm sinh (1983), hoặc số CMND 9 số/CCCD 12 số.",
                transitions={"complete": "search", "province": "province", "again": AGAIN},
                brief=lambda s: (
                    f"Còn thiếu một thông tin của {s.get('name')}: ngày sinh, năm sinh, hoặc số CCCD/CMND."
                ),
            ),
            ask(
                "province",
                lambda s: (
                    "Nơi đăng ký hộ khẩu là tỉnh, thành phố nào? Anh/chị gõ tên hoặc mã tỉnh, "
                    f"ví dụ {_name_of(s.content.office.province, s)} hoặc {s.content.office.province}."
                ),
                label="chọn tỉnh",
                parse=_parse_province,
                hint="Tôi chưa tìm thấy tỉnh đó trong danh sách 63 tỉnh, thành. Ví dụ: Đồng Tháp, Tiền Giang, 79.",
                transitions={"chosen": "fact"},
            ),
            call(
                "search",
                lambda s: FindPeople(s.get("name"), _province(s), s.get("born"), s.get("id_number")),
                FindPeople,
                transitions={
                    "verify": "proof",
                    "none": "nobody",
                    **{n: n for n in ("found", "record", "limited")},
                },
            ),
            *proof_steps(
                _asks_proof,
                brief=lambda s: (
                    f"Đang tra {_asked_about(s)}. Còn bước xác minh số điện thoại: bấm “Nhận mã OTP”."
                ),
            ),
            _shown("record", _record, label="xem kết quả"),
            _shown("found", _found, label="xem mã số"),
            choose(
                "nobody",
                lambda s: f"Tôi không tìm thấy ai khớp với {_asked_about(s)}. {other_ways(s.content)}",
                (Choice("Sửa thông tin", "edit", FORGET, words="sua, nhap lai, thu lai", means="edit"),),
                label="không tìm thấy",
                failed="không tìm thấy người này",
                transitions={"edit": "name"},
                done=True,
            ),
            end("limited", pause_prompt),
            end("other", lambda s: other_ways(s.content)),
        ),
        slash="tracuu",
        topics=frozenset({"tra_cuu_ma_so", "otp", "gioi_thieu_vssid"}),
        questions_first=True,
        purposes={"lookup": "tra cứu mã số BHXH"},
        expects_digits=_expects_digits,
        reads=reads,
    )


def _shown(name: str, prompt: Prompt, *, label: str) -> Step:
    """A step that shows what was found; the registration can take it over."""
    onward = {"register": "registration/", "another": "name"}
    return choose(name, prompt, _AFTER, label=label, transitions=onward, no_way_back=True, done=True)


def _kept(context: Context, person: PersonRead) -> dict[str, Any]:
    """What a message gives the look-up; a day without its year waits for the year."""
    keep: dict[str, Any] = {}
    if person.province:
        keep["province"] = person.province
    if person.born and len(person.born) == YEAR_DIGITS and context.get("day_month"):
        day, month = (int(part) for part in context.get("day_month").split("/"))
        found = calendar_day(day, month, int(person.born))
        whole = written(day, month, found.year) if found else person.born
        return {**keep, "born": whole, "id_number": None, "day_month": None}
    if person.fact:
        keep |= {"born": person.born or None, "id_number": person.id_number or None, "day_month": None}
    elif person.day:
        keep["day_month"] = f"{person.day:02}/{person.month:02}"
    return keep


def _note(person: PersonRead) -> str:
    """What is said of something that cannot be read, "" when all is well."""
    if person.trouble:
        return _TROUBLE[person.trouble]
    if person.day and not person.fact:
        return f"Tôi đã ghi ngày {person.day:02}/{person.month:02}, còn thiếu năm sinh."
    return ""


def _parse_name(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    person = read_person(event.text, context.at.date(), context.content, "name")
    if person.others:
        return Parsed("again", note=one_at_a_time((person.name, *person.others)))
    keep, note = _kept(context, person), _note(person)
    if not person.name:
        if note:
            return Parsed("again", keep, note=note)
        return (
            Parsed("again", keep, note=f"Tôi đã ghi {_told(keep, context)}. Còn thiếu họ và tên.")
            if keep
            else None
        )
    if context.get("name") and not person.fact:  # come back to: the fact before belonged to another name
        if context.get("born") and not note:
            note = f"Ngày sinh {context.get('born')} là của {context.get('name')}, nên tôi hỏi lại."
        keep = {"born": None, "id_number": None, **keep}
    if not person.sure:
        return Parsed("unsure", {**keep, "unsure": person.name}, note=note)
    keep["name"] = person.name
    known = (
        not person.trouble
        and not person.day
        and any({**context.answers, **keep}.get(key) for key in ("born", "id_number"))
    )
    return Parsed("complete" if known else "partly", keep, note=note)


def _told(keep: Mapping[str, Any], context: Context) -> str:
    """What was understood of a message without a name."""
    if keep.get("born"):
        return f"năm sinh {keep['born']}" if len(keep["born"]) == YEAR_DIGITS else f"ngày sinh {keep['born']}"
    return "số giấy tờ" if keep.get("id_number") else f"tỉnh {_name_of(keep.get('province', ''), context)}"


def _parse_fact(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    person = read_person(event.text, context.at.date(), context.content, "fact")
    if person.others:
        return Parsed("again", note=one_at_a_time((person.name, *person.others)))
    keep, note = _kept(context, person), _note(person)
    if person.name and person.sure:
        keep["name"] = person.name
        if join_key(person.name) != join_key(context.get("name")) and not person.fact and not note:
            note = f"Dạ, tôi đổi họ tên thành {person.name}."
    if note:
        return Parsed("again", keep, note=note)
    if person.fact:
        return Parsed("complete", keep)
    if keep.get("province"):
        return Parsed("again", keep, note=f"Đã chọn {_name_of(keep['province'], context)}.")
    names = context.content.province_names
    province = names.get(without_kind(plain(event.text)))
    if province is not None:
        return Parsed("again", {"province": province.code}, note=f"Đã chọn {province.name}.")
    return None


def _perhaps(context: Context) -> tuple[Choice, ...]:
    known = context.get("born") or context.get("id_number")
    keep = {"name": context.get("unsure"), "unsure": None}
    return (
        Choice(
            "Đúng rồi", "complete" if known else "partly", keep, words="dung, phai, co, u, da", means="yes"
        ),
        Choice("Không phải", "wrong", {"unsure": None}, words="khong, sai, hong phai", means="no"),
    )


def _parse_province(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    words = without_kind(plain(event.text))
    digits = words.lstrip("0") if words.isascii() and words.isdigit() and len(words) <= 3 else ""
    for p in context.content.provinces:
        if words in (plain(p.name), *p.aliases) or (digits and digits == p.code.lstrip("0")):
            return Parsed("chosen", {"province": p.code})
    return None


def _province(context: Context) -> str:
    """The code of the province that was chosen, else of the office's own."""
    return context.get("province") or context.content.office.province


def _name_of(code: str, context: Context) -> str:
    name = next((p.name for p in context.content.provinces if p.code == code), code)
    office = context.content.office
    if code != office.province and code in office.same_province(office.province):
        return f"{name} (nay là {_name_of(office.province, context)})"
    return name


def _asked_about(context: Context) -> str:
    """What is being looked for, as the person gave it; an ID number is masked."""
    fact = _born(context) or f", số giấy tờ •••{context.get('id_tail')}"
    return f"{context.get('name')}{fact}, {_name_of(_province(context), context)}"


def _born(context: Context) -> str:
    """What is known of the birth, to be put behind a name."""
    born = context.get("born")
    return "" if not born else f", sinh {born}" if "/" in born else f", sinh năm {born}"


def _asks_fact(context: Context) -> str:
    return (
        f"Tìm {context.get('name')}, {_name_of(_province(context), context)}. Anh/chị cho thêm MỘT thông tin: ngày sinh (17/01/1983), "
        "năm sinh (1983), hoặc số CMND/CCCD."
    )


def _asks_proof(context: Context) -> str:
    return (
        f"Tôi đã nhận: {_asked_about(context)}.\n"
        "Để không ai xem được thông tin của người khác, anh/chị chứng minh số điện thoại đã đăng ký với cơ quan BHXH "
        "rồi tôi mới cho xem kết quả."
    )


def _record(context: Context) -> str:
    fields = {
        "Mã số BHXH": "record_code",
        "Họ và tên": "record_name",
        "Ngày sinh": "record_born",
        "Mã hộ": "record_household",
        "Địa chỉ": "record_commune",
    }
    shown = [
        f"{label}: {context.get(key)}" for label, key in fields.items() if key in _ALWAYS or context.get(key)
    ]
    return "\n".join((*shown, _NOTE))


_ALWAYS = ("record_code", "record_name", "record_born")
_NOTE = (
    "Chú ý: “Mã hộ” cũng có 10 số, nhưng KHÔNG phải mã số BHXH; khi kê khai chỉ dùng dòng “Mã số BHXH”."
    " (theo công văn 416, Bước 2, 4/2021)"
)


def _found(context: Context) -> str:
    return (
        f"Mã số BHXH: {context.get('record_code')}\nHọ và tên: {context.get('record_name')}\n"
        "Anh/chị đối chiếu lại với sổ BHXH hoặc thẻ BHYT. Muốn xem chi tiết hơn cần xác minh số điện thoại đã đăng ký."
    )


def _expects_digits(step: str, text: str, content: Content) -> bool:
    """Where a name or a fact is asked for, four digits alone are a year of birth, and so is a year said in words."""
    if step not in ("name", "fact"):
        return False
    return detector.bare_digits(text) == YEAR_DIGITS or is_said_year(fold(text.lower()))


_AFTER = (
    Choice("Đăng ký VssID với mã này", "register", words="dang ky, dang ky vssid", means="register"),
    Choice("Tra người khác", "another", FORGET, means="another"),
)


FLOW = _flow()
