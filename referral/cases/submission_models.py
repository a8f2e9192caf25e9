"""The table of what hospitals are asked before they are booked: one bed or day surgery for one referral, and what they answered."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referral.cases.states import DOCTOR, HOSPITAL, RECEIVING, SYSTEM
from vault.models import Stateful
from vault.states import StateTable, Transition, fsm_trigger

LONGEST_NOTE: Final = 200


class PlaceRequestStatus(models.TextChoices):
    ASKED = "asked", _("waits for the hospital")
    ACCEPTED = "accepted", _("accepted by the hospital")
    RETURNED = "returned", _("returned with advice")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


OPEN: Final = (PlaceRequestStatus.ASKED, PlaceRequestStatus.ACCEPTED)
PLACE_REQUEST_STATES: Final = StateTable(
    kind="place_request",
    transitions=(
        Transition("", "asked", DOCTOR, "place_request.asked", "R072"),
        Transition("asked", "accepted", HOSPITAL, "place_request.accepted", "R054"),
        Transition("asked", "returned", RECEIVING, "place_request.returned", "R054"),
        Transition("asked", "withdrawn", DOCTOR, "place_request.withdrawn", "R072"),
        Transition("asked", "lapsed", SYSTEM, "place_request.lapsed", "R199"),
        Transition("accepted", "withdrawn", DOCTOR, "place_request.withdrawn", "R072"),
        Transition("accepted", "lapsed", SYSTEM, "place_request.lapsed", "R199"),
    ),
    final=frozenset({"returned", "withdrawn", "lapsed"}),
)


class PlaceRequest(Stateful):
    """Asked for under a post, answered under another (FHIR Task about a ServiceRequest); `created_at` is when it was asked.

    `valid_until` is the last day on which the acceptance may be booked. It covers this service and no other.
    """

    STATES: ClassVar[StateTable] = PLACE_REQUEST_STATES

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="place_requests")
    service = models.ForeignKey("clinics.Service", models.PROTECT, related_name="+")
    status = models.TextField(choices=PlaceRequestStatus, default=PlaceRequestStatus.ASKED)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    asked_by = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    answered_by = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(PLACE_REQUEST_STATES)]
        indexes = [
            models.Index(fields=["service", "id"], condition=Q(status="asked"), name="place_request_waiting"),
            models.Index(fields=["referral", "id"], name="place_request_of_referral"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PlaceRequestStatus.values), name="place_request_status_is_known"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True) | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="place_request_answer_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(answered_at__isnull=False, valid_until__isnull=False),
                name="accepted_place_request_has_a_last_day",
            ),
            models.UniqueConstraint(fields=["referral"], condition=Q(status__in=OPEN), name="referral_asks_for_one_place_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
