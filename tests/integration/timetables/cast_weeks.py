"""A hospital with a week to publish: two clinics of cardiology, an expert among them, and the coordinator who runs it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from clinics.models import ClinicSession, Department, Institution, Practitioner, Service, SessionTemplate
from clinics.timetables import weekly
from permissions.acting import Acting
from reserved_pools.sessions.publish_weeks import Span, publish_span
from tests.cast_clinics import HEART, a_coordinator, a_department, a_hospital, a_service, today

NEXT_MONDAY = 15  # so many days ahead at most, the Monday after next lies outside the frozen week


@dataclass(frozen=True)
class Hospital:
    """北大医院: a general clinic and a chief's clinic of cardiology; 韩协调 runs its pools."""

    institution: Institution
    heart: Department
    general: Service
    chief: Service
    by: Acting

    def template(self, service: Service | None = None, weekday: int = 1, **fields: Any) -> SessionTemplate:
        return weekly.enter(self.institution, wish(service or self.general, weekday, **fields), by=self.by)

    def doctor(self, name: str = "陈立新", title: str = "chief", **fields: Any) -> Practitioner:
        held = {"department": self.heart, "staff_number": f"Y{Practitioner.objects.count():04d}"}
        return Practitioner.objects.create(institution=self.institution, name=name, title=title, **(held | fields))

    def publish(self, first: date | None = None, last: date | None = None, **fields: Any) -> list[ClinicSession]:
        """The week after next from its templates, or other days."""
        begins = first or monday()
        publish_span(self.institution, Span(begins, last or begins + timedelta(days=6), **fields), by=self.by)
        return list(ClinicSession.objects.filter(date__gte=begins).order_by("date", "half_day"))

    def session(self, **fields: Any) -> ClinicSession:
        """One published session of the general clinic, outside the frozen week."""
        self.template(**fields)
        return whole(self.publish()[0])


def a_week_hospital(name: str = "北大医院") -> Hospital:
    institution = a_hospital(name, responsible_department="门诊部", responsible_name="韩立群", responsible_phone="010-83572211")
    heart = a_department(institution, HEART, "心血管内科")
    general = a_service(heart, name="普通门诊")
    chief = a_service(heart, name="专家门诊", slot_class="expert_chief", title="chief")
    return Hospital(institution, heart, general, chief, a_coordinator(institution))


def wish(service: Service, weekday: int | str = 1, **fields: Any) -> weekly.Wish:
    said = {"half_day": "am", "starts": "08:00", "ends": "12:00", "capacity": 24}
    return weekly.Wish(service.public_id, weekday, **(said | fields))


def monday(weeks: int = 2) -> date:
    """The Monday of a week ahead; two weeks ahead lies outside the frozen week."""
    return today() + timedelta(days=7 * weeks - today().weekday())


def whole(session: ClinicSession | UUID) -> ClinicSession:
    """The session as a door reads it."""
    held = ClinicSession.objects.select_related("service__institution", "service__department", "practitioner")
    return held.get(pk=session.pk) if isinstance(session, ClinicSession) else held.get(public_id=session)
