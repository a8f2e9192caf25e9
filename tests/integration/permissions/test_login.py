"""Logging in: the code, its challenge, and what a phone nobody knows looks like from outside."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from permissions.models import Challenge, CodeBudget, KnownBrowser, Session
from tests import cast
from tests.letters import last_code
from vault.models import AuditEntry, Message

pytestmark = pytest.mark.django_db

CHALLENGE, VERIFY = "/api/v1/auth/challenge", "/api/v1/auth/verify"


def ask(client: Client, phone: str, **extra: Any) -> Any:
    return client.post(CHALLENGE, {"phone": phone}, content_type="application/json", **extra)


def verify(client: Client, challenge: str, code: str) -> Any:
    return client.post(VERIFY, {"challenge": challenge, "code": code}, content_type="application/json")


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def forget_budgets() -> None:
    CodeBudget.objects.all().delete()


def test_the_right_code_opens_one_session_and_works_as_a_bearer_token(client: Client) -> None:
    doctor = cast.a_user("周晓岚")

    asked = ask(client, doctor.phone)
    answer = verify(client, asked.json()["challenge"], last_code(doctor.phone))

    assert asked.status_code == 202
    assert asked.json()["expires_in"] == 300
    assert answer.status_code == 200
    assert answer.json()["user"] == {"id": str(doctor.public_id), "name": "周晓岚"}
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {answer.json()['token']}"})
    assert me.json()["name"] == "周晓岚"
    assert me.json()["phone"] == f"139****{doctor.phone[-4:]}"
    assert Session.objects.get().kind == "token"


def test_neither_code_nor_handle_nor_key_nor_phone_stands_in_the_database(client: Client) -> None:
    doctor = cast.a_user()

    handle = ask(client, doctor.phone).json()["challenge"]
    code = last_code(doctor.phone)
    token = verify(client, handle, code).json()["token"]

    with connection.cursor() as cursor:
        for table in ("permissions_challenge", "permissions_session", "permissions_user", "permissions_codebudget", "vault_message"):
            cursor.execute(f"SELECT {table}::text FROM {table}")
            rows = " ".join(row[0] for row in cursor.fetchall())
            assert handle not in rows
            assert token not in rows
            assert doctor.phone not in rows
            assert not re.search(rf"\b{code}\b", rows)


def test_a_code_is_used_once(client: Client) -> None:
    doctor = cast.a_user()
    handle = ask(client, doctor.phone).json()["challenge"]
    code = last_code(doctor.phone)

    assert verify(client, handle, code).status_code == 200
    again = verify(client, handle, code)

    assert again.status_code == 403
    assert again.json()["code"] == "wrong_code"
    assert Session.objects.count() == 1


def test_five_wrong_codes_burn_the_challenge_and_the_right_one_comes_too_late(client: Client) -> None:
    doctor = cast.a_user()
    handle = ask(client, doctor.phone).json()["challenge"]
    code = last_code(doctor.phone)

    answers = [verify(client, handle, another(code)) for _ in range(5)]
    late = verify(client, handle, code)

    assert [answer.status_code for answer in answers] == [403] * 5
    assert late.status_code == 403
    assert Challenge.objects.get().guesses == 5
    assert Session.objects.count() == 0
    assert AuditEntry.objects.filter(verb="wrong_code").count() == 5


def test_a_burnt_challenge_leaves_the_person_free_to_ask_again(client: Client) -> None:
    doctor = cast.a_user()
    handle = ask(client, doctor.phone).json()["challenge"]
    for _ in range(6):
        verify(client, handle, another(last_code(doctor.phone)))
    forget_budgets()

    fresh = ask(client, doctor.phone).json()["challenge"]

    assert verify(client, fresh, last_code(doctor.phone)).status_code == 200


def test_a_code_counts_for_five_minutes(client: Client) -> None:
    doctor = cast.a_user()
    handle = ask(client, doctor.phone).json()["challenge"]
    Challenge.objects.update(asked_at=Now() - timedelta(minutes=6), expires_at=Now())

    assert verify(client, handle, last_code(doctor.phone)).status_code == 403


def test_a_new_code_voids_the_old_one(client: Client) -> None:
    doctor = cast.a_user()
    old = ask(client, doctor.phone).json()["challenge"]
    old_code = last_code(doctor.phone)
    forget_budgets()
    new = ask(client, doctor.phone).json()["challenge"]

    assert verify(client, old, old_code).status_code == 403
    assert verify(client, new, last_code(doctor.phone)).status_code == 200


def test_a_code_fits_only_its_own_challenge(client: Client) -> None:
    hers, other = cast.a_user("周晓岚"), cast.a_user("沈佳")
    handle = ask(client, hers.phone).json()["challenge"]
    ask(client, other.phone)

    assert verify(client, handle, last_code(other.phone)).status_code == 403


@pytest.mark.parametrize("typed", ["１２３４５６", "12 34 56", "123456"])
def test_a_code_may_be_typed_with_spaces_or_full_width_digits(client: Client, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permissions.otp.secrets.randbelow", lambda _top: 123456)
    doctor = cast.a_user()

    handle = ask(client, doctor.phone).json()["challenge"]

    assert verify(client, handle, typed).status_code == 200


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "", "١٢٣٤٥٦", "²²²²²²", ["123456"], 123456, None])
def test_what_is_no_code_is_refused_before_a_guess_is_spent(client: Client, typed: Any) -> None:
    handle = ask(client, cast.a_user().phone).json()["challenge"]

    answer = client.post(VERIFY, {"challenge": handle, "code": typed}, content_type="application/json")

    assert answer.status_code == 400
    assert Challenge.objects.get().guesses == 0


def test_a_phone_nobody_knows_gets_the_same_answer_and_costs_the_same_statements(client: Client) -> None:
    known, unknown = cast.a_user().phone, cast.a_phone()
    ask(client, cast.a_phone())  # what is looked up only once per process is looked up now
    forget_budgets()

    with CaptureQueriesContext(connection) as for_known:
        first = ask(client, known)
    forget_budgets()
    with CaptureQueriesContext(connection) as for_unknown:
        second = ask(client, unknown)

    assert shape(for_known) == shape(for_unknown)
    assert first.status_code == second.status_code == 202
    assert set(first.json()) == set(second.json()) == {"challenge", "expires_in"}
    assert len(first.json()["challenge"]) == len(second.json()["challenge"])
    assert headers(first) == headers(second)
    assert Message.objects.count() == 3


def test_wrong_codes_cost_the_same_for_a_phone_nobody_knows(client: Client) -> None:
    known, unknown = ask(client, cast.a_user().phone).json()["challenge"], ask(client, cast.a_phone()).json()["challenge"]

    with CaptureQueriesContext(connection) as for_known:
        first = verify(client, known, "000000")
    with CaptureQueriesContext(connection) as for_unknown:
        second = verify(client, unknown, "000000")

    assert shape(for_known) == shape(for_unknown)
    assert first.status_code == second.status_code == 403
    assert first.json() | {"request_id": ""} == second.json() | {"request_id": ""}


def test_no_sms_goes_to_a_phone_nobody_knows(client: Client) -> None:
    ask(client, cast.a_phone())

    assert last_code(cast.a_phone()) == ""
    assert not Message.objects.filter(state="waiting").exists()


def shape(queries: CaptureQueriesContext) -> list[str]:
    """The statements without their values."""
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in queries.captured_queries]


def headers(answer: Any) -> set[tuple[str, str]]:
    return {(name, value) for name, value in answer.items() if name not in ("X-Request-ID", "Content-Length")}


def test_an_account_that_was_closed_is_nobody(client: Client) -> None:
    doctor = cast.a_user(is_active=False)

    answer = ask(client, doctor.phone)

    assert answer.status_code == 202
    assert Challenge.objects.get().device is None


@pytest.mark.parametrize("phone", ["010-12345678", "+852 9123 4567", "1380000", "1380000123x", "", "+1 212 555 0100", "138００００"])
def test_what_is_no_mainland_mobile_gets_a_sentence_and_no_code(client: Client, phone: str) -> None:
    answer = ask(client, phone)

    assert answer.status_code == 400
    assert answer.json()["violations"][0]["field"] == "phone"
    assert Challenge.objects.count() == 0


def test_a_number_gets_one_code_a_minute_and_the_second_asker_is_told_when(client: Client) -> None:
    doctor = cast.a_user()
    ask(client, doctor.phone)

    second = ask(client, doctor.phone)

    assert second.status_code == 429
    assert second.json()["code"] == "too_many_requests"
    assert 1 <= int(second["Retry-After"]) <= 60
    assert Challenge.objects.count() == 1
    assert Message.objects.count() == 1


def test_strangers_spend_three_fifths_of_a_number_and_its_own_browser_the_rest(client: Client) -> None:
    """5 an hour: a stranger gets three, then the doctor in her own browser still gets two."""
    doctor, stranger = cast.a_user(), Client(REMOTE_ADDR="203.0.113.9")
    known_browser(client, doctor)

    spent = []
    for _ in range(4):
        spent.append(ask(stranger, doctor.phone).status_code)
        a_minute_passes()
    own = []
    for _ in range(3):
        own.append(ask(client, doctor.phone).status_code)
        a_minute_passes()

    assert spent == [202, 202, 202, 429]
    assert own == [202, 202, 429]


def test_a_stranger_cannot_void_the_code_asked_for_in_her_own_browser(client: Client) -> None:
    doctor, stranger = cast.a_user(), Client(REMOTE_ADDR="203.0.113.9")
    known_browser(client, doctor)
    handle = ask(client, doctor.phone).json()["challenge"]
    code = last_code(doctor.phone)
    a_minute_passes()

    assert ask(stranger, doctor.phone).status_code == 202

    assert verify(client, handle, code).status_code == 200


def test_one_address_gets_its_share_and_claims_of_the_client_do_not_change_it(client: Client, settings: Any) -> None:
    settings.OTP_PER_ADDRESS_HOUR = 2

    answers = [ask(client, cast.a_phone(), headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(3)]

    assert answers == [202, 202, 429]


def test_the_platform_has_a_budget_too(client: Client, settings: Any) -> None:
    settings.OTP_PLATFORM_HOUR = 2

    answers = [ask(Client(REMOTE_ADDR=f"203.0.113.{n}"), cast.a_phone()).status_code for n in range(3)]

    assert answers == [202, 202, 429]


def known_browser(client: Client, doctor: Any) -> None:
    from permissions.sessions import hash_of
    from permissions.visit import known_browser_cookie

    KnownBrowser.objects.create(user=doctor, key_hash=hash_of("her-browser"), expires_at=Now() + timedelta(days=1))
    client.cookies[known_browser_cookie()] = "her-browser"


def a_minute_passes() -> None:
    CodeBudget.objects.filter(scope="cooldown").update(started_at=Now() - timedelta(seconds=61))
