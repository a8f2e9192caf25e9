"""The pages of stops and day lists in Chinese without a Latin word, in English without Chinese but people's own words."""

from typing import Any

import pytest
from django.conf import settings
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse

from clinics.models import Department, Institution, Service
from permissions.acting import Acting
from permissions.models import User
from referral.disruptions.models import Disruption
from referral.disruptions.stop import stop_clinic
from referral.disruptions.sweep import look_after
from referral.patients.models import Patient
from tests.cast import sign_in
from tests.cast_stops import Scene, day, scene
from tests.database import as_owner
from tests.integration.language.reading import words_of
from tests.integration.language.test_pages import ALLOWED, CHINESE, LATIN

pytestmark = pytest.mark.django_db(transaction=True)


def pages(held: Scene) -> list[tuple[Acting, str]]:
    """Who opens which page: the empty form, three previews, stops in every state, the day before and after its cut-off."""
    held.booked()
    held.morning(1, afternoon=True)
    asked = f"{reverse('stop_new')}?preview=1&service={held.heart.public_id}&reason=leave&first_day="
    days = [(3, 3), (1, 1), (4, 14), (1, 14), (-3, -9)]
    found = [(held.coordinator, asked + f"{day(first).isoformat()}&last_day={day(last).isoformat()}") for first, last in days]
    stops = [stop_clinic(held.wanted(first, last), by=held.coordinator).stop for first, last in ((1, 1), (5, 20))]
    stops.append(stop_clinic(held.wanted(3), by=held.coordinator).stop)
    found += [(by, reverse("stop", args=[stop.public_id])) for stop in stops for by in (held.coordinator, held.manager)]
    found += [(held.coordinator, reverse(name)) for name in ("stops", "stop_new")] + [(held.coordinator, reverse("stops") + "?q=zzz")]
    found += [(held.coordinator, reverse("stop_paper", args=[stops[-1].public_id]))]
    found += [(held.coordinator, reverse("session_affected", args=[held.session.public_id])), (held.world.district_admin, reverse("stops"))]
    look_after()
    one = Disruption.objects.get()
    found += [(held.coordinator, reverse("disruptions") + query) for query in ("", "?state=all", "?q=zzz")]
    found += [(held.coordinator, reverse("disruption", args=[one.public_id]))]
    found += [(held.doctor, reverse("disruption_of_booking", args=[one.booking.public_id]))]
    days = [f"?date={day(ahead).isoformat()}" for ahead in (1, 3, 6)]
    return found + [(held.clerk, reverse(name) + query) for name in ("day_list", "day_list_paper") for query in days]


def read(held: Any, language: str) -> dict[str, str]:
    """Address → the words of the page's own part."""
    found = {}
    for by, address in held:
        client = Client()
        sign_in(client, by.user, by.post)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        assert answer.status_code in (200, 422), (address, answer.status_code)
        found[address] = words_of(answer.content.decode().split("<main", 1)[1].split(">", 1)[1].split("</main>")[0])
    return found


def test_both_languages_are_whole() -> None:
    held = scene()
    opened = pages(held)
    foreign = {
        (word, address) for address, words in read(opened, "zh-hans").items() for word in LATIN.findall(words) if word not in ALLOWED
    }

    assert foreign == set()
    texts = {Institution: ("name", "short_name"), Department: ("name",), Service: ("name",), User: ("name",), Patient: ("name",)}
    with as_owner():
        for model, fields in texts.items():
            model.objects.update(**{field: Concat(Value("Data "), Cast(F("pk"), TextField())) for field in fields})  # type: ignore[attr-defined]
    lines = {(line, address) for address, words in read(opened, "en").items() for line in words.split("\n") if CHINESE.search(line)}
    assert lines == set()
