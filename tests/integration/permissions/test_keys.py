"""Keys of programs: they act in one part, for less than their person may, and end with whatever ends her."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client

from clinics import rights
from permissions import accounts, programs
from permissions.acting import Acting
from permissions.models import Session
from permissions.sessions import end_other_sessions
from tests.cast import a_session, acting_as, bearer
from tests.cast_referral import World, world
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> World:
    return world()


def logged_in(cast: World) -> Acting:
    """Zhou at her post, in a browser."""
    session, _key = a_session(cast.zhou.user)
    return acting_as(cast.zhou.user, cast.zhou, session=session)


def a_key(cast: World, *scopes: str) -> str:
    return programs.make_key(name="夜间同步", scopes=scopes, days=30, by=logged_in(cast)).key


def asked(key: str, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
    named = {"Authorization": f"Bearer {key}"} | headers
    return Client().generic(method, path, json.dumps(body) if body else "", "application/json", headers=named)


def test_a_key_opens_what_its_scopes_name_and_nothing_else_of_its_person(cast: World) -> None:
    cast.patient()
    key = a_key(cast, "see_patients")

    assert asked(key, "/api/v1/patients?q=陈").status_code == 200
    for path in ("/api/v1/availability", "/api/v1/referrals"):
        refused = asked(key, path)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), path


def test_a_key_manages_neither_keys_nor_logins_and_plays_no_other_part(cast: World) -> None:
    key, other = a_key(cast, "see_patients"), cast.shen.public_id
    session = Session.objects.get(kind="key")

    made = asked(key, "/api/v1/me/keys", "POST", {"name": "x", "scopes": ["see_patients"], "days": 1})
    ended = asked(key, f"/api/v1/me/sessions/{session.public_id}", "DELETE")
    elsewhere = asked(key, "/api/v1/patients?q=陈", **{"Acting-Post": str(other)})

    assert (made.status_code, ended.status_code, elsewhere.status_code) == (403, 403, 403)
    assert Session.objects.filter(kind="key", ended_at=None).count() == 1


def test_a_key_is_never_locked_takes_no_desk_and_outlives_the_other_logins_but_not_its_last_day(cast: World) -> None:
    by = logged_in(cast)
    key = programs.make_key(name="夜间同步", scopes=["see_patients"], days=30, by=by).key
    Session.objects.filter(kind="key").update(seen_at=Now() - timedelta(days=2))
    end_other_sessions(by=by)

    assert asked(key, "/api/v1/patients?q=陈").status_code == 200
    Session.objects.filter(kind="key").update(created_at=Now() - timedelta(days=31), expires_at=Now() - timedelta(seconds=1))
    assert asked(key, "/api/v1/patients?q=陈").status_code == 401


@pytest.mark.parametrize(
    ("what", "status"), [("revoked", 403), ("post ended", 403), ("phone changed", 401), ("closed", 401), ("ended by herself", 401)]
)
def test_a_key_opens_nothing_once_its_person_may_not(cast: World, what: str, status: int) -> None:
    key, by = a_key(cast, "see_patients"), cast.district_admin
    deeds = {
        "revoked": lambda: rights.revoke(cast.zhou.right, by=by, reason="misconduct", note="投诉核查"),
        "post ended": lambda: type(cast.zhou).objects.filter(pk=cast.zhou.pk).update(valid_to=Now()),
        "phone changed": transaction.atomic(lambda: accounts.change_phone(cast.zhou.user, "13912345678", by=by.actor)),
        "closed": transaction.atomic(lambda: accounts.deactivate(cast.zhou.user, by=by.actor, reason="left")),
        "ended by herself": lambda: programs.end_key(Session.objects.get(kind="key").public_id, by=logged_in(cast)),
    }
    assert asked(key, "/api/v1/patients?q=陈").status_code == 200

    deeds[what]()

    assert asked(key, "/api/v1/patients?q=陈").status_code == status


def test_a_key_is_shown_once_and_listed_with_scopes_and_last_use(cast: World) -> None:
    headers = bearer(cast.zhou.user, cast.zhou)
    body = json.dumps({"name": "夜间同步", "scopes": ["see_patients", "see_availability"], "days": 30})
    made = Client().post("/api/v1/me/keys", body, content_type="application/json", headers=headers).json()
    unused = Client().get("/api/v1/me/keys", headers=headers).json()["results"]
    Session.objects.filter(kind="key").update(created_at=Now() - timedelta(hours=1), seen_at=Now() - timedelta(minutes=30))
    asked(made["key"], "/api/v1/patients?q=陈")

    (used,) = Client().get("/api/v1/me/keys", headers=headers).json()["results"]

    assert made["key"].startswith("rk_")
    assert [one["last_used_at"] for one in unused] == [None]
    assert (used["name"], used["scopes"], used["tail"]) == ("夜间同步", ["see_availability", "see_patients"], made["key"][-4:])
    assert used["last_used_at"] is not None
    assert "key" not in used
    assert AuditEntry.objects.filter(verb="make_key", actor_id=cast.zhou.user.public_id).count() == 1


@pytest.mark.parametrize("name", [" ", "甲" * 61, "甲\u202e乙", "甲\x00"], ids=["blank", "long", "turned", "nul"])
def test_every_fault_of_a_new_key_is_told_at_once_and_none_is_made(cast: World, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        programs.make_key(name=name, scopes=["grant_rights"], days=0, by=logged_in(cast))

    assert [violation.field for violation in refused.value.violations] == ["name", "scopes", "days"]
    assert not Session.objects.filter(kind="key").exists()


def test_the_page_makes_a_key_shows_it_once_and_ends_it(cast: World) -> None:
    client = Client(headers=bearer(cast.zhou.user, cast.zhou))
    made = client.post("/me/keys/", {"name": "夜间同步", "scope": ["see_patients"], "days": "30"}).content.decode()
    again = client.get("/me/keys/").content.decode()
    empty = client.post("/me/keys/", {"name": "", "days": "30"})
    ended = client.post("/me/keys/", {"end": str(Session.objects.get(kind="key").public_id)})

    assert ("rk_" in made, "rk_" in again, "夜间同步" in again) == (True, False, True)
    assert (empty.status_code, "请至少选择一项" in empty.content.decode()) == (400, True)
    assert ended.status_code == 302
    assert not Session.objects.filter(kind="key", ended_at=None).exists()
