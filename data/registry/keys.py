"""The keys by which people are found: a name's key, keyed hashes of phone and ID number. Used by import, search and effects.

Invariant: no database, and no slow import.
"""

from __future__ import annotations

import re

import phonenumbers

from data.seal import Seal
from flows.text.fold import words

_MOBILE = re.compile(r"0[35789][0-9]{8}")  # what phonenumbers would only read and write back


def phone_of(text: str) -> str | None:
    """A Vietnamese mobile number as ten digits ("+84 918 055 455" -> "0918055455"), or None."""
    if _MOBILE.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 84 or not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return f"0{national}" if len(national) == 9 else None


def phone_key(seal: Seal, phone: str) -> str:
    """The keyed hash of a phone; the text itself where it is no number."""
    return seal.keyed("phone", phone_of(phone) or phone)


def id_key(seal: Seal, id_number: str) -> bytes:
    """The keyed hash of an ID number, 16 bytes."""
    return bytes.fromhex(seal.keyed("id", id_number))[:16]


def name_key(name: str) -> str:
    """A name as `names` holds it: lower case, NFC, marks kept, one space between words."""
    return " ".join(w.text for w in words(name))
