"""After a secret was typed: two lines of warning, then help with the rest of the sentence. Rule: look for the secret in what is said, and for what helps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.knowledge.content import load_content
from flows.catalog import advance
from flows.effects import ForgetMessage, NoteMiss
from flows.engine.events import Said
from flows.engine.navigation import Turn
from flows.engine.state import State
from flows.secrets import detector
from flows.secrets.detector import SecretReading, without_secret
from flows.text.normalise import clean

CONTENT = load_content()
AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def said(*texts: str) -> list[Turn]:
    """The turns of a conversation in which these texts are said; the state goes through JSON between any two."""
    state, turns = State(), []
    for text in texts:
        turns.append(advance(state, Said(text, AT), CONTENT))
        state = State.from_json(turns[-1].state.to_json())
    return turns


def forgotten(turn: Turn) -> str:
    return next((e.why for e in turn.effects if isinstance(e, ForgetMessage)), "")


def words(turn: Turn) -> str:
    return "\n".join(reply.text for reply in turn.replies)


@pytest.mark.parametrize(
    ("text", "secret", "kind", "helps"),
    [
        ("mã 482913 nó báo hết hạn rồi", "482913", "otp", "Mã dùng trong 5 phút"),
        ("otp 482913 mà quá 5 phút rồi giờ sao", "482913", "otp", "Mã dùng trong 5 phút"),
        ("mk hoa1990 gõ hoài không vô", "hoa1990", "password", "10 số"),
        ("mật khẩu của em là Lan@2468 mà đăng nhập không được", "lan@2468", "password", "10 số"),
        ("pass con mèo đen mà nó báo sai mật khẩu", "meo den", "password", "10 số"),
        (
            "Hoan tat thu tuc thanh cong --- Tai Khoan: 8800000001- Mat Khau: 4418",
            "4418",
            "password",
            "bấm Đăng nhập",
        ),
        (
            "604817. Ban dang thuc hien xin cap lai mat khau. Ma xac thuc co hieu luc trong vong 5 phut",
            "604817",
            "otp",
            "trong 5 phút",
        ),
        ("otp 482913 nhập vô đâu vậy", "482913", "otp", "màn hình xác nhận"),
        ("tui lỡ đọc otp 482913 cho nó rồi", "482913", "otp", "báo công an"),
        ("mk em là hoa@1990, cho hỏi mất thẻ bhyt thì làm sao cấp lại", "hoa@1990", "password", "thẻ"),
    ],
)
def test_the_rest_of_the_sentence_is_answered_under_two_lines_of_warning(
    text: str, secret: str, kind: str, helps: str
) -> None:
    [turn] = said(text)
    lines = words(turn).split("\n")
    assert forgotten(turn) == kind
    assert lines[0].startswith("Tin vừa rồi có vẻ chứa " + ("mã OTP" if kind == "otp" else "mật khẩu"))
    assert lines[1].startswith("Xin đừng gõ")
    assert helps in "\n".join(lines[2:])
    assert secret not in words(turn).lower()


def test_a_secret_alone_is_warned_of_in_two_lines() -> None:
    [turn] = said("482913")
    assert turn.replies[0].text.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("mã otp 482913 nó báo hết hạn", ("482913",), "het han"),
        ("mật khẩu của em là con mèo đen mà không vô được", ("meo", "den"), "khong"),
        ('gõ "hoa sen 88" làm mật khẩu mà nó không nhận', ("hoa", "sen", "88"), "khong nhan"),
        ("ba số đầu 482, ba số sau 913, otp đó, hết hạn chưa", ("482", "913"), "het han"),
    ],
)
def test_the_secret_is_cut_out(text: str, gone: tuple[str, ...], left: str) -> None:
    rest = without_secret(SecretReading(clean(text), CONTENT.secret_weights))
    assert left in rest
    assert not any(piece in rest.split() for piece in gone), rest


# -- secrets in pieces over several short turns

PIECES = [
    (("mã otp của em là", "482", "915"), "otp"),
    (("482", "915"), "otp"),
    (("em nhận được otp rồi", "bốn tám", "hai chín", "một năm"), "otp"),
    (("3 số đầu 482", "3 số sau 915"), "otp"),
    (("mật khẩu nè", "chữ T hoa", "h a y", "a còng", "58"), "password"),
    (("mk của em là", "hoa sen", "số 88"), "password"),
    (("khúc đầu là vườn", "khúc sau là xoài"), "password"),
    (("mật khẩu chia 2 khúc", "khúc đầu Dongthap", "khúc sau _k9"), "password"),
]


@pytest.mark.parametrize(
    ("texts", "kind"), PIECES, ids=lambda value: "/".join(value) if isinstance(value, tuple) else value
)
def test_a_secret_in_pieces_is_seen_and_no_piece_reaches_the_list_of_misses(
    texts: tuple[str, ...], kind: str
) -> None:
    turns = said(*texts)
    assert forgotten(turns[-1]) == kind
    noted = [e.words for turn in turns for e in turn.effects if isinstance(e, NoteMiss)]
    pieces = {piece for text in texts for piece in clean(text).split()} - {
        "mã",
        "otp",
        "của",
        "em",
        "là",
        "nè",
    }
    assert not any(piece in note.split() for note in noted for piece in pieces), noted


@pytest.mark.parametrize(("first", "noted"), [("xin chào", True), ("mk: hoa12345", False)])
def test_words_after_an_announcement_are_kept_from_the_list_of_misses(first: str, noted: bool) -> None:
    """Seen to fail: without `is_fragment` what follows a password is noted as it was typed."""
    turns = said(first, "rồi tới bốn chữ cuối là abdv")
    assert any(isinstance(e, NoteMiss) for turn in turns for e in turn.effects) is noted


@pytest.mark.parametrize(
    "texts",
    [
        ("đầu mối phụ trách", "393", "959"),
        ("tra cứu mã số BHXH", "đồng ý", "Trần Thị Bé Ba", "1983"),
        ("đăng ký", "đồng ý", "1", "2"),
        ("482", "có 4418 cái"),
        ("cảm ơn", "12", "15"),
        ("CMND 9 số đăng ký được không?", "cmnd 9 so dang ky duoc khong"),  # seen to fail
        ("Tôi có hai mã số, hai sổ BHXH thì gộp sổ sao?", "toi co hai ma so, hai so bhxh thi gop so sao"),
    ],
)
def test_a_few_digits_that_are_asked_for_are_no_piece(texts: tuple[str, ...]) -> None:
    assert [forgotten(turn) for turn in said(*texts)] == [""] * len(texts)


# -- one reading


def test_a_message_is_read_once_a_turn_by_the_shield(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, the tokens of one message were made three times a turn and more. Seen to fail with `Shield.seen` reading anew."""
    made = []
    real = detector.tokens_of

    def counted(text: str, known: frozenset[str] = frozenset()) -> list[object]:
        made.append(text)
        return real(text, known)  # type: ignore[return-value]  # a list of tokens

    monkeypatch.setattr(detector, "tokens_of", counted)
    said("làm sao để đổi mật khẩu vssid vậy ad")
    assert len(made) == 1
