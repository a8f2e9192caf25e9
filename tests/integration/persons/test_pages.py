"""The pages and doors of controlled documents, exceptions, guardians, priorities and bookers: found, decided, taken as a file."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from referral.booking import overrides
from referral.booking.override_models import RuleOverride
from referral.patients import control
from referral.patients.control_models import ControlledIdentity
from referral.patients.models import Guardian
from referral.patients.priority import Shown, set_priority
from tests.cast import bearer, sign_in
from tests.integration.persons.scene import ASKED, FATHER, MOTHER, Persons, a_proposal, document_of, persons, today
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def cast(client: Client) -> Persons:
    return persons()


def page(client: Client, name: str, *ids: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=ids) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def sent(client: Client, name: str, *ids: Any, **fields: Any) -> Any:
    return client.post(reverse(name, args=ids), fields)


def test_a_document_is_proposed_and_approved_by_page_and_its_number_stands_nowhere(client: Client, cast: Persons) -> None:
    patient = cast.world.patient()
    booking, number = cast.booked(cast.world.referral(patient), cast.world.place()), document_of(patient).number
    sign_in(client, cast.first.user)
    fields = {"document.type": "resident_id", "document.number": number, "reason": "leaked", "evidence": "区网信办通报"}
    assert sent(client, "control_new", **fields).status_code == 302
    held = ControlledIdentity.objects.get()
    own = page(client, "control", held.public_id)
    sign_in(client, cast.second.user)
    waiting = page(client, "controls")
    other = page(client, "control", held.public_id)
    assert sent(client, "control", held.public_id, act="approve", version="1").status_code == 302

    held.refresh_from_db()
    assert (held.status, "待区级另一位管理员决定" in own, "#approve" in own, "#approve" in other) == ("in_force", True, False, True)
    assert all(number not in text for text in (own, waiting, other))
    assert f"**{number[-4:]}" in waiting
    assert " ".join(booking.number[at : at + 4] for at in range(0, 16, 4)) in other
    assert "请输入证件后四位" in page(client, "controls", query="?q=0000")


def test_the_file_of_controlled_documents_leaves_a_trace_and_no_number(client: Client, cast: Persons) -> None:
    control.propose(a_proposal(), by=cast.first, today=today())
    sign_in(client, cast.first.user)

    answer = client.post(reverse("controls_export"), {"as": "csv"})

    text = b"".join(answer).decode()
    assert (f"**{MOTHER[-4:]}" in text, MOTHER in text) == (True, False)
    assert AuditEntry.objects.filter(verb="export", details__list="controlled_identities").count() == 1


def test_a_refused_booking_leads_to_an_exception_which_the_district_grants(client: Client, cast: Persons) -> None:
    referral, place = cast.crowded()
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    refused = client.post(
        reverse("book", args=[referral.public_id]),
        {"pool_slot": str(place.public_id), "version": "1", "idempotency_key": "01990000-0000-7000-8000-000000000001"},
    ).content.decode()
    link = reverse("exception_new", args=[referral.public_id])
    form = page(client, "exception_new", referral.public_id, query=f"?slot={place.public_id}")
    fields = {"pool_slot": str(place.public_id), "rules": ["R108"], "reason": "同日会诊", "evidence": "联合门诊通知"}
    again = sent(client, "exception_new", referral.public_id, **(fields | {"reason": ""}))
    assert sent(client, "exception_new", referral.public_id, **fields).status_code == 302
    held = RuleOverride.objects.get()
    case = page(client, "referral", referral.public_id)
    sign_in(client, cast.first.user)
    listed, asked = page(client, "exceptions"), page(client, "exception", held.public_id)
    day = (today() + timedelta(days=2)).isoformat()
    assert sent(client, "exception", held.public_id, act="grant", version="1", last_day=day, decision="同意").status_code == 302

    held.refresh_from_db()
    assert (f"{link}?slot={place.public_id}" in refused, 'value="R108" checked' in form, again.status_code) == (True, True, 400)
    assert "联合门诊通知" in again.content.decode()
    assert reverse("exception", args=[held.public_id]) in case
    assert (held.status, "同日会诊" in listed, "2/2" in asked, "陈*兰" in asked, "陈秀兰" in asked) == ("granted", True, True, True, False)
    assert "血压控制不佳" not in asked


def test_a_rule_that_nobody_lets_pass_offers_no_exception(client: Client, cast: Persons) -> None:
    referral, place = cast.crowded()
    place.claimed = place.published
    place.save()
    sign_in(client, cast.world.zhou.user, cast.world.zhou)

    text = page(client, "exception_new", referral.public_id, query=f"?slot={place.public_id}")

    assert ("申请例外无济于事" in text, 'name="rules"' in text) == (True, False)
    assert "请先选号" in page(client, "exception_new", referral.public_id)


def test_priorities_are_listed_filtered_verified_and_taken_as_a_file(client: Client, cast: Persons) -> None:
    patient = cast.world.patient("名单来", priority_group="elderly")
    sign_in(client, cast.manager.user, cast.manager.post)
    before = page(client, "priorities", query="?standing=without_proof&group=elderly")
    fields = {"act": "set", "group": "elderly", "proof": "身份证", "last_day": (today() + timedelta(days=100)).isoformat(), "next": "list"}
    done = sent(client, "resident_priority", patient.public_id, **fields)
    wrong = sent(client, "resident_priority", patient.public_id, **(fields | {"last_day": "x", "proof": "<b>"}))
    file = b"".join(client.post(reverse("priorities_export"), {"as": "csv"})).decode()

    assert ("名*来" in before, done.headers["Location"], wrong.status_code) == (True, reverse("priorities"), 400)
    assert "&lt;b&gt;" in wrong.content.decode()
    assert ("名*来" in file, "身份证" in file) == (True, True)
    assert "没有优先人群" not in page(client, "priorities")
    assert sent(client, "resident_priority", patient.public_id, act="end").status_code == 302
    assert "没有优先人群" in page(client, "priorities")


def test_a_priority_stands_on_case_book_page_and_registration(client: Client, cast: Persons) -> None:
    patient = cast.world.patient()
    set_priority(patient.public_id, Shown("disabled", "残疾人证", today() + timedelta(days=90)), by=cast.manager, today=today())
    referral = cast.world.referral(patient)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)

    for name, found in (("referral", referral), ("book", referral), ("resident_page", patient), ("patient", patient)):
        assert "残疾人" in page(client, name, found.public_id), name


@pytest.mark.parametrize("is_proved", [True, False])
def test_a_listed_group_stands_only_with_a_proof_on_pages_lists_and_the_programs_list(
    client: Client, cast: Persons, is_proved: bool
) -> None:
    patient = cast.world.patient(priority_group="disabled")
    referral, doctor = cast.world.referral(patient), cast.world.zhou
    if is_proved:
        set_priority(patient.public_id, Shown("disabled", "残疾人证", today() + timedelta(days=90)), by=cast.manager, today=today())
    sign_in(client, doctor.user, doctor)
    pages = [
        page(client, name, found.public_id) for name, found in (("referral", referral), ("resident_page", patient), ("patient", patient))
    ]
    by_program = client.get(f"{API}/patients", headers=bearer(doctor.user, doctor)).json()["results"]
    lists = [page(client, "patients")]
    sign_in(client, cast.manager.user, cast.manager.post)
    lists.append(page(client, "residents"))

    assert ["残疾人" in text for text in [*pages, *lists]] == [is_proved] * 5
    assert [one["priority_group"] for one in by_program] == ["disabled" if is_proved else ""]


def test_a_guardian_is_replaced_by_page_and_the_number_is_not_shown(client: Client, cast: Persons) -> None:
    child = cast.child()
    sign_in(client, cast.manager.user, cast.manager.post)
    fields = {
        "act": "guardian", "guardian.name": "陈父", "guardian.document.type": "resident_id", "guardian.document.number": FATHER,
        "guardian.relation": "父亲", "guardian.phone": "", "reason": "监护人变更",
    }  # fmt: skip
    form = page(client, "resident_guardian", child.public_id)
    assert sent(client, "resident_guardian", child.public_id, **fields).status_code == 302
    shown = page(client, "resident_page", child.public_id)

    assert Guardian.objects.get().name == "陈父"
    assert (MOTHER in form, FATHER in shown, f"**{FATHER[-4:]}" in shown, "监护人变更" in shown) == (False, False, True, True)


def test_a_booker_is_written_on_the_form_and_shown_on_the_case(client: Client, cast: Persons) -> None:
    patient = cast.world.patient()
    visit = cast.world.encounter(patient)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    fields = {
        "encounter": str(visit.public_id), "reason": "血压控制不佳", "impression": "高血压病", "present_history": "未达标",
        "priority": "routine", "truth": "1", "booker.name": "陈建国", "booker.relation": "儿子", "booker.phone": "1",
    }  # fmt: skip
    wrong = sent(client, "referral_new", patient.public_id, **fields).content.decode()
    done = sent(client, "referral_new", patient.public_id, **(fields | {"booker.phone": "139 0006 5000"}))
    referral = patient.referrals.get()
    case, edit = page(client, "referral", referral.public_id), page(client, "referral_edit", referral.public_id)

    assert ('id="e-booker.phone"' in wrong, done.status_code) == (True, 302)
    assert ("陈建国" in case, "**5000" in case, "13900065000" in case, "13900065000" in edit) == (True, True, False, True)


def test_programs_take_the_same_ways(client: Client, cast: Persons) -> None:
    referral, place = cast.crowded()
    doctor, first, second = bearer(cast.world.zhou.user, cast.world.zhou), bearer(cast.first.user), bearer(cast.second.user)
    json: Any = {"content_type": "application/json"}
    body = {"pool_slot": str(place.public_id), "rules": ["R108"], "reason": "同日会诊", "evidence": "联合门诊通知"}
    made = client.post(f"{API}/referrals/{referral.public_id}/exceptions", body, headers=doctor, **json)
    (entry,) = made.json()["results"]
    tag = {"If-Match": 'W/"1"'}
    refused = client.post(f"{API}/exceptions/{entry['id']}/refuse", {"decision": "依据不足"}, headers=first | tag, **json)
    late = client.post(f"{API}/exceptions/{entry['id']}/withdraw", headers=doctor | tag, **json)
    document = {"document": {"type": "resident_id", "number": MOTHER}, "reason": "leaked", "evidence": "通报"}
    proposed = client.post(f"{API}/controls", document, headers=first, **json)
    alone = client.post(f"{API}/controls/{proposed.json()['id']}/approve", headers=first | tag, **json)
    approved = client.post(f"{API}/controls/{proposed.json()['id']}/approve", headers=second | tag, **json)

    assert (made.status_code, entry["count"], entry["limit"]) == (201, 2, 2)
    assert (refused.json()["status"], late.status_code, late.json()["code"]) == ("refused", 409, "stale_state")
    assert (proposed.status_code, alone.json()["code"], approved.json()["status"]) == (201, "second_person_required", "in_force")
    assert MOTHER not in str(client.get(f"{API}/controls", headers=second).json())


@pytest.mark.parametrize(("name", "most"), [("controls", 14), ("exceptions", 16), ("priorities", 16)])
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    client: Client, cast: Persons, django_assert_max_num_queries: Any, name: str, most: int
) -> None:
    for number in range(6):
        patient = cast.world.patient(f"居民{number}", priority_group="elderly")
        control.propose(a_proposal(document_of(patient).number), by=cast.first, today=today())
    for _ in range(3):
        referral, place = cast.crowded()
        overrides.ask(referral.public_id, place.public_id, ASKED, by=cast.world.doctor)
    who = cast.manager if name == "priorities" else cast.first
    sign_in(client, who.user, who.post)

    with django_assert_max_num_queries(most):
        page(client, name)
