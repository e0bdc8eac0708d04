"""The shield: what a person should never have typed is forgotten. Rule: look for the secret itself, everywhere it could be.

Forty secrets in sentences go through whole turns; then the bytes of the database, the ledger and every log line are
searched for them. As many harmless texts with numbers, and more, must not be taken for secrets: a shield that cries
wolf teaches people to ignore it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from benchmarks.shield import texts as shield_texts
from benchmarks.shield import train as shield_train
from benchmarks.shield.__main__ import found_in
from benchmarks.shield.train import digest
from data import conversations, desk, rights
from data.knowledge.content import load_content, weights_file
from data.outbox.rows import open_body
from data.tables import metadata, outbox
from flows.catalog import advance
from flows.effects import ForgetMessage
from flows.engine.events import Said
from flows.engine.state import State
from flows.secrets import detector, features, tokens
from flows.secrets.classifier import KIND, classifier
from flows.spoken import secret_help
from flows.text.fold import fold
from flows.text.normalise import clean
from flows.understanding.model_file import unpacked
from tests import (
    secret_texts,
    secret_texts_blind,
    secret_texts_blind_2,
    secret_texts_blind_3,
    secret_texts_blind_4,
    secret_texts_held,
)
from tests.doors import open_stage
from tests.emulator import TOKEN
from tests.fork_server import ForkServer
from tests.houses import House, Places
from tests.kills import WEBHOOK_SECRET, Service, telegram_server, update_of
from tests.timing import allowed, cpu_seconds
from tests.transcripts import Move

WEIGHTS = load_content().secret_weights
Kind = str  # "otp" or "password"


class Typed(NamedTuple):
    """A text, what kind of secret it holds, and the secret as it is written in it."""

    text: str
    kind: Kind
    secret: str


SECRETS = [
    # one-time codes of four to eight digits
    Typed("mã OTP của tôi là 4821", "otp", "4821"),
    Typed("otp 73519", "otp", "73519"),
    Typed("mã xác thực 590273 đây ạ", "otp", "590273"),
    Typed("604817", "otp", "604817"),
    Typed("dạ 615928 ạ", "otp", "615928"),
    Typed("ma xac nhan: 8264", "otp", "8264"),
    Typed("ma gui ve la 91537", "otp", "91537"),
    Typed("dạ mã nó gửi về 4826937 ạ", "otp", "4826937"),
    Typed("em nhận được mã 59281746", "otp", "59281746"),
    Typed("mã là 372946 phải không", "otp", "372946"),
    Typed("ma so la 481057 phai ko", "otp", "481057"),
    Typed("code 930475", "otp", "930475"),
    Typed("OTP gửi về máy em là 264819", "otp", "264819"),
    Typed("850162 là mã của em nè", "otp", "850162"),
    # spelt apart
    Typed("719 304", "otp", "719 304"),
    Typed("5 9 3 0 6 2", "otp", "5 9 3 0 6 2"),
    Typed("8-1-7-4-0-3", "otp", "8-1-7-4-0-3"),
    Typed("6.2.9.5.1.8", "otp", "6.2.9.5.1.8"),
    Typed("OTP: 3 7 5 9 2 4 nhé", "otp", "3 7 5 9 2 4"),
    Typed("mã otp 29 47 61", "otp", "29 47 61"),
    Typed("bảy tám hai một chín ba", "otp", "bảy tám hai một chín ba"),
    Typed("mã otp là chín bốn không hai bảy sáu", "otp", "chín bốn không hai bảy sáu"),
    Typed("１８２６３９", "otp", "182639"),
    # whole text messages
    Typed(
        "538104 la ma xac thuc tra cuu ma so BHXH tren Tro ly VssID, dung trong 5 phut. Khong dua ma cho bat ky ai.",
        "otp",
        "538104",
    ),
    Typed(
        "627390. Ban dang thuc hien xin cap lai mat khau dang nhap Cong giao dich dien tu BHXH Viet Nam. "
        "Ma xac thuc co hieu luc trong vong 5 phut",
        "otp",
        "627390",
    ),
    Typed("BHXH VN: Tai khoan: 8700000001, Mat khau: hK27qd", "password", "hK27qd"),
    Typed("Tk 8700000002 mk Zt81ux ban nen doi ngay", "password", "Zt81ux"),
    # passwords with the word
    Typed("mật khẩu của tôi là Abc@5612", "password", "Abc@5612"),
    Typed("mat khau: Vssid7788", "password", "Vssid7788"),
    Typed("mk moi la Nguyen1983x", "password", "Nguyen1983x"),
    Typed("pass: hoa12345", "password", "hoa12345"),
    Typed("password hoahong99", "password", "hoahong99"),
    Typed("mk toi la hoahongvang", "password", "hoahongvang"),
    Typed("mật khẩu cũ 70419 ạ", "password", "70419"),
    Typed("pass của em nè: hoa@9317", "password", "hoa@9317"),
    Typed("matkhau:Xuan2468", "password", "Xuan2468"),
    # and without it
    Typed("Vssid@2024", "password", "Vssid@2024"),
    Typed("em đổi thành Lan#7531 rồi mà không vô được", "password", "Lan#7531"),
    Typed("đăng nhập bằng 8700000003 / Tra@8642", "password", "Tra@8642"),
    Typed("đổi thành hoamai1357 rồi", "password", "hoamai1357"),
]

HARMLESS = """
dau moi 1234
đầu mối khối 5
8700000001
mã số BHXH 8700000001
mã số bhxh của em là 8712345678 đúng không
tra ma so bhxh 087183000001
mã số BHXH có 10 số, mã hộ cũng 10 số
mã hộ 8799000001
ma ho gia dinh 87990001
mã thẻ GD4878712345678
thẻ BHYT TE1878712345678
mã số thuế 1402048
mã số thuế 1400000123
mã tỉnh 8700
mã bưu chính 81000
mã đơn vị TD0012D
mã KCB 87012
mã lỗi 1001
mã hồ sơ 123456
mã vùng 0277
17/01/1983
17-01-1983
17.01.1983
17 01 1983
17011983
sinh 17/01/1983
sinh năm 1983
1983
Trần Thị Bé Ba 17/01/1983
Trần Thị Bé Ba 1983
Trần Thị Bé Ba 088183000001
Nguyễn Văn An sinh 02/09/1975 cccd 088075000003
cccd 088183000001
cmnd 350000004
số cccd 088 183 000 001
0918055455
0918 055 455
0277.3851.123
số điện thoại 0836 393 959
+84 918 055 455
gọi 1900 9068
tổng đài 19009068
số nhà 1234 đường 30/4
số nhà 12/5 ấp 3 xã Mỹ Hội
lương 5.000.000 đồng
đóng 1.500.000đ một tháng
nộp 75000 qua ngân hàng
năm 2024 đóng bao nhiêu
từ 01/2020 đến 12/2023
nghị định 356/2025
công văn 416/BHXH
điều 14 luật 41/2024/QH15
2 giờ 30 chiều mai
8h30 sáng 15/8
quên mật khẩu
quên mật khẩu thì làm sao
mật khẩu là gì
mật khẩu là số điện thoại phải không
mat khau la chu hay so
mật khẩu có bao nhiêu ký tự
mật khẩu phải 8 ký tự
mật khẩu (8-20 ký tự) đặt sao
đổi mật khẩu 2 lần không được
nhập sai mật khẩu 5 lần
lấy lại mật khẩu 0918055455
cấp lại mật khẩu cho số 8712345678
mk vssid bị khóa 24 giờ
OTP là gì
OTP có hạn mấy phút
chưa nhận được OTP
không nhận được mã OTP, số của em 0918055455
mã OTP 6 số gửi về đâu
otp hết hạn sau 5 phút
không có mã gửi về
mã QR trên thẻ
email lan1983@gmail.com
vssid 2.0.5
android 14
iphone 13 pro
samsung a52s
gui lai ma
1
2
hộ khẩu 82
8800000001 8899000001
lớp 12A3 trường THPT số 2
Nguye6n4 Tua6n1 Hai3
chi5 Die64m o7i
<b>đậm</b><img src=x onerror="x = 1">&amp;{name}
hộ chiếu 1234567
""".strip().splitlines()


def test_there_are_forty_secrets_and_sixty_harmless_texts() -> None:
    assert len({typed.secret for typed in SECRETS}) == len(SECRETS) >= 40
    assert len(set(HARMLESS)) == len(HARMLESS) >= 60


@pytest.mark.parametrize("typed", SECRETS, ids=lambda t: t.text[:40])
def test_a_secret_is_seen(typed: Typed) -> None:
    assert detector.secret_in(clean(typed.text), WEIGHTS, expected=False) == typed.kind
    assert detector.secret_in(clean(typed.text), WEIGHTS, expected=True) == typed.kind


@pytest.mark.parametrize("words", ["ma xac thuc la 5521 nguoi ta noi", "otp la 4829 nguoi"])
def test_a_code_that_is_told_is_seen_whatever_stands_behind_it(words: str) -> None:
    """Seen to fail: without `is_told` the word behind makes a count of it."""
    assert detector.secret_in(words, WEIGHTS, expected=False) == "otp"


@pytest.mark.parametrize("words", HARMLESS)
def test_a_harmless_text_is_let_through(words: str) -> None:
    assert detector.secret_in(clean(words), WEIGHTS, expected=False) == ""


@pytest.mark.parametrize("words", ["4821", "dạ 48213 ạ", "17011983", "4 8 2 1", "mã 4821937"])
def test_where_a_code_is_expected_a_bare_number_is_one(words: str) -> None:
    assert detector.secret_in(words, WEIGHTS, expected=True) == "otp"


@pytest.mark.parametrize(
    "words", ["1", "gửi lại mã", "chưa có tin nhắn", "0918055455", "Trần Thị Bé Ba 1983"]
)
def test_where_a_code_is_expected_other_words_are_still_read(words: str) -> None:
    assert detector.secret_in(words, WEIGHTS, expected=True) == ""


# -- by the hundred

SETS = {
    "tuned": (secret_texts.SECRETS, secret_texts.HARMLESS),
    "first": (secret_texts_blind.SECRETS, secret_texts_blind.HARMLESS),
    "second": (secret_texts_blind_2.SECRETS, secret_texts_blind_2.HARMLESS),
    "third": (secret_texts_blind_3.SECRETS, secret_texts_blind_3.HARMLESS),
    "fourth": (secret_texts_blind_4.SECRETS, secret_texts_blind_4.HARMLESS),
    "held back": (secret_texts_held.SECRETS, secret_texts_held.HARMLESS),
}
LEAST_CAUGHT, MOST_FALSE = 0.99, 0.005


def test_the_weights_belong_to_the_present_families_and_features() -> None:
    assert digest(classifier(WEIGHTS).known) == unpacked(WEIGHTS, KIND).digest, "run 'make model'"


@pytest.mark.parametrize("changed", ["a family", "the talk", "a token", "a feature"])
def test_weights_of_other_families_or_features_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: str
) -> None:
    if changed == "a family":
        for name in ("secrets.txt", "harmless.txt"):
            lines = (shield_texts.FOLDER / name).read_text(encoding="utf-8")
            (tmp_path / name).write_text(lines + "otp {otp}\n", encoding="utf-8")
        monkeypatch.setattr(shield_texts, "FOLDER", tmp_path)
    elif changed == "the talk":
        monkeypatch.setattr(
            shield_train, "talk", lambda: {**(all_of := shield_texts.talk()), min(all_of): []}
        )
    elif changed == "a token":
        monkeypatch.setattr(tokens, "LONGEST_CODE", 9)
    else:
        monkeypatch.setattr(features, "RIGHT", 6)
    assert digest(classifier(WEIGHTS).known) != unpacked(WEIGHTS, KIND).digest


SCORES = """
import sys
from pathlib import Path
from flows.secrets.candidates import candidates_of
from flows.secrets.classifier import classifier
from flows.secrets.features import features_of, features_of_answer
from flows.secrets.tokens import tokens_of
trained = classifier(Path(sys.argv[1]).read_bytes())
for text in sys.stdin.read().splitlines():
    tokens = tokens_of(text, trained.known)
    seen = [features_of(tokens, candidate, trained.known) for candidate in candidates_of(tokens)]
    print([trained.score(features) for features in (*seen, features_of_answer(tokens, trained.known))])
