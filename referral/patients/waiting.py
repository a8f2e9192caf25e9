"""Lets acts that mean the same phone, document or health record wait for each other, so that counts and owners come out right."""

from collections.abc import Iterable

from django.db import connection

from permissions.identity.documents import Document
from vault.crypto import keyed_hash
from vault.transactions import requires_transaction


def wait_for(keys: Iterable[str]) -> None:
    """Step: advisory locks until the end of the transaction, in key order; taken before any row is locked."""
    requires_transaction()
    ordered = sorted({key for key in keys if key})
    if not ordered:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(hashtextextended(wanted.key, 0)) IS NULL)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS wanted(key, place)",
            [ordered],
        )


def mobile_key(mobile: str) -> str:
    """Whoever writes this mobile number holds this."""
    return keyed_hash(mobile, "phone")


def document_key(document: Document | None) -> str:
    """Whoever registers this document holds this."""
    return keyed_hash(document.key, "identity") if document else ""


def record_key(health_record_number: str) -> str:
    """Whoever writes this health record number holds this."""
    return f"record:{health_record_number}" if health_record_number else ""
