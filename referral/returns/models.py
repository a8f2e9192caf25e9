"""The return's tables: what the hospital sends with the patient, and which drugs her centre must supply."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from referral.returns.states import RETURN_STATES
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class ReturnStatus(models.TextChoices):
    SENT = "sent", _("Waiting for the centre")
    ACCEPTED = "accepted", _("Taken over")
    DECLINED = "declined", _("Declined by the centre")
    OVERDUE = "overdue", _("Nobody took over in time")
    FOLLOWED_UP = "followed_up", _("Followed up")
    CLOSED = "closed", _("Return closed")


class Outcome(models.TextChoices):
    """How the follow-up at the centre ended."""

    NONE = "", _("No outcome yet")
    STABLE = "stable", _("Stable, stays in the centre's care")
    REFERRED_AGAIN = "referred_again", _("Referred to a hospital again")
    OUT_OF_REACH = "out_of_reach", _("Could not be reached")
    DIED = "died", _("Died")


class Supply(models.TextChoices):
    """Whether the centre can supply a drug: the main reason why patients drift back to the hospital."""

    YES = "yes", _("The centre can supply it")
    NO = "no", _("The centre cannot supply it")
    SUBSTITUTE = "substitute", _("Another drug instead")


OWNED = ("accepted", "followed_up", "closed")  # somebody at the centre answers for the patient
IN_HAND = ("accepted", "followed_up")  # only the owner goes on
WAITING = ("sent", "declined", "overdue")  # nobody does yet


class Return(Stateful):
    """One patient sent back (FHIR ServiceRequest basedOn the referral) with the three parts of R130.

    `owner` is the post at the centre that answers for it: named by the manager while it waits, whoever took it over, or to
    whom it was handed; nobody once the owner left without a colleague, until the manager names one.
    `due_at` is when a return that nobody took over becomes overdue.
    """

    STATES: ClassVar[StateTable] = RETURN_STATES

    referral = models.OneToOneField("referral.Referral", models.PROTECT, related_name="sent_back")
    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="returns")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    from_institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    to_institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    status = models.TextField(choices=ReturnStatus, default=ReturnStatus.SENT)
    diagnosis = models.CharField(max_length=200)
    inpatient_number = models.CharField(max_length=18, default="", blank=True)
    treatment_summary = models.TextField(max_length=2000)
    follow_up_plan = models.TextField(max_length=2000)
    rehabilitation_plan = models.TextField(max_length=2000)
    due_at = models.DateTimeField()
    owner = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")
    first_follow_up_on = models.DateField(null=True, blank=True)
    decline_reason = models.CharField(max_length=200, default="", blank=True)
    followed_up_on = models.DateField(null=True, blank=True)
    follow_up_note = models.TextField(max_length=2000, default="", blank=True)
    outcome = models.TextField(choices=Outcome, default=Outcome.NONE, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["to_institution", "status", "-created_at"], name="return_to_institution"),
            models.Index(fields=["due_at"], condition=Q(status="sent"), name="return_waiting_until"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ReturnStatus.values), name="return_status_is_known"),
            models.CheckConstraint(
                condition=~Q(diagnosis="") & ~Q(treatment_summary="") & ~Q(follow_up_plan="") & ~Q(rehabilitation_plan=""),
                name="return_has_its_three_parts",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=OWNED) | Q(first_follow_up_on__isnull=False),
                name="accepted_return_has_a_first_follow_up",
            ),
            models.CheckConstraint(condition=~Q(status="closed") | Q(owner__isnull=False), name="closed_return_has_an_owner"),
            models.CheckConstraint(
                condition=Q(status="declined") & ~Q(decline_reason="") | ~Q(status="declined") & Q(decline_reason=""),
                name="declined_return_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("followed_up", "closed"), followed_up_on__isnull=False)
                | ~Q(status__in=("followed_up", "closed")) & Q(followed_up_on__isnull=True),
                name="followed_up_return_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status="closed") & ~Q(outcome="") | ~Q(status="closed") & Q(outcome=""),
                name="closed_return_has_an_outcome",
            ),
            models.CheckConstraint(condition=~Q(from_institution=F("to_institution")), name="return_leaves_the_institution"),
        ]
        triggers = [fsm_trigger(RETURN_STATES)]

    def __str__(self) -> str:
        return str(self.public_id)


class ReturnDrug(models.Model):
    """One drug the patient goes on with, in the order the hospital wrote it."""

    sent_back = models.ForeignKey(Return, models.PROTECT, related_name="drugs")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    strength = models.CharField(max_length=50, default="", blank=True)
    usage = models.CharField(max_length=100)
    course = models.CharField(max_length=50, default="", blank=True)
    supply = models.TextField(choices=Supply)
    substitute = models.CharField(max_length=100, default="", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sent_back", "position"], name="return_drug_has_its_place"),
            models.CheckConstraint(condition=Q(supply__in=Supply.values), name="return_drug_supply_is_known"),
            models.CheckConstraint(condition=~Q(supply="substitute") | ~Q(substitute=""), name="substituted_drug_names_the_substitute"),
        ]

    def __str__(self) -> str:
        return self.name
