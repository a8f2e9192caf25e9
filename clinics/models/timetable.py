"""The timetable: what is offered, the sessions of a day, and the bands they are cut into."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vault.models import Public, Stateful
from vault.states import StateTable, Transition, fsm_trigger


class ServiceKind(models.TextChoices):
    CLINIC = "clinic", _("outpatient clinic")
    EXAM = "exam", _("examination")
    LAB = "lab", _("laboratory test")
    ULTRASOUND = "ultrasound", _("ultrasound")
    ECG = "ecg", _("electrocardiogram")
    CHECK_UP = "check_up", _("check-up")
    DAY_SURGERY = "day_surgery", _("day surgery")
    BED = "bed", _("inpatient bed")


class SlotClass(models.TextChoices):
    GENERAL = "general", _("general clinic")
    SPECIALTY = "specialty", _("specialty clinic")
    EXPERT_ASSOCIATE = "expert_associate", _("associate chief expert clinic")
    EXPERT_CHIEF = "expert_chief", _("chief expert clinic")


EXPERT_CLASSES = frozenset({SlotClass.EXPERT_ASSOCIATE, SlotClass.EXPERT_CHIEF})


class HalfDay(models.TextChoices):
    MORNING = "am", _("morning")
    AFTERNOON = "pm", _("afternoon")


class SessionStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    STOPPED = "stopped", _("stopped")


SESSION_STATES = StateTable(
    kind="clinic_session",
    transitions=(
        Transition("", SessionStatus.PLANNED, ("coordinator", "system"), "publish", "R106"),
        Transition(SessionStatus.PLANNED, SessionStatus.STOPPED, ("coordinator", "system"), "stop", "R126"),
    ),
    final=frozenset({SessionStatus.STOPPED}),
)


class Service(Public):
    """What a department offers under one class and title; first visits are booked by specialty and title (R100)."""

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="services")
    department = models.ForeignKey("clinics.Department", models.PROTECT, related_name="services")
    kind = models.TextField(choices=ServiceKind.choices, default=ServiceKind.CLINIC)
    slot_class = models.TextField(choices=SlotClass.choices, default=SlotClass.GENERAL)
    title = models.TextField(blank=True, default="")
    name = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("department", "kind", "slot_class", "name"), name="service_once_per_department"),)

    def __str__(self) -> str:
        return self.name

    @property
    def is_expert(self) -> bool:
        """Associate chief and above count as expert places (FEATURES 0.2)."""
        return self.slot_class in EXPERT_CLASSES


class ClinicSession(Stateful):
    """One half-day of one service with its bookable places (FHIR Schedule)."""

    STATES: ClassVar[StateTable] = SESSION_STATES

    service = models.ForeignKey(Service, models.PROTECT, related_name="sessions")
    date = models.DateField()
    half_day = models.TextField(choices=HalfDay.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.TextField(blank=True, default="")
    capacity = models.PositiveIntegerField()
    status = models.TextField(choices=SessionStatus.choices, default=SessionStatus.PLANNED)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("service", "date", "half_day"),
                condition=Q(status="planned"),
                name="clinic_session_planned_once_per_half_day",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="clinic_session_ends_after_it_starts"),
        )
        indexes = (models.Index(fields=("date", "service"), name="clinic_session_by_day"),)
        triggers = (fsm_trigger(SESSION_STATES),)

    def __str__(self) -> str:
        return f"{self.date} {self.half_day}"


class Slot(Public):
    """One band of a session: 30 minutes in tertiary, 60 in secondary hospitals (FHIR Slot, R085)."""

    session = models.ForeignKey(ClinicSession, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("session", "starts_at"), name="slot_once_per_band"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"
