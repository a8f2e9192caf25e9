"""Where the documents differ or are silent a district's word counts from its day on (C5, C18-C20, C25, C30, C33): what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.parameters import DOCTOR_NAMES_SHOWN
from clinics.policy import REGISTRY, Row, Target, resolve
from clinics.register.naming import shows_names
from permissions.identity.documents import DocumentType
from referral.booking import remind
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.booking.confirm import confirm_coming
from referral.booking.models import Booking
from referral.daylists.lines import line_of, state_of
from referral.daylists.queries import Asked, day_list
from referral.slips.content import up_content
from tests.cast import bearer, sign_in
from tests.cast_referral import HEART, SUGAR, today
from tests.cast_ways_out import out
from tests.integration.policy.disputed_acts import ACTS, PASSPORT, Desk, outcome
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
ALL_KINDS = " ".join(DocumentType.values)
LIMIT, CONTRACT = "limit_reached R017", "contract_required"
# key → value → what comes of each of its acts; the first value is the one that holds where nobody says anything.
TABLE: dict[str, dict[str, list[str]]] = {
    "duplicates": {"evasion_listed": ["done"], "refused": ["not_allowed R136"]},
    "doctor_names_shown": {"yes": ["done"], "no": ["hidden"]},
    "cancel_by": {
        "referrer_and_resident": ["done", "done", "done"],
        "referrer": ["done", "not_allowed R058", "done"],
        "resident": ["not_allowed R058", "done", "done"],
    },
    "identity_documents": {
        ALL_KINDS: ["done"] * 7,
        "resident_id": [
            "done", "invalid_input document.type", "invalid_input guardian.document.type", "invalid_input guardian.document.type",
            "invalid_input document.type", "document_type", "done",
        ],
        "chinese_passport": [
            "invalid_input document.type", "done", "invalid_input guardian.document.type", "invalid_input guardian.document.type",
            "done", "done", "done",
        ],
    },
    "resident_confirms": {"no": ["not_allowed"], "optional": ["done"]},
    "counted_bookings": {
        "live_and_missed": [LIMIT, LIMIT, LIMIT, LIMIT, "limit_reached R015"],
        "live_and_attended": [LIMIT, LIMIT, LIMIT, "done", "limit_reached R015"],
        "live_only": [LIMIT, LIMIT, "done", "done", "limit_reached R015"],
    },
    "who_refers": {
        "contracted_institution": ["done", "done", "done", f"{CONTRACT} R118"],
        "contracted_team": ["done", "done", f"{CONTRACT} care_team", f"{CONTRACT} R118"],
        "contracted_doctor": ["done", f"{CONTRACT} contract_doctor", f"{CONTRACT} contract_doctor", f"{CONTRACT} R118"],
    },
}  # fmt: skip
VALUES = [(key, value) for key, values in TABLE.items() for value in values]


@pytest.fixture
def desk(db: None) -> Desk:
    made = Desk(out())
    for code in (HEART, SUGAR):
        made.world.department(code=code)
    return made


def tried(desk: Desk, key: str) -> list[str]:
    """What comes of each act, each undone before the next."""
    found = []
    for act in ACTS[key]:
        savepoint = transaction.savepoint()
        found.append(outcome(act, desk))
        transaction.savepoint_rollback(savepoint)
    return found


def test_the_table_holds_every_value_and_the_default_comes_first() -> None:
    assert set(TABLE) == set(ACTS)
    for key, values in TABLE.items():
        parameter = REGISTRY[key]
        assert parameter.default == next(iter(values))
        if key != "identity_documents":
            assert set(values) == (set(parameter.options) or {"yes", "no"})


@pytest.mark.parametrize(("key", "value"), VALUES, ids=[f"{key}-{value.split()[0]}-{len(value.split())}" for key, value in VALUES])
def test_a_value_refuses_what_it_should_from_its_day_on_and_not_before(desk: Desk, key: str, value: str) -> None:
    hospital = desk.world.hospital if key == "resident_confirms" else None
    row = desk.value(key, value, starts=today() + timedelta(days=1), institution=hospital)
    before = tried(desk, key)
    row.valid_from = today()
    row.save()

    assert before == next(iter(TABLE[key].values()))
    assert tried(desk, key) == TABLE[key][value]


def test_whatever_the_city_says_the_stricter_word_about_names_counts(desk: Desk) -> None:
    """C18: one no is enough, whoever says it."""

    def held(city: str, district: str) -> Any:
        day = today()
        rows = [Row("doctor_names_shown", city, day, id=1), Row("doctor_names_shown", district, day, district=1, id=2)]
        return resolve(DOCTOR_NAMES_SHOWN, day, Target(1, 10), rows).value

    found = {(city, district): held(city, district) for city in ("yes", "no") for district in ("yes", "no")}

    assert [pair for pair, may in found.items() if may] == [("yes", "yes")]


def test_what_a_resident_was_told_when_booked_stays_true(desk: Desk) -> None:
    """C19, as C9: the value stands on the booking, a later one does not touch it; the slip says the same."""
    first, second = desk.out.ahead(4), desk.out.ahead(5)
    desk.value("cancel_by", "referrer")
    third = desk.out.ahead(6)
    desk.value("cancel_by", "resident", starts=today() - timedelta(days=1))

    cancel_by_resident(first)
    cancel_by_referrer(second.public_id, expected_version=1, reason="patient", by=desk.out.doctor)
    with pytest.raises(Refusal) as refused:
        cancel_by_resident(third)

    (told,) = refused.value.violations
    assert (refused.value.code, told.rule, bool(told.quote)) == ("not_allowed", "R058", True)
    assert "010-82000000" in str(told.remedy)
    third.refresh_from_db()
    assert (third.status, third.version) == ("booked", 1)
    assert [up_content(one)["booking"]["cancel_by"] for one in (first, third)] == ["referrer_and_resident", "referrer"]


def test_where_only_the_unit_cancels_the_resident_reads_whom_to_call(desk: Desk, client: Client) -> None:
    desk.value("cancel_by", "referrer")
    booking = recognised(client, desk)

    page = client.get("/r/").content.decode()
    answer = client.post("/r/cancel/")

    assert 'action="/r/cancel/"' not in page
    assert "tel:010-82000000" in page
    assert (answer.status_code, "由您医生所在的机构取消" in answer.content.decode()) == (409, True)
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_where_only_the_resident_cancels_the_doctor_finds_no_button_and_is_told_at_every_door(desk: Desk, client: Client) -> None:
    desk.value("cancel_by", "resident")
    booking, zhou = desk.out.ahead(), desk.world.zhou
    sign_in(client, zhou.user, zhou)
    address = reverse("booking_cancel", args=[booking.public_id])

    case = client.get(reverse("referral", args=[booking.referral.public_id])).content.decode()
    page = client.get(address).content.decode()
    posted = client.post(address, {"version": "1", "reason": "patient"})
    asked = client.post(
        f"/api/v1/bookings/{booking.public_id}/cancel", {"reason": "patient"}, content_type="application/json",
        headers=bearer(zhou.user, zhou) | {"If-Match": 'W/"1"'},
    )  # fmt: skip

    told = client.get(f"/api/v1/referrals/{booking.referral.public_id}", headers=bearer(zhou.user, zhou)).json()

    assert not {"cancelled", "booking_cancelled"} & set(told["actions"])
    assert address not in case
    assert "只能由患者本人" in case
    assert "disabled" in page
    assert (posted.status_code, asked.status_code, asked.json()["code"]) == (403, 403, "not_allowed")
    assert "凭编号和识别码" in posted.content.decode()
    assert "编号和识别码" in asked.json()["violations"][0]["remedy"]
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_a_document_that_is_not_accepted_is_refused_with_field_and_remedy_by_page_and_program(desk: Desk, client: Client) -> None:
    desk.value("identity_documents", "resident_id military")
    zhou = desk.world.zhou
    given = {"name": "陈秀兰", "mobile": "13900009001", "sex": "2", "birth_date": "1958-03-15"}
    sign_in(client, zhou.user, zhou)

    form = client.get(reverse("patient_new")).content.decode()
    page = client.post(reverse("patient_new"), given | {"document.type": PASSPORT[0], "document.number": PASSPORT[1]}).content.decode()
    contract = {
        "care_team": str(desk.world.team.public_id), "health_record_number": "11010200700200777", "from": str(today()),
        "to": str(today() + timedelta(days=365)),
    }  # fmt: skip
    asked = client.post(
        "/api/v1/patients", given | {"document": {"type": PASSPORT[0], "number": PASSPORT[1]}, "contract": contract},
        content_type="application/json", headers=bearer(zhou.user, zhou),
    )  # fmt: skip

    assert ('value="resident_id"' in form, 'value="military"' in form, 'value="chinese_passport"' in form) == (True, True, False)
    assert "不能用这种证件登记" in page
    (told,) = [one for one in asked.json()["violations"] if one["field"] == "document.type"]
    assert (asked.status_code, told["remedy"]) == (400, "请出示下列证件之一：居民身份证、军人身份证件。")


def test_a_resident_says_that_she_comes_and_everybody_reads_it_while_nothing_else_changes(desk: Desk, client: Client) -> None:
    """R144, R179, C25: kept once on the booking; a booking nobody confirms is as good."""
    desk.value("resident_confirms", "optional", institution=desk.world.hospital)
    silent = desk.out.ahead(7)
    booking = recognised(client, desk)
    asks = client.get("/r/").content.decode()
    place = booking.pool_slot

    answers = [client.post("/r/confirm/").status_code for _time in range(2)]

    booking.refresh_from_db()
    place.refresh_from_db()
    said = client.get("/r/").content.decode()
    assert ('action="/r/confirm/"' in asks, 'action="/r/confirm/"' in said, answers) == (True, False, [302, 302])
    assert "您已表示会按时就诊" in said
    assert (booking.status, place.claimed, booking.confirmed_at is not None) == ("booked", 1, True)
    event = Event.objects.get(object_id=booking.public_id, event="booking.confirmed_by_resident")
    assert (event.actor_kind, event.actor_id, event.source, event.target) == ("patient", booking.patient.public_id, "booked", "booked")
    assert AuditEntry.objects.filter(verb="booking.confirm", object_id=booking.public_id).count() == 1
    zhou = desk.world.zhou
    case = Client()
    sign_in(case, zhou.user, zhou)
    shown = case.get(reverse("referral", args=[booking.referral.public_id])).content.decode()
    assert shown.count("患者表示会来") == 1
    assert "本人已表示" in shown
    lists = [day_list(Asked(desk.world.hospital, one.visit_date)).bookings for one in (booking, silent)]
    assert [state_of(line_of(rows[0])) for rows in lists] == ["已预约　会来", "已预约"]
    assert Booking.objects.filter(pk=silent.pk, status="booked", confirmed_at=None).exists()


def test_a_reminder_asks_only_who_has_not_said_it_and_only_where_the_hospital_asks(desk: Desk) -> None:
    def reminded(booking: Booking) -> str:
        remind.remind(booking.public_id)
        return Message.objects.filter(about=booking.public_id, template__startswith="reminder").get().template

    plain = desk.out.ahead(5)
    templates = [reminded(plain)]
    desk.value("resident_confirms", "optional", institution=desk.world.hospital)
    asked, told, late = desk.out.ahead(6), desk.out.ahead(7), desk.out.ahead(8)
    confirm_coming(told)
    Booking.objects.filter(pk=late.pk).update(cancel_until=late.created_at)

    templates += [reminded(one) for one in (asked, told, late)]
    remind.remind(asked.public_id)

    assert templates == ["reminder_d1", "reminder_d1_asking", "reminder_d1", "reminder_late_asking"]
    assert Message.objects.filter(about=asked.public_id, template__startswith="reminder").count() == 1


def test_nobody_says_so_once_the_visit_has_begun_or_the_booking_is_over(desk: Desk) -> None:
    desk.value("resident_confirms", "optional", institution=desk.world.hospital)
    begun, over = desk.out.ahead(5), desk.out.ahead(6)
    Booking.objects.filter(pk=begun.pk).update(starts_at=begun.created_at)
    cancel_by_resident(over)

    codes = []
    for one in (begun, over):
        with pytest.raises(Refusal) as refused:
            confirm_coming(one)
        codes.append(refused.value.code)

    assert codes == ["visit_over", "stale_state"]
    assert not Event.objects.filter(event="booking.confirmed_by_resident").exists()


def test_a_name_costs_a_question_only_at_a_hospital_that_shows_names(desk: Desk) -> None:
    hospital = desk.world.hospital
    with CaptureQueriesContext(connection) as silent:
        assert not shows_names(hospital, today())
    hospital.shows_doctor_names = True
    with CaptureQueriesContext(connection) as asked:
        assert shows_names(hospital, today())

    assert (len(silent), len(asked)) == (0, 1)


def recognised(client: Client, desk: Desk) -> Booking:
    """A booking whose resident proved number and code in this browser."""
    booking = desk.out.ahead()
    assert client.post("/r/", {"number": booking.number, "code": booking.confirmation_code}).status_code == 302
    return Booking.objects.select_related("pool_slot", "referral", "patient").get(pk=booking.pk)
