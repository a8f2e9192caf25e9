"""The second factor by the pages: set up, asked for, recovered, standing in for an SMS, opening a locked screen."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as product
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from permissions.housekeeping import forget_old_logins
from permissions.models import Authenticator, CodeBudget, KnownBrowser, PhoneDevice, RecoveryCode, Session, User
from permissions.roles import Role
from permissions.sessions import hash_of
from permissions.visit import known_browser_cookie
from tests import cast
from tests.cast_clinics import a_centre, a_post
from tests.cast_factors import PAPER, a_paper, an_authenticator, by_sms, shown_now, text, unused_now, wrong_now
from tests.letters import last_code, params_of
from vault.models import AuditEntry, Message

pytestmark = pytest.mark.django_db
FACTOR, PROVE, OTHER, SESSIONS = "/me/factor/", "/login/proof/", "/login/other/", "/me/sessions/"


@pytest.fixture(autouse=True)
def compulsory(settings: Any) -> None:
    settings.SECOND_FACTOR = True
    settings.OTP_COOLDOWN_SECONDS = 0


@pytest.fixture
def manager() -> User:
    user = cast.a_user("何静")
    a_post(user, a_centre(), Role.MANAGER)
    return user


def otherwise(client: Client, phone: str, code: str) -> Any:
    return client.post(OTHER, {"phone": phone, "code": code})


def opens(client: Client, path: str = SESSIONS) -> bool:
    return bool(client.get(path).status_code == 200)


def set_up(client: Client, user: User) -> tuple[str, list[str]]:
    """By the pages: begin, read the letters, enter the first code; gives secret and paper."""
    client.post(FACTOR, {"begin": "1"})
    page = text(client.get(FACTOR))
    letters = re.search(r'class="code letters">([A-Z2-7 ]+)<', page)
    assert letters and "<svg" in page
    secret = letters[1].replace(" ", "")
    paper = PAPER.findall(text(client.post(FACTOR, {"confirm": "1", "code": shown_now(secret)})))
    return secret, paper


def test_a_manager_sets_up_an_authenticator_before_anything_opens_and_is_asked_for_it_from_then_on(client: Client, manager: User) -> None:
    entered = by_sms(client, manager)
    closed = client.get(SESSIONS)
    asked = client.get(closed["Location"], follow=True)

    assert entered.status_code == 302
    assert closed["Location"] == "/login/proof/?next=%2Fme%2Fsessions%2F"
    assert asked.redirect_chain[-1][0] == FACTOR
    assert client.get("/api/v1/me").json()["code"] == "second_factor_required"

    secret, paper = set_up(client, manager)
    assert len(set(paper)) == 10
    assert opens(client)

    again = Client()
    by_sms(again, manager)
    assert not opens(again)
    assert "第一个验证码正确" in text(again.get(PROVE))
    answer = again.post(PROVE, {"code": unused_now(manager, secret), "next": SESSIONS})
    assert answer["Location"] == SESSIONS
    assert opens(again)
    assert not opens(client), "a manager has one desk"


def test_neither_secret_nor_recovery_code_stands_in_the_database_or_the_trail(client: Client, manager: User) -> None:
    by_sms(client, manager)
    secret, paper = set_up(client, manager)

    with connection.cursor() as cursor:
        for table in ("permissions_authenticator", "permissions_recoverycode", "permissions_session", "vault_auditentry", "vault_message"):
            cursor.execute(f"SELECT {table}::text FROM {table}")
            rows = " ".join(row[0] for row in cursor.fetchall())
            assert secret not in rows
            assert not any(code in rows or code.replace("-", "") in rows for code in paper)
    assert Authenticator.objects.get().secret == secret
    assert params_of(Message.objects.get(template="factor_changed"))["what"] == "启用了身份验证器"


def test_a_code_is_used_once_even_within_its_half_minute(client: Client, manager: User) -> None:
    secret = an_authenticator(manager)
    by_sms(client, manager)
    code = shown_now(secret)
    client.post(PROVE, {"code": code})
    replay = Client()
    by_sms(replay, manager)

    answer = replay.post(PROVE, {"code": code})

    assert answer.status_code == 422
    assert not opens(replay)
    assert opens(client)


def test_five_wrong_guesses_close_the_waiting_session_and_count_although_each_was_refused(client: Client, manager: User) -> None:
    secret = an_authenticator(manager)
    by_sms(client, manager)

    answers = [client.post(PROVE, {"code": wrong_now(secret)}).status_code for _ in range(5)]
    late = client.post(PROVE, {"code": unused_now(manager, secret)})

    assert answers == [422] * 5
    assert late.status_code == 422
    assert Session.objects.get().guesses == 5
    assert AuditEntry.objects.filter(verb="wrong_factor", object_id=manager.public_id).count() == 5
    assert not opens(client)


def test_a_waiting_session_ends_no_other_marks_no_browser_and_is_over_after_ten_minutes(client: Client, manager: User) -> None:
    secret = an_authenticator(manager)
    inside = Client()
    by_sms(inside, manager)
    inside.post(PROVE, {"code": shown_now(secret)})
    KnownBrowser.objects.all().delete()

    by_sms(client, manager)

    assert opens(inside)
    assert known_browser_cookie() not in client.cookies
    assert KnownBrowser.objects.count() == 0
    Session.objects.filter(proof_due=True).update(created_at=Now() - timedelta(minutes=11), expires_at=Now())
    assert client.get(SESSIONS)["Location"].startswith("/login/")


def test_a_doctor_is_not_asked_until_she_sets_one_up_and_may_take_it_away_again(client: Client) -> None:
    doctor = cast.a_user()
    a_post(doctor, a_centre(), Role.RECEIVING_DOCTOR)

    by_sms(client, doctor)
    assert opens(client)
    secret, paper = set_up(client, doctor)
    by_sms(client, doctor)
    assert not opens(client)
    client.post(PROVE, {"code": unused_now(doctor, secret)})
    assert opens(client)

    taken = client.post(FACTOR, {"remove": "1", "code": paper[0]}, follow=True)

    assert "已停用" in text(taken)
    assert (Authenticator.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    by_sms(client, doctor)
    assert opens(client)


def test_a_manager_cannot_take_hers_away(client: Client, manager: User) -> None:
    secret = an_authenticator(manager)
    by_sms(client, manager)
    client.post(PROVE, {"code": shown_now(secret)})

    answer = client.post(FACTOR, {"remove": "1", "code": unused_now(manager, secret)})

    assert answer.status_code == 422
    assert Authenticator.objects.get(confirmed=True).user == manager


def test_nothing_is_changed_without_a_code_and_another_authenticator_counts_only_after_its_first(client: Client) -> None:
    doctor = cast.a_user()
    secret, paper = an_authenticator(doctor), a_paper(doctor)
    cast.sign_in(client, doctor)

    for act in ("begin", "codes", "remove"):
        assert client.post(FACTOR, {act: "1", "code": wrong_now(secret)}).status_code == 422
    client.post(FACTOR, {"begin": "1", "code": paper[0]})
    assert Authenticator.objects.get(confirmed=True).secret == secret
    assert RecoveryCode.objects.filter(used_at=None).count() == 1
    fresh = Authenticator.objects.get(confirmed=False).secret
    assert client.post(FACTOR, {"confirm": "1", "code": shown_now(secret)}).status_code == 422
    client.post(FACTOR, {"confirm": "1", "code": shown_now(fresh)})

    assert Authenticator.objects.get().secret == fresh
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def test_a_screen_left_open_sets_up_nothing(client: Client) -> None:
    session = cast.sign_in(client, cast.a_user())
    Session.objects.filter(pk=session.pk).update(proved_at=Now() - timedelta(minutes=16))

    answer = client.post(FACTOR, {"begin": "1"})

    assert answer.status_code == 422
    assert Authenticator.objects.count() == 0


def test_a_locked_screen_neither_shows_nor_changes_the_authenticator(client: Client) -> None:
    session = cast.sign_in(client, cast.a_user())
    Session.objects.filter(pk=session.pk).update(seen_at=Now() - timedelta(minutes=31))

    assert client.get(FACTOR)["Location"] == "/lock/"
    assert client.post(FACTOR, {"begin": "1"})["Location"] == "/lock/"
    assert client.post("/api/v1/me/factor", {}, content_type="application/json").status_code in (401, 403)
    assert Authenticator.objects.count() == 0


def test_a_waiting_session_cannot_replace_the_authenticator_it_waits_for(client: Client, manager: User) -> None:
    secret = an_authenticator(manager)
    by_sms(client, manager)

    assert client.get(FACTOR)["Location"] == PROVE
    assert client.post(FACTOR, {"begin": "1"})["Location"] == PROVE
    assert client.post(FACTOR, {"confirm": "1", "code": shown_now(secret)})["Location"] == PROVE
    assert client.post("/lock/", {"factor": unused_now(manager, secret)}).status_code == 302
    assert not opens(client)
    assert Authenticator.objects.get().secret == secret


def test_with_the_phone_lost_a_recovery_code_lets_a_doctor_in_once(client: Client) -> None:
    doctor = cast.a_user()
    an_authenticator(doctor)
    paper = a_paper(doctor)

    entered = otherwise(client, doctor.phone, paper[0].lower())
    again = otherwise(Client(), doctor.phone, paper[0])

    assert entered.status_code == 302
    assert opens(client)
    assert again.status_code == 422
    assert Session.objects.get().proofs == ["recovery"]
    assert params_of(Message.objects.get(template="factor_changed"))["what"] == "使用了一个恢复码"


def test_a_manager_whose_phone_is_lost_needs_two_of_her_other_proofs(client: Client, manager: User) -> None:
    an_authenticator(manager)
    paper = a_paper(manager, 3)

    otherwise(client, manager.phone, paper[0])
    same_kind = client.post(PROVE, {"code": paper[1]})

    assert same_kind.status_code == 302
    assert not opens(client), "two codes of one paper are one kind of proof"
    client.post(PROVE, {"send": "1"})
    client.post(PROVE, {"sms": last_code(manager.phone)})
    assert opens(client)
    assert Session.objects.get().proofs == ["recovery", "sms"]


def test_the_authenticator_logs_a_doctor_in_when_every_sms_budget_is_spent(client: Client, settings: Any) -> None:
    settings.OTP_PER_HOUR = settings.OTP_PER_DAY = 1
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    stranger.post("/login/", {"phone": doctor.phone})

    blocked = client.post("/login/", {"phone": doctor.phone})
    entered = otherwise(client, doctor.phone, shown_now(secret))

    assert blocked.status_code == 422
    assert 'href="/login/other/"' in text(blocked)
    assert entered.status_code == 302
    assert opens(client)


def test_a_stranger_who_guesses_uses_up_his_own_purse_only(client: Client) -> None:
    """6 an hour for strangers; the doctor's own browser, her paper and the SMS stay open, and guessing stops."""
    doctor = cast.a_user()
    secret, paper = an_authenticator(doctor), a_paper(doctor)
    KnownBrowser.objects.create(user=doctor, key_hash=hash_of("hers"), expires_at=Now() + timedelta(days=1))
    stranger = Client(REMOTE_ADDR="203.0.113.9")

    answers = [otherwise(stranger, doctor.phone, wrong_now(secret)) for _ in range(6)]
    seventh = otherwise(stranger, doctor.phone, unused_now(doctor, secret))

    assert [answer.status_code for answer in answers] == [422] * 6
    assert seventh.status_code == 422 and int(seventh["Retry-After"]) > 0
    assert Session.objects.count() == 0
    client.cookies[known_browser_cookie()] = "hers"
    assert otherwise(client, doctor.phone, unused_now(doctor, secret)).status_code == 302
    assert otherwise(Client(), doctor.phone, paper[0]).status_code == 302
    assert client.post("/login/", {"phone": doctor.phone})["Location"] == "/login/code/"


