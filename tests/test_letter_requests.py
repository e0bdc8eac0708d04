"""Requests inside letters: what is asked of contacts part by part, wishes, and what only looks like a name or a request."""

from __future__ import annotations

import pytest

from flows.conversations.speech.lookup import FOR_SOMEBODY_AWAY
from flows.directory.follow_ups import asked_in_parts, asks_if_list_holds, asks_whom
from flows.text.normalise import plain
from flows.understanding.intents import asks_for_code


def test_each_part_of_a_letter_asks_its_own_thing() -> None:
    text = "Vị đó thuộc phòng nào, và số này đến nay có còn đúng không?"
    assert asked_in_parts(text) == ("department", "valid")
    assert asked_in_parts("Kính gửi quý cơ quan, tôi chỉ thông báo để biết.") == ()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("đề nghị công bố số người đã cài theo từng xã", False),
        ("cho xin số người phụ trách trường học", True),
        ("sếp tôi bảo liên hệ người bên thu cơ", True),
    ],
)
def test_a_count_of_people_asks_for_nobody(text: str, asks: bool) -> None:
    assert asks_whom(plain(text)) is asks


def test_whether_the_list_still_holds_is_asked_of_the_list() -> None:
    assert asks_if_list_holds(plain("Danh sách đầu mối này ban hành từ năm nào?"))
    assert not asks_if_list_holds(plain("Danh sách đầu mối khối trường học"))


def test_a_number_of_times_is_no_name_whose_code_is_wanted() -> None:
    assert not asks_for_code(plain("Tôi bấm lấy mã ba lần rồi, dùng mã nào"))
    assert asks_for_code(plain("xin tra mã số của Trần Thị Bé Ba"))


def test_a_look_up_for_somebody_away() -> None:
    assert FOR_SOMEBODY_AWAY.search(plain("nhân viên vắng mặt thì tôi tra hộ được không, cần ủy quyền gì"))
    assert not FOR_SOMEBODY_AWAY.search(plain("tra giúp tôi mã số được không"))
