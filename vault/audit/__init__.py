"""Who did what and who saw what: written once, sealed, never changed."""

from vault.audit.access import saw, saw_many
from vault.audit.record import digest_of, record, record_many

__all__ = ["digest_of", "record", "record_many", "saw", "saw_many"]
