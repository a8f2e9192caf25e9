"""Encrypts single values with a key id, and hashes them with a key so that they can be found again."""

import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

FORMAT = b"\x01"
NONCE_BYTES = 12


class Undecipherable(Exception):
    """The value cannot be read: its key is not configured, or it was altered, or it has another purpose."""


def encrypt(text: str, purpose: str) -> bytes:
    """Promise a blob that only `decrypt` with the same purpose reads; equal texts give different blobs.

    AES-256-GCM under the first key of VAULT_KEYS: format byte, length and name of the key, nonce, ciphertext.
    The empty text stays empty, so that "nothing is known" can be asked of the database.
    """
    if not text:
        return b""
    key_id = next(iter(settings.VAULT_KEYS))
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(settings.VAULT_KEYS[key_id]).encrypt(nonce, text.encode(), purpose.encode())
    return key_prefix(key_id) + nonce + sealed


def decrypt(blob: bytes, purpose: str) -> str:
    """Promise the text that was encrypted for this purpose under any readable key; else `Undecipherable`."""
    if not blob:
        return ""
    key_id, body = _split(bytes(blob))
    key = settings.VAULT_KEYS.get(key_id)
    if key is None:
        raise Undecipherable(f"no key named {key_id!r} in VAULT_KEYS")
    try:
        return _cipher(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], purpose.encode()).decode()
    except InvalidTag:
        raise Undecipherable("the value was altered or has another purpose") from None


def key_prefix(key_id: str) -> bytes:
    """The bytes every blob under this key begins with."""
    name = key_id.encode()
    return FORMAT + bytes([len(name)]) + name


def keyed_hash(text: str, purpose: str) -> str:
    """Promise the same "kid:hex" for the same text and purpose while the first hash key stays; '' stays ''."""
    return _hash(next(iter(settings.VAULT_HASH_KEYS)), text, purpose) if text else ""


def keyed_hashes(text: str, purpose: str) -> list[str]:
    """Promise one hash for each readable key, for searches with `__in` while keys change."""
    return [_hash(key_id, text, purpose) for key_id in settings.VAULT_HASH_KEYS] if text else []


class EncryptedTextField(models.Field):  # type: ignore[type-arg]
    """Text in Python, ciphertext in the database; found only through its keyed hash.

    `hash_field` names the sibling column that holds `keyed_hash(value, purpose)`, so that `rekey` renews both.
    """

    def __init__(self, *args: Any, purpose: str = "", hash_field: str = "", **options: Any) -> None:
        self.purpose = purpose
        self.hash_field = hash_field
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"purpose": self.purpose}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: search by its keyed hash, not by {lookup_name!r}")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return encrypt(value, self.purpose) if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value, self.purpose)

    def get_default(self) -> Any:
        return super().get_default() if self.has_default() else ""


def _split(blob: bytes) -> tuple[str, bytes]:
    if len(blob) < 2 or blob[:1] != FORMAT or len(blob) < 2 + blob[1] + NONCE_BYTES:
        raise Undecipherable("the value is not one of ours")
    end = 2 + blob[1]
    return blob[2:end].decode(errors="replace"), blob[end:]


def _hash(key_id: str, text: str, purpose: str) -> str:
    key = settings.VAULT_HASH_KEYS[key_id]
    digest = hmac.new(key, purpose.encode() + b"\x00" + text.encode(), hashlib.sha256)
    return f"{key_id}:{digest.hexdigest()}"


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
