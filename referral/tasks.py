"""Background jobs of the referral rooms: five-line wrappers around use cases."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from referral.booking import accounts
from referral.booking import remind as reminders
from referral.exchange import happenings
from referral.returns import overdue
from referral.slips import issue
from referral.supervision import dormancy
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
    """Every night: each column of places against its moves and its bookings."""
    accounts.prove_places()


@shared_task(name="referral.tasks.tell_hospitals")
def tell_hospitals() -> None:
    """Every few seconds: what was committed is on its way to the hospitals' own systems."""
    happenings.tell_hospitals()
