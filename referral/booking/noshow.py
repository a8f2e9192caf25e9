"""The patient did not come: booking and referral say so, with the hospital's coded cause, from the end of the visit's band on (R134)."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.models import Referral
from vault import audit
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction


class NoShowCause(models.TextChoices):
    """Why somebody was not seen; which of them counts against her is decided elsewhere."""

    NO_WORD = "no_word", _("did not come and said nothing")
    CALLED_OFF = "called_off", _("said on the day that she would not come")
    CAME_LATE = "came_late", _("came after the time of the booking")
    TURNED_AWAY = "turned_away", _("came and could not be seen at the hospital")
    UNKNOWN = "unknown", _("the hospital does not know why")


def miss(booking: Booking, referral: Referral, *, cause: NoShowCause, now: datetime, by: Acting) -> None:
    """Step: booking booked → noshow and referral → not_attended, both locked by the caller, the referral first.

    Refuses with `too_early` while the time of the visit is not over, and with `stale_state`.
    """
    requires_transaction()
    if now < booking.ends_at:
        at = booking.ends_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        raise Refusal("too_early", _("The time of this booking is not over yet. Report it after %(at)s.") % {"at": at})
    advance(booking, "noshow", by=by.actor, reason=cause.value)
    advance(referral, "not_attended", by=by.actor, reason=cause.value)
    audit.record("miss", "booking", booking.public_id, by=by.actor, reason=cause.value)
