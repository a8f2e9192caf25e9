"""Whether the process lives, and whether all it needs is there."""

import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from permissions.doors import PUBLIC, Page
from referral.slips.checks import printing_needs
from vault.audit.seal import waiting_seconds
from vault.journal import pages
from vault.journal.follow import is_behind
from vault.outbox.claims import oldest_due_seconds

SEAL_AGE_LIMIT = 60  # seconds
OUTBOX_AGE_LIMIT = 300  # seconds
HEARTBEAT_AGE_LIMIT = 30  # seconds
JOURNAL_AGE_LIMIT = 30  # seconds


class Healthz(Page):
    """The process answers; nothing else is asked."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"status": "ok", "version": settings.VERSION})


class Readyz(Page):
    """Database, roles, worker, outbox and seals, each with its own word."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest) -> JsonResponse:
        parts = readiness()
        ready = all(part["ok"] for part in parts.values())
        return JsonResponse({"status": "ready" if ready else "not_ready", "parts": parts}, status=200 if ready else 503)


def readiness() -> dict[str, dict[str, Any]]:
    """Measures each part now; ages are in seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    heartbeat, outbox, seals = heartbeat_age(), oldest_due_seconds(), waiting_seconds()
    journal, behind = pages.age(), is_behind()
    return {
        "database": {"ok": True},
        "roles": {"ok": role == "referral_app", "role": role},
        "worker": {"ok": heartbeat is not None and heartbeat < HEARTBEAT_AGE_LIMIT, "age": heartbeat},
        "outbox": {"ok": outbox < OUTBOX_AGE_LIMIT, "age": round(outbox, 1)},
        "seals": {"ok": seals < SEAL_AGE_LIMIT, "age": round(seals, 1)},
        "journal": {"ok": journal is not None and journal < JOURNAL_AGE_LIMIT and not behind, "age": journal, "behind": behind},
        "printing": {"ok": True, "needs": printing_needs()},  # without paper the product still books
    }


def heartbeat_age() -> float | None:
    """How long ago the worker last finished a job that beat had sent, or None when it never did."""
    try:
        return round(time.time() - (settings.STATE_DIR / "heartbeat").stat().st_mtime, 1)
    except FileNotFoundError:
        return None
