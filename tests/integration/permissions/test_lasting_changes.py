"""What outlives a login: done only soon after a proof, never by a program, and no longer than its person is there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from permissions import programs
from permissions.factors import unlock
from permissions.models import PhoneDevice, Rescue, Session, User
from permissions.roles import CAPABILITIES, IN_PERSON, Role
from tests import cast
from tests.cast_clinics import a_centre, a_post
from tests.cast_factors import an_authenticator, by_sms, shown_now, text
from tests.letters import last_code
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
KEYS, PROOF, FACTOR, OTHER, SESSIONS = "/me/keys/", "/login/proof/", "/me/factor/", "/login/other/", "/me/sessions/"
A_KEY = {"name": "夜间同步", "scope": "see_patients", "days": "30"}
GROUND = {"ground": "in_person", "note": "出示身份证，本人到场，李敏核对"}


@pytest.fixture(autouse=True)
def no_waiting(settings: Any) -> None:
    settings.OTP_COOLDOWN_SECONDS = 0


@pytest.fixture
def doctor() -> User:
    return a_post(cast.a_user("周晓岚"), a_centre(), Role.FAMILY_DOCTOR).user  # type: ignore[no-any-return]


def long_ago(**age: float) -> None:
    """Every login is this old, and so is its last proof."""
    Session.objects.update(created_at=Now() - timedelta(**age), proved_at=Now() - timedelta(**age))


def a_key(user: User) -> dict[str, str]:
    session, _secret = cast.a_session(user)
    made = programs.make_key(name="夜间同步", scopes=["see_patients"], days=365, by=cast.acting_as(user, user.posts.get(), session=session))
    return {"Authorization": f"Bearer {made.key}"}


def test_a_screen_left_open_makes_no_key_until_its_person_proves_herself_again(client: Client, doctor: User) -> None:
    by_sms(client, doctor)
    long_ago(minutes=16)

    refused = client.post(KEYS, A_KEY)
    assert (refused.status_code, Session.objects.filter(kind="key").count()) == (401, 0)
    assert f'href="{PROOF}?next=%2Fme%2Fkeys%2F"' in text(client.get(KEYS))

    before = client.cookies["session"].value
    client.post(PROOF, {"send": "1", "next": KEYS})
    wrong = client.post(PROOF, {"sms": "000000" if last_code(doctor.phone) != "000000" else "111111", "next": KEYS})
    assert (wrong.status_code, text(wrong).count('id="e-sms"')) == (422, 1)
    proved = client.post(PROOF, {"sms": last_code(doctor.phone), "next": KEYS})

    assert (proved.status_code, proved["Location"]) == (302, KEYS)
    assert client.cookies["session"].value != before, "a proof gives a new key"
    assert client.post(KEYS, A_KEY).status_code == 200
    assert Session.objects.filter(kind="key").count() == 1


def test_a_program_of_hers_makes_no_key_long_after_the_proof_either(doctor: User) -> None:
    headers = cast.bearer(doctor, doctor.posts.get())
    long_ago(minutes=16)

    body = json.dumps({"name": "x", "scopes": ["see_patients"], "days": 1})
    refused = Client(headers=headers).post("/api/v1/me/keys", body, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_required")
    assert Session.objects.filter(kind="key").count() == 0


@pytest.mark.parametrize("door", ["page", "program"])
def test_the_district_lets_nobody_in_again_from_a_screen_left_open(doctor: User, door: str) -> None:
    admin = cast.an_admin("李敏")
    client = Client(headers=cast.bearer(admin)) if door == "program" else Client()
    if door == "page":
        cast.sign_in(client, admin)
    long_ago(minutes=16)

    if door == "page":
        refused = client.post(f"/people/{doctor.public_id}/access/", {"act": "unlock", **GROUND})
    else:
        refused = client.post(f"/api/v1/people/{doctor.public_id}/unlock", json.dumps(GROUND), content_type="application/json")

    assert refused.status_code in (401, 422)
    assert not Rescue.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="rescue").exists()


def test_who_uses_an_authenticator_sets_up_another_with_its_code_however_long_ago_she_logged_in(client: Client, doctor: User) -> None:
    secret = an_authenticator(doctor)
    cast.sign_in(client, doctor)
    long_ago(minutes=16)

    client.post(FACTOR, {"begin": "1", "code": shown_now(secret)})

    assert "扫描" in text(client.get(FACTOR)) or "qr" in text(client.get(FACTOR))
    assert doctor.authenticator_set.filter(confirmed=False).count() == 1


def test_a_programs_key_opens_no_page_and_nothing_of_its_persons_own(client: Client, doctor: User) -> None:
    headers = a_key(doctor)

    for path in ("/", "/returns/", SESSIONS, KEYS, "/me/looks/", FACTOR):
        assert client.get(path, headers=headers).status_code == 403, path
    for path in ("sessions", "keys", "looks", "factor"):
        refused = client.get(f"/api/v1/me/{path}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), path
    assert client.get("/api/v1/me", headers=headers).json()["capabilities"] == ["see_patients"]


@pytest.mark.parametrize("role", [Role.DISTRICT_ADMIN, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_what_is_said_in_person_is_passed_on_to_no_program(client: Client, role: Role) -> None:
    user = cast.a_user()
    cast.a_role(user, role)
    by = cast.acting_as(user, session=cast.a_session(user)[0])
    personal = sorted(capability.value for capability in CAPABILITIES[role] & IN_PERSON)

    assert personal
    assert not set(programs.scopes_open_to(by)) & IN_PERSON
    with pytest.raises(Refusal) as refused:
        programs.make_key(name="x", scopes=personal, days=1, by=by)
    assert (refused.value.violations[0].field, Session.objects.filter(kind="key").count()) == ("scopes", 0)

    _session, key = cast.a_session(user, kind="key", scopes=personal, proofs=["sms"], acting_choice=by.choice)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()["capabilities"] == [], "an old key neither"


@pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 401)])
def test_a_key_sleeps_while_its_person_is_away_and_wakes_with_her(client: Client, doctor: User, days: int, status: int) -> None:
    headers = a_key(doctor)
    long_ago(days=days)

    assert client.get("/api/v1/me", headers=headers).status_code == status

    cast.a_session(doctor, proof_due=True)
    assert client.get("/api/v1/me", headers=headers).status_code == status, "half a login is none"
    cast.a_session(doctor)
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_who_got_in_without_the_sms_proved_nothing_about_her_number(client: Client, doctor: User) -> None:
    PhoneDevice.objects.update(proved_at=Now() - timedelta(days=91))
    admin = cast.acting_as(cast.an_admin("李敏"))

    client.post(OTHER, {"phone": doctor.phone, "code": unlock.issue(doctor.public_id, **GROUND, by=admin).code})
    assert client.get(SESSIONS).status_code == 200

    stranger = Client()
    by_sms(stranger, doctor)  # whoever holds the number now
    assert stranger.get(SESSIONS)["Location"].startswith(PROOF)


def test_who_manages_and_sees_patients_goes_on_as_a_doctor_without_an_authenticator(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    user = cast.a_user("孙悦")
    managing, seeing = a_post(user, a_centre(), Role.MANAGER), a_post(user, a_centre(), Role.FAMILY_DOCTOR)
    stranger = a_post(cast.a_user(), a_centre(), Role.FAMILY_DOCTOR)
    by_sms(client, user)

    page = text(client.get(FACTOR))
    assert (page.count(f'value="{seeing.public_id}"'), page.count(f'value="{managing.public_id}"')) == (1, 0)
    assert client.post(FACTOR, {"part": str(stranger.public_id)}).status_code == 403
    assert client.get(SESSIONS)["Location"].startswith(PROOF)

    assert client.post(FACTOR, {"part": str(seeing.public_id)})["Location"] == "/"
    assert client.get(SESSIONS).status_code == 200
    client.post("/acting/", {"post": str(managing.public_id)})
    assert client.get(SESSIONS)["Location"].startswith(PROOF), "the managing part still asks for two proofs"


def test_a_locked_screen_offers_no_other_part(client: Client, doctor: User) -> None:
    session = cast.sign_in(client, doctor)
    Session.objects.filter(pk=session.pk).update(seen_at=Now() - timedelta(minutes=31))

    assert client.post(FACTOR, {"part": str(doctor.posts.get().public_id)}).status_code == 403
    assert client.get(SESSIONS)["Location"].startswith("/lock/")
