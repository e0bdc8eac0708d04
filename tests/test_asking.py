"""What staff may not ask citizens for. Rule: as many warnings and explanations as wishes, so that neither wins by chance.

The model is trained from the first hand (officer_texts.py) and from eight more (officer_texts_held_1 to 8.jsonl), so these say only that
what was shown was learnt. The development hand of benchmarks/officers is not trained from; docs/decisions/0020 has the figures of unseen hands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.officers import texts as officer_texts
from benchmarks.officers import train
from benchmarks.officers.__main__ import development, measured
from benchmarks.officers.texts import read
from benchmarks.officers.train import HANDS, digest
from bot.__main__ import main
from data.knowledge.content import ASKING, load_content, weights_file
from flows.secrets.asking import KIND, asking_score, asks_for_secret
from flows.secrets.staff_tokens import sentences_of
from flows.secrets.staff_words import trouble_in
from flows.text.fold import fold
from flows.text.normalise import clean
from flows.understanding.model_file import unpacked
from handlers.console import wording
from tests.officer_texts import ASKS, ASKS_NOT

CONTENT = load_content()
WEIGHTS = CONTENT.asking_weights


def asks(text: str, before: str = "") -> bool:
    return asks_for_secret(clean(text), WEIGHTS, before=clean(before))


@pytest.mark.parametrize("text", [*ASKS, *map(fold, ASKS)])
def test_a_wish_for_a_secret_is_seen(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", [*ASKS_NOT, *map(fold, ASKS_NOT)])
def test_a_warning_or_an_explanation_is_no_wish(text: str) -> None:
    assert not asks(text)


LEAST_STOPPED, MOST_FALSE = 0.97, 0.01


@pytest.mark.parametrize("hand", HANDS, ids=lambda path: path.stem)
def test_what_the_eight_hands_show_was_learnt(hand: Path) -> None:
    """How the next hand is met is another figure: `python -m benchmarks.officers --leave-one-out`."""
    every = read(hand)
    assert sum(said.asks for said in every) == 150 <= sum(not said.asks for said in every)
    stopped, harmless, wrong = measured(every, CONTENT.staff_weights)
    assert stopped >= LEAST_STOPPED, [said.text for said in wrong if said.asks]
    assert harmless <= MOST_FALSE, [said.text for said in wrong if not said.asks]


def test_the_development_hand_is_told_apart_too() -> None:
    """Its sentences are not trained from; the bar of 97 in 100 is missed here as on other unseen hands (docs/decisions/0020)."""
    stopped, harmless, wrong = measured(development(), CONTENT.staff_weights)
    assert stopped >= 0.94, wrong
    assert harmless <= 0.02, wrong


@pytest.mark.parametrize(
    ("before", "text", "stopped"),
    [
        ("Chị nhận được mã chưa ạ?", "Gửi qua đây giúp em nha", True),
        ("Mã OTP vừa về máy anh đó", "anh đọc cho em với", True),
        ("Chị chụp CCCD giúp em", "Gửi qua đây giúp em nha", False),
        ("Em cần mã số BHXH của anh", "anh đọc cho em với", False),
        ("Chị nhận được mã chưa ạ?", "Cho em xin số CCCD của chị", False),
        ("", "Gửi qua đây giúp em nha", False),
    ],
)
def test_what_was_written_before_says_what_is_asked_for(before: str, text: str, stopped: bool) -> None:
    """Seen to fail: `before` not handed on; the same words are a wish or none by what stands before."""
    assert asks(text, before) is stopped


def test_a_wish_is_seen_in_the_middle_of_a_long_text() -> None:
    """Seen to fail: one score for the whole text, in which the warnings outweigh it."""
    calm = "Hồ sơ của anh chị đã được tiếp nhận. Không ai được hỏi mật khẩu của anh chị. Trụ sở mở cửa từ 7 giờ 30.\n"
    assert not asks(calm * 12)
    assert asks(calm * 6 + "Anh chị gửi mã OTP vừa nhận cho cán bộ qua tin nhắn này.\n" + calm * 6)


def test_the_assistant_s_own_answers_and_what_officers_are_told_to_write_are_let_through() -> None:
    said = {q.id: q.answer for q in CONTENT.questions.items} | {"instead": wording.INSTEAD}
    assert len(said) > 60
    assert {name for name, text in said.items() if trouble_in(clean(text), CONTENT.staff_weights)} == set()


@pytest.mark.parametrize(
    "text", ["", " ", "?!", "☎️", "0900000001", "x" * 100_000, "mã " * 50_000, "a. " * 1_000]
)
def test_odd_texts_ask_for_nothing_and_take_no_time(text: str) -> None:
    assert not asks(text) or "mã" in text


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("Muốn đổi mật khẩu thì cô vô quản lý cá nhân rồi làm theo hướng dẫn nha", ""),
        (
            "Chị mang điện thoại theo, tới đây em chỉ chị tự cài đặt, tự đặt mật khẩu, chừng mười phút là xong.",
            "",
        ),
        ("Mật khẩu mới của chị là Abc@12345", "secret"),
        ("Mã OTP của anh là 482913", "secret"),
        ("Mật khẩu mới là gì vậy anh", "asks"),
    ],
)
def test_explaining_a_password_is_not_telling_one(text: str, trouble: str) -> None:
    """Seen to fail: `secret_in` without `by_staff` takes the first two for passwords."""
    assert trouble_in(clean(text), CONTENT.staff_weights) == trouble


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("cung cấp mã xác nhận trong tin nhắn", ["cungcap", "otp", "trong", "tinnhan"]),
        ("số điện thoại, biên nhận", ["sdt", ",", "giay"]),
        ("cập nhật hồ sơ, cấp lại thẻ ngân hàng", ["capnhat", "hoso", ",", "caplai", "thebank"]),
        ("hết hạn", ["hethan"]),
    ],
)
def test_set_phrases_are_seen_with_their_marks_and_without(text: str, meant: list[str]) -> None:
    """Seen to fail: "cấp" alone was read as a screenshot, "nhắn" and "nhận" as verbs, before the phrase was looked for."""
    assert sentences_of(text) == sentences_of(fold(text)) == [meant]


# -- the model


def test_the_weights_belong_to_the_present_families_and_features() -> None:
    assert digest() == unpacked(WEIGHTS, KIND).digest, "run 'make model'"


def test_weights_of_other_families_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(officer_texts, "FOLDER", tmp_path)
    monkeypatch.setattr(train, "HANDS", ())
    digests = set()
    for last in ("", "{c} gửi {o} số CCCD\n"):
        (tmp_path / "asks.txt").write_text("$MA = mã\n{c} (gửi|đọc) {o} $MA\n", encoding="utf-8")
        (tmp_path / "harmless.txt").write_text(
            f"$SO = số sổ\n$KHAC = mã xã\n$GIAY = giấy\nchào {{c}}\n{last}", encoding="utf-8"
        )
        digests.add(digest())
        digests.add(digest())
    assert len(digests) == 2


def test_the_scores_of_a_text_are_the_same_in_every_process() -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom flows.secrets.asking import asking_score\n"
        "weights = Path(sys.argv[1]).read_bytes()\n"
        "print([asking_score(text, weights) for text in sys.stdin.read().splitlines()])\n"
        "assert not {'numpy', 'sklearn', 'scipy'} & set(sys.modules)"
    )
    texts = "\n".join((*ASKS, *ASKS_NOT))
    one, other = (
        subprocess.run(
            [sys.executable, "-c", program, str(weights_file(ASKING))],
            input=texts,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    )
    assert one == other == f"{[asking_score(text, WEIGHTS) for text in texts.splitlines()]}\n"


# -- the command


def test_the_command_says_whether_an_officer_s_words_would_be_stopped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, stopped in (("Chị cho em xin mã để em nhập giúp nha", True), ("Mã về chưa chị", False)):
        assert main(["questions", "find", "--officer", "--json", text]) == 0
        assert json.loads(capsys.readouterr().out) == {"text": text, "stopped": stopped}
    assert main(["questions", "find", "--officer", "mk", "của", "anh", "là", "gì"]) == 0
    assert capsys.readouterr().out == "stopped: it asks for a secret\n"


def test_the_command_judges_a_line_of_stdin_each(capsys: pytest.CaptureFixture[str]) -> None:
    lines = "Anh chụp tin nhắn có mã rồi gửi em\nAnh gửi em mã hồ sơ\nMật khẩu mới là Abc@12345\n"
    done = subprocess.run(
        [sys.executable, "-m", "bot", "questions", "find", "--officer"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in found] == lines.splitlines()
    assert [row["stopped"] for row in found] == [True, False, True]
