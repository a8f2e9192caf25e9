"""What a page offers instead of a place that was refused: one button each, at every door where a place is chosen."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.utils import timezone

from referral.views.matrix import service_words
from vault.refusal import Refusal


def instead(refusal: Refusal | None, action: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """The places a refusal carries, each with its words, the address of its button and a number under which it is booked once."""
    current = refusal.current if refusal else {}
    rows = current.get("alternatives", [])
    return {"alternatives": [described(row) | {"action": action(row)} for row in rows], "alternatives_asked": "alternatives" in current}


def described(row: dict[str, Any]) -> dict[str, Any]:
    """One place in words."""
    words = service_words(row["kind"], row["slot_class"], row["title"], name=row["service_name"], disease=row["disease"])
    return {**row, "words": words, "half": half_of(row), "idempotency_key": uuid4()}


def half_of(row: dict[str, Any]) -> str:
    """The half-day of a place."""
    return "am" if timezone.localtime(row["starts_at"]).hour < 12 else "pm"
