"""Tables of the no-show ledger: each breach with its appeal, each ban, and the hospitals' own restrictions."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.models.papers import KeptPaper
from referral.credit.states import BAN_STATES, BREACH_STATES, RESTRICTION_STATES
from vault.models import Public, Stateful
from vault.states import StateTable, fsm_trigger


class BreachStatus(models.TextChoices):
    RECORDED = "recorded", _("Recorded")
    NOTIFIED = "notified", _("Notified")
    APPEALED = "appealed", _("Appealed")
    UPHELD = "upheld", _("Upheld")
    STRUCK = "struck", _("Struck")


class BanStatus(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    LIFTED = "lifted", _("Lifted")


class BanCovers(models.TextChoices):
    """What somebody on the list may not have (C4)."""

    BOOKING = "booking", _("booking by oneself")
    BOTH = "booking_and_referral", _("booking and referral")


OF_RESIDENT = frozenset({"no_word", "called_off"})  # the causes of a missed visit that are her own and unexcused (R134, C3)


class BreachKind(models.TextChoices):
    """What was failed: the visit, the hour the hospital's late rule allows (C3, C21), or the rules about duplicates (R136, C5)."""

    NOSHOW = "noshow", _("did not come")
    LATE = "late", _("came too late")
    EVASION = "evasion", _("booked twice under several identities")


STANDING = ("recorded", "notified", "appealed", "upheld")  # counted until it is struck


class Breach(Stateful):
    """One visit that was booked, neither kept nor cancelled as required, and not excused (R134).

    It counts by the day of the visit in the window of the policy; `district` is that of the resident's contract, `policy` the
    values it was recorded under, which later changes of the regulation leave alone.
    """

    STATES: ClassVar[StateTable] = BREACH_STATES

    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="breaches")
    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="breaches")
    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    visit_date = models.DateField()
    kind = models.TextField(choices=BreachKind, default=BreachKind.NOSHOW)
    cause = models.TextField()
    evidence = models.TextField(max_length=500, blank=True, default="")
    policy = models.JSONField(default=dict)
    status = models.TextField(choices=BreachStatus, default=BreachStatus.RECORDED)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(BREACH_STATES)]
        indexes = [
            models.Index(fields=["patient", "visit_date"], condition=Q(status__in=STANDING), name="breach_counted_of_patient"),
            models.Index(fields=["district", "status", "-created_at"], name="breach_of_district"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BreachStatus.values), name="breach_status_is_known"),
            models.UniqueConstraint(fields=["booking"], condition=Q(status__in=STANDING), name="booking_has_one_standing_breach"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Appeal(Public):
    """What was said against a breach, with its evidence, and what a second person decided."""

    breach = models.OneToOneField(Breach, models.PROTECT, related_name="appeal")
    text = models.TextField(max_length=500)
    evidence = models.TextField(max_length=500, blank=True, default="")
    by_resident = models.BooleanField(default=False)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(by_resident=True, filed_by__isnull=True) | Q(by_resident=False, filed_by__isnull=False),
                name="appeal_is_filed_by_the_resident_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="appeal_decision_has_a_person_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(filed_by__isnull=True) | ~Q(decided_by=F("filed_by")),
                name="appeal_is_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class AppealPaper(KeptPaper):
    """One file beside an appeal, kept as long as the missed visit is. Without a person who added it, the resident did."""

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="papers")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(KeptPaper.Meta):
        default_permissions = ()
        constraints = [
            *KeptPaper.Meta.constraints,
            models.UniqueConstraint(fields=["appeal", "digest"], condition=Q(withdrawn_at=None), name="paper_once_per_appeal"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None) | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="appeal_paper_is_taken_away_by_a_person",
            ),
        ]


class BookingBan(Stateful):
    """Somebody on the no-show list: from and to as instants, what it covers, and the values it was made by (R023, R059, R136)."""

    STATES: ClassVar[StateTable] = BAN_STATES

    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="bans")
    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    covers = models.TextField(choices=BanCovers, default=BanCovers.BOTH)
    breaches = models.ManyToManyField(Breach, related_name="bans")
    policy = models.JSONField()
    status = models.TextField(choices=BanStatus, default=BanStatus.IN_FORCE)

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(BAN_STATES)]
        indexes = [models.Index(fields=["patient", "valid_to"], condition=Q(status="in_force"), name="ban_in_force_of_patient")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BanStatus.values), name="ban_status_is_known"),
            models.CheckConstraint(condition=Q(covers__in=BanCovers.values), name="ban_covers_is_known"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_to")), name="ban_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Restriction(Stateful):
    """One hospital books nothing more for this resident for a while, because numbers were repeatedly not collected (R027)."""

    STATES: ClassVar[StateTable] = RESTRICTION_STATES

    patient = models.ForeignKey("referral.Patient", models.PROTECT, related_name="restrictions")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    status = models.TextField(choices=BanStatus, default=BanStatus.IN_FORCE)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(RESTRICTION_STATES)]
        indexes = [models.Index(fields=["institution", "patient"], condition=Q(status="in_force"), name="restriction_of_hospital")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BanStatus.values), name="restriction_status_is_known"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_to")), name="restriction_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_names_its_reason"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
