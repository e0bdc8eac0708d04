"""Scams: what is learnt, what is exact, where the warning comes, and what is kept of a report. Rule: nothing is ever called safe.

How the next hand is met is another figure: docs/decisions/0031.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from benchmarks.scams import train
from benchmarks.scams.__main__ import read, warned
from benchmarks.scams.texts import FOLDER, Told, made
from benchmarks.scams.train import HANDS, digest, of_hand
from data import audit, scam_reports
from data.effects.turn_context import TurnContext
from data.knowledge.content import SCAMS, load_content, weights_file
from data.limits import Limits
from data.tables import scam_reports as scam_table
from flows import catalog
from flows.effects import ReportScam
from flows.engine.events import Said
from flows.engine.state import State
from flows.scams import checks, safety
from flows.scams.addresses import addresses_in, kind_of
from flows.scams.recogniser import chances
from flows.understanding import model_file
from flows.understanding.input import Input
from handlers.console.scam_page import SIGNS
from tests.consoles import Office
from tests.houses import House
from tests.positions import AT, positions

CONTENT = load_content()
OFFICIAL = CONTENT.official


# ---------------------------------------------------------------- what is learnt


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_that_was_learnt_is_warned_and_its_harmless_texts_are_not(hand: str) -> None:
    """Seen red without the learnt part: the wordings alone hear 26 to 29 of 50."""
    told = [(one.kind != "harmless", safety.safety_of(Input(one.text, CONTENT))) for one in of_hand(hand)]
    assert sum(bool(found) for scam, found in told if scam) >= 49
    assert sum(bool(found) for scam, found in told if not scam) == 0


def test_families_are_told_apart() -> None:
    for kind in ("scam", "gave", "harmless"):
        found = [chances(one.text, CONTENT.scam_weights).either for one in made(kind, 1)]  # type: ignore[arg-type]  # as listed
        sure = sum(p >= safety.SURE_SCAM for p in found) / len(found)
        assert sure <= 0.02 if kind == "harmless" else sure >= 0.96, (kind, sure)


def test_the_weights_belong_to_the_present_families_and_features() -> None:
    """When this fails: make model."""
    assert model_file.unpacked(weights_file(SCAMS).read_bytes(), SCAMS).digest == digest()


@pytest.mark.parametrize("what", ["hand", "talk"])
def test_weights_of_another_text_would_be_noticed(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """One word more in one line of one file. Seen to fail for the talk before its files were part of the digest."""

    def changed(hand: str, of: str = "hand") -> list[Told]:
        told = of_hand(hand, of)
        return [told[0], told[1]._replace(text=f"{told[1].text} nha"), *told[2:]] if of == what else told

    monkeypatch.setattr(train, "of_hand", changed)
    assert model_file.unpacked(weights_file(SCAMS).read_bytes(), SCAMS).digest != digest()


# ---------------------------------------------------------------- where the warning comes

PASTED = (
    "BHXH VN: Tai khoan VssID cua ban Be Ba 0900000045 bi khoa sau 24h. Cap nhat tai https://vssid-gov.top/a"
)
TOLD = "có số 0918 055 455 gọi em xưng anh Hải bảo hiểm kêu đọc mã otp"


@pytest.mark.parametrize("place", positions())
def test_a_caller_under_a_listed_name_is_warned_of_first_at_every_step(place: str) -> None:
    """Seen red with FIRST lowered to .5: the card of the named contact came first."""
    turn = catalog.advance(positions()[place], Said(TOLD, AT), CONTENT)
    if place.startswith(
        "helpdesk/want"
    ):  # whatever is said there is the reason; the warning is said before it
        assert turn.state.memory["warned"][0] == "scam"
        return
    assert warned(turn) or (place == "check/verdict" and "lừa đảo" in turn.replies[0].text)
    assert all(reply.contact is None for reply in turn.replies)
    if place in ("petitions/telling", "petitions/addition"):  # what is told there is kept, and shown next
        assert turn.state.step in ("review", "add") and "0918 055 455" in str(turn.state.answers)
    elif place and not place.startswith("check/"):
        assert (turn.state.flow, turn.state.step) == tuple(place.split("/"))


@pytest.mark.parametrize("said", ["cmnd 9 so xai dc hong", "the bhyt mau moi chi co 10 so thi sao"])
def test_a_question_about_something_else_ends_the_talk_of_a_swindle(said: str) -> None:
    """Seen to fail: "xài được hông" was taken for whether the swindler gets into the account."""
    first = catalog.advance(State(), Said(TOLD, AT), CONTENT)
    turn = catalog.advance(first.state, Said(said, AT), CONTENT)
    assert turn.state.flow == "questions" and "mật khẩu VssID ngay" not in turn.replies[0].text


@pytest.mark.parametrize(
    "said",
    ["lỡ đọc mã cho nó rồi", "lỡ chuyển tiền cho nó rồi", "lỡ bấm link rồi điền số tài khoản ngân hàng luôn"],
)
def test_after_something_was_given_there_is_an_order_and_a_person(said: str) -> None:
    first = catalog.advance(State(), Said(TOLD, AT), CONTENT)
    for state in (State(), first.state):
        turn = catalog.advance(state, Said(said, AT), CONTENT)
        assert "Gặp cán bộ" in turn.replies[0].options, turn.replies
        assert CONTENT.office.hotline in turn.replies[0].text
        if state == State():
            assert [line[:2] for line in turn.replies[0].text.split("\n")[1:]] == [
                "1.",
                "2.",
                "3.",
                "4.",
                "5.",
            ]


def test_the_sets_can_be_measured() -> None:
    assert {line["where"] for line in read(FOLDER / f"hand_{HANDS[0]}.jsonl")} == {"menu", "flow"}


# ---------------------------------------------------------------- what is exact


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("baohiemxahoi.gov.vn", "official"),
        ("dichvucong.baohiemxahoi.gov.vn", "official"),
        ("dongthap.gov.vn", "state"),
        ("baohiemxahoi.gov.vn.hotro.net", "lookalike"),
        ("baohiemxahoi-gov.vn", "lookalike"),
        ("vss1d-capnhat.com", "lookalike"),
        ("xn--vssd-2ra.com", "lookalike"),
        ("play.google.com", "store"),
        ("bit.ly", "shortener"),
        ("gmail.com", "everyday"),
        ("abc.xyz", "unknown"),
        ("evilgov.vn", "lookalike"),
    ],
)
def test_whose_an_address_is(host: str, kind: str) -> None:
    assert kind_of(host, OFFICIAL) == kind


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("vào https://BaoHiemXaHoi.gov.vn/tracuu nhé", {"baohiemxahoi.gov.vn": "official"}),
        ("https://baohiemxahoi.gov.vn@vssid.top/x", {"vssid.top": "lookalike"}),
        ("vssid chấm com", {"vssid.com": "lookalike"}),
        ("thư của hotro@vssid-vn.info", {"vssid-vn.info": "lookalike"}),
        ("email em là be.ba@gmail.com", {}),
        ("số hồ sơ 01841.GD/2026/087, đóng 1.200.000đ", {}),
        ("xong rồi.co ai khong", {}),
    ],
)
def test_addresses_in_a_text(text: str, hosts: dict[str, str]) -> None:
    assert addresses_in(text, OFFICIAL) == hosts


@pytest.mark.parametrize(
    ("text", "level", "thing"),
    [
        ("vssid-capnhat.com", "danger", "link"),
        ("dichvucong.baohiemxahoi.gov.vn", "known", "link"),
        ("1900 9068", "known", "phone"),
        ("+84 918 055 455", "listed", "phone"),
        ("0900000045", "unknown", "phone"),
        ("stk 0123456789 vietcombank", "unknown", "account"),
        ("ck 500k vô stk 0123456789 để mở khóa thẻ bảo hiểm, nó gọi kêu vậy", "danger", "account"),
        (TOLD, "danger", "phone"),
        ("ok", None, ""),
    ],
)
def test_a_verdict_and_its_words(text: str, level: str | None, thing: str) -> None:
    verdict = checks.verdict_of(text, CONTENT, chances(text, CONTENT.scam_weights))
    assert (verdict and (verdict.level, verdict.thing)) == (level and (level, thing))
    if verdict is not None:
        said = checks.said(verdict, CONTENT)
        assert "an toàn" not in said
        assert CONTENT.office.hotline in said
        assert "vssid-capnhat.com" not in said  # nobody can press it
        assert not any(contact.name in said for contact in CONTENT.directory.contacts)


def test_a_check_in_the_middle_of_a_flow_comes_back_to_it() -> None:
    state = positions()["registration/platform"]
    for said in ("có thật không?", "vssid-hotro.xyz", "xong"):
        state = catalog.advance(state, Said(said, AT), CONTENT).state
    assert (state.flow, state.step) == ("registration", "platform")


# ---------------------------------------------------------------- what is kept of a report


async def reported(house: House, thing: str, *, address: str = "terminal:t", source: str = "") -> str:
    """One thing checked and reported; the outcome, by what is said."""
    at = datetime.fromtimestamp(house.clock(), UTC)
    async with house.db.writing() as connection:
        turn = TurnContext(
            house.effect_handler.services, connection, address, None, at, house.clock(), source=source
        )
        verdict = checks.verdict_of(thing, CONTENT, chances(thing, CONTENT.scam_weights))
        assert verdict is not None
        report = ReportScam(verdict.thing, verdict.subject, verdict.signs)
        return (await house.effect_handler.handle(turn, report)).outcome


async def rows(house: House) -> list[scam_reports.ScamReport]:
    async with house.db.reading() as connection:
        return await scam_reports.listed(connection, 100)


async def test_a_conversation_reports_and_nothing_of_it_is_kept_but_the_kind(house: House) -> None:
    await house.say("có thật không?")
    await house.say(PASTED)
    await house.say("báo cho cơ quan")
    [row] = await rows(house)
    assert (row.thing, row.shown, row.count) == ("link", "vssid-gov.top", 1)
    async with house.db.reading() as connection:
        every = (await connection.execute(select(scam_table))).all()
    assert not any(word in str(every) for word in ("0900000045", "Be Ba", "terminal:t", "24h"))


async def test_numbers_are_masked_and_the_same_ones_are_one_row(house: House) -> None:
    for thing in ("0900000045", "+84 900 000 045", "0900000046", "stk 0123456789 vietcombank"):
        assert await reported(house, thing) == "kept"
    found = {(row.thing, row.shown, row.count) for row in await rows(house)}
    assert found == {("phone", "•••• 045", 2), ("phone", "•••• 046", 1), ("account", "•••• 789", 1)}


async def test_old_reports_are_dropped(house: House) -> None:
    await reported(house, "0900000045")
    house.clock.move(86400.0 * (Limits().scam_report_days + 1))
    await reported(house, "0900000046")
    assert [row.shown for row in await rows(house)] == ["•••• 046"]


@pytest.mark.parametrize(
    ("bound", "address", "source"),
    [
        ("scam_reports_per_day", "terminal:t", "1.2.3.{n}"),
        ("scam_reports_source", "web:{n}", "1.2.3.4"),
        ("scam_reports_all", "web:{n}", "1.2.3.{n}"),
    ],
)
async def test_reports_are_bounded_for_a_conversation_a_source_and_all(
    house: House, bound: str, address: str, source: str
) -> None:
    """Seen red with the bounds taken away in data/budgets.py: the third report was kept, too."""
    services = house.effect_handler.services
    limits = dataclasses.replace(services.limits, **{bound: 2})
    house.effect_handler.services = dataclasses.replace(services, limits=limits)
    found = [
        await reported(house, "0900000045", address=address.format(n=n), source=source.format(n=n))
        for n in range(3)
    ]
    assert found == ["kept", "kept", "limited"]


def test_every_sign_has_its_words_for_staff() -> None:
    assert SIGNS.keys() == checks.REASONS.keys()


async def test_staff_read_reports_and_admins_take_them_along(sqlite_house: House) -> None:
    office = Office(sqlite_house)
    await reported(sqlite_house, "vssid-gov.top")
    await reported(sqlite_house, "0900000045")
    officer, admin = await office.signed_in("officer"), await office.signed_in("admin")
    page = unescape((await officer.look("/console/scams")).text)
    assert "vssid-gov.top" in page and "•••• 045" in page and "Tải danh sách" not in page
    only = unescape((await officer.look("/console/scams?thing=phone")).text)
    assert "•••• 045" in only and "vssid-gov.top" not in only
    file = await admin.post("/console/scams/export")
    assert file.headers["content-type"].startswith("text/csv")
    assert len(file.text.strip().split("\r\n")) == 3
    async with sqlite_house.db.reading() as connection:
        assert "scams_exported" in {row.what for row in await audit.newest(connection, 10)}
