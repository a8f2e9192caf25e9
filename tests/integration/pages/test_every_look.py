"""Whoever opens a page about one resident leaves a look: every address of the product is walked, none is listed by hand."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver

from permissions.acting import Acting
from permissions.doors import Page
from permissions.guards import doors_of
from referral.returns.models import Return
from tests.cast import bearer
from tests.cast_loop import Loop, loop
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
NAMES = ("陈秀兰", "李淑珍", "王桂英", "刘玉华")
PREFIXES = ("patients/", "residents/", "contracts/", "referrals/", "bookings/", "visits/", "returns/")


@pytest.fixture
def held() -> Loop:
    return loop()


def things(held: Loop) -> dict[str, list[UUID]]:
    """What addresses may name: residents with a draft, a booking, a report and a return."""
    drafted, booked, reported, returned = (held.world.patient(name) for name in NAMES)
    sent: Return = held.sent_back(returned)
    bookings = [held.booked(booked), held.arrived(held.world.patient("赵桂兰"))]
    contract = drafted.contracts.get()
    referrals = [held.world.referral(drafted), bookings[0].referral, held.reported(reported), sent.referral]
    return {
        "patients/": [drafted.public_id],
        "residents/": [drafted.public_id],
        "contracts/": [contract.public_id],
        "referrals/": [one.public_id for one in referrals],
        "bookings/": [one.public_id for one in bookings],
        "visits/": [one.public_id for one in bookings],
        "returns/": [sent.public_id],
    }


def addresses(named: dict[str, list[UUID]]) -> list[str]:
    """Every page that names one of these things and nothing else, with each of them in it; papers wait for the worker and are left out."""
    found = []
    for path, door in doors_of(get_resolver().url_patterns):
        prefix = next((one for one in PREFIXES if path.startswith(one)), "")
        view = getattr(door, "view_class", None)
        if prefix and path.endswith("/") and path.count("<") == 1 and view is not None and issubclass(view, Page) and hasattr(view, "get"):
            start, rest = path.split("<")
            found += [f"/{start}{public_id}{rest.split('>')[1]}" for public_id in named[prefix]]
    return found


def test_every_page_about_one_resident_leaves_a_look(held: Loop) -> None:
    paths = addresses(things(held))
    readers: list[Acting] = [held.doctor, held.manager, held.cardiologist]
    shown, silent = set(), []

    for by in readers:
        client = Client(headers=bearer(by.user, by.post))
        for path in paths:
            before = AccessEntry.objects.count()
            answer = client.get(path)
            text = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type, attr-defined]
            if answer.status_code == 200 and any(tells(text, name) for name in (*NAMES, "赵桂兰")):
                shown.add(path.split("/")[1] + "/" + "/".join(path.split("/")[3:]))
                silent += [f"{by.role}: {path}"] if AccessEntry.objects.count() == before else []

    assert silent == []
    assert len(shown) > 12, sorted(shown)


def tells(text: bytes, name: str) -> bool:
    """The page shows the name, whole or masked."""
    return name.encode() in text or f"{name[0]}*{name[-1]}".encode() in text