def test_in_a_month_strangers_guess_twenty_times_however_slowly(settings: Any) -> None:
    settings.FACTOR_STRANGERS_MONTH = 4
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    evaluated = 0
    for number in range(8):
        otherwise(Client(REMOTE_ADDR=f"203.0.113.{number}"), doctor.phone, wrong_now(secret))
        CodeBudget.objects.filter(seconds=3600).delete()
        evaluated = AuditEntry.objects.filter(verb="wrong_factor").count()

    assert evaluated == 4
    CodeBudget.objects.update(started_at=Now() - timedelta(days=3))
    forget_old_logins()
    assert CodeBudget.objects.filter(scope="totp_stranger").count() == 1


@pytest.mark.parametrize("code", ["000000", "2222-3333-4444", "01234 56789"])
def test_a_phone_nobody_knows_gets_the_same_answer_and_costs_the_same_statements(client: Client, code: str) -> None:
    with_one, without = cast.a_user("有"), cast.a_user("无")
    an_authenticator(with_one)
    a_paper(with_one)
    otherwise(client, cast.a_phone(), code)  # what is looked up only once per process is looked up now
    seen = []
    for phone in (with_one.phone, without.phone, cast.a_phone()):
        CodeBudget.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            answer = otherwise(client, phone, code)
        shape = [re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in queries.captured_queries]
        body = re.sub(r"R-[0-9]{4}-[0-9]{6}-\w{4}|name=\"csrfmiddlewaretoken\" value=\"\w+\"", "", text(answer)).replace(phone, "")
        headers = {(name, value) for name, value in answer.items() if name not in ("X-Request-ID", "Content-Length", "Set-Cookie")}
        seen.append((answer.status_code, shape, body, headers))

    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 422
    assert Session.objects.count() == 0


