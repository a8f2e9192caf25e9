"""The sections of the top bar: which capability opens which, and which pages light it up."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from permissions.roles import Capability


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the bar: words, the address's name, who sees it, the pages that belong to it, and whose count it shows."""

    label: Any
    url: str
    needs: frozenset[Capability]
    pages: frozenset[str]
    count: str = ""


def section(label: Any, needs: set[Capability], *pages: str, count: str = "") -> Section:
    """A section; the first of its pages is where it leads."""
    return Section(label, pages[0], frozenset(needs), frozenset(pages), count)


SECTIONS: tuple[Section, ...] = (
    section(_("Worklist"), {Capability.WRITE_REFERRAL}, "home", count="todo"),
    section(_("My patients"), {Capability.SEE_PATIENTS}, "patients", "patient", "encounter_new", "referral_new"),
    section(
        _("Referrals"), {Capability.WRITE_REFERRAL}, "referrals", "referral", "referral_edit", "book", "booking_done", "booking_cancel"
    ),
    section(_("Places"), {Capability.BOOK, Capability.MANAGE_POOLS}, "availability"),
    section(_("Arrivals today"), {Capability.RECEIVE}, "arrivals", "arrive"),
    section(_("My visits"), {Capability.RECORD_VISIT}, "visits", "visit", "return_new"),
    section(_("Returned to us"), {Capability.ACCEPT_RETURN, Capability.ASSIGN_RETURN}, "returns", "return", count="returns"),
    section(_("Worklist"), {Capability.SEE_DISTRICT}, "district"),
    section(_("Referral rights"), {Capability.SEE_RIGHTS}, "rights", "right", "right_new"),
)
