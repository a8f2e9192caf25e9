"""Criteria when a referral is written: what fits stands open, ticks keep their words, the hospital reads them (R042, R043, R116)."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.criteria.write import copy_set
from clinics.models import CriteriaSet, Criterion
from permissions.acting import Acting
from referral.booking.arrival import arrive
from referral.booking.proof import by_code
from referral.cases.amend import amend
from referral.cases.criteria_models import MetCriterion
from referral.cases.models import Referral
from referral.cases.write import Record, edit_draft, write_referral
from tests.cast import acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import in_days, today
from tests.cast_loop import Loop, loop
from tests.integration.criteria.cast_criteria import BACK, KNEE, STABLE, SWINGS, TWO_VISITS, a_list, put_in_force
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
WORDS = Record("血压控制不佳", "高血压病3级", "三药联合四周未达标")
FORM = {"reason": "血压控制不佳", "impression": "高血压病3级", "present_history": "三药联合四周未达标", "priority": "routine", "truth": "1"}


@pytest.fixture
def held(db: None) -> Loop:
    return loop()


def admins(held: Loop) -> tuple[Acting, Acting]:
    return held.world.district_admin, acting_as(an_admin("赵建国", district=held.world.district))


def in_force(held: Loop) -> CriteriaSet:
    return a_list(*admins(held))


def line(criteria: CriteriaSet, words: Any) -> Criterion:
    return Criterion.objects.get(criteria=criteria, text=words.text)


def written(held: Loop, words: Record = WORDS, criteria: tuple[Any, ...] = ()) -> Referral:
    visit = held.world.encounter(held.world.patient())
    return write_referral(visit.public_id, words, truth_accepted=True, by=held.doctor, criteria=[one.public_id for one in criteria])


def doctor(client: Client, held: Loop) -> Client:
    sign_in(client, held.doctor.user, held.doctor.post)
    return client


def test_without_a_list_in_force_the_form_says_so_and_nothing_is_blocked(client: Client, held: Loop) -> None:
    patient = held.world.patient()
    visit = held.world.encounter(patient)
    page = doctor(client, held)

    text = page.get(reverse("referral_new", args=[patient.public_id])).content.decode()
    answer = page.post(reverse("referral_new", args=[patient.public_id]), FORM | {"encounter": str(visit.public_id)})

    assert "附件不在依据文件之列，也未提供" in text
    assert answer.status_code == 302
    assert not MetCriterion.objects.exists()
    offered = client.get("/api/v1/referral-criteria", headers=bearer(held.doctor.user, held.doctor.post)).json()
    assert (offered["results"], "未提供" in offered["note"]) == ([], True)


def test_criteria_that_fit_the_impression_stand_open_and_first(client: Client, held: Loop) -> None:
    in_force(held)
    draft = written(held)

    text = doctor(client, held).get(reverse("referral_edit", args=[draft.public_id])).content.decode()

    groups = [part.partition(">")[0] for part in text.split("<details")[1:] if "data-fits" in part.partition(">")[0]]
    assert [(" open" in group, group.partition('data-codes="')[2].partition('"')[0]) for group in groups] == [
        (True, "I10-I15"), (False, "E10-E14"), (False, "M17"),
    ]  # fmt: skip
    said = client.get("/api/v1/referral-criteria?impression=M17.1", headers=bearer(held.doctor.user, held.doctor.post)).json()["results"]
    assert [(one["disease"], one["matches"]) for one in said] == [("膝骨关节炎", True), ("高血压", False), ("糖尿病", False)]


def test_criteria_for_staying_are_shown_and_cannot_be_ticked(client: Client, held: Loop) -> None:
    """R042: what stays in community care is said beside the form; R043: what is ticked refers."""
    criteria = in_force(held)
    draft = written(held)

    text = doctor(client, held).get(reverse("referral_edit", args=[draft.public_id])).content.decode()

    assert STABLE.text in text
    assert str(line(criteria, STABLE).public_id) not in text
    assert BACK.text not in text
    for one in (STABLE, BACK):
        with pytest.raises(Refusal, match="invalid_input"):
            written(held, criteria=(line(criteria, one),))


def test_what_was_ticked_is_kept_as_it_was_and_the_hospital_reads_it(client: Client, held: Loop) -> None:
    criteria, (first, second) = in_force(held), admins(held)
    patient = held.world.patient()
    visit = held.world.encounter(patient)
    ticked = [str(line(criteria, one).public_id) for one in (TWO_VISITS, SWINGS)]

    answer = doctor(client, held).post(
        reverse("referral_new", args=[patient.public_id]), FORM | {"encounter": str(visit.public_id), "criteria": ticked}
    )

    assert answer.status_code == 302
    referral = Referral.objects.get()
    kept = referral.met.order_by("pk").values_list("disease", "text", "number", "source")
    assert sorted(kept) == sorted([("高血压", TWO_VISITS.text, 1, criteria.source), ("糖尿病", SWINGS.text, 1, criteria.source)])
    assert sorted(AuditEntry.objects.get(verb="referral.write").details["criteria"]) == sorted(ticked)
    newer = copy_set(criteria, valid_from=in_days(1), today=today(), by=first)
    put_in_force(newer, first, second)
    case = client.get(reverse("referral", args=[referral.public_id])).content.decode()
    assert "符合转诊标准" in case  # the timeline
    booking = held.booked(referral=referral)
    sign_in(client, held.cardiologist.user, held.cardiologist.post)
    reviewed = client.get(reverse("review_case", args=[referral.public_id])).content.decode()
    arrive(booking.public_id, by_code(booking.confirmation_code), expected_version=booking.version, by=held.clerk)
    visited = client.get(reverse("visit", args=[booking.public_id])).content.decode()
    for text in (reviewed, visited):
        assert (TWO_VISITS.text in text, "转诊标准第1版" in text, criteria.source in text) == (True, True, True)
    body = client.get(f"/api/v1/referrals/{referral.public_id}", headers=bearer(held.cardiologist.user, held.cardiologist.post)).json()
    assert sorted(one["id"] for one in body["criteria"]) == sorted(ticked)


def test_a_draft_s_ticks_are_changed_and_those_no_longer_in_force_may_stay(client: Client, held: Loop) -> None:
    criteria, (first, second) = in_force(held), admins(held)
    draft = written(held, criteria=(line(criteria, TWO_VISITS), line(criteria, KNEE)))
    CriteriaSet.objects.filter(pk=criteria.pk).update(valid_to=None, valid_from=in_days(-5))
    newer = copy_set(criteria, valid_from=today(), today=today(), by=first)
    put_in_force(newer, first, second)

    text = doctor(client, held).get(reverse("referral_edit", args=[draft.public_id])).content.decode()
    assert "原先勾选、现已不再施行" in text
    now = [line(criteria, TWO_VISITS).public_id, line(newer, SWINGS).public_id]
    edit_draft(draft.public_id, WORDS, expected_version=1, truth_accepted=True, by=held.doctor, criteria=now)
    assert sorted(draft.met.values_list("text", "number")) == sorted([(TWO_VISITS.text, 1), (SWINGS.text, 2)])
    with pytest.raises(Refusal, match="invalid_input") as told:
        written(held, criteria=(line(criteria, TWO_VISITS),))  # a new referral takes what holds today
    assert [violation.field for violation in told.value.violations] == ["criteria"]


def test_a_criterion_of_nobody_s_list_is_refused_at_its_field_and_the_words_stay(client: Client, held: Loop) -> None:
    patient = held.world.patient()
    visit = held.world.encounter(patient)
    page, address = doctor(client, held), reverse("referral_new", args=[patient.public_id])

    for bad in ("00000000-0000-0000-0000-000000000000", "x"):
        answer = page.post(address, FORM | {"encounter": str(visit.public_id), "criteria": bad})
        assert answer.status_code == 400
        assert 'href="#f-criteria"' in answer.content.decode()
        assert FORM["present_history"] in answer.content.decode()
    assert not Referral.objects.exists()


def test_an_amendment_leaves_the_ticks_and_marks_the_new_impression(held: Loop) -> None:
    criteria = in_force(held)
    referral = written(held, criteria=(line(criteria, TWO_VISITS),))
    booking = held.booked(referral=referral, days=2)
    words = Record("血压控制不佳", "高血压病3级，2型糖尿病", "三药联合四周未达标")

    amended = amend(
        referral.public_id, words, why="补充诊断", expected_version=booking.referral.version, truth_accepted=True, by=held.doctor
    )

    amended.refresh_from_db()
    assert (referral.met.count(), amended.focus) == (1, "hypertension diabetes")
