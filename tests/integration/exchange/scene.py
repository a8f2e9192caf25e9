"""A hospital's own system: the heart clinic of the stops' cast with a code of its own, and a key of its coordinator."""

import json
import time
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.test import Client

from clinics.models import Institution, Post
from permissions import programs
from permissions.acting import Acting
from referral.exchange.happenings import tell_hospitals
from tests.cast import a_session, acting_as
from tests.cast_referral import today
from tests.cast_stops import Scene, scene
from vault.outbox.webhooks.models import WebhookDelivery

PATIENCE = 30.0
LISTS = {"sessions": "PUT", "stops": "POST", "attendance": "POST"}


def a_system() -> tuple[Scene, str]:
    """The scene, whose heart clinic the hospital calls XN01, and the key of its system."""
    cast = scene()
    answerable(cast.world.hospital)
    cast.heart.code = "XN01"
    cast.heart.save(update_fields=["code"])
    return cast, a_key(cast.coordinator)


def answerable(hospital: Institution) -> None:
    Institution.objects.filter(pk=hospital.pk).update(responsible_department="门诊部", responsible_name="许调度")


def a_key(by: Acting, *scopes: str) -> str:
    post: Post = by.post  # type: ignore[assignment]
    session, _secret = a_session(by.user, acting_choice=post.public_id)
    holder = acting_as(by.user, post, session=session)
    return programs.make_key(name="医院系统", scopes=scopes or ("exchange",), days=30, by=holder).key


def asked(key: str, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
    named = {"Authorization": f"Bearer {key}", "Accept-Language": "en"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().generic(method, f"/api/v1/feed/{path}", json.dumps(body) if body is not None else "", "application/json", headers=named)


def pushed(key: str, name: str, *rows: Any, **headers: str) -> list[dict[str, Any]]:
    """The results of one batch."""
    answer = asked(key, name, LISTS[name], {name: list(rows)}, **headers)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def a_row(key: str = "S1", ahead: int = 10, **fields: Any) -> dict[str, Any]:
    """An afternoon of the heart clinic outside the frozen week."""
    held = {
        "key": key, "service": "XN01", "date": (today() + timedelta(days=ahead)).isoformat(), "half_day": "pm",
        "starts": "13:30", "ends": "16:30", "capacity": 24,
    }  # fmt: skip
    return held | fields


def told(count: int) -> list[WebhookDelivery]:
    """So many deliveries, once the horizon has passed what was committed."""
    end = time.monotonic() + PATIENCE
    while WebhookDelivery.objects.count() < count and time.monotonic() < end:
        cache.clear()
        tell_hospitals()
        time.sleep(0.02)
    return list(WebhookDelivery.objects.order_by("pk"))
