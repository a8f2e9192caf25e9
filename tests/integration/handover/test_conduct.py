"""The monthly list (R034): collected from the trail, signed as it was, reminded of, and a later change shows."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from clinics.exports import record_export
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.cases.write import cancel_draft
from referral.supervision.acts import Group
from referral.supervision.models import ConductSignature
from referral.supervision.month import Month, before, following
from referral.supervision.queries import due_of, month_of, months_of, standings
from referral.supervision.remind import remind
from referral.supervision.sign import sign
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_centre
from tests.cast_handover import Leaving, leaving
from tests.cast_loop import working
from tests.cast_referral import SHANGHAI, today
from tests.database import as_owner
from tests.integration.language.reading import words_of
from vault.audit import saw
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
THIS = today().replace(day=1)
LAST = before(THIS)


@pytest.fixture
def cast(db: None) -> Leaving:
    """The centre is two years old, and its trail can be set back into last month."""
    made = leaving()
    Institution.objects.update(created_at=datetime.combine(THIS - timedelta(days=730), datetime.min.time(), SHANGHAI))
    made.world.centre.refresh_from_db()
    return made


def acted(cast: Leaving) -> None:
    """周晓岚 cancels a booking and a draft and opens a record; the manager takes a list away; all of it last month."""
    doctor = cast.world.doctor
    booked, draft = cast.world.referral(), cast.world.referral()
    made = book(referral=booked.public_id, pool_slot=cast.world.place().public_id, version=1, key="a-booking", by=doctor)
    cancel_by_referrer(made, expected_version=1, reason="patient", by=doctor)
    cancel_draft(draft.public_id, expected_version=1, reason="mistake", by=doctor)
    saw(doctor.actor, "patient", booked.patient.public_id, "patient page")
    saw(doctor.actor, "booking", made, "print slip")
    record_export("people", rows=3, by=cast.manager, file_format="csv")
    set_back()


def set_back() -> None:
    """Everything written so far happened on the third of last month: the data moves, not the clock."""
    at = datetime(LAST.year, LAST.month, 3, 9, tzinfo=SHANGHAI)
    with as_owner(), connection.cursor() as cursor:
        for table in ("vault_auditentry", "vault_accessentry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET at = %s", [at])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def list_of(cast: Leaving, first: date = LAST) -> Month:
    return Month(cast.world.centre, first)


def test_the_list_holds_what_each_person_did_and_nothing_else(cast: Leaving) -> None:
    acted(cast)

    summary = list_of(cast).summary

    zhou, manager = cast.zhou.user.public_id, cast.manager.user.public_id
    assert summary.people == {
        zhou: {Group.OVERRIDE: 0, Group.REVEAL: 1, Group.EXPORT: 0, Group.CANCELLATION: 2},
        manager: {Group.OVERRIDE: 0, Group.REVEAL: 0, Group.EXPORT: 1, Group.CANCELLATION: 0},
    }
    assert (summary.acts, list_of(cast, THIS).summary.acts, Month(cast.world.hospital, LAST).summary.acts) == (4, 0, 0)
    assert [act.verb for act in list_of(cast).acts() if act.group is Group.CANCELLATION] == ["booking.cancel", "referral.cancel"]


def test_the_manager_signs_the_list_she_saw_once(cast: Leaving) -> None:
    acted(cast)
    month = list_of(cast)

    signature = sign(month, month.summary.digest, by=cast.manager)
    with pytest.raises(Refusal) as again:
        sign(list_of(cast), month.summary.digest, by=cast.manager)

    assert (signature.acts, signature.people, signature.post) == (4, 2, cast.manager.post)
    assert again.value.code == "already_exists"
    (entry,) = AuditEntry.objects.filter(verb="sign_conduct")
    assert entry.details["digest"] == month.summary.digest
    assert months_of(cast.world.centre)[1].signature == signature


@pytest.mark.parametrize("who", ["doctor", "other manager", "district"])
def test_nobody_but_the_manager_of_the_institution_signs(cast: Leaving, who: str) -> None:
    month = list_of(cast)
    people = {
        "doctor": cast.world.doctor,
        "other manager": working("外院经理", a_centre("月坛"), Role.MANAGER),
        "district": cast.world.district_admin,
    }

    with pytest.raises(Refusal) as refused:
        sign(month, month.summary.digest, by=people[who])

    assert refused.value.code == "not_allowed"
    assert ConductSignature.objects.count() == 0


def test_a_month_that_runs_and_a_list_that_changed_meanwhile_are_not_signed(cast: Leaving) -> None:
    seen = list_of(cast).summary.digest
    acted(cast)

    for first, digest, code in ((THIS, list_of(cast, THIS).summary.digest, "not_yet"), (LAST, seen, "stale_state")):
        with pytest.raises(Refusal) as refused:
            sign(list_of(cast, first), digest, by=cast.manager)
        assert refused.value.code == code

    assert ConductSignature.objects.count() == 0


def test_an_act_altered_or_taken_out_after_the_signature_shows(cast: Leaving) -> None:
    acted(cast)
    sign(list_of(cast), list_of(cast).summary.digest, by=cast.manager)
    browser, address = browser_of(cast.manager), reverse("conduct_month", args=[cast.world.centre.public_id, f"{LAST:%Y-%m}"])
    whole = page(browser.get(address))

    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE vault_auditentry SET reason = 'condition' WHERE verb = 'booking.cancel'")
        cursor.execute("ALTER TABLE vault_auditentry ENABLE TRIGGER USER")

    assert "签署后清单有变化" not in whole
    assert "签署后清单有变化" in page(browser.get(address))


def test_signatures_are_never_changed(cast: Leaving) -> None:
    sign(list_of(cast), list_of(cast).summary.digest, by=cast.manager)

    with pytest.raises(ProgrammingError, match="permission denied"):
        ConductSignature.objects.update(acts=7)


def test_a_late_manager_is_told_once_and_one_who_signed_never(cast: Leaving, monkeypatch: pytest.MonkeyPatch) -> None:
    other = working("外院经理", a_centre("月坛"), Role.MANAGER)
    Institution.objects.update(created_at=datetime.combine(THIS - timedelta(days=730), datetime.min.time(), SHANGHAI))
    signed = Month(other.post.institution, LAST)
    sign(signed, signed.summary.digest, by=other)
    monkeypatch.setattr("referral.supervision.remind.today", lambda: due_of(LAST, 10))
    in_time = remind()
    monkeypatch.setattr("referral.supervision.remind.today", lambda: due_of(LAST, 10) + timedelta(days=1))

    late, again = remind(), remind()

    assert (in_time, late, again) == (0, 1, 1)
    assert Message.objects.filter(template="conduct_due").count() == 1


def test_the_district_sees_who_has_not_signed(cast: Leaving) -> None:
    sign(list_of(cast), list_of(cast).summary.digest, by=cast.manager)

    rows = {one.institution: one.state(following(LAST) + timedelta(days=20)) for one in standings(cast.world.district_admin, LAST)}

    assert rows[cast.world.centre] == "signed"
    assert rows[cast.world.hospital] == "overdue"


def test_one_sees_ones_own_lists_only(cast: Leaving) -> None:
    other = working("外院经理", a_centre("月坛"), Role.MANAGER)

    for who, place, name in ((other, cast.world.centre, "2026-01"), (cast.manager, cast.world.centre, "2026-13"),
                             (cast.world.doctor, cast.world.centre, "2026-01"), (cast.manager, cast.world.centre, "2199-01")):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            month_of(who, place.public_id, name)
        assert refused.value.code == "not_found"


def browser_of(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    return client


def page(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_manager_reads_prints_and_signs_on_pages(cast: Leaving, django_assert_max_num_queries: Any) -> None:
    acted(cast)
    browser, name = browser_of(cast.manager), f"{LAST:%Y-%m}"
    address = reverse("conduct_month", args=[cast.world.centre.public_id, name])

    months = page(browser.get(reverse("conduct")))
    with django_assert_max_num_queries(26):
        shown = page(browser.get(address))
    one = page(browser.get(address, {"person": str(cast.zhou.user.public_id), "group": "cancellation"}))
    paper = page(browser.get(reverse("conduct_paper", args=[cast.world.centre.public_id, name])))
    digest = list_of(cast).summary.digest
    unread = browser.post(address, {"digest": digest})
    done = browser.post(address, {"digest": digest, "read": "1"})
    again = browser.post(address, {"digest": digest, "read": "1"})

    assert name in months and reverse("conduct_month", args=[cast.world.centre.public_id, name]) in months
    assert all(word in shown for word in ("周晓岚", "孙经理", "已取消预约", "导出清单", "打开档案", "陈*兰")) and "陈秀兰" not in shown
    assert "已取消预约" in one and "导出清单" not in one
    assert digest in paper and "打开档案" not in paper and "陈秀兰" not in paper
    assert (unread.status_code, done.status_code, again.status_code) == (400, 302, 409)
    assert ConductSignature.objects.count() == 1


def test_the_district_filters_by_month_and_state(cast: Leaving) -> None:
    sign(list_of(cast), list_of(cast).summary.digest, by=cast.manager)
    browser = browser_of(cast.world.district_admin)

    everything = page(browser.get(reverse("conduct"), {"month": f"{LAST:%Y-%m}"}))
    missing = page(browser.get(reverse("conduct"), {"month": f"{LAST:%Y-%m}", "state": "open"}))

    centre = reverse("conduct_month", args=[cast.world.centre.public_id, f"{LAST:%Y-%m}"])
    assert centre in everything and centre not in missing
    assert browser.post(centre, {"digest": "0" * 64, "read": "1"}).status_code == 403


def test_a_young_district_sees_the_month_that_runs(cast: Leaving) -> None:
    browser = browser_of(cast.world.district_admin)

    behind = page(browser.get(reverse("conduct")))
    Institution.objects.update(created_at=datetime.combine(THIS, datetime.min.time(), SHANGHAI))
    running = page(browser.get(reverse("conduct")))

    assert f'<option value="{LAST:%Y-%m}" selected>' in behind
    assert f'<option value="{THIS:%Y-%m}" selected>' in running and "没有清单" not in running


def test_a_program_reads_and_signs(cast: Leaving, client: Client) -> None:
    acted(cast)
    path, headers = f"/api/v1/conduct/{cast.world.centre.public_id}/{LAST:%Y-%m}", bearer(cast.manager.user, cast.manager.post)

    read = client.get(path, headers=headers).json()
    wrong = client.post(path, {"digest": uuid4().hex * 2}, content_type="application/json", headers=headers)
    done = client.post(path, {"digest": read["digest"]}, content_type="application/json", headers=headers)
    listed = client.get("/api/v1/conduct", headers=headers).json()["results"]

    assert (read["acts"], wrong.status_code, done.status_code) == (4, 409, 201)
    assert [one["digest"] for one in done.json()["signatures"]] == [read["digest"]]
    assert [(UUID(one["institution"]), one["state"]) for one in listed] == [(cast.world.centre.public_id, "signed")]


def test_no_page_of_handing_over_or_of_the_lists_shows_a_latin_word_in_chinese(cast: Leaving) -> None:
    acted(cast)
    cast.world.referral()
    cast.world.referral(owner=None)
    browser, month = browser_of(cast.manager), [cast.world.centre.public_id, f"{LAST:%Y-%m}"]
    addresses = [reverse("handover"), reverse("handover_post", args=[cast.zhou.public_id]), reverse("conduct")]
    addresses += [reverse("conduct_month", args=month), reverse("conduct_paper", args=month)]

    words = {address: words_of(page(browser.get(address))) for address in addresses}

    assert {(word, address) for address, text in words.items() for word in re.findall("[A-Za-z]{2,}", text)} == set()
