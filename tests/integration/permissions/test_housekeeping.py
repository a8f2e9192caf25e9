"""What logging in leaves behind is forgotten when it can no longer count."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from permissions.housekeeping import forget_old_logins
from permissions.models import Challenge, CodeBudget, KnownBrowser, Session
from tests import cast

pytestmark = pytest.mark.django_db


def test_only_what_is_old_is_forgotten(client: Client) -> None:
    fresh, old = cast.a_user(), cast.a_user("沈佳")
    for person in (fresh, old):
        client.post("/api/v1/auth/challenge", {"phone": person.phone}, content_type="application/json")
        cast.a_session(person)
        KnownBrowser.objects.create(user=person, key_hash=person.public_id.bytes, expires_at=Now() + timedelta(days=1))
    ago = Now() - timedelta(days=100)
    Challenge.objects.filter(device__user=old).update(asked_at=ago, expires_at=ago + timedelta(minutes=5))
    CodeBudget.objects.filter(subject=old.phone_hash).update(started_at=ago)
    KnownBrowser.objects.filter(user=old).update(expires_at=ago)
    Session.objects.filter(user=old).update(created_at=ago, expires_at=ago + timedelta(hours=12))

    forget_old_logins()

    assert [person.pk for person in holders(Challenge, "device__user")] == [fresh.pk]
    assert [person.pk for person in holders(KnownBrowser, "user")] == [fresh.pk]
    assert [person.pk for person in holders(Session, "user")] == [fresh.pk]
    assert not CodeBudget.objects.filter(subject=old.phone_hash).exists()
    assert CodeBudget.objects.filter(subject=fresh.phone_hash).exists()


def holders(model: Any, path: str) -> list[Any]:
    from permissions.models import User

    return list(User.objects.filter(pk__in=model.objects.values(path)))
