"""The headers and cookies of the chat page in its three modes, without a browser. Rule: only the page for frames may be framed."""

from __future__ import annotations

import httpx
import pytest

from bot.settings import BadSetting, embed_origins, load
from data.installation.demo import POSTER_CODE
from handlers.web.chat import Web
from tests.houses import House

SITES = ("https://bhxh.example.vn", "https://congthongtin.example.vn")
TOKEN = "A" * 43


def browser(
    house: House, address: str = "https://troly.example.vn", sites: tuple[str, ...] = SITES
) -> httpx.AsyncClient:
    web = Web(
        house.turns,
        address=address,
        demo=True,
        text_limit=2000,
        frames_per_minute=100,
        code_sender=None,
        say_elsewhere={},
        embed_origins=sites,
        counter_seconds=45,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(web.app), base_url=address)


@pytest.mark.parametrize(
    ("query", "ancestors", "name", "has"),
    [
        ("", "'none'", "__Host-troly_visitor", ("SameSite=lax", "Max-Age=15552000")),
        (
            "?embed",
            " ".join(SITES),
            "__Host-troly_frame",
            ("SameSite=None", "Partitioned", "Max-Age=15552000"),
        ),
        (f"?counter={POSTER_CODE}", "'none'", "__Host-troly_counter", ("SameSite=strict",)),
        (f"?embed&counter={POSTER_CODE}", "'none'", "__Host-troly_counter", ("SameSite=strict",)),
        ("?counter=nonsense", "'none'", "__Host-troly_visitor", ("SameSite=lax",)),
        (f"?start={POSTER_CODE}", "'none'", "__Host-troly_visitor", ("SameSite=lax",)),
    ],
)
async def test_each_mode_has_its_frames_and_its_cookie(
    sqlite_house: House, query: str, ancestors: str, name: str, has: tuple[str, ...]
) -> None:
    async with browser(sqlite_house) as client:
        page = await client.get(f"/{query}")
        again = await client.get(f"/{query}")
    assert f"frame-ancestors {ancestors};" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    cookie = page.headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert {"Path=/", "HttpOnly", "Secure", *has} <= set(cookie.split("; "))
    counter = "counter" in name
    assert ("set-cookie" in again.headers) is counter  # everybody at a counter is somebody new
    assert ("Max-Age" in cookie) is not counter
    assert ('data-seconds="45"' in page.text) is counter


async def test_without_a_list_nobody_may_frame_anything(sqlite_house: House) -> None:
    async with browser(sqlite_house, sites=()) as client:
        page = await client.get("/?embed")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["set-cookie"].startswith("__Host-troly_visitor=")
        for path in ("/healthz", "/nowhere", "/secure/x", f"/papers/{TOKEN}", "/chat/static/embed.js"):
            assert "frame-ancestors 'none'" in (await client.get(path)).headers["content-security-policy"]


async def test_a_paper_goes_to_ones_own_telephone_by_a_qr(sqlite_house: House) -> None:
    async with browser(sqlite_house) as client:
        picture = await client.get(f"/papers/{TOKEN}/qr.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.text.startswith("<?xml")
        assert (await client.get("/papers/not-a-token/qr.svg")).status_code == 404


@pytest.mark.parametrize(
    "listed",
    [
        "https://bhxh.example.vn/page",
        "*",
        "https://*.example.vn",
        "http://bhxh.example.vn",
        "bhxh.example.vn",
        "https://a.vn; script-src *",
    ],
)
def test_a_list_of_sites_that_says_more_than_sites_stops_the_start(listed: str) -> None:
    with pytest.raises(BadSetting, match="TROLY_EMBED_ORIGINS") as caught:
        load({"TROLY_EMBED_ORIGINS": listed}, dotenv=None)
    assert "\n" not in str(caught.value)


def test_a_list_of_sites_is_read_as_browsers_write_origins() -> None:
    assert embed_origins(" https://BHXH.example.vn/ ,http://localhost:8081") == (
        "https://bhxh.example.vn",
        "http://localhost:8081",
    )
    assert embed_origins("") == ()
