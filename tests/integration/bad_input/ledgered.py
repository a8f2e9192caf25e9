"""What the requests of attendance and the ledger are about: visits nobody came to, a breach, an appeal, a restriction."""

from datetime import timedelta

from django.utils import timezone

from clinics.models import PolicyRow
from permissions.acting import Acting
from referral.booking.in_error import ask_in_error
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.credit.appeal import appeal
from referral.credit.evasion import record_evasion
from referral.credit.models import BookingBan, Breach
from referral.credit.restrict import Wanted, restrict
from referral.patients.models import Patient
from tests.cast_loop import Loop, fresh
from tests.cast_nominations import a_paper
from tests.cast_referral import today


class Ledgered:
    """Residents of the stage's doctor at the stage's hospital, whose coordinator may restrict after the first missed visit."""

    def __init__(self, held: Loop, coordinator: Acting) -> None:
        self.loop, self.by = held, coordinator
        PolicyRow.objects.create(
            parameter="restrict_after", value="1", valid_from=today() - timedelta(days=30), source="院内规定", status="in_force",
            institution=held.world.hospital,
        )  # fmt: skip
        self.missing = self.over()
        self.reported = self.missed()
        self.again = self.missed().referral
        self.breach = Breach.objects.get(booking=self.reported)
        judged = Breach.objects.get(booking=self.missed())
        papers = [a_paper("出院小结.pdf")]
        self.appeal = appeal(judged.public_id, text="当天住院", papers=papers, expected_version=judged.version, by=held.doctor)
        self.paper = self.appeal.papers.get()
        self.judged = Breach.objects.get(pk=judged.pk)
        self.candidate = self.missed().patient
        self.restriction = restrict(Wanted(self.missed().patient.public_id, "多次未取号", today()), by=coordinator)
        self.duplicate = held.booked()
        self.doubted = self.missed()
        ask_in_error(self.doubted.public_id, "登记错了人", expected_version=self.doubted.version, by=held.clerk)
        self.listed = record_evasion(held.booked().number, evidence="两张证件", by=held.world.district_admin)
        self.ban = BookingBan.objects.get(breaches=self.listed)

    def over(self, patient: Patient | None = None) -> Booking:
        booking = self.loop.booked(patient)
        ends = timezone.now() - timedelta(minutes=20)
        Booking.objects.filter(pk=booking.pk).update(starts_at=ends - timedelta(minutes=30), ends_at=ends)
        return fresh(booking)

    def missed(self) -> Booking:
        booking = self.over()
        report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=self.loop.clerk)
        return fresh(booking)
