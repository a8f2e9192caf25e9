"""A stream as pieces that only a key of VAULT_KEYS opens: cut, swapped, altered or unfinished streams are refused.

After a first line come the name of the key and a salt; the key of the stream is derived from both. Each piece is its length and
AES-256-GCM under a counter; the last one is marked, so that a stream that ends early does not pass for a whole one.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from vault.crypto import Undecipherable

FIRST_LINE = b"referral backup 1\n"
SALT_BYTES = 16
PIECE_BYTES = 1024 * 1024
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Written:
    """How long the sealed stream is, and its SHA-256."""

    length: int
    sha256: str


def seal_stream(source: IO[bytes], target: IO[bytes]) -> Written:
    """Everything of the source, sealed under the first key, at the end of the target."""
    key_id, salt = next(iter(settings.VAULT_KEYS)), os.urandom(SALT_BYTES)
    head = FIRST_LINE + bytes([len(key_id.encode())]) + key_id.encode() + salt
    cipher, digest, length, number = _cipher(key_id, salt), hashlib.sha256(head), len(head), 0
    target.write(head)
    piece = _read(source, PIECE_BYTES)
    while True:
        following = _read(source, PIECE_BYTES)
        hidden = cipher.encrypt(_nonce(number, is_last=not following), piece, head)
        for part in (len(hidden).to_bytes(4), hidden):
            target.write(part)
            digest.update(part)
            length += len(part)
        if not following:
            return Written(length, digest.hexdigest())
        piece, number = following, number + 1


def open_stream(source: IO[bytes]) -> Iterator[bytes]:
    """The pieces in clear, one after the other; raises `Undecipherable` at the first that is not as it was written."""
    if source.read(len(FIRST_LINE)) != FIRST_LINE:
        raise Undecipherable("this is no sealed stream of ours")
    named = source.read(1)
    key_id = source.read(named[0] if named else 0)
    salt = source.read(SALT_BYTES)
    head = FIRST_LINE + named + key_id + salt
    if key_id.decode(errors="replace") not in settings.VAULT_KEYS:
        raise Undecipherable(f"no key named {key_id.decode(errors='replace')!r} in VAULT_KEYS")
    cipher, number, is_last = _cipher(key_id.decode(), salt), 0, False
    hidden = _piece(source)
    while not is_last:
        following = _piece(source)
        is_last = not following
        try:
            yield cipher.decrypt(_nonce(number, is_last=is_last), hidden, head)
        except InvalidTag:
            raise Undecipherable(f"piece {number + 1} was altered, or the stream ends early") from None
        hidden, number = following, number + 1


def _piece(source: IO[bytes]) -> bytes:
    length = int.from_bytes(source.read(4))
    if length > PIECE_BYTES + TAG_BYTES:
        raise Undecipherable("the length of a piece was altered")
    return _read(source, length)


def _read(source: IO[bytes], length: int) -> bytes:
    """As much as asked for, unless the source ends: a pipe gives less at a time."""
    parts: list[bytes] = []
    while length > 0 and (part := source.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


def _cipher(key_id: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"referral backup").derive(settings.VAULT_KEYS[key_id]))
