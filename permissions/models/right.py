"""The right to refer: who holds it, where it stands, from when to when."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from permissions.models.district import District
from permissions.models.user import User
from permissions.right_states import RIGHT_STATES, RightReason, RightStatus
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class ReferralRightQuerySet(models.QuerySet["ReferralRight"]):
    def in_force(self) -> Self:
        """Granted and inside its dates, by the database clock, whether or not an expiry job ran."""
        return self.filter(status=RightStatus.GRANTED, valid_from__lte=Now(), valid_to__gt=Now())

    def overdue(self) -> Self:
        """Past their last moment and not yet marked as expired."""
        return self.filter(status__in=[RightStatus.GRANTED, RightStatus.SUSPENDED], valid_to__lte=Now())

    def locked(self) -> Self:
        """Locked first in every transaction that books or changes a right, in key order (DESIGN.md 4)."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class ReferralRight(Stateful):
    """A person's right to refer, given by a district for one post (source 002)."""

    STATES: ClassVar[StateTable] = RIGHT_STATES

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rights")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="rights")
    status = models.TextField(choices=RightStatus)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    reason_code = models.TextField(choices=RightReason, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    verified_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reinstatement_asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReferralRightQuerySet.as_manager()

    class Meta:
        triggers = [fsm_trigger(RIGHT_STATES)]
        indexes = [
            models.Index(fields=["district", "status"], name="right_by_district_and_status"),
            models.Index(
                fields=["valid_to"], condition=Q(status__in=[RightStatus.GRANTED, RightStatus.SUSPENDED]), name="right_by_last_moment"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RightStatus.values), name="right_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=[RightStatus.NOMINATED, RightStatus.VERIFIED, RightStatus.SENT_BACK, RightStatus.ENDED])
                | Q(valid_from__isnull=False, valid_to__isnull=False, granted_by__isnull=False),
                name="right_once_granted_has_dates_and_a_granter",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None, valid_to=None) | Q(valid_to__gt=F("valid_from")), name="right_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[RightStatus.SUSPENDED, RightStatus.REVOKED]) | ~Q(reason_code=""),
                name="right_taken_away_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(reinstatement_asked_by=None) | Q(status=RightStatus.SUSPENDED), name="right_is_asked_back_only_when_suspended"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
