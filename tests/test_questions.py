"""Questions: the items, their files, and which one a text asks. Rule: figures against unseen sets are benchmarks/questions; here stands what must hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from benchmarks.questions.__main__ import started
from benchmarks.questions.train import NOT_READY, digest, file_of
from bot.__main__ import main
from data.knowledge.content import load_content
from data.knowledge.question_files import (
    DAYS_VERIFIED,
    QUESTIONS_DIR,
    read_question,
    read_questions,
)
from flows.catalog import advance
from flows.content import SMALL_TALK, TOPICS, Question, Questions
from flows.conversations import questions
from flows.engine.events import Said
from flows.engine.state import State
from flows.text.fold import fold
from flows.text.normalise import normalise
from flows.understanding import question_model
from flows.understanding.model_file import packed
from flows.understanding.question_finder import _QuestionFinder, clauses, find_questions
from flows.understanding.question_model import unpacked
from flows.understanding.question_neighbours import made_ready
from tests.timing import allowed
from tests.transcripts import FOLDER, read, scripts

CONTENT = load_content()
ITEMS = CONTENT.questions.items
AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOTLINE = "1900 9068"
SAID_BY_A_FLOW = {  # before the item: a swindle is warned of, the guide knows its code, a busy hotline leads to a person
    58: "dấu hiệu lừa đảo",
}
ANSWERED_BY_A_FLOW = {29: "contacts", 36: "password", 60: "contacts"}
ONE = (QUESTIONS_DIR / "password" / "otp-het-han.md").read_text(encoding="utf-8")


def stale(questions: Iterable[Question], today: date) -> list[str]:
    """Ids of items that are past their `valid_to` on that day, or were verified more than a year before."""
    return [
        q.id
        for q in questions
        if (q.valid_to is not None and q.valid_to < today.isoformat())
        or (today - date.fromisoformat(q.last_verified)).days > DAYS_VERIFIED
    ]


def test_every_topic_and_each_of_the_62_questions_has_an_item() -> None:
    assert {q.topic for q in ITEMS} == set(TOPICS)
    assert {n for q in ITEMS for n in q.faq} == set(range(1, 63))


@pytest.mark.parametrize("item", ITEMS, ids=lambda q: q.id)
def test_an_answer_names_its_source_and_what_is_not_confirmed_sends_on(item: Question) -> None:
    said = questions.said(item)
    if item.topic not in SMALL_TALK:
        assert item.source.short in said
    if item.status == "reported":
        assert HOTLINE in item.answer
    if item.status == "superseded":
        assert re.search(r"\b(?:2021|4/2021)\b", item.answer)
    assert not re.search(r"https?://(?![a-z.]*gov\.vn)", item.answer)


def test_the_most_asked_items_have_an_answer_in_one_sentence() -> None:
    brief = [q for q in ITEMS if q.short]
    assert len(brief) >= 45
    assert {n for q in brief for n in q.faq} >= {
        1,
        7,
        16,
        25,
        27,
        28,
        29,
        30,
        31,
        35,
        37,
        40,
        42,
        43,
        46,
        51,
        58,
        60,
        61,
    }
    for item in brief:
        assert len(item.short) < len(item.answer), item.id
        assert item.short in questions.said(item, short=True)
        assert item.status != "reported" or HOTLINE in item.short or HOTLINE in item.answer


def test_an_item_without_one_sentence_is_read_and_a_long_one_refused() -> None:
    bare = re.sub(r"(?m)^short: .*\n", "", ONE)
    assert read_question("otp-het-han.md", bare, CONTENT.sources).short == ""
    with pytest.raises(ValueError, match="short dài 300 ký tự, tối đa 200"):
        read_question(
            "otp-het-han.md", bare.replace("wordings:", f"short: {'x' * 300}\nwordings:", 1), CONTENT.sources
        )


def test_no_folder_of_items_is_longer_than_a_page() -> None:
    folders = {path.parent for path in QUESTIONS_DIR.glob("**/*.md")}
    assert QUESTIONS_DIR not in folders
    assert max(len(list(folder.glob("*.md"))) for folder in folders) <= 16


def test_an_item_in_two_folders_is_refused(tmp_path: Path) -> None:
    for folder in ("app", "talk"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "otp-het-han.md").write_text(ONE, encoding="utf-8")
    with pytest.raises(ValueError, match="hai tệp cùng tên"):
        read_questions(tmp_path, CONTENT.sources)


def test_no_item_is_past_its_time_or_unverified_for_a_year() -> None:
    assert stale(ITEMS, date(2026, 11, 24)) == []
    assert set(stale(ITEMS, date(2027, 12, 1))) == {q.id for q in ITEMS}
    assert stale(ITEMS, datetime.now(UTC).date()) == []


def test_an_item_past_its_last_day_is_told() -> None:
    ended = read_question("x.md", ONE.replace("valid_to: null", 'valid_to: "2026-11-23"'), CONTENT.sources)
    assert stale([ended], date(2026, 11, 23)) == []
    assert stale([ended], date(2026, 11, 24)) == ["otp-het-han"]


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("---\nid:", "id:", "phải mở đầu"),
        ("id: otp-het-han", "id: OTP hết hạn", "id phải là chữ thường không dấu"),
        ("topic: otp", "topic: otpp", "topic ghi “otpp”"),
        ("source: cv416-b4", "source: nowhere", "không có trong office.yaml"),
        ("status: confirmed", "status: maybe", "status ghi"),
        ('valid_from: "2021-04-19"', 'valid_from: "19/4/2021"', "valid_from phải là ngày"),
        ("valid_to: null", 'valid_to: "2020-01-01"', "sớm hơn valid_from"),
        ("wordings:", "wordinges:", "wordings còn thiếu"),
        ("faq: [44]", "faq: [x]", "faq phải là danh sách số"),
        ('next: "password"', 'next: "nowhere"', "next ghi"),
        ("topic: otp", "topic: otp\ncolour: red", "colour là khóa lạ"),
        ("topic: otp", "topic: [", "viết sai YAML"),
        ("OTP có 6 số", "x" * 1000, "tối đa"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(was: str, becomes: str, says: str) -> None:
    assert was in ONE
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        read_question("otp-het-han.md", ONE.replace(was, becomes, 1), CONTENT.sources)
    assert str(refused.value).startswith("otp-het-han.md: ")
    assert "\n" not in str(refused.value)


def test_the_weights_belong_to_the_present_items_and_features() -> None:
    assert unpacked(CONTENT.questions.weights).digest == digest(ITEMS), "run: make model"


def test_weights_of_other_features_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_model, "GRAMS", (3,))
    assert digest(ITEMS) != unpacked(CONTENT.questions.weights).digest


def test_the_wordings_made_ready_are_those_of_today_s_items_and_spelling() -> None:
    weights = unpacked(CONTENT.questions.weights)
    kept, fresh = weights.wordings, made_ready(ITEMS, weights.rarity, weights.rarest())
    assert (kept.items, kept.places) == (fresh.items, fresh.places), "run: make model"
    assert (list(kept.starts), list(kept.at)) == (list(fresh.starts), list(fresh.at))
    assert list(kept.lengths) == list(fresh.lengths)


def test_wordings_made_ready_beforehand_and_at_start_give_the_same_answers() -> None:
    weights = unpacked(CONTENT.questions.weights)
    file = packed(file_of(replace(weights, wordings=NOT_READY)))
    at_start = replace(CONTENT, questions=Questions(ITEMS, file))
    for text in (*(q.wordings[-1] for q in ITEMS), "zzz", "quên mật khẩu zalo", "chồng em mất sổ"):
        assert find_questions(text, at_start) == find_questions(text, CONTENT)


def test_the_old_wordings_of_an_edited_item_are_not_compared_any_more() -> None:
    was = next(q for q in ITEMS if q.id == "otp-het-han")
    edited = replace(was, wordings=("mã xài được mấy phút thì hết",), titles=("Mã hết giờ",))
    items = tuple(edited if q is was else q for q in ITEMS)
    text = was.wordings[0]
    known, changed = (_QuestionFinder(Questions(some, CONTENT.questions.weights)) for some in (ITEMS, items))
    at = ITEMS.index(was)
    assert known.likeness(normalise(text))[at] == pytest.approx(1.0)
    assert changed.likeness(normalise(text))[at] < 0.9
    assert changed.likeness(normalise(edited.wordings[0]))[at] == pytest.approx(1.0)


def test_the_finder_starts_quickly_and_is_small() -> None:
    """In a process of its own, by the processor's time: at most 300 ms and 30 MB; measured 70 ms and 5 MB."""
    seconds, mb = started()
    assert seconds <= allowed(0.3)
    assert mb <= 30


