"""Keeps the timetable of Xicheng's hospitals two weeks ahead: services, pools and sessions on working days."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from zlib import crc32

from clinics.calendar import working_days
from clinics.models import Department, HalfDay, Institution, Post, Service
from clinics.registry import offer_services
from clinics.timetable import SessionPlan
from permissions.acting import Acting
from permissions.roles import Role
from referral.demo.places import HOSPITALS
from reserved_pools.publishing import open_pools, publish

AHEAD = 14
SHARE = Decimal("0.300")
MORNING, AFTERNOON = (time(8), time(12)), (time(13, 30), time(17))
EXAMS = {"32.05": "ultrasound", "32.03": "exam"}
EXPERTS = (("expert_associate", "associate_chief", "专家门诊（副主任医师）"), ("expert_chief", "chief", "专家门诊（主任医师）"))


def load_sessions(places: dict[str, Institution], today: date) -> int:
    """Every working day from tomorrow to two weeks ahead, once; answers how many reserved bands were added."""
    days = working_days(today + timedelta(days=1), today + timedelta(days=AHEAD))
    return sum(_hospital(places[hospital.name], today, days) for hospital in HOSPITALS)


def _hospital(hospital: Institution, today: date, days: list[date]) -> int:
    by = _coordinator(hospital)
    offer_services(list(_services(hospital)), by=by)
    services = list(hospital.services.select_related("department", "institution"))
    open_pools(services, share=SHARE, valid_from=today, by=by)
    plans = [plan for service in services for plan in _plans(service, days)]
    return len(publish(plans, by=by))


def _coordinator(hospital: Institution) -> Acting:
    post = Post.objects.live().complete().filter(institution=hospital, kind=Role.COORDINATOR).earliest("pk")
    return Acting(post.user, Role.COORDINATOR, post)


def _services(hospital: Institution) -> Iterator[Service]:
    for department in hospital.departments.all():
        yield from _offered(hospital, department)


def _offered(hospital: Institution, department: Department) -> Iterator[Service]:
    """A general clinic and one of the two expert clinics; a diagnostic department offers its examination."""
    held = {"institution": hospital, "department": department}
    if department.standard_code in EXAMS:
        yield Service(**held, kind=EXAMS[department.standard_code], slot_class="general", name=f"{department.name}检查")
        return
    yield Service(**held, slot_class="general", title="attending", name="普通门诊")
    slot_class, title, name = EXPERTS[_dice(department) % 2]
    yield Service(**held, slot_class=slot_class, title=title, name=name)


def _plans(service: Service, days: list[date]) -> Iterator[SessionPlan]:
    """General clinics each morning and every second afternoon, experts on two mornings a week."""
    dice = _dice(service.department)
    for day in days:
        if not service.is_expert:
            yield SessionPlan(service, day, HalfDay.MORNING, *MORNING, capacity=16 + dice % 9)
            if (day.toordinal() + dice) % 2:
                yield SessionPlan(service, day, HalfDay.AFTERNOON, *AFTERNOON, capacity=10 + dice % 7)
        elif (day.weekday() + dice) % 5 in (0, 2):
            yield SessionPlan(service, day, HalfDay.MORNING, *MORNING, capacity=8 + dice % 5)


def _dice(department: Department) -> int:
    """A number that differs between departments and stays the same between starts."""
    return crc32(f"{department.institution_id}/{department.name}".encode())
