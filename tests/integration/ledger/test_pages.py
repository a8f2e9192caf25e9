"""The pages and doors of attendance and the ledger: what each role sees and does, masked, in few queries, typed words kept."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from permissions.acting import Acting
from referral.booking.arrival import arrive
from referral.booking.models import Booking
from referral.booking.proof import by_code
from referral.credit.models import BookingBan, Breach, Restriction
from referral.patients.models import PatientIdentifier
from tests.cast import bearer, sign_in
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.cast_referral import today
from tests.integration.language.reading import words_of
from tests.integration.language.test_pages import ALLOWED, LATIN
from vault.models import AccessEntry, AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def browser_of(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    return client


def device_of(who: Acting) -> Client:
    """Her browser as it stands in the hall."""
    client = browser_of(who)
    client.post(reverse("kiosk"), {"step": "open"})
    return client


def page(answer: Any) -> str:
    return str(answer.content.decode().split("<main", 1)[1])


def test_the_windows_list_counts_groups_and_narrows(cast: Ledger, django_assert_max_num_queries: Any) -> None:
    late, coming, come = cast.over(), cast.loop.booked(), cast.loop.booked()
    arrive(come.public_id, by_code(come.confirmation_code), expected_version=1, by=cast.clerk)
    browser = browser_of(cast.clerk)

    with django_assert_max_num_queries(30):
        shown = page(browser.get(reverse("arrivals")))

    assert all(word in shown for word in ("今日应到", "尚未到诊", "已迟到", "1 人预约，1 人未到"))
    assert shown.index(reads(coming)) < shown.index(reads(late))
    for query, present, absent in (
        (f"?q={late.number}", late, coming), ("?state=come", come, late), (f"?q={coming.confirmation_code}", coming, late),
    ):  # fmt: skip
        narrowed = page(browser.get(reverse("arrivals") + query))
        assert reads(present) in narrowed and reads(absent) not in narrowed
    paper = page(browser.get(reverse("arrivals_paper")))
    assert reads(late) in paper and "陈秀兰" not in paper


def reads(booking: Booking) -> str:
    number = booking.number
    return " ".join(number[begin : begin + 4] for begin in range(0, 16, 4))


def test_too_late_at_the_window_leads_to_the_report(cast: Ledger) -> None:
    rule(cast, late_rule="void")
    booking, browser = cast.over(), browser_of(cast.clerk)

    answer = browser.post(reverse("arrive"), {"proof": booking.confirmation_code})

    assert answer.status_code == 422
    assert reverse("absent_one", args=[booking.public_id]) in page(answer)
    assert fresh(booking).status == "booked"


def test_the_worklist_calls_reports_and_takes_back(cast: Ledger) -> None:
    booking, browser = cast.over(), browser_of(cast.coordinator)
    at = {name: reverse(name, args=[booking.public_id]) for name in ("absent_one", "absent_call", "absent_report", "absent_undo")}

    listed = page(browser.get(reverse("absent")))
    one = page(browser.get(at["absent_one"]))
    wrong = browser.post(at["absent_call"], {"outcome": "will_not_come", "note": ""})
    browser.post(at["absent_call"], {"outcome": "not_reached", "note": ""})
    browser.post(at["absent_report"], {"cause": "no_word", "version": 1})
    reported = page(browser.get(at["absent_one"]))
    browser.post(at["absent_undo"], {"version": 2})

    assert "陈*兰" in listed and "陈秀兰" not in listed
    assert booking.patient.phone in one
    assert wrong.status_code == 400 and "请填写对方所说的原因" in page(wrong)
    assert "计为患者的一次爽约" in reported
    assert fresh(booking).status == "booked"
    assert AccessEntry.objects.filter(object_id=booking.public_id, purpose="absence call").exists()


def test_several_proposals_are_confirmed_at_once(cast: Ledger) -> None:
    rows, browser = [cast.over(), cast.over()], browser_of(cast.clerk)

    browser.post(reverse("absent"), {"booking": [str(row.public_id) for row in rows]})

    assert [fresh(row).status for row in rows] == ["noshow", "noshow"]


def test_the_device_leads_from_code_to_document_and_says_one_character(cast: Ledger) -> None:
    booking, browser = cast.loop.booked(), device_of(cast.clerk)
    code, number = booking.confirmation_code, PatientIdentifier.objects.get(patient=booking.patient).number
    empty = browser.get(reverse("kiosk")).content.decode()

    typed = browser.post(reverse("kiosk"), {"step": "code", "code": code[:-1], "key": code[-1]})
    wrong = browser.post(reverse("kiosk"), {"step": "code", "code": "AAAA"})
    second = browser.post(reverse("kiosk"), {"step": "code", "code": code.lower()})
    told = browser.post(reverse("kiosk"), {"step": "document", "code": code, "document": number})

    assert 'name="key"' in empty and 'content="900;url=/kiosk/"' in empty
    assert f'value="{code}"' in page(typed)
    assert wrong.status_code == 422
    assert 'name="document"' in page(second)
    shown = told.content.decode()
    assert 'content="20;url=/kiosk/"' in shown
    assert "陈**" in page(told) and "心血管内科" in page(told)
    assert not any(word in shown for word in ("秀兰", number, code, booking.number, booking.patient.phone))
    assert fresh(booking).status == "arrived"


def test_a_stranger_at_the_device_learns_nothing(cast: Ledger) -> None:
    mine, hers, browser = cast.loop.booked(), cast.loop.booked(), device_of(cast.clerk)
    number = PatientIdentifier.objects.get(patient=mine.patient).number

    told = browser.post(reverse("kiosk"), {"step": "document", "code": hers.confirmation_code, "document": number})

    assert (told.status_code, fresh(hers).status) == (422, "booked")
    assert "请到窗口" in page(told) and "心血管" not in page(told)


def test_doctor_appeals_district_decides_and_everybody_reads_what_she_may(cast: Ledger, django_assert_max_num_queries: Any) -> None:
    breach = cast.breach()
    doctor, district = browser_of(cast.doctor), browser_of(cast.admin)
    at = reverse("breach", args=[breach.public_id])

    with django_assert_max_num_queries(30):
        listed = page(doctor.get(reverse("breaches")))
    empty = doctor.post(reverse("breach_appeal", args=[breach.public_id]), {"text": "", "evidence": "截图", "version": 2})
    doctor.post(reverse("breach_appeal", args=[breach.public_id]), {"text": "当天住院", "evidence": "出院小结", "version": 2})
    filed = Breach.objects.get(pk=breach.pk).appeal
    seen = page(district.get(at))
    district.post(reverse("appeal_decide", args=[filed.public_id]), {"decision": "struck", "reason": "住院属实", "version": 3})

    assert "陈*兰" in listed and "陈秀兰" not in listed
    assert empty.status_code == 400 and "截图" in page(empty)
    assert "当天住院" in seen and "陈秀兰" not in seen and "陈*兰" in seen
    assert "住院属实" in page(doctor.get(at))
    assert Breach.objects.get(pk=breach.pk).status == "struck"
    assert AccessEntry.objects.filter(object_id=breach.public_id, purpose="missed visit").count() >= 3


def test_others_find_no_breach(cast: Ledger) -> None:
    breach = cast.breach()

    for who, status in ((cast.clerk, 403), (cast.coordinator, 403), (cast.loop.manager, 403)):
        assert browser_of(who).get(reverse("breach", args=[breach.public_id])).status_code == status
    assert browser_of(cast.loop.colleague).get(reverse("breach", args=[breach.public_id])).status_code == 200


def test_the_resident_appeals_from_her_own_page(cast: Ledger) -> None:
    booking = cast.missed()
    browser = Client()

    assert browser.get(reverse("resident_appeal"))["Location"] == reverse("resident")
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    first = browser.get(reverse("resident")).content.decode()
    empty = browser.post(reverse("resident_appeal"), {"text": " ", "evidence": "住院证明"})
    browser.post(reverse("resident_appeal"), {"text": "我当天住院", "evidence": "住院证明"})

    assert reverse("resident_appeal") in first
    assert empty.status_code == 422 and "住院证明" in empty.content.decode()
    breach = Breach.objects.get(booking=booking)
    assert (breach.status, breach.appeal.by_resident, breach.appeal.text) == ("appealed", True, "我当天住院")


def test_the_list_of_bans_is_searched_and_taken_with_a_trace(cast: Ledger) -> None:
    ban = cast.listed()
    browser = browser_of(cast.admin)

    shown = page(browser.get(reverse("bans") + "?state=in_force&q=陈秀兰"))
    none = page(browser.get(reverse("bans") + "?q=无此人"))
    file = b"".join(browser.post(reverse("bans_export"), {"as": "csv"}).streaming_content).decode("utf-8-sig")

    assert "陈*兰" in shown and "陈秀兰" not in shown.replace('value="陈秀兰"', "")
    assert "名单上没有人" in none
    assert "陈*兰" in file and file.count("\n") == 2
    assert AuditEntry.objects.get(verb="export").details["list"] == "bans"
    assert BookingBan.objects.get().pk == ban.pk


def test_an_evasion_is_recorded_from_the_list_with_what_was_typed_kept(cast: Ledger) -> None:
    booking, browser = cast.loop.booked(), browser_of(cast.admin)

    wrong = browser.post(reverse("evasion"), {"number": "12", "evidence": "两张证件"})
    browser.post(reverse("evasion"), {"number": booking.number, "evidence": "两张证件"})

    assert wrong.status_code == 400 and "两张证件" in page(wrong)
    assert Breach.objects.get().kind == "evasion"


def test_a_coordinator_restricts_and_lifts(cast: Ledger) -> None:
    rule(cast, restrict_after="1")
    patient, browser = cast.patient(), browser_of(cast.coordinator)
    cast.missed(patient)

    shown = page(browser.get(reverse("restrictions")))
    wrong = browser.post(reverse("restrictions"), {"patient": str(patient.public_id), "reason": "", "last_day": today().isoformat()})
    browser.post(reverse("restrictions"), {"patient": str(patient.public_id), "reason": "未取号", "last_day": today().isoformat()})
    one = Restriction.objects.get()
    at = reverse("restriction", args=[one.public_id])
    lifted = browser.post(at, {"reason": "已约谈", "version": 1})

    assert str(patient.public_id) in shown and "陈秀兰" not in shown
    assert wrong.status_code == 400
    assert lifted["Location"] == at
    assert "已约谈" in page(browser.get(at))
    one.refresh_from_db()
    assert one.status == "lifted"


def test_after_a_miss_the_doctor_books_again_or_closes(cast: Ledger) -> None:
    again, closed, browser = cast.missed(), cast.missed(), browser_of(cast.doctor)

    shown = page(browser.get(reverse("referral", args=[again.referral.public_id])))
    version = again.referral.version
    to_book = browser.post(reverse("referral_again", args=[again.referral.public_id]), {"version": version})
    browser.post(reverse("referral_close", args=[closed.referral.public_id]), {"version": closed.referral.version, "reason": "不再需要"})

    assert "重新预约" in shown
    assert to_book["Location"] == reverse("book", args=[again.referral.public_id])
    assert (fresh(again).referral.status, fresh(closed).referral.status) == ("draft", "closed")


def test_the_same_by_program(cast: Ledger) -> None:
    client, booking = Client(), cast.over()
    clerk, doctor, admin = (bearer(who.user, who.post) for who in (cast.clerk, cast.doctor, cast.admin))
    clerk.pop("Acting-Post", None)
    doctor.pop("Acting-Post", None)

    def send(path: str, body: Any, headers: dict[str, str], version: int | None = None) -> Any:
        tag = {"If-Match": f'W/"{version}"'} if version else {}
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers | tag)

    absent = client.get("/api/v1/absent", headers=clerk).json()["results"]
    call = send(f"/bookings/{booking.public_id}/calls", {"outcome": "not_reached"}, clerk)
    missed = send(f"/bookings/{booking.public_id}/no-show", {"cause": "no_word"}, clerk, 1)
    breach = client.get("/api/v1/breaches", headers=doctor).json()["results"][0]
    filed = send(f"/breaches/{breach['id']}/appeal", {"text": "当天住院"}, doctor, breach["version"])
    stale = send(f"/appeals/{filed.json()['appeal']['id']}/decide", {"decision": "struck", "reason": "属实"}, admin, 1)
    done = send(f"/appeals/{filed.json()['appeal']['id']}/decide", {"decision": "struck", "reason": "属实"}, admin, 3)
    undone = send(f"/bookings/{booking.public_id}/undo", None, clerk, 2)

    assert [(one["id"], one["name"], one["proposed"]) for one in absent] == [(str(booking.public_id), "陈*兰", "no_word")]
    assert (call.status_code, missed.status_code, filed.status_code) == (201, 200, 201)
    assert (missed.json()["status"], missed["ETag"]) == ("noshow", 'W/"2"')
    assert (stale.status_code, done.status_code, done.json()["status"]) == (409, 200, "struck")
    assert (undone.status_code, undone.json()["status"]) == (200, "booked")
    assert client.get("/api/v1/bans", headers=admin).json() == {"results": [], "next": None}


def test_the_pages_hold_no_latin_word_in_chinese_and_open_in_english(cast: Ledger) -> None:
    waiting, breach = cast.over(), cast.listed().breaches.order_by("-pk")[0]
    seats = {
        cast.clerk: [reverse("arrivals"), reverse("absent"), reverse("absent_one", args=[waiting.public_id]), reverse("kiosk")],
        cast.doctor: [reverse("breaches"), reverse("breach", args=[breach.public_id])],
        cast.admin: [reverse("bans"), reverse("breach", args=[breach.public_id])],
        cast.coordinator: [reverse("restrictions"), reverse("absent")],
    }

    for who, addresses in seats.items():
        browser = browser_of(who)
        for address in addresses:
            latin = set(LATIN.findall(words_of("<main" + page(browser.get(address)).split("</main>")[0]))) - ALLOWED
            browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
            english = browser.get(address)
            browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
            assert (latin, english.status_code) == (set(), 200), address
