"""Which acts an institution answers for month by month (R034), each sorted into what it is: override, reveal, export, cancellation."""

from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    OVERRIDE = "override", _("Overrides")
    REVEAL = "reveal", _("Reveals")
    EXPORT = "export", _("Exports")
    CANCELLATION = "cancellation", _("Cancellations")


# Verbs of the trail that belong here by what they do; besides, a verb that holds one of the words below belongs there by its name.
VERBS: Final[dict[str, Group]] = {
    "undo_arrival": Group.OVERRIDE,  # what the window had registered is taken back
    "undo_noshow": Group.OVERRIDE,
    "patient.move_contract": Group.OVERRIDE,  # ends a contract that another centre signed
    "patient.look_up": Group.REVEAL,  # a resident beyond one's own is found by her document
    "patient.end_contract": Group.CANCELLATION,
}
WORDS: Final[dict[str, Group]] = {
    "override": Group.OVERRIDE,
    "reveal": Group.REVEAL,
    "export": Group.EXPORT,
    "cancel": Group.CANCELLATION,
}
# Looks of the access log: opening one person's record shows what lists mask; taking a file away is an export.
PERSONAL: Final = ("patient", "referral", "booking", "return")
PAPERS: Final = "print slip"  # paper for the patient herself
TAKEN: Final = "download"

TITLES: Final[dict[str, Any]] = {
    "undo_arrival": _("Arrival taken back"),
    "undo_noshow": _("No-show taken back"),
    "patient.move_contract": _("Contract moved here"),
    "patient.look_up": _("Resident looked up by document"),
    "patient.end_contract": _("Contract ended early"),
    "booking.cancel": _("Booking cancelled"),
    "referral.cancel": _("Draft cancelled"),
    "export": _("List exported"),
    TAKEN: _("File downloaded"),
}
KINDS: Final[dict[str, Any]] = {
    "patient": _("Resident"),
    "referral": _("Referral"),
    "booking": _("Booking"),
    "return": _("Return"),
    "export": _("List"),
    "attachment": _("Attachment"),
}


def group_of_verb(verb: str) -> Group | None:
    """Where an act of the trail belongs; None for what a manager does not sign for."""
    return VERBS.get(verb) or next((group for word, group in WORDS.items() if word in verb), None)


def group_of_look(kind: str, purpose: str) -> Group | None:
    """Where a look of the access log belongs."""
    if purpose == TAKEN:
        return Group.EXPORT
    return Group.REVEAL if kind in PERSONAL and purpose != PAPERS else None


def title_of(verb: str, group: Group) -> Any:
    """The words of an act; a look is called a look, whatever page it was."""
    return TITLES.get(verb) or (_("Record opened") if group is Group.REVEAL else group.label)
