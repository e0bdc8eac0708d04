"""`troly staff` and the links of a demo, as people run them. Rule: real processes on a folder of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.consoles import csrf_token_in
from tests.fork_server import ForkServer
from tests.ports import free_port
from tests.screens import RealServer


async def troly(fork_server: ForkServer, folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of one command."""
    process = await fork_server.spawn(words, {"TROLY_DATA_DIR": str(folder / "var"), **settings}, folder)
    code, out, err = await asyncio.wait_for(process.told(), 60)
    return code, out.strip(), err.strip()


async def sign_in(browser: httpx.AsyncClient, link: str) -> int:
    """Press the button of a link's page; the status of the answer."""
    csrf_token = csrf_token_in((await browser.get(link)).text)
    return (await browser.post(link, data={"csrf_token": csrf_token}, follow_redirects=False)).status_code


@pytest.fixture
async def server(tmp_path: Path, fork_server: ForkServer) -> AsyncIterator[RealServer]:
    one = RealServer(tmp_path / "house", fork_server)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
    assert "Traceback" not in one.words()


async def test_demo_links_work_often_while_the_process_runs_and_not_after(server: RealServer) -> None:
    links = server.sign_in_links()
    assert len(set(links)) == 3
    assert [line.split("http")[0].split() for line in server.said if "sign-in" in line] == [
        ["Demo:", "the", "console", "as", "an", "officer"],
        ["Demo:", "the", "console", "as", "an", "admin"],
        ["Demo:", "as", "a", "second", "admin"],
    ]
    for link, role in zip(links, ("Cán bộ", "Quản trị", "Quản trị"), strict=True):
        for _ in range(2):
            async with httpx.AsyncClient() as browser:
                assert await sign_in(browser, link) == 303
                assert role in (await browser.get(f"{server.address}/console")).text
    for end in (server.stop, server.kill):
        old = server.sign_in_links()
        await end()
        await server.start()
        async with httpx.AsyncClient() as browser:
            for link in old:
                assert await sign_in(browser, link) == 410
            assert await sign_in(browser, server.sign_in_links()[0]) == 303


async def test_a_demo_that_others_can_reach_has_no_links(tmp_path: Path) -> None:
    server = RealServer(tmp_path, TROLY_HOST="0.0.0.0", TROLY_PUBLIC_URL="https://troly.example.vn")
    await server.start()
    try:
        assert server.sign_in_links() == []
        assert sum("no console links" in line for line in server.said) == 1
    finally:
        await server.stop()


async def test_staff_come_and_go_while_the_service_runs(fork_server: ForkServer, server: RealServer) -> None:
    folder, port = server.folder, {"TROLY_PORT": str(server.port)}
    assert (await troly(fork_server, folder, "staff", "add", "chi.hoa", "--role", "officer"))[0] == 0
    code, link, remark = await troly(fork_server, folder, "staff", "sign-in", "chi.hoa", **port)
    assert code == 0
    assert link.startswith(f"{server.address}/console/sign-in/")
    assert "5 minutes" in remark
    async with httpx.AsyncClient() as browser:
        assert await sign_in(browser, link) == 303
        assert (await browser.get(f"{server.address}/console/queue")).status_code == 200
        assert (await browser.get(f"{server.address}/console/audit")).status_code == 403
        assert (await troly(fork_server, folder, "staff", "role", "chi.hoa", "--role", "auditor"))[0] == 0
        assert (await browser.get(f"{server.address}/console/queue")).status_code == 403
        assert (await troly(fork_server, folder, "staff", "remove", "chi.hoa"))[0] == 0
        assert (await browser.get(f"{server.address}/console")).status_code == 401
    async with httpx.AsyncClient() as admin:
        await sign_in(admin, server.sign_in_links()[1])
        page = (await admin.get(f"{server.address}/console/audit")).text
    for deed in (
        "Thêm nhân viên",
        "Tạo liên kết đăng nhập",
        "Đổi vai trò",
        "Xóa nhân viên",
        "còn nguyên vẹn",
    ):
        assert deed in page


async def test_the_list_of_staff_and_refusals_in_one_line(fork_server: ForkServer, tmp_path: Path) -> None:
    assert "nobody yet" in (await troly(fork_server, tmp_path, "staff", "list"))[1]
    await troly(fork_server, tmp_path, "staff", "add", "quan.tri", "--role", "admin")
    await troly(fork_server, tmp_path, "staff", "link-telegram", "quan.tri", "5550001")
    code, out, _ = await troly(fork_server, tmp_path, "staff", "list", "--json")
    assert (code, json.loads(out)) == (0, [{"name": "quan.tri", "role": "admin", "telegram": "5550001"}])
    for words, says in (
        (("add", "quan.tri", "--role", "officer"), "already"),
        (("add", "Ông Tám", "--role", "officer"), "a-z"),
        (("sign-in", "ai.do"), "nobody on the staff"),
        (("remove", "ai.do"), "nobody on the staff"),
        (("link-telegram", "quan.tri", "@ai"), "number"),
    ):
        code, out, err = await troly(fork_server, tmp_path, "staff", *words)
        assert (code, out) == (1, ""), words
        assert err.startswith("troly: ")
        assert says in err
        assert "\n" not in err


async def test_a_service_without_the_console_has_no_page_of_it(tmp_path: Path) -> None:
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
    env |= {"TROLY_DATA_DIR": str(tmp_path / "var"), "TROLY_PORT": str(port), "TROLY_DEMO_PEOPLE": "10"}
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("troly"),
        *("serve", "--demo", "--roles", "chat,worker"),
        cwd=tmp_path,
        env=env,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            said = b""
            while b"Ctrl-C" not in said:
                line = await process.stdout.readline()
                assert line, said
                said += line
        assert b"/console" not in said
        async with httpx.AsyncClient() as browser:
            assert (await browser.get(f"http://127.0.0.1:{port}/console")).status_code == 404
    finally:
        process.terminate()
        await process.wait()
