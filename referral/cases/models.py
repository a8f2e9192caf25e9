"""The referral's table: what the doctor wrote under a post, about one encounter, and where its life stands."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from referral.cases.states import REFERRAL_STATES
from vault.crypto import EncryptedTextField
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class ReferralStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ON_STANDBY = "on_standby", _("On standby")
    SUBMITTED = "submitted", _("Submitted")
    BOOKED = "booked", _("Booked")
    ACCEPTED = "accepted", _("Accepted by the hospital")
    INFO_REQUESTED = "info_requested", _("More information asked")
    RETURNED_WITH_ADVICE = "returned_with_advice", _("Returned with advice")
    ATTENDED = "attended", _("Attended")
    NOT_ATTENDED = "not_attended", _("Did not attend")
    REPORTED = "reported", _("Reported")
    RETURNED = "returned", _("Sent back to the centre")
    EXPIRED = "expired", _("Draft expired")
    CANCELLED = "cancelled", _("Referral cancelled")
    CLOSED = "closed", _("Closed")


class Priority(models.TextChoices):
    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")


class FollowKind(models.TextChoices):
    """What a referral booked in the consulting room is to the visit it comes from (R120, R121)."""

    NONE = "", _("Not from a visit at the hospital")
    NEXT = "next", _("Next visit")
    SENIOR = "senior", _("Visit to a senior doctor")
    OTHER = "other_department", _("Visit to another department")
    CONSULTATION = "consultation", _("Consultation")


SPENT = ("cancelled", "expired", "returned_with_advice")  # a referral that never led anywhere frees its encounter


class Referral(Stateful):
    """One referral (FHIR ServiceRequest). Lengths follow WS 445.16: reason ≤ 100, the record ≤ 2000.

    `post` is who wrote it, for ever. `owner` is the post whose work it is now: the writer's until it is handed over, nobody's
    while the institution's manager has to name somebody. `emergency_sign` is the criterion for which nothing is booked but an
    ambulance is called; `booker_…` is who asked for the place in the resident's stead (R105). `focus` names the focus diseases of
    the diagnosis, with blanks between, as they were the focus when it was written (R115).
    """

    STATES: ClassVar[StateTable] = REFERRAL_STATES

    number = models.CharField(max_length=16, unique=True, editable=False)
    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="referrals")
    encounter = models.ForeignKey("referral.Encounter", models.PROTECT, related_name="referrals")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    owner = models.ForeignKey("clinics.Post", models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    status = models.TextField(choices=ReferralStatus, default=ReferralStatus.DRAFT)
    reason = models.CharField(max_length=100)
    impression = models.TextField(max_length=2000)
    present_history = models.TextField(max_length=2000)
    past_history = models.TextField(max_length=2000, default="", blank=True)
    treatment = models.TextField(max_length=2000, default="", blank=True)
    priority = models.TextField(choices=Priority, default=Priority.ROUTINE)
    truth_accepted_at = models.DateTimeField()
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    follow_kind = models.TextField(choices=FollowKind, default=FollowKind.NONE, db_default=FollowKind.NONE, blank=True)
    emergency_sign = models.TextField(default="", blank=True)
    focus = models.CharField(max_length=60, default="", db_default="", blank=True)
    booker_name = models.CharField(max_length=100, default="", blank=True)
    booker_relation = models.CharField(max_length=20, default="", blank=True)
    booker_phone = EncryptedTextField(purpose="phone", hash_field="booker_phone_hash", default="", blank=True)
    booker_phone_hash = models.TextField(default="", db_default="", blank=True)
    booker_phone_tail = models.CharField(max_length=4, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["institution", "status", "-created_at"], name="referral_of_institution"),
            models.Index(fields=["institution", "-created_at", "-id"], name="referral_newest_of_institution"),
            models.Index(fields=["patient", "-created_at"], name="referral_of_patient"),
            models.Index(fields=["institution", "-created_at"], condition=~Q(focus=""), name="referral_of_focus"),
            models.Index(fields=["booker_phone_hash"], condition=~Q(booker_phone_hash=""), name="referral_by_booker_phone"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{16}$"), name="referral_number_has_16_digits"),
            models.CheckConstraint(condition=Q(status__in=ReferralStatus.values), name="referral_status_is_known"),
            models.CheckConstraint(condition=Q(follow_kind__in=FollowKind.values), name="follow_kind_is_known"),
            models.CheckConstraint(
                condition=Q(follows__isnull=True, follow_kind="") | Q(follows__isnull=False) & ~Q(follow_kind=""),
                name="follow_kind_names_what_follows",
            ),
            models.UniqueConstraint(fields=["encounter"], condition=~Q(status__in=SPENT), name="encounter_used_for_one_referral"),
        ]
        triggers = [fsm_trigger(REFERRAL_STATES)]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def met_in_order(self) -> list[Any]:
        """The criteria ticked for it, as every page about the case shows them; read once a page (R116)."""
        return list(self.met.select_related("criterion").order_by("disease", "criterion__place", "pk"))


class ReferralSerial(models.Model):
    """The last serial number given out in a district on a day; a rolled back referral leaves a gap."""

    pk = models.CompositePrimaryKey("district_code", "day")
    district_code = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__range=(1, 9999)), name="serial_has_at_most_4_digits"),
        ]
