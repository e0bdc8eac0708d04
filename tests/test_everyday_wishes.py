"""What people say at home, in variants of our own: wishes, misheard names, answers as stories, what is told early, turns about contacts and swindles."""

from __future__ import annotations

import pytest

from data.knowledge.content import load_content
from flows.people.livelihoods import livelihood, told_in
from flows.scams.turns import asks_leave, asks_the_place, given_since, only_demanded
from flows.spoken.asked_plainly import asked_plainly
from flows.spoken.secret_turns import follows_along, trusts_us
from flows.spoken.wishes import declined, names_the_thing, wished
from flows.text.dictated import written
from flows.text.normalise import plain
from flows.text.spoken_clauses import spoken_clauses
from flows.understanding.input import Input

CONTENT = load_content()


def message(text: str) -> Input:
    return Input(written(text), CONTENT)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tải cái vê ét ét ai đi về máy", "tải cái VssID về máy"),
        ("vờ ét ét ai đi là gì", "VssID là gì"),
        ("chưa thấy ô tê pê đâu", "chưa thấy OTP đâu"),
        ("cho xin mã xổ bảo hiểm", "cho xin mã số bảo hiểm"),
        ("tui xài săm sung", "tui xài Samsung"),
        ("mất cái ai phôn rồi", "mất cái iPhone rồi"),
    ],
)
def test_what_a_telephone_misheard_is_put_back(typed: str, meant: str) -> None:
    assert written(typed) == meant


@pytest.mark.parametrize(
    "text", ["em ở cao ốc ABC", "mã sổ hộ khẩu", "mẹ tui hết biết", "áp suất cao", "Võ Thị Mã Số"]
)
def test_other_words_stay_letter_by_letter(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize(
    ("flow", "text"),
    [
        ("registration", "mần cái vssid giùm ông nghen cháu"),
        ("registration", "chiều rảnh, lam vssid cho chi di em"),
        ("registration", "tui mún cài vi ét ai đi cho bà xã"),
        ("lookup", "kiếm giùm ông cái mã bảo hiểm đi cháu, đi khám họ đòi hoài"),
        ("lookup", "coi lại giùm chồng em số sổ bảo hiểm là mấy"),
        ("password", "thay cái mật khẩu vssid giùm đi, cái cũ ai cũng biết"),
        ("password", "mật khẩu vssid tui quên mất tiêu rồi"),
    ],
)
def test_a_wish_in_everyday_words_is_heard(flow: str, text: str) -> None:
    assert wished(flow, message(text)) >= 0.6


@pytest.mark.parametrize(
    ("flow", "text"),
    [
        ("registration", "làm vssid cần đem giấy gì"),
        ("registration", "làm vssid rồi, giờ coi thẻ ở đâu"),
        ("registration", "sao cài vssid không được"),
        ("registration", "đừng có đăng ký vssid cho tui nghe"),
        ("lookup", "cho biết mã số hồ sơ"),
        ("lookup", "gửi mã otp cho ai"),
        ("password", "chỉ em cách đổi mật khẩu"),
    ],
)
def test_a_question_or_a_refusal_is_no_wish(flow: str, text: str) -> None:
    assert wished(flow, message(text)) == 0


def test_the_thing_alone_says_which_of_two_comes_first() -> None:
    assert names_the_thing("lookup", message("thì cái mã trước đi con"))
    assert names_the_thing("password", message("vụ mật khẩu trước nha"))
    assert not names_the_thing("lookup", message("mã otp đâu"))
    assert declined("registration", message("nói trước là không muốn làm vssid nghe"))


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("tui chạy ghe bán khoai chớ có làm cho ai đâu", "individual"),
        ("nuôi vịt chạy đồng, hổng ăn lương ai", "individual"),
        ("bien che truong 10 nam r", "employee"),
        ("em dieu duong bv huyen", "employee"),
        ("có công ty nào đâu, ở nhà giữ cháu", "individual"),
        ("trời mưa quá", ""),
    ],
)
def test_what_one_lives_on_is_read_from_a_story(text: str, who: str) -> None:
    assert livelihood(plain(text)) == who


def test_the_telephone_that_is_denied_is_not_the_one() -> None:
    assert told_in(message("ai phôn à không, ai phôn của con dâu, máy tui ốp pô"))["device"] == "android"
    assert told_in(message("không phải samsung, cái này iphone"))["device"] == "ios"


def test_con_at_the_end_of_a_wish_is_the_assistant() -> None:
    assert told_in(message("bà muốn đăng ký vssid nghen con")).get("who") != "child"
    assert told_in(message("đăng ký vssid cho con trai")).get("who") == "child"


def test_speech_without_stops_falls_into_clauses() -> None:
    assert spoken_clauses("tui già rồi mà cái thẻ nó mất giờ đi khám có được không")[-1] == (
        "đi khám có được không"
    )
    assert spoken_clauses("mã số là gì") == []


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("tấm hình đó nặng cỡ nào thì được", "anh-qua-lon"),
        ("chừng nào hết hạn vậy", "qua-han"),
        ("thẻ giấy bị rách đi nhà thương được hôn", "khong-cai-di-kham"),
        ("màn hình nó quay quay hoài", "app-loi"),
        ("có người trực hay bot trả lời vậy", "bot-that"),
        ("em là người lao động của công ty", ""),
    ],
)
def test_a_question_in_country_words_has_its_item(text: str, item: str) -> None:
    assert asked_plainly(plain(text)) == item
    assert not item or CONTENT.questions.item(item) is not None


def test_what_is_demanded_by_a_stranger_is_not_given_yet() -> None:
    assert only_demanded(plain("nó biểu phải đóng 300 ngàn trước mới lãnh được"))
    assert not only_demanded(plain("nó biểu đóng 300 ngàn, tui lỡ đóng rồi"))
    assert given_since(plain("bà hàng xóm chuyển tiền hôm qua rồi")) == "paid"
    assert given_since(plain("chưa có chuyển gì hết")) == ""
    assert asks_leave(plain("giờ bấm vô được hôn con"))
    assert asks_the_place(plain("vậy trang nào mới là của bảo hiểm thiệt"))


def test_a_secret_is_not_kept_for_anybody_and_a_recipe_goes_on() -> None:
    assert trusts_us(plain("nói cho có mình con biết thôi mà"))
    assert trusts_us(plain("ghi giùm ông mấy số đó"))
    assert follows_along(plain("mở lên thấy rồi đó"))
    assert not follows_along(plain("đổi được rồi cảm ơn"))
