"""The earlier wordings of a booked referral, and the requests that ended without a place; neither is ever taken back."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from referral.cases.models import Priority
from vault.models import Public

WORDING: Final = ("reason", "impression", "present_history", "past_history", "treatment", "priority")
LONGEST_WHY: Final = 200


class ReferralVersion(Public):
    """What a booked referral said until it was amended: inserted with the amendment, never changed.

    `number` counts from one; the wording in force is always one further. `slip_token` is that of the slips that said this,
    so that whoever scans one learns which version has taken its place. `replaced_by` is the post that amended it, `why` her words.
    """

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="versions")
    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=100)
    impression = models.TextField(max_length=2000)
    present_history = models.TextField(max_length=2000)
    past_history = models.TextField(max_length=2000, default="", blank=True)
    treatment = models.TextField(max_length=2000, default="", blank=True)
    priority = models.TextField(choices=Priority)
    slip_token = models.CharField(max_length=40, unique=True)
    why = models.CharField(max_length=LONGEST_WHY)
    replaced_by = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="referral_version_numbered_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="referral_versions_count_from_one"),
            models.CheckConstraint(condition=~Q(why=""), name="referral_version_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} v{self.number}"


class EndingKind(models.TextChoices):
    """How a request ended without a place."""

    DRAFT_EXPIRED = "draft_expired", _("nobody booked a place in time")
    STANDBY_EXPIRED = "standby_expired", _("no place came free in time")
    REQUEST_EXPIRED = "request_expired", _("the hospital did not answer in time")
    ACCEPTANCE_EXPIRED = "acceptance_expired", _("no day was chosen in time after the hospital had accepted")


class RequestEnding(Public):
    """A referral that ended without a place (R199): whether the resident was told, and when her doctor read of it."""

    referral = models.OneToOneField("referral.Referral", models.PROTECT, related_name="ending")
    kind = models.TextField(choices=EndingKind)
    patient_told = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EndingKind.values), name="ending_kind_is_known"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="ending_seen_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.kind}"
