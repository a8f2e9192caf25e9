"""Booking costs nothing, and everybody concerned reads so: the doctor before and after, the resident, and the slip (R002)."""

import re
from uuid import uuid4

import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from clinics.mirror import mirror
from referral import models as tables
from referral.booking.book import book
from referral.views.matrix import key_of
from tests.cast import sign_in
from tests.cast_referral import world
from tests.cast_ways_out import out

pytestmark = pytest.mark.django_db
FREE = re.compile("免费|不收费")
MONEY = {"fee", "price", "amount", "paid", "payment", "cost"}


def test_who_books_and_who_is_booked_for_reads_that_it_is_free(client: Client) -> None:
    made = world()
    with transaction.atomic():
        mirror([made.zhou.user_id])
    sign_in(client, made.zhou.user, made.zhou)
    draft, referral, place = made.referral(), made.referral(), made.place()
    booking = tables.Booking.objects.get(
        public_id=book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=made.doctor)
    )
    resident = Client()
    resident.post("/r/", {"number": booking.number, "code": booking.confirmation_code})

    free = made.place(4)
    chosen = {"cell": key_of(free.service.public_id, free.visit_date, "am"), "slot": str(free.public_id)}
    pages = {
        "before": client.get(reverse("book", args=[draft.public_id]), chosen),
        "after": client.get(reverse("booking_done", args=[booking.public_id])),
        "resident": resident.get("/r/"),
        "slip": client.get(f"/bookings/{booking.public_id}/slip/"),
    }

    assert [name for name, page in pages.items() if not FREE.search(page.content.decode())] == []
    assert "不收取预约挂号服务费" in pages["slip"].content.decode()


def test_the_doctor_who_books_the_next_visit_reads_it_before_she_confirms(client: Client) -> None:
    held = out()
    visit, place = held.loop.attended(), held.direct()
    sign_in(client, held.cardiologist.user, held.cardiologist.post)

    page = client.get(reverse("next_visit", args=[visit.public_id]), {"slot": str(place.public_id)}).content.decode()

    assert FREE.search(page[page.index('id="confirm"') :])


def test_no_table_of_a_case_has_a_column_for_money() -> None:
    held = [model for model in vars(tables).values() if isinstance(model, type) and issubclass(model, models.Model)]

    named = [f"{model.__name__}.{one.name}" for model in held for one in model._meta.get_fields() if MONEY & set(one.name.split("_"))]

    assert len(held) > 10
    assert named == []
