"""The table of disruptions: one booking whose clinic was stopped, the substitute held for it, and what was agreed (R126-R128)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.disruptions.states import DISRUPTION_STATES
from vault.models import Stateful
from vault.states import StateTable, fsm_trigger


class DisruptionStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("disruption", "not settled")
    SUBSTITUTED = "substituted", _("moved to the substitute")
    OTHER_TIME = "other_time", _("moved to another time")
    DECLINED = "declined", _("given up")
    NEGOTIATED = "negotiated", _("agreed with the hospital")
    NOT_REACHED = "not_reached", _("not reached, nothing agreed")


class Choice(models.TextChoices):
    """What was answered to the offer."""

    NONE = "", _("no answer yet")
    ACCEPT = "accept", _("takes the substitute")
    OTHER_TIME = "other_time", _("takes another time")
    DECLINE = "decline", _("gives the visit up")


class CallFor(models.TextChoices):
    """Why the hospital has to call and agree something (R127, R128)."""

    NONE = "", _("nothing to call about")
    NO_SUBSTITUTE = "no_substitute", _("no substitute found")
    NO_MOBILE = "no_mobile", _("no mobile number")
    NO_ANSWER = "no_answer", _("no answer in time")
    WANTS_OTHER = "wants_other", _("wants something else")
    SPECIAL = "special", _("special stop: the hospital tells the patient itself")
    NO_RIGHT = "no_right", _("the referring doctor's right is not in force")
    HERE_ALREADY = "here_already", _("the patient has arrived already")


class ChosenBy(models.TextChoices):
    """Who chose."""

    NOBODY = "", _("nobody yet")
    RESIDENT = "resident", _("the patient")
    REFERRER = "referrer", _("the referring doctor")
    HOSPITAL = "hospital", _("the hospital")
    SYSTEM = "system", pgettext_lazy("disruption", "the platform")


class Disruption(Stateful):
    """A stopped session meets a live booking. While it is open a substitute place may be held for it until `held_until`.

    The first search is over at `searched_at`; `call_for` puts it on the hospital's worklist, `calls` counts the calls nobody answered.
    Its booking stays booked until something was chosen, and a booking is disrupted once: what it is moved to is another one.
    """

    STATES: ClassVar[StateTable] = DISRUPTION_STATES

    stop = models.ForeignKey("clinics.ClinicStop", models.PROTECT, related_name="disruptions")
    booking = models.OneToOneField("referral.Booking", models.PROTECT, related_name="disruption")
    status = models.TextField(choices=DisruptionStatus, default=DisruptionStatus.OPEN)
    pool_slot = models.ForeignKey("reserved_pools.PoolSlot", models.PROTECT, null=True, blank=True, related_name="disruptions")
    held_until = models.DateTimeField(null=True, blank=True)
    searched_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    call_for = models.TextField(choices=CallFor, default=CallFor.NONE, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    choice = models.TextField(choices=Choice, default=Choice.NONE, blank=True)
    chosen_at = models.DateTimeField(null=True, blank=True)
    chosen_by = models.TextField(choices=ChosenBy, default=ChosenBy.NOBODY, blank=True)
    new_booking = models.OneToOneField("referral.Booking", models.PROTECT, null=True, blank=True, related_name="made_for")
    note = models.CharField(max_length=200, blank=True, default="")
    worked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(DISRUPTION_STATES)]
        indexes = [
            models.Index(fields=["held_until"], condition=Q(status="open", held_until__isnull=False), name="disruption_hold_to_lapse"),
            models.Index(fields=["id"], condition=Q(status="open", searched_at__isnull=True), name="disruption_to_search"),
            models.Index(fields=["stop", "status"], name="disruption_of_stop"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=DisruptionStatus.values), name="disruption_status_is_known"),
            models.CheckConstraint(condition=Q(call_for__in=CallFor.values), name="disruption_call_is_for_something_known"),
            models.CheckConstraint(
                condition=Q(pool_slot__isnull=True, held_until__isnull=True) | Q(pool_slot__isnull=False, held_until__isnull=False),
                name="held_substitute_has_an_end",
            ),
            models.CheckConstraint(condition=Q(status="open") | Q(pool_slot__isnull=True), name="settled_disruption_holds_no_place"),
            models.CheckConstraint(
                condition=Q(status="open", new_booking__isnull=True, chosen_by="") | (~Q(status="open") & ~Q(chosen_by="")),
                name="settled_disruption_says_who_chose",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
