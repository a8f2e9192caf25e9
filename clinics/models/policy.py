"""The regulation's values as dated rows with their source; clinics.policy decides which one holds."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vault.models import Stateful
from vault.states import StateTable, Transition, fsm_trigger


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled before it began")


POLICY_STATES = StateTable(
    kind="policy_row",
    transitions=(
        Transition("", PolicyStatus.DRAFT, ("district_admin", "coordinator"), "enter", "R053"),
        Transition(PolicyStatus.DRAFT, PolicyStatus.IN_FORCE, ("district_admin",), "approve", "R053"),
        Transition(PolicyStatus.DRAFT, PolicyStatus.REJECTED, ("district_admin",), "reject", "R053"),
        Transition(PolicyStatus.DRAFT, PolicyStatus.WITHDRAWN, ("district_admin", "coordinator"), "withdraw", "R053"),
        Transition(PolicyStatus.IN_FORCE, PolicyStatus.CANCELLED, ("district_admin",), "cancel", "R053"),
    ),
    final=frozenset({PolicyStatus.REJECTED, PolicyStatus.WITHDRAWN, PolicyStatus.CANCELLED}),
)


class PolicyRow(Stateful):
    """One value of one parameter for the city (no scope), a district, an institution or a department.

    It holds from `valid_from` to the day before `valid_to`. An end is asked for (`ends_on`, `end_asked_by`) and approved by
    another person (`ended_by`), who thereby sets `valid_to`.
    """

    STATES: ClassVar[StateTable] = POLICY_STATES

    parameter = models.TextField()
    district = models.ForeignKey("permissions.District", models.PROTECT, null=True, blank=True, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey("clinics.Department", models.PROTECT, null=True, blank=True, related_name="+")
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField()
    quote = models.TextField(blank=True, default="")
    status = models.TextField(choices=PolicyStatus.choices, default=PolicyStatus.DRAFT)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ends_on = models.DateField(null=True, blank=True)
    end_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = (fsm_trigger(POLICY_STATES),)
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(district__isnull=True, institution__isnull=True)
                    | Q(district__isnull=True, department__isnull=True)
                    | Q(institution__isnull=True, department__isnull=True)
                ),
                name="policy_row_has_at_most_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="policy_row_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) | Q(approved_by__isnull=True) | ~Q(entered_by=F("approved_by")),
                name="policy_row_is_approved_by_another_person",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="policy_row_names_its_source"),
            models.CheckConstraint(condition=Q(status__in=PolicyStatus.values), name="policy_row_status_is_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, end_asked_by__isnull=True) | Q(ends_on__isnull=False, end_asked_by__isnull=False),
                name="policy_row_end_names_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(end_asked_by__isnull=True) | ~Q(end_asked_by=F("ended_by")),
                name="policy_row_is_ended_by_another_person",
            ),
            models.UniqueConstraint(
                fields=("parameter", "district", "institution", "department", "valid_from"),
                condition=Q(status="in_force"),
                nulls_distinct=False,
                name="policy_row_once_per_scope_and_day",
            ),
        )
        indexes = (models.Index(fields=("parameter", "valid_from"), condition=Q(status="in_force"), name="policy_row_in_force"),)

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}"
