"""A city's supply side in any size: hospitals of several districts with departments, services, pools, templates and a coordinator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

DISTRICTS = 17  # as Beijing has, its development area included
PER_DISTRICT = 10
SUBJECTS = tuple(f"{chapter:02d}.{number:02d}" for chapter in (3, 4, 5) for number in range(1, 11))
# What every department offers in a week: 7 bands on five mornings and 6 on two afternoons of an expert.
CLINICS = (
    ("general", "attending", "普通门诊", "am", time(8), time(11, 30), 42, (1, 2, 3, 4, 5)),
    ("expert_chief", "chief", "专家门诊（主任医师）", "pm", time(13, 30), time(16, 30), 18, (2, 4)),
)
AT_ONCE = 5_000


@dataclass
class City:
    """What stands so far; hospitals are in order of their districts, so that the first ten are the first district's."""

    hospitals: list[Any]
    coordinator: Any
    first_day: date

    @property
    def nearby(self) -> list[Any]:
        return self.hospitals[:PER_DISTRICT]


def founded(hospitals: int, first_day: date) -> City:
    """So many hospitals without departments, and one coordinator who runs the pools of all."""
    from django.db import transaction

    from clinics.mirror import mirror
    from clinics.models import Institution, Post
    from permissions.roles import Role
    from tests.cast import a_district, a_user, acting_as

    districts = [a_district()] + [a_district(f"1102{number:02d}", f"区{number}") for number in range(1, DISTRICTS)]
    made = Institution.objects.bulk_create(
        Institution(
            district=districts[number // PER_DISTRICT % DISTRICTS], kind="hospital", level="3", name=f"第{number:03d}医院",
            short_name=f"{number:03d}医院", responsible_department="门诊部", responsible_name="高主任",
        )
        for number in range(hospitals)
    )  # fmt: skip
    _thaw(districts, first_day)
    with transaction.atomic():
        user = a_user("韩协调")
        posts = Post.objects.bulk_create(Post(user=user, institution=one, kind=Role.COORDINATOR, title="attending") for one in made)
        mirror([user.pk])
    return City(made, acting_as(user, posts[0]), first_day)


def _thaw(districts: list[Any], first_day: date) -> None:
    """The nearest week is published like any other, so that a search looks at a whole month."""
    from clinics.models.policy import PolicyRow, PolicyStatus

    PolicyRow.objects.bulk_create(
        PolicyRow(
            parameter="schedule_freeze_days", district=one, value="0", valid_from=first_day - timedelta(days=1),
            status=PolicyStatus.IN_FORCE, source="bench",
        )
        for one in districts
    )  # fmt: skip


def staffed(city: City, hospitals: list[Any], subjects: tuple[str, ...]) -> None:
    """These hospitals get a department for each of these subjects, with its services, their pools and their weekly templates."""
    from clinics.models import Department, Service, SessionTemplate
    from reserved_pools.models import ReservedPool

    departments = Department.objects.bulk_create(
        Department(institution=hospital, standard_code=code, name=f"科室{code}") for hospital in hospitals for code in subjects
    )
    services = Service.objects.bulk_create(
        Service(institution=one.institution, department=one, slot_class=slot_class, title=title, name=name)
        for one in departments
        for slot_class, title, name, *_rest in CLINICS
    )
    begins = city.first_day - timedelta(days=1)
    ReservedPool.objects.bulk_create(
        [ReservedPool(service=one, share=Decimal("0.300"), valid_from=begins) for one in services], batch_size=AT_ONCE
    )
    weeks = {slot_class: week for slot_class, _title, _name, *week in CLINICS}
    SessionTemplate.objects.bulk_create(
        [template for one in services for template in _week(one, begins, *weeks[one.slot_class])], batch_size=AT_ONCE
    )


def staffed_for(city: City, hospitals: int, subjects: int) -> list[int]:
    """Whatever these first hospitals lack of these first subjects is added; answers the keys of the hospitals that got something."""
    from clinics.models import Department

    touched = []
    had = {(one, code) for one, code in Department.objects.values_list("institution", "standard_code")}
    for hospital in city.hospitals[:hospitals]:
        missing = tuple(code for code in SUBJECTS[:subjects] if (hospital.pk, code) not in had)
        if missing:
            staffed(city, [hospital], missing)
            touched.append(hospital.pk)
    return touched


def doctors(city: City) -> dict[str, Any]:
    """A doctor granted her district's alliance, and one granted every hospital of the city."""
    from django.db import transaction

    from clinics import grants
    from clinics.mirror import mirror
    from clinics.models import Alliance, AllianceMember, TargetGrant
    from tests.cast import acting_as, an_admin
    from tests.cast_referral import institution, referring_post

    home, admin = city.hospitals[0].district, an_admin()
    centre = institution(home, "德胜社区卫生服务中心", "德胜", kind="centre", level="9")
    alliance = Alliance.objects.create(kind="comprehensive", name="区医联体", lead=city.hospitals[0])
    AllianceMember.objects.bulk_create(AllianceMember(alliance=alliance, institution=one) for one in (centre, *city.nearby))
    found = {}
    for reach, targets in (("the district's alliance", [alliance]), ("every hospital", city.hospitals)):
        post = referring_post(f"医生{reach}", centre, admin, alliance)
        with transaction.atomic():
            TargetGrant.objects.filter(right=post.right).update(ended_at=None if targets == [alliance] else "2000-01-01T00:00Z")
            if targets != [alliance]:
                grants.grant_targets(post.right, targets, by=acting_as(admin))
            mirror([post.user_id])
        found[reach] = acting_as(post.user, post)
    return found


def _week(service: Any, begins: date, half: str, starts: time, ends: time, places: int, weekdays: tuple[int, ...]) -> Iterator[Any]:
    from clinics.models import SessionTemplate

    for weekday in weekdays:
        yield SessionTemplate(
            service=service, weekday=weekday, half_day=half, starts=starts, ends=ends, capacity=places, valid_from=begins
        )  # fmt: skip


def publish_month(city: City, hospital: Any, days: int) -> int:
    """One hospital's templates become published sessions, a week at a time, as its coordinator does it; answers how many sessions."""
    from reserved_pools.sessions.publish_weeks import Span, publish_span

    last = city.first_day + timedelta(days=days - 1)
    starts = range(0, days, 7)
    spans = [Span(city.first_day + timedelta(days=start), min(city.first_day + timedelta(days=start + 6), last)) for start in starts]
    return sum(publish_span(hospital, span, by=city.coordinator).sessions for span in spans)


def publish_shares(said: dict[str, Any]) -> None:
    """What a worker process does: the month of each hospital named, by the same coordinator."""
    from clinics.models import Institution, Post
    from tests.cast import acting_as

    post = Post.objects.get(pk=said["coordinator"])
    city = City([], acting_as(post.user, post), date.fromisoformat(said["first_day"]))
    for hospital in Institution.objects.filter(pk__in=said["hospitals"]).order_by("pk"):
        publish_month(city, hospital, said["days"])
