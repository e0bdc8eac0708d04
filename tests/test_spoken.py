"""Rights, warnings and passwords in people's own words: polarity first, at every position, and nothing done that was refused.

The sentences are of our own making; those of other hands are measured by benchmarks.dialogues.
"""

from __future__ import annotations

import pytest

from data.knowledge.content import load_content
from flows import catalog
from flows.effects import CheckTicket, ForgetMessage, LoadMyData, LoadNotices, StopNotices
from flows.engine.events import Said
from flows.engine.navigation import Turn
from flows.engine.state import State
from flows.scams.tales import tale_in
from flows.scams.turns import continuation
from flows.secrets.detector import secret_in
from flows.spoken import password_topics, rights
from flows.spoken.polarity import stance
from flows.spoken.secret_help import is_announcement
from flows.spoken.topics import topics_chosen
from flows.spoken.wordings import clauses
from tests.positions import AT, positions

CONTENT = load_content()
POSITIONS = positions()
TODAY = AT.date().toordinal()


def said(state: State, text: str) -> Turn:
    return catalog.advance(state, Said(text, AT), CONTENT)


def words(turn: Turn) -> str:
    return "\n".join(reply.text for reply in turn.replies)


def after(subject: str, value: str, state: State | None = None) -> State:
    """A state in which a subject was set in the turn before."""
    state = state or State()
    return State(state.flow, state.step, state.answers, state.history, memory={subject: (value, 0, TODAY)})


# -- wordings and polarity


def test_a_clause_ends_at_a_comma_and_where_another_statement_begins() -> None:
    read = [clause.line.strip() for clause in clauses("Đừng có ngưng nha, tui còn coi chớ đâu phải chê")]
    assert read == ["đừng co ngung nha", "toi con coi", "dau phai che"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ngưng giùm đi", "wanted"),
        ("ngung giup toi duoc khong", "wanted"),
        ("đừng có ngưng nha", "refused"),
        ("dung co ngung", "refused"),
        ("có muốn ngưng đâu", "refused"),
        ("khỏi ngưng", "refused"),
        ("hổng cần ngưng", "refused"),
        ("ngưng được không", "asked"),
        ("muốn ngưng thì làm sao", "asked"),
        ("đừng ngưng, à mà thôi ngưng đi", "wanted"),
        ("trời đẹp quá", ""),
    ],
)
def test_an_act_is_wanted_refused_or_asked_about(text: str, meant: str) -> None:
    assert stance(text, ("ngung",)) == meant


# -- swindles

TALES = """
Hôm nay tôi nhận được cuộc gọi của số 0900000011 tự giới thiệu là cán bộ BHXH huyện, yêu cầu tôi cung cấp số CCCD và mã OTP
bữa nay có con nhỏ nó gọi nói thẻ bảo hiểm của tui hết hạn, phải đóng 250 ngàn mới gia hạn
ng ta nhắn mes bảo t gửi ảnh mặt với cccd để làm lại vssid
có ông nào tự xưng bảo hiểm kêu vợ tui tải phần mềm gì về máy
e nhận dc tn báo tk vssid vi phạm bấm vô link để xác minh
anh kia kêu con bật chia sẻ màn hình để ảnh chỉ cài vssid
Đơn vị tôi nhận được email yêu cầu cập nhật VssID qua đường link bhxh-gov.com, có phải của BHXH không?
ổng nói ổng ở bảo hiểm tỉnh, xin cái mã sáu số trong tin nhắn
có người lạ kb zalo nói hỗ trợ lấy bhxh 1 lần, đòi phí 10%
bên bảo hiểm gọi bảo tui cho mật khẩu để họ mở khóa giùm
BHXH: the BHYT cua ban sap bi khoa, truy cap vssid-capnhat.xyz de xac minh
""".strip().splitlines()
GIVEN = """
tui lỡ đưa số cccd với số tài khoản cho nó mất tiêu rồi
lỡ bấm link rồi nhập mk vssid luôn rồi
mình vừa chuyển khoản 1 triệu cho người ta xong mới biết bị lừa
trời ơi lỡ đọc mã cho ổng rồi
""".strip().splitlines()
NO_TALES = """
tui muốn đổi mật khẩu mà nó kêu nhập mã otp
công ty kêu em nộp hình 3x4
kế toán kêu em gửi số cccd để đăng ký giùm
app nó kêu chụp hình cccd hai mặt
vssid nó báo phải cập nhật lên 1.6.3
em lỡ nhập sai số điện thoại
lỡ bấm ghi nhận hai lần rồi có sao không
link dichvucong.gov.vn vô hổng được
có cán bộ nào gọi cho em chưa
má tui gửi cccd cho công ty rồi
nhờ người khác làm giùm được không
muốn nhận tiền thai sản qua tài khoản
đóng 300 ngàn một tháng bảo hiểm tự nguyện phải không
người ta kêu phải có email mới đăng ký được
BHXH Viet Nam da nhan to khai cap tai khoan cua Ong/Ba. So ho so 01841.GD/2026/087
""".strip().splitlines()


