"""Background jobs of the referral rooms: five-line wrappers around use cases."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from referral.booking import absence, accounts, nobody_receives, overrides
from referral.booking import remind as reminders
from referral.cases import ending
from referral.credit import verify as ledger
from referral.disruptions import accounts as hold_accounts
from referral.disruptions import sweep
from referral.exchange import happenings
from referral.inbox import opened
from referral.news import due, follow
from referral.patients import priority
from referral.returns import overdue
from referral.review import advice
from referral.slips import issue
from referral.supervision import dormancy, simulate
from referral.supervision import remind as signatures


@shared_task(name="referral.tasks.print_slip")
def print_slip(slip: str) -> None:
    """The PDF of one issued copy."""
    issue.make_pdf(UUID(slip))


@shared_task(name="referral.tasks.print_waiting")
def print_waiting() -> None:
    """The PDF of copies whose request got lost; content and PDF of yesterday's copies go."""
    now = timezone.now()
    for slip in issue.waiting(now):
        issue.make_pdf(slip)
    issue.wipe(now)


@shared_task(name="referral.tasks.remind")
def remind() -> None:
    """A reminder for every visit of tomorrow that has none."""
    for booking in reminders.due(timezone.now()):
        reminders.remind(booking)


@shared_task(name="referral.tasks.cancel_homeless")
def cancel_homeless() -> None:
    """Every hour: visits at hospitals that have left by their day are cancelled, so that they are booked elsewhere in time."""
    nobody_receives.cancel_homeless()


@shared_task(name="referral.tasks.tell_people")
def tell_people() -> None:
    """Every few seconds: what was committed about rights, values and lists is in the inboxes of those it concerns."""
    follow.tell_people()


@shared_task(name="referral.tasks.tell_of_the_due")
def tell_of_the_due() -> None:
    """Every ten minutes: rights that run out soon, and messages to patients that did not arrive."""
    now = timezone.now()
    due.tell_of_expiring(now)
    due.tell_of_lost_messages(now)


@shared_task(name="referral.tasks.forget_notices")
def forget_notices() -> None:
    """Every night: notices that were read long ago."""
    opened.forget_old(timezone.now())


@shared_task(name="referral.tasks.mark_overdue")
def mark_overdue() -> None:
    """Returns that nobody took over in time stand on top of their centre's list."""
    overdue.mark_overdue()


@shared_task(name="referral.tasks.suspend_dormant")
def suspend_dormant() -> None:
    """Every night: rights under which nothing was booked for long rest."""
    dormancy.suspend_dormant(timezone.now())


@shared_task(name="referral.tasks.remind_of_conduct")
def remind_of_conduct() -> None:
    """Every morning: managers whose signature under last month's list is overdue are told, once."""
    signatures.remind()


@shared_task(name="referral.tasks.prove_places")
def prove_places() -> None:
    """Every night: each column of places against its moves and its bookings, and held places against those they are held for."""
    accounts.prove_places()
    hold_accounts.prove_holds()


@shared_task(name="referral.tasks.look_after_stops")
def look_after_stops() -> None:
    """Soon after a stop, and every minute: substitutes are looked for, and what was held too long is let go."""
    sweep.look_after()


@shared_task(name="referral.tasks.tell_hospitals")
def tell_hospitals() -> None:
    """Every few seconds: what was committed is on its way to the hospitals' own systems."""
    happenings.tell_hospitals()


@shared_task(name="referral.tasks.work_on_simulation")
def work_on_simulation(simulation: str) -> None:
    """Soon after a document is tried out on many bookings: judges them piece by piece."""
    simulate.work(UUID(simulation))


@shared_task(name="referral.tasks.sweep_simulations")
def sweep_simulations() -> None:
    """Every minute: trials whose call got lost or whose worker died."""
    simulate.sweep()


@shared_task(name="referral.tasks.lapse_exceptions")
def lapse_exceptions() -> None:
    """Every ten minutes: exceptions past their end, or whose visit day or referral is over."""
    overrides.lapse_due()


@shared_task(name="referral.tasks.clear_priorities")
def clear_priorities() -> None:
    """Every night: nobody stays in a priority group whose proof is over."""
    priority.clear_expired(timezone.localdate())


@shared_task(name="referral.tasks.expire_drafts")
def expire_drafts() -> None:
    """Every night: drafts that nobody booked in time are over, and what hospitals were asked and nobody answered; doctors are told."""
    ending.expire_drafts()
    ending.expire_requests()


@shared_task(name="referral.tasks.tell_of_advice")
def tell_of_advice() -> None:
    """Every few minutes: residents whose returned referral no doctor has read in time are told not to come."""
    advice.tell_patients()


@shared_task(name="referral.tasks.close_days")
def close_days() -> None:
    """Every evening: visits nobody reported, at hospitals whose rule records them by itself."""
    absence.close_day(timezone.now())


@shared_task(name="referral.tasks.prove_ledger")
def prove_ledger() -> None:
    """Every night: breaches, bans and restrictions against a re-count from what happened; what differs is named in the trail."""
    ledger.prove()
