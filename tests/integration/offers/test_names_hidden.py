"""R081, R100: outside the hospital and its district nobody reads a doctor's name or chooses by one; places go by specialty and title."""

import json
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinics import mirror
from clinics.models import ClinicSession, Institution, Practitioner, Service, ServiceItem
from clinics.register.naming import shown_name
from permissions.roles import Role
from referral.booking.book import book
from referral.models import Booking
from referral.slips.content import up_content
from referral.views.matrix import key_of
from reserved_pools.models import PoolSlot
from tests.cast import a_district, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_post
from tests.cast_referral import World, today, world
from tests.integration.bad_input.schema import operations
from vault.outbox.models import Message

pytestmark = pytest.mark.django_db
NAME = "欧阳文澜"
BY_NAME = ("practitioner", "doctor", "doctor_name")


@dataclass(frozen=True)
class Story:
    """A morning that 欧阳文澜 holds at 北大医院, seen by 周晓岚 of 德胜, who refers somebody there."""

    world: World
    place: PoolSlot
    practitioner: Practitioner
    client: Client

    @property
    def cell(self) -> str:
        return key_of(self.place.service.public_id, self.place.visit_date, "am")


@pytest.fixture
def story(client: Client) -> Story:
    made = world()
    place = made.place()
    one = Practitioner.objects.create(institution=made.hospital, department=place.department, name=NAME, staff_number="D1", title="chief")
    ClinicSession.objects.update(practitioner=one)
    with transaction.atomic():
        mirror.mirror([made.zhou.user_id])
    sign_in(client, made.zhou.user, made.zhou)
    return Story(made, place, one, client)


def everything_shown(story: Story) -> dict[str, str]:
    """What the referring doctor, the resident and the public get to read on the way to a visit, before and after booking."""
    client, place, zhou = story.client, story.place, story.world.zhou
    referral = story.world.referral(story.world.patient("陈秀兰"))
    asked = {"cell": story.cell, "department": place.standard_code}
    seen = {
        "interface": client.get("/api/v1/availability", headers=bearer(zhou.user, zhou)),
        "calendar": client.get(reverse("availability"), asked),
        "booking page": client.get(reverse("book", args=[referral.public_id]), asked | {"slot": str(place.public_id)}),
    }
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-names", by=story.world.doctor)
    booking = Booking.objects.get(public_id=public_id)
    seen |= {"booked": client.get(reverse("booking_done", args=[public_id])), "slip": client.get(reverse("slip_paper", args=[public_id]))}
    seen |= {"case": client.get(reverse("referral", args=[referral.public_id]))}
    seen |= {"resident": Client().post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code}, follow=True)}
    hospital = {"hospital": str(story.world.hospital.public_id)}
    seen |= {name: Client().get(reverse(name), hospital) for name in ("public_clinics", "api_public_clinics")}
    assert {name: answer.status_code for name, answer in seen.items()} == dict.fromkeys(seen, 200)
    texts = {name: answer.content.decode() for name, answer in seen.items()}
    messages = " ".join(message.params for message in Message.objects.all())
    assert messages
    return texts | {"content of the slip": json.dumps(up_content(booking), ensure_ascii=False), "messages": messages}


def test_nobody_outside_reads_the_name_by_default(story: Story) -> None:
    shown = everything_shown(story)

    assert [where for where, text in shown.items() if NAME in text] == []
    assert "主治医师" in shown["booking page"]
    assert "心血管内科" in shown["public_clinics"] and "心血管内科" in shown["api_public_clinics"]


def test_a_hospital_that_shows_names_shows_them_to_who_refers_and_to_nobody_in_public(story: Story) -> None:
    Institution.objects.filter(pk=story.world.hospital.pk).update(shows_doctor_names=True)

    shown = everything_shown(story)

    assert {where for where, text in shown.items() if NAME in text} == {"calendar", "booking page"}


def test_the_name_is_known_to_the_house_and_its_district_only(story: Story) -> None:
    one, hospital = story.practitioner, story.world.hospital
    clerk = a_post(a_user("窗口"), hospital, Role.WINDOW_CLERK)
    beside = a_post(a_user("邻院"), story.world.other_hospital, Role.COORDINATOR)
    admin, abroad = an_admin("区里"), an_admin("外区", district=a_district("110105", "朝阳区"))
    readers = {
        "colleague": acting_as(clerk.user, clerk), "district": acting_as(admin), "neighbour": acting_as(beside.user, beside),
        "other district": acting_as(abroad), "doctor": story.world.doctor, "nobody": None,
    }  # fmt: skip

    hidden = {who: shown_name(one, to=reader, today=today()) for who, reader in readers.items()}
    one.institution.shows_doctor_names = True
    shown = {who: shown_name(one, to=reader, today=today()) for who, reader in readers.items()}

    assert {who for who, name in hidden.items() if name} == {"colleague", "district"}
    assert {who for who, name in shown.items() if name} == set(readers) - {"nobody"}


@pytest.mark.parametrize("word", BY_NAME)
def test_no_search_takes_a_doctor(story: Story, word: str) -> None:
    zhou = story.world.zhou
    parameters = set(operations()["availability_list"].parameters_in("query"))

    answer = story.client.get("/api/v1/availability", {word: str(story.practitioner.public_id)}, headers=bearer(zhou.user, zhou))
    page = story.client.get(reverse("availability"), {word: str(story.practitioner.public_id)}).content.decode()

    assert answer.status_code == 400
    assert not parameters & set(BY_NAME)
    assert f'name="{word}"' not in page


def test_what_a_package_asks_of_the_patient_stands_beside_its_bands_and_on_the_slip(story: Story) -> None:
    service = story.place.service
    Service.objects.filter(pk=service.pk).update(
        kind="check_up", name="冠心病筛查套餐", fee="680.00", preparation="空腹八小时", indications="胸闷胸痛", title=""
    )
    ServiceItem.objects.create(service=service, position=1, name="血脂四项")

    shown = everything_shown(story)

    assert "冠心病筛查套餐" in shown["booked"] and "冠心病筛查套餐" in shown["case"]
    for where in ("calendar", "booking page"):
        assert all(word in shown[where] for word in ("冠心病筛查套餐", "680.00", "空腹八小时", "胸闷胸痛", "血脂四项")), where
    assert "空腹八小时" in shown["slip"].replace("\u2060", "")
    assert "冠心病筛查套餐" in shown["slip"]


def test_a_clinic_for_one_disease_says_which(story: Story) -> None:
    Service.objects.filter(pk=story.place.service_id).update(slot_class="disease", disease="心力衰竭")
    PoolSlot.objects.update(slot_class="disease")

    shown = everything_shown(story)

    assert " 主治医师 心力衰竭" in shown["booking page"]
    assert "专病号" in shown["slip"]
