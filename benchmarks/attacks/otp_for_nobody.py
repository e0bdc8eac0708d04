"""Codes for people who do not exist, asked for by one client with many cookies; then a citizen elsewhere asks for theirs.

    python -m benchmarks.attacks.otp_for_nobody [--tree OTHER_CHECKOUT] [--cookies 25]

What is to be seen: the citizen's SMS leaves, and nobody is told that a code was sent.
"""

from __future__ import annotations

import asyncio

from benchmarks.attacks.service import Visitor, arguments, known_people, serving, source, together

SYLLABLES = "Ẩm Bế Chử Doãn Khuất Lã Mạc Nghiêm Ong Quách Sầm Ứng".split()
EACH = 20  # questions of one cookie


async def _ask_for_nobody(port: int, n: int) -> list[str]:
    visitor, told = Visitor(port, source(1)), []
    async with visitor.talking() as say:
        await visitor.agree(say)
        for m in range(EACH):
            k = n * EACH + m
            name = f"{SYLLABLES[k % 12]} {SYLLABLES[k // 12 % 12]} {SYLLABLES[k // 144 % 12]}"
            answer = await say(f"{name} {k % 28 + 1:02d}/05/1970")
            if "chứng minh" not in answer:
                told.append(answer)
                break
            told.append(await say("Nhận mã OTP"))
            await say("sửa thông tin")
    return told


async def attack() -> None:
    given = arguments(cookies=(25, "cookies of the attacker"))
    async with serving(given.tree, 300) as service:
        before = service.sms()
        jobs = [_ask_for_nobody(service.port, n) for n in range(given.cookies)]
        told = [answer for some in await together(jobs, 25) if isinstance(some, list) for answer in some]
        asked = sum(answer.startswith("Nếu thông tin khớp") for answer in told)
        print(f"attacker: {asked} requests for nobody were answered, {service.sms() - before} SMS left")
        citizen, one = Visitor(service.port, source(2)), known_people(300)[0]
        async with citizen.talking() as say:
            await citizen.agree(say)
            await say(f"{one.name} {one.born}")
            answer = await say("Nhận mã OTP")
        print(f"citizen elsewhere: SMS left {service.sms() - before}; told: {answer[:110]}…")


if __name__ == "__main__":
    asyncio.run(attack())
