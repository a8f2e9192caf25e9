"""The slip through a real server and a real worker: the doctor opens it and gets the file."""

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from referral.booking.book import book
from referral.slips import checks
from tests import cast_referral as cast
from tests.cast import a_session

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.pdf,
    pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs()),
]
SECONDS = 30  # for a cold worker; a warm one answers within one


def get(site, path, key):
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.request("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_worker_prints_the_slip_the_doctor_opened(site):
    world = cast.world()
    referral, place = world.referral(world.patient("阿不都热合曼·买买提")), world.place()
    booking = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-worker", by=world.doctor)
    _session, key = a_session(world.zhou.user)

    end = time.monotonic() + SECONDS
    status, content = get(site, f"/bookings/{booking}/slip.pdf", key)
    while status == 202 and time.monotonic() < end:
        status, content = get(site, f"/bookings/{booking}/slip.pdf", key)

    assert status == 200
    assert content.startswith(b"%PDF")
