"""The home pages of the offices: small, useful, in their own hands only, and without a word about a patient."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from permissions import otp, trail
from permissions.acting import Acting
from permissions.models import Session, User
from permissions.oversight import end_all_of, end_session_of_other
from permissions.recognition import recognise
from permissions.roles import Role
from permissions.visit import Visit
from tests import cast
from tests.database import as_owner
from tests.integration.vault.stage import seal_everything
from vault import audit
from vault.ids import uuid7
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
HOMES = {
    Role.SYSTEM_ADMIN: "/accounts/",
    Role.SECURITY_ADMIN: "/live-sessions/",
    Role.AUDIT_ADMIN: "/trail/",
    Role.PLATFORM_OPERATOR: "/platform/",
}
PROGRAMS = {
    Role.SYSTEM_ADMIN: "/api/v1/accounts",
    Role.SECURITY_ADMIN: "/api/v1/live-sessions",
    Role.AUDIT_ADMIN: "/api/v1/trail",
    Role.PLATFORM_OPERATOR: "/api/v1/platform",
}


def holder(role: Role) -> User:
    user = cast.a_user("邱志文")
    cast.a_role(user, role)
    return user


def browser_of(user: User) -> Client:
    client = Client()
    cast.sign_in(client, user)
    return client


@pytest.mark.parametrize("role", HOMES)
def test_each_office_starts_at_its_own_page_and_opens_no_others(role: Role) -> None:
    user = holder(role)
    client, headers = browser_of(user), cast.bearer(user)

    assert client.get("/")["Location"] == HOMES[role]
    assert {home: client.get(home).status_code for home in HOMES.values()} == {
        home: 200 if home == HOMES[role] else 403 for home in HOMES.values()
    }
    assert {path: Client().get(path, headers=headers).status_code for path in PROGRAMS.values()} == {
        path: 200 if path == PROGRAMS[role] else 403 for path in PROGRAMS.values()
    }


def test_the_system_administrator_finds_closes_and_opens_an_account_by_page() -> None:
    client, doctor = browser_of(holder(Role.SYSTEM_ADMIN)), cast.a_user("沈佳")
    address = f"/accounts/{doctor.public_id}/"

    found = client.get(f"/accounts/?q={doctor.phone_tail}").content.decode()
    nobody = client.get("/accounts/?q=没有这个人").content.decode()
    unsaid = client.post(address, {"act": "close", "reason": ""})
    closed = client.post(address, {"act": "close", "reason": "离职"})
    listed = client.get("/accounts/?state=closed").content.decode()
    opened = client.post(address, {"act": "reopen", "reason": "返岗"})
    nonsense = client.post(address, {"act": "rename", "reason": "x"})

    assert "沈佳" in found and doctor.phone not in found
    assert "沈佳" not in nobody
    assert (unsaid.status_code, closed.status_code, opened.status_code, nonsense.status_code) == (422, 302, 302, 400)
    assert "沈佳" in listed
    doctor.refresh_from_db()
    assert doctor.is_active


def test_the_security_administrator_ends_one_session_or_all_of_a_person() -> None:
    admin, doctor = holder(Role.SECURITY_ADMIN), cast.a_user("沈佳", desks=2)
    by = cast.acting_as(admin)
    sessions = [cast.a_session(doctor) for _ in range(3)]

    end_session_of_other(sessions[0][0].public_id, "手机丢失", by=by)
    left = [recognise(key) is not None for _one, key in sessions]
    ended = end_all_of(doctor.public_id, "手机丢失", by=by)

    assert left == [False, True, True]
    assert ended == 2
    assert set(Session.objects.filter(user=doctor).values_list("ending", flat=True)) == {Session.Ending.BY_ADMIN}
    assert AuditEntry.objects.filter(reason="手机丢失").count() == 2


def test_sessions_of_another_district_are_nothing_to_her() -> None:
    by = cast.acting_as(holder(Role.SECURITY_ADMIN))
    abroad = cast.a_user("外区", district=cast.a_district("110105", "朝阳区"))
    session, key = cast.a_session(abroad)
    attempts: list[Callable[[], Any]] = [
        lambda: end_session_of_other(session.public_id, "试", by=by),
        lambda: end_all_of(abroad.public_id, "试", by=by),
    ]

    for attempt in attempts:
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "not_found"

    assert recognise(key) is not None
    assert "外区" not in browser_of(by.user).get("/live-sessions/").content.decode()


def test_a_session_is_ended_by_page_with_a_reason_only() -> None:
    client, doctor = browser_of(holder(Role.SECURITY_ADMIN)), cast.a_user("沈佳")
    session, key = cast.a_session(doctor)
    address = f"/live-sessions/{session.public_id}/"

    asked = client.get(address).content.decode()
    unsaid = client.post(address, {"act": "one", "reason": " "})
    still = recognise(key)
    ended = client.post(address, {"act": "all", "reason": "手机丢失"})

    assert "沈佳" in asked and doctor.phone not in asked
    assert (unsaid.status_code, ended.status_code) == (422, 302)
    assert still is not None and recognise(key) is None
    assert client.get(address).status_code == 404


def an_act(verb: str, kind: str, *, by: Acting | None = None, reason: str = "", **details: Any) -> None:
    actor = (by or cast.acting_as(cast.a_user("沈佳"))).actor
    with transaction.atomic():
        audit.record(verb, kind, uuid7(), by=actor, reason=reason, details=details)


def test_the_trail_is_searched_by_act_object_person_and_day() -> None:
    reader, doctor = holder(Role.AUDIT_ADMIN), cast.a_user("沈佳")
    abroad = cast.acting_as(cast.a_user("外区", district=cast.a_district("110105", "朝阳区")))
    an_act("log_in", "session", by=cast.acting_as(doctor))
    an_act("booking.book", "booking", by=cast.acting_as(doctor))
    an_act("log_in", "session", by=abroad)
    client = browser_of(reader)

    def shown(query: str) -> str:
        page = client.get(f"/trail/?{query}").content.decode()
        return page[page.index("<main") :]

    assert shown("").count("<tr>") - 1 == 2  # the other district's act is not there
    assert shown("verb=booking.book").count("<tr>") - 1 == 1
    assert shown("kind=session").count("<tr>") - 1 == 1
    assert shown(f"q={doctor.phone_tail}").count("<tr>") - 1 == 2
    assert "<table" not in shown("to=2020-01-01")
    assert "外区" not in shown("")


def test_the_trail_tells_no_word_that_somebody_wrote_about_a_patient() -> None:
    reader = holder(Role.AUDIT_ADMIN)
    an_act("cancel", "booking", reason="陈秀兰改期", note="陈秀兰", code="weather")
    an_act("right.suspend", "right", reason="leave", note="产假")
    headers = cast.bearer(reader)

    page = browser_of(reader).get("/trail/").content.decode()
    taken = b"".join(browser_of(reader).get("/trail/file/?as=csv")).decode()
    told = json.dumps(Client().get("/api/v1/trail", headers=headers).json(), ensure_ascii=False)

    for answer in (page, taken, told):
        assert "陈秀兰" not in answer
        assert "产假" in answer and "weather" in answer


def test_what_is_taken_away_is_written_down_and_begins_no_formula() -> None:
    reader = holder(Role.AUDIT_ADMIN)
    an_act("deactivate", "user", reason="=cmd()")

    taken = b"".join(browser_of(reader).get("/trail/file/?as=csv&verb=deactivate")).decode()

    assert "'=cmd()" in taken
    row = AuditEntry.objects.get(verb="export")
    assert (row.actor_id, row.details["list"], row.details["rows"]) == (reader.public_id, "trail", 1)


def test_the_trail_goes_on_where_the_page_ends(django_assert_max_num_queries: Any) -> None:
    client = browser_of(holder(Role.AUDIT_ADMIN))

    def queries() -> tuple[int, str]:
        with django_assert_max_num_queries(30) as asked:
            page = client.get("/trail/")
        return len(asked), page.content.decode()

    an_act("log_in", "session", by=cast.acting_as(cast.a_user("沈佳")))
    few, _page = queries()
    for _ in range(35):
        an_act("log_in", "session", by=cast.acting_as(cast.a_user("沈佳")))
    many, page = queries()
    last = AuditEntry.objects.order_by("-pk")[29].pk

    assert many == few
    assert f"before={last}" in page
    older = client.get(f"/trail/?before={last}").content.decode()
    assert older[older.index("<main") :].count("<tr>") - 1 == AuditEntry.objects.filter(pk__lt=last).count()


@pytest.mark.horizon
@pytest.mark.django_db(transaction=True)
def test_the_proof_names_what_was_altered_and_the_page_says_so() -> None:
    reader = holder(Role.AUDIT_ADMIN)
    client = browser_of(reader)
    an_act("log_in", "session")
    seal_everything()
    never = client.get("/trail/").content.decode()
    asked = client.post("/trail/")
    whole = trail.prove()
    fine = client.get("/trail/").content.decode()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE vault_auditentry SET reason = 'x' WHERE verb = 'log_in'")
        cursor.execute("ALTER TABLE vault_auditentry ENABLE TRIGGER USER")
    altered = trail.prove()
    broken = client.get("/trail/").content.decode()
    proof = Client().get("/api/v1/trail/proof", headers=cast.bearer(reader)).json()

    assert asked.status_code == 302
    assert (whole, altered, proof["faults"]) == (0, 1, 1)
    assert 'class="note few"' in never and 'class="note ok"' in fine and 'class="note bad"' in broken
    assert "altered or inserted" in broken


def test_the_operator_sees_parts_and_counts_and_nobodys_number() -> None:
    doctor = cast.a_user("沈佳")
    otp.ask(doctor.phone, Visit("203.0.113.7", "", "t"))
    operator = holder(Role.PLATFORM_OPERATOR)

    page = browser_of(operator).get("/platform/").content.decode()
    state = Client().get("/api/v1/platform", headers=cast.bearer(operator)).json()

    assert "登录验证码" in page
    assert doctor.phone not in page and doctor.phone_tail not in page
    assert set(state["parts"]) == {"database", "roles", "worker", "outbox", "seals", "journal", "printing"}
    assert state["messages"] == [{"class": "otp", "state": "waiting", "count": 1}]
