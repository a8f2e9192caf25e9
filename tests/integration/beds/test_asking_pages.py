"""Asking on the doctor's page, and the hospital's lists of what it was asked: filtered, named by its kind, nothing typed lost (R072)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from referral.cases.submission_models import PlaceRequest
from referral.patients.models import Encounter
from referral.review.queries import Sought, departments_reviewed, requests_under_review
from tests.cast import sign_in
from tests.cast_referral import SUGAR
from tests.integration.beds.cast_beds import NOTE, Ward, fresh, ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Ward:
    return ward()


def test_the_hospital_s_lists_filter_what_is_asked_and_show_what_waits_for_a_day(held: Ward, client: Client) -> None:
    urgent, calm, accepted = held.asked(held.loop.world.referral(priority="urgent")), held.asked(), held.accepted()
    sign_in(client, held.coordinator.user, held.coordinator.post)

    def shown(**query: str) -> list[int]:
        page = client.get(reverse("review"), query).content.decode()
        return [one.pk for one in (urgent, calm, accepted) if str(one.referral.public_id) in page]

    assert shown() == [urgent.pk, calm.pk]
    assert shown(priority="urgent") == [urgent.pk]
    assert shown(q=calm.referral.number) == [calm.pk]
    assert (shown(state="accepted"), shown(state="returned")) == ([accepted.pk], [])
    held.booked(accepted)
    assert list(requests_under_review(held.coordinator, Sought("accepted"))) == []


def test_a_department_with_requests_alone_can_be_filtered_by(held: Ward) -> None:
    held.asked(service=held.service(room=held.loop.world.department(code=SUGAR))), held.asked()

    assert len(departments_reviewed(held.coordinator)) == 2


def test_a_refused_asking_keeps_the_note(held: Ward, client: Client) -> None:
    place, draft = held.day(), held.loop.world.referral()
    Encounter.objects.filter(pk=draft.encounter_id).update(seen_at=timezone.now() - timedelta(days=10))
    sign_in(client, held.doctor.user, held.doctor.post)
    cell = {"kind": "bed", "of": "", "cell": f"{held.bed.public_id}.{place.visit_date.isoformat()}.am", "ask": "1"}
    path = f"{reverse('book', args=[draft.public_id])}?{urlencode(cell)}"

    page = client.post(path, {"act": "ask", "service": str(held.bed.public_id), "version": "1", "note": NOTE})

    assert ('id="ask"' in page.content.decode(), NOTE in page.content.decode()) == (True, True)
    assert (page.status_code, PlaceRequest.objects.count(), fresh(draft).status) == (422, 0, "draft")


def test_what_was_booked_is_named_by_its_kind(held: Ward, client: Client) -> None:
    booking = held.booked()
    pages = []
    for who, name in ((held.doctor, "referral"), (held.cardiologist, "review_case")):
        sign_in(client, who.user, who.post)
        pages.append(client.get(reverse(name, args=[booking.referral.public_id])).content.decode())

    assert [("号别" in page, "<dt>住院" in page) for page in pages] == [(False, True)] * 2