@pytest.mark.parametrize("text", TALES)
def test_a_tale_is_heard(text: str) -> None:
    assert tale_in(text)[0]
    assert not tale_in(text)[1]


@pytest.mark.parametrize("text", GIVEN)
def test_what_was_given_already_is_heard(text: str) -> None:
    assert tale_in(text)[1]


@pytest.mark.parametrize("text", NO_TALES)
def test_what_our_office_and_the_unit_ask_for_is_no_tale(text: str) -> None:
    assert tale_in(text) == ((), False)


@pytest.mark.parametrize("place", POSITIONS)
def test_a_tale_is_warned_of_at_every_position_and_the_step_stays(place: str) -> None:
    before = POSITIONS[place]
    turn = said(before, "có người xưng bên bảo hiểm gọi kêu đọc mã otp, đọc được không")
    told = words(turn)
    assert "lừa đảo" in told
    assert "đừng đọc" in told
    assert "1900 9068" in told
    assert "an toàn" not in told
    assert turn.state.memory["warned"][0] == "scam"
    if place.startswith("check/"):  # there it is what is checked
        assert (turn.state.flow, turn.state.step) == ("check", "verdict")
    elif place not in ("helpdesk/want", *(f"petitions/{step}" for step in ("telling", "review", "addition"))):
        # there it is what the office is told as well
        assert (turn.state.flow, turn.state.step, turn.state.answers) == (
            before.flow,
            before.step,
            before.answers,
        )


def test_a_tale_as_the_reason_for_an_officer_is_handed_over_and_warned_of() -> None:
    turn = said(POSITIONS["helpdesk/want"], "có số lạ gọi đòi chuyển 500 ngàn mở khóa vssid")
    assert "lừa đảo" in words(turn)
    assert turn.state.answers["want"].startswith("có số lạ")
    assert turn.state.step == "open"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mà nó đọc trúng tên tui luôn á", "giả được"),
        ("nhưng số đó đúng số trong danh sách mà", "giả được"),
        ("chị đó nói làm ở bhxh tỉnh mà", "lừa đảo"),
        ("ổng có vô được tài khoản của tui hông", "Có thể vào được"),
        ("bấm vô rồi mà chưa điền gì hết", "đừng nhập"),
        ("nó tải về cái file apk", "Đừng cài"),
        ("lỡ gửi rồi", "Đổi mật khẩu"),
        ("vậy tin thiệt nhìn sao biết", ".gov.vn"),
    ],
)
def test_the_warning_goes_on_while_it_is_fresh(text: str, told: str) -> None:
    turn = said(after("warned", "scam"), text)
    assert told in words(turn)
    assert turn.state.memory["warned"][0] in ("scam", "gave")


def test_nothing_else_is_taken_for_the_tale_while_it_is_fresh() -> None:
    for text in ("trường học liên hệ ai", "tải vssid ở đâu", "hồ sơ nộp ở đâu", "cảm ơn em"):
        assert continuation(text) == ""


def test_no_card_confirms_the_name_that_a_caller_used() -> None:
    turn = said(POSITIONS["contacts/one"], "có người gọi xưng đúng tên ảnh, kêu đóng 300 ngàn phí")
    assert "lừa đảo" in words(turn)
    assert "Lê Tuấn Vũ" not in words(turn)


# -- secrets


@pytest.mark.parametrize(
    ("text", "watch", "found"),
    [
        ("ma otp ne 482", "", "otp"),
        ("913", "otp", "otp"),
        ("29", "otp", "otp"),
        ("913", "", ""),
        ("otp trong 5 phút", "", ""),
        ("otp co 6 so", "", ""),
        ("tui đổi số điện thoại thôi, mật khẩu vẫn nhớ", "", ""),
        ("mật khẩu quên mất rồi", "", ""),
        ("mật khẩu mới phải mấy ký tự", "", ""),
        ("no cu bao mat khau cu hong dung", "", ""),
    ],
)
def test_pieces_are_secrets_and_what_is_said_about_them_is_not(text: str, watch: str, found: str) -> None:
    assert secret_in(text, CONTENT.secret_weights, expected=False, watch=watch) == found


def test_the_number_of_an_option_is_no_piece_of_a_code() -> None:
    state = State(
        "password", "screen", {"screen": 0}, options=("Đã xong", "Không thấy như vậy"), watch=("otp", 3)
    )
    assert not any(isinstance(effect, ForgetMessage) for effect in said(state, "1").effects)


