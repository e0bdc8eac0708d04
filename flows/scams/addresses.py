"""Whose the address of a page is: known to be true, of the state, a look-alike, shortened, or in no list. Called by safety.py and `checks.py`.

Invariant: what is in no list is never called true.
"""

from __future__ import annotations

from typing import Literal

from flows.content import OfficialFacts
from flows.text.addresses import hosts_in, mail_hosts_in

AddressKind = Literal["official", "state", "store", "everyday", "lookalike", "shortener", "unknown"]
FOREIGN: frozenset[AddressKind] = frozenset({"lookalike", "shortener", "unknown"})
_LIKE = tuple(
    str.maketrans("013457", letters) for letters in ("oieast", "oleast")
)  # digits that stand for letters


def kind_of(host: str, official: OfficialFacts) -> AddressKind:
    """Whose a host is, in lower case."""
    if any(host == one.host for one in official.addresses):
        return "official"
    if host.endswith(f".{official.state}"):
        return "state"
    if host in official.stores:
        return "store"
    if host in official.shorteners:
        return "shortener"
    if host in official.everyday:
        return "everyday"
    bare = "".join(char for char in host if char.isalnum())
    spellings = (bare, *(bare.translate(like) for like in _LIKE))
    if any(mark in one for one in spellings for mark in official.marks):
        return "lookalike"
    return "lookalike" if host.startswith("xn--") or ".xn--" in host else "unknown"


def addresses_in(text: str, official: OfficialFacts) -> dict[str, AddressKind]:
    """The hosts in a text, in order, each with whose it is; of mail addresses only those that look alike."""
    found = {host: kind_of(host, official) for host in hosts_in(text)}
    mail = {host: kind_of(host, official) for host in mail_hosts_in(text)}
    return found | {host: kind for host, kind in mail.items() if kind == "lookalike"}
