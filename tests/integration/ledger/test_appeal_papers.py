"""The files beside an appeal: handed in by the resident's side, opened by both sides and nobody else, unchanged once it is decided."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from permissions.acting import Acting
from permissions.models.papers import LARGEST_FILE
from permissions.roles import Role
from referral.credit.appeal import appeal, decide
from referral.credit.models import Appeal, AppealPaper, Breach
from referral.credit.papers import attach, detach
from referral.inbox.models import Notice
from tests.cast import a_district, acting_as, an_admin, bearer
from tests.cast_ledger import Ledger, ledger
from tests.cast_loop import working
from tests.cast_nominations import PDF, a_paper, a_photo
from tests.cast_referral import institution
from tests.integration.ledger.test_pages import browser_of, page
from vault.models import AccessEntry, AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
SAID = {"text": "当天住院", "evidence": "见出院小结"}


@pytest.fixture
def cast(db: None) -> Ledger:
    return ledger()


def a_file(name: str = "出院小结.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")  # what a browser says of it is never believed


def filed(cast: Ledger, papers: int = 1) -> Breach:
    """A missed visit whose doctor appealed, with so many files."""
    breach = cast.breach()
    kept = [a_paper(f"证明{number}.pdf") for number in range(papers)]
    appeal(breach.public_id, text="当天住院", papers=kept, expected_version=breach.version, by=cast.doctor)
    return Breach.objects.get(pk=breach.pk)


def opened(who: Acting, paper: AppealPaper) -> Any:
    return browser_of(who).get(reverse("appeal_paper", args=[paper.public_id]))


def refused(use_case: Callable[..., Any], *args: Any, by: Acting) -> str:
    with pytest.raises(Refusal) as told:
        use_case(*args, by=by)
    return told.value.code


def test_three_files_go_with_the_appeal_and_the_decider_opens_each_with_a_trace(cast: Ledger, django_assert_max_num_queries: Any) -> None:
    breach, photo = cast.breach(), a_photo()
    files = [a_file(), a_file("急诊.html", photo), a_file("../../缴费单.exe", a_photo("PNG"))]

    browser_of(cast.doctor).post(reverse("breach_appeal", args=[breach.public_id]), SAID | {"version": 2, "file": files})
    one, two, three = AppealPaper.objects.listed()
    answer = opened(cast.admin, two)
    district = browser_of(cast.admin)
    with django_assert_max_num_queries(30):
        shown = page(district.get(reverse("breach", args=[breach.public_id])))

    assert [paper.name for paper in (one, two, three)] == ["出院小结.pdf", "急诊.jpg", "缴费单.png"]
    assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (photo, "image/jpeg", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    assert all(shown.count(paper.name) == 2 for paper in (one, two, three))  # among the evidence, and in the course of things
    assert shown.count("为申诉添加文件") == 3 and "撤下" not in shown
    looked = AccessEntry.objects.get(kind="attachment", purpose="download")
    assert (looked.object_id, looked.actor_id) == (two.public_id, cast.admin.user.public_id)
    assert "下载提名或申诉的附件" in page(browser_of(cast.doctor).get(f"/patients/{breach.patient.public_id}/looks/"))
    assert AuditEntry.objects.filter(verb="breach.attach", object_id=breach.public_id).count() == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(content, '') FROM referral_appealpaper")
        assert b"JVBERi0" not in cursor.fetchone()[0]  # how a PDF begins in base 64: nothing lies there in clear


WRONG: dict[str, list[tuple[str, bytes]]] = {
    "a page that calls itself a PDF": [("证明.pdf", b"<html><script>alert(1)</script></html>")],
    "an empty file": [("证明.pdf", b"")],
    "a PDF with a program": [("证明.pdf", PDF.replace(b"/Catalog", b"/Catalog /JavaScript 2 0 R"))],
    "more than 5 MiB": [("证明.pdf", PDF + b"\0" * LARGEST_FILE)],
    "the same twice": [("一.pdf", PDF), ("二.pdf", PDF)],
    "four of them": [(f"{number}.pdf", PDF + bytes([48 + number])) for number in range(4)],
    "a good one before a bad one": [("一.pdf", PDF), ("二.svg", b"<svg onload='alert(1)'></svg>")],
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_told_beside_its_field_and_nothing_is_half_written(cast: Ledger, what: str) -> None:
    breach, before = cast.breach(), (AuditEntry.objects.count(), Notice.objects.count())
    files = [a_file(name, content) for name, content in WRONG[what]]

    answer = browser_of(cast.doctor).post(reverse("breach_appeal", args=[breach.public_id]), SAID | {"version": 2, "file": files})

    shown = page(answer)
    assert answer.status_code == 400
    assert 'id="e-file"' in shown and "当天住院" in shown and "文件没有保留，请重新选择" in shown
    breach.refresh_from_db()
    assert (breach.status, Appeal.objects.count(), AppealPaper.objects.count()) == ("notified", 0, 0)
    assert (AuditEntry.objects.count(), Notice.objects.count()) == before


def test_a_missing_reason_and_a_wrong_file_are_told_together(cast: Ledger) -> None:
    breach = cast.breach()

    answer = browser_of(cast.doctor).post(
        reverse("breach_appeal", args=[breach.public_id]), {"text": " ", "evidence": "", "version": 2, "file": [a_file("a", b"x")]}
    )

    assert 'id="e-text"' in page(answer) and 'id="e-file"' in page(answer)


def test_nobody_but_the_two_sides_opens_a_file(cast: Ledger) -> None:
    paper = AppealPaper.objects.get(appeal__breach=filed(cast))
    world = cast.loop.world
    centre = institution(world.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    elsewhere = acting_as(an_admin("朝阳管理员", district=a_district("110105", "朝阳区")))
    strangers = {
        cast.clerk: 403, cast.coordinator: 403, cast.loop.manager: 403, cast.loop.cardiologist: 403, elsewhere: 404,
        working("月坛医生", centre, Role.FAMILY_DOCTOR): 404,
    }  # fmt: skip

    answers = {who: opened(who, paper).status_code for who in (*strangers, cast.doctor, cast.loop.colleague, cast.admin)}

    assert answers == strangers | {cast.doctor: 200, cast.loop.colleague: 200, cast.admin: 200}
    assert AccessEntry.objects.filter(object_id=paper.public_id).count() == 3
    browser = Client()
    booking = paper.appeal.breach.booking
    assert browser.get(reverse("resident_paper", args=[paper.public_id]))["Location"] == reverse("resident")
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})
    assert browser.get(reverse("resident_paper", args=[paper.public_id])).status_code == 404  # the doctor's, not her own


def test_files_come_and_go_until_the_decision_and_none_after_it(cast: Ledger) -> None:
    breach = filed(cast, papers=2)
    first, second = AppealPaper.objects.listed()
    doctor, at = browser_of(cast.loop.colleague), reverse("breach", args=[breach.public_id])

    nothing = doctor.post(reverse("appeal_papers", args=[breach.public_id]), {})
    doctor.post(reverse("appeal_papers", args=[breach.public_id]), {"file": a_file("化验.png", a_photo("PNG"))})
    assert refused(attach, breach.public_id, a_paper(), by=cast.doctor) == "invalid_input"
    doctor.post(reverse("appeal_paper", args=[first.public_id]))
    shown = page(doctor.get(at))
    again = doctor.post(reverse("appeal_paper", args=[first.public_id]))
    decide(breach.appeal.public_id, "upheld", reason="材料不足", expected_version=breach.version, by=cast.second)

    assert nothing.status_code == 400 and 'id="e-file"' in page(nothing)
    assert "撤下申诉的文件" in shown and shown.count(first.name) == 2 and shown.count(second.name) == 2
    assert again.status_code == opened(cast.admin, first).status_code == 404
    assert refused(attach, breach.public_id, a_paper(), by=cast.doctor) == "stale_state"
    assert refused(detach, second.public_id, by=cast.doctor) == "stale_state"
    assert (AppealPaper.objects.count(), AppealPaper.objects.present().count()) == (3, 2)
    assert 'name="file"' not in page(doctor.get(at))
    assert opened(cast.doctor, second).status_code == 200  # kept as long as the record is


def test_who_laid_a_file_there_does_not_decide(cast: Ledger) -> None:
    breach = filed(cast)
    AppealPaper.objects.update(added_by=cast.admin.user)

    with pytest.raises(Refusal, match="second_person_required"):
        decide(breach.appeal.public_id, "struck", reason="属实", expected_version=breach.version, by=cast.admin)

    assert Breach.objects.get(pk=breach.pk).status == "appealed"


def test_the_resident_sends_photos_with_her_own_appeal_and_opens_them(cast: Ledger) -> None:
    booking, photo = cast.missed(), a_photo()
    browser = Client()
    browser.post(reverse("resident"), {"number": booking.number, "code": booking.confirmation_code})

    wrong = browser.post(reverse("resident_appeal"), SAID | {"file": [a_file("a.pdf", b"x")]})
    browser.post(reverse("resident_appeal"), SAID | {"file": [a_file("住院.jpg", photo)]})
    paper = AppealPaper.objects.get()
    shown = browser.get(reverse("resident_appeal")).content.decode()
    answer = browser.get(reverse("resident_paper", args=[paper.public_id]))

    assert wrong.status_code == 422 and 'id="e-file"' in wrong.content.decode()
    assert (paper.added_by, paper.appeal.by_resident) == (None, True)
    assert reverse("resident_paper", args=[paper.public_id]) in shown
    assert answer.content == photo and answer["Content-Disposition"].startswith("attachment")
    assert AccessEntry.objects.get(object_id=paper.public_id).actor_kind == "patient"
    assert opened(cast.doctor, paper).status_code == opened(cast.admin, paper).status_code == 200
    assert "居民本人" in page(browser_of(cast.admin).get(reverse("breach", args=[paper.appeal.breach.public_id])))


def test_the_same_by_program_one_file_a_request_as_raw_bytes(cast: Ledger) -> None:
    breach = filed(cast, papers=0)
    doctor, admin = (bearer(who.user, who.post) for who in (cast.doctor, cast.admin))
    doctor.pop("Acting-Post", None)
    client, path = Client(), f"/api/v1/breaches/{breach.public_id}/appeal/papers"

    def send(content: bytes, headers: dict[str, str] = doctor, name: str = "证明") -> Any:
        return client.generic("POST", f"{path}?name={name}", content, "text/html", headers=headers)

    kept = send(a_photo("PNG"), name="证明.html")
    bad = [send(content).status_code for content in (b"", b"<svg></svg>", PDF + b"\0" * LARGEST_FILE)]
    more = [send(PDF + bytes([49 + number])).status_code for number in range(3)]
    one = f"{path}/{kept.json()['id']}"
    read, hers = client.get(one, headers=admin), client.get(f"/api/v1/breaches/{breach.public_id}", headers=doctor).json()
    elsewhere = client.get(one.replace(str(breach.public_id), str(cast.breach().public_id)), headers=admin)
    answers = [send(PDF, admin).status_code, client.delete(one, headers=admin).status_code, client.delete(one, headers=doctor).status_code]
    listed = client.get(path, headers=admin).json()["results"]

    assert (kept.status_code, kept.json()["name"], kept.json()["kind"], bad, more) == (
        201,
        "证明.png",
        "png",
        [400, 400, 413],
        [201, 201, 400],
    )
    assert (read.status_code, read["Content-Type"], read["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert "attachment" in read["Content-Disposition"] and AccessEntry.objects.filter(purpose="download").count() == 1
    assert hers["name"] == "陈*兰" and [paper["kind"] for paper in hers["appeal"]["papers"]] == ["png", "pdf", "pdf"]
    assert (elsewhere.status_code, answers) == (404, [403, 403, 204])
    assert [paper["withdrawn"] for paper in listed] == [False, False, True]
    assert client.get(one, headers=doctor).status_code == 404
