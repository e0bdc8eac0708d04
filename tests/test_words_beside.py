"""Secrets in what is no text: file names, captions, labels of buttons that nobody offered, contacts. Rule: no officer reads them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data import desk
from data.tables import tickets
from flows.secrets.detector import secret_in
from flows.secrets.file_names import shown_name, words_of_name
from handlers.turns.ticket_log import LEFT_OUT
from tests.houses import House

SECRETS = ("Hoa@2020x", "482913")
WITH_SECRETS = (
    {"file": {"name": "matkhau_Hoa@2020x.docx", "bytes": 1, "type": "text/plain"}},
    {"file": {"name": "mat-khau-vssid-la-Hoa@2020x.jpg", "bytes": 1, "type": "image/jpeg"}},
    {"file": {"name": "otp_482913.png", "bytes": 1, "type": "image/png"}},
    {"file": {"name": "482913.png", "bytes": 1, "type": "image/png"}},
    {"press": "mật khẩu của em là Hoa@2020x"},
    {"press": "mã otp 482913"},
    {"contact": {"phone": "mật khẩu Hoa@2020x", "own": False}},
    {"contact": {"phone": "482913", "own": True}},
)
HARMLESS = (
    *("IMG_20240101_123456.jpg", "IMG_1234.JPG", "DSC04567.jpg", "image0.jpeg", "z5123456789012_3f2a9b.jpg"),
    *("Screenshot_20240101-123456_VssID.jpg", "photo_2024-01-01_12-00-00.jpg", "FB_IMG_1612345678901.jpg"),
    *("CCCD mat truoc.jpg", "TK1-TS.docx", "don xin 2024.docx", "mat khau VssID.docx", "scan0001.pdf"),
    "Screen Recording 2024-01-01 at 12.00.00.mov",
)


async def asked_for_an_officer(house: House, address: str, *, claimed: bool) -> str:
    """Somebody who waits for an officer, or talks with one; the ticket."""
    for words in ("gặp cán bộ", "Đồng ý", "tôi cần hỏi về hồ sơ"):
        await house.say(words, address)
    async with house.db.reading() as connection:
        ticket = str((await connection.execute(select(tickets.c.id))).scalar_one())
    if claimed:
        async with house.db.writing() as connection:
            taken = await desk.claim(house.db, connection, house.seal, ticket, "can.bo", house.clock())
            assert taken.outcome == "claimed"
    return ticket


async def read_by_officers(house: House, ticket: str) -> list[str]:
    async with house.db.reading() as connection:
        return [m.text for m in await desk.messages(connection, house.seal, ticket, plain=True)]


@pytest.mark.parametrize("claimed", [False, True], ids=["waiting", "claimed"])
async def test_no_officer_reads_a_secret_that_came_beside_a_text(sqlite_house: House, claimed: bool) -> None:
    """Seen to fail: file names and labels were written into the ticket as they came."""
    house, address = sqlite_house, "terminal:t"
    ticket = await asked_for_an_officer(house, address, claimed=claimed)
    before = len(await read_by_officers(house, ticket))
    for given in WITH_SECRETS:
        result = await house.tell(given, address)
        assert result.forget, given
        assert "Tin vừa rồi có vẻ chứa" in result.rows[0].body["text"], given
    lines = await read_by_officers(house, ticket)
    assert lines[before:].count(LEFT_OUT) == len(WITH_SECRETS)
    assert not [line for line in lines if any(secret in line for secret in SECRETS)]


async def test_what_is_harmless_is_read_and_numbers_in_names_are_hidden(sqlite_house: House) -> None:
    house, address = sqlite_house, "terminal:t"
    ticket = await asked_for_an_officer(house, address, claimed=True)
    for name in HARMLESS:
        assert secret_in(words_of_name(name), house.content.secret_weights, expected=False) == "", name
        result = await house.tell({"file": {"name": name, "bytes": 1, "type": "image/jpeg"}}, address)
        assert not result.forget, name
    for given in (
        {"press": "Menu"},
        {"press": "quen mat khau"},
        {"contact": {"phone": "0900000001", "own": True}},
    ):
        assert not (await house.tell(given, address)).forget, given
    lines = await read_by_officers(house, ticket)
    assert "[tệp IMG_••••.jpg, không mở]" in lines and "[tệp don xin 2024.docx, không mở]" in lines
    assert "[chia sẻ số điện thoại 0900000001]" in lines
    await house.tell({"press": "ơ " * 5000}, address)
    await house.tell({"file": {"name": "ơ " * 5000, "bytes": 1, "type": ""}}, address)
    assert all(len(line) < 300 for line in (await read_by_officers(house, ticket))[-2:])
    assert shown_name("ho so 12345678.pdf") == "ho so ••••.pdf"
