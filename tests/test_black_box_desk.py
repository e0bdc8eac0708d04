"""A handover with the citizen on Telegram and the officer at the console, through a real process. Rule: only what Telegram
is told, what HTTP answers and what lies on the disk is looked at."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx

from data.desk import SIGNED
from flows import catalog
from flows.conversations import helpdesk, lookup
from tests.consoles import csrf_token_in
from tests.emulator import Emulator
from tests.fork_server import ForkServer
from tests.test_black_box import BE_BA, CONTENT, LOOKUP, Service, _words
from tests.timing import bare_timer

_LINK = re.compile(r"the console as an officer\s+(http\S+)")
_TICKET = re.compile(r"/console/tickets/([0-9a-f]{32})")
WITHIN = 2.0  # seconds until the officer's words are with the citizen
SECRET = "mat khau cua toi la Lan@98765"


async def test_an_officer_takes_over_on_telegram_and_the_bot_goes_on_where_it_stood(
    fork_server: ForkServer, tmp_path: Path
) -> None:
    """Ask, agree, tell; claim, answer; words while it is owned; hand back."""
    server = await Emulator().start()
    service = Service(tmp_path, server, "polling", fork_server)
    try:
        await service.start()
        await server.until(lambda: _LINK.search(service.log()))
        async with httpx.AsyncClient(base_url=service.address, trust_env=False, timeout=30) as officer:
            await _handover(service, officer)
        assert "Traceback" not in service.log()
    finally:
        await service.close()
        await server.stop()


async def _handover(service: Service, officer: httpx.AsyncClient) -> None:
    server, person = service.server, service.person()
    csrf_token = await _sign_in(service, officer)
    await person.begins()
    await person.agrees_to("tra cuu", LOOKUP, lookup.CONSENT, _words(lookup.FLOW, "name"))
    asked = await person.writes(BE_BA[0], f"Tìm {BE_BA[0]}")
    await person.writes("gặp cán bộ", helpdesk.WORDING)
    await person.writes("đồng ý", "cần cán bộ giúp việc gì")
    await person.writes("nhờ xem giúp hồ sơ", "phiếu số 1")

    found = _TICKET.search((await officer.get("/console/queue")).text)
    assert found is not None
    ticket = f"/console/tickets/{found.group(1)}"
    before = len(server.to(person.id))
    claimed = await officer.post(f"{ticket}/claim", data={"csrf_token": csrf_token})
    assert claimed.headers["location"] == f"{ticket}?note=yours"
    page = (await officer.get(ticket)).text
    assert "nhờ xem giúp hồ sơ" in page

    await person.hears(before, "Cán bộ đã vào trả lời anh/chị.")

    before = len(server.to(person.id))
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key is not None
    form = {"csrf_token": csrf_token, "key": key.group(1), "text": "Tôi xem <hồ sơ> & báo lại ngay"}
    began = time.monotonic()
    async with bare_timer() as bare:
        for _ in range(2):  # the browser's "send again"
            assert (await officer.post(f"{ticket}/answer", data=form)).status_code == 303
        heard = await person.hears(before, SIGNED + form["text"])
    assert time.monotonic() - began < WITHIN + bare.grace()
    assert heard.text == SIGNED + form["text"]

    for words in ("đổi mật khẩu", "khi nào xong ạ"):
        await server.write(person.id, words)
    warned = await person.writes(SECRET, "Tôi không lưu và không đọc tin đó")
    assert "mật khẩu" in warned.text
    await server.until(lambda: len(server.to(person.id, "deleteMessage")) == 1)
    await server.acknowledged()
    talk = (await officer.get(ticket)).text
    assert "khi nào xong ạ" in talk
    assert SECRET.split()[-1] not in talk
    assert SECRET.split()[-1].encode() not in service.on_disk()
    assert [c.text for c in server.to(person.id)[before:]] == [heard.text, warned.text]

    before = len(server.to(person.id))
    back = await officer.post(f"{ticket}/hand-back", data={"csrf_token": csrf_token})
    assert back.headers["location"] == f"{ticket}?note=handed_back"
    again = await person.hears(before, helpdesk.FLOW.handed_back(""), asked.text.rpartition("\n")[2])
    assert again.labels == asked.labels
    await person.writes(BE_BA[1], "chứng minh số điện thoại")
    await person.writes("menu", catalog.FLOWS.menu(CONTENT).text)
    late = await officer.post(f"{ticket}/answer", data={**form, "key": "late", "text": "quên mất"})
    assert late.status_code == 409


async def _sign_in(service: Service, officer: httpx.AsyncClient) -> str:
    """By the demo's link; returns the CSRF token for the forms."""
    link = _LINK.search(service.log())
    assert link is not None
    given = {"csrf_token": csrf_token_in((await officer.get(link.group(1))).text)}
    assert (await officer.post(link.group(1), data=given)).status_code == 303
    return csrf_token_in((await officer.get("/console")).text)
