"""What people say between flows, in sentences of our own: each stands for a kind of turn that the flows beside one another broke."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.knowledge.content import load_content
from flows import catalog
from flows.conversations.papers.portrait import FLOW as PORTRAIT
from flows.conversations.speech.registration_answers import WITHOUT_CONSENT
from flows.effects import EffectResult, LoadMyData
from flows.engine.events import Answered, Said
from flows.engine.state import State
from flows.people.livelihoods import livelihood
from flows.secrets import detector
from flows.spoken.questions_first import reason_after_yes
from flows.spoken.topics import topics_chosen
from flows.spoken.wishes import wished
from flows.text.normalise import plain
from flows.understanding.input import Input

CONTENT = load_content()
AT = datetime(2026, 11, 30, 8, tzinfo=UTC)


def said(text: str, state: State | None = None) -> tuple[str, State]:
    """What is answered, folded, and the state after it."""
    turn = catalog.advance(state or State(), Said(text, AT), CONTENT)
    return plain(" ".join(reply.text for reply in turn.replies)), turn.state


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("đừng có nhắn tầm bậy tầm bạ nghen", ""),
        ("ngươi ta toan lam bay lam ba", ""),
        ("ma otp la tam bay tam ba", "otp"),
    ],
)
def test_an_idiom_that_folds_to_four_digits_is_no_code(text: str, kind: str) -> None:
    assert detector.secret_in(text, CONTENT.secret_weights, expected=False) == kind


@pytest.mark.parametrize(
    "text",
    [
        "kiểm tra dùm ảnh thẻ 3x4 tối đa bao nhiêu mb thì được",
        "cho xem quy định ảnh chân dung, dung lượng mấy thì đạt",
    ],
)
def test_how_large_a_picture_may_be_is_a_question(text: str) -> None:
    assert said(text)[1].flow != PORTRAIT.name


def test_a_picture_that_is_to_be_looked_at_still_is() -> None:
    assert said("coi giúp tui tấm ảnh chân dung này được chưa")[1].flow == PORTRAIT.name


def test_erasing_where_nothing_is_kept_is_said_and_may_be_taken_back() -> None:
    state = State("registration", "who")
    asked = catalog.advance(state, Said("xóa hết thông tin của tui đi", AT), CONTENT)
    assert isinstance(asked.awaits, LoadMyData)
    nothing = catalog.advance(asked.state, Answered(EffectResult("nothing"), AT), CONTENT)
    assert "chưa có gì để xóa" in " ".join(reply.text for reply in nothing.replies)
    assert "khong xoa gi" in said("ấy khoan, đừng xóa", nothing.state)[0]


def test_that_nothing_is_kept_is_told_also_where_the_first_answer_was_told_before() -> None:
    begun = catalog.advance(State(), Said("làm vssid giùm em, em bán tạp hóa ở nhà", AT), CONTENT)
    turn = catalog.advance(begun.state, Answered(EffectResult("none"), AT), CONTENT)
    assert turn.state.step == "platform"
    assert WITHOUT_CONSENT in " ".join(reply.text for reply in turn.replies)


@pytest.mark.parametrize(
    ("words", "who"),
    [("em lam cty, gui giay cho ai", "employee"), ("tui co lam cong ty nao dau", "individual")],
)
def test_a_question_behind_a_work_place_denies_nothing(words: str, who: str) -> None:
    assert livelihood(plain(words)) == who


def test_speaking_of_vssid_is_no_wish_and_beginning_is() -> None:
    assert wished("registration", Input("nghe nói có cái vssid mà bác hổng biết", CONTENT)) == 0
    assert wished("registration", Input("thôi bắt đầu đăng ký cho ngoại đi", CONTENT)) >= 0.6


def test_a_reason_may_follow_any_yes() -> None:
    assert reason_after_yes("ừ bác chịu, bác muốn hỏi vụ sổ bị sai tên").startswith("bác muốn hỏi")
    assert reason_after_yes("ừ bác chịu, mà chờ lâu không?") == ""


def test_our_name_may_be_asked_behind_a_story() -> None:
    assert "khong co ten rieng" in said("Hồi xưa tụi tui viết tay không hà. Em tên gì")[0]
    assert "khong co ten rieng" not in said("con tui tên gì trong sổ thì sao")[0]


def test_notices_are_turned_on_and_their_end_is_told() -> None:
    assert said("bật thông báo cho bác nghen")[1].flow == "notices"
    assert topics_chosen("nhắn cái nhắc hạn thôi", ("chung", "dang_ky", "bhyt"), ()) == ("dang_ky",)
    assert "dung" in said("chán rồi thì làm sao cho nó hết gửi", State("notices", "topics"))[0].split()


def test_telling_something_again_is_no_reminder() -> None:
    assert said("ờ rồi mà giờ nhắc con bé lại coi nghen")[1].flow != "registration"


def test_a_card_number_in_a_sentence_is_explained() -> None:
    assert "the bhyt" in said("còn cái này in trên thẻ GD4878800000012")[0]


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("tính đăng ký thử cái vssid trong máy coi sao", "registration"),
        ("mấy đứa nó biểu cài cái vssid gì đó, cô chỉ giùm tui làm từ đầu nghen", "registration"),
        ("nv ủy ban xã cài vssid muốn hỏi người phụ trách trên tỉnh mà hổng biết ai, chỉ giùm", "contacts"),
        ("ktoan trường mn đây, 20 gv cần cài, mình đk đv nha", "unit"),
        ("cty tư nhân thì chị nào trên tỉnh lo vậy", "contacts"),
        ("má tui nội trợ thì ai lo", "contacts"),
    ],
)
def test_a_wish_told_at_length_or_shortened_leads_to_its_own_flow(text: str, flow: str) -> None:
    """Seen to fail for each: the nearest question, the unit's officer, a complaint or a ticket took it."""
    assert said(text)[1].flow == flow


def test_fear_of_people_is_no_wish_for_a_person() -> None:
    """Seen to fail: "nghe … người ta gạt" was a wish for an officer."""
    assert said("hổng cho lấy cái gì của nhà tui đâu nghe mấy vụ này người ta gạt hoài")[1].flow != "helpdesk"
    assert said("cho tui nói chuyện với người thiệt")[1].flow == "helpdesk"


def test_a_portrait_s_size_may_be_told_and_the_picture_come_later() -> None:
    """Seen to fail: "gửi một tấm ảnh" was asked again."""
    at = said("coi giúp tui tấm ảnh chân dung này được chưa")[1]
    assert "cat bot vien" in said("file gốc nặng 4,2 MB lận", at)[0]
    assert "duoi gioi han" in said("tấm này 800 kb", at)[0]
    assert "khi nao chup xong" in said("chưa, tối mới chụp được", at)[0]


def test_a_petition_is_read_back_and_nothing_is_added() -> None:
    """Seen to fail: "đọc lại coi" became a part of the petition."""
    at = State("petitions", "review", {"draft": "quầy số 2 chờ ba tiếng không ai gọi", "category": "waiting"})
    told, after = said("cho xem lại toàn bộ", at)
    assert (after.step, after.answers) == ("review", at.answers)
    assert "quay so 2" in told