"""


def test_the_scores_of_a_text_are_the_same_in_every_process() -> None:
    """Features come out of sets, whose order follows the hash seed: a sum of rounded floats would follow it too."""
    texts = "\n".join(" ".join(fold(text).split()) for text in (*(s.text for s in SECRETS), *HARMLESS))
    command = [sys.executable, "-c", SCORES, str(weights_file(KIND))]
    one, other = (
        subprocess.run(
            command,
            input=texts,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout.splitlines()
        for seed in ("1", "2")
    )
    assert len(one) == len(texts.splitlines()) > 100
    assert one == other


@pytest.mark.parametrize("name", SETS)
def test_of_four_hundred_secrets_ninety_nine_in_a_hundred_are_seen(name: str) -> None:
    """Seen to fail: without the watch window, without the words around a candidate."""
    templates = SETS[name][0]
    made = list(secret_texts.made(templates, max(10, -(-400 // len(templates))), seed=416))
    assert len(made) >= 400
    missed = [m for m in made if not found_in(m)]
    assert len(missed) <= (1 - LEAST_CAUGHT) * len(made), missed


@pytest.mark.parametrize("name", SETS)
def test_of_two_thousand_harmless_texts_five_in_a_thousand_at_most_are_taken_for_secrets(name: str) -> None:
    templates = SETS[name][1]
    made = list(secret_texts.made(templates, -(-2000 // len(templates)), seed=416))
    assert len(made) >= 2000
    caught = [(m.text, found_in(m)) for m in made if found_in(m)]
    assert len(caught) <= MOST_FALSE * len(made), caught


# -- what follows

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def heard(*texts: str, state: State | None = None) -> list[str]:
    """What is found in each of the texts, said one after the other."""
    state, found = state or State(), []
    content = load_content()
    for text in texts:
        turn = advance(state, Said(text, AT), content)
        found += [next((e.why for e in turn.effects if isinstance(e, ForgetMessage)), "")]
        state = State.from_json(turn.state.to_json())
    return found


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("mã otp của em là", "go 4418 ma"), ["", "otp"]),
        (("mã otp 482193", "go 4418 ma", "4 4 1 8"), ["otp", "otp", "otp"]),
        (("mã otp của em là", "có 4418 cái"), ["", "otp"]),
        (("chào em", "có 4418 cái"), ["", ""]),
        (("mật khẩu của tôi là", "con mèo"), ["", "password"]),
        (("mật khẩu của tôi:", "menu", "con mèo đen"), ["", "", ""]),
        (("mk nè ad", "hoa sen vàng"), ["", "password"]),
        (("mk: hoa12345", "Trần Thị Bé Ba"), ["password", ""]),
        (
            ("mk: hoa12345", "tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 17/01/1983"),
            ["password", "", "", ""],
        ),
        (("mã otp là", "đăng ký", "đồng ý", "người lao động"), ["", "", "", ""]),
        (("em nhận được otp rồi", "0900000001"), ["", ""]),
        (("em nhận được otp rồi", "menu", "menu", "menu", "so nha 4418"), [""] * 5),
        (("không nhận được otp", "gõ lại rồi", "năm 2024"), ["", "", ""]),
        (("quên mật khẩu vssid", "con mèo"), ["", ""]),
    ],
)
def test_what_follows_a_secret_or_its_promise_is_looked_at_more_closely(
    texts: tuple[str, ...], found: list[str]
) -> None:
    assert heard(*texts) == found


def test_a_promise_is_answered_with_a_warning_before_anything_is_typed() -> None:
    turn = advance(State(), Said("mật khẩu của tôi là", AT), load_content())
    assert turn.replies[0].text.startswith("Xin đừng gõ mật khẩu hay mã OTP vào đây")


# -- through the whole turn


@pytest.fixture
def said_aloud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every line of every logger of ours, at DEBUG; libraries as the service sets them."""
    from bot.logs import CHATTY

    for library in CHATTY:
        logging.getLogger(library).setLevel(logging.WARNING)
    caplog.set_level(logging.DEBUG)
    return caplog


