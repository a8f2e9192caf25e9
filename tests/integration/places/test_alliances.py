"""Alliances: who joins may be referred to at once; who leaves takes its doctors' grants on the alliance along."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.mirror import differences
from clinics.models import Alliance, AllianceMember, TargetGrant
from clinics.queries import institutions_open_to
from tests.cast import a_district, a_right, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_centre, a_grant, a_hospital, a_post, a_service
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_doctor_of_the_alliance_may_refer_to_a_new_member_at_once(place: Place, admin: Client) -> None:
    joining = a_hospital("宣武医院")
    a_service_at = [place.heart, a_service().department]
    a_service_at[1].institution = joining
    a_service_at[1].save()
    doctor = acting_as(place.doctor.user, place.doctor)
    before = set(institutions_open_to(doctor))

    answer = admin.post(reverse("alliance_members", args=[place.alliance.public_id]), {"institution": str(joining.public_id)})

    assert answer.status_code == 302
    assert set(institutions_open_to(doctor)) - before == {joining}
    assert AuditEntry.objects.filter(verb="join", object_id=place.alliance.public_id).count() == 1


def test_a_member_that_leaves_ends_the_grants_of_its_own_doctors_and_nobody_elses(place: Place, admin: Client) -> None:
    other = a_right(a_user("沈佳"))
    a_post(other.user, a_centre("月坛"), right=other)
    kept = a_grant(other, place.alliance)[0]
    elsewhere = a_grant(place.doctor.right, a_hospital("宣武医院"))[0]
    address = reverse("alliance_leave", args=[place.alliance.public_id, place.centre.public_id])

    asked = admin.get(address).content.decode()
    answer = admin.post(address)

    assert "1 项授权结束" in asked
    assert answer.status_code == 302
    assert set(TargetGrant.objects.open()) == {kept, elsewhere}
    assert not differences()
    assert set(place.alliance.members.all()) == {place.hospital}


@pytest.mark.parametrize("who", ["lead", "stranger"])
def test_the_lead_and_a_stranger_cannot_leave(place: Place, admin: Client, who: str) -> None:
    leaving = place.hospital if who == "lead" else a_centre("月坛")

    answer = admin.post(reverse("alliance_leave", args=[place.alliance.public_id, leaving.public_id]))

    assert answer.status_code == 400
    assert AllianceMember.objects.count() == 2
    assert TargetGrant.objects.open().count() == 1


def test_a_station_joins_through_its_centre_only(place: Place, client: Client) -> None:
    address = f"/api/v1/alliances/{place.alliance.public_id}/members"

    answer = client.post(address, {"institution": str(place.station.public_id)}, "application/json", headers=bearer(place.admin))

    assert answer.status_code == 400
    assert AllianceMember.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"kind": "guild"}, "kind"), ({"lead": "centre"}, "lead"), ({"member": "foreign"}, "members")],
    ids=["no name", "no such kind", "a centre as lead", "a member from elsewhere"],
)
def test_an_alliance_that_cannot_be_opens_its_dialog_again(place: Place, admin: Client, change: dict[str, str], field: str) -> None:
    ids = {"centre": place.centre.public_id, "foreign": a_centre("朝外", district=a_district("110105", "朝阳区")).public_id}
    sound = {"kind": "specialty", "name": "神经专科医联体", "lead": str(place.hospital.public_id)}
    fields = sound | {name: str(ids.get(value, value)) for name, value in change.items()}

    answer = admin.post(reverse("alliances"), fields)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert 'class="modal open" id="new"' in text
    assert f'href="#f-{field}"' in text
    assert Alliance.objects.count() == 1


def test_another_lead_is_a_member_too_and_the_second_correction_is_stale(place: Place, admin: Client) -> None:
    lead = a_hospital("宣武医院")
    fields = {"kind": "comprehensive", "name": "宣武医联体", "lead": str(lead.public_id), "version": "1"}

    sent = [admin.post(reverse("alliance", args=[place.alliance.public_id]), fields).status_code for _ in range(2)]

    place.alliance.refresh_from_db()
    assert sent == [302, 409]
    assert (place.alliance.name, place.alliance.lead, place.alliance.version) == ("宣武医联体", lead, 2)
    assert set(place.alliance.members.all()) == {lead, place.hospital, place.centre}
    assert "宣武医联体" in text_of(admin, "alliance", place.alliance.public_id)


def test_another_district_and_a_manager_change_nothing(place: Place, manager: Client) -> None:
    foreign = Client()
    sign_in(foreign, an_admin("外区", district=a_district("110105", "朝阳区")))
    leave = reverse("alliance_leave", args=[place.alliance.public_id, place.centre.public_id])

    assert (foreign.post(leave).status_code, manager.post(leave).status_code) == (404, 403)
    assert "周晓岚" not in text_of(manager, "alliance", place.alliance.public_id)
    assert AllianceMember.objects.count() == 2


def test_the_list_costs_the_same_for_one_and_for_many(place: Place, admin: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        Alliance.objects.create(kind="specialty", name=f"医联体甲{number}", lead=place.hospital)

    with django_assert_max_num_queries(14):
        text_of(admin, "alliances")
    with django_assert_max_num_queries(16):
        text_of(admin, "alliance", place.alliance.public_id)
