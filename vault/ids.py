"""Public ids: UUIDv7, ordered by the time they were made, so that indexes stay compact."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """Promise a new public id; nothing about the row's number in the database can be read from it."""
    return uuid.UUID(bytes=uuid_utils.uuid7().bytes)
