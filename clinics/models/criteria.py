"""The district's lists of referral criteria, version by version, and their lines; the database lets lines change in a draft only."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vault.ids import uuid7
from vault.models import Public, Stateful
from vault.states import StateTable, Transition, fsm_trigger


class CriteriaStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("criteria", "being written")
    WAITING = "waiting", _("waiting for a second person")
    IN_FORCE = "in_force", _("in force")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("undone before its day")


class Direction(models.TextChoices):
    """Where a patient who meets the criterion belongs: R043 up, R042 stays; down when the hospital has done its part."""

    UP = "up", _("refer to a hospital")
    KEEP = "keep", _("stays in community care")
    DOWN = "down", _("back to community care")


WHO = ("district_admin",)
CRITERIA_STATES = StateTable(
    kind="criteria_set",
    transitions=(
        Transition("", CriteriaStatus.DRAFT, WHO, "begin", "R116"),
        Transition(CriteriaStatus.DRAFT, CriteriaStatus.WAITING, WHO, "hand_in", "R116"),
        Transition(CriteriaStatus.DRAFT, CriteriaStatus.WITHDRAWN, WHO, "withdraw", "R116"),
        Transition(CriteriaStatus.WAITING, CriteriaStatus.DRAFT, WHO, "send_back", "R116"),
        Transition(CriteriaStatus.WAITING, CriteriaStatus.IN_FORCE, WHO, "approve", "R116"),
        Transition(CriteriaStatus.IN_FORCE, CriteriaStatus.CANCELLED, WHO, "undo", "R116"),
    ),
    final=frozenset({CriteriaStatus.WITHDRAWN, CriteriaStatus.CANCELLED}),
)
LONGEST_TITLE, LONGEST_SOURCE, LONGEST_DISEASE, LONGEST_TEXT = 100, 200, 40, 300


class CriteriaSet(Stateful):
    """One version of a list of criteria of a district, with the document it was taken from (R116, C27).

    Versions of one list share `series`; from its first day on the latest one in force holds. It ends on `valid_to`, which one
    person asks for (`ends_on`, `end_asked_by`) and another approves (`ended_by`).
    """

    STATES: ClassVar[StateTable] = CRITERIA_STATES

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    series = models.UUIDField(default=uuid7, editable=False)
    number = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=LONGEST_TITLE)
    source = models.CharField(max_length=LONGEST_SOURCE)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    status = models.TextField(choices=CriteriaStatus.choices, default=CriteriaStatus.DRAFT)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ends_on = models.DateField(null=True, blank=True)
    end_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = (fsm_trigger(CRITERIA_STATES),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=CriteriaStatus.values), name="criteria_status_is_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(source=""), name="criteria_name_their_source"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")), name="criteria_are_approved_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(status="in_force", approved_by__isnull=False) | ~Q(status="in_force"),
                name="criteria_in_force_name_who_approved",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="criteria_end_after_they_begin"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, end_asked_by__isnull=True) | Q(ends_on__isnull=False, end_asked_by__isnull=False),
                name="criteria_end_names_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(end_asked_by__isnull=True) | ~Q(end_asked_by=F("ended_by")),
                name="criteria_are_ended_by_another_person",
            ),
            models.UniqueConstraint(fields=("series", "number"), name="criteria_version_numbered_once"),
            models.UniqueConstraint(
                fields=("series",), condition=Q(status__in=("draft", "waiting")), name="criteria_one_version_written_at_a_time"
            ),
            models.UniqueConstraint(
                fields=("series", "valid_from"), condition=Q(status="in_force"), name="criteria_one_version_begins_on_a_day"
            ),
        )
        indexes = (models.Index(fields=("district", "-valid_from"), name="criteria_of_district"),)

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Criterion(Public):
    """One line: whom it is about by disease and ICD-10 codes, where she belongs, and the words of the document."""

    criteria = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField()
    disease = models.CharField(max_length=LONGEST_DISEASE)
    codes = models.CharField(max_length=120)
    direction = models.TextField(choices=Direction.choices)
    text = models.CharField(max_length=LONGEST_TEXT)
    text_en = models.CharField(max_length=LONGEST_TEXT, default="", blank=True)

    class Meta:
        default_permissions = ()
        ordering = ("place", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="criterion_direction_is_known"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(disease="") & ~Q(codes=""), name="criterion_says_whom_and_what"),
            models.UniqueConstraint(fields=("criteria", "disease", "direction", "text"), name="criterion_stands_once_in_its_list"),
        )
        triggers = (
            pgtrigger.Trigger(
                name="lines_change_in_a_draft_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM clinics_criteriaset held
                                WHERE held.id IN (OLD.criteria_id, NEW.criteria_id) AND held.status <> 'draft') THEN
                        RAISE EXCEPTION 'criteria change in a draft only' USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.disease} {self.direction}"
