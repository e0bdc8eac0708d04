"""People read out of speech: names, birth dates, provinces, kin, corrections. Rules: a bare name is never damaged; nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.knowledge.content import load_content
from flows.people.corrections import corrected_date, corrected_name, read_correction
from flows.people.reading import PersonRead, read_person
from flows.people.relations import whose
from flows.text.fold import fold
from flows.text.spoken_dates import births_in

CONTENT = load_content()
TODAY = date(2026, 11, 30)


def read(text: str, expected: str = "name") -> PersonRead:
    return read_person(text, TODAY, CONTENT, expected)


SIGNS = (
    "{} 17/01/1983.",
    "{} - 17/01/1983",
    "{} (17/01/1983)",
    '"{}" 17/01/1983',
    "- {}",
    "1. {} 1983",
    "{} 17/01/1983 🙏",
    "Dạ, {}",
    "“{}” – 17/01/1983 🙏🙏",
    "Dạ… {} ạ, 17/01/1983.",
    "<b>{}</b>",
)
BARE = (
    "Trần Thị Bé Ba",
    "tran thi be ba",
    "Nguyễn Văn Được",
    "nguyen van duoc",
    "Lê Thị Trà",
    "Hồ Thị Kỷ",
    "Nguyễn Văn Nam",
    "Phạm Văn Sinh",
    "vo thi k ngan",
    "Traanf Thij Bes Ba",
    "NGUYEN VAN AN",
    "lê văn đực",
    "Danh Sà Rinh",
    "pham minh ha",
    "le thanh nha",
    "mai anh tuan",
    "N.T.Hải",
    "nguyentuanhai",
    "Thạch Thị Sa Rươl",
    "La Bình Nguyên",
    "lê văn kiếm",
)


@pytest.mark.parametrize("form", SIGNS)
def test_signs_around_a_name_are_no_part_of_it(form: str) -> None:
    assert read(form.format("Trần Thị Bé Ba")).name == "Trần Thị Bé Ba"


@pytest.mark.parametrize("name", BARE)
@pytest.mark.parametrize("form", ["{}", "{}, 17/01/1983", "{} 17/01/1983"])
def test_a_bare_name_is_not_damaged(name: str, form: str) -> None:
    found = read(form.format(name))
    assert (found.name, found.sure) == (name, True)


@pytest.mark.parametrize(
    ("text", "name", "born", "province", "who"),
    [
        ("dạ em tên là Huỳnh Thị Mỹ Lệ, sinh năm 83 ạ", "Huỳnh Thị Mỹ Lệ", "1983", "", "self"),
        ("má tui tên Lê Thị Hồng Thắm, bà sinh 1958 hổng nhớ ngày", "Lê Thị Hồng Thắm", "1958", "", "mother"),
        ("ma tui ten le thi hong tham ba sinh 1958 hong nho ngay", "le thi hong tham", "1958", "", "mother"),
        ("tên con là phạm hoàng đăng khoa nha cô", "phạm hoàng đăng khoa", "", "", "self"),
        ("Phạm Hoàng Đăng Khoa sinh 29.2.2004 ở Gò Công", "Phạm Hoàng Đăng Khoa", "29/02/2004", "82", ""),
        ("ông nhà tui tên Nguyễn Văn An hồi đó làm hợp tác xã sinh ngày 2/9/1975", "Nguyễn Văn An", "02/09/1975", "", "spouse"),
        ("con oi ong nha tui ten nguyen van an hoi do lam hop tac xa nghi lau roi sinh ngay 2/9/1975", "nguyen van an", "02/09/1975", "", "spouse"),
        ("con gái tui tên Nguyễn Ngọc Bảo Hân sn 2015", "Nguyễn Ngọc Bảo Hân", "2015", "", "child"),
        ("tra giùm chồng em Võ Thành Danh sinh 1988 quê Bến Tre", "Võ Thành Danh", "1988", "83", "spouse"),
        ("Họ và tên: Nguyễn Thị Kim Loan. Ngày sinh: 12/05/1990", "Nguyễn Thị Kim Loan", "12/05/1990", "", ""),
        ("nguyễn văn an 20/11/1975, 86", "nguyễn văn an", "20/11/1975", "86", ""),
        ("nguyen van an 75", "nguyen van an", "1975", "", ""),
        ("mã số của Lê Thị Hồng Thắm sinh năm 83", "Lê Thị Hồng Thắm", "1983", "", ""),
    ],
)  # fmt: skip  # reason: one sentence a line
def test_a_person_is_read_out_of_speech(text: str, name: str, born: str, province: str, who: str) -> None:
    found = read(text)
    assert (found.name, found.born, found.province, found.whose) == (name, born, province, who)


@pytest.mark.parametrize(
    "text",
    ["không biết", "nhớ có năm sinh thôi được hông", "xong chưa vậy, rồi làm gì nữa", "la sao", "Ba", "²³", "{name}",
     "ban rau cai ngoai cho", "bà sinh năm 1958, hổng nhớ ngày", "điện thoại đăng ký là của bả chứ đâu phải của tui", "lam sao vay"],
)  # fmt: skip  # reason: one list
def test_speech_without_a_name_gives_none(text: str) -> None:
    assert read(text).name == ""


def test_two_people_are_both_told_and_their_facts_are_not_mixed() -> None:
    found = read("em Huỳnh Thị Mỹ Lệ 12/05/1990 còn má em Lê Thị Hồng Thắm 1958")
    assert (found.name, found.others, found.born) == ("Huỳnh Thị Mỹ Lệ", ("Lê Thị Hồng Thắm",), "")


def test_one_person_with_two_spellings_is_asked_about() -> None:
    found = read("bả tên Nguyễn Thị Bông mà giấy tờ ghi là Nguyễn Thị Bông Súng")
    assert (found.name, found.sure, found.others) == ("Nguyễn Thị Bông Súng", False, ())


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("75 á", "1975"), ("sinh năm 83", "1983"), ("dạ ngày 29 tháng 2 năm 2004 á", "29/02/2004"), ("2k9", "2009"),
        ("mung 8 thang 3 bay tu", "08/03/1974"), ("dạ sáu lăm", "1965"), ("17/01/83", "17/01/1983"), ("12 tháng 4 năm 92", "12/04/1992"),
        ("sinh năm 15", "2015"), ("năm năm bốn", "1954"), ("tháng 5 năm 1960", "1960"),
    ],
)  # fmt: skip  # reason: a table
def test_birth_dates_as_they_are_said(text: str, born: str) -> None:
    assert read(text, "fact").born == born


@pytest.mark.parametrize("text", ["ổng 67 tuổi", "năm con heo", "1875", "ấp 12", "tháng 13"])
def test_what_is_no_birth_date_is_none(text: str) -> None:
    assert read(text, "fact").born == ""


def test_odd_letters_are_read_as_what_they_stand_for() -> None:
    assert read("T\u0300\u0301r\u0300\u0301ần Thị Bé Ba 1983").name == "Trần Thị Bé Ba"
    assert read("²³").born == ""
    assert (
        read("\uff11\uff19\uff17\uff15", "fact").born == ""
    )  # the door turns full-width digits into plain ones


@pytest.mark.parametrize("text", ["31/02/1983", "17/01/2983", "30 tháng 2 năm 90"])
def test_a_day_that_is_not_on_the_calendar_is_trouble(text: str) -> None:
    assert read(text, "fact").trouble == "date"


@pytest.mark.parametrize(
    ("born", "text", "new"),
    [
        ("20/12/1975", "à lộn, tháng 11 chớ hổng phải tháng 12", "20/11/1975"),
        ("1975", "mà ảnh sinh 76 chứ hông phải 75", "1976"),
        ("1957", "hổng phải 1957, 1958 mới đúng", "1958"),
        ("14/02/2005", "nhầm, 24 mới đúng", "24/02/2005"),
        ("02/09/1955", "ý lộn năm 54", "02/09/1954"),
        ("08/03/1974", "a lon, mung 9 moi dung", "09/03/1974"),
        ("14/09/1981", "nhầm, năm 1991 ạ", "14/09/1991"),
        ("12/05/1965", "chết lộn, mười lăm tháng năm mới đúng", "15/05/1965"),
        ("20/11/1975", "không phải ngày 20 mà là ngày 2", "02/11/1975"),
        ("20/11/1975", "sửa ngày sinh lại 21/11/1975", "21/11/1975"),
    ],
)
def test_a_date_is_corrected_in_the_part_that_is_named(born: str, text: str, new: str) -> None:
    correction = read_correction(text)
    assert correction is not None
    found = corrected_date(born, correction, TODAY)
    assert found is not None
    assert found.born == new


@pytest.mark.parametrize("text", ["sửa lại tháng 13", "à lộn 31/02/1975"])
def test_a_correction_that_does_not_hold_is_told_and_keeps_nothing(text: str) -> None:
    correction = read_correction(text)
    assert correction is not None
    found = corrected_date("20/11/1975", correction, TODAY)
    assert found is not None
    assert (found.born, found.said != "") == ("", True)


@pytest.mark.parametrize(
    ("name", "text", "new"),
    [
        ("Nguyễn Trúc Lý", "chết gõ lộn, tên Trúc Ly hông phải Trúc Lý", "Nguyễn Trúc Ly"),
        ("Lê Văn Được", "đực chớ hổng phải được", "Lê Văn Đực"),
        ("Lê Thị Hồng Thấm", "lộn, Thắm mới đúng", "Lê Thị Hồng Thắm"),
        ("Nguyễn Văn An", "tên lót là Hữu chứ không phải Văn", "Nguyễn Hữu An"),
    ],
)
def test_a_part_of_a_name_is_corrected(name: str, text: str, new: str) -> None:
    correction = read_correction(text)
    assert correction is not None
    assert corrected_name(name, correction.right, correction.wrong) == new


@pytest.mark.parametrize("text", ["có phải 1975 không", "1975 đúng không", "cảm ơn em", "Nguyễn Văn An 1975"])
def test_a_question_or_a_fact_is_no_correction(text: str) -> None:
    assert read_correction(text) is None


@pytest.mark.parametrize(
    ("text", "who"),
    [("còn ba tui", "father"), ("cho má tui", "mother"), ("vợ em", "spouse"), ("thằng nhỏ nhà chị", "child"), ("bà ngoại", "other"),
     ("mã số là gì", ""), ("ma so bhxh", ""), ("con chào cô", ""), ("cô ơi", "")],
)  # fmt: skip  # reason: a table
def test_kin_words_tell_whose(text: str, who: str) -> None:
    assert whose(text) == who


_WORDS = st.sampled_from(
    "dạ em tên là má tui Nguyễn Văn An lê thị sinh năm 75 1958 17/01/1983 ở Gò Công nha à lộn hổng phải mới đúng , . - 🙏 “ ” ² k 2k1 088075000003 31/02/1990 tháng mười".split()
)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=14).map(" ".join)),
    st.sampled_from(["", "name", "fact"]),
)
def test_any_text_is_read_without_harm(text: str, expected: str) -> None:
    found = read_person(text, TODAY, CONTENT, expected)
    letters = "".join(char for char in fold(text) if char.isalpha())
    named = "".join(char for char in fold(found.name) if char.isalpha())
    assert named in letters, "a name is a run of what was typed"
    if found.born:
        assert births_in(found.born, TODAY, expected="fact")[0].born == found.born
    correction = read_correction(text)
    if correction is not None:
        corrected_date("20/11/1975", correction, TODAY)
        corrected_name("Nguyễn Văn An", correction.right, correction.wrong)


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("ngày mười bảy tháng một năm một nghìn chín trăm tám mươi ba", "17/01/1983"),
        ("sinh ngày mười bảy tháng một năm một chín tám ba", "17/01/1983"),
        ("một ngàn chín trăm năm mươi tám", "1958"),
        ("sinh năm một nghìn chín trăm bốn mươi lăm", "1945"),
        ("chín trăm tám ba", "1983"),
        ("một chín tám mươi ba", "1983"),
        ("hai nghìn không trăm lẻ tám", "2008"),
        ("hai ngàn lẻ tám", "2008"),
        ("hai không một không", "2010"),
        ("ngày mùng năm tháng chạp năm năm tám", "05/12/1958"),
        ("mồng ba tháng giêng năm sáu lăm", "03/01/1965"),
        ("năm tám ba", "1983"),
    ],
)
def test_a_year_said_in_full_is_read(said: str, born: str) -> None:
    assert (read(said, "fact").born, read(fold(said), "fact").born) == (born, born)


@pytest.mark.parametrize(
    "said", ["hai ngàn đồng", "một nghìn chín trăm tám mươi ba người", "ba trăm tám mươi"]
)
def test_an_amount_is_no_year(said: str) -> None:
    assert read(said, "").born == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("người cần tra là ông Đặng Văn Lâm, sinh năm 1961", "Đặng Văn Lâm"),
        ("tra cho ong dang van lam sinh nam 1961", "dang van lam"),
        ("Ông Văn Lâm", "Ông Văn Lâm"),
        ("ông thị lan 1961", "ông thị lan"),
    ],
)
def test_a_word_of_address_is_no_family(said: str, name: str) -> None:
    assert read(said).name == name


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("bác sanh hồi năm bốn lăm lận con", "1945"),
        ("sinh năm năm mươi tám", "1958"),
        ("sanh khoảng năm sáu mốt", "1961"),
    ],
)
def test_a_year_in_a_story_is_read(said: str, born: str) -> None:
    assert read(said, "fact").born == born


def test_a_tone_told_in_words_corrects_the_name() -> None:
    told = read_correction("ten Sáng dau sac nghen, cho hong phai Sang")
    assert told is not None and corrected_name("Lê Văn Sang", told.right, told.wrong) == "Lê Văn Sáng"
