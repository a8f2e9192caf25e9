"""What the requests to the register are about: one of each thing, put beside the stage's own places."""

from typing import Any

from clinics.models import Alliance, FactLabel
from permissions.roles import Role
from tests.cast import a_user
from tests.cast_clinics import a_department, a_hospital, a_post, a_station, an_alliance
from tests.cast_referral import World


class Register:
    """What the requests are about: an alliance with a centre to leave it, a department, a person in a post."""

    def __init__(self, world: World) -> None:
        self.admin = world.district_admin
        self.centre, self.hospital = world.centre, world.hospital
        self.alliance: Alliance = an_alliance(self.centre, lead=self.hospital)
        self.station = a_station(self.centre)
        self.joining = a_hospital("待加入医院")
        self.department = a_department(self.hospital, "03.06", "肾内科")
        self.post = a_post(a_user("许文静"), self.hospital, Role.REGIONAL_SPECIALIST, department=self.department)
        self.person = self.post.user
        self.label = FactLabel.objects.create(district=self.hospital.district, of="service", name="耗时")

    def opening(self, **more: Any) -> dict[str, Any]:
        """A post at the hospital, in its department."""
        place = {"institution": str(self.hospital.public_id), "department": str(self.department.public_id)}
        return place | {"kind": "receiving_doctor", "title": "chief"} | more