STEPS = {
    "at the menu": ["menu"],
    "at the name": ["menu", "tra cứu mã số BHXH", "Đồng ý"],
    "at the code": ["menu", "tra cứu mã số BHXH", "Đồng ý", "Trần Thị Bé Ba 17/01/1983", "Nhận mã OTP"],
    "at a password guide": ["menu", "quên mật khẩu"],
}


@pytest.mark.parametrize("where", STEPS)
async def test_forty_secrets_leave_no_trace_in_database_ledger_or_logs(
    house: House, said_aloud: pytest.LogCaptureFixture, where: str
) -> None:
    for words in STEPS[where]:
        await house.say(words)
    for typed in SECRETS:
        taken = await house.say(typed.text)
        assert taken.forget, typed.text
        told = taken.rows[0].body["text"]
        assert told == secret_help.warning(typed.kind, house.content, text=clean(typed.text))
    secrets = [typed.secret for typed in SECRETS]
    logged = "\n".join(record.getMessage() for record in said_aloud.records)
    assert traces(secrets, logged.encode()) == []
    assert traces(secrets, await kept_and_opened(house)) == []


async def test_without_the_shield_the_secrets_would_be_found(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Teeth: a name that is looked up is said back, so an unguarded text stands in the ledger."""
    monkeypatch.setattr(detector, "secret_in", lambda text, weights, expected, watch="", seen=None: "")
    for words in STEPS["at the name"]:
        await house.say(words)
    await house.say("Hoa Hồng Vàng Lan")
    assert traces(["Hoa Hồng Vàng Lan"], await kept_and_opened(house)) == ["Hoa Hồng Vàng Lan"]


def traces(secrets: list[str], where: bytes) -> list[str]:
    """The secrets that stand in these bytes, as typed or drawn together; digits inside longer words do not count."""
    found = []
    for secret in secrets:
        forms = {secret, secret.lower(), "".join(c for c in secret if c.isalnum())}
        if not any(form.encode() in where for form in forms):
            continue
        pattern = b"|".join(re.escape(form.encode()) for form in forms)
        if re.search(rb"(?<![0-9A-Za-z])(?:" + pattern + rb")(?![0-9A-Za-z])", where):
            found.append(secret)
    return found


async def everything_kept(house: House) -> bytes:
    """All that the database holds: the bytes of its files on SQLite, every value of every table on PostgreSQL."""
    if house.db.is_sqlite:
        path = Path(str(make_url(house.db.url).database))
        return b"".join(p.read_bytes() for p in (path, Path(f"{path}-wal")) if p.exists())
    values: list[bytes] = []
    async with house.db.reading() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                values += [v if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\n".join(values)


async def kept_and_opened(house: House) -> bytes:
    """`everything_kept`, and what waits in the outbox, opened."""
    async with house.db.reading() as connection:
        waiting = (await connection.execute(select(outbox).where(outbox.c.lane != "otp"))).all()
    bodies = [open_body(house.seal, r.id, r.address, r.sealed) for r in waiting]
    return await everything_kept(house) + json.dumps(bodies, ensure_ascii=False).encode()


# -- two hundred canaries, at every door, read where they are sealed too


def canaries(n: int) -> list[secret_texts.Made]:
    """Texts whose secret is long enough that it stands nowhere by chance, each secret once."""
    made: dict[str, secret_texts.Made] = {}
    for one in secret_texts.made(tuple(t for texts, _ in SETS.values() for t in texts), 4, seed=200):
        if "||" not in one.template and sum(c.isalnum() for c in one.secret) >= 6:
            made.setdefault(one.secret, one)
    return list(made.values())[:n]


async def test_two_hundred_canaries_at_three_doors_leave_no_trace(
    place: str, said_aloud: pytest.LogCaptureFixture
) -> None:
    """Database (its bytes and what is sealed in it), ledger, dead letters, an officer's view, what Telegram was told, logs."""
    every = canaries(200)
    assert len(every) == 200
    async with open_stage(place, {}) as stage:
        addresses = []
        for n, name in enumerate(("straight", "telegram", "web")):
            async with stage.visitor(name) as person:
                for words in ("gặp cán bộ", "đồng ý", "nhờ xem giúp hồ sơ"):
                    await person.act(Move("text", (words,), 0))
                mine = every[n::3]
                for k, made in enumerate(mine):
                    if k == len(mine) // 2 and name == "straight":
                        await person.act(Move("officer", ("claims",), 0))
                    assert "! forget" in await person.act(Move("text", (made.text,), 0)), made
                addresses.append(getattr(person, "address", ""))
        kept = [await kept_and_opened(stage.house), repr(stage.session.calls).encode()]
        kept += [await opened(stage.house, address) for address in addresses if address]
    kept.append("\n".join(record.getMessage() for record in said_aloud.records).encode())
    secrets = [made.secret for made in every]
    assert [traces(secrets, where) for where in kept] == [[]] * len(kept)
    assert "[một tin có mật khẩu hoặc mã OTP, đã bỏ]".encode() in kept[2]


async def opened(house: House, address: str) -> bytes:
    """What is sealed about an address, opened: its state, its export, its ticket as an officer reads it."""
    async with house.db.writing() as connection:
        found = (await conversations.load(connection, house.seal, [address]))[address]
        ticket = await desk.open_at(connection, house.seal, address)
        lines = await desk.messages(connection, house.seal, ticket.id) if ticket else []
        export = await rights.take_along(house.db, connection, house.seal, address, house.clock())
    return repr((found, ticket, lines, export)).encode()


# -- and through the real service, at DEBUG


async def printed_at_debug(fork_server: ForkServer, url: str, folder: Path, without: str = "") -> bytes:
    """All that a service prints at DEBUG while people type secrets, names and numbers."""
    async with telegram_server(folder) as server:
        service = Service(fork_server, url, folder, api_base=server.base, log_level="DEBUG", without=without)
        await service.start()
        try:
            async with aiohttp.ClientSession() as session:
                await _talk(session, service)
        finally:
            await service.terminate()
    return service.log.read_bytes()


CANARIES = [*(typed.secret for typed in SECRETS), "Canary Thị Hoàng Yến", "088199123456", TOKEN]


@pytest.mark.xdist_group("kills")
async def test_the_service_at_debug_prints_no_secret_no_token_and_no_typed_word(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    """Over the socket and the webhook."""
    assert traces(CANARIES, await printed_at_debug(fork_server, place, tmp_path)) == []


@pytest.mark.xdist_group("kills")
async def test_without_quiet_libraries_their_debug_lines_would_hold_them(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """Teeth: uvicorn's DEBUG lines hold whole frames of the socket, aiosqlite's and SQLAlchemy's all values."""
    printed = await printed_at_debug(fork_server, await places.sqlite(), tmp_path, without="quiet libraries")
    assert len(traces(CANARIES, printed)) > 30


async def _talk(session: aiohttp.ClientSession, service: Service) -> None:
    """The secrets, a name and an ID number, over the socket and over the webhook."""
    said = ["menu", "tra cứu mã số BHXH", "Đồng ý", "Canary Thị Hoàng Yến 088199123456"]
    said += [typed.text for typed in SECRETS]
    cookie = {"Cookie": f"troly_visitor={'v' * 32}"}
    async with session.ws_connect(f"{service.base}/chat/socket", headers=cookie) as socket:
        for words in said:
            await socket.send_json({"text": words})
            answer = await socket.receive_json(timeout=60)
            assert answer["replies"], answer
    for number, words in enumerate(said, start=1):
        headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
        posted = update_of(number, 7_000_001, words)
        async with session.post(f"{service.base}/telegram/webhook", json=posted, headers=headers) as answer:
            assert answer.status == 200


# -- no text freezes the loop


HOSTILE = {
    "digits": "1" * 20_000,
    "digits apart": "1 " * 10_000,
    "digits dotted": "1.-" * 6_700,
    "codes": "4821 " * 4_000,
    "words for codes": "ma otp " * 2_900,
    "between words": "otp la so cua toi " * 1_150,
    "password words": "mat khau moi cua toi " * 1_000,
    "passwords to be": "mk: " * 5_000,
    "accounts": "tai khoan " * 2_000,
    "changes": "doi lai thanh " * 1_430,
    "digit words": "mot hai ba " * 1_800,
    "signs": "@" * 20_000,
    "addresses": "a@a." * 5_000,
    "one word": "a1@" * 6_700,
    "marks": "mật khẩu là " * 1_700,
    "zalgo": "a" + "\u0301" * 19_999,
    "spaces": "mk" + " " * 19_996 + "la",
    "emoji": "🔑" * 20_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_pattern_takes_at_most_ten_milliseconds_on_a_hostile_text(kind: str) -> None:
    """Each compiled pattern on as much of 20,000 characters as is read, best of three: a busy machine is not its fault."""
    text = HOSTILE[kind][: tokens.LONGEST_READ]
    bound = allowed(0.010)
    for name, pattern in {**vars(detector), **vars(tokens)}.items():
        if isinstance(pattern, re.Pattern):

            def work(pattern: re.Pattern[str] = pattern) -> object:
                return list(islice(pattern.finditer(text), tokens.MOST_TOKENS))

            assert cpu_seconds(work, times=12, enough=bound) <= bound, name


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_whole_shield_takes_at_most_fifty_milliseconds_on_a_hostile_text(kind: str) -> None:
    bound = allowed(0.050)
    took = cpu_seconds(
        lambda: detector.secret_in(HOSTILE[kind], WEIGHTS, expected=True), times=12, enough=bound
    )
    assert took <= bound
