"""What people say at the look-up's steps in ordinary words: agreeing, refusing, asking beside it, wanting the code, another person.

The `reads` of the look-up. Invariant: nothing here tells whether anybody was found; answers hold for one, many or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from flows.conversations.proof import other_ways
from flows.conversations.speech.lookup_answers import ANYWHERE, NO, PERSON, PROVING, READY_ANSWERS, WAITING
from flows.conversations.speech.lookup_corrections import corrections
from flows.conversations.speech.wishes import wanted
from flows.engine.events import Said
from flows.engine.proposals import Answer, Begin, Do, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.people.places import without_kind
from flows.people.reading import PersonRead, read_person
from flows.people.relations import CALLED, called, whose
from flows.spoken.wishes import declined
from flows.text.fold import fold
from flows.text.spoken_dates import no_date_known
from flows.understanding.everyday import asks
from flows.understanding.intents import asks_for_code

SIMILAR = 86.0  # rapidfuzz ratio from which a wording is a province's name with a slip
_PHONE = re.compile(r"(?<![0-9])0[0-9]{2,3}[ .]?[0-9]{3}[ .]?[0-9]{3,4}(?![0-9])")
_OTHERS_PHONE = re.compile(
    rf"\b(?:ve|qua|o) (?:may|dien thoai|so|sim)(?: cua)? (?:thang |nho |ong |ba )?{PERSON}\b(?!.*\b(?:di|gium|giup|luon)$)|\b{NO} (?:co|cam|mang|giu|o gan)(?: \w+)? (?:may|dien thoai|sim|dt)\b|\b(?:may|dien thoai|dt|sim)(?: \w+){{0,2}} (?:o nha|o que|o xa|khong o day|hong o day|ko o day)\b|\b(?:dien thoai|dt|sdt|so|sim|may|dk|dang ky|ten)\b.*\b(?:cua|la|dung|xai|giu|cam|dung ten) (?:thang |nho |dua |cai |ong |ba )?{PERSON}\b"
    rf"|{NO} (?:phai|dung) (?:la )?(?:so|may|sim|dien thoai)?(?: cua)? ?(?:tui|toi|em|minh|con)\b|dau (?:co )?phai (?:cua )?(?:tui|toi|em|minh|con|so em|so tui)\b"
    rf"|{PERSON}\b.*\b(?:giu|cam|xai|dung|co) (?:dien thoai|may|sim|so)\b|\b{PERSON}(?: \w+)? (?:khong|hong|ko|chua|hok) (?:co|xai|biet xai|ranh|biet dung) (?:dien thoai|may|dt|sim|so|smartphone|zalo)\b"
)
_SEND = re.compile(
    r"(?:gui|nhan|lay|xin|ban)(?: \w+){0,4}? (?:ma|otp|code)\b|\bcho (?:xin )?(?:ma otp|otp|code|cai ma)\b|\b(?:otp|ma)\b.* (?:gui|ve) (?:di|luon|cho)|^(?:da |u |vay |thoi |roi |ok )*(?:gui|nhan|lam|bam)(?: no| luon)? (?:di|luon|nha|lien)\b|xac minh (?:di|luon|cho|gium|giup)"
)
_NOT_SENT = re.compile(
    rf"\b{NO}(?: \w+)? (?:gui|nhan|lay|can|muon)\b|\b(?:chua|khong|hong|ko|hok|k) (?:thay|nhan|co|ve|toi|nhan duoc)\b"
)
_KEEP_IT = re.compile(
    r"\b(?:dung|khoan|khoi|chua|khong can|hong can|ko can|khong muon|hong muon) (?:co |hay )?(?:gui|nhan|lay)\b(?! duoc)(?!.*\b(?:thay|toi|ve)\b)"
)
_NO_CODE = re.compile(
    r"^(?:da |van |v |ma |no |sao )*(?:chua|khong|hong|ko|hok|k) (?:thay|co|nhan|nhan duoc|toi|ve)(?: gi| het| ma| nua| nha| a| em| luon)*$|\b(?:chua|khong|hong|ko|hok|k|kg|hem|chang|dau) (?:thay|nhan|co|nghe|ve|toi|nhan duoc|nhan dc|thay nhan)\b(?: \w+){0,4}? ?(?:ma|tin|tin nhan|otp|sms|gi|het|ve|toi)\b|\b(?:ma|tin|otp)(?: nhan)?(?: \w+)? (?:chua|khong|hong|ko|hok|k) (?:thay|ve|toi|co|den|gui)\b|gui lai (?:ma|otp|di|gium|giup|cho|lan)"
)
_AGREES = re.compile(
    r"(?<!khong )(?<!hong )(?<!ko )(?<!chua )(?<!\bk )(?<!hok )(?:dong y|chiu|nhat tri|ok luon|cho phep|bang long)\b|(?:^|thoi |u |da |ok |vay )(?:tra|lam|kiem|tim|coi)(?: \w+)? (?:gium|giup|dum|di|luon|lien)\b"
)
_CONSENTS = re.compile(r"\b(?:dong y|nhat tri|chap thuan|cho phep|bang long)\b")
_FIRST = re.compile(r"\b(?:truoc|trc|truoc tien|dau tien)\b")
_REFUSES = re.compile(
    rf"\b{NO}(?: \w+){{0,2}} (?:dong y|muon|dua|cho|cung cap|khai|tra|can|chiu|cho dau|tin|dam|thich|gui|lam)\b|\b(?:ngai|e ngai|ky lam|ki lam|so lam|thoi khoi|thoi bo|thoi so|tu choi|khoi can|khoi di|bo di|thoi de|thoi em|thoi tui|thoi toi|thoi minh|thoi con)\b"
)
_WORRIES = re.compile(
    r"\b(?:so|bi) mat(?! khau| ma)\b|\bco mat (?:thong tin|tien|du lieu|so|gi)\b|\b(?:so|bi|co) (?:lo|lua|an toan|lay cap|danh cap)\b|\ban toan (?:khong|hong|ko)\b|\bbao mat\b.*\b(?:khong|hong|ko)\b|\b(?:lay|can|xin|hoi|luu|giu) (?:thong tin|so dien thoai|ngay sinh|cccd|ten|may cai do|gi)\b.*\b(?:gi|chi|sao|lam)\b"
)
# "người lao động không có mặt thì em tra hộ được không, có cần ủy quyền không"
FOR_SOMEBODY_AWAY = re.compile(
    rf"\b(?:tra|xem|tim|lam|kiem)(?: \w+){{0,2}} (?:ho|thay|gium|giup|dum)\b.*\b(?:duoc|dc) (?:khong|ko|hong|k)\b.*\b(?:uy quyen|dong y|co mat|vang)\b"
    rf"|\b(?:{NO} (?:co mat|o day|o nha|den duoc)|vang mat|di vang)\b.*\b(?:tra|xem|tim|lam|kiem)(?: \w+){{0,2}} (?:ho|thay|gium|giup|dum|duoc|dc)\b.*\b(?:khong|ko|hong|k|ha)\b"
    rf"|\b(?:can|phai|co)(?: \w+){{0,3}} (?:giay |ban )?uy quyen\b.*\b(?:khong|ko|hong|k|gi)\b"
)
_KEPT = (
    "Dạ, họ tên, ngày sinh và số giấy tờ chỉ dùng để tìm đúng người cho lần tra này; số giấy tờ bị xóa ngay khi xong, và mã OTP "
    "giữ cho người khác không xem được. Ngại thì anh/chị cứ từ chối, tôi chỉ cách khác."
)
_REGAINED = re.compile(
    r"\b(?:dong y|doi y|nghi lai)\b.*|\b(?:tra|kiem|tim|coi|xem) (?:gium|giup|dum|lai|lai di)\b.*"
)
# "giờ tra mã như tôi nói lúc đầu": the look-up that was put off.
_BACK_TO_IT = re.compile(
    r"\b(?:gio|bay gio|tiep|tiep theo|quay lai|tro lai|roi|xong roi|con|sang|qua)(?: \w+){0,3} (?:tra|tra cuu|kiem|tim|xem|coi)(?: \w+){0,2} ma(?: so)?\b(?! (?:otp|xac|ho so))"
)
_A_TURN = 14  # words
_ABOUT_CONTACTS = re.compile(r"\b(?:so dien thoai|sdt|dau moi|phu trach|lien he|phong|can bo)\b")
_TURNS_TO = re.compile(r"\b(?:lam|tra|kiem|coi|tim)(?: \w+){0,5} (?:truoc|trc|da|di)$")
_ELSEWHERE = re.compile(
    r"(?:coi|xem|nhin|lay|kiem|tim|tra|biet|ghi|nam|in)\b.*\b(?:tren|o|dau|cai gi|giay gi|cho nao|cach khac|cach nao)\b.*\b(?:ma|so bhxh|ma so)\b|\b(?:ma|ma so)\b.*\b(?:ghi|nam|in|coi|xem)\b.*\b(?:dau|cho nao|cai gi|tren)\b|cach (?:nao )?khac\b"
)


_PUT_OFF = re.compile(
    r"\b(?:de|thoi|doi y|khoan)\b(?: \w+){0,9}? (?:mai|moi|mot|bua khac|bua sau|hom khac|luc khac|khi khac|chieu|toi ve|lat|xong ve|ve)(?: \w+){0,3} (?:lam|tra|kiem) (?:tiep|sau)\b(?! (?:duoc|dc) (?:khong|hong|ko|k)\b)"
)
_EACH_ALONE = re.compile(
    r"\b(?:moi nguoi|tung nguoi)(?: \w+)? (?:lam|tra|nhan|khai)\b.*\bhay\b|\bmot minh \w+ (?:lam|tra|nhan)\b"
)
_EACH_BY_PHONE = (
    "Dạ một mình anh/chị gõ giúp cũng được, tôi tra lần lượt từng người. Nhưng mã OTP gửi về số điện thoại mỗi người đã đăng ký, "
    "nên tới ai thì cần máy của người đó bên cạnh."
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """What the look-up makes of a message, at its own steps and just after a refusal."""
    yield from wanted(reading, "lookup", _about(whose(reading.input.text)))
    if reading.is_at("lookup", "consent"):
        yield from _consent(reading)
    elif reading.state.flow == "" or reading.is_at("questions") or reading.is_at("contacts"):
        yield from _after_refusal(reading)
        yield from _named(reading)
    elif reading.is_at("lookup", *ANYWHERE):
        if _PUT_OFF.search(reading.input.plain) and "?" not in reading.input.text:
            yield Proposal(0.93, "puts the look-up off", Do("stop"))
        if _EACH_ALONE.search(reading.input.plain):
            yield Proposal(0.94, "whether each does it alone", Say(_EACH_BY_PHONE))
        yield from corrections(reading)
        if FOR_SOMEBODY_AWAY.search(reading.input.plain):
            yield Proposal(0.9, "a look-up for somebody away", Say(_for_somebody_away(reading)))
        yield from _person(reading)
        yield from _phones(reading)
        yield from _dates(reading)
        yield from _provinces(reading)
        yield from _misspelt_province(reading)
        if _tells_a_fact(reading):
            return
        for ready in READY_ANSWERS:
            if reading.state.step in ready.steps and ready.pattern.search(reading.input.plain):
                content = reading.context.content
                said = ready.said.replace("{hotline}", content.office.hotline)
                said = said.replace("{minutes}", str(content.otp_minutes))
                beside = asks(reading.input.text) and reading.is_at("lookup", *PROVING)  # asks about the code
                score = max(ready.score, 0.91) if beside else ready.score
                yield Proposal(score, "asked beside the look-up", Say(said))
                break


def _tells_a_fact(reading: Reading) -> bool:
    """Whether a date or name that is asked for stands in the words, which ask nothing: "sanh năm 57, tuổi Dậu"."""
    step = reading.step
    if step is None or step.name not in ("name", "fact", "name_perhaps") or "?" in reading.input.text:
        return False
    parsed = step.parse(reading.context, Said(reading.input.text, reading.context.at))
    if parsed is None or not reading.input.has("sinh", "sanh", "nam", "ngay", "thang"):
        return False
    year_for_name = step.name == "name_perhaps" and bool(parsed.keep.get("born"))
    return parsed.outcome == "complete" or year_for_name


def _consent(reading: Reading) -> Iterator[Proposal]:
    """Agreeing and refusing in ordinary words; a question is neither."""
    words, text = reading.input.plain, reading.input.text
    if FOR_SOMEBODY_AWAY.search(words):
        yield Proposal(0.9, "a look-up for somebody away", Say(_for_somebody_away(reading)))
        return
    if _WORRIES.search(words) and not _AGREES.search(words) and not words.startswith(("thoi", "khoi")):
        yield Proposal(0.86, "worries about the data", Say(_KEPT))
        return
    person = read_person(text, reading.context.at.date(), reading.context.content)
    refuses, agrees = _REFUSES.search(words), _AGREES.search(words)
    agreed = agrees is not None and not (refuses and refuses.end() > agrees.end())
    if person.name and person.sure and agreed and _CONSENTS.search(words):
        yield Proposal(0.92, "agrees, with a name", Answer(Parsed("agreed")), _about(person.whose))
        return
    if person.name and person.sure:
        said = "Tôi chưa giữ lại tin vừa rồi: cần anh/chị đồng ý trước, rồi gửi lại giúp tôi."
        yield Proposal(0.86, "a name before consent", Say(said))
        return
    who = whose(text)
    if agreed and who not in ("", "self") and _CONSENTS.search(words) and _FIRST.search(words):
        note = f"Dạ, mình làm cho {called(text)} trước."
        yield Proposal(0.92, "agrees, and who comes first", Answer(Parsed("agreed", note=note)), _about(who))
        return
    if asks(text):
        return
    if agreed:
        yield Proposal(0.88, "agrees", Answer(Parsed("agreed")), _about(who))
    elif refuses:
        yield Proposal(0.87, "refuses", Answer(Parsed("refused")))


def _for_somebody_away(reading: Reading) -> str:
    return (
        "Dạ, anh/chị gõ hộ được, nhưng mã số chỉ cho xem khi chính người đó xác minh: OTP gửi về số điện thoại người đó đã đăng ký. "
        "Về ủy quyền thì chưa có văn bản nào nói rõ ở đây; không gặp được người đó thì gọi "
        f"{reading.context.content.office.hotline} hoặc hỏi cơ quan BHXH gần nhất."
    )


def _after_refusal(reading: Reading) -> Iterator[Proposal]:
    """At the menu: the look-up after all, or where else a code is to be read."""
    words = reading.input.plain
    if reading.recall("refused") != "lookup":
        return
    if _REGAINED.search(words) and not asks(reading.input.text):
        yield Proposal(0.86, "wants the look-up after all", Begin("lookup"), remember={"refused": ""})
    elif _ELSEWHERE.search(words):
        yield Proposal(0.86, "asks where else", Say(other_ways(reading.context.content)))


def _named(reading: Reading) -> Iterator[Proposal]:
    """A name with a date or ID number while nothing is under way, or a name whose code is asked for: a look-up is wanted."""
    person = read_person(reading.input.text, reading.context.at.date(), reading.context.content)
    back = _BACK_TO_IT.search(reading.input.plain) and len(reading.input.words) <= _A_TURN
    if back and not person.name and not declined("lookup", reading.input) and "?" not in reading.input.text:
        yield Proposal(0.83, "comes to the look-up now", Begin("lookup"))
        return
    if not person.name or not person.sure:
        return
    words = reading.input.plain
    told = person.fact or person.day > 0 or person.trouble == "several"
    asked = asks_for_code(words)
    if told:
        score = 0.9 if asked or not person.speech else 0.7
        yield Proposal(score, "a name and a fact", Begin("lookup", reading.input.text), _about(person.whose))
    elif asked and len(person.name.split()) > 2 and not _ABOUT_CONTACTS.search(words):
        yield Proposal(0.84, "the code of a name", Begin("lookup", reading.input.text), _about(person.whose))


def _person(reading: Reading) -> Iterator[Proposal]:
    """Who is meant, said at the step that asks for the name, or two people in one message."""
    if not reading.is_at("lookup", "name", "fact", "name_perhaps"):
        return
    context = reading.context
    expected = "fact" if reading.state.step == "fact" else "name"
    person = read_person(reading.input.text, context.at.date(), context.content, expected)
    who = person.whose
    if person.others:
        yield Proposal(0.94, "two people", Say(one_at_a_time((person.name, *person.others)), reminds=False))
        return
    parsed = reading.step.parse(context, Said(reading.input.text, context.at)) if reading.step else None
    if parsed is not None:
        sure = _surer(reading, person, parsed)
        yield Proposal(
            0.92 if sure is not parsed else _how_surely(reading, person),
            "names or facts",
            Answer(sure),
            _about(who),
        )
        return
    turns = _TURNS_TO.search(reading.input.plain)
    few = len(reading.input.words) <= 6 and not asks(reading.input.text)
    if person.name or person.fact or not who or not (few or turns):
        return
    if reading.is_at("lookup", "name"):
        asked = f"Dạ, tra cho {called(reading.input.text)}. Anh/chị gõ họ tên đầy đủ, kèm ngày sinh hoặc năm sinh giúp tôi."
        score = 0.88 if turns else 0.72
        yield Proposal(score, f"for whom: {who}", Say(asked, reminds=False), remember={"who": who})


def _surer(reading: Reading, person: PersonRead, parsed: Parsed) -> Parsed:
    """A name that is explained ("Hiền là hiền lành") is meant; so is one that was asked back and is given a year."""
    unsure = str(parsed.keep.get("unsure") or "")
    if reading.is_at("lookup", "name") and parsed.outcome == "unsure" and unsure:
        explained = any(f" {word} la " in f" {reading.input.plain} " for word in fold(unsure.lower()).split())
        if explained:
            return Parsed("partly", {**parsed.keep, "name": unsure, "unsure": None}, note=parsed.note)
    asked_back = reading.context.get("unsure")
    told = parsed.keep.get("born") or parsed.keep.get("id_number")
    if reading.is_at("lookup", "name_perhaps") and asked_back and told and not person.name:
        return Parsed("complete", {**parsed.keep, "name": asked_back, "unsure": None})
    return parsed


def _about(who: str) -> dict[str, str]:
    return {"who": who} if who else {}


def _how_surely(reading: Reading, person: PersonRead) -> float:
    """How surely what was read answers the step: less in a question, and where a year may be about something else."""
    if person.name:
        return 0.88 if person.sure or not asks(reading.input.text) else 0.5
    if person.trouble:
        return 0.88 if person.trouble == "several" else 0.9 if len(reading.input.words) <= 8 else 0.75
    told = len(reading.input.words) <= 5 or reading.input.has(
        "sinh", "sanh", "ngay", "cccd", "cmnd", "can cuoc", "sn"
    )
    return (0.88 if told else 0.7) - (0.15 if asks(reading.input.text) else 0.0)


def one_at_a_time(names: tuple[str, ...]) -> str:
    """What is said to several people in one message."""
    return (
        f"Dạ được, nhưng tôi tra lần lượt từng người một để khỏi lẫn. Anh/chị muốn tra ai trước: {' hay '.join(names)}? "
        "Gửi lại họ tên và ngày sinh của một người giúp tôi."
    )


def _phones(reading: Reading) -> Iterator[Proposal]:
    """The registered phone: somebody else's, typed into the chat, or asked to send the code to."""
    if not reading.is_at("lookup", *PROVING, *WAITING):
        return
    words, text = reading.input.plain, reading.input.text
    if _PHONE.search(text):
        said = "Gõ số vào đây thì chưa chứng minh được gì ạ, và mã chỉ gửi về số đã đăng ký. Anh/chị bấm “Nhận mã OTP”; máy đó nhận được thì nhập mã trên trang bảo mật."
        yield Proposal(0.91, "a typed phone", Say(said))
        return
    waiting = reading.is_at("lookup", *WAITING)
    if (
        waiting
        and _NO_CODE.search(words)
        and reading.step is not None
        and "resend" in reading.step.transitions
    ):
        yield Proposal(0.86, "no code came", Answer(Parsed("resend")))
    elif _OTHERS_PHONE.search(words):
        yield Proposal(0.88, "somebody else's phone", Say(_others_phone(reading)))
    elif not waiting and _KEEP_IT.search(words):
        said = "Dạ, tôi chưa gửi gì cả. Khi nào cần thì anh/chị bấm “Nhận mã OTP”."
        yield Proposal(0.93, "does not want the code yet", Say(said))
    elif (
        not waiting
        and (whose(text) != "mother" or "gui" in reading.input.words)
        and _SEND.search(words)
        and not _NOT_SENT.search(words)
        and not _asks_about(reading)
    ):
        yield Proposal(0.89, "wants the code", Answer(Parsed("otp")))