@pytest.mark.parametrize(
    ("text", "secret", "answer"),
    [
        ("ma otp 482913 ma no bao het han roi lam sao", "482913", "mã mới"),
        ("mail gửi mật khẩu tạm của tui là 602914 mà đăng nhập hông được", "602914", "10 số"),
        ("em đặt mật khẩu mới là hoa@1990 mà vssid không cho", "hoa@1990", "báo lỗi"),
        ("tui lỡ đọc mã otp 482913 cho nó rồi", "482913", "báo công an"),
    ],
)
def test_a_secret_inside_a_question_is_warned_of_and_the_question_answered(
    text: str, secret: str, answer: str
) -> None:
    turn = said(State(), text)
    assert any(isinstance(effect, ForgetMessage) for effect in turn.effects)
    assert "đừng gõ" in words(turn)
    assert answer in words(turn)
    assert secret not in words(turn)
    assert turn.state.memory["secret"][0] in ("otp", "password")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("vậy bấm chỗ nào lấy mã mới", "Hoàn tất"),
        ("5 phút là tính từ lúc nào", "Tính từ lúc"),
        ("mật khẩu lúc nãy có bị lộ không", "không lưu"),
        ("thử 3 lần rồi đó", "ngưng thử"),
    ],
)
def test_questions_after_a_secret_are_answered(text: str, answer: str) -> None:
    assert answer in words(said(after("secret", "otp"), text))


def test_somebody_elses_demand_announces_no_secret() -> None:
    assert not is_announcement("có chị kia gọi kêu đọc cái mã mới gửi về máy nè", CONTENT.secret_weights)
    assert is_announcement("mật khẩu của tôi là", CONTENT.secret_weights)


# -- notices


@pytest.mark.parametrize(
    "text",
    [
        "đừng gửi tin quảng cáo gì cho tui",
        "đừng nhắn tin thông báo nữa",
        "tôi không muốn nhận tin nữa",
        "Đề nghị ngừng gửi thông báo đến số này",
        "khỏi gửi tin cho bác nữa nghe",
        "ngung gui tb dum e",
        "k nhận tb nữa",
    ],
)
@pytest.mark.parametrize("place", ["", "registration/list", "lookup/fact", "password/screen", "contacts/one"])
def test_notices_are_ended_in_any_wording_at_any_step(text: str, place: str) -> None:
    assert isinstance(said(POSITIONS[place], text).awaits, StopNotices)


@pytest.mark.parametrize(
    "text",
    [
        "đừng tắt thông báo nha",
        "đừng ngưng gửi tin nha con",
        "chưa thấy thông báo gì hết",
        "không nhận được tin nhắn",
        "nó không gửi tin nhắn về",
        "sao không nhận được thông báo",
        "tin nhắn báo sai mật khẩu",
        "dừng ở bước 3 rồi",
        "vậy có gửi tin nữa không",
    ],
)
@pytest.mark.parametrize("place", ["", "password/code", "notices/manage"])
def test_notices_are_not_ended_by_what_refuses_or_tells(text: str, place: str) -> None:
    assert not isinstance(said(POSITIONS[place], text).awaits, StopNotices)
    assert rights.notices_stopped(text, close=True) != "wanted"


def test_notices_that_are_to_go_on_are_told() -> None:
    assert "vẫn nhận: Thông báo chung; Thẻ BHYT" in words(
        said(POSITIONS["notices/manage"], "đừng có ngưng nha")
    )
    assert isinstance(said(State(), "đừng tắt thông báo nha").awaits, LoadNotices)


def test_whether_it_is_done_is_answered() -> None:
    assert "đã ngừng" in words(said(after("did", "notices:stopped"), "chắc chưa"))


@pytest.mark.parametrize(
    ("text", "now", "wanted"),
    [
        ("the bhyt thoi", (), ("bhyt",)),
        ("à lộn, lấy hết luôn đi", ("bhyt",), ("chung", "dang_ky", "bhyt")),
        ("ủa mà bỏ cái đăng ký ra giùm", ("chung", "dang_ky", "bhyt"), ("chung", "bhyt")),
        ("mấy tin chung chung bỏ đi, giữ cái thẻ", ("chung", "bhyt"), ("bhyt",)),
        ("cho thêm vụ đăng ký nữa", ("chung",), ("chung", "dang_ky")),
        ("để vậy đi", ("chung",), ()),
        ("ngưng hết đi", ("chung",), ()),
    ],
)
def test_topics_are_chosen_in_a_sentence(text: str, now: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    assert topics_chosen(text, ("chung", "dang_ky", "bhyt"), now) == wanted


# -- one's data


@pytest.mark.parametrize(
    "text",
    ["thôi xóa hết dữ liệu của tui luôn đi", "thông tin của tui ở đây em xóa được không", "rút lại đồng ý"],
)
@pytest.mark.parametrize("place", ["", "registration/platform", "lookup/fact"])
def test_erasing_is_asked_about_once(text: str, place: str) -> None:
    assert isinstance(said(POSITIONS[place], text).awaits, LoadMyData)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("ừ xóa đi", "erase"),
        ("xóa sạch giùm em, để lại em ngủ hông yên", "erase"),
        ("khoan đừng xóa, tui hỏi vậy thôi", ""),
        ("giữ y đó đi, xóa mắc công làm lại", ""),
        ("cho bác xin một bản đem về coi", "export"),
    ],
)
def test_what_is_kept_is_erased_kept_or_copied(text: str, step: str) -> None:
    assert said(POSITIONS["my_data/choice"], text).state.step == step


