"""Tra cứu mã số BHXH: a name and one fact, then proof of the registered phone (proof.py).

Invariant: a record is shown in full only after proof; without it at most the code and the name.
"""

from __future__ import annotations

from functools import lru_cache

from flows.content import Content, Province
from flows.conversations.consent import consent_steps
from flows.conversations.proof import FORGET, other_ways, pause_prompt, proof_steps
from flows.effects import FindPeople
from flows.engine.events import Event, Said
from flows.engine.steps import AGAIN, Choice, Context, Flow, Parsed, Prompt, Step, ask, call, choose, end
from flows.secrets import detector
from flows.text.normalise import plain
from flows.text.politeness import RESPECT, SPEAKER, plain_words
from flows.understanding.facts import FactReading, full_name, read_fact

YEAR_DIGITS = 4

CONSENT = (
    "Để tra cứu mã số BHXH, tôi cần dùng họ tên, ngày sinh hoặc số CCCD mà anh/chị gõ, và số điện thoại để xác minh. "
    "Thông tin chỉ dùng cho lần tra cứu này, số giấy tờ bị xóa ngay khi xong, mỗi lần xem đều được ghi sổ. "
    "Anh/chị có thể từ chối, hoặc rút lại bất cứ lúc nào (gõ “dữ liệu của tôi”). Anh/chị có đồng ý không?"
)

_TROUBLE = {
    "date": "Ngày hoặc năm đó không có trên lịch. Anh/chị xem lại giúp tôi, ví dụ 17/01/1983.",
    "short_year": "Anh/chị ghi đủ 4 số của năm sinh giúp tôi, ví dụ 17/01/1983.",
    "several": "Tin có nhiều hơn một ngày hoặc một số giấy tờ, tôi không dám chọn thay. Anh/chị gửi lại một thứ thôi nhé.",
    "code": (
        "Số 10 chữ số trông giống mã số BHXH, mã hộ hoặc số điện thoại; ở đây tôi cần ngày sinh, năm sinh, "
        "hoặc số CMND (9 số)/CCCD (12 số)."
    ),
}
_NOT_A_NAME = frozenset(
    "khong ko biet gi sao muon giup roi duoc dc dau nao vay tra cuu quen mat khau".split()
)
_ADDRESSES = plain_words(SPEAKER, RESPECT, ("cho", "a"))


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
                transitions={"partly": "fact", "complete": "search", "again": AGAIN},
            ),
            ask(
                "fact",
                _asks_fact,
                label="nhập ngày sinh hoặc số giấy tờ",
                parse=_parse_fact,
                choices=(Choice("Đổi tỉnh", "province", words="tinh khac, doi tinh"),),
                hint="Tôi cần ngày sinh (17/01/1983), năm sinh (1983), hoặc số CMND 9 số/CCCD 12 số.",
                transitions={"complete": "search", "province": "province", "again": AGAIN},
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
            *proof_steps(_asks_proof),
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
        item="quen-ma-so",
        questions_first=True,
        purposes={"lookup": "tra cứu mã số BHXH"},
        expects_digits=_expects_digits,
    )


def _shown(name: str, prompt: Prompt, *, label: str) -> Step:
    """A step that shows what was found; the registration can take it over."""
    onward = {"register": "registration/", "another": "name"}
    return choose(name, prompt, _AFTER, label=label, transitions=onward, no_way_back=True, done=True)


@lru_cache(maxsize=8)
def _provinces_by_name(provinces: tuple[Province, ...]) -> dict[str, Province]:
    """Folded names and aliases; the first province of a name keeps it."""
    return {name: p for p in reversed(provinces) for name in (plain(p.name), *p.aliases)}


def _without_kind(words: str) -> str:
    """ "tinh dong thap" as "dong thap"."""
    return words.removeprefix("tinh ").removeprefix("thanh pho ").removeprefix("tp ")


