"""Hands over a printed copy at the door: waits a moment for the worker, then says honestly how things stand."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from referral.slips.issue import pdf_of
from referral.slips.models import Failure, Slip, SlipKind
from referral.slips.render import named
from vault.refusal import Refusal

GLANCE = 0.1  # seconds between two looks
SLOW = timedelta(seconds=20)  # after which the printing service is called slow


@dataclass(frozen=True, slots=True)
class Handed:
    """A copy at the counter: its PDF, or b'' while the worker is still at it; `is_slow` when that takes too long."""

    slip: Slip
    pdf: bytes
    is_slow: bool = False


def collect(slip: Slip, *, patience: float, now: datetime) -> Handed:
    """The copy, after at most `patience` seconds.

    Refuses with `unprintable_character` naming it, `unavailable` when the press broke,
    `right_not_in_force` when the asker lost her right meanwhile.
    """
    deadline = time.monotonic() + patience
    while not (slip.is_printed or slip.failure) and time.monotonic() < deadline:
        time.sleep(GLANCE)
        slip.refresh_from_db(fields=["is_printed", "failure", "unprintable", "pdf"])
    if slip.failure == Failure.CHARACTERS:
        raise Refusal(
            "unprintable_character",
            _("No installed font can print %(characters)s. Please correct the text, then print again.")
            % {"characters": named(slip.unprintable)},
        )
    if slip.failure == Failure.PRESS:
        raise Refusal("unavailable", _("The slip could not be printed as PDF. The booking is safe; please use the page to print instead."))
    if slip.failure == Failure.REVOKED:
        raise Refusal("right_not_in_force", _("Your right to refer is not in force."))
    return Handed(slip, pdf_of(slip), not slip.is_printed and now - slip.created_at > SLOW)


def headers_of(slip: Slip) -> dict[str, str]:
    """How the file travels: shown in the browser, kept by no cache, with its copy number and the hash of what it says."""
    name = f"{'转诊单' if slip.kind == SlipKind.UP else '回转单'}-{slip.copy_no}.pdf"
    return {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition_header(as_attachment=False, filename=name) or "inline",
        "Cache-Control": "no-store",
        "X-Slip-Copy": str(slip.copy_no),
        "X-Slip-Content": slip.content_hash,
    }
