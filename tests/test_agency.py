"""Which local office serves a place, by its old or new name; what is not in the list is said to be unknown."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from data.knowledge.content import load_content
from flows.catalog import FLOWS, advance
from flows.conversations import agency
from flows.engine.events import Said
from flows.engine.proposals import Reading
from flows.engine.state import State
from flows.engine.steps import Context
from flows.understanding.input import Input

CONTENT = load_content()
PLACES = CONTENT.places
AT = datetime(2026, 12, 1, 3, tzinfo=UTC)
UNKNOWN = "không đoán: gọi 1900 9068"


def _answer(text: str) -> str:
    return advance(State(), Said(text, AT), CONTENT).replies[0].text


def test_the_table_is_the_whole_province() -> None:
    kinds = Counter(place.name.partition(" ")[0] for place in PLACES.places)
    assert kinds == {"Xã": 82, "Phường": 20}  # NQ 1663
    olds = [was for place in PLACES.places for was in place.was]
    assert len(olds) == len(set(olds)) == 305
    assert len({was.partition(", ")[2] for was in olds}) == 23  # 12 of Đồng Tháp, 11 of Tiền Giang


def test_every_old_and_new_name_leads_to_its_place() -> None:
    for place in PLACES.places:
        for name in (place.name, *place.was):
            for text in (name, name.lower()):
                found = PLACES.find(text, asked=True)
                assert found is not None, text
                assert place in found.places, text
    exact = sum(PLACES.find(was).places == (p,) for p in PLACES.places for was in p.was)  # type: ignore[union-attr]
    assert exact >= 0.97 * 305


def test_each_known_office_serves_its_area_and_no_other_place_has_one() -> None:
    served = Counter(o.name for o in map(PLACES.office_of, PLACES.places) if o is not None)
    assert served == {office.name: len(office.area) for office in PLACES.offices}
    assert len(PLACES.offices) == 5 and sum(served.values()) == 40


@pytest.mark.parametrize(
    ("said", "holds", "unknown"),
    [
        ("tui ở Hồng Ngự nộp chỗ nào", "phường Hồng Ngự, phường Thường Lạc", True),
        (
            "nha o cho gao thi nop o dau",
            "BHXH cơ sở Chợ Gạo: Ấp 1, xã Chợ Gạo (theo Thông báo 600, 9/2025)",
            False,
        ),
        ("xã Mỹ Tân, TP Cao Lãnh giờ là gì", "nay là phường Mỹ Ngãi (theo Nghị quyết 1663, 7/2025)", True),
        ("bhxh cai lậy nằm đâu", "39 đường huyện 53", False),
        ("em ở phường sơn qui thì nộp giấy ở đâu", "123A Trần Hưng Đạo", False),
        ("ở châu thành nộp đâu", "BHXH cơ sở Châu Thành (lo xã Bình Trưng", True),
        ("huyện Tam Nông giờ nhập vào đâu", "xã Tràm Chim", True),
        ("tiem o lap vo chon bhxh nao", "[087] BHXH Đồng Tháp", True),
        ("người ở phường Mỹ Tho thì nên chọn cơ quan bảo hiểm nào", "lo phường Mỹ Tho", True),
    ],
)
def test_where_to_go_is_told_or_said_to_be_unknown(said: str, holds: str, unknown: bool) -> None:
    answer = _answer(said)
    assert holds in answer and (UNKNOWN in answer) is unknown
    assert "kế toán của đơn vị" in answer


@pytest.mark.parametrize(
    "said",
    [
        "tôi ở Long An nộp ở đâu",  # another province, and a commune that was
        "trường học ở cao lãnh liên hệ ai",
        "bệnh viện nào ở Cao Lãnh nhận bảo hiểm",
        "gần phường 4 có điểm thu bảo hiểm nào không",
        "ông Thanh Bình làm ở đâu",
        "bán cá ngoài chợ sa đéc, có làm cho ai đâu",
        "tra cứu mã số cho bà ở Cao Lãnh thì vào đâu",
    ],
)
def test_other_questions_with_a_place_in_them_are_left_alone(said: str) -> None:
    reading = Reading(Input(said, CONTENT), State(), Context({}, CONTENT, AT, FLOWS), None, None)
    assert list(agency._reads(reading)) == []


def test_a_place_alone_is_understood_after_an_answer_that_asks_for_it() -> None:
    turn = advance(State(), Said("bỏ huyện rồi đến BHXH nào", AT), CONTENT)
    assert turn.state.memory["item"][0] == "den-bhxh-nao"
    assert "BHXH cơ sở Gò Công" in advance(turn.state, Said("gò công", AT), CONTENT).replies[0].text
