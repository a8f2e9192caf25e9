"""The cast of the supply side: institutions, posts, grants, sessions and pool slots, each the smallest valid one.

德胜 is the community centre most stories start from; 北大医院 leads its alliance, 市二医院 is a secondary hospital outside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from clinics import grants, mirror
from clinics.models import Alliance, AllianceMember, Department, HalfDay, Institution, Post, Service, TargetGrant
from clinics.timetables.timetable import SessionPlan
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.roles import Role
from reserved_pools.models import PoolKind, PoolSlot, ReservedPool
from reserved_pools.sessions.publishing import publish
from tests.cast import a_district, a_right, a_user, acting_as, an_admin

BEIJING = ZoneInfo("Asia/Shanghai")
HEART = "03.04"
_numbers = count(1)


def today() -> date:
    """The day it is for the people of Beijing."""
    return timezone.now().astimezone(BEIJING).date()


def in_days(number: int) -> date:
    return today() + timedelta(days=number)


def a_centre(name: str = "德胜", **fields: Any) -> Institution:
    full = f"北京市西城区{name}社区卫生服务中心{next(_numbers)}"
    held = {"district": a_district(), "kind": "centre", "level": "1", "category": "community", "short_name": name}
    return Institution.objects.create(name=full, **(held | fields))


def a_station(centre: Institution, **fields: Any) -> Institution:
    return a_centre(f"{centre.short_name}站", kind="station", parent=centre, **fields)


def a_hospital(name: str = "北大医院", **fields: Any) -> Institution:
    held = {"district": a_district(), "kind": "hospital", "level": "3", "grade": "甲等", "short_name": name}
    answering = {"responsible_department": "门诊部", "responsible_name": "刘主任", "responsible_phone": "010-83572211"}
    return Institution.objects.create(name=f"{name}{next(_numbers)}", **(held | answering | fields))


def a_department(institution: Institution | None = None, code: str = HEART, name: str = "") -> Department:
    held = institution or a_hospital()
    return Department.objects.create(institution=held, standard_code=code, name=name or f"心血管内科{next(_numbers)}")


def an_alliance(*members: Institution, lead: Institution | None = None) -> Alliance:
    leading = lead or a_hospital()
    alliance = Alliance.objects.create(kind="comprehensive", name=f"医联体{next(_numbers)}", lead=leading)
    AllianceMember.objects.bulk_create(AllianceMember(alliance=alliance, institution=one) for one in {leading, *members})
    return alliance


def a_post(user: User | None = None, institution: Institution | None = None, kind: Role = Role.FAMILY_DOCTOR, **fields: Any) -> Post:
    """A live post with guardian's rows; it has a right only when one is given."""
    held = institution or a_centre()
    yesterday = timezone.now() - timedelta(days=1)
    post = Post.objects.create(
        user=user or a_user(), institution=held, kind=kind, title="attending", **({"valid_from": yesterday} | fields)
    )
    with transaction.atomic():
        mirror.mirror([post.user_id])
    return post


def a_coordinator(institution: Institution) -> Acting:
    post = a_post(a_user("韩协调"), institution, Role.COORDINATOR)
    return acting_as(post.user, post)


def a_referrer(
    *targets: Alliance | Institution | Department, institution: Institution | None = None, right: ReferralRight | None = None
) -> Acting:
    """A family doctor with a right in force that may be used at these targets."""
    held = right or a_right(a_user("周晓岚"))
    post = a_post(held.user, institution, right=held)
    if targets:
        a_grant(held, *targets)
    return acting_as(post.user, post)


def a_grant(right: ReferralRight, *targets: Alliance | Institution | Department, **fields: Any) -> list[TargetGrant]:
    with transaction.atomic():
        return grants.grant_targets(right, list(targets), by=acting_as(an_admin()), **fields)


def a_service(department: Department | None = None, **fields: Any) -> Service:
    held = department or a_department()
    named = {"slot_class": "general", "title": "attending", "name": f"普通门诊{next(_numbers)}"}
    return Service.objects.create(institution=held.institution, department=held, **(named | fields))


def a_pool(service: Service, share: str = "0.300") -> ReservedPool:
    return ReservedPool.objects.create(service=service, share=Decimal(share), valid_from=in_days(-30))


def a_plan(service: Service, day: date | None = None, *, capacity: int = 24, afternoon: bool = False) -> SessionPlan:
    """A session three days ahead: 08:00-12:00, or 13:30-17:30."""
    half, starts, ends = (HalfDay.AFTERNOON, time(13, 30), time(17, 30)) if afternoon else (HalfDay.MORNING, time(8), time(12))
    return SessionPlan(service, day or in_days(3), half, starts, ends, capacity)


def published(*plans: SessionPlan) -> list[PoolSlot]:
    """The referrers' pool slots of these sessions, published by their hospital's coordinator; services without a pool get one."""
    for service in {plan.service for plan in plans}:
        if not service.pools.exists():
            a_pool(service)
    made = publish(plans, by=a_coordinator(plans[0].service.institution))
    return [slot for slot in made if slot.kind == PoolKind.COMMUNITY_REFERRAL]


def a_pool_slot(places: int = 5, **fields: Any) -> PoolSlot:
    """One band with so many reserved places, open since yesterday, its cut-off two days ahead; fields overwrite."""
    service = fields.pop("service", None) or a_service()
    slot = published(a_plan(service, fields.pop("day", None), capacity=8))[0]
    PoolSlot.objects.filter(pk=slot.pk).update(published=places, opens_at=timezone.now() - timedelta(days=1), **fields)
    slot.refresh_from_db()
    return slot


def moved(slot: PoolSlot, **fields: Any) -> PoolSlot:
    """The same slot with other instants: tests move the data, never the clock."""
    PoolSlot.objects.filter(pk=slot.pk).update(**fields)
    slot.refresh_from_db()
    return slot


@dataclass(frozen=True)
class Places:
    """The five columns of a slot, for one assertion."""

    published: int
    claimed: int = 0
    held: int = 0
    cooling: int = 0
    returned: int = 0


def places_of(slot: PoolSlot) -> Places:
    names = ("published", "claimed", "held", "cooling", "returned")
    return Places(*PoolSlot.objects.values_list(*names).get(pk=slot.pk))


def moves_of(slot: PoolSlot) -> Sequence[str]:
    return list(slot.events.order_by("pk").values_list("move", flat=True))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BEIJING)