@pytest.mark.parametrize(
    "text", ["xóa app cài lại được không", "lỡ xóa cái tin otp rồi", "đừng xóa gì của tui"]
)
def test_other_erasing_is_not_of_ones_data(text: str) -> None:
    assert rights.erasing(text, close=False) not in ("wanted", "asked")


@pytest.mark.parametrize("place", ["lookup/consent", "helpdesk/consent", "notices/consent"])
def test_consent_is_refused_in_ones_own_words(place: str) -> None:
    turn = said(POSITIONS[place], "hổng, tui không muốn lưu gì hết")
    assert turn.state.flow == ""
    assert turn.awaits is None


# -- a person, and a ticket

PERSON = """
kiu người ra đây
có ai ở đó không cho gặp với
gọi cán bộ nào rành rành giùm bà cụ này đi con
ad oi rep ng that di
mệt quá cho gặp ai biết việc đi
cho bác gặp người nào biết chuyện đi con
Đề nghị cho tôi được làm việc trực tiếp với cán bộ phụ trách
kiu chị nào rành ra nói chuyện vs e
chuyển máy cho cán bộ giùm
""".strip().splitlines()
NO_PERSON = """
khỏi chuyển cán bộ nha, em hỏi chút xíu thôi
em cần gấp lắm
gặp lỗi 500 hoài
cán bộ nào phụ trách trường học
gặp ai để nộp tờ khai
cán bộ xã kêu tui tải
tui đăng ký cho người nhà
cán bộ làm việc mấy giờ
tui là cán bộ xã
nhân viên trường học thì liên hệ ai
""".strip().splitlines()


@pytest.mark.parametrize("text", PERSON)
@pytest.mark.parametrize("place", ["", "lookup/fact", "registration/list", "password/screen"])
def test_a_person_is_reached_in_any_wording(text: str, place: str) -> None:
    turn = said(POSITIONS[place], text)
    assert isinstance(turn.awaits, CheckTicket)
    assert turn.state.flow == "helpdesk"


@pytest.mark.parametrize("text", NO_PERSON)
def test_no_person_is_called_for_what_sounds_alike(text: str) -> None:
    assert rights.person_wanted(text) != "wanted"


@pytest.mark.parametrize(
    "text", ["thôi khỏi", "thôi khỏi gặp nữa thằng cháu nó làm được rồi", "thui khoi keu nua"]
)
def test_taken_back_is_no_reason(text: str) -> None:
    turn = said(POSITIONS["helpdesk/want"], text)
    assert turn.awaits is None
    assert "chưa chuyển" in words(turn)


@pytest.mark.parametrize("place", ["", "lookup/fact", "helpdesk/waiting"])
@pytest.mark.parametrize("text", ["thôi khỏi gặp cán bộ nữa, mật khẩu nó mới về rồi", "hủy phiếu giùm tui"])
def test_a_ticket_is_withdrawn_wherever_the_conversation_stands(text: str, place: str) -> None:
    turn = said(after("ticket", "12", POSITIONS[place]), text)
    assert turn.state.flow == "helpdesk"
    assert turn.state.step == "withdraw"


def test_a_ticket_stays_when_withdrawing_is_refused() -> None:
    for text in ("đừng hủy phiếu nha", "chưa rút phiếu nha em", "khỏi gấp, tui chờ được"):
        assert said(after("ticket", "12"), text).state.step != "withdraw"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("tới thứ mấy trong hàng", "place"),
        ("chờ chừng bao lâu", "wait"),
        ("ngoài giờ có ai trực không", "hours"),
        ("sao chưa thấy ai trả lời", "nobody"),
        ("vậy cán bộ thiệt trả lời ở đâu", "where"),
        ("rồi cán bộ còn nhắn em nữa hông", "again"),
        ("quên, số hồ sơ của em là 01841.GD/2026/087, cho cán bộ coi luôn", "added"),
    ],
)
def test_a_waiting_ticket_is_asked_about_and_added_to(text: str, asks: str) -> None:
    turn = said(after("ticket", "12"), text)
    assert isinstance(turn.awaits, CheckTicket)
    assert turn.state.answers["asks"] == asks


