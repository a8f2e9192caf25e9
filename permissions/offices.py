"""The offices of a district as they are read: where each stands, filtered."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permissions.acting import Acting
from permissions.models import RoleAssignment
from permissions.roles import DISTRICT_ROLE_CHOICES, DISTRICT_ROLES

OFFICES = DISTRICT_ROLE_CHOICES
WAITING, IN_FORCE, OVER = "waiting", "in_force", "over"
STANDINGS = {
    WAITING: Q(confirmed_at=None, valid_to=None),
    IN_FORCE: Q(confirmed_at__isnull=False, valid_to=None),
    OVER: Q(valid_to__isnull=False),
}
WORDS = {
    WAITING: _("waits to be confirmed"),
    IN_FORCE: pgettext_lazy("an office", "in force"),
    OVER: pgettext_lazy("an office", "over"),
}
# Those that wait come first, those that are over last.
TURN = Case(When(STANDINGS[WAITING], then=Value(0)), When(STANDINGS[IN_FORCE], then=Value(1)), default=2, output_field=IntegerField())


def offices_of(by: Acting, role: str = "", standing: str = "") -> "QuerySet[RoleAssignment]":
    """The offices of the acting person's district with their people, filtered; words that name nothing filter nothing."""
    offices = RoleAssignment.objects.filter(district_id=by.district_id).select_related("user", "entered_by", "confirmed_by")
    if role in DISTRICT_ROLES:
        offices = offices.filter(role=role)
    return (offices.filter(STANDINGS[standing]) if standing in STANDINGS else offices).order_by(TURN, "-pk")


def standing_of(office: RoleAssignment) -> str:
    """Where an office stands, as the filter calls it."""
    if office.valid_to is not None:
        return OVER
    return WAITING if office.confirmed_at is None else IN_FORCE
