"""What watching over rights leaves behind: institutions' suspensions, attestations, disputes and bulk decisions."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinics.watch.states import (
    DISPUTE_STATES,
    IN_FORCE,
    SANCTION_STATES,
    BulkAct,
    DisputeReason,
    DisputeStatus,
    Remedy,
    SanctionReason,
    SanctionStatus,
)
from vault.models import Public, Stateful
from vault.states import StateTable, fsm_trigger

NOTE_LENGTH = 200


class SanctionQuerySet(models.QuerySet["InstitutionSanction"]):
    """Questions about suspensions that read as adjectives."""

    def in_force(self) -> "SanctionQuerySet":
        """Those that keep their institution from referring."""
        return self.filter(status__in=IN_FORCE)

    def locked(self) -> "SanctionQuerySet":
        """Locked after institutions and rights, in key order."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class InstitutionSanction(Stateful):
    """One suspension or exclusion of an institution with its stations (R052), from its beginning until it is lifted."""

    STATES: ClassVar[StateTable] = SANCTION_STATES

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="sanctions")
    status = models.TextField(choices=SanctionStatus.choices)
    reason_code = models.TextField(choices=SanctionReason.choices)
    note = models.CharField(max_length=NOTE_LENGTH)
    imposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    return_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SanctionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(SANCTION_STATES)]
        constraints = (
            models.CheckConstraint(condition=Q(status__in=SanctionStatus.values), name="sanction_status_is_known"),
            models.CheckConstraint(condition=Q(reason_code__in=SanctionReason.values), name="sanction_reason_is_known"),
            models.CheckConstraint(condition=~Q(note=""), name="sanction_names_its_evidence"),
            models.UniqueConstraint(fields=("institution",), condition=Q(status__in=IN_FORCE), name="sanction_in_force_once"),
            models.CheckConstraint(
                condition=Q(return_asked_by__isnull=True) | Q(status__in=IN_FORCE), name="sanction_is_asked_back_only_in_force"
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)


class SanctionedRight(models.Model):
    """One right that a suspension took away, and the version it had then: lifting it gives back exactly these."""

    sanction = models.ForeignKey(InstitutionSanction, models.PROTECT, related_name="rights")
    right = models.ForeignKey("permissions.ReferralRight", models.PROTECT, related_name="+")
    version = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("sanction", "right"), name="sanctioned_right_once"),)

    def __str__(self) -> str:
        return f"{self.sanction_id}-{self.right_id}"


class Attestation(Public):
    """An institution's word for one quarter: this doctor still holds the post, or does not (R049). Inserted, never changed."""

    right = models.ForeignKey("permissions.ReferralRight", models.PROTECT, related_name="attestations")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    quarter = models.CharField(max_length=6)
    holds = models.BooleanField()
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=Q(quarter__regex=r"^[0-9]{4}Q[1-4]$"), name="attestation_is_of_a_quarter"),)
        indexes = (models.Index(fields=("right", "quarter", "id"), name="attestation_of_right"),)

    def __str__(self) -> str:
        return f"{self.right_id} {self.quarter}"


class DisputeQuerySet(models.QuerySet["RightDispute"]):
    """Questions about disputes that read as adjectives."""

    def complete(self) -> "DisputeQuerySet":
        """Disputes with what a page shows beside them, in the same query."""
        return self.select_related("right__user", "right__post__institution", "institution", "opened_by", "answered_by")

    def locked(self) -> "DisputeQuerySet":
        """Locked after the right it is about, in key order."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")


class RightDispute(Stateful):
    """A hospital's objection to a doctor who may refer to it (R054), and the district's answer."""

    STATES: ClassVar[StateTable] = DISPUTE_STATES

    right = models.ForeignKey("permissions.ReferralRight", models.PROTECT, related_name="disputes")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="disputes")
    status = models.TextField(choices=DisputeStatus.choices, default=DisputeStatus.OPEN)
    reason_code = models.TextField(choices=DisputeReason.choices)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    remedy = models.TextField(choices=Remedy.choices, blank=True, default="")
    answer = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(DISPUTE_STATES)]
        constraints = (
            models.CheckConstraint(condition=Q(status__in=DisputeStatus.values), name="dispute_status_is_known"),
            models.CheckConstraint(condition=Q(reason_code__in=DisputeReason.values), name="dispute_reason_is_known"),
            models.UniqueConstraint(fields=("right", "institution"), condition=Q(status="open"), name="dispute_open_once_per_hospital"),
            models.CheckConstraint(
                condition=Q(status="upheld") & ~Q(remedy="") | ~Q(status="upheld") & Q(remedy=""), name="dispute_upheld_has_a_remedy"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("upheld", "rejected"))
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="") & ~Q(answered_by=F("opened_by"))),
                name="dispute_answered_has_an_answer_by_another",
            ),
        )
        indexes = (models.Index(fields=("institution", "status"), name="dispute_of_institution"),)

    def __str__(self) -> str:
        return str(self.public_id)


class BulkDecision(Public):
    """One decision about many rights: what was asked, and what became of each; a repeated key is the same decision."""

    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    act = models.TextField(choices=BulkAct.choices)
    reason_code = models.TextField(blank=True, default="")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    last_day = models.DateField(null=True, blank=True)
    results = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("decided_by", "key"), name="bulk_decision_once_per_key"),
            models.CheckConstraint(condition=Q(act__in=BulkAct.values), name="bulk_decision_act_is_known"),
            models.CheckConstraint(
                condition=Q(act="extend", last_day__isnull=False) | ~Q(act="extend") & Q(last_day__isnull=True),
                name="bulk_decision_extends_to_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.public_id}"
