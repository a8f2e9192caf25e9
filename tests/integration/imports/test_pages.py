"""The pages of lists: upload, watch, look, agree, fetch what is faulty; every refusal says what to do and nothing is half written."""

import io
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clinics.imports import work
from clinics.imports.kinds import find
from clinics.imports.states import IMPORT_STATES
from clinics.imports.template import template_of
from clinics.models import ImportJob, Post
from clinics.views.imports import MAY
from permissions.acting import Acting
from permissions.roles import CAPABILITIES, Role
from permissions.uploads import MOST_BYTES
from tests.cast import sign_in
from tests.cast_clinics import a_centre, a_hospital, a_post, a_user, today
from tests.cast_imports import STAFF, a_text, a_workbook, applied, checked, district, fresh, manager_of, received, worked
from tests.integration.language.reading import words_of
from vault.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Acting:
    return district()


@pytest.fixture
def page(client: Client, by: Acting) -> Client:
    sign_in(client, by.user)
    return client


def lines(number: int, place: str) -> list[tuple[str, ...]]:
    return [(f"王{chr(0x4E00 + n)}", f"137{n:08d}", place, "家庭医生", "", "", "") for n in range(number)]


def upload(page: Client, data: bytes, kind: str = "staff", name: str = "名单.xlsx", **more: Any) -> Any:
    return page.post(reverse("imports"), {"kind": kind, "file": SimpleUploadedFile(name, data), **more})


def opened(page: Client, job: ImportJob) -> str:
    answer = page.get(reverse("import", args=[job.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_goes_from_upload_to_import_by_pages_alone(page: Client):
    centre = a_centre()
    answer = upload(page, a_workbook([STAFF, *lines(2, centre.name), ("王三", "1", centre.name, "家庭医生", "", "", "")]))
    job = ImportJob.objects.get()
    assert answer.headers["Location"] == reverse("import", args=[job.public_id])
    assert 'hx-trigger="every 2s"' in opened(page, job)

    job = worked(job)
    text = opened(page, job)
    assert "hx-trigger" not in text
    assert '<progress class="prog gap-1" max="3" value="3"' in text
    assert all(words in text for words in ("导入：新增 2，变更 0", "有错的行", "略过有错的 1 行", "读到的前几行"))

    decision = {"act": "confirm", "version": str(job.version), "leave_out_faulty": "1"}
    assert page.post(reverse("import", args=[job.public_id]), decision).status_code == 302
    job = worked(job)
    assert (job.status, Post.objects.live().filter(institution=centre).count()) == ("applied", 2)
    assert "已导入" in opened(page, job)


def test_without_the_tick_the_page_says_so_and_nothing_begins(page: Client, by: Acting):
    job = checked(a_text([STAFF, *lines(1, a_centre().name), ("王三", "1", "", "", "", "", "")]), by)

    answer = page.post(reverse("import", args=[job.public_id]), {"act": "confirm", "version": str(job.version)})

    assert answer.status_code == 400
    assert 'id="e-leave_out_faulty"' in answer.content.decode()
    assert fresh(job).status == "checked"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"act": "confirm", "version": "1"}, 409),
        ({"act": "nonsense", "version": "3"}, 400),
        ({"act": "confirm"}, 400),
        ({"version": "3"}, 400),
        ({"act": "discard", "version": "x"}, 400),
    ],
)
def test_a_decision_that_cannot_be_is_refused_on_the_page(page: Client, by: Acting, data: dict[str, str], status: int):
    job = checked(a_text([STAFF, *lines(1, a_centre().name)]), by)

    answer = page.post(reverse("import", args=[job.public_id]), data)

    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert fresh(job).status == "checked"


