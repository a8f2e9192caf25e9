"""Who comes after the end of the band: received, queued again, or told what to do now, as the hospital's rule says (C21)."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Target, values
from referral import parameters as p
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from vault.refusal import Refusal

# The platform's own, R167, R186: received, with what the clerk says; R123, R192, R203, R171: not received, with what the patient does
# now. R123 has the number collected in the band; who is received all the same is so by the choice of her hospital.
RECEIVED: Final[dict[str, Any]] = {
    "received": _("Late: the time booked ended at %(at)s. Received all the same; the doctor's desk says when."),
    "by_hour": _("Late: the time booked ended at %(at)s. Here that is early enough; reporting is possible until %(hour)s."),
    "requeue": _("Late: the time booked ended at %(at)s. She queues again behind those who came in time."),
}
REFUSED: Final[dict[str, Any]] = {
    "by_hour": _(
        "Too late: here patients report by %(hour)s. She may see a doctor in the ordinary queue, or the referring doctor books again."
    ),
    "in_band": _(
        "Too late: the time booked ended at %(at)s, and here numbers are collected only within it. She may see a doctor in the ordinary "
        "queue, or the referring doctor books again."
    ),
    "void": _(
        "Too late: the time booked ended at %(at)s and the booking is void. She may see a doctor in the ordinary queue, "
        "or the referring doctor books again."
    ),
    "no_show": _("Too late: the time booked ended at %(at)s. Here that counts as a missed visit; report it as come too late."),
}


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late somebody is by which rule; `sentence` is what the window says, empty when she is in time."""

    rule: str
    minutes: int
    is_received: bool
    sentence: Any = ""

    @property
    def queues_again(self) -> bool:
        """Whether she goes behind those who came in time."""
        return self.minutes > 0 and self.rule == "requeue"


def lateness_of(booking: Booking, now: datetime) -> Lateness:
    """How late the patient of a booking is now; one query. The end of the band is the first late instant (R123)."""
    if now < booking.ends_at:
        return Lateness("", 0, is_received=True)
    held = values([p.LATE_RULE, p.LATE_BY_HOUR], Target.at(booking.institution, booking.department), booking.visit_date)
    return judged(str(held[p.LATE_RULE.key].value), held[p.LATE_BY_HOUR.key].value, booking, now)  # type: ignore[arg-type]


def judged(rule: str, hour: time, booking: Booking, now: datetime) -> Lateness:
    """The same by a rule and an hour. Pure."""
    words = {"at": booking.ends_at.astimezone(SHANGHAI).strftime("%H:%M"), "hour": hour.strftime("%H:%M")}
    minutes = minutes_late(booking, now)
    in_time = rule != "by_hour" or now < datetime.combine(booking.visit_date, hour, SHANGHAI)
    if rule in RECEIVED and in_time:
        return Lateness(rule, minutes, is_received=True, sentence=RECEIVED[rule] % words)
    return Lateness(rule, minutes, is_received=False, sentence=REFUSED[rule] % words)


def minutes_late(booking: Booking, now: datetime) -> int:
    """Whole minutes since the end of the band, at least one: within the band nobody is late (R123)."""
    return max(int((now - booking.ends_at).total_seconds() // 60), 1)


def check_received(booking: Booking, late: Lateness) -> None:
    """Refuses with `too_late` whom the hospital's rule does not receive, naming the booking and the rule."""
    if not late.is_received:
        raise Refusal("too_late", late.sentence, current={"booking": str(booking.public_id), "late_rule": late.rule})
