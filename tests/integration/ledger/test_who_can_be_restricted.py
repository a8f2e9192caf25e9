"""Whom a coordinator may restrict is offered whole: nobody is cut off, nobody restricted is offered again; lifting tells the doctor."""

import pytest
from django.urls import reverse

from referral.credit.models import Breach, Restriction
from referral.credit.restrict import Wanted, lift, restrict
from referral.inbox.models import Notice
from referral.patients.models import Patient
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_referral import today
from tests.integration.ledger.test_pages import browser_of, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Ledger:
    held = ledger()
    rule(held, restrict_after="1")
    return held


def crowd(cast: Ledger, number: int) -> list[Patient]:
    """So many residents who each left one number uncollected here; the ledger's rows are copied, not lived through."""
    first = cast.breach()
    people = [cast.patient(f"李{chr(0x4E00 + 7 * nth)}") for nth in range(number)]
    fields = {
        name: getattr(first, name) for name in ("booking", "district", "institution", "visit_date", "kind", "cause", "policy", "status")
    }
    for person in people:
        Breach.objects.create(patient=person, **fields | {"booking": cast.loop.booked(person)})
    return [first.patient, *people]


def test_everybody_who_may_be_restricted_can_be_chosen_but_nobody_twice(cast: Ledger) -> None:
    people, browser = crowd(cast, 23), browser_of(cast.coordinator)

    before = page(browser.get(reverse("restrictions")))
    restrict(Wanted(people[3].public_id, "多次未取号", today()), by=cast.coordinator)
    after = page(browser.get(reverse("restrictions")))
    found = page(browser.get(reverse("restrictions") + "?q=" + people[8].name))

    assert [before.count(f'value="{one.public_id}"') for one in people] == [1] * 24
    assert [after.count(f'value="{one.public_id}"') for one in people] == [int(one != people[3]) for one in people]
    assert "另有 4 人" in before
    assert [found.count(f'value="{one.public_id}"') for one in people] == [int(one == people[8]) for one in people]


def test_lifting_tells_the_doctor_who_was_told_of_the_restriction(cast: Ledger) -> None:
    patient = cast.breach().patient
    one = restrict(Wanted(patient.public_id, "多次未取号", today()), by=cast.coordinator)

    lift(one.public_id, reason="已约谈", expected_version=one.version, by=cast.coordinator)

    told = Notice.objects.filter(about=one.public_id)
    kinds = {notice.kind: notice.user for notice in told}
    assert kinds == dict.fromkeys(("resident_restricted", "resident_unrestricted"), cast.loop.world.zhou.user)
    assert Restriction.objects.get().status == "lifted"
