"""Keeps the timetable of Xicheng's hospitals two weeks ahead: services, their weekly half-days, pools, and what is published of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from zlib import crc32

from clinics.models import ClinicSession, Department, HalfDay, Institution, Post, Service, SessionTemplate
from clinics.register.registry import offer_services
from clinics.timetables.calendar import day_kinds
from clinics.timetables.exam_days import days_without_exams
from clinics.timetables.half_day_fields import LIMITED, UNLIMITED
from clinics.timetables.horizon import horizon
from clinics.timetables.weekly import Wish, enter_week
from clinics.timetables.weekly_queries import templates_of
from permissions.acting import Acting
from permissions.roles import Role
from referral.demo.places import EXAMINING, HOSPITALS
from reserved_pools.sessions.publishing import open_pools, publish
from reserved_pools.sessions.week_preview import pattern_of

AHEAD = 14
SHARE = Decimal("0.300")
MORNING, AFTERNOON = ("08:00", "12:00"), ("13:30", "17:00")
EXAMS = {"32.05": "ultrasound", "32.03": "exam"}
BY_NAME = frozenset(code for code, _name in EXAMINING)  # rooms that offer examinations by their names only
EXPERTS = (("expert_associate", "associate_chief", "专家门诊（副主任医师）"), ("expert_chief", "chief", "专家门诊（主任医师）"))
WORKING_WEEK = range(1, 6)


def load_sessions(places: dict[str, Institution], today: date) -> int:
    """Every day the weekly timetable runs from tomorrow to two weeks ahead, once; answers how many reserved bands were added."""
    return sum(_hospital(places[hospital.name], today) for hospital in HOSPITALS)


def _hospital(hospital: Institution, today: date) -> int:
    by = _coordinator(hospital)
    everyday = list(_services(hospital))
    offer_services(everyday, by=by)
    named = {(one.kind, one.name) for one in everyday}
    services = [one for one in hospital.services.select_related("department", "institution") if (one.kind, one.name) in named]
    open_pools(services, share=SHARE, valid_from=today, by=by)
    known = set(SessionTemplate.objects.filter(service__in=services).values_list("service_id", flat=True))
    for service in services:
        if service.pk not in known:
            enter_week(service, list(_week(service, today)), by=by)
    return published_ahead(hospital, today, by)


def published_ahead(hospital: Institution, today: date, by: Acting) -> int:
    """A hospital that has been here for long: its first two weeks change nothing and are announced to nobody; what was stopped stays so."""
    days = day_kinds(hospital, today + timedelta(days=1), today + timedelta(days=AHEAD))
    shut = days_without_exams(hospital, min(days), max(days))
    made = horizon(map(pattern_of, templates_of(hospital)), days, today=today, without_exams=shut)
    stopped = ClinicSession.objects.filter(service__institution=hospital, status="stopped", date__gt=today)
    gone = set(stopped.values_list("service_id", "date", "half_day"))
    return len(publish([one for one in made.plans if (one.service.pk, one.date, str(one.half_day)) not in gone], by=by))


def _coordinator(hospital: Institution) -> Acting:
    post = Post.objects.live().complete().filter(institution=hospital, kind=Role.COORDINATOR).earliest("pk")
    return Acting(post.user, Role.COORDINATOR, post)


def _services(hospital: Institution) -> Iterator[Service]:
    for department in hospital.departments.all():
        yield from _offered(hospital, department)


def _offered(hospital: Institution, department: Department) -> Iterator[Service]:
    """A general clinic and one of the two expert clinics; a diagnostic department offers its examination."""
    held = {"institution": hospital, "department": department}
    if department.standard_code in BY_NAME:
        return
    if department.standard_code in EXAMS:
        yield Service(**held, kind=EXAMS[department.standard_code], slot_class="general", name=f"{department.name}检查")
        return
    yield Service(**held, slot_class="general", title="attending", name="普通门诊")
    slot_class, title, name = EXPERTS[_dice(department) % 2]
    yield Service(**held, slot_class=slot_class, title=title, name=name)


def _week(service: Service, today: date) -> Iterator[Wish]:
    """General clinics each morning and every second afternoon, experts each morning in half of the departments, else on two a week."""
    dice = _dice(service.department)
    for weekday in WORKING_WEEK:
        if not service.is_expert:
            yield _half_day(service, weekday, HalfDay.MORNING, 16 + dice % 9, today)
            if (weekday + dice) % 2:
                yield _half_day(service, weekday, HalfDay.AFTERNOON, 10 + dice % 7, today)
        elif dice % 2 or (weekday - 1 + dice) % 5 in (0, 2):
            yield _half_day(service, weekday, HalfDay.MORNING, (12 if dice % 2 else 8) + dice % 5, today)


def _half_day(service: Service, weekday: int, half: HalfDay, capacity: int, today: date) -> Wish:
    starts, ends = MORNING if half == HalfDay.MORNING else AFTERNOON
    release = UNLIMITED if service.kind == "clinic" and not service.is_expert else LIMITED  # R004
    return Wish(service.public_id, weekday, half, starts, ends, capacity, release, valid_from=today)


def _dice(department: Department) -> int:
    """A number that differs between departments and stays the same between starts."""
    return crc32(f"{department.institution_id}/{department.name}".encode())
