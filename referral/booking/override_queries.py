"""Which exceptions a person sees: the asking unit its own, the district those of its doctors."""

from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.booking.override_models import Overridable, OverrideStatus, RuleOverride
from referral.cases.models import Referral
from referral.cases.queries import referrals_of
from vault.refusal import Refusal

BEHIND: Final = (
    "referral__patient", "referral__institution__district", "referral__post__user", "asked_by", "decided_by",
    "pool_slot__institution", "pool_slot__department",
)  # fmt: skip


def exceptions_for(acting: Acting) -> QuerySet[RuleOverride]:
    """Exceptions asked for by doctors of the acting district, those that wait first, then the latest."""
    if not acting.can(Capability.DECIDE_EXCEPTIONS):
        return RuleOverride.objects.none()
    waits = Case(When(status="asked", then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = RuleOverride.objects.filter(referral__institution__district_id=acting.district_id)
    return rows.order_by(waits, "-created_at", "-pk")


def exceptions_asked_by(acting: Acting) -> QuerySet[RuleOverride]:
    """Exceptions about referrals of the acting unit, the latest first."""
    if acting.post is None or not acting.can(Capability.BOOK):
        return RuleOverride.objects.none()
    return RuleOverride.objects.filter(referral__in=referrals_of(acting).values("pk")).order_by("-created_at", "-pk")


def exception_for(acting: Acting, public_id: UUID) -> RuleOverride:
    """One exception the reader decides about or asked for; anything else looks like nothing."""
    rows = exceptions_for(acting) if acting.can(Capability.DECIDE_EXCEPTIONS) else exceptions_asked_by(acting)
    found = rows.select_related(*BEHIND).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def lets_pass(rule: Overridable, referral: Referral, moving: Booking | None = None) -> bool:
    """Whether two persons let a rule pass for a booking of this referral now, or for the one that is moved; no lock."""
    return rule in let_pass_for(referral, moving)


def let_pass_for(referral: Referral, moving: Booking | None = None) -> frozenset[str]:
    """Every rule that two persons let pass so; no lock."""
    good = Q(status=OverrideStatus.GRANTED, valid_to__gt=Now())
    if moving is not None:
        good |= Q(status=OverrideStatus.USED, used_by__in=chain_of(moving))
    return frozenset(RuleOverride.objects.filter(good, referral=referral).values_list("rule", flat=True))


def chain_of(booking: Booking) -> list[int]:
    """The booking and all those it was moved from, by key, as `booking_facts` walks them; a query for each of these."""
    found, before = [booking.pk], booking.moved_from_id
    while before is not None:
        found.append(before)
        before = Booking.objects.values_list("moved_from_id", flat=True).get(pk=before)
    return found


def waiting_exceptions(acting: Acting) -> int:
    """How many wait for the acting administrator: what she asked for herself waits for another."""
    return exceptions_for(acting).filter(status="asked").exclude(asked_by=acting.user).count()
