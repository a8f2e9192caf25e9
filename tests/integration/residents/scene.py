"""Two centres that keep residents: 德胜 with its manager and team, 什刹海 with another manager, and the forms they fill in."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from clinics.models import Post
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Role
from referral.patients.contracts import NewContract
from referral.patients.models import CareTeam
from tests.cast import a_user, acting_as
from tests.cast_clinics import a_post
from tests.cast_referral import World, institution, today, world

YEAR = timedelta(days=365)
RECORD = "11010200700200123"


@dataclass
class Centres:
    """The world of 德胜, whose manager is 孙经理, and 什刹海 with 白医生's team and 石经理."""

    world: World
    manager: Acting
    other_manager: Acting
    other_team: CareTeam
    other_doctor: User


def centres() -> Centres:
    held = world()
    other = institution(
        held.district, "什刹海社区卫生服务中心", "什刹海", kind="centre", level="9", phone="010-66001234", address="北京市西城区鸦儿胡同8号"
    )
    doctor = a_post(a_user("白医生"), other).user
    team = CareTeam.objects.create(institution=other, name="什刹海团队")
    team.doctors.add(doctor)
    return Centres(held, manager_of(held.centre, "孙经理"), manager_of(other, "石经理"), team, doctor)


def manager_of(place: Any, name: str) -> Acting:
    post: Post = a_post(a_user(name), place, Role.MANAGER)
    return acting_as(post.user, post)


def a_contract(team: CareTeam, doctor: User | None = None, **changes: Any) -> NewContract:
    plain = NewContract(team.public_id, RECORD, today(), today() + YEAR, doctor.public_id if doctor else None)
    return replace(plain, **changes)
