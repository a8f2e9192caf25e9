"""Two administrators and nothing else: everything of a district is built on its pages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Alliance, Department, Institution, Post
from permissions.models import User
from permissions.right_states import RightStatus
from permissions.roles import Role
from tests.cast import a_phone, an_admin, sign_in
from tests.cast_clinics import in_days

pytestmark = pytest.mark.django_db


def done(client: Client, name: str, /, *ids: Any, **fields: Any) -> str:
    """One form sent as its page offers it; answers where it leads."""
    address = reverse(name, args=ids)
    answer = client.post(address, fields)
    assert answer.status_code == 302, answer.content.decode()
    assert client.get(answer.url).status_code == 200
    return str(answer.url)


def registered(client: Client, kind: str, name: str, /, **fields: str) -> Institution:
    sound = {"level": "3", "category": "general"} if kind == "hospital" else {}
    done(client, "institution_new", kind=kind, name=name, short_name=name[-8:], **(sound | fields))
    return Institution.objects.get(name=name)


def hired(client: Client, institution: Institution, kind: Role, name: str, **fields: str) -> User:
    phone = a_phone()
    done(client, "person_new", institution=str(institution.public_id), kind=kind.value, name=name, phone=phone, **fields)
    return User.objects.with_phone(phone).get()


def test_two_administrators_build_a_district_on_its_pages(client: Client) -> None:
    first, second = an_admin("宋建华"), Client()
    sign_in(client, first)
    sign_in(second, an_admin("韩卫东"))

    hospital = registered(
        client, "hospital", "北京大学第一医院", responsible_name="刘主任", responsible_phone="010-83572211", responsible_title="医务处处长"
    )
    centre = registered(client, "centre", "北京市西城区德胜社区卫生服务中心", responsible_name="赵德生", responsible_phone="13900001111")
    station = registered(client, "station", "北京市西城区德胜新风社区卫生服务站", parent=str(centre.public_id))
    done(client, "department_new", hospital.public_id, standard_code="03.04", name="心血管内科", local_code="XN01")
    heart = Department.objects.get()
    members = [str(centre.public_id)]
    done(second, "alliances", kind="comprehensive", name="北大医院医联体", lead=str(hospital.public_id), member=members)
    alliance = Alliance.objects.get()
    at_heart = {"department": str(heart.public_id), "title": "chief"}
    hired(client, centre, Role.MANAGER, "赵德生")
    hired(client, hospital, Role.MANAGER, "吴院长")
    hired(client, hospital, Role.COORDINATOR, "陆明远")
    hired(client, hospital, Role.WINDOW_CLERK, "何静")
    hired(client, hospital, Role.RECEIVING_DOCTOR, "郑海", **at_heart)
    hired(client, hospital, Role.REGIONAL_SPECIALIST, "许文静", **at_heart)
    doctor = hired(second, station, Role.FAMILY_DOCTOR, "周晓岚", title="attending")
    post = Post.objects.get(user=doctor)
    done(client, "right_new", post.public_id, target=f"alliance.{alliance.public_id}", valid_to=in_days(300).isoformat())

    post.refresh_from_db()
    assert post.right is not None
    assert post.right.status == RightStatus.GRANTED
    assert set(alliance.members.all()) == {hospital, centre}
    assert station.parent == centre
    assert set(Post.objects.live().values_list("kind", "institution")) == {
        ("manager", centre.pk), ("manager", hospital.pk), ("coordinator", hospital.pk), ("window_clerk", hospital.pk),
        ("receiving_doctor", hospital.pk), ("regional_specialist", hospital.pk), ("family_doctor", station.pk),
    }  # fmt: skip
    contacts = client.get(reverse("contacts")).content.decode()
    assert all(word in contacts for word in ("刘主任", "010-83572211", "13900001111"))
