"""For a child without a document of its own everybody speaks with its guardian: messages of the ledger, the return, and the call (R025)."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from referral.patients.models import Guardian, Patient, PatientIdentifier
from tests.cast import sign_in
from tests.cast_ledger import Ledger, ledger
from vault.models import Message

pytestmark = pytest.mark.django_db
PHONE = "13911112222"


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


@pytest.fixture
def child(cast: Ledger) -> Patient:
    """陈小满, who left a landline; 王芳 answers for her on a mobile of her own."""
    made = cast.patient("陈小满")
    PatientIdentifier.objects.filter(patient=made).delete()
    Patient.objects.filter(pk=made.pk).update(phone="", phone_hash="", phone_tail="", landline="010-62001234", landline_tail="1234")
    Guardian.objects.create(
        patient=made, name="王芳", document_type="resident_id", number="1", lookup="1", number_hash="1", tail="0001", phone=PHONE,
        relation="母亲",
    )  # fmt: skip
    return Patient.objects.get(pk=made.pk)


def test_a_missed_visit_is_told_to_the_guardian_by_her_name_for_the_child(cast: Ledger, child: Patient) -> None:
    breach = cast.breach(child)

    told = Message.objects.get(template="breach_recorded", about=breach.public_id)

    assert (told.phone, json.loads(told.params)["name"]) == (PHONE, "陈*满的监护人")
    assert breach.status == "notified"


def test_the_window_calls_the_guardian_by_name(cast: Ledger, child: Patient) -> None:
    booking, browser = cast.over(child), Client()
    sign_in(browser, cast.clerk.user, cast.clerk.post)

    shown = browser.get(reverse("absent_one", args=[booking.public_id])).content.decode()

    assert f"tel:{PHONE}" in shown and "王芳（母亲）" in shown and "62001234" not in shown


def test_a_return_is_told_to_the_guardian(cast: Ledger, child: Patient) -> None:
    sent_back = cast.loop.sent_back(child)

    told = Message.objects.get(template="return_patient", about=sent_back.public_id)

    assert (told.phone, json.loads(told.params)["name"]) == (PHONE, "陈*满的监护人")
