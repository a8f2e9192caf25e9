"""The tables of the review: what the hospital did and after how long, what it asked, and the advice it signed."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.models import Public


class Decision(models.TextChoices):
    """What the hospital did about a booked referral."""

    ACCEPTED = "accepted", _("accepted")
    ACCEPT_UNDONE = "accept_undone", _("acceptance taken back")
    AMENDMENT_READ = "amendment_read", _("amendment read")
    ASKED = "asked", _("more information asked")
    QUESTION_WITHDRAWN = "question_withdrawn", _("question taken back")
    REDIRECTED = "redirected", _("redirected inside the hospital")
    RETURNED = "returned", _("returned with advice")


class AdviceReason(models.TextChoices):
    """Why a referral comes back; the advice says the rest."""

    NOT_INDICATED = "not_indicated", _("A visit to this hospital is not indicated")
    WRONG_DEPARTMENT = "wrong_department", _("Another department would be right, and this hospital has none")
    EXAMINATIONS_MISSING = "examinations_missing", _("Examinations are missing that must come first")
    COMMUNITY = "community", _("Can be treated in the community")
    OTHER = "other", _("Another reason, see the advice")


LONGEST_QUESTION = 500
LONGEST_ANSWER = 1000
LONGEST_ADVICE = 1000


class ReviewDecision(Public):
    """One act of the review: who, when, and since when it had waited; inserted, never changed.

    About a place that was asked for there is no booking yet (R072).
    """

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="decisions")
    booking = models.ForeignKey("referral.Booking", models.PROTECT, null=True, blank=True, related_name="decisions")
    decision = models.TextField(choices=Decision)
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    waiting_since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["referral", "id"], name="decision_of_referral")]
        constraints = [models.CheckConstraint(condition=Q(decision__in=Decision.values), name="review_decision_is_known")]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.decision}"

    @property
    def waited(self) -> timedelta:
        """How long the hospital took."""
        return max(self.created_at - self.waiting_since, timedelta())


class Question(Public):
    """One question of the hospital and its answer; `answer_by` is the referring doctor's clock."""

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="questions")
    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="questions")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    text = models.CharField(max_length=LONGEST_QUESTION)
    answer_by = models.DateTimeField()
    answer = models.TextField(max_length=LONGEST_ANSWER, default="", blank=True)
    answered_by = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["referral", "id"], name="question_of_referral")]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(answered_at=None, withdrawn_at=None), name="booking_has_one_open_question"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="answer_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.withdrawn_at is None


class Advice(Public):
    """The signed advice with which a referral came back: the doctor who signed it, and who has heard of it since.

    The referring doctor hears first. The resident is told when her doctor has read it, at the latest at `tell_patient_at`. Where
    a place was only asked for and she never knew of a booking, nobody writes to her: her doctor tells her (R072, R199).
    """

    referral = models.OneToOneField("referral.Referral", models.PROTECT, related_name="advice")
    booking = models.OneToOneField("referral.Booking", models.PROTECT, null=True, blank=True, related_name="advice")
    reason = models.TextField(choices=AdviceReason)
    text = models.TextField(max_length=LONGEST_ADVICE)
    signed_by = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    proved_at = models.DateTimeField()
    tell_patient_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")
    patient_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["tell_patient_at"], condition=Q(patient_told_at=None), name="advice_patient_to_be_told")]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=AdviceReason.values), name="advice_reason_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="advice_says_something"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="advice_seen_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=True) | Q(tell_patient_at__isnull=False),
                name="advice_about_a_booking_is_told_to_its_holder",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