def test_thrown_away_is_thrown_away(page: Client, by: Acting):
    job = checked(a_text([STAFF, *lines(1, a_centre().name)]), by)

    answer = page.post(reverse("import", args=[job.public_id]), {"act": "discard", "version": str(job.version)}, follow=True)

    assert "已放弃" in answer.content.decode()
    assert (fresh(job).status, job.chunks.count()) == ("discarded", 0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "staff"}, "file"),
        ({"kind": "nonsense", "file": b"x"}, "kind"),
        ({"kind": "", "file": b"x"}, "kind"),
        ({"file": b"x"}, "kind"),
        ({"kind": "staff", "file": b"x" * (10 * 1024 * 1024 + 1)}, "file"),
    ],
    ids=["no file", "unknown kind", "empty kind", "no kind", "too large"],
)
def test_an_upload_that_cannot_be_is_refused_on_the_page(page: Client, fields: dict[str, Any], field: str):
    sent = {name: SimpleUploadedFile("a.csv", value) if name == "file" else value for name, value in fields.items()}

    answer = page.post(reverse("imports"), sent)

    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_an_upload_larger_than_any_form_is_refused_before_it_is_read(page: Client):
    answer = page.post(reverse("imports"), {"kind": "staff", "file": SimpleUploadedFile("a.csv", b"x" * MOST_BYTES)})

    assert answer.status_code == 413
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\名单.csv", "名单.csv"),
        ("/etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie x.csv"),
        ("<script>alert(1)</script>.xlsx", "script.xlsx"),
        ("名" * 255 + ".csv", ("名" * 255 + ".csv")[-120:]),
        ("...", "list"),
        ("=cmd|x.csv", "=cmdx.csv"),
    ],
    ids=["folders", "root", "lines", "script", "255", "dots", "formula"],
)
def test_a_file_name_is_kept_as_it_may_be_shown(by: Acting, name: str, kept: str):
    shown = received(b"x", by, name=name).file_name

    assert shown == kept


def test_the_faulty_rows_come_as_a_file_that_can_be_uploaded_again(page: Client, by: Acting):
    centre = a_centre()
    bad = ("=王三", "+1", centre.name, "家庭医生", "", "", "")
    job = checked(a_text([STAFF, *lines(2, centre.name), bad]), by)

    answer = page.get(reverse("import_faults", args=[job.public_id]))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert [cell.data_type for cell in next(sheet.iter_rows(min_row=2))][:2] == ["s", "s"]
    assert (table[0][:2], table[1][:2], table[1][7]) == ([*STAFF[:2]], ["'=王三", "'+1"], 4)
    assert AuditEntry.objects.filter(verb="export").count() == 1
    sheet["A2"], sheet["B2"] = "王三", "13700000009"
    held = io.BytesIO()
    sheet.parent.save(held)
    again = checked(held.getvalue(), by)
    assert (again.status, again.to_create, again.faulty) == ("checked", 1, 0)