def _asks_about(reading: Reading) -> bool:
    """Whether the words ask about the code ("gửi mã có tốn tiền không"), not for it ("gửi mã được không")."""
    words = reading.input.plain
    wanting = re.search(r"(?:duoc|dc) (?:khong|hong|ko|hem|k|chua)$", words)
    return asks(reading.input.text) and wanting is None


def _others_phone(reading: Reading) -> str:
    who = whose(reading.input.text)
    who = reading.recall("who") if who in ("", "self") else who
    owner = CALLED.get(who, "người đó") if who != "self" else "người đó"
    if owner == "người đó" and re.search(r"\b(?:ba|bả)\b", reading.input.plain):
        owner = "bà"
    return (
        f"Mã chỉ gửi về số đã đăng ký, nên cần máy của {owner} bên cạnh: {owner} đọc tin rồi nhập mã trên trang bảo mật. "
        "Không mượn được máy thì bấm “Cách khác”, hoặc mang giấy tờ tùy thân đến cơ quan BHXH gần nhất."
    )


def _dates(reading: Reading) -> Iterator[Proposal]:
    """A date or year that is not known."""
    words = reading.input.plain
    if not reading.is_at("lookup", "fact", "name", "name_perhaps") or not no_date_known(words):
        return
    person = read_person(reading.input.text, reading.context.at.date(), reading.context.content, "fact")
    if person.fact or person.name or not re.search(r"\b(?:ngay|thang|nam|sinh)\b", words):
        return
    year = re.search(r"\bnam(?: may| nao| sinh)?\b", words) and not re.search(
        r"(?:chi|nho|moi) (?:nho |biet )?nam\b", words
    )
    said = (
        "Dạ không sao. Không nhớ năm sinh thì anh/chị coi trên CCCD, sổ hộ khẩu hay thẻ BHYT cũ; có số CCCD hoặc CMND thì gửi số đó thay cũng được."
        if year and "ngay" not in words.split()
        else "Dạ không sao, không nhớ ngày thì ghi năm sinh thôi cũng được, hoặc số CCCD."
    )
    yield Proposal(0.88, "a date that is not known", Say(said))


