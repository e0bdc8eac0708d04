"""`serve --demo` on an office's registry: are codes of real people shown on the pretend phone, are staff added?

    python -m benchmarks.attacks.demo_on_real

Run in the folder of the code that is attacked. Must be: refused, 0 codes shown, 0 links for staff.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import websockets

from benchmarks.attacks.installation import (
    BORN,
    CITIZEN,
    PHONE,
    bring_in_a_citizen,
    folder,
    greeting,
    serving,
    show,
    troly,
)
from tests.ports import free_port

TALK = ("tra cứu mã số", "đồng ý", f"{CITIZEN} {BORN}", "Nhận mã OTP")


async def _codes_shown(address: str) -> int:
    """How many codes to the citizen's phone a stranger's page shows."""
    async with httpx.AsyncClient() as client:
        cookie = (await client.get(address)).cookies["troly_visitor"]
    headers = {"Cookie": f"troly_visitor={cookie}"}
    frames: list[dict[str, Any]] = []
    url = address.replace("http://", "ws://") + "/chat/socket"
    async with websockets.connect(url, additional_headers=headers) as socket:
        for text in TALK:
            await socket.send(json.dumps({"text": text}))
            frames.append(json.loads(await asyncio.wait_for(socket.recv(), 20)))
        try:
            while True:
                frames.append(json.loads(await asyncio.wait_for(socket.recv(), 2)))
        except TimeoutError:
            pass
    return sum(sms["to"] == PHONE for frame in frames for sms in frame.get("sms", ()))


async def _attacked(home: Path, **settings: str) -> dict[str, object]:
    port = free_port()
    words = () if settings else ("--demo",)
    with serving(home, port, *words, **settings) as process:
        lines = await greeting(process)
        served = any("Ctrl-C" in line for line in lines)
        shown = await _codes_shown(f"http://127.0.0.1:{port}") if served else 0
        links = sum("/console/sign-in/" in line for line in lines)
        refusal = ""
        if not served:
            assert process.stderr is not None
            refusal = process.stderr.read().strip()
    staff = json.loads(troly(home, "staff", "list", "--json").stdout or "[]")
    return {
        "served": served,
        "codes_of_the_citizen_shown": shown,
        "staff_links": links,
        "staff_added": len(staff),
        "said": refusal,
    }


async def main() -> None:
    """Attack, and print the figures."""
    found: dict[str, object] = {}
    with folder() as home:
        bring_in_a_citizen(home)
        found["--demo on a registry"] = await _attacked(home)
    with folder() as home:
        bring_in_a_citizen(home)
        found["TROLY_SMS=demo on a registry"] = await _attacked(home, TROLY_SMS="demo")
    with folder() as home:
        troly(home, "staff", "add", "chi.hoa", "--role", "officer")
        found["--demo on an office without a registry yet"] = await _attacked(home)
    with folder() as home:
        troly(home, "chat", "--demo", typed="menu\n")
        real = home / "people.csv"
        real.write_text("code,name\n8700900001,Lê Thị Ngoài Đời\n", "utf-8")
        done = troly(home, "registry", "import", str(real))
        found["a registry into a demo"] = {
            "taken": "new 1" in done.stdout,
            "said": done.stderr.strip()[-200:],
        }
        with serving(home, free_port()) as process:
            served = any("Ctrl-C" in line for line in await greeting(process))
            assert process.stderr is not None
            found["a demo served as an office"] = {
                "served": served,
                "said": "" if served else process.stderr.read().strip(),
            }
    show(found)


if __name__ == "__main__":
    asyncio.run(main())
