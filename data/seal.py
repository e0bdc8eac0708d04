"""What is encrypted or hashed at rest, and with which key. Rule: the key lives outside the database."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

log = logging.getLogger("troly.data")

_NONCE = 12  # bytes
SHORTEST = 32  # characters of a secret


class Seal:
    """Encrypts small JSON values (AES-256-GCM) and makes keyed hashes (HMAC-SHA-256) under one secret."""

    def __init__(self, secret: str) -> None:
        root = hashlib.sha256(b"troly/1\0" + secret.encode()).digest()
        self._cipher = AESGCM(hmac.digest(root, b"seal", "sha256"))
        self._mac = hmac.digest(root, b"keyed", "sha256")

    def close(self, value: Any, bound_to: str) -> bytes:
        """`value` as ciphertext that opens only with the same `bound_to` (an address, a table and key)."""
        nonce = os.urandom(_NONCE)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + self._cipher.encrypt(nonce, plain, bound_to.encode())

    def open(self, sealed: bytes | None, bound_to: str) -> Any:
        """What `close` was given; None for None.

        Raises ValueError when the key is another one or the bytes were changed.
        """
        if sealed is None:
            return None
        try:
            return json.loads(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode()))
        except InvalidTag as wrong:
            raise ValueError("sealed with another TROLY_SECRET_KEY, or damaged") from wrong

    def open_if_possible(self, sealed: bytes | None, bound_to: str) -> Any:
        """As `open`, but None where it cannot be opened, which is logged: for lists and loops that hold other people's rows too."""
        try:
            return self.open(sealed, bound_to)
        except ValueError:
            log.error("a row cannot be opened: %s", bound_to.split(" ")[0])
            return None

    def keyed(self, kind: str, value: str) -> str:
        """A keyed hash of `value`, 64 hexadecimal digits; different for each `kind`."""
        return hmac.new(self._mac, f"{kind}\0{value}".encode(), "sha256").hexdigest()

    def keyed_many(self, kind: str) -> Callable[[str], bytes]:
        """`keyed` for many values of one kind, as 32 bytes: a third of the time."""
        begun = HMAC(self._mac, SHA256())
        begun.update(f"{kind}\0".encode())

        def keyed(value: str) -> bytes:
            mac = begun.copy()
            mac.update(value.encode())
            return mac.finalize()

        return keyed

    def close_many(self, nonces: int) -> Callable[[str, str], bytes]:
        """`close` for many strings of ASCII digits; so many nonces are taken from the system at once."""
        encrypt = self._cipher.encrypt
        fresh = b""
        at = 0

        def close(digits: str, bound_to: str) -> bytes:
            nonlocal fresh, at
            if at >= len(fresh):
                fresh, at = os.urandom(_NONCE * nonces), 0
            nonce = fresh[at : at + _NONCE]
            at += _NONCE
            return nonce + encrypt(nonce, b'"%b"' % digits.encode("ascii"), bound_to.encode())

        return close

    def key_for(self, kind: str) -> bytes:
        """A key of 32 bytes for keyed hashes of one kind that are made elsewhere."""
        return hmac.digest(self._mac, f"key for {kind}".encode(), "sha256")


def key_file(data_dir: Path) -> Path:
    """Where the secret of an installation lies that was not given one by the settings."""
    return data_dir / "secret.key"


def secret_of(data_dir: Path) -> str:
    """The installation's secret; made on first use, with mode 0600, whole or not at all.

    Raises ValueError with one sentence when the file holds no key of SHORTEST characters.
    """
    path = key_file(data_dir)
    if not path.exists():
        _make_key(path)
    secret = path.read_bytes().decode("ascii", "replace").strip()
    if len(secret) < SHORTEST or not secret.isprintable() or not secret.isascii():
        raise ValueError(
            f"{path} holds no whole key ({SHORTEST} characters or more): put the backup of it back in its place"
        )
    return secret


def _make_key(path: Path) -> None:
    """Written elsewhere, on disk, and only then given its name; a key that another process made meanwhile stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret.", suffix=".new")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
