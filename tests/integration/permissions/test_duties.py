"""Duties: everybody's word for the current text of her role, before anything else opens, by page and by program."""

import hashlib

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import translation

from permissions import duties
from permissions.duties import CURRENT, Duties
from permissions.models import DutiesAcceptance, User
from permissions.recognition import recognise
from permissions.roles import Role
from tests import cast
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
# A changed sentence is a new version: whoever changes the text raises the version and writes its digest here.
DIGESTS = {
    ("family_doctor", 1): "ac117d67bdfd80d9",
    ("regional_specialist", 1): "ac117d67bdfd80d9",
    ("receiving_doctor", 1): "c8015292e15bd91e",
    ("manager", 1): "efd4fc9dfb0affe3",
    ("coordinator", 1): "d39e28e2c273ac09",
    ("window_clerk", 1): "14577a3490bfee26",
    ("district_admin", 1): "ec2b5d75417d6988",
    ("system_admin", 1): "a3175a7e877fd843",
    ("security_admin", 1): "2c3a70da640b3074",
    ("audit_admin", 1): "e0cf79f35d3b7822",
    ("platform_operator", 1): "f7f8df204bce7c7a",
}


@pytest.mark.parametrize("role", list(Role))
def test_a_text_that_was_accepted_does_not_change_under_its_version(role: Role) -> None:
    with translation.override("en"):
        words = "\n".join(str(duty.text) for duty in CURRENT[role].duties)

    assert DIGESTS[role.value, CURRENT[role].version] == hashlib.sha256(words.encode()).hexdigest()[:16]


def test_every_duty_names_its_rule_and_the_platforms_own_articles_are_all_there() -> None:
    named = {rule for one in CURRENT.values() for duty in one.duties for rule in duty.rules}

    assert set(CURRENT) == set(Role)
    assert {"R034", "R047", "R050", "R051", "R052", "R098", "R133"} <= named
    assert all(duty.rules for one in CURRENT.values() for duty in one.duties)


def a_newcomer(role: Role = Role.DISTRICT_ADMIN) -> User:
    user = cast.a_user("李敏", duties=False)
    cast.a_role(user, role)
    return user


def browser_of(user: User) -> Client:
    client = Client()
    cast.sign_in(client, user)
    return client


def test_without_them_every_page_leads_to_the_duties_and_back() -> None:
    client = browser_of(a_newcomer())

    led = client.get("/me/sessions/?x=1")
    text = client.get(led["Location"])
    unticked = client.post("/duties/", {"version": "1", "next": "/me/sessions/?x=1"})
    accepted = client.post("/duties/", {"version": "1", "accept": "1", "next": "/me/sessions/?x=1"})

    assert led["Location"] == "/duties/?next=%2Fme%2Fsessions%2F%3Fx%3D1"
    assert text.status_code == 200 and "<nav" not in text.content.decode()
    assert (unticked.status_code, accepted.status_code, accepted["Location"]) == (422, 302, "/me/sessions/?x=1")
    assert client.get("/me/sessions/").status_code == 200
    assert client.get("/duties/").status_code == 200


@pytest.mark.parametrize("version", ["", "x", "2", "99999999"])
def test_another_version_is_not_what_was_read(version: str) -> None:
    client = browser_of(a_newcomer())

    answer = client.post("/duties/", {"version": version, "accept": "1"})

    assert answer.status_code == 422
    assert not DutiesAcceptance.objects.exists()


def test_a_form_sent_before_them_does_nothing() -> None:
    admin = a_newcomer()
    form = {"name": "顾正清", "phone": "13800000009", "role": "audit_admin"}

    answer = browser_of(admin).post("/administrators/", form)

    assert answer["Location"] == "/duties/"
    assert User.objects.count() == 1


def test_a_program_is_refused_until_it_says_which_version_was_read() -> None:
    admin = a_newcomer()
    headers = cast.bearer(admin)

    def post(body: object) -> int:
        return Client().post("/api/v1/me/duties", body, "application/json", headers=headers).status_code

    refused = Client().get("/api/v1/me/sessions", headers=headers)
    me = Client().get("/api/v1/me", headers=headers)
    text = Client().get("/api/v1/me/duties", headers=headers).json()
    answers = [post({}), post({"version": 2}), post({"version": text["version"]}), post({"version": text["version"]})]

    assert (refused.status_code, refused.json()["code"]) == (403, "duties_not_accepted")
    assert me.status_code == 200
    assert (text["role"], text["accepted_at"], len(text["duties"])) == ("district_admin", None, 8)
    assert answers == [400, 409, 200, 200]
    assert Client().get("/api/v1/me/sessions", headers=headers).status_code == 200
    assert DutiesAcceptance.objects.count() == 1
    row = AuditEntry.objects.get(verb="accept_duties")
    assert (row.actor_id, row.details) == (admin.public_id, {"role": "district_admin", "version": 1})


def test_a_new_version_is_accepted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    admin = cast.an_admin()
    _, key = cast.a_session(admin)
    later = dict(CURRENT) | {Role.DISTRICT_ADMIN: Duties(2, CURRENT[Role.DISTRICT_ADMIN].duties)}

    monkeypatch.setattr(duties, "CURRENT", later)
    client = browser_of(admin)

    assert client.get("/administrators/")["Location"].startswith("/duties/")
    client.post("/duties/", {"version": "2", "accept": "1"})
    assert client.get("/administrators/").status_code == 200
    recognised = recognise(key)
    assert recognised is not None and {(Role.DISTRICT_ADMIN, 1), (Role.DISTRICT_ADMIN, 2)} <= recognised.duties


def test_each_role_has_its_own_duties_and_one_may_change_to_another_before_them() -> None:
    user = a_newcomer()
    second = cast.a_role(user, Role.PLATFORM_OPERATOR)
    DutiesAcceptance.objects.create(user=user, role=Role.PLATFORM_OPERATOR, version=1)
    client = browser_of(user)

    page = client.get("/duties/").content.decode()
    changed = client.post("/acting/", {"post": str(second.public_id)})

    assert str(second.public_id) in page
    assert changed.status_code == 302
    assert client.get("/platform/").status_code == 200
    assert client.get("/administrators/").status_code == 403


def test_a_person_without_a_role_has_nothing_to_accept() -> None:
    nobody = cast.a_user("路人", duties=False)

    assert browser_of(nobody).get("/duties/")["Location"] == "/"
    assert browser_of(nobody).get("/me/sessions/").status_code == 200
    with pytest.raises(Refusal) as refused:
        duties.accept(1, by=cast.acting_as(nobody))
    assert refused.value.code == "not_allowed"


def test_recognising_somebody_is_one_question_with_many_duties_as_with_none(django_assert_num_queries: object) -> None:
    keys = [cast.a_session(user)[1] for user in (a_newcomer(), cast.an_admin("赵建国"))]

    for key in keys:
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert recognise(key) is not None


def test_a_word_once_given_is_neither_changed_nor_deleted() -> None:
    cast.a_user()

    for change in (lambda rows: rows.update(version=9), lambda rows: rows.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(DutiesAcceptance.objects.all())


def test_a_persons_page_can_show_what_she_accepted() -> None:
    user = cast.a_user(duties=False)
    with transaction.atomic():
        duties.note_acceptance(user, Role.FAMILY_DOCTOR)

    assert [(one.role, one.version) for one in duties.acceptances_of(user)] == [("family_doctor", 1)]
