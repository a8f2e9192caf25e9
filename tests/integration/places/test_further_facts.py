"""Further facts are data (R096): the district defines them, forms and programs fill them in, ending one hides it and loses nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import FactLabel, FactOf, Institution
from clinics.register.fact_labels import MOST_LABELS, define_fact, end_fact
from permissions.roles import Role
from tests.cast import a_district, a_user, acting_as, an_admin, bearer
from tests.cast_clinics import a_post, today
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry, Change
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def patched(client: Client, place: Place, facts: dict[str, Any], version: int = 1) -> Any:
    headers = bearer(place.admin) | {"If-Match": f'W/"{version}"'}
    return client.patch(f"/api/v1/institutions/{place.hospital.public_id}", {"facts": facts}, "application/json", headers=headers)


def test_a_fact_is_defined_filled_in_shown_ended_and_comes_back(place: Place, admin: Client) -> None:
    answer = admin.post(reverse("facts"), {"of": "institution", "name": "停车场", "name_en": "Car park"})
    label = FactLabel.objects.get()
    field = f"fact-{label.public_id}"
    held = {"version": "1", "name": place.centre.name, "short_name": "德胜", field: "地下两层"}

    saved = admin.post(reverse("institution_edit", args=[place.centre.public_id]), held)
    shown = text_of(admin, "institution", place.centre.public_id)
    asked = admin.get(reverse("fact_end", args=[label.public_id]))
    admin.post(reverse("fact_end", args=[label.public_id]))
    hidden = text_of(admin, "institution", place.centre.public_id)
    admin.post(reverse("facts"), {"of": "institution", "name": "停车场"})

    assert (answer.status_code, saved.status_code, asked.status_code) == (302, 302, 200)
    assert "地下两层" in shown
    assert "→ 地下两层" in shown
    assert "<dd>地下两层</dd>" not in hidden
    assert "<dd>地下两层</dd>" in text_of(admin, "institution", place.centre.public_id)
    assert FactLabel.objects.count() == 1
    change = Change.objects.get(object_id=place.centre.public_id)
    assert (change.field, change.old, change.new) == ("fact:停车场", "", "地下两层")
    assert list(AuditEntry.objects.filter(object_id=label.public_id).order_by("id").values_list("verb", flat=True)) == [
        "define_fact", "end_fact", "define_fact",
    ]  # fmt: skip


def test_a_program_fills_in_takes_away_and_is_refused_what_is_not_asked(place: Place, client: Client) -> None:
    label = define_fact(FactOf.INSTITUTION, "停车场", by=place.by)
    other = define_fact(FactOf.DEPARTMENT, "诊室", by=place.by)
    foreign = define_fact(FactOf.INSTITUTION, "外区的", by=acting_as(an_admin("外区", district=a_district("110105", "朝阳区"))))
    key = str(label.public_id)

    filled = patched(client, place, {key: "有"})
    wrong = [patched(client, place, {str(one.public_id): "有"}, 2) for one in (other, foreign)]
    long = patched(client, place, {key: "长" * 201}, 2)
    emptied = patched(client, place, {key: ""}, 2)

    assert (filled.status_code, filled.json()["facts"]) == (200, {key: "有"})
    assert [(one.status_code, one.json()["violations"][0]["field"]) for one in wrong] == [(400, "facts"), (400, "facts")]
    assert long.status_code == 400
    assert (emptied.status_code, emptied.json()["facts"]) == (200, {})
    assert Institution.objects.get(pk=place.hospital.pk).version == 3


def test_a_department_has_its_own_facts_in_its_dialog(place: Place, admin: Client) -> None:
    label = define_fact(FactOf.DEPARTMENT, "诊室", by=place.by)
    address = reverse("department", args=[place.heart.public_id])
    form = admin.get(address).content.decode()
    fields = {"standard_code": "03.04", "name": place.heart.name, f"fact-{label.public_id}": "三层东区"}

    answer = admin.post(address, fields)
    wrong = admin.post(address, fields | {f"fact-{label.public_id}": "长" * 201})

    assert f'name="fact-{label.public_id}"' in form
    assert (answer.status_code, wrong.status_code) == (302, 400)
    place.heart.refresh_from_db()
    assert place.heart.facts == {str(label.public_id): "三层东区"}
    assert f"{place.heart.name}，诊室：" in text_of(admin, "institution", place.hospital.public_id)


@pytest.mark.parametrize(
    ("of", "name", "fields"),
    [("castle", "", ["of", "name"]), ("institution", "x" * 31, ["name"]), ("institution", "停车场", ["name"])],
    ids=["no kind, no name", "too long", "asked already"],
)
def test_a_wrong_label_is_refused_with_every_fault(place: Place, of: str, name: str, fields: list[str]) -> None:
    define_fact(FactOf.INSTITUTION, "停车场", by=place.by)

    with pytest.raises(Refusal) as refused:
        define_fact(of, name, by=place.by)

    assert [one.field for one in refused.value.violations] == fields
    assert FactLabel.objects.count() == 1


def test_a_form_does_not_grow_without_end(place: Place) -> None:
    district = place.centre.district
    FactLabel.objects.bulk_create(FactLabel(district=district, of="institution", name=f"项{n}") for n in range(MOST_LABELS))

    with pytest.raises(Refusal, match="invalid_input"):
        define_fact(FactOf.INSTITUTION, "再一项", by=place.by)

    assert FactLabel.objects.count() == MOST_LABELS


def test_only_the_district_defines_and_ends_and_each_its_own(place: Place, client: Client) -> None:
    label = define_fact(FactOf.INSTITUTION, "停车场", by=place.by)
    post = a_post(a_user("陆明远"), place.hospital, Role.COORDINATOR)
    foreign = an_admin("外区", district=a_district("110105", "朝阳区"))
    new = {"of": "institution", "name": "偷加"}
    end = f"/api/v1/fact-labels/{label.public_id}/end"

    answers = [
        client.post("/api/v1/fact-labels", new, "application/json", headers=bearer(post.user, post)).status_code,
        client.post(end, headers=bearer(post.user, post)).status_code,
        client.post(end, headers=bearer(foreign)).status_code,
        client.get("/api/v1/fact-labels", headers=bearer(post.user, post)).status_code,
    ]

    assert answers == [403, 403, 404, 200]
    label.refresh_from_db()
    assert (label.ended_on, FactLabel.objects.count()) == (None, 1)
    assert client.get("/api/v1/fact-labels", headers=bearer(foreign)).json()["results"] == []
    with pytest.raises(Refusal, match="not_allowed"):
        end_fact(label, today=today(), by=acting_as(post.user, post))


def test_ending_twice_is_once(place: Place, client: Client) -> None:
    label = define_fact(FactOf.SERVICE, "耗时", by=place.by)

    answers = [client.post(f"/api/v1/fact-labels/{label.public_id}/end", headers=bearer(place.admin)) for _ in range(2)]

    assert [one.json()["ended_on"] for one in answers] == [today().isoformat()] * 2
    assert AuditEntry.objects.filter(verb="end_fact").count() == 1
