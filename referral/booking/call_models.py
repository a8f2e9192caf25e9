"""What is known of those who did not arrive: calls with their outcome, and who came too late; insert-only (R192, R203)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.models import Public


class CallOutcome(models.TextChoices):
    ON_THE_WAY = "on_the_way", _("is on the way")
    WILL_NOT_COME = "will_not_come", _("will not come")
    REBOOK = "rebook", _("wants another day")
    NOT_REACHED = "not_reached", _("could not be reached")
    WRONG_NUMBER = "wrong_number", _("the number is wrong")
    CAME_LATE = "came_late", _("came too late and was not received")


REACHED = ("on_the_way", "will_not_come", "rebook")
SAID = tuple(one for one in CallOutcome if one is not CallOutcome.CAME_LATE)  # on the telephone; the other one the window writes


class AbsenceCall(Public):
    """One call about one booking, or that its patient came too late; the note is the hospital's, without medical words."""

    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="absence_calls")
    outcome = models.TextField(choices=CallOutcome)
    note = models.CharField(max_length=200, blank=True, default="")
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="call_outcome_is_known"),
            models.CheckConstraint(condition=~Q(outcome="will_not_come") | ~Q(note=""), name="call_off_names_its_reason"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
