"""The booking's table: one place for one resident, with every fact it was judged by copied and frozen."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referral.booking.states import BOOKING_STATES
from vault.crypto import EncryptedTextField
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class BookingStatus(models.TextChoices):
    HELD = "held", _("Offered, not yet confirmed")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    FULFILLED = "fulfilled", _("Visit done")
    CANCELLED = "cancelled", _("Booking cancelled")
    MOVED = "moved", _("Moved to another time")
    NOSHOW = "noshow", _("No-show")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")


class CancelCause(models.TextChoices):
    """Who failed; only the resident's own acts can ever count against her."""

    NONE = "", _("Not cancelled")
    BY_REFERRER = "by_referrer", _("Cancelled by the referring doctor")
    BY_RESIDENT = "by_resident", _("Cancelled by the resident")
    BY_HOSPITAL = "by_hospital", _("Cancelled by the hospital")
    STOPPED = "stopped", _("The clinic was stopped")
    BY_SYSTEM = "by_system", _("Cancelled by the system")
    OFFER_LAPSED = "offer_lapsed", _("The offer was not taken up")


class CancelReason(models.TextChoices):
    """Why it was cancelled, coded, beside who failed (R151); `other` has its words in the note."""

    NONE = "", _("No reason given")
    PATIENT = "patient", _("The patient asks for it")
    RECOVERED = "recovered", _("The patient has recovered")
    ELSEWHERE = "elsewhere", _("The patient went elsewhere")
    CONDITION = "condition", _("The condition has changed")
    ANOTHER = "another", _("Another time or hospital")
    WRONG_ITEM = "wrong_item", _("The wrong clinic or item was booked")
    MISTAKE = "mistake", _("Booked by mistake")
    DIED = "died", _("The patient has died")
    DOCTOR_AWAY = "doctor_away", _("The doctor cannot come")
    EQUIPMENT = "equipment", _("Rooms or equipment are out of use")
    NOT_HERE = "not_here", _("This is not treated here")
    TWICE = "twice", _("Booked twice")
    OTHER = "other", _("Another reason, in words")


class BookingMode(models.TextChoices):
    """How a place was booked (R062, R137)."""

    COMMUNITY = "community_referral", _("Referral by the family doctor")
    CONSULTATION = "in_consultation", _("Booked in the consulting room")
    NETWORK = "network", _("Booked by oneself on the network")
    ON_SITE = "on_site", _("Booked at the window")


LIVE = ("held", "booked", "arrived")  # a place is taken and the visit still lies ahead
COUNTED = ("held", "booked", "arrived", "fulfilled", "noshow")  # what the limits count by default (C30)
# The visit is held: its session was not stopped and its band not blocked (R126).
TAKES_PLACE = Q(pool_slot__slot__session__status="planned", pool_slot__slot__is_blocked=False)


class Booking(Stateful):
    """One booking (FHIR Appointment). `number` is its referral's; `cancel_until` never moves once written (C9)."""

    STATES: ClassVar[StateTable] = BOOKING_STATES

    number = models.CharField(max_length=16, editable=False)
    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="bookings")
    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="bookings")
    pool_slot = models.ForeignKey("reserved_pools.PoolSlot", models.PROTECT, related_name="bookings")
    right = models.ForeignKey("permissions.ReferralRight", models.PROTECT, null=True, blank=True, related_name="+")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    department = models.ForeignKey("clinics.Department", models.PROTECT, related_name="+")
    standard_code = models.CharField(max_length=5)
    visit_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_class = models.TextField()
    title = models.TextField(default="", blank=True)
    status = models.TextField(choices=BookingStatus, default=BookingStatus.BOOKED)
    mode = models.TextField(choices=BookingMode, default=BookingMode.COMMUNITY, db_default=BookingMode.COMMUNITY)
    moved_from = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="moved_to")
    confirmation_code = EncryptedTextField(purpose="code", hash_field="code_hash")
    code_hash = models.TextField(db_index=True)
    slip_token = models.CharField(max_length=40, unique=True)
    cancel_until = models.DateTimeField()
    policy = models.JSONField()
    cancel_cause = models.TextField(choices=CancelCause, default=CancelCause.NONE, blank=True)
    cancel_reason = models.TextField(choices=CancelReason, default=CancelReason.NONE, db_default=CancelReason.NONE, blank=True)
    cancel_note = models.CharField(max_length=200, default="", db_default="", blank=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey("clinics.Post", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)  # since when the resident says that she will come (C25)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "visit_date"], name="booking_counted_of_patient", condition=Q(status__in=COUNTED)),
            models.Index(fields=["institution", "visit_date", "status"], name="booking_at_place_on_a_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BookingStatus.values), name="booking_status_is_known"),
            models.CheckConstraint(condition=Q(mode__in=BookingMode.values), name="booking_mode_is_known"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="booking_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(status="cancelled") & ~Q(cancel_cause="") | ~Q(status="cancelled") & Q(cancel_cause=""),
                name="cancelled_booking_has_a_cause",
            ),
            models.CheckConstraint(condition=Q(cancel_reason__in=CancelReason.values), name="cancel_reason_is_known"),
            models.CheckConstraint(
                condition=Q(status="cancelled") | Q(cancel_reason="", cancel_note=""), name="cancel_reason_is_of_a_cancelled_booking"
            ),
            models.CheckConstraint(condition=~Q(cancel_reason="other") | ~Q(cancel_note=""), name="other_cancel_reason_has_words"),
            models.CheckConstraint(
                condition=Q(right__isnull=False) | Q(mode="in_consultation"), name="only_the_consulting_room_books_without_a_right"
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by__isnull=True) | Q(told_at__isnull=False, told_by__isnull=False),
                name="told_has_a_time_and_a_person",
            ),
            models.UniqueConstraint(
                fields=["institution", "visit_date", "code_hash"], name="confirmation_code_once_per_institution_and_day"
            ),
            models.UniqueConstraint(fields=["referral"], condition=Q(status__in=LIVE), name="referral_has_one_live_booking"),
            models.UniqueConstraint(
                fields=["patient", "institution", "standard_code", "visit_date"],
                condition=Q(status__in=COUNTED),
                name="patient_has_one_booking_per_department_and_day",
            ),
        ]
        triggers = [fsm_trigger(BOOKING_STATES)]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def change_until(self) -> datetime:
        """Until when it may be moved (R148, R200): so many hours before it starts, frozen with it, never later than cancelling (C10)."""
        hours = self.policy.get("change_cutoff", {}).get("value", "0")
        return min(self.cancel_until, self.starts_at - timedelta(hours=int(hours)))

    @property
    def takes_place(self) -> bool:
        """Whether the visit is held as it was booked; the same as TAKES_PLACE asks of the database."""
        slot = self.pool_slot.slot
        return slot.session.status == "planned" and not slot.is_blocked
