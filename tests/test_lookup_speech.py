"""The look-up in ordinary words: corrections, other people, the registered phone, questions at its steps. Rule: no slot is lost unsaid.

Played through the pure engine; what the effects answer is the same for one, many and nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.knowledge.content import load_content
from flows.catalog import advance
from flows.effects import EffectResult
from flows.engine.events import Answered, Said
from flows.engine.state import State
from flows.text.fold import fold

CONTENT = load_content()
AT = datetime(2026, 11, 30, 10, tzinfo=UTC)
VERIFY = EffectResult("verify", {"case": "c"})
RECORD = EffectResult(
    "record", {"record_name": "Nguyễn Văn An", "record_code": "8800000003", "record_born": "20/11/1975"}
)
_RESULTS = {
    "CheckConsent": EffectResult("missing"),
    "GiveConsent": EffectResult("kept"),
    "SendOtp": EffectResult("sent", {"link": "https://example.org/p", "until": "2026-11-30T10:05:00+00:00"}),
}


@dataclass
class Talk:
    """A conversation with the look-up, after its consent."""

    found: EffectResult = VERIFY
    state: State = field(default_factory=State)
    said: str = ""

    def say(self, *texts: str) -> Talk:
        for text in texts:
            turn = advance(self.state, Said(text, AT), CONTENT)
            replies = [*turn.replies]
            while turn.awaits is not None:
                result = _RESULTS.get(type(turn.awaits).__name__, self.found)
                turn = advance(turn.state, Answered(result, AT, turn.opening), CONTENT)
                replies += turn.replies
            self.state = turn.state
            self.said = "\n".join(reply.text for reply in replies)
        return self

    @property
    def step(self) -> str:
        return self.state.step if self.state.flow == "lookup" else f"({self.state.flow})"

    def held(self, *keys: str) -> tuple[str, ...]:
        return tuple(str(self.state.answers.get(key, "")) for key in keys)


def talk(*texts: str, found: EffectResult = VERIFY) -> Talk:
    return Talk(found).say("tra cứu", "đồng ý", *texts)


AN = "Nguyễn Văn An 20/11/1975"


@pytest.mark.parametrize(
    ("text", "name", "born"),
    [
        ("à lộn, tháng 12 chớ hổng phải tháng 11", "Nguyễn Văn An", "20/12/1975"),
        ("ủa ghi lộn tên, Nguyễn Văn Anh mới đúng", "Nguyễn Văn Anh", "20/11/1975"),
        ("sai năm sinh rồi em, 1976", "Nguyễn Văn An", "20/11/1976"),
        ("hổng phải An mà là Ân", "Nguyễn Văn Ân", "20/11/1975"),
        ("tui sinh tháng 12 lận", "Nguyễn Văn An", "20/12/1975"),
        ("21/11/1975", "Nguyễn Văn An", "21/11/1975"),
        ("thôi đổi qua má em đi, Lê Thị Hồng Thắm sinh 1958", "Lê Thị Hồng Thắm", "1958"),
    ],
)
@pytest.mark.parametrize("before", [(AN,), (AN, "gửi mã")])
def test_a_correction_is_put_in_and_said_back(
    before: tuple[str, ...], text: str, name: str, born: str
) -> None:
    heard = talk(*before, text)
    assert (heard.step, heard.held("name", "born")) == ("proof", (name, born))
    assert name in heard.said
    assert born in heard.said


def test_another_person_drops_what_belonged_to_the_first_and_says_so() -> None:
    heard = talk(AN, "đổi qua má em đi, Lê Thị Hồng Thắm")
    assert (heard.step, heard.held("name", "born")) == ("fact", ("Lê Thị Hồng Thắm", ""))
    assert "bỏ thông tin của Nguyễn Văn An" in heard.said


@pytest.mark.parametrize(
    "text", ["à lộn 31/02/1975", "sửa lại tháng 13", "hổng phải 1975 đâu", "sai hết rồi", "sửa lại họ tên"]
)
def test_a_correction_without_a_value_that_holds_keeps_the_old(text: str) -> None:
    heard = talk(AN, text)
    assert (heard.step, heard.held("name", "born")) == ("proof", ("Nguyễn Văn An", "20/11/1975"))
    assert heard.said


def test_a_name_now_and_a_date_in_pieces_later() -> None:
    heard = talk("tên con là phạm hoàng đăng khoa nha cô", "mùng 9 tháng 2", "2004 á")
    assert heard.held("name", "born") == ("phạm hoàng đăng khoa", "09/02/2004")


def test_two_people_are_looked_up_one_at_a_time() -> None:
    heard = talk("em Huỳnh Thị Mỹ Lệ 12/05/1990 còn má em Lê Thị Hồng Thắm 1958")
    assert (heard.step, heard.held("name", "born")) == ("name", ("", ""))
    assert "từng người" in heard.said


def test_an_unsure_name_is_asked_about_and_taken_on_yes() -> None:
    asked = talk("Út Mười")
    assert (asked.step, asked.said.startswith("Có phải")) == ("name_perhaps", True)
    assert asked.say("đúng rồi").held("name") == ("Út Mười",)
    assert talk("Út Mười", "không phải").step == "name"


@pytest.mark.parametrize(
    ("before", "text", "says"),
    [
        ((), "gõ không dấu được không", "không dấu"),
        (("Nguyễn Văn An",), "nhớ có năm sinh thôi được hông", "dạ được"),
        (("Nguyễn Văn An",), "không biết năm sinh luôn", "cccd"),
        (("Nguyễn Văn An",), "ổng 67 tuổi", "năm sinh"),
        ((AN,), "xong chưa vậy, rồi làm gì nữa", "nhận mã otp"),
        ((AN,), "dạ đúng rồi cô, giờ sao nữa", "nhận mã otp"),
        ((AN,), "ổng xài số 0900000002 á con", "chưa chứng minh"),
        ((AN,), "điện thoại đăng ký là của bả chứ đâu phải của tui", "máy của bà"),
        ((AN,), "số đó bỏ mấy năm rồi", "gần nhất"),
        ((AN,), "lỡ trùng tên thì sao biết ông nào là tui", "đúng một người"),
        ((AN,), "gò công hồi đó là tiền giang, vậy tra có ra không em", "tra được"),
        ((AN,), "khỏi cần otp được không", "không bỏ qua"),
        ((AN, "gửi mã về điện thoại em đi"), "rồi em nhập mã ở đâu", "trang bảo mật"),
        ((AN, "gửi mã"), "coi trên thẻ bhyt luôn được không", "10 số cuối"),
    ],
)
def test_what_is_asked_beside_is_said_and_the_step_stays(
    before: tuple[str, ...], text: str, says: str
) -> None:
    stood = talk(*before)
    step, held = stood.step, stood.held("name", "born")
    heard = stood.say(text)
    assert fold(says) in fold(heard.said)
    assert (heard.step, heard.held("name", "born")) == (step, held)


@pytest.mark.parametrize(
    "text", ["gửi mã về điện thoại em đi", "vậy gửi mã cho ổng đi", "ok gửi đi", "gui otp di em"]
)
def test_the_code_is_asked_for_in_ordinary_words(text: str) -> None:
    assert talk(AN, text).step == "code"


@pytest.mark.parametrize(
    "text", ["đừng gửi mã", "chưa nhận mã đâu", "gửi mã có tốn tiền không", "tra cho má tui luôn"]
)
def test_the_code_is_not_sent_when_it_is_not_asked_for(text: str) -> None:
    assert talk(AN, text).step == "proof"


@pytest.mark.parametrize("text", ["còn ba tui", "còn ba tui thì sao", "tra cho má tui nữa"])
def test_after_a_result_the_next_person_is_asked_for_anew(text: str) -> None:
    heard = talk(AN, text, found=RECORD)
    assert (heard.step, heard.held("name", "born", "record_code")) == ("name", ("", "", ""))


@pytest.mark.parametrize(
    ("text", "step"),
    [("thôi tui ngại đưa thông tin lắm", "()"), ("không chịu", "()"), ("ừ tra giùm đi", "name"), ("đồng ý nha", "name"),
     ("có an toàn không", "consent"), ("Nguyễn Văn An 1975", "consent")],
)  # fmt: skip  # reason: a table
def test_consent_is_given_and_refused_in_ordinary_words(text: str, step: str) -> None:
    assert Talk().say("tra cứu", text).step == step


def test_after_a_refusal_all_other_ways_are_told_and_the_mind_may_change() -> None:
    heard = Talk().say("tra cứu", "thôi tui ngại lắm", "vậy coi trên cái gì cho ra mã")
    assert "sổ BHXH" in heard.said
    assert heard.say("kiếm hổng ra sổ, thôi tra giùm tui đi, tui đồng ý").step == "consent"


_WORDS = st.sampled_from(
    "dạ má tui Nguyễn Văn Anh lê thị lan sinh năm 76 1958 17/01/1983 ở Long An à lộn hổng phải mới đúng chớ tháng 11 31/02/1975 gửi mã được không 🙏 còn đổi qua".split()
)
_TEXTS = st.one_of(st.text(max_size=40), st.lists(_WORDS, min_size=1, max_size=9).map(" ".join))


@settings(max_examples=40, deadline=None)
@given(_TEXTS, st.sampled_from([(), ("Nguyễn Văn An",), (AN,), (AN, "gửi mã")]))
def test_no_text_crashes_or_loses_a_filled_slot_without_being_told(
    text: str, before: tuple[str, ...]
) -> None:
    stood = talk(*before)
    held = stood.held("name", "born")
    heard = stood.say(text)
    assert heard.said or heard.state.flow != "lookup"
    if heard.state.flow != "lookup" or text.strip().isdigit():  # the number of an option is a press of it
        return
    for was, now in zip(held, heard.held("name", "born"), strict=True):
        if was and not now:
            anew = "cho biết họ và tên" in heard.said  # asked for everything again
            assert anew or any(said in heard.said for said in ("bỏ thông tin", "sửa lại", "hỏi lại")), (
                text,
                heard.said,
            )
        elif was != now and now:
            assert now in heard.said, (text, heard.said)


LONG = (
    # young
    "tra mã cho dì trần thị bé ba 17/01/1983 với thằng em nguyễn văn tèo sn 2008 lun",
    "ad tra giùm mã bh của nhỏ em lê thị kim ngân 2004 vs thằng anh lê hoàng phúc 2001 nha",
    "e quên mã bhxh r, tên nguyen van an sn 1998 kiếm giùm e vs",
    # official
    "Kính gửi cơ quan BHXH, tôi là Lê Thị Hồng Gấm, sinh ngày 05/06/1980, công tác tại UBND xã Mỹ Trà, đề nghị tra cứu giúp mã số BHXH",
    "Đề nghị quý cơ quan cung cấp mã số BHXH của ông Phạm Văn Hùng, sinh năm một nghìn chín trăm sáu mươi hai, để đơn vị hoàn thiện hồ sơ",
    # old
    "Hồi đó tui đi làm nhà máy xay lúa, giờ già rồi giấy tờ mất hết, tui tên Nguyễn Văn Được sanh năm 1952, kiếm giùm tui cái mã số bảo hiểm",
    "cho tôi hỏi mã số bảo hiểm xã hội của mẹ tôi trần thị bé ba sinh ngày mười bảy tháng một năm một chín tám ba",
    "con ơi bác tên nguyen van muoi sanh nam 1950 coi giup bac so bao hiem",
    "mã bảo hiểm của má tui là bà Nguyễn Thị Lành, tra giùm nghen con",
)
NO_LOOKUP = (
    "Tôi là Lê Thị Hồng Gấm, sinh năm 1980, công tác tại UBND xã, xin hỏi đầu mối phụ trách khối xã",
    "cho tôi xin số điện thoại đồng chí Nguyễn Tuấn Hải",
    "em tên Nguyễn Văn An sinh 1998, quên mật khẩu vssid thì sao",
    "khỏi tra mã cho Nguyễn Văn An",
)


@pytest.mark.parametrize("text", LONG)
def test_a_name_and_a_fact_inside_a_long_message_begin_the_lookup(text: str) -> None:
    asked = Talk().say(text)
    assert (asked.step, asked.held("name", "born", "id_number")) == ("consent", ("", "", ""))
    assert asked.say("đồng ý").step == "name"


@pytest.mark.parametrize("text", NO_LOOKUP)
def test_a_name_that_asks_for_something_else_begins_no_lookup(text: str) -> None:
    assert Talk().say(text).state.flow != "lookup"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("đồng ý, làm của dì trước", "dì trước"),
        ("ok đồng ý, tra của má trước nha", "má trước"),
        ("Tôi đồng ý, đề nghị tra cho vợ trước", "vợ trước"),
        ("ừ đồng ý nghen con, coi cho ông ngoại nó trước đi", "ông ngoại trước"),
    ],
)
def test_who_comes_first_is_taken_with_the_consent_and_no_name_is_kept(text: str, says: str) -> None:
    heard = Talk().say("tra mã cho trần thị bé ba 17/01/1983 với nguyễn văn tèo 2008", text)
    assert (heard.step, heard.held("name", "born")) == ("name", ("", ""))
    assert says in heard.said
    assert heard.say("sđt dì hong có ở đây, vậy làm của thằng em trước").step == "name"
    assert "tra cho em" in heard.said


def test_refusing_is_no_consent_whoever_would_come_first() -> None:
    assert Talk().say("tra cứu", "thôi không đồng ý làm của dì trước đâu").state.flow != "lookup"


@pytest.mark.parametrize(
    "text", ["phải chia sẻ số mới coi được hả", "bắt buộc phải cung cấp số điện thoại sao"]
)
def test_whether_the_phone_must_be_given_is_answered_in_place(text: str) -> None:
    assert "Dạ phải" in talk("17/01/1983", text).said


@pytest.mark.parametrize(
    "text", ["năm một chín bốn lăm", "dạ sinh năm một chín bốn lăm", "bác sanh hồi năm bốn lăm lận con"]
)
def test_a_year_said_in_words_is_no_code_where_a_fact_is_asked_for(text: str) -> None:
    assert talk("Phan Văn Bảy", text).held("born") == ("1945",)


@pytest.mark.parametrize("text", ["mã là một chín bốn lăm hai ba", "bảy hai một chín bốn lăm"])
def test_six_spoken_digits_stay_a_secret_there(text: str) -> None:
    heard = talk("Phan Văn Bảy", text)
    assert (heard.held("born"), "OTP" in heard.said) == (("",), True)
