"""The timetable: weekly templates, the sessions of a day, the bands they are cut into, and what changed afterwards."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinics.models.offer import Practitioner, Service
from vault.models import Public, Stateful
from vault.states import StateTable, Transition, fsm_trigger


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


class SessionTemplate(Public):
    """One half-day that comes back every week: from it the sessions of a horizon are made (weekday 1 = Monday … 7 = Sunday)."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="templates")
    weekday = models.PositiveSmallIntegerField()
    half_day = models.TextField(choices=HalfDay.choices)
    starts = models.TimeField()
    ends = models.TimeField()
    capacity = models.PositiveIntegerField()
    is_uncapped = models.BooleanField(default=False)
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="templates")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("service", "weekday", "half_day"),
                condition=Q(valid_to__isnull=True),
                name="session_template_open_once_per_half_day",
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="session_template_weekday_is_known"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="session_template_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="session_template_has_a_place"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="session_template_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service_id} {self.weekday} {self.half_day}"


class ClinicSession(Stateful):
    """One half-day of one service with all its places (FHIR Schedule).

    The ordinary release of an uncapped general session has no limit (R004); its places are then the base of the shares.
    """

    STATES: ClassVar[StateTable] = SESSION_STATES

    service = models.ForeignKey(Service, models.PROTECT, related_name="sessions")
    date = models.DateField()
    half_day = models.TextField(choices=HalfDay.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    title = models.TextField(blank=True, default="")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, null=True, blank=True, related_name="sessions")
    capacity = models.PositiveIntegerField()
    is_uncapped = models.BooleanField(default=False)
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
        indexes = (
            models.Index(fields=("date", "service"), name="clinic_session_by_day"),
            models.Index(fields=("service", "date"), name="clinic_session_of_service"),
        )
        triggers = (fsm_trigger(SESSION_STATES),)

    def __str__(self) -> str:
        return f"{self.date} {self.half_day}"


class Slot(Public):
    """One band of a session: 30 minutes in tertiary, 60 in secondary hospitals (FHIR Slot, R085)."""

    session = models.ForeignKey(ClinicSession, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveIntegerField()
    is_blocked = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("session", "starts_at"), name="slot_once_per_band"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_it_starts"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class ChangeKind(models.TextChoices):
    ADDED_PLACES = "added_places", _("more places")
    ADDED_BAND = "added_band", _("one more band")
    BLOCKED = "blocked", _("band blocked")
    UNBLOCKED = "unblocked", _("band open again")
    DOCTOR = "doctor", _("another doctor")
    ADDED_SESSION = "added_session", _("extra session")
    STOPPED = "stopped", _("session stopped")


class ScheduleChange(Public):
    """One change of a published session, announced to those who look at it (R125, R159); inserted, never changed.

    `in_frozen_week` marks a change of a session less than a week away, which needs a reason.
    """

    session = models.ForeignKey(ClinicSession, models.PROTECT, related_name="changes")
    kind = models.TextField(choices=ChangeKind.choices)
    starts_at = models.DateTimeField(null=True, blank=True)
    places = models.IntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True, default="")
    in_frozen_week = models.BooleanField(default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="schedule_change_kind_is_known"),
            models.CheckConstraint(condition=Q(in_frozen_week=False) | ~Q(reason=""), name="schedule_change_in_frozen_week_has_a_reason"),
        )
        indexes = (models.Index(fields=("session", "id"), name="schedule_change_of_session"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.session_id}"


class Publication(Public):
    """One publishing of a stretch of days: from the weekly templates, or copied from the week that begins on `copied_from`.

    Inserted, never changed; a repeated request is answered from it.
    """

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="publications")
    first_day = models.DateField()
    last_day = models.DateField()
    copied_from = models.DateField(null=True, blank=True)
    sessions = models.PositiveIntegerField()
    places = models.PositiveIntegerField()
    reserved = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="publication_ends_after_it_begins"),)
        indexes = (models.Index(fields=("institution", "id"), name="publication_of_institution"),)

    def __str__(self) -> str:
        return f"{self.institution_id} {self.first_day}–{self.last_day}"
