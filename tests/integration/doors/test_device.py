"""A device in a hall: every form of the product but its own is a locked screen to it, filled in rightly or not, and writes nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from permissions.models import Session
from tests.cast import sign_in
from tests.integration.bad_input.forms import forms_of
from tests.integration.bad_input.proof import taken_back, written
from tests.integration.bad_input.stage import Stage
from tests.integration.doors.walk import Door, address, doors, shape_of

pytestmark = pytest.mark.django_db
# Its own page, and the ways in and out that every locked screen has.
OPEN = ("kiosk/", "lock/", "login/proof/", "change-person/")


def test_every_other_form_is_a_locked_screen_to_the_device_and_writes_nothing(stage: Stage) -> None:
    others = [one for one in doors() if one.method == "POST" and not one.is_api and not one.is_public]
    faults = []
    with taken_back():
        browser = Client(raise_request_exception=False)
        session = sign_in(browser, stage.loop.clerk.user, stage.loop.clerk.post)
        browser.post(reverse("kiosk"), {"step": "open"})
        assert Session.objects.filter(pk=session.pk, kiosk_since__isnull=False).exists()
        before = written()
        for door in others:
            if not door.pattern.endswith(OPEN):
                answer = sent(stage, door, browser)
                if answer.status_code != 302 or not answer["Location"].startswith(reverse("lock")):
                    faults.append(f"{door}: {answer.status_code}")
                if written() != before:
                    faults.append(f"{door} wrote")

    assert len(others) > 100
    assert not faults, "\n" + "\n".join(faults)


def sent(stage: Stage, door: Door, browser: Client) -> Any:
    """The form of this page, filled in as its own person fills it, by the device."""
    shape = shape_of(door)
    form = next((one for one in forms_of(stage).values() if shape.fullmatch(one.path)), None)
    path, data = (form.path, form.data) if form else (address(door, stage), {})
    return browser.post(path, data)
