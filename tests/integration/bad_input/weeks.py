"""What the requests of the timetable are about: a department with its half-days, and published sessions to change."""

from datetime import date, timedelta

from django.db import transaction

from clinics.models import ClinicSession, Practitioner, Slot
from clinics.timetables import weekly
from clinics.timetables.timetable import publish_sessions
from permissions.acting import Acting
from reserved_pools.sessions.publish_weeks import Span, publish_span
from tests.cast_clinics import a_department, a_plan, a_service
from tests.cast_referral import World, today

OPHTHALMOLOGY = "12"


class Weeks:
    """The eye clinic of the stage's hospital: every Monday morning, run by its coordinator; two doctors of one rank."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by, self.hospital = coordinator, world.hospital
        self.department = a_department(self.hospital, OPHTHALMOLOGY, "眼科")
        self.service, self.free = a_service(self.department, name="眼科普通门诊"), a_service(self.department, name="眼科夜门诊")
        self.doctor, self.other = self._doctor("E001", "龚医生"), self._doctor("E002", "邢医生")
        wish = weekly.Wish(self.service.public_id, 1, "am", "08:00", "12:00", 24, practitioner=self.doctor.public_id)
        self.template = weekly.enter(self.hospital, wish, by=self.by)
        self.monday = today() + timedelta(days=14 - today().weekday())
        publish_span(self.hospital, Span(self.monday, self.monday), by=self.by)
        self.session = ClinicSession.objects.get(service=self.service)
        self.band = Slot.objects.filter(session=self.session).earliest("starts_at")
        self.plain, self.blocked = self._without_reserved_places()

    @property
    def next_monday(self) -> date:
        return self.monday + timedelta(days=7)

    def _doctor(self, number: str, name: str) -> Practitioner:
        held = {"institution": self.hospital, "department": self.department, "staff_number": number}
        return Practitioner.objects.create(**held, name=name, title="attending")  # type: ignore[misc]

    def _without_reserved_places(self) -> tuple[ClinicSession, Slot]:
        """A session of the window alone with a blocked band."""
        with transaction.atomic():
            (session,) = publish_sessions([a_plan(a_service(self.department, name="眼科外请门诊"), self.monday)], by=self.by)
        band = Slot.objects.filter(session=session).earliest("starts_at")
        Slot.objects.filter(pk=band.pk).update(is_blocked=True)
        return session, band