def _province_in(text: str, content: Content) -> tuple[Province | None, str]:
    """A province named at the end of the text ("... tinh Vinh Long", "..., 86"), and the text without it."""
    words = text.split()
    names = _provinces_by_name(content.provinces)
    for n in range(min(5, len(words)), 0, -1):
        tail = plain(" ".join(words[-n:]))
        bare = _without_kind(tail)
        found = names.get(bare) if bare != tail or n == len(words) else None
        found = found or next((p for p in content.provinces if p.code == bare == tail), None)
        if found is not None:
            return found, " ".join(words[:-n])
    return None, text


def _kept(reading: FactReading, name: str | None, province: Province | None) -> dict[str, str | None]:
    keep: dict[str, str | None] = {"name": name} if name else {}
    if province:
        keep["province"] = province.code
    if reading.fact:
        keep |= {"born": reading.fact.born or None, "id_number": reading.fact.id_number or None}
    return keep


def _is_no_name(words: list[str], *, alone: bool) -> bool:
    """Whether these words are part of a sentence. One such word may be a name (Nguyễn Văn Được, Lê Thị Trà): two are
    not, nor is the first, which is the family's."""
    fillers = [w in _NOT_A_NAME for w in words]
    if not alone:
        return sum(fillers) * 2 > len(words)
    return fillers[0] or words[0] in _ADDRESSES or sum(fillers) > 1


def _parse_name(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    reading = read_fact(event.text, context.at.date())
    province, rest = _province_in(reading.rest, context.content)
    name = full_name(rest)
    if name and _is_no_name(plain(name).split(), alone=reading.fact is None):
        name = None
    keep = _kept(reading, name, province)
    if reading.trouble:
        note = _TROUBLE[reading.trouble]
        return Parsed("partly", keep, note=note) if name else Parsed("again", note=note)
    if name:
        if context.get("name") and not reading.fact:  # come back to: the fact before belonged to another name
            return Parsed("partly", {**keep, "born": None, "id_number": None})
        known = reading.fact or context.get("born") or context.get("id_number")
        return Parsed("complete" if known else "partly", keep)
    return Parsed("again", keep, note="Tôi đã ghi phần đó. Còn thiếu họ và tên.") if keep else None


def _parse_fact(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    reading = read_fact(event.text, context.at.date())
    province, rest = _province_in(reading.rest, context.content)
    if reading.trouble:
        return Parsed("again", note=_TROUBLE[reading.trouble])
    if reading.fact:
        return Parsed("complete", _kept(reading, full_name(rest), province))
    if province and not rest:
        return Parsed("again", {"province": province.code}, note=f"Đã chọn {province.name}.")
    return None


def _parse_province(context: Context, event: Event) -> Parsed | None:
    if not isinstance(event, Said):
        return None
    words = _without_kind(plain(event.text))
    digits = words.lstrip("0") if words.isascii() and words.isdigit() and len(words) <= 3 else ""
    for p in context.content.provinces:
        if words in (plain(p.name), *p.aliases) or (digits and digits == p.code.lstrip("0")):
            return Parsed("chosen", {"province": p.code})
    return None


def _province(context: Context) -> str:
    """The code of the province that was chosen, else of the office's own."""
    return context.get("province") or context.content.office.province


def _name_of(code: str, context: Context) -> str:
    return next((p.name for p in context.content.provinces if p.code == code), code)


def _asked_about(context: Context) -> str:
    """What is being looked for, as the person gave it; an ID number is masked."""
    born = context.get("born")
    fact = (
        f"sinh {born}"
        if "/" in born
        else f"sinh năm {born}"
        if born
        else f"số giấy tờ •••{context.get('id_tail')}"
    )
    return f"{context.get('name')}, {fact}, {_name_of(_province(context), context)}"


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
    """Where a name or a fact is asked for, four digits alone are a year of birth."""
    return step in ("name", "fact") and detector.bare_digits(text) == YEAR_DIGITS


_AFTER = (
    Choice("Đăng ký VssID với mã này", "register", words="dang ky, dang ky vssid", means="register"),
    Choice("Tra người khác", "another", FORGET, means="another"),
)


FLOW = _flow()