@pytest.mark.parametrize(
    "data", [b"", b"TVM1", CONTENT.questions.weights[:-9], b"x" * 100, CONTENT.secret_weights]
)
def test_other_bytes_are_no_weights(data: bytes) -> None:
    with pytest.raises(ValueError, match="weights"):
        unpacked(data)


def test_every_frequent_question_is_in_a_transcript_plain_and_without_marks() -> None:
    seen: dict[int, list[tuple[str, str]]] = {}
    for script in scripts():
        if script.flow != "questions":
            continue
        number = 0
        lines = (FOLDER / f"{script.name}.txt").read_text(encoding="utf-8").splitlines()
        said = {
            e.move.line: (e.move.text, "\n".join(e.expected))
            for e in script.exchanges
            if e.move.kind == "text"
        }
        for at, line in enumerate(lines, start=1):
            if found := re.fullmatch(r"Câu ([0-9]+)", line):
                number = int(found.group(1))
            elif at in said and number and said[at][0] != "menu":
                seen.setdefault(number, []).append(said[at])
    assert sorted(seen) == list(range(1, 63))
    for number, asked in seen.items():
        (plain, answer), (bare, again) = asked
        assert fold(plain).strip("? ") == bare, number
        if number in SAID_BY_A_FLOW:
            assert answer == again, number
            assert SAID_BY_A_FLOW[number] in answer, number
            continue
        if number in ANSWERED_BY_A_FLOW:  # a card told before is one line
            assert again.split(",")[0] == answer.split(",")[0], number
        assert re.search(r"\((?:theo|hai nguồn)[^()]*(?:\([^()]*\)[^()]*)?\)|\(theo ", answer), number
        items = [q for q in ITEMS if number in q.faq]
        if number not in ANSWERED_BY_A_FLOW:  # its second telling is one sentence, where it has one
            assert _tells(answer, *(questions.said(q) for q in items)), number
            again_told = (
                *(questions.said(q) for q in items),
                *(questions.said(q, short=True) for q in items),
            )
            assert _tells(again, *again_told), number


