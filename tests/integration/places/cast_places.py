"""One small district for the tests of the register, and short ways to ask its doors."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from clinics.models import Alliance, Department, Institution, Post
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Role
from tests.cast import a_right, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_department, a_grant, a_hospital, a_post, a_station, an_alliance

NOBODY = dict.fromkeys(("responsible_department", "responsible_name", "responsible_phone"), "")


@dataclass(frozen=True)
class Place:
    """宋建华 administers; 德胜 has a station, a manager and a doctor; 北大医院 leads the alliance and names nobody yet."""

    admin: User
    hospital: Institution
    heart: Department
    centre: Institution
    station: Institution
    alliance: Alliance
    manager: Post
    doctor: Post

    @property
    def by(self) -> Acting:
        return acting_as(self.admin)

    @property
    def by_manager(self) -> Acting:
        return acting_as(self.manager.user, self.manager)


def a_place() -> Place:
    hospital, centre = a_hospital(**NOBODY), a_centre()
    alliance = an_alliance(centre, lead=hospital)
    right = a_right(a_user("周晓岚"))
    doctor = a_post(right.user, centre, right=right)
    a_grant(right, alliance)
    manager = a_post(a_user("赵德生"), centre, Role.MANAGER)
    station = a_station(centre)
    return Place(an_admin("宋建华"), hospital, a_department(hospital), centre, station, alliance, manager, doctor)


def text_of(client: Client, name: str, *ids: Any, **query: str) -> str:
    """A page that answers."""
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())