def test_the_same_as_csv_in_the_readers_language(page: Client, by: Acting):
    job = checked(a_text([STAFF, ("", "1", "", "", "", "", "")]), by)
    page.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    answer = page.get(reverse("import_faults", args=[job.public_id]), {"as": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]

    assert text.splitlines()[0].startswith("Name,Mobile number,")


@pytest.mark.parametrize("kind", ["staff", "institutions"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_comes_back_as_it_went_out(page: Client, by: Acting, kind: str, language: str):
    page.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    answer = page.get(reverse("import_template", args=[kind]))
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    book = load_workbook(io.BytesIO(data))
    importer = find(kind)
    assert importer is not None
    sheet = book.worksheets[0]
    assert [cell.number_format for cell in sheet[2]] == ["@"] * len(importer.columns)
    job = checked(data, by, kind)
    assert (job.status, job.problem) == ("refused", "no_rows")
    for column, value in enumerate(("示例之外", "13700000007", a_centre().name, "家庭医生"), start=1):
        sheet.cell(row=3, column=column, value=value if kind == "staff" else ("新医院", "医院", "", "", "三级")[column - 1])
    if kind == "institutions":
        sheet.cell(row=3, column=5, value="三级")
    held = io.BytesIO()
    book.save(held)
    job = checked(held.getvalue(), by, kind)
    assert (job.status, job.to_create, job.faulty, job.notices) == ("checked", 1, 0, {})
    assert template_of(importer)


def test_what_is_not_mine_does_not_exist(page: Client):
    other = district()
    job = checked(a_text([STAFF, *lines(1, a_centre().name)]), other)

    for name in ("import", "import_faults"):
        assert page.get(reverse(name, args=[job.public_id])).status_code == 404
    assert page.post(reverse("import", args=[job.public_id]), {"act": "confirm", "version": "3"}).status_code == 404
    assert fresh(job).status == "checked"


@pytest.mark.parametrize("kind", [Role.FAMILY_DOCTOR, Role.WINDOW_CLERK, Role.RECEIVING_DOCTOR])
def test_whoever_manages_nobody_imports_nothing(client: Client, kind: Role):
    post = a_post(a_user("甲"), a_hospital(), kind)
    sign_in(client, post.user, post)

    assert client.get(reverse("imports")).status_code == 403
    assert upload(client, b"x").status_code == 403
    assert client.get(reverse("import_template", args=["staff"])).status_code == 403
    assert not ImportJob.objects.exists()


def test_a_coordinator_imports_what_her_hospital_offers_and_no_staff(client: Client):
    post = a_post(a_user("甲"), a_hospital(), Role.COORDINATOR)
    sign_in(client, post.user, post)

    text = client.get(reverse("imports")).content.decode()

    assert 'value="practitioners"' in text and 'value="services"' in text
    assert 'value="staff"' not in text
    assert client.get(reverse("import_template", args=["staff"])).status_code == 403
    assert upload(client, b"x").status_code == 403
    assert not ImportJob.objects.exists()


def test_a_manager_is_offered_what_she_may_import(client: Client):
    by = manager_of(a_centre())
    sign_in(client, by.user, by.post)

    text = client.get(reverse("imports")).content.decode()

    assert 'value="staff"' in text
    assert 'value="institutions"' not in text
    assert client.get(reverse("import_template", args=["institutions"])).status_code == 403


def test_the_list_of_lists_costs_the_same_for_one_and_for_many(page: Client, by: Acting, django_assert_max_num_queries: Any):
    for number in range(30):
        received(f"姓名,手机号\n甲,{number}\n".encode(), by)

    with django_assert_max_num_queries(16):
        text = page.get(reverse("imports")).content.decode()
    assert "1/2" in text


def test_a_page_with_many_faults_costs_little_and_shows_two_hundred(page: Client, by: Acting, django_assert_max_num_queries: Any):
    job = checked(a_text([STAFF, *[("", str(n), "", "", "", "", "") for n in range(300)]]), by)

    with django_assert_max_num_queries(18):
        text = opened(page, job)
    assert text.count('<b class="bad">■</b>') == 200


def test_the_pages_speak_the_readers_language(page: Client, by: Acting):
    job = checked(a_text([STAFF, ("王", "13700000001", "", "", "", "", ""), ("", "1", "", "", "", "", "")]), by)
    done = applied(a_text([STAFF, *lines(1, a_centre().name), ("", "1", "", "", "", "", "")]), by, leave_out_faulty=True)
    addresses = [reverse("imports"), *(reverse("import", args=[one.public_id]) for one in (job, done, received(b"x", by)))]

    for address in addresses:
        chinese = words_of(page.get(address).content.decode())
        assert [word for word in re.findall("[A-Za-z]{2,}", chinese) if word not in ("PDF", "SMS")] == []
    page.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Upload and check" in page.get(addresses[0]).content.decode()


def test_an_import_goes_on_while_nobody_looks(by: Acting):
    job = received(a_text([STAFF, *lines(1, a_centre().name)]), by)

    work.work(job.public_id, today=today())
    work.work(job.public_id, today=today())

    assert fresh(job).status == "checked"


def test_whoever_may_hand_in_a_list_may_also_confirm_and_discard_it() -> None:
    may = {role.value for role in Role if CAPABILITIES[role] & MAY.capabilities}

    for event in ("receive", "confirm", "discard"):
        assert may <= {who for step in IMPORT_STATES.transitions if step.event == event for who in step.who}
