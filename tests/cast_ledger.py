"""The cast of the no-show ledger: visits whose time is over, a coordinator, and two administrators of whom one decides."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from clinics.models import PolicyRow
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.credit.models import BookingBan, Breach
from referral.patients.models import Patient
from tests.cast import acting_as, an_admin
from tests.cast_loop import Loop, fresh, loop, working
from tests.cast_referral import today


@dataclass
class Ledger:
    """The loop with a coordinator of the hospital and the two administrators of the district."""

    loop: Loop
    coordinator: Acting
    admin: Acting
    second: Acting

    @property
    def clerk(self) -> Acting:
        return self.loop.clerk

    @property
    def doctor(self) -> Acting:
        return self.loop.doctor

    def patient(self, name: str = "陈秀兰") -> Patient:
        return self.loop.world.patient(name)

    def over(self, patient: Patient | None = None, *, days: int = 0, minutes: int = 20) -> Booking:
        """A booking whose time ended some minutes ago today, or on an earlier day; the data moves, not the clock."""
        booking = self.loop.booked(patient, days=days)
        ends = timezone.now() + timedelta(days=days, minutes=-minutes)
        Booking.objects.filter(pk=booking.pk).update(starts_at=ends - timedelta(minutes=30), ends_at=ends)
        return fresh(booking)

    def missed(self, patient: Patient | None = None, *, days: int = 0, cause: str = "no_word") -> Booking:
        """The same, reported by the window."""
        booking = self.over(patient, days=days)
        report_noshow(booking.public_id, cause, expected_version=booking.version, by=self.clerk)
        return fresh(booking)

    def breach(self, patient: Patient | None = None, *, days: int = 0) -> Breach:
        return Breach.objects.get(booking=self.missed(patient, days=days))

    def listed(self, patient: Patient | None = None) -> BookingBan:
        """Three missed visits on three days make a ban."""
        somebody = patient or self.patient()
        rule(self, no_show_window="lifetime")
        for days in (-20, -10, 0):
            self.missed(somebody, days=days)
        return BookingBan.objects.get(patient=somebody, status="in_force")


def ledger() -> Ledger:
    held = loop()
    return Ledger(
        held,
        coordinator=working("田调度", held.world.hospital, Role.COORDINATOR),
        admin=held.world.district_admin,
        second=acting_as(an_admin("赵建国", district=held.world.district)),
    )


def rule(held: Ledger, *, at: date | None = None, **values: str) -> None:
    """Values of the regulation in force from long ago: of the city for the ledger, of the hospital for attendance."""
    for key, value in values.items():
        place = {} if key.startswith("no_show_") and key != "no_show_closing" else {"institution": held.loop.world.hospital}
        PolicyRow.objects.create(
            parameter=key, value=value, valid_from=at or today() - timedelta(days=400), source="规定", status="in_force", **place
        )
