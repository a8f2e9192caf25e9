"""The table of entries somebody of the hospital says are wrong: which, why, and what a second person decided (DESIGN.md 5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vault.models import Public


class WrongEntry(Public):
    """An arrival, a visit or an absence that never was as it stands; `confirmed` is empty until another person has decided.

    It is said of the booking in one version; what was taken back, or overtaken by what happened since, ended at `ended_at` undecided.
    """

    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="wrong_entries")
    booking_version = models.IntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(confirmed=None, ended_at=None), name="booking_has_one_open_wrong_entry"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, confirmed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, confirmed__isnull=False),
                name="wrong_entry_decision_has_a_person_and_a_time",
            ),
            models.CheckConstraint(condition=Q(confirmed=None) | Q(ended_at=None), name="wrong_entry_is_decided_or_ended_undecided"),
            models.CheckConstraint(condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="wrong_entry_is_decided_by_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="wrong_entry_names_its_reason"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
