"""Public ids: UUIDv7, ordered by the time they were made, so that indexes stay compact."""

import hashlib
import uuid
from datetime import datetime

import uuid_utils


def uuid7() -> uuid.UUID:
    """Promise a new public id; nothing about the row's number in the database can be read from it."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)


def uuid7_of(about: uuid.UUID, at: datetime) -> uuid.UUID:
    """Promise the same public id whenever it is asked for, with a place in time: of what is made once about an object.

    A database that was put back and makes it once more gives it the same id, so that others recognise it.
    """
    digest = int.from_bytes(hashlib.sha256(about.bytes).digest()[:10])
    bits = int(at.timestamp() * 1000) << 80 | digest
    version, variant = 0xF << 76, 0x3 << 62
    return uuid.UUID(int=bits & ~version & ~variant | 0x7 << 76 | 0x2 << 62)
