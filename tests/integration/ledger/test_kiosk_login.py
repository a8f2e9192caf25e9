"""A device in the hall: its login opens the check-in page and nothing else, names nobody, never idles, and ends with the day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from permissions.identity.phones import mask_phone
from permissions.kiosk import open_kiosk
from permissions.models import KnownBrowser, Proof, Session
from permissions.sessions import begin, hash_of, locked_user
from permissions.visit import Visit
from referral.patients.models import PatientIdentifier
from tests.cast import bearer, sign_in
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import fresh
from tests.integration.ledger.test_pages import browser_of, device_of
from tests.letters import last_code
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
MINE = ("arrivals", "arrivals_paper", "absent", "day_list", "home", "sessions", "notices", "help")


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def test_at_her_own_screen_the_page_asks_first_and_checks_nobody_in(cast: Ledger) -> None:
    booking, browser = cast.loop.booked(), browser_of(cast.clerk)
    number = PatientIdentifier.objects.get(patient=booking.patient).number

    asked = browser.get(reverse("kiosk")).content.decode()
    browser.post(reverse("kiosk"), {"step": "document", "code": booking.confirmation_code, "document": number})

    assert 'value="open"' in asked and 'name="key"' not in asked
    assert fresh(booking).status == "booked"


def walked(resolver: URLResolver) -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from walked(one)
        else:
            yield str(one.name), one.callback


def test_one_page_alone_is_of_a_device() -> None:
    named = {name for name, door in walked(get_resolver()) if getattr(getattr(door, "view_class", None), "of_a_kiosk", False)}

    assert named == {"kiosk"}


def test_the_device_opens_its_own_page_and_is_a_locked_screen_to_every_other(cast: Ledger) -> None:
    absent, browser = cast.over(), browser_of(cast.clerk)
    before = [browser.get(reverse(name)).status_code for name in MINE]

    browser.post(reverse("kiosk"), {"step": "open"})

    assert set(before) <= {200, 302}
    for address in (*(reverse(name) for name in MINE), reverse("absent_one", args=[absent.public_id])):
        assert browser.get(address)["Location"].startswith(reverse("lock")), address
    assert browser.get("/no/such/page/").status_code == 404
    told = browser.get("/api/v1/me")
    assert (told.status_code, told.json()["code"]) == (401, "session_locked")
    report = {"cause": "no_word", "version": absent.version}
    assert browser.post(reverse("absent_report", args=[absent.public_id]), report)["Location"] == reverse("lock")
    assert fresh(absent).status == "booked"
    assert 'name="key"' in browser.get(reverse("kiosk")).content.decode()
    assert AuditEntry.objects.filter(verb="open_kiosk").count() == 1


def test_no_page_of_the_device_says_who_opened_it(cast: Ledger) -> None:
    browser, person = device_of(cast.clerk), cast.clerk.user

    shown = [
        browser.get(reverse("kiosk")), browser.get(reverse("lock")), browser.post(reverse("lock")), browser.get(reverse("login")),
        browser.get("/no/such/page/"), browser.put(reverse("kiosk")),
    ]  # fmt: skip

    names = (person.name, person.display_name, person.phone, mask_phone(person.phone))
    for answer in shown:
        text = answer.content.decode()
        assert not any(name in text for name in names), answer.status_code
    assert [answer.status_code for answer in shown] == [200, 200, 200, 200, 404, 405]


def test_whoever_opened_it_proves_herself_and_is_back_at_an_ordinary_screen(cast: Ledger) -> None:
    session = sign_in(browser := Client(), cast.clerk.user, cast.clerk.post)
    browser.post(reverse("kiosk"), {"step": "open"})
    wrong = browser.post(reverse("lock"), {"next": reverse("arrivals")})
    browser.post(reverse("lock"), {"code": "000000", "next": reverse("arrivals")})
    between = browser.get(reverse("arrivals"))["Location"]

    back = browser.post(reverse("lock"), {"code": last_code(cast.clerk.user.phone), "next": reverse("arrivals")})

    session.refresh_from_db()
    assert (wrong.status_code, between.startswith(reverse("lock"))) == (200, True)
    assert (back["Location"], session.kiosk_since) == (reverse("arrivals"), None)
    assert browser.get(reverse("arrivals")).status_code == 200


def test_the_device_is_never_idle_and_its_day_ends_at_midnight(cast: Ledger) -> None:
    browser, midnight = Client(), timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    session = sign_in(browser, cast.clerk.user, cast.clerk.post)
    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now() + timedelta(hours=30))
    browser.post(reverse("kiosk"), {"step": "open"})
    device = Session.objects.get(user=cast.clerk.user, kiosk_since__isnull=False)

    Session.objects.filter(pk=device.pk).update(seen_at=Now() - timedelta(hours=3))
    quiet = browser.get(reverse("kiosk")).content.decode()
    Session.objects.filter(pk=device.pk).update(created_at=Now() - timedelta(days=1), expires_at=Now() - timedelta(seconds=1))

    assert device.expires_at == midnight
    assert 'name="key"' in quiet
    assert browser.get(reverse("kiosk"))["Location"].startswith(reverse("login"))


def test_a_login_that_ends_before_midnight_is_not_made_longer(cast: Ledger) -> None:
    session, soon = sign_in(browser := Client(), cast.clerk.user, cast.clerk.post), timezone.now() + timedelta(minutes=5)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    Session.objects.filter(pk=session.pk).update(expires_at=soon)

    browser.post(reverse("kiosk"), {"step": "open"})

    session.refresh_from_db()
    assert session.kiosk_since is not None
    assert session.expires_at == min(soon, midnight)


def test_unlocking_the_device_ends_the_desk_opened_meanwhile(cast: Ledger) -> None:
    hall = sign_in(browser := Client(), cast.clerk.user, cast.clerk.post)
    browser.post(reverse("kiosk"), {"step": "open"})
    person = cast.clerk.user
    with transaction.atomic(durable=True):
        desk = begin(locked_user(person.pk), Proof.SMS, "permissions.phonedevice/0", Visit(), Session.Kind.BROWSER).session
    browser.post(reverse("lock"), {"next": reverse("arrivals")})
    browser.post(reverse("lock"), {"code": last_code(person.phone), "next": reverse("arrivals")})

    live = list(Session.objects.live().filter(user=person))
    desk.refresh_from_db()
    assert (live, desk.ending) == ([hall], Session.Ending.REPLACED)
    assert browser.get(reverse("arrivals")).status_code == 200


def test_no_page_seen_before_the_device_stood_in_the_hall_is_kept_by_its_browser(cast: Ledger) -> None:
    browser = browser_of(cast.clerk)

    kept = {browser.get(reverse(name))["Cache-Control"] for name in MINE}

    assert kept == {"no-store"}


def test_her_own_desk_and_the_device_do_not_end_each_other(cast: Ledger) -> None:
    device_of(cast.clerk)
    person = cast.clerk.user

    for _desk in range(2):
        with transaction.atomic(durable=True):
            begin(locked_user(person.pk), Proof.SMS, "permissions.phonedevice/0", Visit(), Session.Kind.BROWSER)

    live = Session.objects.live().filter(user=person)
    assert (live.filter(kiosk_since__isnull=False).count(), live.filter(kiosk_since=None).count()) == (1, 1)


def test_the_browser_forgets_its_people_and_a_program_is_no_device(cast: Ledger) -> None:
    session = sign_in(Client(), cast.clerk.user)
    for user in (cast.clerk.user, cast.coordinator.user):
        KnownBrowser.objects.create(user=user, key_hash=hash_of("marked"), expires_at=timezone.now() + timedelta(days=9))

    open_kiosk(session, Visit(browser_key="marked"))
    told = Client().post(reverse("kiosk"), {"step": "open"}, headers=bearer(cast.clerk.user, cast.clerk.post))

    assert not KnownBrowser.objects.filter(key_hash=hash_of("marked")).exists()
    assert told.status_code == 403
    with pytest.raises(Refusal, match="not_allowed"):
        open_kiosk(None, Visit())
