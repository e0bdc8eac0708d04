"""A portrait is judged in memory: the verdict of every kind of file, what it costs, and that nothing stays of it.

Pillow makes the good files; the bad ones are made by hand, or by cutting and renaming.
"""

from __future__ import annotations

import asyncio
import io
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from flows.engine.events import SentPicture
from handlers.pictures import verdict_of
from handlers.web.chat import Web
from handlers.web.frames import address_of
from handlers.web.source import BodyPlaces
from tests.emulator import Emulator
from tests.houses import House
from tests.test_telegram_door import LAN, Bot, become, open_bot

LIMIT = 3_000_000


def _picture(
    width: int = 600, height: int = 800, kind: str = "JPEG", *, turned: bool = False, long: int = 0
) -> bytes:
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6 if turned else 1
    Image.new("RGB", (width, height), (200, 180, 160)).save(file, kind, exif=exif)
    data = file.getvalue()
    return data if not long else data[:-2] + bytes(long - len(data)) + b"\xff\xd9"


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _bomb(side: int) -> bytes:
    """A PNG of so many dots a side, whole, of which every row is zero: packed small."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    body = b"".join(rows.compress(row * 1000) for _ in range(side // 1000)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


BOMB = _bomb(50_000)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="600" height="800"><script>1</script></svg>'
HEIC = struct.pack(">I", 24) + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(600)


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (_picture(), "good"),
        (_picture(kind="PNG"), "good"),
        (_picture(800, 600, turned=True), "good"),  # lies in the file, stands when it is shown
        (_picture(long=LIMIT), "good"),  # 3.0 MB
        (_picture(long=LIMIT + 1), "too_big"),
        (_picture(long=3_100_000), "too_big"),
        (_picture(800, 600), "lying"),
        (_picture(600, 800, turned=True), "lying"),
        (_picture(1011, 638), "lying"),  # as an identity card is
        (_picture(300, 390), "too_small"),
        (_picture(700, 12_001), "too_wide"),
        (BOMB, "too_wide"),
        (_bomb(13_000), "too_wide"),
        (_picture(kind="GIF"), "other_kind"),
        (_picture(kind="WEBP"), "other_kind"),
        (_picture(kind="TIFF"), "other_kind"),
        (HEIC, "heic"),
        (SVG, "not_a_picture"),
        (b"%PDF-1.7\n" + bytes(500), "not_a_picture"),
        (b"PK\x03\x04" + bytes(500), "not_a_picture"),
        (b"MZ" + bytes(5000), "not_a_picture"),
        (b"", "not_a_picture"),
        (b"\xff\xd8\xff", "broken"),
        (b"\xff\xd8\xff\xe0" + bytes(n % 251 for n in range(3000)), "broken"),  # the magic bytes alone
        (_picture()[:-40], "broken"),
        (_picture(kind="PNG")[:-20], "broken"),
        (_picture(kind="PNG").replace(b"IDAT", b"IDAX"), "broken"),
    ],
    ids=lambda given: given if isinstance(given, str) else f"{len(given)} bytes",
)
def test_every_kind_of_file_has_its_verdict(data: bytes, verdict: str) -> None:
    assert verdict_of(data, LIMIT)["verdict"] == verdict


def test_a_file_is_what_it_holds_not_what_it_is_called(tmp_path: Path) -> None:
    from flows.engine.state import State
    from handlers.turns.json_contract import NEVER, read_object

    (tmp_path / "anh.jpg").write_bytes(SVG)
    opens = read_object({"file": {"path": str(tmp_path / "anh.jpg")}}, 2000)
    assert callable(opens)
    event = opens(State(), NEVER)
    assert isinstance(event, SentPicture) and event.verdict == "not_a_picture"


def test_any_bytes_get_a_verdict() -> None:
    whole = _picture(kind="PNG")
    for at in range(min(len(whole), 400)):
        verdict_of(whole[:at], LIMIT)
        verdict_of(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], LIMIT)


def test_memory_stays_and_nothing_is_written(tmp_path: Path) -> None:
    """In a process of its own: RSS grows by at most 64 MB over the bombs, and no file is opened for writing."""
    (tmp_path / "bomb.png").write_bytes(BOMB)
    (tmp_path / "long.jpg").write_bytes(_picture(5000, 6600, long=LIMIT))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from handlers.pictures import verdict_of\n"
        "files = [Path(name).read_bytes() for name in sys.argv[1:]]\n"
        "import PIL.Image, PIL.PngImagePlugin, PIL.JpegImagePlugin\n"
        "before, opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, []\n"
        "sys.addaudithook(lambda what, given: what == 'open' and isinstance(given[1], str) and set(given[1]) & set('wax+') and opened.append(given[0]))\n"
        "for _ in range(20):\n"
        "    [verdict_of(data, 3_000_000) for data in files]\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, opened)"
    )
    names = [str(path) for path in sorted(tmp_path.iterdir())]
    out = subprocess.run(
        [sys.executable, "-c", program, *names], capture_output=True, text=True, check=True
    ).stdout
    grown, opened = out.split(maxsplit=1)
    assert int(grown) <= 64 * 1024, f"{grown} kB"
    assert opened.strip() == "[]"
    assert resource.RLIMIT_AS is not None


# -- at the doors


async def _asks(house: House, address: str) -> None:
    await house.say("coi ảnh chân dung", address)


@pytest.fixture
async def bot(sqlite_house: House) -> AsyncIterator[Bot]:
    server = await Emulator().start()
    async with open_bot(sqlite_house, server) as made:
        await become(lambda: made.door.username)
        yield made
    await server.stop()


async def _sends_photo(bot: Bot, size: int) -> list[str]:
    photo = [{"file_id": "f1", "file_unique_id": "u1", "width": 600, "height": 800, "file_size": size}]
    await bot.post(bot.server.message(LAN, photo=photo))
    await bot.said()
    return [call.method for call in [*bot.server.calls, *(refused for refused, _ in bot.server.refused)]]


async def test_telegram_downloads_only_what_was_asked_for(bot: Bot) -> None:
    assert "getFile" not in await _sends_photo(bot, 200_000)
    await bot.post_text(LAN, "coi ảnh chân dung")
    assert "getFile" not in await _sends_photo(bot, LIMIT + 1)  # Telegram's word for the size is enough
    assert "quá giới hạn 3 MB" in bot.server.calls[-1].text
    assert "getFile" in await _sends_photo(bot, 200_000)


def _web(house: House, bodies: BodyPlaces | None = None) -> Web:
    return Web(
        house.turns, address="http://127.0.0.1:8080", demo=True, text_limit=2000, frames_per_minute=100, code_sender=None,
        say_elsewhere={}, picture_bodies=bodies,
    )  # fmt: skip  # reason: short


def _client(web: Web, source: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(web.app, client=(source, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")


async def test_bodies_that_do_not_come_keep_nobody_s_picture_out(sqlite_house: House) -> None:
    """A source has its share, above all of them the first gives way. Seen to fail with one count for everybody: 429."""
    house = sqlite_house
    web, begun = _web(house, BodyPlaces(in_all=3, of_source=2, seconds=60.0)), asyncio.Semaphore(0)

    async def never_comes() -> AsyncIterator[bytes]:
        begun.release()
        yield b"\xff\xd8"
        await asyncio.Event().wait()

    async def posts(source: str, content: bytes | AsyncIterator[bytes]) -> int:
        async with _client(web, source) as client:
            await client.get("/")
            await _asks(house, address_of(client.cookies["troly_visitor"]))
            return (await client.post("/chat/picture", content=content)).status_code

    async def begins(source: str) -> asyncio.Task[int]:
        task = asyncio.create_task(posts(source, never_comes()))
        async with asyncio.timeout(30):
            await begun.acquire()
        return task

    slow = [await begins("10.0.0.1") for _ in range(3)]
    async with asyncio.timeout(30):
        assert await slow[0] == 408, "the third of one source ends its first"
    slow.append(await begins("10.0.1.1"))
    assert await posts("10.0.2.1", _picture()) == 200
    assert await slow[1] == 408, "all places were taken: who was longest at it gave way"
    assert not any(task.done() for task in slow[2:])
    for task in slow[2:]:
        task.cancel()


async def test_the_page_posts_a_picture_where_it_was_asked_for(sqlite_house: House) -> None:
    house = sqlite_house
    async with _client(_web(house)) as client:
        await client.get("/")
        address = address_of(client.cookies["troly_visitor"])
        assert (await client.post("/chat/picture", content=_picture())).status_code == 409
        await _asks(house, address)
        foreign = await client.post(
            "/chat/picture", content=_picture(), headers={"origin": "https://evil.example"}
        )
        assert foreign.status_code == 403
        assert (await client.post("/chat/picture", content=_picture())).status_code == 200
        assert await house.place(address) == ("portrait", "verdict")
        assert (await client.post("/chat/picture", content=bytes(LIMIT + 100_000))).status_code == 200
    async with house.db.reading() as connection:
        from data import conversations

        state = (await conversations.load(connection, house.seal, [address]))[address].state
    assert state.answers["verdict"] == "too_big" and state.answers["size"] == LIMIT + 100_000