def test_a_quiet_account_needs_more_than_the_sms_and_looks_like_any_other_before(client: Client) -> None:
    doctor = cast.a_user()
    PhoneDevice.objects.update(proved_at=Now() - timedelta(days=91), last_used_at=Now() - timedelta(days=91))

    by_sms(client, doctor)

    assert not opens(client)
    assert "超过 90 天未登录" in text(client.get(PROVE))
    by_sms(client, doctor)
    assert not opens(client), "a right SMS does not wake the account"
    assert KnownBrowser.objects.count() == 0


@pytest.mark.parametrize("days", [89, 91])
def test_ninety_days_are_the_border_and_an_authenticator_is_proof_enough(client: Client, days: int) -> None:
    doctor, enrolled = cast.a_user("甲"), cast.a_user("乙")
    secret = an_authenticator(enrolled)
    PhoneDevice.objects.update(proved_at=Now() - timedelta(days=200), last_used_at=Now() - timedelta(days=days))

    by_sms(client, doctor)
    other = Client()
    by_sms(other, enrolled)
    other.post(PROVE, {"code": shown_now(secret)})

    assert opens(client) is (days == 89)
    assert opens(other)


def test_a_locked_screen_opens_with_the_authenticator_and_keeps_what_was_being_sent(client: Client) -> None:
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    session = cast.sign_in(client, doctor)
    old_key = client.cookies[product.SESSION_COOKIE_NAME].value
    Session.objects.filter(pk=session.pk).update(seen_at=Now() - timedelta(minutes=45))

    held = client.post(SESSIONS, {"others": "1"})
    sealed = re.search(r'name="held" value="([^"]+)"', text(held))
    wrong = client.post("/lock/", {"factor": wrong_now(secret), "held": sealed[1] if sealed else "", "next": ""})
    opened = client.post("/lock/", {"factor": shown_now(secret), "held": sealed[1] if sealed else "", "next": ""})

    assert held.status_code == 401
    assert wrong.status_code == 422
    assert "此前填写的内容" in text(opened) or 'name="others"' in text(opened)
    assert client.cookies[product.SESSION_COOKIE_NAME].value != old_key
    assert opens(client)
    assert Session.objects.get().pk == session.pk


