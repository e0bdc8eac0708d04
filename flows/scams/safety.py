"""What is said when somebody tells of a swindle, and what is proposed for it: wherever the conversation stands, before all else.

Its reader belongs to the password flow (`Flow.reads`). It warns on for some turns (memory subject "warned"). Invariant: it is
never said that something is safe, and no contact is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from flows.content import Content
from flows.engine.commands import PERSON_LABEL
from flows.engine.events import Said
from flows.engine.memory import age
from flows.engine.proposals import Answer, Begin, Command, Do, Proposal, Reading, Say
from flows.engine.steps import Parsed
from flows.scams.addresses import FOREIGN, addresses_in
from flows.scams.tales import Demand, demands_named, is_our_message, tale_in
from flows.scams.turns import (
    MAY_NOT,
    Next,
    asks_leave,
    asks_the_place,
    continuation,
    given_since,
    only_demanded,
)
from flows.spoken.wordings import clauses, heard, heard_in
from flows.understanding.input import Input

FIRST, NEXT, LATER = 0.99, 0.97, 0.86  # scores: a tale; what goes on with it; the same after other matters
STILL = 4  # turns in which what was given, or is asked, is about the tale
FRESH = 2  # turns in which half sentences still belong to the tale
ITEMS = {
    "lua-dao": "scam",
    "lo-bam-link": "gave",
}  # questions that are asked of a swindle -> what is remembered
SURE_ITEM = 0.6
SURE_SCAM = 0.5  # probability from which on a text is taken for a tale; measured in decision 0031
PERHAPS_SCAM = 0.25  # the same, where the wordings of tales.py hear one too
SURE_QUESTION = 0.85  # confidence of a question about something else, after a warning
_NEAR_TOPICS = frozenset(
    "lua_dao_bao_mat otp quen_mat_khau doi_mat_khau dang_nhap_loi gap_nhan_vien doi_sdt_email phan_anh_kien_nghi chao_hoi".split()
)
SURE_GAVE = 0.8  # the same, where the patterns hear a tale, that something was given

# what not to do, by what was asked for; the order is that of flows/scams/tales.py
_DO_NOT: Mapping[Demand, str] = {
    "app": "đừng cài gì, đừng mở tệp lạ",
    "link": "đừng bấm đường dẫn, đừng điền gì vào đó",
    "code": "đừng đọc mã OTP hay mật khẩu cho ai",
    "money": "đừng chuyển tiền",
    "papers": "đừng gửi hình căn cước, giấy tờ",
    "helper": "đừng đưa giấy tờ, tài khoản cho người lạ làm giùm",
}
_DO_NOT_AT_ALL = "đừng đọc mã, đừng gửi giấy tờ, đừng chuyển tiền, đừng bấm đường dẫn"
_TRUTH: Mapping[Demand, str] = {
    "app": "VssID chỉ tải ở CH Play hoặc App Store.",
    "link": "BHXH không gửi đường dẫn để cập nhật VssID; địa chỉ thật có đuôi .gov.vn.",
    "code": "BHXH không bao giờ hỏi mã OTP hay mật khẩu.",
    "money": "BHXH không kết bạn, nhắn tin hay gửi mã QR để đòi tiền; tôi chưa thấy văn bản nào nói có khoản phí kích hoạt đó.",
    "papers": "BHXH không kết bạn Zalo để đòi thông tin hay giấy tờ.",
    "helper": "VssID tự mình đăng ký được, tôi đi cùng từng bước.",
}
_ASKED = (
    "khong|ko|k|ha|sao|chua $",
    "co_nen|duoc_khong|that_khong|dung_khong|phai_khong|co_phai|co_that|that_hay_gia",
    "dua|doc|gui|bam|lam|chuyen|tin k|khong e|em|ad|$",
)


_PAPERS = "cccd|can_cuoc|cmnd|chung_minh|giay_to|hinh|anh|khai_sinh|so_bhxh|so_bao_hiem|the_bhyt|ho_so|mat_truoc|hai_mat|2_mat|thong_tin_ca_nhan"
_TO_US = (
    f"gui|nop|up|chup|dua|dang|quang|chuyen|nem .. {_PAPERS} .. qua_day|vao_day|o_day|len_day|tai_day|trong_nay|qua_nay|cho_ad|cho_bot|cho_ban|"
    "cho_em|cho_may|cho_may_con|ben_em|ben_ban|ben_minh|quy_co_quan|len_khung_nay",
    f"{_PAPERS} .. gui|nop|up|dua|dang|chuyen .. qua|vao|o|len|cho|tai day|nay|ad|bot|ban|em|may|con|chat|ben_em|quy_co_quan",
    f"gui|nop|up|chup|dua .. {_PAPERS} .. nho|de|cho|roi ad|bot|ban|em|con|b|may|ben_em .. lam|dang_ky|tra|lo|coi .. giup|ho|thay|gium|$",
)
_NOT_TO_US = (
    "khong|khoi|dung|đừng|chua .. gui|nop|chup|dua",
    "cong_ty|ke_toan|zalo|facebook|buu_dien|co_quan_bhxh|ho|nguoi_ta|no",
)
KEEPS_PAPERS = (
    "Dạ không cần, anh/chị đừng gửi hình căn cước hay giấy tờ vào đây: tôi không nhận và không làm thay được. "
    "Anh/chị tự đăng ký ngay trên VssID, tôi chỉ từng bước."
)
_SHOW_ME = (
    "chi|huong_dan|bay|day .. em|toi|minh|bac|co|chu|con|cho|cach|tu .. lam|di|dang_ky|cach|voi|tung_buoc|$",
    "^ vay|u|roi|thi|the|da? em|toi|minh|bac|con? tu lam|dang_ky",
    "^ vay|u|roi|thi|the|da? lam|dang_ky .. sao|di|nao|the_nao",
)
_TO_WHOM = (
    "doc|dua|cung_cap|chia_se|khai_bao .. ai|nguoi_ta|ho|can_bo|nhan_vien|ben_em|nguoi_khac|tong_dai .. khong|ha|sao con|em|ad|ban|vay|chu|a? $",
    "doc|dua|noi|gui|bao|cho ma|otp|no|mat_khau .. ai|nguoi_ta|ho|can_bo|nhan_vien|ben_em|nguoi_khac .. khong|ha|sao con|em|ad|ban|vay|chu|a? $",
    "ai|can_bo|nguoi_ta .. hoi|xin|can .. doc|dua .. khong|sao|ha $",
)
_CODE_ITEMS = frozenset("otp-het-han khong-nhan-otp sms-cap-lai doi-mat-khau quen-mat-khau".split())
FOR_NOBODY = (
    "Dạ không, anh/chị đừng đọc mã OTP hay mật khẩu cho ai, kể cả người xưng là cán bộ; mã chỉ tự mình gõ trong VssID. "
    "BHXH không bao giờ hỏi mã. Ai hỏi thì gọi {hotline}."
)


_DO_WE_ASK = (
    "may|bot|ad|em|con|ban|ben_em|ben_con|ben_nay|bhxh|bao_hiem co hoi|lay|xin|doi|can|bat .. mat_khau|otp|ngan_hang|so_tai_khoan|tien|stk .. khong|ha|$",
)
_HOW_TO = ("otp|mat_khau .. moi|cu|lai|o_dau|cach", "em|con|bhxh co can doi|lay .. mat_khau")
WE_DO_NOT = "Dạ không ạ. Tôi không bao giờ hỏi mật khẩu, mã OTP, tài khoản ngân hàng hay tiền; anh/chị đừng gõ vào đây. Ai hỏi thì gọi {hotline}."
_NUMBER_GIVEN = (
    "nguoi|ai|ai_do|ho|nguoi_ta|thang|con|dua|ong|ba|no .. gui|cho|dua|nhan .. so .. noi|noi_la|bao|xung|keu|bieu|la .. bhxh|bao_hiem|can_bo|vssid",
)
_IS_IT_TRUE = (
    "that|dung|tin|phai|thiet duoc? khong|ha|hay|chua",
    "co that|dung|phai|tin",
    "that_khong|dung_khong|phai_khong",
)
NOT_CONFIRMED = "Dạ tôi không xác nhận được số đó là của BHXH, nên anh/chị đừng tin vội, đừng gọi lại và đừng đưa gì. Muốn chắc thì tự gọi {hotline} hỏi."
ITEMS_OF_TRUST = frozenset("bot-that lua-dao lo-bam-link".split())


_ENTERED = (
    "tai_khoan|vssid .. bi|da|co|dang .. nguoi_khac|nguoi_la|ai|ai_do|ke_xau|ke_gian|ho .. vao|dang_nhap|xam_nhap|chiem|dung|xai .. chua|khong|roi|duoc|mat|$",
    "tai_khoan|vssid|may .. bi .. xam_nhap|chiem|hack|danh_cap|lay_mat|lo .. chua|khong|roi|$",
)


def warning(demands: tuple[Demand, ...], content: Content, *, asked: bool = False) -> str:
    """The first warning: what it is, what not to do, whom to ask."""
    named = [d for d in demands if d in _DO_NOT][:2]
    do_not = "; ".join(_DO_NOT[d] for d in named) or _DO_NOT_AT_ALL
    who = "" if named[:1] in (["link"], ["app"]) else ", dù người đó biết tên hay dùng số quen"
    truth = (
        _TRUTH[next((d for d in ("helper", "money") if d in named), named[0])]
        if named
        else "Ai cũng xưng là BHXH được, số hiện trên máy cũng giả được."
    )
    opening = (
        "Dạ không nên, đây là dấu hiệu lừa đảo" if asked else "Anh/chị coi chừng, đây là dấu hiệu lừa đảo"
    )
    return (
        f"{opening}: {do_not}{who}. {truth} "
        f"Muốn chắc, anh/chị tự gọi {content.office.hotline}, đừng gọi lại số đó."
    )


_STOP: Mapping[Demand, str] = {
    "app": "Ngắt mạng, gỡ ứng dụng đó ra; đừng mở ứng dụng ngân hàng trên máy đó",
    "link": "Đóng trang đó, đừng nhập thêm gì, đừng cài gì; lỡ cài thì ngắt mạng và gỡ ra",
    "money": "Đừng chuyển thêm tiền",
    "papers": "Đừng gửi thêm gì cho họ nữa",
}
_BANK_FIRST = "Gọi ngay ngân hàng, báo bị lừa và khóa thẻ"
_PASSWORD = "Đổi mật khẩu VssID và e-mail ngay bây giờ"  # noqa: S105  # what is said, no secret
_BANK_LATER = "Gọi ngân hàng khóa thẻ nếu có lộ tài khoản, thẻ hay đã chuyển tiền"
_POLICE = "Gọi {hotline} và báo công an nơi gần nhất"
_EVIDENCE = "Giữ lại tin nhắn, số gọi đến, biên lai làm bằng chứng"


def given(demands: tuple[Demand, ...], content: Content) -> str:
    """What to do now, in order, by somebody who gave something already."""
    stop = next((_STOP[d] for d in _STOP if d in demands), "Đừng đọc thêm mã nào nữa, cúp máy")
    bank = (_BANK_FIRST, _PASSWORD) if "money" in demands else (_PASSWORD, _BANK_LATER)
    steps = (stop, *bank, _POLICE.format(hotline=content.office.hotline), _EVIDENCE)
    listed = "\n".join(f"{number}. {step}." for number, step in enumerate(steps, 1))
    return f"Anh/chị bình tĩnh, làm liền theo thứ tự:\n{listed}"


_ON: Mapping[Next, str] = {
    "known": (
        "Đúng tên, đúng số cũng chưa phải là cán bộ: kẻ lừa đảo thường biết trước tên, ngày sinh, và số hiện trên máy giả được. "
        "Anh/chị đừng đọc mã, đừng gửi gì. Muốn chắc thì tự gọi {hotline}."
    ),
    "claims": (
        "Ai cũng tự xưng được như vậy, và hối thúc là chiêu lừa đảo hay gặp. BHXH không bao giờ hỏi mã OTP hay mật khẩu. "
        "Anh/chị cúp máy, đừng đưa gì, rồi tự gọi {hotline}."
    ),
    "access": (
        "Có thể vào được nếu họ có mã hoặc mật khẩu; tôi không biết chắc. Anh/chị đổi mật khẩu VssID ngay, đừng đưa thêm mã nào, rồi gọi {hotline}. "
        "Có lộ thẻ hay tài khoản ngân hàng thì gọi ngân hàng luôn."
    ),
    "clicked": (
        "Dạ, đóng trang đó lại, đừng nhập gì, đừng cài gì. Nếu đã lỡ điền mật khẩu hay mã thì đổi mật khẩu ngay và gọi {hotline}."
    ),
    "app": (
        "Đừng cài, đừng mở tệp đó, xóa nó đi. Lỡ cài rồi thì ngắt mạng, gỡ ra, đừng mở ứng dụng ngân hàng trên máy đó; "
        "đổi mật khẩu bằng máy khác rồi gọi {hotline} và ngân hàng."
    ),
    "tell": (
        "Tin thật không hỏi OTP, không hỏi mật khẩu, không đòi tiền, không kèm đường dẫn để cập nhật; địa chỉ thật có đuôi .gov.vn. "
        "Thông báo của tôi chỉ gửi ngay tại đây. Chưa chắc thì anh/chị gọi {hotline} hỏi lại."
    ),
    "report": (
        "Anh/chị báo công an xã, phường nơi mình ở, và gọi {hotline} để BHXH biết. Giữ lại tin nhắn, số gọi đến làm bằng chứng. "
        "Có lộ thẻ hay tài khoản ngân hàng thì gọi ngân hàng khóa ngay."
    ),
    "money": (
        "Anh/chị đừng chuyển thêm. Đã chuyển hay đã lộ thẻ thì gọi ngay ngân hàng để khóa, báo công an nơi gần nhất, rồi gọi {hotline}."
    ),
    "paid": (
        "Anh/chị đừng chuyển thêm. Gọi ngay ngân hàng để báo chuyển nhầm cho kẻ lừa đảo và khóa thẻ, trình báo công an xã, phường, rồi gọi {hotline}. "
        "Giữ lại tin nhắn, số gọi đến, biên lai chuyển tiền làm bằng chứng."
    ),
    "address": (
        "Trang của BHXH Việt Nam là baohiemxahoi.gov.vn, cổng dịch vụ công là dichvucong.baohiemxahoi.gov.vn; VssID tải ở CH Play "
        "hoặc App Store. Địa chỉ khác thì đừng bấm, gọi {hotline} hỏi lại."
    ),
    "blame": (
        "Dạ không phải lỗi của anh/chị đâu, đừng tự trách: chiêu của họ tinh vi. Giờ cần nhất là báo ngân hàng, công an "
        "và gọi {hotline}; nhờ người nhà phụ một tay cho lẹ."
    ),
    "block": (
        "Dạ anh/chị chặn số đó; đừng chửi, đừng trả lời, họ gọi nữa cũng đừng nghe. Giữ lại tin nhắn làm bằng chứng để báo công an; lo thì gọi {hotline}."
    ),
    "bank": (
        "Dạ tôi không có số của ngân hàng. Anh/chị nhờ người nhà tìm giúp, hoặc ra ngay quầy ngân hàng gần nhất nhờ khóa thẻ, và báo công an nơi gần nhất. "
        "Về VssID thì gọi {hotline}."
    ),
    "calls": "Dạ, anh/chị tự gọi {hotline} hỏi trước cho chắc ăn. Cần gì thêm cứ nhắn tôi.",
    "card": (
        "Lời người đó thì đừng tin. Muốn biết thẻ ra sao, anh/chị tự mở VssID coi mục thẻ BHYT, hoặc gọi {hotline} hỏi lại; đừng đóng tiền cho ai."
    ),
    "may_not": MAY_NOT,
    "safe": (
        "Dạ đúng rồi, anh/chị làm vậy là phải. Họ gọi lại thì đừng nghe, đừng đọc mã, đừng bấm gì. Lo thì gọi {hotline}."
    ),
    "more": (
        "Dạ, đó cũng là dấu hiệu lừa đảo. Anh/chị đừng làm theo: đừng đọc mã, đừng gửi hình, đừng chuyển tiền, đừng bấm đường dẫn. "
        "Muốn chắc thì tự gọi {hotline}."
    ),
}
_SAID_AT_ONCE: frozenset[Next] = frozenset(
    {
        "blame",
        "block",
        "bank",
        "calls",
        "card",
        "known",
        "claims",
        "app",
        "clicked",
        "access",
        "gave",
        "paid",
        "address",
        "may_not",
    }
)
_TAKES_UP = (
    "lam|doi|dang_ky tiep|nua",
    "tiep_tuc|lam_tiep|doi_tiep",
    "toi|den|dang dau|buoc_nao|cho_nao roi|vay|$",
    "tu lam|dang_ky",
)


def reads(reading: Reading) -> Iterator[Proposal]:
    """A tale of a swindle, and what goes on with it while the warning is fresh."""
    text, content = reading.input.text, reading.context.content
    warned, turns = reading.recall("warned"), age(reading.state.memory, "warned")
    demands, gave = tale_in(text)
    gave = gave and not only_demanded(reading.input.plain)
    after = continuation(text) if warned and not _asks_else(reading.input) else ""
    if warned and turns <= STILL:
        after = _turn_after(reading.input.plain, after)
    number_given = not demands and heard_in(text, _NUMBER_GIVEN) and heard_in(text, _IS_IT_TRUE)
    if not number_given and not after and not (warned and demands):
        demands, gave = _surely(reading.input, demands, gave=gave)
    if demands and not (after in ("known", "claims") and turns <= FRESH and not gave):
        asked = not gave and heard_in(text, _ASKED)
        said = given(demands, content) if gave else warning(demands, content, asked=asked)
        yield _said(reading, FIRST, "a swindle told", said, "gave" if gave else "scam")
    elif after:
        yield from _continued(reading, after, turns)
    elif (item := reading.input.question.item) is not None and item.id in ITEMS and not warned:
        top = reading.input.question.candidates[0].score
        if top >= SURE_ITEM:
            said = given((), content) if item.id == "lo-bam-link" else warning((), content)
            yield _said(reading, 0.9, f"question {item.id}", said, ITEMS[item.id])
    if not demands and not warned and heard_in(text, _ENTERED):
        yield _said(
            reading,
            0.9,
            "somebody may be in the account",
            _ON["access"].format(hotline=content.office.hotline),
            "gave",
        )
    if not gave and heard_in(text, _DO_WE_ASK) and not heard_in(text, _HOW_TO):
        yield Proposal(
            0.96, "asks if we ask for secrets", Say(WE_DO_NOT.format(hotline=content.office.hotline))
        )
    if number_given and not gave:
        yield _said(
            reading,
            0.96,
            "a number that is said to be ours",
            NOT_CONFIRMED.format(hotline=content.office.hotline),
            "scam",
        )
    if (
        not demands
        and not warned
        and reading.recall("item") in ITEMS_OF_TRUST
        and continuation(text) == "calls"
    ):
        yield Proposal(0.86, "will ask first", Say(_ON["calls"].format(hotline=content.office.hotline)))
    if not demands and _sends_papers(text):
        flows = reading.context.flows
        said_so = Say(KEEPS_PAPERS, (flows.label("registration", content),) if reading.flow is None else ())
        yield Proposal(
            0.9, "papers are not to be sent here", said_so, remember={"offered": "flow:registration"}
        )
    if reading.recall("offered") == "flow:registration" and reading.flow is None and heard_in(text, _SHOW_ME):
        yield Proposal(0.86, "wants to be shown how", Begin("registration"), remember={"offered": ""})
    of_codes = reading.recall("secret") or reading.recall("item") in _CODE_ITEMS or reading.is_at("password")
    if not demands and of_codes and heard_in(text, _TO_WHOM):
        yield Proposal(0.95, "for whom a code is", Say(FOR_NOBODY.format(hotline=content.office.hotline)))
    if (warned or reading.recall("secret")) and reading.flow is not None and heard_in(text, _TAKES_UP):
        yield Proposal(0.9, "goes on after a warning", Do("resume" if reading.under[0] else "repeat"))


def _asks_else(said: Input) -> bool:
    """Whether a message is surely a question that has nothing to do with codes, passwords or swindles."""
    found = said.question
    sure = found.decision == "answer" and not found.shield and (found.confidence or 0.0) >= SURE_QUESTION
    return sure and found.topic not in _NEAR_TOPICS and said.scam.either < PERHAPS_SCAM


def safety_of(said: Input) -> Literal["scam", ""]:
    """ "scam" when a message, taken by itself, is warned of before anything else is said."""
    demands, gave = tale_in(said.text)
    demands, gave = _surely(said, demands, gave=gave)
    return "scam" if demands or gave else ""


def _surely(said: Input, demands: tuple[Demand, ...], *, gave: bool) -> tuple[tuple[Demand, ...], bool]:
    """What is asked for and whether it was given, where the patterns hear nothing: by what was learnt, and by addresses."""
    text, chance = said.text, said.scam
    if demands and chance.either < PERHAPS_SCAM:
        demands, gave = (), False
    if not demands and chance.either >= SURE_SCAM and not is_our_message(text):
        demands, gave = demands_named(text), chance.gave > chance.scam
    elif demands and not gave:
        gave = chance.gave >= SURE_GAVE
    kinds = addresses_in(text, said.content.official).values()
    if not demands and not FOREIGN.isdisjoint(kinds):
        demands = ("link",)
    return demands, gave


def _turn_after(words: str, after: Next | Literal[""]) -> Next | Literal[""]:
    """What a half sentence after a warning is, where the words of a tale do not tell."""
    if asks_the_place(words):
        return "address"
    if asks_leave(words) and after in ("", "more", "clicked", "app", "claims"):
        return "may_not"
    since = given_since(words)
    if since and after in ("", "more"):
        return "paid" if since == "paid" else "gave"
    return after


def _sends_papers(text: str) -> bool:
    """Whether pictures or papers are to be sent into this conversation."""
    return any(heard(c, _TO_US) and not heard(c, _NOT_TO_US) for c in clauses(text))


def _continued(reading: Reading, after: Next, turns: int) -> Iterator[Proposal]:
    """What was said about the swindle after the warning."""
    content = reading.context.content
    fresh = turns <= FRESH
    if after == "change":
        if fresh or heard_in(reading.input.text, ("doi .. lien|ngay|gap|o_dau|cho_nao",)):
            begun = Begin("password", "", "screen", {"screen": 0})
            yield Proposal(
                NEXT if reading.flow is None or reading.flow.name != "password" else LATER,
                "changes it at once",
                begun,
            )
        return
    if after not in _SAID_AT_ONCE and not fresh:
        return
    at_once = fresh and (after in _SAID_AT_ONCE or turns == 1)
    said = given((), content) if after == "gave" else _ON[after].format(hotline=content.office.hotline)
    kept = "gave" if after == "gave" else reading.recall("warned")
    yield _said(reading, NEXT if at_once else LATER, f"swindle: {after}", said, kept)


def _said(reading: Reading, score: float, why: str, text: str, warned: str) -> Proposal:
    """The warning; the reason that an officer is being told is taken along with it."""
    options = (PERSON_LABEL,) if warned == "gave" else ()
    command: Command = Say(
        text, options, reminds=not reading.is_at("contacts")
    )  # no card is shown as if it confirmed
    step = reading.step
    if step is not None and step.takes_any and score == FIRST:
        parsed = step.parse(reading.context, _as_said(reading))
        if parsed is not None:
            command = Answer(Parsed(parsed.outcome, parsed.keep, note=text))
    return Proposal(score, why, command, remember={"warned": warned})


def _as_said(reading: Reading) -> Said:
    return Said(reading.input.text, reading.context.at)
