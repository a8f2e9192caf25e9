"""The district lets a person in again: one-time code, another phone, a proof after a long silence, a new second factor."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from permissions import otp
from permissions.acting import Acting
from permissions.factors import dormancy, phone_change, totp, unlock
from permissions.models import Authenticator, Challenge, CodeBudget, PhoneDevice, RecoveryCode, Rescue, Session, UnlockCode, User
from permissions.roles import Role
from permissions.visit import Visit
from tests import cast
from tests.cast_clinics import a_centre, a_post
from tests.cast_factors import a_paper, an_authenticator, by_sms, shown_now, text
from tests.letters import last_code, params_of
from vault.models import AuditEntry, Change, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
GROUND = {"ground": "in_person", "note": "出示身份证，本人到场，李敏核对"}
OTHER, SESSIONS = "/login/other/", "/me/sessions/"


@pytest.fixture(autouse=True)
def no_waiting(settings: Any) -> None:
    settings.OTP_COOLDOWN_SECONDS = 0


@pytest.fixture
def admin() -> Acting:
    return cast.acting_as(cast.an_admin("李敏"))


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args, **kwargs)
    return refusal.value.code


def nothing_happened() -> bool:
    return not (Rescue.objects.exists() or UnlockCode.objects.exists() or AuditEntry.objects.filter(verb__startswith="rescue").exists())


def test_a_one_time_code_lets_a_doctor_in_once_and_is_nowhere_in_clear(admin: Acting, client: Client) -> None:
    doctor = cast.a_user()

    code = unlock.issue(doctor.public_id, **GROUND, by=admin).code
    entered = client.post(OTHER, {"phone": doctor.phone, "code": code})
    again = Client().post(OTHER, {"phone": doctor.phone, "code": code})

    assert entered.status_code == 302
    assert client.get(SESSIONS).status_code == 200
    assert again.status_code == 422
    entry = AuditEntry.objects.get(verb="rescue.do_unlock")
    assert (entry.object_id, entry.actor_id, entry.reason) == (doctor.public_id, admin.user.public_id, "in_person")
    assert code.replace(" ", "") not in str(entry.details)
    assert code.replace(" ", "") not in UnlockCode.objects.get().code_hash
    assert params_of(Message.objects.get(template="factor_changed"))["what"] == "使用了辖区一次性登录码"


def test_it_counts_for_fifteen_minutes_for_its_person_only_and_a_newer_one_voids_it(admin: Acting, client: Client) -> None:
    doctor, other = cast.a_user("周晓岚"), cast.a_user("沈佳")
    first = unlock.issue(doctor.public_id, **GROUND, by=admin).code
    second = unlock.issue(doctor.public_id, **GROUND, by=admin).code

    assert client.post(OTHER, {"phone": doctor.phone, "code": first}).status_code == 422
    assert client.post(OTHER, {"phone": other.phone, "code": second}).status_code == 422
    UnlockCode.objects.update(expires_at=Now())
    assert client.post(OTHER, {"phone": doctor.phone, "code": second}).status_code == 422
    assert Session.objects.count() == 0


def test_for_a_manager_it_replaces_the_sms_and_not_the_authenticator(admin: Acting, client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    manager = cast.a_user("何静")
    a_post(manager, a_centre(), Role.MANAGER)
    secret = an_authenticator(manager)

    client.post(OTHER, {"phone": manager.phone, "code": unlock.issue(manager.public_id, **GROUND, by=admin).code})
    before = client.get(SESSIONS)
    client.post("/login/proof/", {"code": shown_now(secret)})

    assert before["Location"].startswith("/login/proof/")
    assert client.get(SESSIONS).status_code == 200


def test_another_phone_ends_every_session_tells_both_numbers_and_voids_codes_of_the_old_one(admin: Acting, client: Client) -> None:
    doctor, new = cast.a_user(), cast.a_phone()
    old = doctor.phone
    by_sms(client, doctor)
    CodeBudget.objects.all().delete()
    waiting = Client()
    waiting.post("/login/", {"phone": old})
    code = last_code(old)

    phone_change.change(doctor.public_id, phone=new, **GROUND, by=admin)

    assert client.get(SESSIONS).status_code == 302
    waiting.post("/login/code/", {"code": code})
    assert waiting.get(SESSIONS).status_code == 302
    told = Message.objects.filter(template="phone_changed")
    assert {(message.phone, params_of(message)["tail"]) for message in told} == {(old, new[-4:]), (new, new[-4:])}
    changed = Change.objects.get(object_id=doctor.public_id, field="phone")
    assert old not in (changed.old, changed.new) and changed.new.endswith(new[-4:])
    otp.ask(old, Visit())
    assert Challenge.objects.latest("pk").device is None, "the old number is nobody's now"
    doctor.refresh_from_db()
    by_sms(client, doctor)
    assert client.get(SESSIONS).status_code == 200


def test_the_authenticator_survives_another_phone_so_that_the_number_alone_opens_nothing(admin: Acting, client: Client) -> None:
    doctor = cast.a_user()
    an_authenticator(doctor)

    phone_change.change(doctor.public_id, phone=cast.a_phone(), **GROUND, by=admin)
    doctor.refresh_from_db()
    by_sms(client, doctor)

    assert client.get(SESSIONS)["Location"].startswith("/login/proof/")


def test_a_taken_phone_changes_nothing(admin: Acting) -> None:
    doctor, other = cast.a_user("周晓岚"), cast.a_user("沈佳")
    cast.a_session(doctor)

    assert refused(phone_change.change, doctor.public_id, phone=other.phone, **GROUND, by=admin) == "already_exists"

    assert nothing_happened()
    assert Session.objects.live().count() == 1
    assert Message.objects.count() == 0


def test_a_proof_wakes_a_quiet_account(admin: Acting, client: Client) -> None:
    doctor = cast.a_user()
    PhoneDevice.objects.update(proved_at=Now() - timedelta(days=91))
    by_sms(client, doctor)
    assert client.get(SESSIONS).status_code == 302

    dormancy.prove_again(doctor.public_id, **GROUND, by=admin)
    by_sms(client, doctor)

    assert client.get(SESSIONS).status_code == 200


def test_the_one_time_code_is_the_fresh_proof_of_a_quiet_account(admin: Acting, client: Client) -> None:
    doctor = cast.a_user()
    PhoneDevice.objects.update(proved_at=Now() - timedelta(days=91))
    by_sms(client, doctor)

    client.post("/login/proof/", {"code": unlock.issue(doctor.public_id, **GROUND, by=admin).code})

    assert client.get(SESSIONS).status_code == 200
    by_sms(client, doctor)
    assert client.get(SESSIONS).status_code == 200, "from now on the SMS is enough again"


def test_a_reset_takes_authenticator_paper_and_sessions(admin: Acting) -> None:
    doctor = cast.a_user()
    an_authenticator(doctor)
    a_paper(doctor)
    cast.a_session(doctor)

    totp.reset(doctor.public_id, **GROUND, by=admin)

    assert (Authenticator.objects.count(), RecoveryCode.objects.count(), Session.objects.live().count()) == (0, 0, 0)
    assert params_of(Message.objects.get(template="factor_changed"))["what"] == "停用了身份验证器"
    assert refused(totp.reset, doctor.public_id, **GROUND, by=admin) == "not_found"


ACTS = {
    "unlock": lambda person, by: unlock.issue(person, **GROUND, by=by).rescue,
    "phone": lambda person, by: phone_change.change(person, phone="13900099991", **GROUND, by=by),
    "proof": lambda person, by: dormancy.prove_again(person, **GROUND, by=by),
    "reset": lambda person, by: totp.reset(person, **GROUND, by=by),
}


@pytest.mark.parametrize("act", ACTS)
def test_nobody_does_it_for_herself_nor_across_districts_nor_without_the_office(admin: Acting, act: str) -> None:
    abroad = cast.a_user("外区", district=cast.a_district("110105", "朝阳区"))
    doctor = cast.a_user()
    an_authenticator(doctor)
    manager = cast.a_user("何静")
    post = a_post(manager, a_centre(), Role.MANAGER)

    assert refused(ACTS[act], admin.user.public_id, admin) == "not_allowed"
    assert refused(ACTS[act], abroad.public_id, admin) == "not_found"
    assert refused(ACTS[act], doctor.public_id, cast.acting_as(manager, post)) == "not_found"
    assert nothing_happened()
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("second", [Role.DISTRICT_ADMIN, Role.SECURITY_ADMIN])
def test_for_an_administrator_a_second_person_enters_the_same(admin: Acting, act: str, second: Role) -> None:
    holder, helper = cast.a_user("孙强"), cast.a_user("赵建国")
    cast.a_role(holder, Role.AUDIT_ADMIN)
    cast.a_role(helper, second)
    an_authenticator(holder)
    before = holder.phone

    asked = ACTS[act](holder.public_id, admin)
    assert asked.done_at is None
    assert refused(ACTS[act], holder.public_id, admin) == "second_person_required"
    assert (UnlockCode.objects.count(), Authenticator.objects.count()) == (0, 1)
    assert User.objects.get(pk=holder.pk).phone == before
    done = ACTS[act](holder.public_id, cast.acting_as(helper))

    assert (done.pk, done.entered_by, done.confirmed_by) == (asked.pk, admin.user, helper)
    assert done.done_at is not None
    assert list(AuditEntry.objects.filter(verb__startswith="rescue").order_by("id").values_list("verb", "actor_id")) == [
        (f"rescue.ask_{act}", admin.user.public_id),
        (f"rescue.do_{act}", helper.public_id),
    ]


def test_another_number_or_a_day_later_is_not_the_same_and_the_security_administrator_begins_nothing(admin: Acting) -> None:
    holder, second, security = cast.an_admin("孙强"), cast.acting_as(cast.an_admin("赵建国")), cast.a_user("钱峰")
    cast.a_role(security, Role.SECURITY_ADMIN)
    guard = cast.acting_as(security)

    assert refused(ACTS["phone"], holder.public_id, guard) == "not_allowed"
    assert ACTS["phone"](holder.public_id, admin).done_at is None
    assert phone_change.change(holder.public_id, phone="13900099992", **GROUND, by=second).done_at is None
    Rescue.objects.update(created_at=Now() - timedelta(hours=25))
    assert ACTS["phone"](holder.public_id, second).done_at is None
    assert User.objects.get(pk=holder.pk).phone == holder.phone


@pytest.mark.parametrize(
    ("change", "fields"),
    [({"ground": "x"}, ["ground"]), ({"note": " "}, ["note"]), ({"ground": "", "note": "甲" * 201}, ["ground", "note"])],
)
def test_ground_and_note_are_asked_for_and_all_faults_told_at_once(admin: Acting, change: dict[str, str], fields: list[str]) -> None:
    doctor = cast.a_user()

    with pytest.raises(Refusal) as refusal:
        unlock.issue(doctor.public_id, **(GROUND | change), by=admin)

    assert [violation.field for violation in refusal.value.violations] == fields
    assert nothing_happened()


def test_the_page_of_the_district_does_it_shows_it_and_shows_the_code_once(admin: Acting, client: Client) -> None:
    doctor, number = cast.a_user(), cast.a_phone()
    cast.sign_in(client, admin.user)
    page = f"/people/{doctor.public_id}/access/"

    shown = client.post(page, GROUND | {"act": "unlock", "phone": ""})
    code = UnlockCode.objects.get()
    changed = client.post(page, GROUND | {"act": "phone", "phone": number}, follow=True)
    wrong = client.post(page, GROUND | {"act": "nothing", "phone": ""})

    assert "一次性登录码" in text(shown) and code.used_at is None
    assert "新手机号已登记" in text(changed)
    assert doctor.phone not in text(changed) and number not in text(changed)
    assert "李敏" in text(changed) and "出示身份证" in text(changed)
    assert wrong.status_code == 422
    assert client.get(f"/people/{cast.a_user('外', district=cast.a_district('110105', '朝阳区')).public_id}/access/").status_code == 404


def test_a_program_of_the_district_does_the_same(admin: Acting, client: Client) -> None:
    doctor = cast.a_user()
    an_authenticator(doctor)

    def send(act: str, **more: str) -> Any:
        path = f"/api/v1/people/{doctor.public_id}/{act}"
        return client.post(path, GROUND | more, content_type="application/json", headers=cast.bearer(admin.user))

    assert len(send("unlock").json()["code"]) == 11
    assert send("phone", phone=cast.a_phone()).json()["done"] is True
    assert send("proof").json()["done"] is True
    assert send("factor-reset").json()["done"] is True
    assert send("factor-reset").status_code == 404
    assert Rescue.objects.count() == 4
