"""Junk sign-ins from one client; then a member signs in with a good link, elsewhere and at the same source.

python -m benchmarks.attacks.sign_in_lockout [--tree OTHER_CHECKOUT] [--junk 30]
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import Counter

import httpx

from benchmarks.attacks.service import Service, arguments, serving, source


async def _post(service: Service, path: str, where: str) -> int:
    async with httpx.AsyncClient(
        base_url=service.address, headers={"X-Forwarded-For": where}, trust_env=False
    ) as client:
        page = (await client.get(path)).text
        token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page)
        assert token is not None
        return (await client.post(path, data={"csrf_token": token[1]})).status_code


async def attack() -> None:
    given = arguments(junk=(30, "junk sign-ins"))
    async with serving(given.tree, 50) as service:
        links = re.findall(r"/console/sign-in/\S+", service.printed)
        junk = [f"/console/sign-in/{secrets.token_urlsafe(32)}" for _ in range(given.junk)]
        told = Counter([await _post(service, path, source(1)) for path in junk])
        print(f"attacker: {dict(sorted(told.items()))}")
        print(f"member at another source, good link: {await _post(service, links[0], source(2))}")
        print(f"member at the attacker's source, good link: {await _post(service, links[1], source(1))}")
        print(f"junk at another source: {await _post(service, junk[0], source(3))}")


if __name__ == "__main__":
    asyncio.run(attack())
