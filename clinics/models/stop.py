"""Stopping clinics: which sessions of a service do not take place, why, and how early it was said (R126, R128, R161)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinics.models.offer import Service
from clinics.models.timetable import ClinicSession, HalfDay, Slot
from vault.models import Stateful
from vault.states import StateTable, Transition, fsm_trigger


class StopStatus(models.TextChoices):
    PROPOSED = "proposed", _("waits for a second person")
    IN_FORCE = "in_force", _("stopped")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class StopReason(models.TextChoices):
    ILLNESS = "illness", _("the doctor is ill")
    LEAVE = "leave", _("the doctor is on leave")
    MEETING = "meeting", _("meeting or training")
    CONSULTATION = "consultation", _("called to a consultation or operation")
    EQUIPMENT = "equipment", _("equipment out of order")
    EMERGENCY = "emergency", _("public emergency")
    OTHER = "other", _("another reason")


STOP_STATES = StateTable(
    kind="clinic_stop",
    transitions=(
        Transition("", StopStatus.PROPOSED, ("coordinator",), "propose", "R161"),
        Transition("", StopStatus.IN_FORCE, ("coordinator", "system"), "stop", "R126"),
        Transition(StopStatus.PROPOSED, StopStatus.IN_FORCE, ("coordinator", "manager"), "approve", "R161"),
        Transition(StopStatus.PROPOSED, StopStatus.DECLINED, ("coordinator", "manager"), "decline", "R161"),
        Transition(StopStatus.PROPOSED, StopStatus.WITHDRAWN, ("coordinator",), "withdraw", "R161"),
    ),
    final=frozenset({StopStatus.IN_FORCE, StopStatus.DECLINED, StopStatus.WITHDRAWN}),
)


class StopQuerySet(models.QuerySet["ClinicStop"]):
    """Questions about stops that read as adjectives."""

    def locked(self) -> "StopQuerySet":
        """Locked before sessions and places, in key order."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def of_sessions(self) -> "StopQuerySet":
        """Those of whole half-days; a blocked band leaves its session on the timetable."""
        return self.filter(bands=None)

    def that_count(self) -> "StopQuerySet":
        """Those in force that took something away; of a session first blocked in part and then stopped the stop alone (R128)."""
        sessions = ClinicStop.sessions.through.objects.filter(clinicstop=OuterRef("pk"))
        bands = ClinicStop.bands.through.objects.filter(clinicstop=OuterRef("pk"), slot__session__status="planned")
        return self.filter(Exists(sessions) | Exists(bands), status="in_force")


class ClinicStop(Stateful):
    """The sessions of one service from one day to another (both included) that do not take place, or blocked bands of one session.

    One said later than the notice the regulation asks is special (R128) and counts against the hospital; one of more than a week
    needs longer notice and a second person (R161).
    """

    STATES: ClassVar[StateTable] = STOP_STATES

    service = models.ForeignKey(Service, models.PROTECT, related_name="stops")
    first_day = models.DateField()
    last_day = models.DateField()
    half_day = models.TextField(choices=HalfDay.choices, blank=True, default="")
    reason_code = models.TextField(choices=StopReason.choices)
    note = models.CharField(max_length=200, blank=True, default="")
    is_special = models.BooleanField(default=False)
    status = models.TextField(choices=StopStatus.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    sessions: models.ManyToManyField = models.ManyToManyField(ClinicSession, related_name="stops", blank=True)
    bands: models.ManyToManyField = models.ManyToManyField(Slot, related_name="stops", blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        triggers = (fsm_trigger(STOP_STATES),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=StopStatus.values), name="clinic_stop_status_is_known"),
            models.CheckConstraint(condition=Q(reason_code__in=StopReason.values), name="clinic_stop_reason_is_known"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="clinic_stop_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="clinic_stop_is_decided_by_another"
            ),
        )
        indexes = (models.Index(fields=("service", "first_day"), name="clinic_stop_of_service"),)

    def __str__(self) -> str:
        return f"{self.service_id} {self.first_day}–{self.last_day}"
