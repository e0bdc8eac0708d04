"""Contacts with memory: who is asked for, what is asked about those shown, and what is no request at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.knowledge.content import load_content
from flows import catalog
from flows.conversations.contacts import FLOW as CONTACTS
from flows.conversations.speech.contact_follow_ups import propose
from flows.directory.follow_ups import seeks_by_name
from flows.directory.mention import mentioned_in
from flows.engine.events import Said
from flows.engine.proposals import Answer, Begin, Proposal, Reading, Say, Show
from flows.engine.state import State
from flows.engine.steps import Context
from flows.understanding.input import Input

CONTENT = load_content()
AT = datetime(2026, 11, 30, 8, tzinfo=UTC)
VU, TWO, HELPERS = "le-tuan-vu", "nguyen-van-quyen le-minh-tuan", "nguyen-tuan-hai vo-duc-toan diem"
SURE = 0.8


def _state(shown: str = "", turns: int = 1, flow: str = "", step: str = "", **memory: str) -> State:
    kept = {"contacts": (shown, turns, AT.date().toordinal())} if shown else {}
    return State(flow, step, memory=kept | {k: (v, 1, AT.date().toordinal()) for k, v in memory.items()})


def _best(text: str, state: State) -> Proposal | None:
    flow, step = catalog.FLOWS.find(state.flow, state.step)
    reading = Reading(
        Input(text, CONTENT), state, Context(state.answers, CONTENT, AT, catalog.FLOWS), flow, step
    )
    return max(propose(reading), key=lambda p: p.score, default=None)


def _told(text: str, state: State) -> str:
    """What is proposed: the step with what it shows, or the sentence; "" when nothing is sure."""
    best = _best(text, state)
    match best.command if best is not None and best.score >= SURE else None:
        case Show(_, step, keep):
            return " ".join([step, *(str(v) for v in keep.values() if v)])
        case Answer(parsed):
            return " ".join([parsed.outcome, *(str(v) for v in parsed.keep.values() if v)])
        case Begin("contacts", opening):  # its first question is answered by these words
            context = Context({}, CONTENT, AT, catalog.FLOWS)
            parsed = CONTACTS.steps[0].parse(context, Said(opening, AT))
            return " ".join([parsed.outcome, *(str(v) for v in parsed.keep.values() if v)])
        case Begin(flow):
            return f"begin {flow}"
        case Say(words):
            return words
    return ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vậy ảnh làm phòng nào", "Phòng Cấp sổ, thẻ"),
        ("anh lam phong nao vay", "Phòng Cấp sổ, thẻ"),
        ("ảnh lo bên trường học phải hông", "Dạ phải"),
        ("ảnh lo bên bệnh viện phải hông", "Dạ không"),
        ("anh đó bên giám định hả", "Dạ không"),
        ("người này phụ trách khối nào", "UBND xã, phường"),
        ("số đó còn xài không", "2021"),
        ("so nay con dung duoc k", "2021"),
        ("ổng còn làm ở đó không", "2021"),
        ("gọi hoài không ai nghe máy", CONTENT.office.hotline),
        ("anh ấy có zalo không", "không ghi Zalo"),
        ("người đó bao nhiêu tuổi", "không biết"),
        ("anh đó là nam hay nữ", "không biết"),
        ("email của anh đó", "không biết"),
        ("gọi giờ nào được", "7:30–11:30"),
        ("tui gọi thẳng được không hay phải qua kế toán", "Dạ được"),
        ("cho xin lại số", "one le-tuan-vu yes"),
        ("xin số anh đó", "one le-tuan-vu yes"),
        ("còn bệnh viện thì sao", f"several {TWO}"),
        ("con uy ban xa nua", "one le-tuan-vu"),
        ("còn công ty thì sao", "by_block doanh-nghiep-nha-nuoc doanh-nghiep-tu-nhan"),
        ("còn hợp tác xã thì sao", "gap"),
        ("ủa lộn, bên xổ số kiến thiết mới đúng", "several nguyen-huu-hung nguyen-tuan-hai"),
        ("bệnh viện chớ không phải trường học", f"several {TWO}"),
        ("xã với trường chung một người hả", "Dạ phải"),
        ("xã với bệnh viện chung một người hả", "Dạ không"),
    ],
)
def test_what_is_asked_about_the_contact_just_shown_is_answered(text: str, says: str) -> None:
    assert says in _told(text, _state(VU))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 ông đó gọi ai cũng được hả", "Dạ được"),
        ("gọi ai trước", "Dạ được"),
        ("chỉ cần số anh Quyến thôi", "one nguyen-van-quyen yes"),
        ("nguoi thu hai so may", "one le-minh-tuan yes"),
        ("cho xin số mấy người đó luôn", f"several {TWO} yes"),
        ("mấy anh đó ở phòng nào", "đều ở Phòng Giám định BHYT"),
    ],
)
def test_of_several_one_is_singled_out_or_all_are_told(text: str, says: str) -> None:
    assert says in _told(text, _state(TWO, flow="contacts", step="several"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("trường học liên hệ ai", "one le-tuan-vu truong-hoc"),
        ("benh vien voi truong hoc thi lien he ai", "by_block co-so-y-te truong-hoc"),
        ("công ty mình thì liên hệ ai", "by_block doanh-nghiep-nha-nuoc doanh-nghiep-tu-nhan"),
        ("cho chị tên người lo bên công ty tư nhân", "one vo-duc-toan"),
        ("ai duyệt cái đó vậy", f"several {HELPERS}"),
        ("em là kế toán cty có 45 nv, gom mẫu 01 xong gửi cho ai", f"several {HELPERS}"),
        ("gửi danh sách cho ai", f"several {HELPERS}"),
        ("ông nào lo bên giám định", f"several {TWO}"),
    ],
)
def test_who_is_asked_for_without_memory_is_shown(text: str, says: str) -> None:
    assert says in _told(text, _state())


def test_in_the_middle_of_something_only_who_asks_for_somebody_is_shown_a_contact() -> None:
    who = _state(flow="registration", step="who")
    assert "several" in _told("bệnh viện liên hệ ai", who)
    for text in (
        "em là giáo viên",
        "tui làm công nhân nhà máy may",
        "em cần gấp lắm",
        "cho gặp người",
        "tui bán vé số",
        "mẹ em làm ở ủy ban xã",
        "có, in trên cái thẻ bảo hiểm đó",
    ):
        assert not _told(text, who), text


@pytest.mark.parametrize(
    "text",
    [
        "chụp ảnh chân dung ở đâu",
        "ảnh thẻ phải bao nhiêu mb",
        "chỉ có năm sinh thôi được không",
        "điện thoại này hai mẹ con xài chung",
        "mã trễ còn xài không",
        "má số nằm chỗ nào",
        "con gái dạy mẫu giáo",
        "lấy số em luôn được hông",
        "e là trai hay gái z",
        "Dạ em cài xong ạ",
        "gọi tổng đài hoài không được",
        "Ba mình muốn chuyển lương hưu về quê ở An Giang thì làm sao",
        "con cho bác hỏi thẻ bảo hiểm y tế bị rớt xuống kinh",
        "cho thằng lớn, nó làm công nhân xưởng giày",
    ],
)
def test_what_only_sounds_like_a_follow_up_is_left_to_others(text: str) -> None:
    assert not _told(text, _state(VU)), _best(text, _state(VU))


@pytest.mark.parametrize(
    "text",
    [
        "số 0836393959 gọi xưng anh Vũ biểu em chụp cccd hai mặt gửi zalo",
        "có người gọi xưng đúng tên ảnh, kêu đóng 300 ngàn phí",
        "anh Vũ gọi kêu em đọc mã otp",
    ],
)
def test_a_caller_who_wants_something_is_given_no_card(text: str) -> None:
    assert _best(text, _state()) is None
    assert _best(text, _state(VU)) is None


def test_after_a_warning_the_right_number_proves_nothing() -> None:
    assert "làm giả" in _told("nhưng số đó đúng số trong danh sách bên em mà", _state(warned="scam"))


def test_pronouns_mean_nobody_when_nobody_was_shown_or_long_ago() -> None:
    for text in ("vậy ảnh làm phòng nào", "ảnh lo bên trường học phải hông", "so do con xai khong"):
        assert not _told(text, _state())
    assert not _told("cho xin lại số", _state(VU, turns=9))


def test_the_helpers_an_answer_named_are_those_whose_numbers_are_wanted() -> None:
    assert _told("cho xin số mấy người đó", _state(item="don-vi-gui-ai")) == f"several {HELPERS} yes"


def test_the_same_card_again_is_one_line_with_its_number() -> None:
    first = catalog.advance(State(), Said("trường học liên hệ ai", AT), CONTENT)
    again = catalog.advance(first.state, Said("cho xin lại số", AT), CONTENT)
    card = again.replies[0]
    assert card.text == "Lê Tuấn Vũ, Phòng Cấp sổ, thẻ, 0836 393 959."
    assert card.contact is not None
    assert "Phụ trách" in first.replies[0].text


def test_a_conversation_remembers_whom_it_showed_and_of_which_block() -> None:
    state = catalog.advance(State(), Said("bệnh viện liên hệ ai", AT), CONTENT).state
    assert (state.memory["contacts"][0], state.memory["blocks"][0]) == (TWO, "co-so-y-te")
    state = catalog.advance(state, Said("còn trường học thì sao", AT), CONTENT).state
    assert (state.memory["contacts"][0], state.memory["blocks"][0]) == (VU, "truong-hoc")


def test_a_mention_is_told_from_a_name_and_from_nothing() -> None:
    assert mentioned_in("xã với trường học", CONTENT.directory).rows == (("ubnd-xa-phuong",), ("truong-hoc",))
    assert mentioned_in("ông xã tui đi vắng", CONTENT.directory).rows == ()
    assert mentioned_in("", CONTENT.directory).loose == 0


_AT_ONE = ("contacts", "one")


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("chị diễm nữa, bả số mấy", "one diem"),
        ("thoi lay ong quyen di", "one nguyen-van-quyen"),
        ("vậy lấy ông toàn đi", "one vo-duc-toan"),
        ("thế còn đồng chí Diễm thì số mấy ạ", "one diem"),
        ("Xin cho biết thêm đồng chí Trúc", "one quach-le-hong-truc"),
        ("còn bà trúc nữa nghen con", "one quach-le-hong-truc"),
        ("thôi lấy anh vũ đi", "one le-tuan-vu yes"),
    ],
)
def test_another_contact_named_beside_those_shown_is_shown(text: str, shows: str) -> None:
    assert _told(text, _state(VU, 1, *_AT_ONE)) == shows


@pytest.mark.parametrize(
    "text",
    [
        "thôi khỏi, cảm ơn chị nha",
        "anh toàn bộ hồ sơ để đâu",
        "em cảm ơn anh vũ nhiều",
        "cảm ơn anh toàn nha",
        "thôi khỏi gọi anh toàn nha",
        "chị ơi còn cái thẻ nữa",
    ],
)
def test_words_of_address_alone_name_nobody_else(text: str) -> None:
    shown = _told(text, _state("le-minh-tuan", 1, *_AT_ONE))
    assert not shown.startswith(("one", "several"))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("cho xin so anh hai cntt voi anh toan lun 1 luot", "nguyen-tuan-hai vo-duc-toan"),
        ("cho xin số anh hải với anh toàn luôn một lượt", "nguyen-tuan-hai vo-duc-toan"),
        ("Đề nghị cho xin số điện thoại đồng chí Trúc và đồng chí Vũ", "quach-le-hong-truc le-tuan-vu"),
        ("xin số của ông Quyến với bà Trúc nghen con", "nguyen-van-quyen quach-le-hong-truc"),
    ],
)
def test_two_names_in_one_message_show_both(text: str, ids: str) -> None:
    assert _told(text, _state()) == f"several {ids}"


def test_anh_hai_without_a_department_is_no_contact() -> None:
    assert "nguyen-tuan-hai" not in _told("cho xin số anh hai với anh ba em", _state())


@pytest.mark.parametrize(
    "text",
    ["diễm tên đầy đủ j", "họ tên đầy đủ của đồng chí Diễm là gì ạ", "bả tên họ gì dậy con, chị diễm đó"],
)
def test_a_full_name_that_is_not_held_is_said_to_be_unknown(text: str) -> None:
    assert "không ghi họ tên đầy đủ" in _told(text, _state(HELPERS, 1, "contacts", "several"))


@pytest.mark.parametrize(
    "text", ["r lấy số nào đăng nhập", "vậy lấy số nào để đăng nhập", "Vậy tôi dùng số nào điền vào tờ khai"]
)
@pytest.mark.parametrize("shown", ["", VU])
def test_a_number_to_type_in_is_no_telephone(text: str, shown: str) -> None:
    assert not _told(text, _state(shown, 3, "questions", "answer", item="ma-ho"))


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("Kính gửi BHXH tỉnh, tôi là Nguyễn Thị Hoa, công tác tại Trường THCS Kim Hồng, xin hỏi đầu mối phụ trách khối trường học là đồng chí nào, số điện thoại liên hệ", "one le-tuan-vu truong-hoc"),
        ("Kính gửi quý cơ quan, tôi là Trần Văn Bình, kế toán UBND phường 1, nay đơn vị có 12 người chưa đăng ký VssID, kính đề nghị cho biết đầu mối phụ trách khối xã, phường để liên hệ", "one le-tuan-vu ubnd-xa-phuong"),
        ("Tôi đang phụ trách nhân sự của công ty cổ phần xây lắp, đề nghị quý cơ quan cung cấp thông tin liên hệ của cán bộ phụ trách khối doanh nghiệp", "one vo-duc-toan doanh-nghiep-tu-nhan"),
        ("hồi trước tui làm cấp dưỡng bên trường mẫu giáo mười mấy năm, giờ nghỉ rồi mà con nhỏ hiệu trưởng nó biểu hỏi bảo hiểm, vậy chớ trường học thì tui gọi cho ai", "one le-tuan-vu truong-hoc"),
        ("bác bảy năm nay bảy chục tuổi rồi con, thằng cháu bác nó làm bên hợp tác xã, nó hỏi ai lo vụ vssid bên đó cho nó xin cái số", "gap Doanh nghiệp FDI, hợp tác xã, hội đoàn thể, Mặt trận Tổ quốc"),
    ],
)  # fmt: skip  # reason: whole letters
def test_the_request_inside_a_letter_or_a_story_is_found(text: str, shows: str) -> None:
    assert _told(text, _state()) == shows


@pytest.mark.parametrize(
    "text",
    [
        "Hôm qua có người xưng bên bảo hiểm gọi cho má tui, nói hồ sơ bị lỗi rồi biểu chuyển tiền, vậy chớ tui gọi số nào bên trường học",
        "Kính gửi cơ quan, tôi công tác tại trường mầm non, mật khẩu VssID của tôi bị khóa từ hôm qua, đề nghị hướng dẫn cách mở",
    ],
)
def test_a_story_that_asks_for_no_contact_gets_no_card(text: str) -> None:
    assert not _told(text, _state())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chị trúc ở phòng nào z", "TT&PTĐT"),
        ("Đồng chí Hưng phụ trách những khối nào ạ", "Hành chính"),
        ("ông khoa lo cái gì dậy con", "Cao Lãnh"),
        ("ông tuấn ổng nghỉ hưu chưa con", "không biết Lê Minh Tuấn"),
    ],
)
def test_what_is_asked_of_somebody_named_is_answered_without_memory(text: str, says: str) -> None:
    assert says in _told(text, _state())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("phòng đó còn ai nữa không", "chỉ ghi một người"),
        ("ngoài anh Vũ ra còn ai nữa hông", "chỉ ghi một người"),
        ("Xin hỏi ngoài đồng chí này còn cán bộ nào khác không", "chỉ ghi một người"),
        ("bác lãng tai, số mấy con nói lại coi", "one le-tuan-vu"),
        ("đồng chí này có tiếp công dân vào thứ bảy không", "giờ làm việc"),
        ("goi gio nghi trua dc hk, e lam ca hong ranh", "giờ làm việc"),
    ],
)
def test_more_that_is_asked_of_the_contact_just_shown(text: str, says: str) -> None:
    assert says in _told(text, _state(VU, 1, *_AT_ONE))


@pytest.mark.parametrize(
    "text", ["ổng làm phòng nào dạ", "Đồng chí đó thuộc phòng nào", "ổng ở phòng nào dậy con"]
)
def test_a_near_guess_is_what_is_spoken_of(text: str) -> None:
    step = catalog.FLOWS.find("contacts", "perhaps")[1]
    assert step is not None
    recalled = step.recalls(Context({"near": "vo-duc-toan"}, CONTENT, AT, catalog.FLOWS))
    assert recalled["contacts"] == "vo-duc-toan"
    assert "Phòng CNTT" in _told(text, _state(recalled["contacts"], 1, "contacts", "perhaps"))


@pytest.mark.parametrize(
    "text", ["có ai bị vậy nữa hông", "con tui nó tên gì thì khai vậy", "họ tên đầy đủ ghi in hoa hả"]
)
def test_what_is_asked_of_nobody_shown_is_left_to_others(text: str) -> None:
    assert not _told(text, _state())


@pytest.mark.parametrize(
    ("plain", "sought"),
    [("cho xin so ong tuan bao hiem", True), ("khoi goi anh tuan", False), ("toi la ong tuan", False)],
)
def test_somebody_is_sought_by_a_given_name(plain: str, sought: bool) -> None:
    assert seeks_by_name(plain, "tuan") is sought
