"""The doctor's pages: what they show, what they refuse and with what words, and how many queries they cost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from permissions.models import ReferralRight
from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.models import Encounter
from reserved_pools.models import PoolSlot
from tests.cast import sign_in
from tests.cast_referral import BONES, SUGAR, today
from tests.integration.pages.scene import Scene, scene
from vault.audit.models import AccessEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(client) -> Scene:
    """An ordinary day, with 周晓岚 logged in."""
    made = scene()
    sign_in(client, made.world.zhou.user, made.world.zhou)
    return made


def a_place(code: str = BONES, **wanted) -> PoolSlot:
    """A free place of a subject."""
    rows = PoolSlot.objects.with_remaining().filter(standard_code=code, remaining__gt=0, slot__session__status="planned", **wanted)
    return rows.order_by("visit_date", "starts_at").first()


def a_booking(day: Scene, code: str = BONES, **wanted) -> Booking:
    """陈秀兰 booked from a visit of her own."""
    referral = day.world.referral(day.chen, encounter=day.world.encounter(day.chen))
    place = a_place(code, **wanted)
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=day.world.doctor)
    return Booking.objects.get(public_id=made)


def posted(day: Scene, place: PoolSlot, **other: str) -> dict[str, str]:
    """The booking form as the page sends it."""
    return {"pool_slot": str(place.public_id), "version": str(day.draft.version), "idempotency_key": str(uuid4())} | other


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_first_page_shows_what_waits_with_masked_names(client, day):
    page = text_of(client.get(reverse("home")))

    assert "现在要做" in page
    assert "陈*兰" in page
    assert "陈秀兰" not in page


def test_a_search_finds_by_name_initials_and_last_four_but_only_ones_own(client, day):
    number = day.chen.identifiers.get().tail

    for text in ("陈秀兰", "cxl", number, day.chen.phone_tail, day.chen.phone):
        assert "陈*兰" in text_of(client.get(reverse("patients"), {"q": text})), text
    assert "没有找到" in text_of(client.get(reverse("patients"), {"q": "zzzz"}))
    assert "没有找到" in text_of(client.get(reverse("patients"), {"q": "\0'\"<b>"}))


def test_a_patient_without_a_relation_looks_like_none(client, day):
    other = day.world.patient("郑秀英", contract=False)
    far = type(day.world.centre).objects.create(
        district=day.world.district, name="远处社区卫生服务中心", short_name="远处", kind="centre", level="9"
    )
    type(other).objects.filter(pk=other.pk).update(registered_at=far)

    answer = client.get(reverse("patient", args=[other.public_id]))

    assert answer.status_code == 404
    assert "郑秀英" not in text_of(answer)


def test_who_looked_at_a_patient_or_a_case_is_remembered(client, day):
    client.get(reverse("patient", args=[day.chen.public_id]))
    client.get(reverse("referral", args=[day.draft.public_id]))

    seen = AccessEntry.objects.values_list("kind", "object_id")
    assert set(seen) >= {("patient", day.chen.public_id), ("referral", day.draft.public_id)}


def test_a_recorded_visit_leads_to_the_form_of_that_visit(client, day):
    sun = day.world.patient("孙桂英")
    now = timezone.localtime()
    typed = {"seen_day": f"{now:%Y-%m-%d}", "seen_time": f"{now:%H:%M}", "note": "高血压随访", "write": "1"}

    answer = client.post(reverse("encounter_new", args=[sun.public_id]), typed)

    visit = Encounter.objects.get(patient=sun)
    assert answer["Location"] == reverse("referral_new", args=[sun.public_id]) + f"?encounter={visit.public_id}"


@pytest.mark.parametrize(
    "typed",
    [
        {"seen_day": "", "seen_time": "", "note": ""},
        {"seen_day": "2026-02-30", "seen_time": "09:00", "note": "x"},
        {"seen_day": "2099-01-01", "seen_time": "09:00", "note": "x"},
        {"seen_day": "2026-11-22", "seen_time": "25:61", "note": "x" * 1001},
    ],
)
def test_a_visit_that_cannot_be_is_refused_on_the_same_page(client, day, typed):
    sun = day.world.patient("孙桂英")

    answer = client.post(reverse("encounter_new", args=[sun.public_id]), typed)

    assert answer.status_code == 400
    assert "处要改" in text_of(answer)
    assert Encounter.objects.filter(patient=sun).count() == 0


def test_all_faults_of_a_referral_are_told_at_once_with_what_was_typed(client, day):
    visit = day.world.encounter(day.chen)
    typed = {"encounter": str(visit.public_id), "reason": "长" * 101, "impression": "", "present_history": "头\0晕", "priority": "never"}

    answer = client.post(reverse("referral_new", args=[day.chen.public_id]), typed)

    assert answer.status_code == 400
    assert "有 5 处要改" in text_of(answer)
    assert "长" * 101 in text_of(answer)
    assert Referral.objects.filter(encounter=visit).count() == 0


def test_a_place_is_booked_and_the_page_says_what_to_tell(client, day):
    place = a_place()

    answer = client.post(reverse("book", args=[day.draft.public_id]), posted(day, place), follow=True)

    booking = Booking.objects.get(referral=day.draft)
    assert answer.redirect_chain[0][0] == reverse("booking_done", args=[booking.public_id])
    assert "请逐项告知患者" in text_of(answer)


def test_three_broken_rules_are_shown_together_with_their_quotes(client, day):
    """R108, R015 and R109 at once: full day, same department, same week."""
    first = a_booking(day, BONES)
    a_booking(day, SUGAR, visit_date=first.visit_date)
    place = a_place(BONES, visit_date=first.visit_date, institution=first.institution)

    answer = client.post(reverse("book", args=[day.draft.public_id]), posted(day, place))

    assert answer.status_code == 422
    page = text_of(answer)
    assert page.count("<h3>计数</h3>") == 2
    assert "同一就诊日" in page
    assert "<b>2/2</b>" in page
    assert Booking.objects.filter(referral=day.draft).count() == 0


def test_after_a_revocation_the_booking_page_says_so_and_why(client, day):
    ReferralRight.objects.filter(pk=day.world.zhou.right_id).update(status="revoked", reason_code="moved")
    place = a_place()

    read = client.get(reverse("book", args=[day.draft.public_id]))
    booked = client.post(reverse("book", args=[day.draft.public_id]), posted(day, place))

    for answer in (read, booked):
        assert answer.status_code == 403
        assert "您的转诊权限" in text_of(answer)
        assert "原因" in text_of(answer)
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("form", [{"pool_slot": "x"}, {"version": "\u0661"}, {"version": ""}, {"pool_slot": ""}])
def test_a_form_somebody_changed_is_refused(client, day, form):
    answer = client.post(reverse("book", args=[day.draft.public_id]), posted(day, a_place(), **form))

    assert answer.status_code == 400
    assert Booking.objects.count() == 0


def test_a_form_without_its_key_books_nothing(client, day):
    answer = client.post(reverse("book", args=[day.draft.public_id]), posted(day, a_place(), idempotency_key=""))

    assert answer.status_code == 400
    assert Booking.objects.count() == 0


def test_all_four_things_must_be_told_and_the_first_time_stays(client, day):
    booking = a_booking(day)
    address = reverse("booking_done", args=[booking.public_id])

    refused = client.post(address, {"told": ["when", "where", "cancelling"]})
    assert refused.status_code == 400
    assert Booking.objects.get(pk=booking.pk).told_at is None

    client.post(address, {"told": ["when", "where", "cancelling", "not_coming"]})
    first = Booking.objects.get(pk=booking.pk)
    client.post(address, {"told": ["when", "where", "cancelling", "not_coming"]})

    assert first.told_by == day.world.zhou
    assert Booking.objects.get(pk=booking.pk).told_at == first.told_at


def test_a_booking_is_cancelled_with_a_reason_and_can_be_booked_again(client, day):
    booking = a_booking(day, visit_date__gt=today() + timedelta(days=3))
    address = reverse("booking_cancel", args=[booking.public_id])

    assert client.post(address, {"version": booking.version, "reason": ""}).status_code == 400
    client.post(address, {"version": booking.version, "reason": "patient"})

    page = text_of(client.get(reverse("referral", args=[booking.referral.public_id])))
    assert Booking.objects.get(pk=booking.pk).status == "cancelled"
    assert "患者要求" in page
    assert reverse("book", args=[booking.referral.public_id]) in page


def test_a_draft_is_cancelled_and_its_visit_is_free_again(client, day):
    client.post(reverse("referral", args=[day.draft.public_id]), {"version": day.draft.version, "reason": "mistake"})

    assert Referral.objects.get(pk=day.draft.pk).status == "cancelled"
    assert str(day.draft.encounter.public_id) in text_of(client.get(reverse("referral_new", args=[day.chen.public_id])))


BOUNDS = {
    "home": 18,
    "patients": 10,
    "patient": 15,
    "referral_new": 14,
    "referrals": 10,
    "referral": 31,
    "book": 25,
    "booking_done": 15,
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_page_costs_a_fixed_number_of_queries_however_much_it_shows(client, day, name):
    booking = a_booking(day)
    address = {
        "patient": [day.chen.public_id],
        "referral_new": [day.chen.public_id],
        "referral": [booking.referral.public_id],
        "book": [day.draft.public_id],
        "booking_done": [booking.public_id],
    }
    few = queries_of(client, reverse(name, args=address.get(name, [])))
    for number in range(12):
        patient = day.world.patient(f"王{'一二三四五六七八九十甲乙'[number]}")
        day.world.referral(patient, encounter=day.world.encounter(patient))
        day.world.encounter(day.chen, seen_at=timezone.now() - timedelta(hours=2, minutes=number))
    many = queries_of(client, reverse(name, args=address.get(name, [])))

    assert len(many) == len(few), difference(few, many)
    assert len(many) <= BOUNDS[name], "\n".join(many)


def queries_of(client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries]


def difference(few: list[str], many: list[str]) -> str:
    return "\n".join(query for query in many if many.count(query) > few.count(query))