def _provinces(reading: Reading) -> Iterator[Proposal]:
    """Asked about a province that has been joined to the office's own."""
    content = reading.context.content
    person = read_person(reading.input.text, reading.context.at.date(), content)
    office = content.office.same_province(content.office.province)
    words = reading.input.plain
    old = next(
        (p for p in content.provinces if p.code in office and p.code != content.office.province
         and any(reading.input.has(alias) for alias in p.aliases if len(alias) > 3)), None
    )  # fmt: skip  # reason: one condition
    if old is None or person.name or person.fact:
        return
    if asks(reading.input.text) or re.search(r"(?:duoc|dc|ra|khac) (?:khong|hong|ko|hem|k)\b", words):
        own = next(p.name for p in content.provinces if p.code == content.office.province)
        said = f"Dạ tra được ạ: {old.name} đã nhập vào {own} từ 7/2025 nên tôi tra chung cả hai, không cần đổi tỉnh."
        yield Proposal(0.9, "asks about the joined province", Say(said))


def _misspelt_province(reading: Reading) -> Iterator[Proposal]:
    """A province written with a slip, where one is asked for."""
    words = without_kind(reading.input.plain)
    if not reading.is_at("lookup", "province") or not 4 <= len(words) <= 24:
        return
    names = reading.context.content.province_names
    best = max(names, key=lambda name: fuzz.ratio(words, name))
    if fuzz.ratio(words, best) >= SIMILAR and words not in names:
        chosen = names[best]
        parsed = Parsed("chosen", {"province": chosen.code}, note=f"Đã chọn {chosen.name}.")
        yield Proposal(0.86, "a province with a slip", Answer(parsed))