# -- passwords


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("quên phứt rồi", "forgotten"),
        ("tui không quên mật khẩu", ""),
        ("mật khẩu cũng quên mà cái mail cũng quên luôn", "forgotten_email"),
        ("chờ hoài hổng thấy mã", "no_otp"),
        ("sim đó mất rồi em ơi", "old_phone"),
        ("nó báo khóa", "locked"),
        ("người ta mới gửi cho cái mật khẩu mà vô hổng được", "first_password"),
        ("no cu bao mat khau cu hong dung", "old_wrong"),
        ("nút hoàn tất nó mờ mờ bấm hông ăn", "finish_dead"),
        ("hổng thấy cái trình đơn", "no_menu"),
        ("nó gửi về số nào", "which_number"),
        ("sao tin nhắn ghi cấp lại mật khẩu", "sms_says"),
        ("vậy lấy mã đó nhập được hả", "may_enter"),
        ("cảm ơn nha", ""),
    ],
)
def test_password_topics_are_read_with_order_and_polarity(text: str, topic: str) -> None:
    assert password_topics.topic_of(text) == topic


def test_not_forgotten_is_asked_what_is_needed_then() -> None:
    turn = said(State(), "tui không quên mật khẩu")
    assert "cần giúp gì" in words(turn)
    assert "Quên mật khẩu" not in words(turn)


def test_unused_to_something_is_not_about_passwords() -> None:
    assert "mật khẩu" not in words(said(State(), "tui không quen xài mấy cái này"))


def test_a_known_password_leads_to_the_screens() -> None:
    turn = said(POSITIONS["password/situation"], "hông phải quên, tui nhớ mật khẩu mà muốn đổi cái khác")
    assert (turn.state.flow, turn.state.step) == ("password", "screen")


@pytest.mark.parametrize(
    ("screen", "text"),
    [
        (0, "đăng nhập còn chưa được nữa là"),
        (0, "hổng thấy cái trình đơn"),
        (2, "no cu bao mat khau cu hong dung"),
        (3, "nút hoàn tất nó mờ mờ bấm hông ăn"),
    ],
)
def test_a_trouble_told_at_a_screen_gets_its_own_way_out(screen: int, text: str) -> None:
    turn = said(State("password", "screen", {"screen": screen}, ("password/situation",)), text)
    assert CONTENT.password.screens[screen].trouble in words(turn)
    assert (turn.state.step, turn.state.answers["screen"]) == ("screen", screen)


def test_a_code_that_comes_late_is_not_to_be_typed() -> None:
    late = POSITIONS["password/code"]
    state = State(late.flow, late.step, {**late.answers, "otp_until": "2026-11-30T07:59:00+00:00"})
    assert said(state, "bây giờ mới thấy nó về nhập được hông").state.step == "late"
    assert "Dạ được" in words(said(late, "vậy lấy mã đó nhập được hả"))


# -- three voices: young, an official letter, an old person of the country


@pytest.mark.parametrize(
    "text",
    [
        "sao tin nó kêu cấp lại mk, t đang đổi mà",
        "Tin nhắn của hệ thống ghi nội dung xin cấp lại mật khẩu trong khi tôi thực hiện đổi mật khẩu",
        "ủa cái tin nó ghi xin cấp lại mật khẩu, bác có xin xỏ gì đâu con",
    ],
)
def test_our_own_message_is_no_tale_and_is_explained(text: str) -> None:
    assert tale_in(text) == ((), False)
    assert "vẫn đúng" in words(said(State(), text))


@pytest.mark.parametrize(
    "text",
    [
        "trên face có đứa nhận làm vssid 150k, làm hong",
        "Có cá nhân nhận làm dịch vụ cài đặt VssID với chi phí 300.000 đồng, tôi có nên sử dụng không?",
        "có thằng nó rao làm giùm vssid lấy hai trăm ngàn, mướn nó được hông con",
        "nó bắt chụp cccd 2 mặt gửi zalo cho nó",
    ],
)
def test_an_offer_for_money_and_papers_by_zalo_are_tales(text: str) -> None:
    assert "lừa đảo" in words(said(State(), text))


@pytest.mark.parametrize(
    "text",
    [
        "chết r e lỡ bấm link điền stk ngân hàng r",
        "Tôi đã truy cập đường dẫn nói trên và đã cung cấp thông tin tài khoản ngân hàng",
        "bác lỡ khai số thẻ ngân hàng trên cái trang đó rồi con ơi",
    ],
)
def test_bank_details_that_were_entered_after_a_warning_are_an_emergency(text: str) -> None:
    assert "gọi ngân hàng" in words(said(after("warned", "scam"), text)).lower()


