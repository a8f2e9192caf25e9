"""Lists by program: the same steps, with versions and problems a program can read."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clinics.models import ImportJob, Post
from permissions.acting import Acting
from tests.cast import bearer
from tests.cast_clinics import a_centre
from tests.cast_imports import STAFF, a_text, checked, district, fresh, manager_of, worked

pytestmark = pytest.mark.django_db
PATH = "/api/v1/imports"


@pytest.fixture
def by() -> Acting:
    return district()


@pytest.fixture
def program(by: Acting) -> Client:
    return Client(headers=bearer(by.user))


def sent(program: Client, **fields: Any) -> Any:
    return program.post(PATH, fields)


def file(data: bytes, name: str = "list.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_list_is_handed_in_looked_at_and_confirmed(program: Client):
    centre = a_centre()
    data = a_text([STAFF, ("王小明", "13700000001", centre.name, "家庭医生", "", "", ""), ("王三", "1", centre.name, "", "", "", "")])

    answer = sent(program, kind="staff", file=file(data))
    assert (answer.status_code, answer.json()["status"], answer.headers["ETag"]) == (202, "received", 'W/"1"')
    path = f"{PATH}/{answer.json()['id']}"
    assert sent(program, kind="staff", file=file(data)).json()["id"] == answer.json()["id"]
    worked(ImportJob.objects.get())
    seen = program.get(path)
    body = seen.json()
    assert (body["status"], body["to_create"], body["faulty"], body["actions"]) == ("checked", 1, 1, ["confirm", "discard"])
    assert {(fault["row"], fault["field"]) for fault in body["faults"]} == {(3, "phone"), (3, "kind")}

    refused = program.post(f"{path}/confirm", {}, "application/json", headers={"If-Match": seen.headers["ETag"]})
    assert (refused.status_code, refused.json()["violations"][0]["field"]) == (400, "leave_out_faulty")
    agreed = program.post(f"{path}/confirm", {"leave_out_faulty": True}, "application/json", headers={"If-Match": seen.headers["ETag"]})
    assert (agreed.status_code, agreed.json()["status"]) == (202, "applying")
    worked(ImportJob.objects.get())
    assert program.get(path).json()["created"] == 1
    assert Post.objects.live().filter(institution=centre).count() == 1


def test_a_stale_or_missing_version_is_refused(program: Client, by: Acting):
    job = checked(a_text([STAFF, ("王小明", "13700000001", a_centre().name, "家庭医生", "", "", "")]), by)

    for step in ("confirm", "discard"):
        path = f"{PATH}/{job.public_id}/{step}"
        assert program.post(path, {}, "application/json").status_code == 428
        assert program.post(path, {}, "application/json", headers={"If-Match": 'W/"1"'}).status_code == 409
    assert fresh(job).status == "checked"

    done = program.post(f"{PATH}/{job.public_id}/discard", {}, "application/json", headers={"If-Match": f'W/"{job.version}"'})
    assert (done.status_code, done.json()["status"], done.json()["actions"]) == (200, "discarded", [])


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"kind": "staff"}, 400, "file"),
        ({"kind": "staff", "file": "text"}, 400, "file"),
        ({"file": b"x"}, 400, "kind"),
        ({"kind": "nonsense", "file": b"x"}, 400, "kind"),
        ({"kind": "x\0", "file": b"x"}, 400, "kind"),
        ({"kind": "k" * 41, "file": b"x"}, 400, "kind"),
        ({"kind": "staff", "file": b"x", "more": "1"}, 400, "more"),
        ({"kind": ["staff", "staff"], "file": b"x"}, 400, "kind"),
        ({"kind": "staff", "file": b"x" * (10 * 1024 * 1024 + 1)}, 400, "file"),
        ({"kind": "staff", "file": b"x" * (11 * 1024 * 1024)}, 413, ""),
    ],
    ids=["no file", "a text", "no kind", "unknown kind", "nul", "long", "unknown field", "twice", "too large", "far too large"],
)
def test_a_form_that_is_not_right_is_refused(program: Client, fields: dict[str, Any], status: int, field: str):
    answer = sent(program, **{name: file(value) if isinstance(value, bytes) else value for name, value in fields.items()})

    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["violations"]] == ([field] if field else [])
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"kind=staff", "application/x-www-form-urlencoded", 415),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400),
        (b"", "multipart/form-data", 400),
    ],
)
def test_a_body_that_is_no_form_is_refused(program: Client, body: bytes, kind: str, status: int):
    answer = program.generic("POST", PATH, body, kind)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert not ImportJob.objects.exists()


def test_a_problem_of_the_file_is_told_with_its_remedy(program: Client, by: Acting):
    job = checked(b"%PDF-1.7", by)

    body = program.get(f"{PATH}/{job.public_id}").json()

    assert (body["status"], bool(body["problem"]), bool(body["remedy"]), body["faults"]) == ("refused", True, True, [])


def test_others_see_nothing(by: Acting):
    job = checked(a_text([STAFF, ("王小明", "13700000001", a_centre().name, "家庭医生", "", "", "")]), by)
    other = manager_of(a_centre())
    stranger = Client(headers=bearer(other.user, other.post))

    assert stranger.get(PATH).json()["results"] == []
    for path, method in (("", "GET"), ("/faults.csv", "GET"), ("/confirm", "POST"), ("/discard", "POST")):
        answer = stranger.generic(method, f"{PATH}/{job.public_id}{path}", b"{}", "application/json", headers={"If-Match": 'W/"3"'})
        assert answer.status_code == 404
    assert Client().get(PATH).status_code == 401
    assert fresh(job).status == "checked"


def test_the_template_and_the_faulty_rows_are_files(program: Client, by: Acting):
    job = checked(a_text([STAFF, ("", "1", "", "", "", "", "")]), by)

    faults = program.get(f"{PATH}/{job.public_id}/faults.csv")
    template = program.get(f"{PATH}/templates/staff")

    assert b"".join(faults.streaming_content).startswith(b"\xef\xbb\xbf")  # type: ignore[attr-defined]
    assert b"".join(template.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert program.get(f"{PATH}/templates/nonsense").status_code == 404
