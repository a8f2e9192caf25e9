"""The fields of whoever asks in the resident's stead, on the form of a referral (R105)."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from permissions.doors.serializers import unprintable_in
from referral.cases.booker import Booker, booker_columns
from referral.cases.models import Referral
from vault.faults import Faults
from vault.refusal import Violation, invalid

FIELDS: Final = ("booker.name", "booker.relation", "booker.phone")
LABELS: Final = {"booker.name": _("Booker's name"), "booker.relation": _("Relation to the resident"), "booker.phone": _("Booker's phone")}
NONE: Final = dict.fromkeys(FIELDS, "")


def booker_from(request: HttpRequest) -> Booker:
    """Who was typed; nobody when the fields are empty."""
    return Booker(*(request.POST.get(name, "").strip() for name in FIELDS))


def booker_faults(request: HttpRequest) -> list[Violation]:
    """What is wrong with the booker as typed, each at its field."""
    faults = Faults()
    for name in FIELDS:
        if unprintable_in(request.POST.get(name, ""), lines=False):
            faults.add(invalid(name, _("This holds a character that cannot be stored or shown.")))
    if not faults:
        faults.of(booker_columns, booker_from(request))
    return faults.violations


def booker_values(referral: Referral) -> dict[str, str]:
    """The booker of a draft as the form shows her."""
    return dict(zip(FIELDS, (referral.booker_name, referral.booker_relation, referral.booker_phone), strict=True))