@pytest.mark.parametrize(
    "text",
    [
        "e gửi hình cccd qua đây ad làm giúp e nha",
        "Tôi xin gửi ảnh chụp căn cước công dân tại đây để quý cơ quan đăng ký giúp",
        "bác chụp cái giấy tờ gửi vô đây con làm giùm bác nghe",
    ],
)
def test_papers_are_not_to_be_sent_here(text: str) -> None:
    assert "đừng gửi hình căn cước" in words(said(State(), text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("có cần đọc cho ai hong", "đừng đọc"),
        ("Tôi có phải cung cấp mã này cho cán bộ không?", "đừng đọc"),
        ("rồi mã đó có phải đọc cho ai hông con", "đừng đọc"),
        ("lỡ quá r thì s", "mã mới"),
        ("bác lỡ trễ giờ rồi thì sao con", "mã mới"),
        ("màn hình nào", "Hoàn tất"),
    ],
)
def test_what_is_asked_after_an_answer_on_codes(text: str, told: str) -> None:
    turn = said(after("item", "otp-het-han"), text)
    assert told in words(turn)
    assert "lừa đảo" not in words(turn)


@pytest.mark.parametrize(
    "text",
    [
        "cho e nói chuyện vs ng thật đi hong nói vs máy đâu",
        "hong dc r, vẫn cần người nha",
        "Tôi không muốn làm việc với hệ thống tự động, đề nghị cho gặp cán bộ",
        "bác hổng nói chuyện với máy đâu, kêu người ra đây",
    ],
)
def test_who_refuses_the_machine_wants_a_person(text: str) -> None:
    assert isinstance(said(State(), text).awaits, CheckTicket)


@pytest.mark.parametrize(
    "text",
    [
        "sao phải đồng ý chi v",
        "Vì lý do gì tôi phải đồng ý?",
        "mắc gì phải đồng ý hả con",
        "không đồng ý có sao không",
    ],
)
@pytest.mark.parametrize("place", ["lookup/consent", "helpdesk/consent", "registration/consent"])
def test_why_consent_is_asked_is_told_and_it_is_no_consent(place: str, text: str) -> None:
    turn = said(POSITIONS[place], text)
    assert turn.awaits is None
    assert turn.state.step == "consent"
    assert "Không đồng ý cũng được" in words(turn)


@pytest.mark.parametrize("text", ["hong, e hong đồng ý", "Tôi không đồng ý.", "thôi bác hổng đồng ý đâu con"])
@pytest.mark.parametrize("place", ["helpdesk/consent", "helpdesk/want", "lookup/consent"])
def test_consent_that_is_refused_is_never_a_reason_for_an_officer(place: str, text: str) -> None:
    turn = said(POSITIONS[place], text)
    assert turn.awaits is None
    assert turn.state.flow == ""


def test_a_short_yes_of_the_south_is_consent_and_wondering_is_not() -> None:
    assert said(POSITIONS["helpdesk/consent"], "ừa").state.step == "agreed"
    assert said(POSITIONS["helpdesk/consent"], "ủa").state.step == "consent"


@pytest.mark.parametrize(
    "text",
    [
        "v còn cách nào gặp ng",
        "Vậy tôi có thể liên hệ bằng cách nào khác?",
        "vậy chớ còn chỗ nào hỏi người ta hông con",
    ],
)
def test_other_ways_are_told_after_a_refusal(text: str) -> None:
    turn = said(after("refused", "handover"), text)
    assert turn.awaits is None
    assert "1900 9068" in words(turn)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("dạ hong gấp, khi nào rảnh nhắn e cũng đc", "patient"),
        ("Tôi không gấp, khi nào thuận tiện đề nghị phản hồi", "patient"),
        ("bác hổng gấp đâu, chừng nào rảnh trả lời cũng được", "patient"),
        ("chừng nào có ng trả lời", "wait"),
    ],
)
def test_a_waiting_ticket_is_kept_for_the_patient(text: str, asks: str) -> None:
    turn = said(after("ticket", "12"), text)
    assert turn.state.answers["asks"] == asks


@pytest.mark.parametrize(
    "text",
    [
        "hủy hủy, e lấy lại dc r",
        "Đề nghị hủy yêu cầu, vấn đề đã được giải quyết",
        "thôi khỏi con, cháu nó làm được rồi",
    ],
)
def test_a_ticket_is_called_off_when_it_is_solved(text: str) -> None:
    assert said(after("ticket", "12"), text).state.step == "withdraw"


