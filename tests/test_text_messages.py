"""The three text messages of VssID in any spacing, and the days counted from the first. Rule: the wordings are the letter's, the values pretend."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data import rights
from data.knowledge.calendar import read_calendar
from data.knowledge.content import load_content
from flows.catalog import advance
from flows.engine.events import Said
from flows.engine.state import State
from flows.secrets import detector
from flows.text.normalise import clean
from flows.text.vssid_sms import Received, read_number, read_received, which_secret
from tests.houses import House

CONTENT = load_content()
AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
RECEIVED = (
    "BHXH Viet Nam da nhan to khai cua ma so 8800000001 voi so ho so la 01841.GD/2026/087. Vui long den BHXH gan nhat de "
    "hoan tat thu tuc. Lien he 19009068 de duoc ho tro."
)
ACCOUNT = "Hoan tat thu tuc thanh cong --- Tai Khoan: 8800000001- Mat Khau: 4418"
CODE = (
    "604817. Ban dang thuc hien xin cap lai mat khau dang nhap Cong giao dich dien tu BHXH Viet Nam. Ma xac thuc co hieu "
    "luc trong vong 5 phut"
)
MARKED = {
    "da nhan to khai": "đã nhận tờ khai",
    "ma so": "mã số",
    "so ho so": "số hồ sơ",
    "Mat Khau": "Mật Khẩu",
}


def pasted(text: str, chance: random.Random) -> str:
    """The text as a hand may paste it: other case, blanks doubled or gone, broken lines, marks put in."""
    for plain, marked in MARKED.items():
        text = text.replace(plain, marked) if chance.random() < 0.5 else text
    text = chance.choice([str, str.upper, str.lower])(text)
    return "".join(chance.choice([" ", " ", "  ", "\n", ""]) if c == " " else c for c in text)


@pytest.mark.parametrize("seed", range(60))
def test_the_received_message_is_read_in_any_spacing(seed: int) -> None:
    text = clean(pasted(RECEIVED, random.Random(seed)))
    assert read_received(text) == Received("01841.GD/2026/087", "8800000001")
    assert detector.secret_in(text, CONTENT.secret_weights, expected=False) == ""


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize(
    ("message", "kind", "secret"), [(ACCOUNT, "account", "password"), (CODE, "code", "otp")]
)
def test_the_two_secret_messages_are_known_in_any_spacing(
    message: str, kind: str, secret: str, seed: int
) -> None:
    text = clean(pasted(message, random.Random(seed)))
    assert detector.secret_in(text, CONTENT.secret_weights, expected=False) == secret, text
    assert which_secret(text) == kind, text
    assert read_received(text) is None


def test_the_day_a_phone_writes_before_the_message_is_read() -> None:
    assert read_received(f"19/11/2026 09:15 {RECEIVED}") == Received(
        "01841.GD/2026/087", "8800000001", date(2026, 11, 19)
    )


@pytest.mark.parametrize("text", ["số hồ sơ 01841.GD/2026/087", "BHXH đã nhận tờ khai", "x" * 2000, ""])
def test_other_texts_are_no_received_message(text: str) -> None:
    assert read_received(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "01841.GD/2026/087",
        "01841GD/2026/087",
        "so ho so cua tui la 01841.gd/2026/087 nha",
        "Số hồ sơ nè: 01841 . GD / 2026 / 087",
    ],
)
def test_a_dossier_number_alone_is_read(text: str) -> None:
    assert read_number(text) == "01841.GD/2026/087"


@pytest.mark.parametrize(
    "text",
    [
        "01841.HT/2026/087",
        "hồ sơ 01841.GD/2026/087 tới đâu rồi",
        "01841.GD/2026/087 đóng 1.200.000đ",
        RECEIVED,
        "so ho so",
        "x" * 2000,
    ],
)
def test_another_number_and_a_question_about_one_are_no_declaration(text: str) -> None:
    assert read_number(text) == ""


async def test_a_dossier_number_alone_starts_the_clock_and_the_day_it_is_told_stays(house: House) -> None:
    house.clock.now = AT.timestamp()
    asked = await house.say("01841.GD/2026/087")
    assert "01841.GD/2026/087 là của tờ khai đã gửi" in asked.rows[0].body["text"]
    day = await house.say("đồng ý")
    assert "ngày nào?" in day.rows[-1].body["text"]
    told = await house.say("hôm qua")
    assert "hạn nộp giấy khoảng thứ hai, 07/12/2026, còn 9 ngày làm việc" in told.rows[0].body["text"]
    await house.say("menu")
    await house.say("số hồ sơ của tui là 01841.GD/2026/087")  # told again: the day stays
    assert "gửi 23/11/2026" in (await house.say("hạn chừng nào")).rows[0].body["text"]
    other = await house.say("01999.GD/2026/087")  # another declaration: its day is asked for
    assert "ngày nào?" in other.rows[-1].body["text"]


@pytest.mark.parametrize(
    ("sent", "last"),
    [
        ("2021-04-19", "2021-05-06"),
        ("2021-04-29", "2021-05-17"),
        ("2024-04-26", "2024-05-14"),
        ("2026-02-13", "2026-03-06"),
        ("2026-08-19", "2026-09-04"),
        ("2025-12-19", "2026-01-06"),
    ],
)
def test_ten_working_days_end_where_the_published_calendars_say(sent: str, last: str) -> None:
    assert CONTENT.calendar.nth_after(date.fromisoformat(sent), 10) == date.fromisoformat(last)
    assert CONTENT.calendar.between(date.fromisoformat(sent), date.fromisoformat(last)) == 10
    assert CONTENT.calendar.between(date.fromisoformat(last), date.fromisoformat(sent)) == 0


@pytest.mark.parametrize(
    "line",
    ["- {year: 2026, closed: ['02-30'], worked: []}", "- {year: 2026, closed: ['11-22'], worked: []}", "5"],
)
def test_a_calendar_with_an_impossible_day_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "calendar.yaml").write_text(f"expected_from: 2027\nyears:\n  {line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"calendar\.yaml"):
        read_calendar(tmp_path / "calendar.yaml")


LISTED = {"who": "employee", "platform": "ios", "code_known": "1", "done": []}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hôm nay", "2026-11-24"),
        ("hom qua", "2026-11-23"),
        ("19/11", "2026-11-19"),
        ("19 tháng 11", "2026-11-19"),
        ("ngày 19/11/2026 đó", "2026-11-19"),
        ("30/12", "2025-12-30"),
        ("31/02", ""),
        ("25/11/2026", ""),
        ("19/11/2019", ""),
        ("lâu rồi", ""),
    ],
)
def test_the_day_of_sending_is_heard_and_an_impossible_one_asked_again(typed: str, kept: str) -> None:
    state = State("registration", "sent_on", {**LISTED, "number": "01841.GD/2026/087"})
    turn = advance(state, Said(typed, AT), CONTENT)
    assert turn.state.answers.get("told_on", "") == kept
    assert (turn.awaits is not None) is bool(kept)


def test_a_message_about_another_code_is_pointed_out() -> None:
    state = State("registration", "list", {**LISTED, "record_code": "8800000002", "record_name": "A B"})
    turn = advance(state, Said(RECEIVED, AT), CONTENT)
    assert "khác với mã số" in turn.replies[0].text


async def test_number_and_day_are_kept_sealed_exported_and_survive_ticks(house: House) -> None:
    for words in ("đăng ký", "người lao động", "android", "biết rồi"):
        await house.say(words)
    house.clock.now = AT.timestamp()
    asked = await house.say(RECEIVED)
    assert "Anh/chị có đồng ý không?" in asked.rows[-1].body["text"]
    await house.say("đồng ý")
    said = await house.say("hôm nay")
    assert "hạn nộp giấy khoảng thứ ba, 08/12/2026, còn 10 ngày làm việc" in said.rows[0].body["text"]
    await house.say("xong")
    await house.say("menu")
    await house.say("đăng ký")
    listed = await house.say("tiếp")
    assert "01841.GD/2026/087" in listed.rows[0].body["text"]
    async with house.db.writing() as connection:
        exported = await rights.take_along(house.db, connection, house.seal, "terminal:t", AT.timestamp())
    assert exported is not None
    assert exported["ho_so_dang_ky"][0]["so_ho_so"] == "01841.GD/2026/087"
    assert exported["ho_so_dang_ky"][0]["ngay_gui"] == "2026-11-24"
