"""The contact list says who answers for each institution and who is missing; exports are defused and leave their trace."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from clinics.exports import rows_as_csv, rows_as_xlsx, safe_cell
from clinics.models import Institution
from permissions.roles import Role
from tests.cast import a_user, bearer, sign_in
from tests.cast_clinics import a_hospital, a_post
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
EVIL = '=HYPERLINK("http://evil.example","x")'


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_list_names_who_answers_and_who_is_missing(place: Place, admin: Client) -> None:
    admin.post(
        reverse("institution_edit", args=[place.centre.public_id]),
        {"version": "1", "responsible_name": "赵德生", "responsible_title": "主任", "responsible_phone": "010-62001234"},
    )

    everybody, lacking = text_of(admin, "contacts"), text_of(admin, "contacts", show="lacking")

    assert all(word in everybody for word in ("赵德生", "主任", "010-62001234"))
    assert "2 家机构未指定责任人" in everybody
    assert "赵德生" not in lacking
    assert place.hospital.name in lacking


def test_a_coordinator_reads_the_list_and_corrects_her_own_hospital_only(place: Place, client: Client) -> None:
    post = a_post(a_user("陆明远"), place.hospital, Role.COORDINATOR)
    sign_in(client, post.user, post)

    text = text_of(client, "contacts")

    assert place.centre.name in text
    assert reverse("institution_edit", args=[place.hospital.public_id]) in text
    assert reverse("institution_edit", args=[place.centre.public_id]) not in text
    assert place.centre.name not in text_of(client, "institutions")
    assert client.get("/api/v1/contacts", headers=bearer(post.user, post)).status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_holds_no_formula_and_is_in_the_trail(place: Place, admin: Client, form: str) -> None:
    Institution.objects.filter(pk=place.centre.pk).update(responsible_name=EVIL, responsible_title="+1", responsible_phone="-2")

    answer = admin.post(reverse("contacts_export") + "?kind=centre", {"as": form})

    content = body_of(answer)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert rows[1][2:5] == [f"'{EVIL}", "'+1", "'-2"]
    assert len(rows) == 2
    assert "attachment" in answer["Content-Disposition"]
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.actor_id, entry.details) == (
        place.admin.public_id,
        {"list": "contacts", "rows": 1, "format": form, "filters": {"kind": "centre", "show": ""}},
    )


@pytest.mark.parametrize("name", ["institutions_export", "people_export"])
def test_a_manager_takes_away_her_own_part_only(place: Place, manager: Client, name: str) -> None:
    stranger = a_post(a_user("沈佳"), a_hospital("宣武医院"), Role.WINDOW_CLERK)

    text = body_of(manager.post(reverse(name), {"as": "csv"})).decode()

    assert place.centre.name in text
    assert stranger.institution.name not in text
    assert stranger.user.name not in text
    assert place.doctor.user.phone not in text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("周晓岚", "周晓岚"),
        ("a\x00\x0bb", "ab"),
        (-3, -3),
        (True, "1"),
        (None, ""),
        (date(2026, 11, 2), "2026-11-02"),
        (datetime(2026, 11, 2, 1, 30, tzinfo=UTC), "2026-11-02 09:30"),
    ],
    ids=str,
)
def test_a_cell_is_never_a_formula(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


def test_ten_thousand_rows_leave_in_pieces() -> None:
    rows = ([number, "=x"] for number in range(10_000))

    pieces = list(rows_as_csv(["n", "="], rows))

    assert len(pieces) == 51
    assert pieces[0].startswith("\ufeffn,'=\r\n0,'=x\r\n".encode())
    assert load_workbook(io.BytesIO(rows_as_xlsx(["n"], [["=x"]])), read_only=True).active["A2"].value == "'=x"