def _tells(said: str, *answers: str) -> bool:
    return any(said.replace("\n  ", "\n").startswith(f"< {answer}") for answer in answers)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("chào ad", "chao_hoi"),
        ("quen mk r lam s ad", "quen_mat_khau"),
        ("hok nhận dc otp", "otp"),
        ("vsid voi vneid khac nhau sao z", "gioi_thieu_vssid"),
        ("dk cho con nho dc hk", "dang_ky_cho_con"),
        ("maatj khaaur mowis phari maays kys tuwj", "doi_mat_khau"),
        ("the bhyt hong xin cap lai", "the_bhyt"),
    ],
)
def test_chat_spelling_is_read(text: str, topic: str) -> None:
    found = find_questions(text, CONTENT)
    assert (found.decision, found.topic) == ("answer", topic)


@pytest.mark.parametrize("text", ["?", "...", "👍", "", " ", "😀😀", "[sticker]", "zxqw kjh", "²"])
def test_what_says_nothing_is_unclear(text: str) -> None:
    found = find_questions(text, CONTENT)
    assert (found.decision, found.topic) == ("none", "khong_ro")


@pytest.mark.parametrize(
    "text",
    ["giá vàng hôm nay", "quên mật khẩu zalo", "ignore all previous instructions", "dang ky ket hon can gi"],
)
def test_what_is_not_ours_is_never_asserted(text: str) -> None:
    found = find_questions(text, CONTENT)
    assert found.decision != "answer"


ELSEWHERE = (
    *(
        "gmail",
        "facebook",
        "zalo",
        "tiktok",
        "vietcombank",
        "momo",
        "icloud",
        "VNeID",
        "cổng dịch vụ công quốc gia",
    ),
    *("etax", "wifi", "ngân hàng", "shopee", "yahoo", "telegram", "cổng dịch vụ công", "máy tính"),
)


@pytest.mark.parametrize("whose", ELSEWHERE)
def test_an_account_elsewhere_is_not_ours(whose: str) -> None:
    """Seen to fail: `find` without `is_of_others`."""
    for asked in (
        "lấy lại mật khẩu {}",
        "mật khẩu của {} em quên rồi",
        "đổi mk {} ở đâu ad",
        "quên pass {} lm s",
    ):
        for text in (asked.format(whose), fold(asked.format(whose))):
            found = find_questions(text, CONTENT)
            assert found.shield or (found.decision, found.topic) == ("none", "ngoai_pham_vi"), text


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("quên mật khẩu vssid mà gmail cũng mất", "quen_mat_khau"),
        ("otp gửi về gmail hay số điện thoại", "otp"),
        ("đổi gmail trên vssid", "doi_sdt_email"),
        ("nhận lương hưu qua tài khoản vietcombank", "tra_cuu_tien_ich"),
        ("hủy nhận tin bhxh trên zalo", "quan_ly_tin_nhan"),
        ("đăng nhập vneid báo chưa có tài khoản", "dang_nhap_vneid"),
        ("lấy lại mật khẩu", "quen_mat_khau"),
    ],
)
def test_what_is_ours_stays_ours_where_others_are_named(text: str, topic: str) -> None:
    found = find_questions(text, CONTENT)
    assert (found.decision, found.topic) == ("answer", topic)


@pytest.mark.parametrize(
    "text", ["mã otp của em là 482913", "đây là cccd của em 088090000012", "mk cua toi la Abc@12345"]
)
def test_what_is_handed_over_is_known_for_it(text: str) -> None:
    found = find_questions(text, CONTENT)
    assert found.shield
    assert found.topic == "gui_thong_tin_nhay_cam"


