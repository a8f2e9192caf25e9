"""The pages of nominations: the institution hands in and puts right, the district looks, decides, and decides about many."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinics import rights
from clinics.models import Institution, Post, TargetGrant
from clinics.nominations.nominate import detach
from permissions.acting import Acting
from permissions.models import Attachment, Nomination, ReferralRight
from permissions.models.papers import LARGEST_FILE
from permissions.right_states import RightReason, RightStatus
from tests.cast import a_right, a_user, acting_as, an_admin, sign_in
from tests.cast_clinics import a_centre, a_department, a_hospital, a_post, an_alliance, in_days
from tests.cast_nominations import PDF, a_licence, a_manager, a_nomination, a_photo
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
S = RightStatus


def seated(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    return client


@pytest.fixture
def manager() -> Acting:
    return a_manager(a_centre("德胜"))


@pytest.fixture
def district() -> Client:
    return seated(acting_as(an_admin("宋建华")))


def a_doctor(manager: Acting, name: str = "罗一鸣") -> Post:
    return a_post(a_user(name), manager.post.institution)


def page(client: Client, name: str, *arguments: object, **query: object) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def a_file(name: str = "执业证.pdf", content: bytes = PDF, said: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, said)


def test_a_manager_nominates_by_page_with_papers(manager: Acting) -> None:
    doctor, client, alliance = a_doctor(manager), seated(manager), an_alliance(manager.post.institution)
    files = [a_file(), a_file("证.exe", a_photo("JPEG"), "application/x-msdownload")]
    typed = {"licence_number": " 110110102 123456", "target": f"alliance.{alliance.public_id}", "note": "新签约\n请办理", "file": files}

    asked = page(client, "nomination_new", doctor.public_id)
    answer = client.post(reverse("nomination_new", args=[doctor.public_id]), typed)

    right, kept = ReferralRight.objects.get(), Nomination.objects.get()
    assert f'value="alliance.{alliance.public_id}" checked' in asked
    assert (answer.status_code, answer.url) == (302, reverse("nomination", args=[right.public_id]))
    assert (kept.licence, kept.note) == ("110110102123456", "新签约\n请办理")
    assert kept.wishes == [["alliance", str(alliance.public_id)]]
    assert [(one.name, one.kind) for one in Attachment.objects.order_by("pk")] == [("执业证.pdf", "pdf"), ("证.jpg", "jpeg")]
    text = page(client, "nomination", right.public_id)
    assert all(word in text for word in ("110110102123456", "执业证.pdf", alliance.name, "新签约<br>请办理", "已提名"))


def test_all_faults_of_the_form_are_told_at_once_and_nothing_is_written(manager: Acting) -> None:
    doctor, client = a_doctor(manager), seated(manager)
    typed = {"licence_number": "12", "note": "a\0b", "target": "alliance.x", "file": a_file(content=b"<html>")}

    answer = client.post(reverse("nomination_new", args=[doctor.public_id]), typed)

    text = answer.content.decode()
    assert answer.status_code == 400
    assert "有 4 处要改" in text
    assert all(f'href="#f-{field}"' in text for field in ("licence_number", "note", "targets", "file"))
    assert 'value="12"' in text
    assert "请重新选择" in text
    assert ReferralRight.objects.count() == Attachment.objects.count() == 0


FILES = {
    "six": [a_file(content=PDF + str(number).encode()) for number in range(6)],
    "twice the same": [a_file(), a_file("b.pdf")],
    "too large": [a_file(content=PDF + b"\0" * LARGEST_FILE)],
    "empty": [a_file(content=b"")],
    "program": [a_file(content=b"MZ" + b"\0" * 100)],
    "script in a PDF": [a_file(content=PDF.replace(b"/Catalog", b"/JavaScript"))],
}


@pytest.mark.parametrize("what", FILES)
def test_files_that_cannot_be_kept_are_named_at_their_field(manager: Acting, what: str) -> None:
    doctor, client = a_doctor(manager), seated(manager)
    for one in FILES[what]:
        one.seek(0)

    answer = client.post(reverse("nomination_new", args=[doctor.public_id]), {"licence_number": a_licence(), "file": FILES[what]})

    assert answer.status_code == 400
    assert 'id="e-file"' in answer.content.decode()
    assert ReferralRight.objects.count() == Attachment.objects.count() == 0


def test_what_was_sent_back_shows_the_reason_and_is_put_right(manager: Acting, district: Client) -> None:
    right = a_nomination(a_doctor(manager), by=manager)
    client = seated(manager)
    said = {"act": "send_back", "version": 1, "reason": "attachment", "note": "照片看不清"}

    answer = district.post(reverse("judgement", args=[right.public_id]), said)
    listed, one = page(client, "nominations"), page(client, "nomination", right.public_id)
    again = {"act": "nominate_again", "version": 2, "licence_number": a_licence(), "file": a_file("清楚.png", a_photo("PNG"))}
    corrected = client.post(reverse("nomination", args=[right.public_id]), again)

    right.refresh_from_db()
    assert (answer.status_code, corrected.status_code, right.status) == (302, 302, S.NOMINATED)
    assert "照片看不清" in listed
    assert "附件缺失或看不清" in one
    assert 'name="licence_number"' in one
    assert Attachment.objects.count() == 2


def test_papers_are_added_taken_away_and_the_nomination_withdrawn(manager: Acting) -> None:
    right, client = a_nomination(a_doctor(manager), by=manager), seated(manager)
    address = reverse("nomination", args=[right.public_id])
    old = right.attachments.get()

    added = client.post(address, {"act": "attach", "file": a_file("b.png", a_photo("PNG"))})
    nothing = client.post(address, {"act": "attach"})
    gone = client.post(address, {"act": "detach", "paper": str(old.public_id)})
    other = client.post(address, {"act": "detach", "paper": str(a_nomination().attachments.get().public_id)})
    withdrawn = client.post(address, {"act": "withdraw", "version": "1"})

    assert [one.status_code for one in (added, nothing, gone, other, withdrawn)] == [302, 400, 302, 404, 302]
    right.refresh_from_db()
    assert (right.status, right.attachments.present().count()) == (S.ENDED, 1)
    assert "已撤回提名" in page(client, "nomination", right.public_id)


def test_a_paper_is_downloaded_as_a_file_and_the_download_is_noted(manager: Acting, district: Client) -> None:
    paper = a_nomination(a_doctor(manager), by=manager).attachments.get()
    address = reverse("paper", args=[paper.public_id])

    answers = [client.get(address) for client in (district, seated(manager))]

    for answer in answers:
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment; filename")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "no-store"
    assert AccessEntry.objects.filter(kind="attachment", object_id=paper.public_id, purpose="download").count() == 2


def test_nobody_else_reads_a_paper_or_a_nomination(manager: Acting) -> None:
    right = a_nomination(a_doctor(manager), by=manager)
    paper = right.attachments.get()
    others = {
        "another manager": (a_manager(a_centre("月坛"), "王管理"), 404),
        "the doctor herself": (acting_as(right.user, right.post), 403),
        "a colleague": (acting_as(doctor := a_user("沈佳"), a_post(doctor, manager.post.institution)), 403),
    }

    for who, code in others.values():
        client = seated(who)
        assert client.get(reverse("paper", args=[paper.public_id])).status_code == code
        assert client.get(reverse("nomination", args=[right.public_id])).status_code == code
        assert client.get(reverse("worklist")).status_code == 403
    assert not AccessEntry.objects.filter(object_id=paper.public_id).exists()


def test_the_worklist_shows_the_checks_of_everyone_who_waits(district: Client) -> None:
    licence = a_licence()
    a_nomination(a_post(a_user("邓洁"), a_centre("广外")), licence=licence)
    a_nomination(a_post(a_user("刘敏"), a_centre("月坛")), licence=licence)
    a_nomination(a_post(a_user("叶青")), papers=0)
    sound = a_nomination(a_post(a_user("高翔")))
    over = a_nomination(a_post(a_user("袁博")))
    rights.verify_and_grant(over, targets=[a_hospital()], last_day=in_days(9), by=acting_as(an_admin()))

    text = page(district, "worklist")

    assert all(word in text for word in ("编号与他人重复：月坛", "编号与他人重复：广外", "没有附件", "高翔", "可授权"))
    assert "袁博" not in text
    assert text.count("不合条件") == 2
    assert "高翔" not in page(district, "worklist", step="verified")
    assert "邓洁" not in page(district, "worklist", q="高")
    assert "邓洁" not in page(district, "worklist", institution=sound.post.institution.public_id)
    assert "没有符合筛选条件的提名" in page(district, "worklist", q="无此人")


def test_the_worklist_costs_the_same_for_one_and_for_many(district: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        a_nomination()

    with django_assert_max_num_queries(22):
        page(district, "worklist")


def test_the_institutions_list_costs_the_same_for_one_and_for_many(manager: Acting, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        a_nomination(a_doctor(manager, f"医生{number}"), by=manager)
    client = seated(manager)

    with django_assert_max_num_queries(12):
        text = page(client, "nominations")

    assert text.count('class="tag info"') == 12


def test_the_districts_panel_tells_number_papers_wishes_and_earlier_rights(manager: Acting, district: Client) -> None:
    hospital, doctor = a_hospital("宣武医院"), a_doctor(manager)
    taken = a_right(doctor.user, status=S.REVOKED, reason_code=RightReason.MOVED)
    right = a_nomination(doctor, by=manager, licence="110110102987654", wishes=(("institution", hospital.public_id),))
    detach(right.attachments.get(), by=manager)

    text = page(district, "judgement", right.public_id)

    assert all(
        word in text for word in ("110110102987654", hospital.name, "已移除：", "没有附件", reverse("right", args=[taken.public_id]))
    )
    assert f'value="institution.{hospital.public_id}" checked' in text
    assert doctor.user.phone not in text
    assert AccessEntry.objects.filter(kind="right", object_id=right.public_id, purpose="nomination page").count() == 1


def decide(client: Client, right: ReferralRight, act: str, **typed: object) -> Any:
    return client.post(reverse("judgement", args=[right.public_id]), {"act": act, "version": right.version, **typed})


def test_verifying_and_granting_from_the_worklist(district: Client) -> None:
    right, hospital = a_nomination(), a_hospital()
    grant = {"target": f"institution.{hospital.public_id}", "valid_to": in_days(30).isoformat()}

    verified = decide(district, right, "verify")
    right.refresh_from_db()
    granted = decide(district, right, "grant", **grant)

    right.refresh_from_db()
    assert (verified.status_code, granted.status_code, right.status) == (302, 302, S.GRANTED)
    assert [one.target for one in TargetGrant.objects.all()] == [hospital]


@pytest.mark.parametrize(
    ("act", "typed", "status", "opened"),
    [
        ("send_back", {"reason": "", "note": "x"}, 400, "send_back"),
        ("send_back", {"reason": "post", "note": ""}, 400, "send_back"),
        ("send_back", {"reason": "post", "note": "x" * 201}, 400, "send_back"),
        ("send_back", {"reason": "moved", "note": "x"}, 400, "send_back"),
        ("grant", {"valid_to": "2099-01-01"}, 400, "grant"),
        ("grant", {"target": "alliance.x", "valid_to": "2020-01-01"}, 400, "grant"),
        ("verify", {"version": "9"}, 409, ""),
        ("verify", {"version": "x"}, 400, ""),
        ("explode", {}, 400, ""),
    ],
)
def test_a_decision_that_cannot_be_opens_its_dialog_again_and_changes_nothing(
    district: Client, act: str, typed: dict[str, str], status: int, opened: str
) -> None:
    right = a_nomination()

    answer = decide(district, right, act, **typed)

    text = answer.content.decode()
    assert answer.status_code == status
    assert ('class="modal open"' in text) == bool(opened)
    if opened:
        assert f'class="modal open" id="{opened}"' in text
    right.refresh_from_db()
    assert (right.status, right.version) == (S.NOMINATED, 1)


def test_what_the_checks_stop_offers_only_to_send_it_back(district: Client) -> None:
    right = a_nomination()
    Institution.objects.filter(pk=right.post.institution_id).update(is_suspended=True)

    text = page(district, "judgement", right.public_id)
    answer = decide(district, right, "verify")

    assert "机构已暂停" in text
    assert 'id="send_back"' in text
    assert 'id="grant"' not in text
    assert answer.status_code == 422
    assert "机构已暂停" in answer.content.decode()


def test_many_are_previewed_and_decided_each_with_its_result(district: Client) -> None:
    sound, doubtful, hospital = a_nomination(), a_nomination(papers=0), a_hospital()
    guilty = a_nomination()
    a_right(guilty.user, status=S.REVOKED, reason_code=RightReason.MISCONDUCT)
    chosen = [sound, doubtful, guilty]

    preview = page(district, "worklist_grant", right=[str(one.public_id) for one in chosen])
    typed = {
        "right": [f"{one.public_id}.{one.version}" for one in chosen],
        "target": f"institution.{hospital.public_id}",
        "valid_to": in_days(30).isoformat(),
    }
    bad = district.post(reverse("worklist_grant"), typed | {"valid_to": "soon"})
    unchanged = set(ReferralRight.objects.filter(pk__in=[one.pk for one in chosen]).values_list("status", flat=True))
    answer = district.post(reverse("worklist_grant"), typed, follow=True)

    told = answer.content.decode()
    assert all(word in preview for word in ("将授权", "不变：须单独核实", "仅核验，由另一人授权", "办理 2 项提名"))
    assert (bad.status_code, unchanged) == (400, {S.NOMINATED})
    assert [ReferralRight.objects.get(pk=one.pk).status for one in chosen] == [S.GRANTED, S.NOMINATED, S.VERIFIED]
    assert all(word in told for word in ("已授权 1 人。", "已核验，须由另一位区级管理员授权", "须单独核实"))


def test_choosing_nobody_leads_back_to_the_worklist(district: Client) -> None:
    answer = district.get(reverse("worklist_grant"), {"right": "nonsense"})

    assert (answer.status_code, answer.url) == (302, reverse("worklist"))
    assert district.post(reverse("worklist_grant"), {"right": "nonsense"}).status_code == 400


def test_a_single_department_is_wished_by_page_stands_open_for_the_district_and_is_granted(manager: Acting, district: Client) -> None:
    hospital = a_hospital("宣武医院")
    room, _other = a_department(hospital, name="心血管内科"), a_department(a_hospital("阜外医院"), name="高血压中心")
    doctor, client, target = a_doctor(manager), seated(manager), f"department.{room.public_id}"

    asked = page(client, "nomination_new", doctor.public_id)
    client.post(reverse("nomination_new", args=[doctor.public_id]), {"licence_number": a_licence(), "target": target})
    right = ReferralRight.objects.get(user=doctor.user)
    judged = page(district, "judgement", right.public_id)
    granted = decide(district, right, "grant", target=target, valid_to=in_days(30).isoformat())

    assert "<details><summary>宣武医院" in asked and f'value="{target}">' in asked
    assert f'value="{target}" checked' in judged
    assert "<details open><summary>宣武医院" in judged and "<details><summary>阜外医院" in judged
    assert (granted.status_code, [one.target for one in TargetGrant.objects.filter(right=right)]) == (302, [room])


def test_for_many_at_once_only_what_all_of_them_belong_to_is_ticked(district: Client) -> None:
    first, second = a_nomination(a_post(a_user("高翔"))), a_nomination(a_post(a_user("邓洁")))
    shared = an_alliance(first.post.institution, second.post.institution)
    alone = an_alliance(first.post.institution)

    text = page(district, "worklist_grant", right=[str(first.public_id), str(second.public_id)])

    assert f'value="alliance.{shared.public_id}" checked' in text
    assert f'value="alliance.{alone.public_id}">' in text


def test_heading_filter_and_rows_of_the_institutions_list_use_the_same_words(manager: Acting) -> None:
    for name in ("罗一鸣", "高翔"):
        a_nomination(a_doctor(manager, name), by=manager)
    rights.verify(ReferralRight.objects.get(user__name="高翔"), by=acting_as(an_admin()))
    gone = a_right(a_user("马晓东"), status=S.REVOKED, reason_code=RightReason.MISCONDUCT)
    a_post(gone.user, manager.post.institution, right=gone)
    client = seated(manager)

    text = page(client, "nominations")
    waiting = page(client, "nominations", standing="waiting")
    verified = page(client, "nomination", ReferralRight.objects.get(user__name="高翔").public_id)

    assert "待区级审核 2" in text and '<option value="waiting">待区级审核</option>' in text.replace(" selected", "")
    assert text.count('<span class="tag info">待区级审核</span>') == 2
    assert all(word in text for word in ("已提名", "已核验", "违规"))
    assert "罗一鸣" in waiting and "马晓东" not in waiting
    assert 'value="detach"' not in verified
