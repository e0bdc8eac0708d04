"""Whether an event comes from Zalo: X-ZEvent-Signature over the bytes as they came. Pure.

    mac = sha256(app id + body + timestamp + OA secret key), lower-case hexadecimal, with or without "mac=" before it

The timestamp is the body's, or that of the header X-ZEvent-Timestamp: sources differ. Invariant: nothing of a body is
believed before this said yes, and its time tells nothing of the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from handlers.zalo.web_calls import object_in

_HEX = re.compile(rb"(?:mac=)?([0-9A-Fa-f]{64})")


@dataclass(frozen=True, slots=True)
class Signature:
    """The two values that make a signature. The OA secret key is not the app secret key."""

    app_id: str
    secret: str = field(repr=False)

    def of(self, body: bytes, timestamp: str) -> str:
        """The signature of these bytes, 64 hexadecimal digits."""
        return hashlib.sha256(
            self.app_id.encode() + body + timestamp.encode("utf-8", "replace") + self.secret.encode()
        ).hexdigest()

    def signs(self, body: bytes, given: bytes, header_timestamp: bytes = b"") -> str:
        """By which timestamp `given` signs `body`: "body", "header", or "" where it does not."""
        found = _HEX.fullmatch(given.strip())
        if found is None or not self.secret:
            return ""
        mac = found[1].lower()
        said = object_in(body).get("timestamp")
        in_body = str(said) if isinstance(said, str | int) else ""
        by_body = hmac.compare_digest(self.of(body, in_body).encode(), mac)
        by_header = hmac.compare_digest(
            self.of(body, header_timestamp[:40].decode("ascii", "replace")).encode(), mac
        )
        if by_body:
            return "body"
        return "header" if by_header and header_timestamp else ""


def looks_signed(given: bytes) -> bool:
    """Whether a header could be a signature at all; of any other call not one byte of the body is read."""
    return _HEX.fullmatch(given.strip()) is not None