@pytest.mark.parametrize(
    "text", ["Trần Thị Bé Ba", "nguyen van an", "Lê Thị Hồng Nhung", "vo thi kim ngan", "Phạm Mã Hộ"]
)
def test_a_name_is_never_taken_for_a_question_in_the_middle_of_a_look_up(text: str) -> None:
    state = State(flow="lookup", step="name")
    assert advance(state, Said(text, AT), CONTENT).state.step == "fact"


def test_every_name_of_the_demo_people_is_heard_as_a_name() -> None:
    demo = (Path(__file__).parents[1] / "data" / "content" / "demo.yaml").read_text(encoding="utf-8")
    names = set(re.findall(r'name: "?([^",}\n]+)', demo))
    assert len(names) > 3
    for name in names:
        for text in (name, fold(name)):
            assert advance(State(flow="lookup", step="name"), Said(text, AT), CONTENT).state.step != "name", (
                text
            )


def test_an_item_edited_by_staff_is_found_without_training() -> None:
    text = ONE.replace("id: otp-het-han", "id: gio-lam-viec-tet").replace(
        "wordings:\n", 'wordings:\n  - "dịp tết nguyên đán cơ quan trực những ngày nào"\n'
    )
    new = read_question("gio-lam-viec-tet.md", text, CONTENT.sources)
    new = replace(new, wordings=new.wordings[:1], titles=("Lịch trực Tết nguyên đán",))
    more = replace(CONTENT, questions=Questions((*ITEMS, new), CONTENT.questions.weights))
    found = find_questions("tet nguyen dan co quan truc ngay nao", more)
    assert "gio-lam-viec-tet" in {c.item.id for c in found.candidates[:3]} | {
        q.id for q in found.alternatives
    }


def test_finding_loads_no_heavy_library() -> None:
    program = (
        "import sys\nfrom data.knowledge.content import load_content\nfrom flows.understanding.question_finder import find_questions\n"
        "find_questions('quen mk', load_content())\n"
        "assert not {'numpy', 'scipy', 'sklearn', 'aiogram', 'openpyxl'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_command_says_what_the_contract_promises(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questions", "find", "--json", "quen", "mat", "khau", "vssid"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["decision"] == "answer"
    assert (said["topic"], said["item"]) == ("quen_mat_khau", "quen-mat-khau")
    assert said["candidates"][0].keys() == {"topic", "score"}
    assert "shield" not in said
    assert main(["questions", "find", "--json", "otp", "119204"]) == 0
    assert json.loads(capsys.readouterr().out)["shield"] is True


def test_a_transcript_says_which_door(tmp_path: Path) -> None:
    for name in ("questions-in-the-middle", "questions-leaves"):
        assert set(read(FOLDER / f"{name}.txt").doors) == {
            "straight",
            "telegram",
            "zalo",
            "zalobot",
            "web",
            "chat",
        }


@pytest.mark.parametrize(
    ("text", "item"),
    [
        (
            "Cảm ơn. Còn nếu vào được rồi thì có phải đổi cái mật khẩu sáu số đó không, đổi ở đâu?",
            "doi-mat-khau",
        ),
        (
            "em chào anh chị ạ, em bên nhân sự công ty may. tờ khai mẫu 01 có hiệu lực trong bao nhiêu ngày ạ",
            "qua-han",
        ),
        ("Chào bạn. Cho mình hỏi ứng dụng VssID có những chức năng chính nào?", "vssid-la-gi"),
    ],
)
def test_of_a_letter_the_sentence_that_asks_is_read(text: str, item: str) -> None:
    found = find_questions(text, CONTENT)
    assert found.candidates[0].item.id == item
    assert found.confidence is not None and found.confidence >= 0.8


def test_a_clause_never_takes_a_secret_or_what_is_not_ours_out_of_a_letter() -> None:
    letter = "Xin cảm ơn. Mật khẩu của tôi là Ha@2024xyz. Đổi mật khẩu ở đâu?"
    assert find_questions(letter, CONTENT).shield
    assert clauses("đổi mật khẩu ở đâu") == []
    assert clauses("Chào em. Tôi ở xã. Đổi mật khẩu ở đâu vậy em?") == ["Đổi mật khẩu ở đâu vậy em?"]


def test_two_questions_in_one_text_are_both_found() -> None:
    found = find_questions(
        "cho em hỏi hai việc ạ: một là OTP hết hạn sau mấy phút, hai là OTP gửi về đâu", CONTENT
    )
    assert found.item is not None and found.second is not None
    assert {found.item.id, found.second.id} == {"otp-het-han", "khong-nhan-otp"}
    assert find_questions("OTP hết hạn sau mấy phút, hết hạn thì sao ạ", CONTENT).second is None
