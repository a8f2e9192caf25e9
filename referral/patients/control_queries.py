"""Which controlled documents a district sees, and whom of its residents such a document belongs to."""

from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.folding import fold
from permissions.roles import Capability
from referral.patients.control_models import ControlledIdentity
from referral.patients.models import Patient
from vault.crypto import keyed_hashes
from vault.refusal import Refusal

WAITING: Final = ("proposed", "lift_asked")
BEHIND: Final = ("entered_by", "approved_by", "lift_asked_by", "lifted_by", "patient")
TAIL: Final = 4


def controls_of(acting: Acting) -> QuerySet[ControlledIdentity]:
    """The entries of the acting district, those that wait for a second person first; nobody else's, and nothing to anybody else (R014)."""
    if not acting.can(Capability.CONTROL_IDENTITIES):
        return ControlledIdentity.objects.none()
    waits = Case(When(status__in=WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return ControlledIdentity.objects.filter(district_id=acting.district_id).order_by(waits, "-created_at", "-pk")


def control_of(acting: Acting, public_id: UUID) -> ControlledIdentity:
    """One of them with the people behind it; anything else looks like nothing."""
    found = controls_of(acting).select_related(*BEHIND).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def searched_controls(rows: QuerySet[ControlledIdentity], tail: str) -> QuerySet[ControlledIdentity]:
    """Those whose number ends so; a text that is no last four finds nothing, an empty one everything."""
    wanted = fold(tail).upper()
    return rows.filter(tail=wanted) if wanted else rows


def waiting_controls(acting: Acting) -> int:
    """How many wait for a second person: what others asked for, not what this person did herself."""
    own = Q(status="proposed", entered_by=acting.user) | Q(status="lift_asked", lift_asked_by=acting.user)
    return controls_of(acting).filter(status__in=WAITING).exclude(own).count()


def owner_of(key: str, district_id: int) -> Patient | None:
    """The district's resident whose own document this is, when one is known."""
    own = Patient.objects.filter(district_id=district_id, identifiers__number_hash__in=keyed_hashes(key, "identity"))
    return own.order_by("pk").first()


def residents_under(control: ControlledIdentity) -> QuerySet[Patient]:
    """Residents of the district who come with this document: its owner, and children without one of their own whose guardian's it is."""
    hashes = keyed_hashes(control.lookup, "identity") or [control.number_hash]
    own = Q(identifiers__number_hash__in=hashes)
    child = Q(identifiers__isnull=True, guardian__number_hash__in=hashes)
    return Patient.objects.filter(own | child, district_id=control.district_id).distinct()