@pytest.mark.parametrize(
    "text",
    ["v lưu gì của e dạ, cho coi", "Hệ thống đang lưu những thông tin gì của tôi?", "giữ gì của bác vậy con"],
)
@pytest.mark.parametrize("place", ["", "registration/who"])
def test_what_is_kept_is_shown_in_any_voice(place: str, text: str) -> None:
    assert isinstance(said(POSITIONS[place], text).awaits, LoadMyData)


def test_erasing_that_was_put_off_is_taken_up_again() -> None:
    assert isinstance(said(after("did", "data:kept"), "ok xóa đi, lần này chắc").awaits, LoadMyData)


@pytest.mark.parametrize(
    "text",
    [
        "tk bị khóa hoài ko vô dc",
        "Tài khoản của tôi bị khóa, không đăng nhập được",
        "công ty hổng đóng cho bác mấy tháng nay",
    ],
)
def test_the_reason_is_told_to_the_officer(text: str) -> None:
    assert said(POSITIONS["helpdesk/want"], text).state.answers["want"] == text


# -- formal letters: a right is asked about before it is used, and reasons are told at length


@pytest.mark.parametrize(
    "text",
    [
        "Tôi chỉ hỏi trước, nếu gặp cán bộ thì chờ khoảng bao lâu?",
        "Trước khi chuyển, xin hỏi nếu gặp cán bộ thì bao lâu được trả lời?",
    ],
)
def test_a_person_who_is_only_asked_about_is_not_called(text: str) -> None:
    turn = said(State(), text)
    assert turn.awaits is None
    assert "giờ làm việc" in words(turn)


def test_the_reason_said_with_the_consent_goes_into_the_ticket() -> None:
    turn = said(POSITIONS["helpdesk/consent"], "Tôi đồng ý. Lý do: người lao động có hai mã số BHXH cần gộp.")
    assert turn.state.answers["want"] == "Lý do: người lao động có hai mã số BHXH cần gộp."


@pytest.mark.parametrize("text", ["Xin đừng hủy yêu cầu này, tôi vẫn chờ.", "dạ em vẫn chờ cán bộ"])
def test_a_ticket_that_is_to_stay_stays(text: str) -> None:
    assert said(after("ticket", "12"), text).state.answers["asks"] == "patient"


def test_the_guide_goes_on_without_consent() -> None:
    turn = said(POSITIONS["registration/consent"], "hổng, tui không muốn lưu gì hết")
    assert (turn.state.flow, turn.state.step) == ("registration", "keep_refused")
    assert "tôi không lưu gì cả" in words(turn)


def test_a_petition_in_place_of_a_person_is_begun() -> None:
    turn = said(POSITIONS["helpdesk/want"], "Thôi, khỏi gặp nữa, tôi xin gửi kiến nghị thay thế.")
    assert turn.state.flow == "petitions"


def test_a_call_that_nobody_answered_is_met_with_an_apology() -> None:
    for text in ("gọi tổng đài cả buổi không ai bắt máy", "Tôi gọi năm lần không ai nghe máy"):
        assert "xin lỗi" in words(said(State(), text))
    assert "xin lỗi" not in words(said(State(), "gọi số đó không ai bắt máy thì sao"))


@pytest.mark.parametrize(
    "text", ["Tôi chưa yêu cầu xóa, chỉ hỏi: nếu xóa thì mất những gì?", "xóa rồi thì mất cái gì vậy?"]
)
def test_what_erasing_would_do_is_told_and_nothing_is_erased(text: str) -> None:
    turn = said(State(), text)
    assert turn.awaits is None
    assert "chưa xóa gì" in words(turn)
    assert "giữ nguyên" in words(said(turn.state, "Vậy thì khoan, đừng xóa."))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Có người trong ấp đã chuyển 300.000 đồng theo lời họ. Nay phải làm gì?", "ngân hàng"),
        ("Vậy địa chỉ thật của BHXH là gì?", "baohiemxahoi.gov.vn"),
        ("có vị đã quét mã rồi nhưng chưa chuyển tiền, có sao không?", "đừng nhập"),
    ],
)
def test_what_a_clerk_asks_after_a_warning(text: str, told: str) -> None:
    assert told in words(said(after("warned", "scam"), text))


def test_a_fee_by_a_code_to_scan_is_a_tale_and_by_the_way_is_another_matter() -> None:
    text = "Phụ huynh được yêu cầu quét mã QR đóng 50.000đ phí kích hoạt VssID, ngành có thu không?"
    assert "chưa thấy văn bản" in words(said(State(), text))
    assert continuation("nhân tiện cho hỏi trường học liên hệ ai") == ""
    assert tale_in("Tôi được yêu cầu nộp tờ khai mẫu 01 cho kế toán") == ((), False)


