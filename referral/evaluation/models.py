"""Tables of the district's finding about a month, and of what is to be done, by whom and until when (R163, R178)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.evaluation.states import FINDING_STATES, MEASURE_STATES
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class FindingStatus(models.TextChoices):
    WRITTEN = "written", _("waits for a second signature")
    SIGNED = "signed", pgettext_lazy("finding", "signed")
    REJECTED = "rejected", pgettext_lazy("finding", "rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    SUPERSEDED = "superseded", _("corrected by a later version")


class MeasureStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("measure", "open")
    DONE = "done", pgettext_lazy("measure", "done")


class Finding(Stateful):
    """What the district found in a month. Its words never change: a correction is another edition, which supersedes this one."""

    STATES: ClassVar[StateTable] = FINDING_STATES

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    month = models.DateField()
    edition = models.PositiveSmallIntegerField()
    summary = models.TextField(max_length=2000)
    status = models.TextField(choices=FindingStatus, default=FindingStatus.WRITTEN)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        triggers = [
            fsm_trigger(FINDING_STATES),
            pgtrigger.ReadOnly(name="words_stay", fields=["district", "month", "edition", "summary", "written_by"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=FindingStatus.values), name="finding_status_is_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="finding_month_begins_on_its_first"),
            models.CheckConstraint(condition=~Q(summary=""), name="finding_says_something"),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True, signed_at__isnull=True) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="finding_signature_has_a_person_and_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("signed", "superseded")) | Q(signed_by__isnull=False), name="signed_finding_is_signed_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("written_by")), name="finding_is_signed_by_another"
            ),
            models.UniqueConstraint(fields=["district", "month", "edition"], name="finding_editions_are_numbered"),
            models.UniqueConstraint(fields=["district", "month"], condition=Q(status="written"), name="one_finding_of_a_month_waits"),
            models.UniqueConstraint(fields=["district", "month"], condition=Q(status="signed"), name="one_finding_of_a_month_is_signed"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}/{self.edition}"


class FindingMeasure(Stateful):
    """One thing found and what is to be done about it; without an institution it concerns everybody in the district."""

    STATES: ClassVar[StateTable] = MEASURE_STATES

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="measures")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="+")
    found = models.CharField(max_length=300)
    action = models.CharField(max_length=300)
    owner = models.CharField(max_length=100)
    due_on = models.DateField()
    status = models.TextField(choices=MeasureStatus, default=MeasureStatus.OPEN)
    note = models.CharField(max_length=200, blank=True, default="")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = [
            fsm_trigger(MEASURE_STATES),
            pgtrigger.ReadOnly(name="words_stay", fields=["finding", "institution", "found", "action", "owner", "due_on"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MeasureStatus.values), name="measure_status_is_known"),
            models.CheckConstraint(condition=~Q(found="") & ~Q(action="") & ~Q(owner=""), name="measure_says_what_and_who"),
            models.CheckConstraint(condition=Q(status="open") | Q(noted_by__isnull=False), name="measure_done_says_who_noted_it"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
