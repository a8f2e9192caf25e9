"""The district's finding about a month (R163, R178): two persons, editions that stay, measures that are followed up, own lines only."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from clinics.models import Institution
from permissions.roles import Role
from referral.evaluation import findings
from referral.evaluation.findings import Draft, Point
from referral.evaluation.models import Finding, FindingMeasure
from referral.evaluation.queries import earlier_measures, findings_of, waiting_findings
from referral.evaluation.scope import Month
from referral.supervision.month import before
from tests.cast import a_district, a_role, a_user, acting_as, bearer, sign_in
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import working
from tests.cast_referral import SHANGHAI, today
from vault.events import history
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
THIS = Month(today().replace(day=1))
LAST = Month(before(THIS.first))
SOON = today() + timedelta(days=20)


@pytest.fixture
def cast(db: None) -> Ledger:
    made = ledger()
    Institution.objects.update(created_at=datetime.combine(THIS.first - timedelta(days=730), time.min, SHANGHAI))
    return made


def draft(held: Ledger, month: Month = LAST, **fields: Any) -> Draft:
    hospital = held.loop.world.hospital.public_id
    point = Point(hospital, "无故爽约率 12.0%", "逐例回访并改约", "门诊部刘主任", SOON)
    return Draft(**({"month": month, "summary": "当月总体平稳。", "points": (point,)} | fields))


def signed(held: Ledger, **fields: Any) -> Finding:
    made = findings.write(draft(held, **fields), by=held.admin)
    return findings.sign(made.public_id, expected_version=1, by=held.second)


def code_of(deed: Any, *args: Any, **fields: Any) -> str:
    with pytest.raises(Refusal) as refused:
        deed(*args, **fields)
    return refused.value.code


def test_one_administrator_writes_and_another_signs_each_act_in_trail_and_history(cast: Ledger) -> None:
    made = findings.write(draft(cast), by=cast.admin)
    assert (waiting_findings(cast.second), waiting_findings(cast.admin)) == (1, 0)

    own = code_of(findings.sign, made.public_id, expected_version=1, by=cast.admin)
    held = findings.sign(made.public_id, expected_version=1, by=cast.second)

    assert (own, held.status, held.signed_by, held.edition) == ("second_person_required", "signed", cast.second.user, 1)
    assert [event.event for event in history(made.public_id)] == ["finding.written", "finding.signed"]
    assert list(AuditEntry.objects.filter(kind="finding").order_by("id").values_list("verb", flat=True)) == [
        "finding.write",
        "finding.sign",
    ]


def test_the_words_of_a_finding_and_of_its_measures_are_never_changed(cast: Ledger) -> None:
    made = signed(cast)

    for rows, field in ((Finding.objects.filter(pk=made.pk), "summary"), (made.measures.all(), "action")):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.update(**{field: "另一句话"})
    with pytest.raises(ProgrammingError), transaction.atomic():
        Finding.objects.filter(pk=made.pk).update(status="written")


def test_a_correction_is_another_edition_and_what_was_done_stays_done(cast: Ledger) -> None:
    first = signed(cast)
    measure = first.measures.get()
    findings.settle(measure.public_id, "已全部回访", expected_version=1, by=cast.admin)
    more = Point(None, "短信未送达", "核对手机号", "各中心", SOON)

    second = findings.write(draft(cast, points=(*draft(cast).points, more)), by=cast.second)
    findings.sign(second.public_id, expected_version=1, by=cast.admin)

    first.refresh_from_db()
    assert (first.status, second.edition) == ("superseded", 2)
    assert list(second.measures.order_by("pk").values_list("found", "status", "note")) == [
        ("无故爽约率 12.0%", "done", "已全部回访"), ("短信未送达", "open", ""),
    ]  # fmt: skip
    assert code_of(findings.reopen, measure.public_id, "有误", expected_version=2, by=cast.admin) == "not_found"


def test_a_finding_waits_for_the_end_of_its_month_and_one_of_a_month_waits_at_a_time(cast: Ledger) -> None:
    assert code_of(findings.write, draft(cast, THIS), by=cast.admin) == "not_yet"
    assert code_of(findings.write, draft(cast, Month(before(THIS.first).replace(year=2001))), by=cast.admin) == "invalid_input"
    findings.write(draft(cast), by=cast.admin)
    assert code_of(findings.write, draft(cast), by=cast.second) == "already_exists"
    assert Finding.objects.count() == FindingMeasure.objects.count() == 1


def test_every_fault_is_told_at_its_field_and_nothing_is_written(cast: Ledger) -> None:
    far = institution_elsewhere()
    wrong = (Point(far.public_id, " ", "", "x" * 101, today() - timedelta(days=1)),)

    with pytest.raises(Refusal) as refused:
        findings.write(draft(cast, summary=" ", points=wrong), by=cast.admin)

    named = {violation.field for violation in refused.value.violations}
    assert named == {"summary", *(f"points.0.{name}" for name in ("found", "action", "owner", "institution", "due_on"))}
    assert not Finding.objects.exists()
    assert not AuditEntry.objects.filter(kind="finding").exists()


def institution_elsewhere() -> Institution:
    return Institution.objects.create(district=a_district("110105", "朝阳区"), name="朝阳医院", short_name="朝阳", kind="centre", level="9")


def test_rejecting_takes_another_person_and_a_reason_and_withdrawing_the_same(cast: Ledger) -> None:
    made = findings.write(draft(cast), by=cast.admin)

    assert code_of(findings.withdraw, made.public_id, expected_version=1, by=cast.second) == "not_allowed"
    assert code_of(findings.reject, made.public_id, " ", expected_version=1, by=cast.second) == "invalid_input"
    assert code_of(findings.reject, made.public_id, "数字有误", expected_version=7, by=cast.second) == "stale_state"
    findings.reject(made.public_id, "数字有误", expected_version=1, by=cast.second)
    again = findings.write(draft(cast), by=cast.admin)
    findings.withdraw(again.public_id, expected_version=1, by=cast.admin)

    assert list(Finding.objects.order_by("edition").values_list("edition", "status")) == [(1, "rejected"), (2, "withdrawn")]
    assert code_of(findings.settle, again.measures.get().public_id, "做了", expected_version=1, by=cast.admin) == "not_found"


def test_an_institution_reads_the_signed_finding_that_concerns_it_and_no_other_line(cast: Ledger) -> None:
    world = cast.loop.world
    everybody = Point(None, "短信未送达", "核对手机号", "各中心", SOON)
    theirs = Point(world.other_hospital.public_id, "特殊停诊 3 次", "提前公告", "医务处", SOON)
    made = findings.write(draft(cast, points=(*draft(cast).points, theirs)), by=cast.admin)
    other = working("柳调度", world.other_hospital, Role.COORDINATOR)

    assert list(findings_of(cast.coordinator, LAST)) == []
    findings.sign(made.public_id, expected_version=1, by=cast.second)

    assert [[line.found for line in one.shown] for one in findings_of(cast.coordinator, LAST)] == [["无故爽约率 12.0%"]]
    assert [[line.found for line in one.shown] for one in findings_of(other, LAST)] == [["特殊停诊 3 次"]]
    assert list(findings_of(cast.loop.manager, LAST)) == []
    assert get(cast.loop.manager, f"/evaluation/findings/{made.public_id}/").status_code == 404
    text = get(cast.coordinator, f"/evaluation/findings/{made.public_id}/").content.decode()
    assert ("无故爽约率" in text, "特殊停诊 3 次" in text, "宣武" in text) == (True, False, False)
    before_last = Month(before(LAST.first))
    signed(cast, month=before_last, points=(everybody,))
    assert len(list(findings_of(cast.loop.manager, before_last))) == 1


def test_another_district_finds_nothing(cast: Ledger) -> None:
    made = signed(cast)
    far = a_user("外区管理", district=institution_elsewhere().district)
    a_role(far, Role.DISTRICT_ADMIN)

    assert code_of(findings.sign, made.public_id, expected_version=2, by=acting_as(far)) == "not_found"
    assert get(acting_as(far), f"/evaluation/findings/{made.public_id}/").status_code == 404


def test_the_next_month_shows_what_became_of_the_last_measures_and_what_is_still_open(cast: Ledger) -> None:
    old, last = Month(before(LAST.first)), LAST
    done, left = signed(cast, month=old).measures.get(), signed(cast, month=last).measures.get()
    older = [one.pk for one in earlier_measures(cast.admin, THIS)]
    findings.settle(done.public_id, "已回访", expected_version=1, by=cast.second)

    assert older == [done.pk, left.pk]
    assert [one.pk for one in earlier_measures(cast.admin, THIS)] == [left.pk]
    assert [(one.pk, one.status) for one in earlier_measures(cast.coordinator, last)] == [(done.pk, "done")]
    assert "已回访" in get(cast.coordinator, f"/evaluation/?month={last.name}").content.decode()


def get(who: Any, path: str) -> Any:
    client = Client()
    sign_in(client, who.user)
    return client.get(path)


def test_the_form_lists_what_fell_short_keeps_what_was_typed_and_leads_to_the_finding(cast: Ledger) -> None:
    booking = cast.missed()
    type(booking).objects.filter(pk=booking.pk).update(visit_date=LAST.last)
    client, path = Client(), f"/evaluation/{LAST.name}/finding/"
    sign_in(client, cast.admin.user)

    form = client.get(path).content.decode()
    assert "无故爽约过多：100.0%（1/1），界限 10.0%" in form
    given = {f"points.0.{name}": text for name, text in {"found": "爽约", "action": "回访", "owner": "刘主任", "due_on": "x"}.items()}
    wrong = client.post(path, given | {"points.0.institution": ""})
    assert (wrong.status_code, "回访" in wrong.content.decode()) == (400, True)
    more = client.post(path, given | {"more": "1", "summary": "平稳"})
    assert 'name="points.2.found"' in more.content.decode()
    right = client.post(path, given | {"summary": "平稳", "points.0.due_on": SOON.isoformat(), "points.0.institution": ""})

    made = Finding.objects.get()
    assert (right.status_code, right["Location"]) == (302, f"/evaluation/findings/{made.public_id}/")
    other = Client()
    sign_in(other, cast.second.user)
    assert other.post(right["Location"], {"act": "sign", "version": "1"}).status_code == 302
    measure = made.measures.get()
    noted = {"act": "settle", "measure": str(measure.public_id), "version": "1"}
    assert other.post(right["Location"], noted | {"note": ""}).status_code == 400
    assert other.post(right["Location"], noted | {"note": "已办"}).status_code == 302
    measure.refresh_from_db()
    assert (measure.status, measure.note) == ("done", "已办")


def test_programs_write_and_sign_by_the_version_they_saw(cast: Ledger) -> None:
    body = {
        "month": LAST.name, "summary": "平稳",
        "points": [{"found": "爽约", "action": "回访", "owner": "刘主任", "due_on": SOON.isoformat()}],
    }  # fmt: skip
    client = Client()

    made = client.post("/api/v1/evaluation/findings", body, content_type="application/json", headers=bearer(cast.admin.user))
    path = f"/api/v1/evaluation/findings/{made.json()['id']}"
    missing = client.post(f"{path}/sign", headers=bearer(cast.second.user))
    done = client.post(f"{path}/sign", headers=bearer(cast.second.user) | {"If-Match": 'W/"1"'})

    assert (made.status_code, made.json()["edition"], made.json()["measures"][0]["institution"]) == (201, 1, None)
    assert (missing.status_code, done.status_code, done.json()["status"]) == (428, 200, "signed")
    listed = client.get("/api/v1/evaluation/findings", {"month": LAST.name}, headers=bearer(cast.coordinator.user))
    assert [one["measures"][0]["found"] for one in listed.json()["results"]] == ["爽约"]