@pytest.mark.parametrize(
    ("item", "text", "told"),
    [
        ("khong-nhan-otp", "Tôi bấm lấy mã ba lần rồi, giờ dùng mã nào?", "mới nhất"),
        ("bi-khoa", "sau khi vào được thì nên làm gì trước tiên ạ", "nên đổi mật khẩu"),
        ("", "Trợ lý đổi giúp tôi mật khẩu ngay tại đây được không?", "không đổi thay"),
        (
            "",
            "Tài khoản của tôi đã bị người khác vào chưa? Có nên đổi mật khẩu không?",
            "đổi mật khẩu VssID ngay",
        ),
    ],
)
def test_passwords_told_at_length(item: str, text: str, told: str) -> None:
    assert told.lower() in words(said(after("item", item) if item else State(), text)).lower()


def test_no_code_is_spoken_of_where_a_number_to_call_or_a_list_is() -> None:
    for text in (
        "Nếu vẫn không được, tôi gọi ai, gọi số nào?",
        "danh sách đầu mối số nào không còn đúng thì gọi đâu",
    ):
        assert password_topics.after_secret(text) == ""
    assert not rights.leaves_ticket("Người lao động có hai mã số cần gộp sổ", close=True)
    assert not rights.leaves_ticket("Đề nghị công bố số người đã cài", close=True)


def test_not_sending_a_secret_any_more_ends_no_notices() -> None:
    assert not isinstance(said(after("secret", "password"), "Vậy thôi không gửi nữa.").awaits, StopNotices)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tui ngu quá nên mới ra vầy", "không phải lỗi"),
        ("rồi nên chặn nó hay chửi nó", "chặn số đó"),
        ("tui không biết số ngân hàng là số nào", "không có số của ngân hàng"),
        ("vậy vụ khóa thẻ có thiệt không", "coi mục thẻ bhyt"),
        ("để tui gọi số đó hỏi trước", "1900 9068"),
    ],
)
def test_what_old_people_say_after_a_warning(text: str, told: str) -> None:
    assert told in words(said(after("warned", "gave"), text)).lower()


def test_money_gone_is_told_as_a_swindle_and_a_fear_is_not() -> None:
    assert tale_in("trời ơi nó rút hết 5 triệu của tui rồi")[1]
    assert not tale_in("sao tin ghi vậy, hay là bị lừa")[1]
    assert continuation("sao nó cứ báo sai") == ""
    assert continuation("cần mang giấy gì") == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bot có hỏi mật khẩu của tui không", "không bao giờ hỏi"),
        ("có người gửi cho tui số 0900000012 nói là của bảo hiểm, có thiệt không", "không xác nhận được"),
    ],
)
def test_trust_is_asked_about(text: str, told: str) -> None:
    assert told in words(said(State(), text))


@pytest.mark.parametrize(
    ("subject", "value", "text", "told"),
    [
        ("secret", "password", "mà mật khẩu đó có cần đổi không", "nên đổi ngay"),
        ("secret", "password", "vậy là xong chưa", "đăng nhập"),
        ("secret", "password", "vô rồi làm gì nữa", "đổi mật khẩu ngay"),
        ("secret", "password", "chỉ tui từng bước đi", "Màn hình 1/"),
        ("secret", "password", "sao con không vô coi dùm", "không vào tài khoản"),
        ("item", "quen-mat-khau", "tui đâu có email", "BH MK"),
        ("item", "tin-nhan-8079", "nhắn bằng số nào cũng được hả", "số đã đăng ký"),
        ("item", "bi-khoa", "đặt mật khẩu mới sao cho dễ nhớ", "ngày sinh"),
        ("item", "quen-email", "ra đó người ta sửa lại hết hả", "giấy tờ tùy thân"),
        ("did", "notices:stopped", "vậy còn gửi hay hết gửi", "đang tắt"),
        ("did", "notices:stopped", "ủa đừng có tắt cái nhắc hạn nghen", "bật lại"),
        ("did", "data:kept", "nãy giờ có lỡ xóa gì chưa", "còn nguyên"),
        ("ticket", "5", "con nào trả lời vậy", "cán bộ đang trực"),
    ],
)
def test_what_is_asked_of_what_was_just_spoken_of(subject: str, value: str, text: str, told: str) -> None:
    assert told in words(said(after(subject, value), text))


def test_a_ticket_is_called_off_in_passing() -> None:
    assert isinstance(said(after("ticket", "5"), "chờ hoài, thôi bỏ đi con").awaits, CheckTicket)
    assert rights.gives_up("thôi dẹp đi") and not rights.gives_up("đừng bỏ tui nghen")
    assert rights.person_wanted("ra đó cho người ta sửa lại hết") == ""
    assert rights.erasing("thôi để đó, hổng xóa nữa", close=False) == "refused"