def test_after_twelve_hours_no_proof_opens_the_session_again(client: Client) -> None:
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    session = cast.sign_in(client, doctor)
    Session.objects.filter(pk=session.pk).update(
        created_at=Now() - timedelta(hours=13), expires_at=Now() - timedelta(hours=1), seen_at=Now() - timedelta(hours=2)
    )

    client.post("/lock/", {"factor": shown_now(secret), "next": ""})

    assert client.get(SESSIONS)["Location"].startswith("/login/")


def test_a_program_gives_its_second_proof_and_sets_one_up(client: Client, manager: User) -> None:
    def send(path: str, token: str = "", **body: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    def first() -> Any:
        CodeBudget.objects.all().delete()
        challenge = send("/auth/challenge", phone=manager.phone).json()["challenge"]
        return send("/auth/verify", challenge=challenge, code=last_code(manager.phone)).json()

    token = first()["token"]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()["code"] == "second_factor_required"
    secret = send("/me/factor", token).json()["secret"]
    confirmed = send("/me/factor/confirm", token, code=shown_now(secret)).json()
    assert len(confirmed["recovery_codes"]) == 10
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {confirmed['token']}"}).json()["role"] == "manager"

    waiting = first()
    assert waiting["proof_due"] is True
    assert send("/me/factor", waiting["token"]).json()["code"] == "second_factor_required"
    proved = send("/auth/proof", waiting["token"], code=unused_now(manager, secret)).json()
    assert proved["proof_due"] is False
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {proved['token']}"}).status_code == 200
    other = send("/auth/alternative", phone=manager.phone, code=confirmed["recovery_codes"][0]).json()
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {other['token']}"}).json()["code"] == "second_factor_required"


def test_a_programs_key_neither_sees_nor_changes_the_authenticator(client: Client) -> None:
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    _session, key = cast.a_session(doctor, kind=Session.Kind.KEY, scopes=["see_patients"], proofs=["sms"])
    headers = {"Authorization": f"Bearer {key}"}

    assert client.get(FACTOR, headers=headers).status_code == 403
    assert client.get("/api/v1/me/factor", headers=headers).status_code == 403
    for path in ("/me/factor", "/me/factor/remove", "/auth/proof"):
        answer = client.post(f"/api/v1{path}", {"code": shown_now(secret)}, content_type="application/json", headers=headers)
        assert answer.json()["code"] == "not_allowed"
    assert Authenticator.objects.get().last_step == -1


def test_a_managers_key_made_on_one_proof_opens_nothing(client: Client, manager: User) -> None:
    an_authenticator(manager)
    answers = []
    for proofs in (["sms"], ["sms", "totp"]):
        post = manager.posts.get().public_id
        _session, key = cast.a_session(manager, kind=Session.Kind.KEY, scopes=["nominate"], proofs=proofs, acting_choice=post)
        answers.append(client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code)

    assert answers == [401, 200]


def test_no_more_queries_than_before_are_asked_on_each_request(client: Client) -> None:
    doctor = cast.a_user()
    an_authenticator(doctor)
    cast.sign_in(client, doctor)
    client.get("/api/v1/me")

    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/me")

    assert not [query for query in queries.captured_queries if "authenticator" in query["sql"]]
