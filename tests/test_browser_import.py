"""The import page in a real Chromium against a real service: upload, bars, report, a service that is killed. Rule: press and look as admins do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import openpyxl
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.fork_server import ForkServer
from tests.imports import people, written
from tests.screens import NO_CHROMIUM, PHONE, RealServer, chromium_path
from tests.visitors import WIDER_THAN_THE_SCREEN, Visitors

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason=NO_CHROMIUM),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("browser"),  # one browser at a time
]


SETTINGS = {
    "TROLY_CONSOLE_LIVE_SECONDS": "0.2",
    "TROLY_IMPORT_BATCH": "500",
    "TROLY_REQUEST_BODY_SECONDS": "0.5",
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def server(
    tmp_path_factory: pytest.TempPathFactory, fork_server: ForkServer
) -> AsyncIterator[RealServer]:
    """A real service whose open pages ask often for what is new."""
    folder = tmp_path_factory.mktemp("import")
    one = RealServer(folder, fork_server, **SETTINGS)
    await one.start()
    yield one
    await one.stop()
    assert "Traceback" not in one.words()
    assert files(one) == []


def files(server: RealServer) -> list[Path]:
    """What lies of uploads in the data folder."""
    places = (server.folder / "var" / "uploads").rglob("*")
    return [p for p in places if p.is_file() and p.name not in ("lock", ".lock")]


async def opened(visitors: Visitors, server: RealServer, who: str) -> Page:
    page = await (await visitors.context(PHONE)).new_page()
    await page.goto(server.link(who))
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.get_by_role("link", name="Nhập danh sách").first.click()
    await expect(page.get_by_role("heading", name="Nhập danh sách người tham gia")).to_be_visible()
    return page


async def send(page: Page, path: Path) -> None:
    await page.get_by_label("Chọn tệp danh sách").set_input_files(path)
    await page.get_by_role("button", name="Gửi lên và kiểm tra").click()


async def test_a_list_goes_up_its_bar_moves_and_its_report_comes_by_itself(
    visitors: Visitors, server: RealServer, tmp_path: Path
) -> None:
    rows = people(30_000)  # long enough that the bar is seen half way on a fast machine, too
    rows[7][3] = "31/02/1990"
    page = await opened(visitors, server, "as an admin")
    await send(page, written(tmp_path / "danh sách.csv", rows))
    bar = page.get_by_role("progressbar", name="Kiểm tra: danh sách.csv")
    await expect(bar).to_be_visible()
    seen = set()
    while "Đang" in await page.locator("main").inner_text():
        seen.add(await page.evaluate("document.querySelector('progress.bar[value]')?.value ?? -1"))
        await page.wait_for_timeout(50)
    assert any(0 < share < 1000 for share in seen), seen
    await expect(page.get_by_text("Đã kiểm tra, chưa nhập")).to_be_visible()
    await expect(page.get_by_text("ngày sinh không có thật").first).to_be_visible()
    assert await page.evaluate(WIDER_THAN_THE_SCREEN) == []
    async with page.expect_download() as loading:
        await page.get_by_role("button", name="Tải 1 dòng không nhận (Excel)").click()
    await (await loading.value).save_as(tmp_path / "bad.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "bad.xlsx")
    assert [c.value for c in workbook.worksheets[0][2]][:3] == [
        "born: ngày sinh không có thật",
        "9",
        rows[7][0],
    ]
    await page.get_by_role("button", name="Nhập vào").click()
    assert await page.locator("#confirmed").evaluate("e => e.validity.valueMissing"), "asked to confirm first"
    await page.get_by_label("Tôi đã xem").check()
    await page.get_by_role("button", name="Nhập vào").click()
    await expect(page.get_by_role("progressbar", name="Nhập: danh sách.csv")).to_be_visible()
    await page.get_by_role("link", name="Bàn làm việc").first.click()
    await page.get_by_role("link", name="Nhập danh sách").first.click()
    await expect(page.get_by_text("Đã nhập", exact=True)).to_be_visible()
    await expect(page.get_by_text("29.999").first).to_be_visible()
    await page.get_by_role("button", name="Bỏ tệp này").click()
    await expect(page.get_by_text("Lần nhập gần nhất: danh sách.csv")).to_be_visible()


async def test_a_refusal_is_read_on_the_page_and_a_killed_service_keeps_no_file(
    visitors: Visitors, server: RealServer, tmp_path: Path
) -> None:
    page = await opened(visitors, server, "as a second admin")
    web = tmp_path / "a.xls"
    web.write_text("<html><table><tr><td>x</td></tr></table></html>")
    visitors.expected("422")
    await send(page, web)
    await expect(page.get_by_role("alert").filter(has_text="là trang web")).to_be_visible()
    await page.evaluate("document.getElementById('upload').dataset.limit = '10'")
    await send(page, web)
    await expect(page.get_by_role("alert").filter(has_text="lớn quá 200 MB")).to_be_visible()
    await page.reload()
    await send(page, written(tmp_path / "b.csv", people(12_000)))
    await expect(page.get_by_role("progressbar", name="Kiểm tra: b.csv")).to_be_visible()
    assert [p.name for p in files(server) if p.suffix == ".csv" and p.name[:3] != "bad"] == ["b.csv"]
    await page.goto("about:blank")
    await server.kill()
    assert files(server) != []
    await server.start()
    assert files(server) == []


async def test_a_slow_line_has_time_for_a_file_where_an_admin_sends_it(
    visitors: Visitors, server: RealServer
) -> None:
    page = await opened(visitors, server, "as a second admin")
    token = await page.locator("#upload [name=csrf_token]").get_attribute("value")
    cookies = {one["name"]: one["value"] for one in await page.context.cookies()}  # type: ignore[typeddict-item]  # they have both

    async def slowly() -> AsyncIterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="csrf_token"\r\n\r\n%b\r\n' % str(token).encode()
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="slow.csv"\r\n\r\ncode,name\r\n'
        for n in range(4):
            await asyncio.sleep(0.25)
            yield b"880000090%d,An\r\n" % n
        yield b"\r\n--x--\r\n"

    typed = {"content-type": "multipart/form-data; boundary=x"}
    async with httpx.AsyncClient(base_url=server.address) as stranger:
        with suppress(httpx.TransportError):  # answered before all was sent, and cut off
            sent = await stranger.post("/console/import", content=slowly(), headers=typed)
            assert sent.status_code in (401, 408)
    async with httpx.AsyncClient(base_url=server.address, cookies=cookies) as admin:
        sent = await admin.post("/console/import", content=slowly(), headers=typed)
    assert sent.status_code == 303, sent.text[:500]
    await page.reload()
    await expect(page.get_by_role("heading", name="slow.csv")).to_be_visible()
    await page.get_by_role("button", name="Bỏ tệp này").click()
