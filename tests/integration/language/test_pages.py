"""Chinese pages show no Latin word outside a list; English pages show no Chinese but people's own words and quotations."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import Alliance, Department, Institution, Post
from permissions.models import District, User
from permissions.roles import Role
from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.models import CareTeam, Encounter, Patient
from reserved_pools.models import PoolSlot
from tests.cast import a_role, a_user, sign_in
from tests.cast_referral import BONES
from tests.database import as_owner
from tests.integration.language.reading import words_of
from tests.integration.pages.scene import Scene, scene

pytestmark = pytest.mark.django_db(transaction=True)
LATIN = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]")
ALLOWED = {"PDF", "SMS", "QR"}
STATIC = ("/login/", "/r/", "/dev/inbox/", "/nothing/here/")


@pytest.fixture
def day() -> Scene:
    """A day with a draft, a booking, a visit to record, and somebody of every role."""
    made = scene()
    booked(made)
    return made


def booked(day: Scene) -> Booking:
    """Another referral of 陈秀兰, booked for a later day in another department."""
    referral = day.world.referral(day.chen, encounter=day.world.encounter(day.chen))
    place = PoolSlot.objects.with_remaining().filter(standard_code=BONES, remaining__gt=0, slot__session__status="planned").last()
    booking = book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key="k", by=day.world.doctor)
    return Booking.objects.get(public_id=booking)


def pages(day: Scene) -> Iterator[tuple[User | None, Post | None, str]]:
    """Who opens which page."""
    booking = Booking.objects.get()
    chen, draft = day.chen.public_id, day.draft.public_id
    doctor = [reverse("home"), reverse("patients"), reverse("patients") + "?q=zzz", reverse("referrals")]
    doctor += [reverse("patient_new"), reverse("availability"), reverse("returns"), reverse("sessions")]
    doctor += [reverse("patient", args=[chen]), reverse("referral_new", args=[chen])]
    doctor += [reverse(name, args=[draft]) for name in ("referral", "referral_edit", "book")]
    doctor += [reverse("referral", args=[booking.referral.public_id])]
    doctor += [reverse(name, args=[booking.public_id]) for name in ("booking_done", "booking_cancel")]
    yield from ((day.world.zhou.user, day.world.zhou, address) for address in doctor)
    others = {
        Role.WINDOW_CLERK: "arrivals",
        Role.RECEIVING_DOCTOR: "visits",
        Role.MANAGER: "returns",
        Role.COORDINATOR: "availability",
    }
    for role, address in others.items():
        place = day.world.centre if role is Role.MANAGER else day.world.hospital
        user = a_user(role.value[0].upper())
        post = Post.objects.create(user=user, institution=place, kind=role, valid_from=timezone.now())
        yield user, post, reverse(address)
    admin = a_user("A")
    a_role(admin, Role.DISTRICT_ADMIN)
    yield from ((admin, None, address) for address in (reverse("rights"), reverse("right", args=[day.world.zhou.right.public_id])))
    yield from ((None, None, address) for address in STATIC)


def read(day: Scene, language: str) -> dict[str, str]:
    """Address → words, for every page, in one language."""
    found = {}
    for user, post, address in pages(day):
        client = Client()
        if user is not None:
            sign_in(client, user, post)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address)
        assert answer.status_code in (200, 404), (address, answer.status_code)
        found[address] = words_of(answer.content.decode())
    return found


def test_a_chinese_page_shows_no_latin_word_outside_the_list(day):
    foreign = {(word, address) for address, words in read(day, "zh-hans").items() for word in LATIN.findall(words) if word not in ALLOWED}

    assert foreign == set()


def test_an_english_page_shows_no_chinese_but_data_and_quotations(day):
    without_chinese_data()

    foreign = {(line, address) for address, words in read(day, "en").items() for line in words.split("\n") if CHINESE.search(line)}

    assert foreign == set()


def without_chinese_data() -> None:
    """Every name and every text people wrote becomes Latin, so that whatever Chinese is left is ours."""
    texts = {
        District: ("name",), Institution: ("name", "short_name", "pickup_place"), Department: ("name",), Alliance: ("name",),
        CareTeam: ("name",), User: ("name",), Patient: ("name",), Encounter: ("note",),
        Referral: ("reason", "impression", "present_history"),
    }  # fmt: skip
    with as_owner():
        for model, fields in texts.items():
            model.objects.update(**{field: Concat(Value("Data "), Cast(F("pk"), TextField())) for field in fields})
