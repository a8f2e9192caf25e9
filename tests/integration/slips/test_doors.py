"""The slip over HTTP: the file, the waiting page, the page to print instead, and who gets none of them."""

import io
from uuid import uuid4

import pypdf
import pytest

from referral.booking.book import book
from referral.models import Booking, Slip
from referral.slips import checks, issue, render
from referral.views import slips as slip_views
from tests import cast_referral as world_of
from tests.cast import sign_in
from vault.audit.models import AccessEntry

pytestmark = pytest.mark.django_db(transaction=True)
needs_pango = pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs())


@pytest.fixture
def world():
    return world_of.world()


@pytest.fixture
def booking(world):
    referral, place = world.referral(world.patient("陈秀兰")), world.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-doors", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


@pytest.fixture
def doctor(client, world):
    return signed_in(client, world.zhou.user)


@pytest.fixture
def worker(monkeypatch):
    """A worker that is there at once."""
    monkeypatch.setattr(issue, "ask_for_pdf", issue.make_pdf)
    yield
    render.press.stop()


@pytest.fixture
def no_worker(monkeypatch):
    monkeypatch.setattr(issue, "ask_for_pdf", lambda _slip: None)
    monkeypatch.setattr(slip_views, "PATIENCE", 0)


def signed_in(client, user):
    sign_in(client, user)
    return client


@pytest.mark.pdf
@needs_pango
@pytest.mark.parametrize("address", ["/bookings/{}/slip.pdf", "/api/v1/bookings/{}/slip.pdf"])
def test_the_doctor_gets_the_slip_as_a_file_and_the_look_is_recorded(doctor, booking, worker, address):
    answer = doctor.get(address.format(booking.public_id))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Slip-Copy"] == "1"
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 1
    assert AccessEntry.objects.filter(object_id=booking.public_id, purpose="print slip").count() == 1


@pytest.mark.pdf
@needs_pango
def test_a_program_may_ask_for_the_file_by_its_type(doctor, booking, worker):
    answer = doctor.get(f"/api/v1/bookings/{booking.public_id}/slip.pdf", headers={"Accept": "application/pdf"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


def test_while_the_worker_is_busy_the_page_says_so_and_loads_again_without_a_second_copy(doctor, booking, no_worker):
    first, second = (doctor.get(f"/bookings/{booking.public_id}/slip.pdf") for _load in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert '<meta http-equiv="refresh" content="2">' in first.content.decode()
    assert Slip.objects.count() == 1


def test_without_pdf_the_same_copy_is_a_page_to_print(doctor, booking, no_worker):
    doctor.get(f"/bookings/{booking.public_id}/slip.pdf")

    page = doctor.get(f"/bookings/{booking.public_id}/slip/")

    text = page.content.decode()
    assert page.status_code == 200
    for part in ("双向转诊（转出）单", "陈秀兰", "第1次打印", "slips/slip.css", "<svg"):
        assert part in text
    assert "style=" not in text
    assert Slip.objects.count() == 1


@pytest.mark.parametrize("address", ["/bookings/{}/slip.pdf", "/bookings/{}/slip/", "/api/v1/bookings/{}/slip.pdf"])
def test_nobody_else_gets_a_copy(client, world, booking, no_worker, address):
    stranger = world_of.referring_post(
        "外人",
        world_of.institution(world.district, "月坛社区卫生服务中心", "月坛", kind="centre"),
        world.admin,
        world.hospital.led_alliances.get(),
    )

    assert client.get(address.format(booking.public_id)).status_code in (302, 401)
    assert signed_in(client, stranger.user).get(address.format(booking.public_id)).status_code == 404
    assert client.get(address.format(uuid4())).status_code == 404
    assert Slip.objects.count() == 0
    assert AccessEntry.objects.filter(purpose="print slip").count() == 0
