"""Addresses of pages in a text, as they are written. Called by flows/spoken/wordings.py and flows/scams.

Invariant: only shapes are found here; whose an address is, flows/scams/addresses.py says.
"""

from __future__ import annotations

import re

# Endings after which an address is meant even without "http"; those that are Vietnamese words too need something behind a stroke.
_ENDINGS = (
    "vn|com|net|org|top|xyz|info|site|online|club|vip|cc|app|link|shop|asia|biz|example|me|io|tk|ml|icu|life|live|work|click|pw|website|store"
    "|ly|cn|ru|us|sbs|buzz|bond|cfd|mobi|gg|cyou|today|support|page|dev|world|tech|space|monster|help|center|services|wiki|pro|win|bid"
)
_WITH_PATH = "gl|gd|co|la|at|id|to|st|ee|gy|su|in|tv|ws"
ADDRESS = re.compile(
    r"(?:https?|hxxps?)://[^\s,;“”\"'<>()]+|www\.[^\s,;“”\"'<>()]+"
    rf"|(?<![\w.@-])(?:[a-z0-9-]{{1,40}}\.){{0,3}}[0-9-]{{0,20}}[a-z][a-z0-9-]{{0,40}}\.(?:(?:{_ENDINGS})(?![\w@-])|(?:{_WITH_PATH})(?=/))(?:/[^\s,;“”\"'<>()]*)?"
)
_SPACED = re.compile(
    r"(?<=[a-z0-9]) ?(?:\[\.\]|\(\.\)| cham | chấm ) ?(?=[a-z0-9])|(?<=[a-z0-9])(?: \. ?|\. )(?=(?:com|net|org|xyz|top)\b)"
)


def opened_up(text: str) -> str:
    """The lowered text with "vssid chấm com" and "vssid . com" written as addresses."""
    return _SPACED.sub(".", text)


def hosts_in(text: str) -> tuple[str, ...]:
    """The hosts of the addresses in a text, in order, each once, in lower case."""
    found = (host_of(hit.group()) for hit in ADDRESS.finditer(opened_up(text.lower())))
    return tuple(dict.fromkeys(host for host in found if "." in host))


_MAILBOX = re.compile(r"[\w.+-]{1,64}@([a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){1,3})")


def mail_hosts_in(text: str) -> tuple[str, ...]:
    """The hosts of the mail addresses in a text, in lower case."""
    return tuple(_MAILBOX.findall(text.lower())) if "@" in text else ()


def host_of(address: str) -> str:
    """The host of an address: what stands between "//" and the next stroke, without "www." and a port."""
    host = re.sub(r"^[a-z]+://", "", address.lower()).split("/")[0].split("?")[0].split("#")[0]
    return host.rpartition("@")[2].split(":")[0].removeprefix("www.").strip(".")
